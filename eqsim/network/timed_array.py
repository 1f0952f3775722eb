"""Values over time, for use in texts as a function of ``t``: held over each step, not interpolated."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.network.arguments import positive_time
from eqsim.network.indexes import elements
from eqsim.network.labels import label
from eqsim.text.errors import ArgumentError
from eqsim.units import has_unit, joined, magnitude, unit_of, with_unit


class TimedArray:
    """Values that a text reads as ``I(t)`` or, with one column for each element, ``I(t, i)``.

    Parameters
    ----------
    values
        Shape (times,) or (times, n), with or without unit.
    dt
        The time over which each value is held: a quantity, or a number in a unitless model.

    """

    def __init__(self, values: Any, dt: Any, name: str | None = None) -> None:
        owner = label("TimedArray", name)
        values = joined(values)
        self.unit = unit_of(values) if has_unit(values) else Unit()
        self.values: NDArray[Any] = np.array(magnitude(values, self.unit, owner), dtype=np.float64)
        if self.values.ndim not in {1, 2} or self.values.size == 0:
            raise ArgumentError(
                f"values of shape {self.values.shape} do not make a TimedArray",
                owner=owner,
                hint="give values of shape (times,) or (times, n)",
            )
        self.dt_, self.dt_unit = positive_time(dt, "dt", owner)
        self.dt = dt
        self.name = name

    @property
    def columns(self) -> int:
        """How many columns there are; 1 for values of shape (times,)."""
        return 1 if self.values.ndim == 1 else self.values.shape[1]

    @property
    def duration(self) -> Any:
        """The time that the values cover."""
        return self.values.shape[0] * self.dt

    def __call__(self, time: Any, column: Any = None) -> Any:
        """Return the value at a time, and of a column where there are several, with its unit.

        Raises ArgumentError for a time that is no number, and for a column that is missing or that there is not.
        """
        owner = label("TimedArray", self.name)
        plain = np.asarray(magnitude(time, self.dt_unit, owner))
        if np.isnan(plain).any():
            raise ArgumentError("there is no value at the time nan", owner=owner, hint="give a time, as in 10*ms")
        rows = np.clip(np.floor(plain / self.dt_ + 1e-3), 0, self.values.shape[0] - 1).astype(int)
        if (column is None) != (self.values.ndim == 1):
            call = "(t)" if self.values.ndim == 1 else "(t, i)"
            what = f"values of shape {self.values.shape} are read as {call}"
            found = "no column" if column is None else "a column"
            raise ArgumentError(what, owner=owner, found=found, hint=f"write I{call}")
        if column is None:
            return with_unit(self.values[rows], self.unit)
        columns = elements(column, self.columns, owner)
        return with_unit(self.values[rows, columns if np.ndim(column) else columns[0]], self.unit)
