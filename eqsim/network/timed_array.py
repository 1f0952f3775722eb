"""Values over time, for use in texts as a function of ``t``: held over each step, not interpolated."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.checking.vocabulary import time_unit
from eqsim.text.errors import ArgumentError, UnitsError
from eqsim.units import has_unit, magnitude, unit_of, with_unit


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
        self.unit = unit_of(values) if has_unit(values) else Unit()
        self.values: NDArray[Any] = np.array(magnitude(values, self.unit), dtype=np.float64)
        if self.values.ndim not in {1, 2} or self.values.size == 0:
            raise ArgumentError(
                f"values of shape {self.values.shape} do not make a TimedArray",
                owner="TimedArray",
                hint="give values of shape (times,) or (times, n)",
            )
        self.dt_unit = unit_of(dt) if has_unit(dt) else Unit()
        if has_unit(dt) and not self.dt_unit.same_dimension(time_unit(unitless=False)):
            found, hint = unit_text(self.dt_unit), "write for instance 1*ms"
            raise UnitsError("a TimedArray's dt must be a time", owner="TimedArray", found=found, hint=hint)
        step = magnitude(dt, self.dt_unit, "TimedArray")
        if np.ndim(step) or not 0 < step < np.inf:
            raise ArgumentError(f"a TimedArray's dt must be one positive time, not {dt}", owner="TimedArray")
        self.dt_ = float(step)
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
        """Return the value at a time, with its unit."""
        row = np.floor(np.asarray(magnitude(time, self.dt_unit)) / self.dt_ + 1e-3).astype(int)
        rows = np.clip(row, 0, self.values.shape[0] - 1)
        values = self.values[rows] if column is None else self.values.reshape(-1, self.columns)[rows, column]
        return with_unit(values, self.unit)
