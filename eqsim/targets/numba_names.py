"""What generated Numba code calls, as attributes of this one module, so that every other name is free for users."""

from __future__ import annotations

import builtins
import math
from typing import Any

from numba import float32, float64, int32, int64, njit, uint8, uint16, uint32, uint64, void

from eqsim.random.draws import Kind
from eqsim.targets.intrinsics import (
    BLOCK,
    array_at,
    at,
    driver,
    entry,
    flush_subnormals,
    given_array,
    given_real,
    kernel,
    restore_control,
    scratch,
    section,
    select,
    ticks,
    wide,
)
from eqsim.targets.meeting import meet, part
from eqsim.vector.draws import binomial, normal, poisson, uniform
from eqsim.vector.exponential import cosh, exp, expm1, exprel, exprel_reciprocal, sinh, tanh
from eqsim.vector.logarithm import log, log1p, log10
from eqsim.vector.power import half_power, pow, whole_power  # noqa: A004 - the function of the language
from eqsim.vector.rounding import ceil, floor
from eqsim.vector.trigonometric import cos, sin, tan

RUN = builtins.int(Kind.RUN)
range = builtins.range
inf = math.inf
nan = math.nan


@njit(error_model="numpy")
def sqrt(x: Any) -> Any:
    return math.sqrt(x)


@njit(error_model="numpy")
def arcsin(x: Any) -> Any:
    return math.asin(x)


@njit(error_model="numpy")
def arccos(x: Any) -> Any:
    return math.acos(x)


@njit(error_model="numpy")
def arctan(x: Any) -> Any:
    return math.atan(x)


@njit(error_model="numpy")
def arctan2(y: Any, x: Any) -> Any:
    return math.atan2(y, x)


@njit(error_model="numpy")
def erf(x: Any) -> Any:
    return math.erf(x)


@njit(error_model="numpy")
def library_pow(x: Any, y: Any) -> Any:
    return x**y


@njit(error_model="numpy")
def abs(x: Any) -> Any:
    return math.fabs(x)


@njit(error_model="numpy")
def sign(x: Any) -> Any:
    return select(x > 0, 1.0, select(x < 0, -1.0, x * 0.0))  # NaN stays NaN


@njit(error_model="numpy")
def int(x: Any) -> Any:
    return int64(x)


@njit(error_model="numpy")
def mod(x: Any, y: Any) -> Any:
    return x % y


@njit(error_model="numpy")
def min(x: Any, y: Any) -> Any:
    return select((x < y) | (x != x), x, y)  # noqa: PLR0124 - NaN goes through


@njit(error_model="numpy")
def max(x: Any, y: Any) -> Any:
    return select((x > y) | (x != x), x, y)  # noqa: PLR0124 - NaN goes through


@njit(error_model="numpy")
def clip(x: Any, low: Any, high: Any) -> Any:
    return min(max(x, low), high)


@njit(error_model="numpy")
def heaviside(x: Any) -> Any:
    return select(x >= 0, 1.0, select(x < 0, 0.0, x))


@njit(error_model="numpy")
def timestep(time: Any, dt: Any) -> Any:
    # a thousandth of a step lets times that are whole steps but for rounding count as whole
    return int64(math.floor((time + 1e-3 * dt) / dt))


@njit(error_model="numpy")
def held(values: Any, columns: Any, step: Any, time: Any, column: Any) -> Any:
    """Return a TimedArray's value: held over its step, the first before the start, the last after the end."""
    rows = values.shape[0] // columns
    row = int64(math.floor(time / step + 1e-3))
    row = select(row < 0, 0, select(row >= rows, rows - 1, row))
    place = int64(column)
    place = select(place < 0, 0, select(place >= columns, columns - 1, place))
    return values[at(row * columns + place)]


@njit(error_model="numpy")
def timed(step: Any) -> Any:
    """Whether a step's launches are timed: one of 16, as good as drawn, so that no rhythm of a network counts twice."""
    return (step * 0x9E3779B1 >> 13) & 15 == 0


@njit(error_model="numpy")
def lap(spent: Any, launch: Any, since: Any) -> Any:
    """Add the time since a launch began to what it has spent; return the time now."""
    now = ticks()
    spent[launch] += now - since
    return now


__all__ = [
    "BLOCK",
    "RUN",
    "abs",
    "arccos",
    "arcsin",
    "arctan",
    "arctan2",
    "array_at",
    "at",
    "binomial",
    "ceil",
    "clip",
    "cos",
    "cosh",
    "driver",
    "entry",
    "erf",
    "exp",
    "expm1",
    "exprel",
    "exprel_reciprocal",
    "float32",
    "float64",
    "floor",
    "flush_subnormals",
    "given_array",
    "given_real",
    "half_power",
    "heaviside",
    "held",
    "inf",
    "int",
    "int32",
    "int64",
    "kernel",
    "lap",
    "library_pow",
    "log",
    "log1p",
    "log10",
    "max",
    "meet",
    "min",
    "mod",
    "nan",
    "normal",
    "part",
    "poisson",
    "pow",
    "range",
    "restore_control",
    "scratch",
    "section",
    "select",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "ticks",
    "timed",
    "timestep",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uniform",
    "void",
    "whole_power",
    "wide",
]  # fmt: skip
