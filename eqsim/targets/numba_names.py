"""The names that generated Numba code imports; each begins with an underscore, so that users' names stay free."""

from __future__ import annotations

import math
from builtins import range as _range
from typing import Any

from numba import float32 as _float32
from numba import float64 as _float64
from numba import int32 as _int32
from numba import int64 as _int64
from numba import njit
from numba import uint8 as _uint8
from numba import uint16 as _uint16
from numba import uint32 as _uint32
from numba import void as _void

from eqsim.random import Kind
from eqsim.targets.intrinsics import driver as _driver
from eqsim.targets.intrinsics import kernel as _kernel
from eqsim.targets.intrinsics import select as _select
from eqsim.targets.intrinsics import view as _view
from eqsim.vector import cos as _cos
from eqsim.vector import exp as _exp
from eqsim.vector import expm1 as _expm1
from eqsim.vector import exprel as _exprel
from eqsim.vector import log as _log
from eqsim.vector import log1p as _log1p
from eqsim.vector import sin as _sin
from eqsim.vector import tanh as _tanh
from eqsim.vector.draws import binomial as _binomial
from eqsim.vector.draws import normal as _normal
from eqsim.vector.draws import poisson as _poisson
from eqsim.vector.draws import uniform as _uniform

_RUN = int(Kind.RUN)
_inf = math.inf
_nan = math.nan


@njit(error_model="numpy")
def _log10(x: Any) -> Any:
    return math.log10(x)


@njit(error_model="numpy")
def _sqrt(x: Any) -> Any:
    return math.sqrt(x)


@njit(error_model="numpy")
def _tan(x: Any) -> Any:
    return _sin(x) / _cos(x)


@njit(error_model="numpy")
def _sinh(x: Any) -> Any:
    return math.sinh(x)


@njit(error_model="numpy")
def _cosh(x: Any) -> Any:
    return math.cosh(x)


@njit(error_model="numpy")
def _arcsin(x: Any) -> Any:
    return math.asin(x)


@njit(error_model="numpy")
def _arccos(x: Any) -> Any:
    return math.acos(x)


@njit(error_model="numpy")
def _arctan(x: Any) -> Any:
    return math.atan(x)


@njit(error_model="numpy")
def _arctan2(y: Any, x: Any) -> Any:
    return math.atan2(y, x)


@njit(error_model="numpy")
def _erf(x: Any) -> Any:
    return math.erf(x)


@njit(error_model="numpy")
def _pow(x: Any, y: Any) -> Any:
    return x**y


@njit(error_model="numpy")
def _abs(x: Any) -> Any:
    return abs(x)


@njit(error_model="numpy")
def _floor(x: Any) -> Any:
    return _float64(math.floor(x))


@njit(error_model="numpy")
def _ceil(x: Any) -> Any:
    return _float64(math.ceil(x))


@njit(error_model="numpy")
def _sign(x: Any) -> Any:
    return _select(x > 0, 1.0, _select(x < 0, -1.0, x * 0.0))  # NaN stays NaN


@njit(error_model="numpy")
def _int(x: Any) -> Any:
    return _int64(x)


@njit(error_model="numpy")
def _mod(x: Any, y: Any) -> Any:
    return x % y


@njit(error_model="numpy")
def _min(x: Any, y: Any) -> Any:
    return _select((x < y) | (x != x), x, y)  # noqa: PLR0124 - NaN goes through


@njit(error_model="numpy")
def _max(x: Any, y: Any) -> Any:
    return _select((x > y) | (x != x), x, y)  # noqa: PLR0124 - NaN goes through


@njit(error_model="numpy")
def _clip(x: Any, low: Any, high: Any) -> Any:
    return _min(_max(x, low), high)


@njit(error_model="numpy")
def _heaviside(x: Any) -> Any:
    return _select(x >= 0, 1.0, _select(x < 0, 0.0, x))


@njit(error_model="numpy")
def _timestep(time: Any, dt: Any) -> Any:
    # a thousandth of a step lets times that are whole steps but for rounding count as whole
    return _int64(math.floor((time + 1e-3 * dt) / dt))


@njit(error_model="numpy")
def _held(values: Any, columns: Any, step: Any, time: Any, column: Any) -> Any:
    """Return a TimedArray's value: held over its step, the first before the start, the last after the end."""
    rows = values.shape[0] // columns
    row = _int64(math.floor(time / step + 1e-3))
    row = min(max(row, 0), rows - 1)
    return values[row * columns + _int64(column)]


__all__ = [
    "_RUN", "_abs", "_arccos", "_arcsin", "_arctan", "_arctan2", "_binomial", "_ceil", "_clip", "_cos", "_cosh",
    "_driver", "_erf", "_exp", "_expm1", "_exprel", "_float32", "_float64", "_floor", "_heaviside", "_held", "_inf",
    "_int", "_int32", "_int64", "_kernel", "_log", "_log10", "_log1p", "_max", "_min", "_mod", "_nan", "_normal",
    "_poisson", "_pow", "_range", "_select", "_sign", "_sin", "_sinh", "_sqrt", "_tan", "_tanh", "_timestep",
    "_uint16", "_uint32", "_uint8", "_uniform", "_view", "_void",
]  # fmt: skip
