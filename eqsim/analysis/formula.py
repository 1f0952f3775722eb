"""Builds formulas without the terms that do nothing: 0 + x, 1*x, x/1, x**1."""

from __future__ import annotations

import math
from collections.abc import Iterable

from eqsim.language.expr import Binary, Call, Conditional, Expr, Number, Unary

ZERO = Number(0)
ONE = Number(1)
TWO = Number(2)


def number_of(expr: Expr) -> float | int | None:
    """Return the value of a literal, signed or not, and ``None`` for any other formula."""
    match expr:
        case Number(value) if not isinstance(value, bool):
            return value
        case Unary(op="-", operand=Number(value)) if not isinstance(value, bool):
            return -value
        case _:
            return None


def literal(value: float) -> Expr:
    """Return a number as a formula; a negative one is a sign and a literal, as text is read."""
    return Unary("-", Number(-value)) if math.copysign(1, value) < 0 else Number(value)


def is_zero(expr: Expr | None) -> bool:
    """Whether a formula is absent or the literal 0."""
    return expr is None or number_of(expr) == 0


def is_one(expr: Expr) -> bool:
    """Whether a formula is the literal 1."""
    return number_of(expr) == 1


def _whole(left: Expr, right: Expr) -> tuple[int, int] | None:
    """Return the values of two integers; real literals are left to be added where the formula runs."""
    x, y = number_of(left), number_of(right)
    return (x, y) if isinstance(x, int) and isinstance(y, int) else None


def plus(left: Expr, right: Expr) -> Expr:
    """Return the sum."""
    if (whole := _whole(left, right)) is not None:
        return literal(whole[0] + whole[1])
    if is_zero(left):
        return right
    if is_zero(right):
        return left
    if isinstance(right, Unary) and right.op == "-":
        return minus(left, right.operand)
    return Binary("+", left, right)


def minus(left: Expr, right: Expr) -> Expr:
    """Return the difference."""
    if (whole := _whole(left, right)) is not None:
        return literal(whole[0] - whole[1])
    if is_zero(right):
        return left
    if is_zero(left):
        return negative(right)
    if isinstance(right, Unary) and right.op == "-":
        return plus(left, right.operand)
    return Binary("-", left, right)


def negative(expr: Expr) -> Expr:
    """Return the formula with the other sign."""
    if is_zero(expr):
        return expr
    if isinstance(expr, Unary) and expr.op == "-":
        return expr.operand
    if isinstance(expr, Binary) and expr.op in {"*", "/"} and isinstance(expr.left, Unary) and expr.left.op == "-":
        return Binary(expr.op, expr.left.operand, expr.right, expr.span)
    return Unary("-", expr)


def times(left: Expr, right: Expr) -> Expr:
    """Return the product."""
    if is_zero(left) or is_zero(right):
        return ZERO
    if is_one(left):
        return right
    if is_one(right):
        return left
    if number_of(left) == -1:
        return negative(right)
    if number_of(right) == -1:
        return negative(left)
    if isinstance(left, Binary) and left.op == "/" and is_one(left.left):
        return Binary("/", right, left.right)
    return Binary("*", left, right)


def over(left: Expr, right: Expr) -> Expr:
    """Return the quotient."""
    if is_zero(left):
        return ZERO
    if is_one(right):
        return left
    return Binary("/", left, right)


def power(base: Expr, exponent: Expr) -> Expr:
    """Return the power."""
    if is_zero(exponent):
        return ONE
    return base if is_one(exponent) else Binary("**", base, exponent)


def call(function: str, *arguments: Expr) -> Expr:
    """Return a function of arguments."""
    return Call(function, arguments)


def where(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
    """Return one formula or another, and no condition where both are the same."""
    return then if then == otherwise else Conditional(condition, then, otherwise)


def total(terms: Iterable[Expr]) -> Expr:
    """Return the sum of all terms, 0 without any."""
    result: Expr = ZERO
    for term in terms:
        result = plus(result, term)
    return result
