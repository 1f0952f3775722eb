"""A dimension: seven exponents; and a unit: a dimension with a decimal scale."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

BASE = ("m", "kg", "s", "A", "K", "mol", "cd")
_NONE = (Fraction(0),) * 7


@dataclass(frozen=True, slots=True)
class Unit:
    """``10**scale`` times the SI unit of a dimension; exponents in the order of ``BASE``.

    Every unit of the language is a power of ten of SI, so that conversions are exact in the exponent:
    mV is (V, -3), cm2 is (m2, -4), kilogram is (kg, 0), 1/sqrt(ms) is (s**-1/2, 3/2).
    """

    exponents: tuple[Fraction, ...] = _NONE
    scale: Fraction = Fraction(0)
    name: str = ""  # as declared ("mS/cm2"), for messages

    def __eq__(self, other: object) -> bool:
        """Compare dimension and scale; the spelling takes no part."""
        return isinstance(other, Unit) and (self.exponents, self.scale) == (other.exponents, other.scale)

    def __hash__(self) -> int:
        """Hash dimension and scale."""
        return hash((self.exponents, self.scale))

    def __mul__(self, other: Unit) -> Unit:
        """Return the product."""
        return Unit(
            tuple(a + b for a, b in zip(self.exponents, other.exponents, strict=True)), self.scale + other.scale
        )

    def __truediv__(self, other: Unit) -> Unit:
        """Return the quotient."""
        return Unit(
            tuple(a - b for a, b in zip(self.exponents, other.exponents, strict=True)), self.scale - other.scale
        )

    def __pow__(self, exponent: Fraction | int) -> Unit:
        """Return the power."""
        return Unit(tuple(a * exponent for a in self.exponents), self.scale * exponent)

    def same_dimension(self, other: Unit) -> bool:
        """Whether both measure the same thing."""
        return self.exponents == other.exponents

    @property
    def dimensionless(self) -> bool:
        """Whether this is a number."""
        return self.exponents == _NONE
