"""Captured values that are no numbers, as host code takes them: TimedArrays and functions of plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from eqsim.network.functions import Function
from eqsim.network.timed_array import TimedArray
from eqsim.units import has_unit, unit_of


def callables(values: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """Return the TimedArrays and functions among captured values as functions of plain arrays."""
    found: dict[str, Callable[..., Any]] = {}
    for name, value in values.items():
        if isinstance(value, TimedArray):
            found[name] = _table(value)
        elif isinstance(value, Function):
            found[name] = np.vectorize(value.fn, otypes=[np.float64])
    return found


def same_value(one: Any, other: Any) -> bool:
    """Whether two captured values are one, unit and all."""
    if isinstance(one, TimedArray | Function) or isinstance(other, TimedArray | Function):
        return one is other
    return has_unit(one) == has_unit(other) and unit_of(one) == unit_of(other) and bool(np.all(one == other))


def time_in_model(array: TimedArray) -> float:
    """Return a TimedArray's step in the time unit of the models that use it: milliseconds, or plain."""
    return float(array.dt_ * 10.0 ** float(array.dt_unit.scale + 3)) if not array.dt_unit.dimensionless else array.dt_


def _table(array: TimedArray) -> Callable[..., Any]:
    def value(time: Any, column: Any = 0) -> Any:
        # the argument comes in the time unit of the model, milliseconds wherever there are units
        row = np.floor(np.asarray(time) / time_in_model(array) + 1e-3).astype(np.int64)
        rows = np.clip(row, 0, array.values.shape[0] - 1)
        columns = np.clip(np.asarray(column).astype(np.int64), 0, array.columns - 1)
        return array.values.reshape(-1, array.columns)[rows, columns]

    return value
