"""What generated CUDA code calls, as attributes of this one module, so that every other name is free for users.

The same text runs on a device and in Numba's simulator, where a function is Python and a number NumPy's. Functions keep
single precision single: none has a constant beside its argument that would make the compiler count in double precision.
"""

from __future__ import annotations

import builtins
import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda, float32, float64, int32, int64, uint8, uint16, uint32, uint64
from numba.cuda.core import config

from eqsim.random import Kind

SIMULATED = bool(config.ENABLE_CUDASIM)
MOST_THREADS = 1024  # of a block, on every device
RUN = builtins.int(Kind.RUN)
range = builtins.range
inf = math.inf
nan = math.nan


def kernel(function: Callable[..., Any]) -> Any:
    """Make a kernel, on a device from the cache on disk where it was ever compiled there."""
    if SIMULATED:
        return cuda.jit(function)
    try:
        return cuda.jit(function, cache=True)
    except RuntimeError:  # neither the folder of the module nor the user's cache can be written
        return cuda.jit(function)


def device(function: Callable[..., Any]) -> Any:
    """Make a function that kernels call; in the simulator it is what it is."""
    return function if SIMULATED else cuda.jit(function, device=True)


def within(function: Callable[..., Any]) -> Any:
    """Make a function that kernels call and that asks where in a grid it is, which the simulator has to be told."""
    return cuda.jit(function, device=True)


def inlined(function: Callable[..., Any]) -> Any:
    """Make a function whose text becomes part of each kernel that calls it, as one with shared memory must."""
    return function if SIMULATED else cuda.jit(function, device=True, inline="always")


if SIMULATED:
    float32, float64, int32, int64 = np.float32, np.float64, np.int32, np.int64
    uint8, uint16, uint32, uint64 = np.uint8, np.uint16, np.uint32, np.uint64


# where a thread is -------------------------------------------------------------------------------------------------


@within
def first() -> Any:
    """Return the first element that a thread deals with, of all threads of the grid."""
    return cuda.grid(1)


@within
def every() -> Any:
    """Return how far apart the elements lie that a thread deals with: the number of threads."""
    return cuda.gridsize(1)


@within
def block() -> Any:
    return cuda.blockIdx.x


@within
def blocks() -> Any:
    return cuda.gridDim.x


@within
def thread() -> Any:
    return cuda.threadIdx.x


@within
def threads() -> Any:
    return cuda.blockDim.x


@within
def meet() -> None:
    """Wait until all threads of a block are here, with what they wrote."""
    cuda.syncthreads()


@within
def _rank_in(sums: Any, value: Any) -> Any:
    me, count = cuda.threadIdx.x, cuda.blockDim.x
    sums[me] = value
    cuda.syncthreads()
    reach = 1
    while reach < count:
        below = int64(0)
        if me >= reach:
            below = sums[me - reach]
        cuda.syncthreads()
        sums[me] += below
        cuda.syncthreads()
        reach *= 2
    before, total = sums[me] - value, sums[count - 1]
    cuda.syncthreads()
    return before, total


@inlined
def _device_rank(value: Any) -> Any:
    return _rank_in(cuda.shared.array(MOST_THREADS, int64), value)


def _simulated_rank(value: Any) -> Any:
    # the simulator's own shared arrays may be made twice where two threads ask at once
    block_of_threads = threading.current_thread()._manager.__dict__  # type: ignore[attr-defined]  # noqa: SLF001
    return _rank_in(block_of_threads.setdefault("eqsim_sums", np.zeros(MOST_THREADS, np.int64)), value)


rank = _simulated_rank if SIMULATED else _device_rank
"""Return the sum of the values of a block's threads before this one, and that of all; all threads must call it."""


@within
def atomic_add(array: Any, index: Any, value: Any) -> Any:
    return cuda.atomic.add(array, index, value)


@device
def idle(now: Any, halt: Any, period: Any) -> Any:
    """Whether a launch has nothing to do: the run has ended, or this is none of its steps."""
    return halt[0] != 0 or now[0] % period != 0


def _quiet() -> None:
    np.seterr(all="ignore")  # of this simulated thread alone


@device
def _as_it_is() -> None:
    """Do nothing: arithmetic of a device warns of nothing."""


quiet = _quiet if SIMULATED else _as_it_is


# arrivals by their targets -----------------------------------------------------------------------------------------


@device
def comes_before(one: Any, other: Any, run_of: Any) -> Any:
    """Whether an arrival acts before another: by run, then by place in it."""
    return run_of[one] < run_of[other] or (run_of[one] == run_of[other] and one < other)


@device
def in_order(head: Any, following: Any, run_of: Any) -> Any:
    """Sort a linked list of arrivals into the order in which they act, by merging; return where it begins."""
    width = 1
    while True:
        left, head, tail, merges = head, -1, -1, 0
        while left >= 0:
            merges += 1
            right, lefts, rights = left, 0, width
            while lefts < width and right >= 0:
                lefts += 1
                right = int64(following[right])
            while lefts > 0 or (rights > 0 and right >= 0):
                if lefts > 0 and (rights == 0 or right < 0 or comes_before(left, right, run_of)):
                    taken = left
                    left = int64(following[left])
                    lefts -= 1
                else:
                    taken = right
                    right = int64(following[right])
                    rights -= 1
                if tail < 0:
                    head = taken
                else:
                    following[tail] = taken
                tail = taken
            left = right
        following[tail] = -1
        if merges <= 1:
            return head
        width *= 2


# functions of the language -----------------------------------------------------------------------------------------

if SIMULATED:
    exp, expm1, log, log10, log1p, sqrt = np.exp, np.expm1, np.log, np.log10, np.log1p, np.sqrt
    sin, cos, tan, sinh, cosh, tanh = np.sin, np.cos, np.tan, np.sinh, np.cosh, np.tanh
    arcsin, arccos, arctan, arctan2 = np.arcsin, np.arccos, np.arctan, np.arctan2
    floor, ceil, abs, erf = np.floor, np.ceil, np.fabs, math.erf
else:
    from numba.cuda import libdevice

    exp, expm1, log, log10, log1p, sqrt = math.exp, math.expm1, math.log, math.log10, math.log1p, math.sqrt
    sin, cos, tan, sinh, cosh, tanh = math.sin, math.cos, math.tan, math.sinh, math.cosh, math.tanh
    arcsin, arccos, arctan, arctan2 = math.asin, math.acos, math.atan, math.atan2
    floor, ceil, abs, erf = libdevice.floor, libdevice.ceil, math.fabs, math.erf


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
    row = builtins_min(builtins_max(int64(math.floor(time / step + 1e-3)), 0), rows - 1)
    place = builtins_min(builtins_max(int64(column), 0), columns - 1)
    return values[row * columns + place]


builtins_min, builtins_max = builtins.min, builtins.max
