"""Work on long arrays piece by piece, on all cores: what comes out does not depend on how many there are."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

MANY = 10**6  # from this number of elements on, compiled code is worth loading
SOME = 10**5  # and from this one on, it is worth calling once it is loaded

Result = TypeVar("Result")


def many(count: float) -> bool:
    """Whether there are so many elements that compiled code does better; it gives the same numbers."""
    return count >= MANY or (count >= SOME and "eqsim.random.compiled" in sys.modules)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cut(total: int, size: int) -> list[tuple[int, int]]:
    """Return the pieces (first, end) of a row, each of ``size`` and the last one of what remains."""
    return [(first, min(first + size, total)) for first in range(0, total, size)]


def shared_out(work: Callable[..., Result], pieces: Iterable[tuple[Any, ...]]) -> list[Result]:
    """Return what ``work`` gives for each piece, in their order; it runs on several threads and releases the GIL."""
    with ThreadPoolExecutor(cores()) as pool:
        return list(pool.map(lambda piece: work(*piece), pieces))
