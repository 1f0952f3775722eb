"""Points of a sweep carried out by forks of this process, which find the network built and its code loaded."""

from __future__ import annotations

import multiprocessing
import threading
import warnings
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import sleep

from eqsim.network.sweep_point import ATTEMPTS, Outcome, Point, Runner, killed
from eqsim.text.errors import EqsimWarning

_TASKS = Path("/proc/self/task")  # holds a folder for each thread of this process, where there is such a thing
_LOOKS, _PAUSE = 10, 0.001  # seconds: threads that libraries end before a fork are gone a moment later


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork of this process and the connection to it."""

    connection: Connection
    process: BaseProcess

    def give(self, point: Point) -> None:
        """Let it carry out a point; that it was killed shows when its answer is read."""
        with suppress(OSError):
            self.connection.send(point)

    def end(self) -> None:
        """End it, whatever it does."""
        self.connection.close()
        self.process.kill()
        self.process.join()
        self.process.close()


def in_forks(runner: Runner, points: Sequence[Point], workers: int, done: Callable[[Outcome], None]) -> list[Point]:
    """Carry out points by so many forks of this process; ``done`` takes each outcome as it comes.

    A point whose fork was killed is run once more. Returns the points that are left: all of them where this process
    cannot be forked safely.
    """
    left = deque((point, 1) for point in points)
    busy: dict[Connection, tuple[Fork, Point, int]] = {}

    def give(fork: Fork) -> None:
        point, attempt = left.popleft()
        busy[fork.connection] = fork, point, attempt
        fork.give(point)

    try:
        while left or busy:
            if left and len(busy) < workers and (fresh := _fork(runner, busy)) is not None:
                give(fresh)
                continue
            if not busy:
                break
            for connection in wait(list(busy)):
                assert isinstance(connection, Connection)
                fork, point, attempt = busy.pop(connection)
                try:
                    outcome = connection.recv()
                except (EOFError, OSError):
                    fork.end()
                    if attempt < ATTEMPTS:
                        left.appendleft((point, attempt + 1))
                        continue
                    outcome = killed(point)
                else:
                    give(fork) if left else fork.end()
                done(outcome)
    finally:
        for fork, _, _ in busy.values():
            fork.end()
    return [point for point, _ in left]


def _fork(runner: Runner, others: Collection[Connection]) -> Fork | None:
    """Return a fork that waits for points, or nothing where this process has other threads than this one.

    A fork has none of them, but all locks as they held them. Libraries that take care of that end theirs before a fork,
    so that what counts is how many there are just after it.
    """
    if not _TASKS.is_dir() or threading.active_count() > 1:
        return None
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(runner, there, [here, *others]), daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, for which we look ourselves
        process.start()
    there.close()
    fork = Fork(here, process)
    if _alone():
        return fork
    fork.end()
    return None


def _alone() -> bool:
    """Return whether this process has no other thread than this one."""
    for _ in range(_LOOKS):
        if sum(1 for _ in _TASKS.iterdir()) == 1:
            return True
        sleep(_PAUSE)
    return False


def _serve(runner: Runner, connection: Connection, others: Sequence[Connection]) -> None:
    """Carry out points as they come, until there are no more of them."""
    for other in others:
        other.close()  # so that a connection ends when the one process at its other end does
    warnings.simplefilter("ignore", EqsimWarning)  # given where the sweep was called
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            connection.send(runner.outcome(connection.recv()))
