"""A run loop carried out by one thread or by a team of them, as many as are the fastest at present."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.targets.pace import Pace

FULL, STOPPED = 24, 32  # the entries of ``sync`` that say why a run ended
_SYNC = 64  # entries in which threads count their arrivals and tell of full lists
_PIECE_SECONDS = 0.02  # of work between two decisions on how many threads take part
_TRIAL = 4  # a trial takes some pieces, each so many times shorter
_TELLING = 8  # shorter pieces, as before a function of Python, are judged together until they are 1/8 of one

Drive = Callable[..., int]
"""A run loop: takes the first step and the last, what it works on, the member's number and how many there are, the
lanes, ``sync`` and the ticks; returns the step reached."""

Given = Callable[[list[NDArray[Any]], NDArray[np.float64], NDArray[np.int64]], tuple[Any, ...]]
"""Takes the arrays, the real and the integer constants; returns what a run loop works on."""


def in_a_table(arrays: list[NDArray[Any]], reals: NDArray[np.float64], integers: NDArray[np.int64]) -> tuple[Any, ...]:
    """Return the table of arrays, address and length of each, and the constants."""
    return np.array([(array.ctypes.data, len(array)) for array in arrays], np.int64).reshape(-1, 2), reals, integers


@dataclass
class Team:
    """The threads that share a run loop."""

    drive: Drive
    ticks: NDArray[np.int64]  # of each launch, in the steps that are timed
    lanes: int = 1
    given: Given = in_a_table
    most: int = 0  # threads take part at most; 0 for as many as there are lanes
    seconds: float = 0.0  # in the run loop
    pace: Pace = field(init=False)  # how many threads carry out the lanes
    _piece: int = 16  # steps between two decisions on that
    _unjudged: tuple[float, int] = (0.0, 0)  # the seconds and steps that the pace was not told of
    _others: ThreadPoolExecutor | None = None
    _full: bool = False  # a list has no room for another step

    def __post_init__(self) -> None:
        self.pace = Pace(_teams(min(self.lanes, self.most or self.lanes)))

    def advance(
        self, first: int, last: int, arrays: list[NDArray[Any]], reals: NDArray[np.float64], integers: NDArray[np.int64]
    ) -> int:
        """Carry out the steps from ``first`` until ``last``; return the step reached, less when a list needs room."""
        begin, reached = perf_counter(), first
        values = self.given(arrays, reals, integers)
        while reached < last and not self._full:
            members, most = self.pace.next(), self._piece if self.lanes > 1 else last
            piece = min(last - reached, max(1, most // _TRIAL) if self.pace.trying else most)
            since, before = perf_counter(), reached
            reached, stopped = self._together(members, before, before + piece, values)
            seconds = perf_counter() - since
            self._judge(seconds, reached - before)
            if not self.pace.trying:
                self._piece = max(1, min(4 * piece, int(piece * _PIECE_SECONDS / seconds))) if seconds else piece
            if stopped or reached < before + piece:
                break
        self._full = self._full and reached == last
        self.seconds += perf_counter() - begin
        return reached

    def _judge(self, seconds: float, steps: int) -> None:
        """Tell the pace what a step costs, once pieces of the present way are long enough to say."""
        seconds, steps = self._unjudged[0] + seconds, self._unjudged[1] + steps
        self._unjudged = seconds, steps
        if steps and seconds * _TELLING >= _PIECE_SECONDS:
            self.pace.took(seconds / steps)
            self._unjudged = 0.0, 0

    def _together(self, members: int, first: int, last: int, values: tuple[Any, ...]) -> tuple[int, bool]:
        """Carry out steps with so many threads; return the step reached, and whether a condition ended it there."""
        sync = np.zeros(_SYNC, np.int64)

        def work(member: int) -> int:
            return int(self.drive(first, last, *values, member, members, self.lanes, sync, self.ticks))

        if members > 1 and self._others is None:
            self._others = ThreadPoolExecutor(self.lanes - 1, "eqsim")
        others = [self._others.submit(work, member) for member in range(1, members)] if self._others else []
        reached = work(0)
        assert all(other.result() == reached for other in others)
        self._full = bool(sync[FULL])
        return reached, bool(sync[STOPPED])


def with_addresses(function: Callable[..., int]) -> Drive:
    """Return a run loop that takes the addresses of arrays as one that takes arrays."""

    def drive(first: int, last: int, *given: Any) -> int:
        table, reals, integers, member, members, lanes, sync, ticks = given
        addresses = table.ctypes.data, reals.ctypes.data, integers.ctypes.data
        return function(first, last, *addresses, member, members, lanes, sync.ctypes.data, ticks.ctypes.data)

    return drive


def processors() -> int:
    """Return how many threads may share a run: one for each processor that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _teams(lanes: int) -> tuple[int, ...]:
    """Return the numbers of threads that may carry out so many lanes: all, half of them, and so on down to one."""
    return (lanes, *_teams(lanes // 2)) if lanes > 1 else (1,)
