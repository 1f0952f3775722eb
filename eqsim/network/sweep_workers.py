"""Points of a sweep carried out by processes of this machine that begin anew, and what is sent to them."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from eqsim.network.libraries import optional
from eqsim.network.sweep_axes import OWNER
from eqsim.network.sweep_point import ATTEMPTS, Job, Outcome, Point, killed, run_in_process
from eqsim.text.errors import ArgumentError


def pickled(job: Job, *, arrays: bool = True) -> bytes:
    """Return a job as bytes, whole or without its arrays; raise ArgumentError where it cannot leave its process."""
    cloudpickle = optional("cloudpickle", "a sweep in other processes", OWNER, "cluster")
    data = BytesIO()
    pickler = cloudpickle.Pickler(data)
    if not arrays:
        pickler.persistent_id = lambda thing: isinstance(thing, np.ndarray) or None
    try:
        pickler.dump(job)
    except Exception as error:
        hint = "leave open files and locks out of functions, or take workers=1"
        found = f"{type(error).__name__}: {error}"
        raise ArgumentError("this cannot go to another process", owner=OWNER, found=found, hint=hint) from error
    return data.getvalue()


def in_processes(job: bytes, points: Sequence[Point], workers: int, done: Callable[[Outcome], None]) -> None:
    """Carry out points in so many processes; ``done`` takes each outcome as it comes.

    Each process has a pool of its own, so that one that was killed is known to have had one point: it is run once more.
    """
    loky = optional("loky", "a sweep in several processes", OWNER, "cluster")
    with tempfile.TemporaryDirectory(prefix="eqsim-sweep-", ignore_cleanup_errors=True) as folder:
        file = Path(folder, "job.pickle")
        file.write_bytes(job)
        left = deque((point, 1) for point in points)
        idle = [loky.ProcessPoolExecutor(max_workers=1) for _ in range(min(workers, len(points)))]
        running: dict[Future[Outcome], tuple[Any, Point, int]] = {}
        try:
            while left or running:
                while left and idle:
                    (point, attempt), pool = left.popleft(), idle.pop()
                    running[pool.submit(run_in_process, str(file), point)] = pool, point, attempt
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    pool, point, attempt = running.pop(future)
                    try:
                        done(future.result())
                    except BrokenExecutor:
                        pool.shutdown(wait=False, kill_workers=True)
                        pool = loky.ProcessPoolExecutor(max_workers=1)
                        if attempt < ATTEMPTS:
                            left.appendleft((point, attempt + 1))
                        else:
                            done(killed(point))
                    idle.append(pool)
        finally:
            for pool in [*idle, *(pool for pool, _, _ in running.values())]:
                pool.shutdown(wait=True, kill_workers=True)
