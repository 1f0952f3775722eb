"""Points of a sweep carried out by the workers of a Dask cluster, some of which may be lost for good."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from eqsim.network.libraries import optional
from eqsim.network.sweep_axes import OWNER
from eqsim.network.sweep_point import Bench, Outcome, Point, failed, run_on_bench
from eqsim.text.errors import ArgumentError

_LOOK = 1.0  # seconds without an outcome, after which to look whether there are workers
_PATIENCE = 300.0  # seconds that a cluster that had workers may have none


class NoWorkersError(Exception):
    """A cluster has lost its workers, and no others have come."""


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
    suspects: list[Point] = []
    try:
        for point, result in _results(dict(zip(futures, points, strict=True)), client):
            if isinstance(result, distributed.KilledWorker):
                suspects.append(point)
            else:
                done(_outcome(point, result))
        for suspect in suspects:
            alone = client.submit(run_on_bench, suspect, bench=bench, pure=False)
            futures.append(alone)
            for point, result in _results({alone: suspect}, client):
                done(_outcome(point, result))
    finally:
        client.cancel([*futures, bench])


def _results(points: dict[Any, Point], client: Any) -> Iterator[tuple[Point, Outcome | BaseException]]:
    """Yield the point of each future as it is done, with its outcome or with what became of it instead."""
    ready: SimpleQueue[Any] = SimpleQueue()
    for future in points:
        future.add_done_callback(ready.put)
    left, lost = dict(points), 0.0  # since when there are no workers that there were before
    had = False
    while left:
        try:
            future = ready.get(timeout=_LOOK)
        except Empty:
            _replace_lost(client)
            there = bool(client.nthreads())
            had = had or there
            lost = 0.0 if there or not had else lost or monotonic()
            if lost and monotonic() - lost > _PATIENCE:
                break
            continue
        result = _result(future)
        if result is None:  # lost since then: it comes again
            future.add_done_callback(ready.put)
            continue
        had, lost = True, 0.0
        yield left.pop(future), result
        future.release()  # or it would be carried out again when the worker that holds it is lost
    for point in left.values():
        yield point, NoWorkersError(f"the cluster has had no workers for {_PATIENCE:g} s")


def _result(future: Any) -> Outcome | BaseException | None:
    """Return what came of a future that was done, or nothing where that was lost meanwhile."""
    if future.status == "error":
        error: BaseException = future.exception()
        return error
    if future.status != "finished":
        return None if future.status in {"pending", "lost"} else RuntimeError(f"run {future.status}")
    try:
        outcome: Outcome = future.result(timeout=_LOOK)
    except TimeoutError:
        return None
    return outcome


def _replace_lost(client: Any) -> None:
    """Have a cluster start the workers that it should have and has none of.

    Dask drops a worker for good that happens to be restarting some seconds after it was lost once before.
    """
    cluster = client.cluster
    due, present = (getattr(cluster, name, ()) for name in ("worker_spec", "workers"))
    if len(present) < len(due):
        cluster.scale(len(due))


def _outcome(point: Point, result: Outcome | BaseException) -> Outcome:
    return failed(point, result) if isinstance(result, BaseException) else result
