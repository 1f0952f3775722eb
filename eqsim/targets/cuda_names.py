"""What generated CUDA code calls, as attributes of this one module, so that every other name is free for users.

Functions keep single precision single: none that is often needed has a constant beside its argument that would make the
compiler count in double precision.
"""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np
from numba.cuda import libdevice

from eqsim.random.draws import Kind
from eqsim.targets.cuda_grid import (
    SIMULATED,
    atomic_add,
    block,
    blocks,
    device,
    every,
    first,
    float32,
    float64,
    idle,
    in_order,
    int64,
    kernel,
    meet,
    quiet,
    rank,
    step_of,
    thread,
    threads,
)
from eqsim.targets.cuda_random import binomial, normal, poisson, uniform

RUN = builtins.int(Kind.RUN)
range = builtins.range
inf = math.inf
nan = math.nan

_least, _most = builtins.min, builtins.max
_library: Any = np if SIMULATED else math
exp, expm1, log, log10, log1p = _library.exp, _library.expm1, _library.log, _library.log10, _library.log1p
sin, cos, tan, sinh, cosh, tanh = (getattr(_library, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh"))
sqrt, abs, erf = _library.sqrt, _library.fabs, math.erf
arcsin, arccos = (np.arcsin, np.arccos) if SIMULATED else (math.asin, math.acos)
arctan, arctan2 = (np.arctan, np.arctan2) if SIMULATED else (math.atan, math.atan2)
floor, ceil = (np.floor, np.ceil) if SIMULATED else (libdevice.floor, libdevice.ceil)


def _numpy_pow(x: Any, y: Any) -> Any:
    return np.power(x * 1.0, y * 1.0)


@device
def _device_pow(x: Any, y: Any) -> Any:
    return math.pow(x, y)


pow = library_pow = _numpy_pow if SIMULATED else _device_pow


@device
def select(condition: Any, then: Any, otherwise: Any) -> Any:
    return then if condition else otherwise


@device
def whole_power(x: Any, n: Any) -> Any:
    if n < 0:
        return pow(x, n)
    result, square, left = x, x, n - 1
    while left > 0:
        if left & 1:
            result = result * square
        square = square * square
        left >>= 1
    return result


@device
def half_power(x: Any, n: Any) -> Any:
    if n < 0:
        return pow(x, n * 0.5)
    root = sqrt(x)
    for _ in range(n // 2):
        root = root * x
    return root


@device
def exprel(x: Any) -> Any:
    return exp(x) if x == 0 else expm1(x) / x


@device
def exprel_reciprocal(x: Any) -> Any:
    return exp(x) if x == 0 else x / expm1(x)


@device
def sign(x: Any) -> Any:
    if x > 0:
        return 1.0
    return -1.0 if x < 0 else x * 0.0  # NaN stays NaN


@device
def int(x: Any) -> Any:
    return int64(x)


@device
def mod(x: Any, y: Any) -> Any:
    return x % y


@device
def min(x: Any, y: Any) -> Any:
    return x if x < y or x != x else y  # noqa: PLR0124 - NaN goes through


@device
def max(x: Any, y: Any) -> Any:
    return x if x > y or x != x else y  # noqa: PLR0124 - NaN goes through


@device
def clip(x: Any, low: Any, high: Any) -> Any:
    return min(max(x, low), high)


@device
def heaviside(x: Any) -> Any:
    if x >= 0:
        return 1.0
    return 0.0 if x < 0 else x * 1.0


@device
def timestep(time: Any, dt: Any) -> Any:
    # a thousandth of a step lets times that are whole steps but for rounding count as whole
    return int64(math.floor((time + 1e-3 * dt) / dt))


@device
def held(values: Any, columns: Any, step: Any, time: Any, column: Any) -> Any:
    """Return a TimedArray's value: held over its step, the first before the start, the last after the end."""
    rows = values.shape[0] // columns
    row = _least(_most(int64(math.floor(time / step + 1e-3)), 0), rows - 1)
    place = _least(_most(int64(column), 0), columns - 1)
    return values[row * columns + place]


__all__ = [
    "RUN",
    "abs",
    "arccos",
    "arcsin",
    "arctan",
    "arctan2",
    "atomic_add",
    "binomial",
    "block",
    "blocks",
    "ceil",
    "clip",
    "cos",
    "cosh",
    "erf",
    "every",
    "exp",
    "expm1",
    "exprel",
    "exprel_reciprocal",
    "first",
    "float32",
    "float64",
    "floor",
    "half_power",
    "heaviside",
    "held",
    "idle",
    "in_order",
    "inf",
    "int",
    "int64",
    "kernel",
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
    "poisson",
    "pow",
    "quiet",
    "range",
    "rank",
    "select",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "step_of",
    "tan",
    "tanh",
    "thread",
    "threads",
    "timestep",
    "uniform",
    "whole_power",
]
