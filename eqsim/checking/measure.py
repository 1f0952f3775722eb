"""What a formula measures: its unit, spelled as the author spelled the parts, and its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from eqsim.checking.checked import Role, Symbol, Type
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import due, kind_of, named_factors, product_text, unit_text, usual_unit
from eqsim.checking.vocabulary import noise_unit
from eqsim.language.expr import Binary, Expr, Name, Number, Unary
from eqsim.text.source import Span

_NONE = Unit()


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit, the named units that it was multiplied from (for messages), and a type.

    ``open`` marks a literal 0, inf or nan, which fits any dimension.
    """

    unit: Unit = _NONE
    factors: Mapping[str, Fraction] = field(default_factory=dict)
    type: Type = "real"
    open: bool = False

    def __str__(self) -> str:
        """Return the unit as the author would write it."""
        if self.type == "boolean":
            return "a condition"
        return product_text(dict(self.factors)) if self.factors else due(Unit(self.unit.exponents, self.unit.scale))

    def times(self, other: Measure, sign: int = 1) -> Measure:
        """Return the measure of a product, or with ``sign=-1`` of a quotient."""
        number: Type = "integer" if sign == 1 and self.type == other.type == "integer" else "real"
        if not other.factors and other.unit == _NONE:
            return Measure(self.unit, self.factors, number)
        factors = dict(self.factors)
        for name, exponent in other.factors.items():
            factors[name] = factors.get(name, Fraction(0)) + sign * exponent
        unit = self.unit * other.unit if sign == 1 else self.unit / other.unit
        return Measure(unit, {name: exponent for name, exponent in factors.items() if exponent}, number)

    def power(self, exponent: Fraction) -> Measure:
        """Return the measure of a power."""
        factors = {name: value * exponent for name, value in self.factors.items() if exponent}
        return Measure(self.unit**exponent, factors)


def of_unit(unit: Unit, kind: Type = "real") -> Measure:
    """Return the measure of a value in a unit."""
    if unit.dimensionless and unit.scale == 0:
        return Measure(type=kind)
    return Measure(unit, named_factors(unit_text(unit)), kind)


def fitting(expr: Expr, found: Measure, needed: Unit, symbols: Mapping[str, Symbol]) -> str:
    """Return the hint that would give a formula the unit that is needed."""
    lacking = needed / found.unit
    fallback = ""
    for name, sign in _factors(expr, 1):
        symbol = symbols.get(name)
        if symbol is None or symbol.role not in {Role.STATE, Role.PARAMETER, Role.SUBEXPRESSION, Role.EXTERNAL}:
            continue
        wanted = symbol.unit * lacking**sign
        how = "is declared in" if symbol.role is not Role.EXTERNAL else "is given in"
        text = (
            f"{name} {how} {unit_text(symbol.unit)}" if not symbol.unit.dimensionless else f"{name} is a plain number"
        )
        if wanted.dimensionless:
            fallback = fallback or f"{text}; a plain number would fit"
        elif kind := kind_of(wanted):
            return f"{text}; {kind} ({unit_text(usual_unit(wanted))}) would fit"
    literal = expr.operand if isinstance(expr, Unary) else expr
    if found.unit.dimensionless and isinstance(literal, Number):
        return f"write {expr}*{unit_text(usual_unit(needed))}"
    if lacking.same_dimension(noise_unit(unitless=False)):
        return "multiply the noise by sqrt(2/tau), as in sigma*sqrt(2/tau)*xi"
    if lacking.dimensionless or not kind_of(needed):
        return fallback or f"{due(needed)} is needed here"
    return fallback or f"{kind_of(needed)} ({unit_text(usual_unit(needed))}) is needed here"


def _factors(expr: Expr, sign: int) -> list[tuple[str, int]]:
    """Return the names that a product is made of, each with 1 or, under a fraction bar, -1."""
    match expr:
        case Name():
            return [(expr.name, sign)]
        case Unary(op="-" | "+"):
            return _factors(expr.operand, sign)
        case Binary(op="*"):
            return _factors(expr.left, sign) + _factors(expr.right, sign)
        case Binary(op="/"):
            return _factors(expr.left, sign) + _factors(expr.right, -sign)
        case _:
            return []


def term_span(expr: Binary, blamed: Expr) -> Span | None:
    """Return the span of one of two terms with the sign between them."""
    left, right = expr.left.span, expr.right.span
    if left is None or right is None:
        return blamed.span
    text = left.source.text
    at = text.find(expr.op, left.stop, right.start)
    if at < 0:
        return blamed.span
    if blamed is expr.left:
        start = left.start
        for _ in range(text.count(")", left.stop, at)):
            start = text.rfind("(", 0, start)
        return Span(left.source, max(start, 0), at + len(expr.op))
    stop = right.stop
    for _ in range(text.count("(", at, right.start)):
        stop = text.find(")", stop) + 1 or stop
    return Span(left.source, at, stop)
