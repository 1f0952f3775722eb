"""Rewrites ``x/(exp(x) - 1)`` and its kin to ``exprel``, which has no hole at 0.

A formula is taken as a product: factors above and below the line, each a sum normalised to its first term. A factor
``exp(z) - 1`` on one side meets a factor of ``z`` on the other side, and both give way to ``exprel(z)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from eqsim.analysis.formula import ONE, literal, negative, number_of, over, times
from eqsim.language.expr import Binary, Call, Expr, Number, Unary, calls, children, names, rebuild


def rewrite(expr: Expr) -> Expr:
    """Return a plain formula with every 0/0 of the form x/(exp(x) - 1) or (exp(x) - 1)/x written by ``exprel``."""
    if calls(expr).isdisjoint({"exp", "expm1"}):
        return expr
    if isinstance(expr, Binary) and expr.op in {"*", "/"}:
        product = _product(expr)
        matched = _matched(product)
        if matched is not None:
            return rewrite(matched)
    return rebuild(expr, tuple(rewrite(child) for child in children(expr)))


@dataclass(frozen=True, slots=True)
class _Product:
    above: tuple[Expr, ...]
    below: tuple[Expr, ...]
    minus: bool = False


def _product(expr: Expr) -> _Product:
    """Return the factors of a formula as written."""
    match expr:
        case Binary(op="*" | "/"):
            left, right = _product(expr.left), _product(expr.right)
            if expr.op == "/":
                right = _Product(right.below, right.above, right.minus)
            return _Product(left.above + right.above, left.below + right.below, left.minus != right.minus)
        case Unary(op="-"):
            inner = _product(expr.operand)
            return _Product(inner.above, inner.below, not inner.minus)
        case Unary(op="+"):
            return _product(expr.operand)
        case Number(value) if value == 1 and not isinstance(value, bool):
            return _Product((), ())
        case _:
            return _Product((expr,), ())


def _formula(product: _Product) -> Expr:
    """Return factors as a formula, in their order."""
    result: Expr = ONE
    for factor in product.above:
        result = times(result, factor)
    for factor in product.below:
        result = over(result, factor)
    return negative(result) if product.minus else result


def _matched(product: _Product) -> Expr | None:
    for position, factor in enumerate(product.below):
        found = _exponent(factor)
        if found is not None:
            rest = product.below[:position] + product.below[position + 1 :]
            joined = _cancelled(_Product(product.above, rest, product.minus), *found)
            if joined is not None:
                return joined
    for position, factor in enumerate(product.above):
        found = _exponent(factor)
        if found is not None:
            rest = product.above[:position] + product.above[position + 1 :]
            joined = _cancelled(_Product(product.below, rest, product.minus), *found)
            if joined is not None:
                upside_down = _product(joined)
                return _formula(_Product(upside_down.below, upside_down.above, upside_down.minus))
    return None


def _exponent(expr: Expr) -> tuple[Expr, bool] | None:
    """Return z, and whether the sign is turned, of ``exp(z) - 1``, ``1 - exp(z)`` and ``expm1(z)``."""
    match expr:
        case Call(function="expm1", arguments=(z,)):
            return z, False
        case Binary(op="-", left=Call(function="exp", arguments=(z,)), right=one) if number_of(one) == 1:
            return z, False
        case Binary(op="-", left=one, right=Call(function="exp", arguments=(z,))) if number_of(one) == 1:
            return z, True
        case Binary(op="+", left=one, right=Call(function="exp", arguments=(z,))) if number_of(one) == -1:
            return z, False
        case _:
            return None


def _cancelled(product: _Product, z: Expr, turned: bool) -> Expr | None:
    """Return ``product/(exp(z) - 1)`` with a factor of z cancelled, or ``None`` when the product has no such factor.

    With ``z = s*S*rest`` and a factor ``q*S`` above, the quotient is ``q/s / rest / exprel(z)`` times what is left.
    """
    inner = _product(z)
    for candidate in inner.above:
        target = _sum(candidate)
        if target is None:
            continue
        for position, factor in enumerate(product.above):
            own = _sum(factor)
            if own is None or own.terms != target.terms:
                continue
            left = [part for part in inner.above if part is not candidate]
            if any(names(part) & names(candidate) for part in left):
                continue
            ratio = own.factor / target.factor
            above = product.above[:position] + product.above[position + 1 :]
            ratio = ratio * _numbers(inner.below) / _numbers(left)
            minus = product.minus ^ inner.minus ^ turned
            above = above + tuple(part for part in inner.below if number_of(part) is None)
            below = tuple(part for part in left if number_of(part) is None) + product.below
            return _formula(_Product(_scaled(above, abs(ratio)), (*below, Call("exprel", (z,))), minus ^ (ratio < 0)))
    return None


def _numbers(factors: Iterable[Expr]) -> Fraction:
    """Return the product of the numbers among some factors."""
    return math.prod((_fraction(v) for f in factors if (v := number_of(f)) is not None), start=Fraction(1))


def _scaled(factors: tuple[Expr, ...], ratio: Fraction) -> tuple[Expr, ...]:
    """Return factors times a number, the number joined with one that is there."""
    for position, factor in enumerate(factors):
        value = number_of(factor)
        if value is not None:
            ratio *= _fraction(value)
            return _scaled(factors[:position] + factors[position + 1 :], ratio)
    if ratio == 1:
        return factors
    whole = ratio.denominator == 1 and abs(ratio) < 2**31
    return (literal(int(ratio) if whole else float(ratio)), *factors)


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum as a factor times terms whose first coefficient is 1."""

    factor: Fraction
    terms: tuple[tuple[str, Fraction], ...]


def _sum(expr: Expr) -> _Sum | None:
    """Return a factor as a normalised sum; ``None`` for a number."""
    terms = {key: value for key, value in _terms(expr).items() if value}
    keys = sorted(key for key in terms if key)
    if not keys:
        return None
    first = terms[keys[0]]
    return _Sum(first, tuple((key, terms[key] / first) for key in sorted(terms)))


def _terms(expr: Expr) -> Mapping[str, Fraction]:
    """Return a sum's terms with their number factors; the constant under the empty text."""
    match expr:
        case Number(value) if not isinstance(value, bool):
            return {"": _fraction(value)}
        case Unary(op="-"):
            return {key: -value for key, value in _terms(expr.operand).items()}
        case Unary(op="+"):
            return _terms(expr.operand)
        case Binary(op="+" | "-"):
            sign = 1 if expr.op == "+" else -1
            first, second = _terms(expr.left), _terms(expr.right)
            zero = Fraction(0)
            return {key: first.get(key, zero) + sign * second.get(key, zero) for key in {**first, **second}}
        case Binary(op="*") if (left := number_of(expr.left)) is not None:
            return {key: term * _fraction(left) for key, term in _terms(expr.right).items()}
        case Binary(op="*" | "/") if (right := number_of(expr.right)) is not None and right != 0:
            factor = _fraction(right) if expr.op == "*" else 1 / _fraction(right)
            return {key: term * factor for key, term in _terms(expr.left).items()}
        case _:
            return {str(expr): Fraction(1)}


def _fraction(value: float) -> Fraction:
    """Return a number as it was written: 0.1 is a tenth."""
    return Fraction(repr(value))
