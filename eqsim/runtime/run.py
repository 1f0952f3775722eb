"""The time loop seen from the host: chunks of steps, and room, interruption and progress between them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from time import perf_counter

from eqsim.targets.target import Run, RunElsewhere, Storages

# how long a chunk of steps should take: short enough for Ctrl-C to feel immediate, long enough to cost nothing
_CHUNK_SECONDS = 0.1


def advance(
    run: Run,
    storages: Storages,
    first: int,
    last: int,
    make_room: Callable[[int], None],
    reached: Callable[[int, int], None],
    stop: Callable[[], bool],
) -> int:
    """Carry out the steps from ``first`` until ``last``; return the step reached.

    ``make_room(steps)`` is called before steps for which lists may be too short, ``reached(from, to)`` after each
    chunk, and ``stop()`` between chunks.
    """
    now, chunk = first, 16
    make_room(last - first)
    with run.held(storages) if isinstance(run, RunElsewhere) else nullcontext():
        while now < last and not stop():
            begin = perf_counter()
            until = min(last, now + chunk)
            then = run.advance(now, until, storages)
            seconds = perf_counter() - begin
            if then > now:
                reached(now, then)
            if then < until:
                make_room(last - then)
            elif seconds > 0:
                chunk = max(1, min(4 * chunk, int(chunk * _CHUNK_SECONDS / seconds)))
            now = then
    return now


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C into a flag for as long as the block lasts, so that a run stops between steps and nothing is lost."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set  # only the main thread may take signals
        return
    before = signal.signal(signal.SIGINT, lambda *_: pressed.set())
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed.is_set():
        raise KeyboardInterrupt
