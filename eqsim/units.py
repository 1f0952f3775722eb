"""Units for users: ``from eqsim.units import mV, ms, nS``; and the way between quantities and plain arrays.

Every unit name of the language is here, built on the library ``quantities``; a unit is made when it is first asked for.
In a list that is multiplied by a unit, a number beside lists stands for a whole row of it.

>>> from eqsim.units import mV, ms
>>> 10 * mV / ms
array(10.) * mV/ms
>>> [0, [1, 2]] * mV
array([[0., 0.],
       [1., 2.]]) * mV
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import quantities as pq

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import constant_number, parse_unit, unit_table, unit_text
from eqsim.language.expr import Binary, Call, Expr, Name
from eqsim.language.expression import parse_expression
from eqsim.text.errors import ArgumentError, EqsimError, UnitsError
from eqsim.text.nearest import nearest

__all__ = sorted(unit_table())  # noqa: PLE0605 - the table is the list

_SI = (pq.metre, pq.kilogram, pq.second, pq.ampere, pq.kelvin, pq.mole, pq.candela)
_ANGLE = pq.radian


def __getattr__(name: str) -> Any:
    """Return the unit of a name."""
    if name in unit_table():
        return _quantity(name)
    close = nearest(name, unit_table())
    raise AttributeError(f"there is no unit '{name}'" + (f"; did you mean {close}?" if close else ""))


def __dir__() -> list[str]:
    """List the units and the functions."""
    return sorted({*__all__, "has_unit", "joined", "magnitude", "regular", "unit_of", "with_unit"})


def has_unit(value: object) -> bool:
    """Whether a value is a quantity that is not just a number."""
    return isinstance(value, pq.Quantity) and not _decompose(value)[0].dimensionless


def unit_of(value: object) -> Unit:
    """Return the unit of a quantity; of a plain number, the number 1.

    A unit that is no power of ten of SI (a minute) is returned as the SI unit of its dimension.
    """
    if not isinstance(value, pq.Quantity):
        return Unit(name="1")
    unit, factor = _decompose(value)
    return unit if factor == 1 else Unit(unit.exponents)


def magnitude(value: Any, unit: Unit, owner: str = "") -> float | npt.NDArray[np.float64]:
    """Return a quantity, number or array as plain numbers in a unit: ``magnitude(10*mV, volt)`` is 0.01.

    Powers of ten are applied in one correctly rounded operation. A plain 0, inf or nan fits any unit. Raises UnitsError
    for another dimension and ArgumentError for what is no number; ``owner`` names the object in the message.
    """
    if isinstance(value, list | tuple) and any(isinstance(item, pq.Quantity | list | tuple) for item in value):
        # numpy would drop the units of the items without a word
        items = [magnitude(item, unit, owner) for item in value]
        return _plain(items, owner)
    found, factor = _decompose(value) if isinstance(value, pq.Quantity) else (Unit(name="1"), 1.0)
    plain = _plain(value, owner)
    if not found.same_dimension(unit):
        if found.dimensionless and np.all((plain == 0) | ~np.isfinite(plain)):
            return plain if plain.ndim else float(plain)
        what = "a plain number" if found.dimensionless else unit_text(found)
        expected = "a plain number" if unit.dimensionless else unit_text(unit)
        hint = f"write a value in {expected}, as in 10*{expected}" if not unit.dimensionless else "take the unit away"
        raise UnitsError(
            "this value has another unit", owner=owner, found=f"{what}, where {expected} is due", hint=hint
        )
    plain = _scaled(plain if factor == 1 else plain * factor, found.scale - unit.scale)
    return plain if plain.ndim else float(plain)


def joined(values: Any) -> Any:
    """Return a list of quantities as one quantity, in the unit of the first; anything else as it is.

    NumPy would drop their units without a word. Raises UnitsError for units of different dimensions.
    """
    if not isinstance(values, list | tuple) or not any(isinstance(item, pq.Quantity | list | tuple) for item in values):
        return values
    items = [joined(item) for item in values]
    unit = unit_of(next((item for item in items if has_unit(item)), 1.0))
    return with_unit(magnitude(items, unit), unit)


def regular(values: Any) -> Any:
    """Return a list of numbers beside rows of them as rows alone, each number a row of it; anything else as it is.

    Raises ArgumentError for rows of different lengths.
    """
    if not isinstance(values, list | tuple):
        return values
    rows = [item for item in values if isinstance(item, list | tuple) or (isinstance(item, np.ndarray) and item.ndim)]
    lengths = {len(row) for row in rows}
    if any(has_unit(row) for row in rows) or (len(lengths) < 2 and len(rows) in {0, len(values)}):
        return values
    widths = sorted(lengths - {1}) or [1]
    if len(widths) > 1:
        found, hint = " and ".join(str(width) for width in widths), "a number beside rows stands for a whole row of it"
        raise ArgumentError("the rows of this list differ in length", owner="units", found=found, hint=hint)
    return [np.broadcast_to(np.asarray(item), widths[0]) for item in values]


def with_unit(values: Any, unit: Unit) -> Any:
    """Return plain numbers that count in a unit as a quantity; as they are where the unit is a number."""
    plain = np.asarray(values)
    if unit.dimensionless:
        scaled = plain if unit.scale == 0 else _scaled(plain.astype(np.float64), unit.scale)
        return scaled if scaled.ndim else scaled[()]
    known = _spelled(unit_text(unit), unit)
    if known is not None:
        return pq.Quantity(plain, known)
    return pq.Quantity(_scaled(plain.astype(np.float64), unit.scale), _si(unit))


def _plain(value: Any, owner: str) -> npt.NDArray[np.float64]:
    try:
        plain = np.asarray(value.magnitude if isinstance(value, pq.Quantity) else value)
    except (TypeError, ValueError):  # a ragged list
        plain = np.empty(0, dtype=object)
    if plain.dtype.kind in "biuf":
        return plain.astype(np.float64)
    hint = "write a quantity such as 10*mV, or an array"
    raise ArgumentError("numbers are due here", owner=owner, found=type(value).__name__, hint=hint)


def _scaled(plain: npt.NDArray[np.float64], power: Fraction) -> npt.NDArray[np.float64]:
    if power == 0:
        return plain
    # a division by 10**n is rounded once; 10**-n is itself not a float
    if power > 0:
        return np.asarray(plain * 10.0 ** _exponent(power))
    return np.asarray(plain / 10.0 ** _exponent(-power))


def _exponent(power: Fraction) -> int | float:
    return int(power) if power.denominator == 1 else float(power)


def _decompose(value: pq.Quantity) -> tuple[Unit, float]:
    """Return the unit of a quantity, and what is left of it beside powers of ten."""
    unit, factor = Unit(), 1.0
    for part, exponent in value.dimensionality.items():
        one, left = _part(part)
        unit *= one ** Fraction(float(exponent)).limit_denominator(1000)
        factor *= left ** float(exponent)
    return unit, factor


@cache
def _part(part: pq.UnitQuantity) -> tuple[Unit, float]:
    """Return one of the library's units as a power of ten of SI, and the factor that is left."""
    simple = part.simplified
    exponents = [Fraction(0)] * len(_SI)
    for base, exponent in simple.dimensionality.items():
        if base in _SI:
            exponents[_SI.index(base)] = Fraction(float(exponent)).limit_denominator(1000)
        elif base != _ANGLE:
            hint = "use the units of eqsim.units"
            raise UnitsError(f"the unit '{part.symbol}' has no place in a model", found=str(base), hint=hint)
    size = float(simple.magnitude)
    power = round(math.log10(size))
    left = size / 10.0**power
    # the library multiplies its factors in floating point
    exact = abs(left - 1) < 1e-12
    return Unit(tuple(exponents), Fraction(power) if exact else Fraction(0)), 1.0 if exact else size


class _UserUnit(pq.UnitQuantity):  # type: ignore[misc]
    """A unit of the library, in the library's eyes the same one, that multiplies lists of numbers beside rows too."""

    def __new__(cls, unit: pq.UnitQuantity, _: str) -> Self:
        one: Any = np.array(1.0)
        made: Self = one.view(cls)
        made.flags.writeable = False
        made.__dict__.update(unit.__dict__)
        return made

    def __init__(self, unit: pq.UnitQuantity, name: str) -> None:
        # the library's registry goes on to hold the library's unit
        self._unit, self._spelling = unit, name

    @property
    def _dimensionality(self) -> Any:
        return self._unit._dimensionality  # noqa: SLF001 - what the library's own units override

    @property
    def _reference(self) -> Any:
        return self._unit._reference  # noqa: SLF001

    @property
    def simplified(self) -> Any:
        return self._unit.simplified

    def copy(self) -> _UserUnit:
        return self

    def __copy__(self) -> _UserUnit:
        return self

    def __deepcopy__(self, _: Any) -> _UserUnit:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _quantity, (self._spelling,)

    def __repr__(self) -> str:
        return repr(self._unit)

    def __mul__(self, other: Any) -> Any:
        return _as_product(self._unit * regular(other))

    def __rmul__(self, other: Any) -> Any:
        return regular(other) * self._unit

    def __truediv__(self, other: Any) -> Any:
        return _as_product(self._unit / regular(other))

    def __rtruediv__(self, other: Any) -> Any:
        return regular(other) / self._unit

    def __pow__(self, other: Any) -> Any:
        return _as_product(self._unit**other)


class _UnitProduct(pq.Quantity):  # type: ignore[misc]
    """A product of units (``uA/cm2``), which multiplies what a unit does."""

    def __mul__(self, other: Any) -> Any:
        return _as_product(self.view(pq.Quantity) * regular(other))

    def __rmul__(self, other: Any) -> Any:
        return regular(other) * self.view(pq.Quantity)

    def __truediv__(self, other: Any) -> Any:
        return _as_product(self.view(pq.Quantity) / regular(other))

    def __rtruediv__(self, other: Any) -> Any:
        return regular(other) / self.view(pq.Quantity)


def _as_product(value: pq.Quantity) -> pq.Quantity:
    return value.view(_UnitProduct) if value.ndim == 0 and value.magnitude == 1 else value


@cache
def _quantity(name: str) -> pq.UnitQuantity:
    """Return the unit of a name: the library's where it has it, else one of our own."""
    unit = unit_table()[name]
    theirs = getattr(pq, name, None)
    if isinstance(theirs, pq.UnitQuantity) and _part(theirs) == (unit, 1.0):
        return _UserUnit(theirs, name)
    scale = int(unit.scale)
    size = 10.0**scale if scale >= 0 else 1 / 10.0**-scale
    return _UserUnit(pq.UnitQuantity(name, definition=size * _si(unit), symbol=name), name)


def _si(unit: Unit) -> pq.Quantity:
    product = pq.Quantity(1.0)
    for base, exponent in zip(_SI, unit.exponents, strict=True):
        if exponent:
            product = product * base ** (int(exponent) if exponent.denominator == 1 else float(exponent))
    return product


@cache
def _spelled(text: str, unit: Unit) -> pq.Quantity | None:
    """Return a unit from its text; ``None`` if the text does not spell it."""
    try:
        return _product(parse_expression(text)) if parse_unit(text)[0] == unit else None
    except EqsimError:
        return None


def _product(expr: Expr) -> pq.Quantity:
    match expr:
        case Name():
            return _quantity(expr.name)
        case Binary(op="*"):
            return _product(expr.left) * _product(expr.right)
        case Binary(op="/"):
            return _product(expr.left) / _product(expr.right)
        case Binary(op="**"):
            exponent = constant_number(expr.right) or Fraction(1)
            return _product(expr.left) ** (int(exponent) if exponent.denominator == 1 else float(exponent))
        case Call(function="sqrt"):
            return _product(expr.arguments[0]) ** 0.5
        case _:  # the number 1
            return pq.Quantity(1.0)
