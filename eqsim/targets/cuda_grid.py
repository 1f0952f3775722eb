"""Where a thread is in a grid, what the threads of a block do together, and what makes a function one of a device.

The same text runs on a device and in Numba's simulator, where a function is Python and a number NumPy's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda, types
from numba.cuda.core import config

SIMULATED = bool(config.ENABLE_CUDASIM)
MOST_THREADS = 1024  # of a block, on every device


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


_of: Any = np if SIMULATED else types  # a type makes a number of that type, here and there
float32, float64, int64 = _of.float32, _of.float64, _of.int64


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
    """Return the number of this block."""
    return cuda.blockIdx.x


@within
def blocks() -> Any:
    """Return how many blocks there are."""
    return cuda.gridDim.x


@within
def thread() -> Any:
    """Return the number of this thread in its block."""
    return cuda.threadIdx.x


@within
def threads() -> Any:
    """Return how many threads a block has."""
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
    """Add to an entry as one operation that no thread can come between; return what it was."""
    return cuda.atomic.add(array, index, value)


@device
def idle(now: Any, halt: Any, period: Any) -> Any:
    """Whether a launch has nothing to do: the run has ended, or this is none of its steps."""
    return halt[0] != 0 or (period != 1 and now[0] % period != 0)


@device
def step_of(now: Any, period: Any) -> Any:
    """Return the count of a clock's steps; most clocks are the network's, which spares each thread a long division."""
    return now[0] if period == 1 else now[0] // period


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
