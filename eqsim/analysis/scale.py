"""Powers of ten folded into formulas where they cost least."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction

from eqsim.language.expr import Binary, Call, Conditional, Expr, Name, Number, Unary, rebuild

_WIDE = Context(prec=60)
_LITERAL, _SCALAR, _VARIABLE = 0, 1, 2


def rescaled(expr: Expr, exponent: Fraction, is_scalar: Callable[[str], bool]) -> Expr:
    """Return ``expr * 10**exponent``, the factor folded into a literal, else into a scalar, else written out."""
    if exponent == 0:
        return expr
    for level in (_LITERAL, _SCALAR):
        folded = _folded(expr, exponent, is_scalar, level)
        if folded is not None:
            return folded
    return _scaled(expr, exponent)


def cost(expr: Expr, is_scalar: Callable[[str], bool]) -> int:
    """Return what a factor costs this formula: 0 in a literal, 1 on a scalar (once a run), 2 for every element."""
    for level in (_LITERAL, _SCALAR):
        if _folded(expr, Fraction(1), is_scalar, level) is not None:
            return level
    return _VARIABLE


def power_of_ten(exponent: Fraction) -> float:
    """Return ``10**exponent``, rounded once."""
    return float(_decimal(exponent))


def _decimal(exponent: Fraction) -> Decimal:
    """Return ``10**exponent`` to sixty digits."""
    ratio = _WIDE.divide(Decimal(exponent.numerator), Decimal(exponent.denominator))
    return _WIDE.power(Decimal(10), ratio)


def _folded(expr: Expr, exponent: Fraction, is_scalar: Callable[[str], bool], level: int) -> Expr | None:
    """Return the scaled formula if there is a literal (a scalar) in it that can take the factor."""
    match expr:
        case Number(value) if level == _LITERAL and not isinstance(value, bool):
            return Number(float(_WIDE.multiply(Decimal(repr(value)), _decimal(exponent))), expr.span)
        case Name(name) if level == _SCALAR and is_scalar(name):
            return _scaled(expr, exponent)
        case Unary(op="-" | "+"):
            inner = _folded(expr.operand, exponent, is_scalar, level)
            return None if inner is None else rebuild(expr, (inner,))
        case Binary(op="*" | "/"):
            left = _folded(expr.left, exponent, is_scalar, level)
            if left is not None:
                return rebuild(expr, (left, expr.right))
            right = _folded(expr.right, exponent if expr.op == "*" else -exponent, is_scalar, level)
            return None if right is None else rebuild(expr, (expr.left, right))
        case Binary(op="+" | "-"):
            return _both(expr, (expr.left, expr.right), exponent, is_scalar, level)
        case Conditional():
            return _both(expr, (expr.then, expr.otherwise), exponent, is_scalar, level)
        case Binary(op="**") | Call(function="sqrt") if level == _SCALAR and _only_scalars(expr, is_scalar):
            return _scaled(expr, exponent)
        case _:
            return None


def _both(
    expr: Expr, parts: tuple[Expr, Expr], exponent: Fraction, is_scalar: Callable[[str], bool], level: int
) -> Expr | None:
    """Return the formula with both parts scaled, if both can take the factor: a sum or a choice of constants."""
    if level == _SCALAR:
        return _scaled(expr, exponent) if _only_scalars(expr, is_scalar) else None
    folded = tuple(_folded(part, exponent, is_scalar, level) for part in parts)
    if None in folded:
        return None
    kept = folded if isinstance(expr, Binary) else (expr.condition, *folded)  # type: ignore[union-attr]
    return rebuild(expr, kept)  # type: ignore[arg-type]


def _only_scalars(expr: Expr, is_scalar: Callable[[str], bool]) -> bool:
    match expr:
        case Number():
            return True
        case Name(name):
            return is_scalar(name)
        case Unary(op="-" | "+"):
            return _only_scalars(expr.operand, is_scalar)
        case Binary():
            return _only_scalars(expr.left, is_scalar) and _only_scalars(expr.right, is_scalar)
        case Call(function="sqrt"):
            return _only_scalars(expr.arguments[0], is_scalar)
        case _:
            return False


def _scaled(expr: Expr, exponent: Fraction) -> Expr:
    """Return the formula times a power of ten; 10**-n is no binary number, so that a division is the exact way."""
    if exponent.denominator == 1 and exponent < 0:
        return Binary("/", expr, Number(power_of_ten(-exponent)), expr.span)
    return Binary("*", expr, Number(power_of_ten(exponent)), expr.span)
