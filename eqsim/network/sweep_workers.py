"""Points of a sweep carried out elsewhere: by processes of this machine, or by the workers of a Dask cluster."""

from __future__ import annotations

import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from pathlib import Path
from typing import Any

from eqsim.network.libraries import optional
from eqsim.network.sweep_axes import OWNER
from eqsim.network.sweep_point import Bench, Job, Outcome, Point, failed, run_in_process, run_on_bench
from eqsim.text.errors import ArgumentError

_ATTEMPTS = 2
_KILLED = "the process that ran it ended twice: killed, out of memory, or crashed"


def pickled(job: Job) -> bytes:
    """Return a job as bytes; raise ArgumentError where it holds what cannot leave its process."""
    cloudpickle = optional("cloudpickle", "a sweep in other processes", OWNER, "cluster")
    try:
        data: bytes = cloudpickle.dumps(job)
    except Exception as error:
        hint = "leave open files and locks out of functions, or take workers=1"
        found = f"{type(error).__name__}: {error}"
        raise ArgumentError("this cannot go to another process", owner=OWNER, found=found, hint=hint) from error
    return data


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
                        if attempt < _ATTEMPTS:
                            left.appendleft((point, attempt + 1))
                        else:
                            done(Outcome(point.number, error=_KILLED))
                    idle.append(pool)
        finally:
            for pool in [*idle, *(pool for pool, _, _ in running.values())]:
                pool.shutdown(wait=True, kill_workers=True)


def on_cluster(job: bytes, points: Sequence[Point], client: Any, done: Callable[[Outcome], None]) -> None:
    """Carry out points by the workers of a Dask cluster, which runs those of a worker that was lost again.

    A point given up because too many workers were lost with it may have stood beside the one that killed them: such
    points are run once more, one by one.
    """
    distributed = optional("distributed", "a sweep on a cluster", OWNER, "cluster")
    if not isinstance(client, distributed.Client) or client.asynchronous:
        hint = "write client=dask.distributed.Client(address)"
        raise ArgumentError("client is a client of Dask", owner=OWNER, found=type(client).__name__, hint=hint)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")  # it is sent once, and again where it was lost
        bench = client.submit(Bench, job, pure=False)
    futures = client.map(run_on_bench, points, bench=bench, pure=False)
    by_key = {future.key: point for future, point in zip(futures, points, strict=True)}
    suspects: list[Point] = []
    try:
        for future in distributed.as_completed(futures):
            point = by_key[future.key]
            if future.status == "error" and isinstance(future.exception(), distributed.KilledWorker):
                suspects.append(point)
            else:
                done(_outcome(future, point))
        for point in suspects:
            alone = client.submit(run_on_bench, point, bench=bench, pure=False)
            distributed.wait(alone)
            done(_outcome(alone, point))
    finally:
        client.cancel([*futures, bench])


def _outcome(future: Any, point: Point) -> Outcome:
    """Return the outcome of a point that a cluster is done with."""
    if future.status == "finished":
        outcome: Outcome = future.result()
        return outcome
    return failed(point, future.exception() if future.status == "error" else RuntimeError(f"run {future.status}"))
