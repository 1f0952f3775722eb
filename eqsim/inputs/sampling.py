"""The steps of an input, and the values that are given for it, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.checking.vocabulary import time_unit
from eqsim.network.arguments import positive_time, whole_number
from eqsim.network.timed_array import TimedArray
from eqsim.runtime.clock import whole_steps
from eqsim.text.errors import ArgumentError
from eqsim.units import has_unit, joined, magnitude, regular, unit_of, with_unit

Reals = NDArray[np.float64]
_STEP = 0.1  # ms, as that of a network
_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Sampling:
    """The steps of an input, whose values are each held over one of them."""

    owner: str
    dt: Any
    dt_: float  # as a number of `unit`
    unit: Unit

    def times(self, given: Any, what: str) -> Reals:
        """Return a time, or a list of them, as plain numbers; raise EqsimError for one that is below 0."""
        plain = np.asarray(magnitude(given, self.unit, f"{what} of {self.owner}"))
        if plain.ndim > 1 or not ((plain >= 0) & (plain / self.dt_ <= _MOST)).all():
            hint = f"write for instance {what}=10*ms, or a number in a model without units"
            raise ArgumentError(f"{what} must be finite and at least 0", owner=self.owner, found=str(given), hint=hint)
        return plain

    def steps(self, time: Any, what: str) -> int:
        """Return one time as a number of steps, to the nearest."""
        plain = self.times(time, what)
        if plain.ndim:
            raise ArgumentError(f"{what} is one time", owner=self.owner, found=f"{plain.size} times", hint="give one")
        return self.whole(float(plain))

    def whole(self, plain: float) -> int:
        """Return a plain time as a number of steps, to the nearest."""
        return whole_steps(plain, self.dt_)

    def length(self, duration: Any) -> int:
        """Return how many steps an input lasts, at least one."""
        return self.at_least_one(self.steps(duration, "duration"), duration)

    def at_least_one(self, steps: int, duration: Any) -> int:
        """Return a number of steps; raise ArgumentError for none."""
        if steps == 0:
            hint = "make it longer, or dt shorter"
            found = f"{duration}, with dt={self.dt}"
            raise ArgumentError("the input is shorter than half a step", owner=self.owner, found=found, hint=hint)
        return steps

    def window(self, t_start: Any, t_end: Any, duration: Any) -> tuple[int, int, int]:
        """Return the steps at which an input begins and ends, and how many there are in all."""
        steps = self.length(duration)
        first = self.steps(t_start, "t_start")
        last = steps if t_end is None else self.steps(t_end, "t_end")
        if not first <= last <= steps:
            found, hint = f"from {t_start} to {t_end} of {duration}", "t_start comes before t_end, and t_end by the end"
            raise ArgumentError("the input has no such part", owner=self.owner, found=found, hint=hint)
        return first, last, steps

    def made(self, values: Any, unit: Unit) -> TimedArray:
        """Return plain values in a unit, a row for each step, as an input."""
        return TimedArray(with_unit(values, unit), self.dt)

    def within(self, part: Any, first: int, steps: int, unit: Unit) -> TimedArray:
        """Return the rows of a part, which begins at a step, as an input that is 0 elsewhere."""
        values = np.zeros((steps, *part.shape[1:]))
        values[first : first + len(part)] = part
        return self.made(values, unit)


def sampling(owner: str, dt: Any, *times: Any) -> Sampling:
    """Return the steps of an input; ``dt`` is 0.1 ms unless it is given, as it must be where times are numbers."""
    if dt is None:
        if not any(has_unit(joined(time)) for time in times):
            hint = "write for instance dt=0.1"
            raise ArgumentError("times without units need a time step", owner=owner, hint=hint)
        dt = with_unit(_STEP, time_unit(unitless=False))
    plain, unit = positive_time(dt, "dt", owner)
    return Sampling(owner, dt, plain, unit)


def amount(value: Any, unit: Unit, what: str, owner: str) -> Reals:
    """Return a value, or one for each column, as plain numbers: shape () or (n,).

    Raises EqsimError for another unit or shape, and for what is no finite number.
    """
    plain = np.asarray(magnitude(value, unit, f"{what} of {owner}"))
    if plain.ndim > 1 or not plain.size or not np.isfinite(plain).all():
        found = f"shape {plain.shape}" if plain.ndim > 1 or not plain.size else str(value)
        hint = "give one value, or a list with one for each column"
        raise ArgumentError(f"{what} is finite, of shape () or (n,)", owner=owner, found=found, hint=hint)
    return plain


def unit_among(*values: Any) -> Unit:
    """Return the unit of the first value that has one, and otherwise that of plain numbers."""
    for value in values:
        if has_unit(value):
            return unit_of(value)
        if isinstance(value, list | tuple) and not (unit := unit_among(*value)).dimensionless:
            return unit
    return Unit()


def columns(owner: str, n: int | None, **values: Reals) -> tuple[int, ...]:
    """Return the shape of a row, () or (n,), from how many columns are asked for and what values there are.

    Raises ArgumentError for values that do not fit.
    """
    count = 1 if n is None else whole_number(n, "n", owner)
    sizes = {name: value.size for name, value in values.items() if value.ndim}
    several = {size for size in (*sizes.values(), count) if size > 1}
    if len(several) > 1:
        told = [f"{size} of {name}" for name, size in sizes.items()] + ([f"n={count}"] if count > 1 else [])
        hint = "give one value, or one for each column"
        raise ArgumentError("the numbers of columns differ", owner=owner, found=", ".join(told), hint=hint)
    return (max(several, default=1),) if sizes or count > 1 else ()


def table(values: Any, unit: Unit, what: str, owner: str, rows: int) -> Reals:
    """Return values, of which some may have columns, as plain numbers of shape (rows,) or (rows, n)."""
    if isinstance(values, str) or not np.iterable(values):
        hint = f"write for instance {what}=[0, 1, 0]"
        raise ArgumentError(f"{what} are a list", owner=owner, found=repr(values), hint=hint)
    items = [np.asarray(magnitude(item, unit, f"{what} of {owner}")) for item in values]
    wrong = next((item for item in items if item.ndim > 1 or not np.isfinite(item).all()), None)
    if wrong is not None or len(items) != rows:
        found = f"{len(items)} for {rows}" if wrong is None else f"an item of shape {wrong.shape}: {wrong}"
        hint = "give one for each section or spike: a finite number, or a list with one for each column"
        raise ArgumentError(f"these {what} do not fit", owner=owner, found=found, hint=hint)
    return np.array(regular(items), dtype=np.float64)
