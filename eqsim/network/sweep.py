"""A network run for all combinations of parameter values, on this machine or on a cluster."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from eqsim.checking.units import unit_table
from eqsim.network.arguments import check_flag, whole_number
from eqsim.network.event_monitor import SpikeMonitor
from eqsim.network.libraries import optional
from eqsim.network.members import check_members
from eqsim.network.progress import progress_bar
from eqsim.network.snapshot import apply, capture
from eqsim.network.sweep_axes import OWNER, Axis, read_axes
from eqsim.network.sweep_cluster import on_cluster
from eqsim.network.sweep_forks import in_forks
from eqsim.network.sweep_point import Job, Outcome, Point, Runner, seed_of
from eqsim.network.sweep_table import dataset
from eqsim.network.sweep_workers import in_processes, pickled
from eqsim.network.synapses import Synapses
from eqsim.random import stream_of
from eqsim.targets.team import processors
from eqsim.text.errors import ArgumentError, EqsimWarning, NetworkError
from eqsim.units import with_unit

_WORTH = 10.0  # seconds of work: other processes take some to start
Measures = Mapping[str, Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class MeanRate:
    """The rate of a spike monitor's source since a time, per neuron."""

    monitor: str
    spikes: int  # until then
    time: float

    def __call__(self, network: Any) -> Any:
        """Return the rate in Hz, or per unit of time in a network without units."""
        monitor, length = network[self.monitor], network.t_ - self.time
        rate = np.float64(monitor.num_spikes - self.spikes) / (len(monitor.count) * length)
        return rate if network._is_unitless() else with_unit(1000 * rate, unit_table()["Hz"])


def sweep(
    network: Any,
    params: Mapping[str, Any],
    duration: Any,
    measure: Measures | None,
    repeats: int,
    workers: int,
    client: Any,
    progress: bool,
) -> Any:
    """Return the measures of a network for all combinations of values; see ``Network.sweep``."""
    optional("xarray", "sweep()", OWNER)
    network._at_rest("sweep")
    repeats = whole_number(repeats, "repeats", OWNER)
    workers = whole_number(workers, "workers", OWNER, least=0)
    check_flag(progress, "progress", OWNER)
    network._plain_time(duration, "a duration")
    check_members(network._objects)
    _refuse_files(network)
    axes = read_axes(params, network._objects)
    measures = _measures(measure, network, [axis.key for axis in axes])
    network._warn_of_left_out()
    points = _points(axes, repeats, seed_of(network))
    about = {"duration": str(duration), "seed": seed_of(network)}
    with _as_it_was(network), progress_bar(len(points), progress, "run") as tick:
        together = 1 if workers == 1 else min(workers or processors(), len(points))
        _share_processors(network, 1 if client is not None else max(1, processors() // together))
        job = Job(network, tuple(axis.settings for axis in axes), duration, measures)
        outcomes = _carried_out(job, points, workers, client, tick)
    table = dataset(axes, repeats, list(measures), outcomes, about)
    errors = [str(error) for error in table["error"].values.ravel() if error]
    if errors:
        text = f"{len(errors)} of {len(points)} runs failed, the first with {errors[0].splitlines()[0]}"
        warnings.warn(f"{text} (the result's variable 'error' has all of it)", EqsimWarning, stacklevel=3)
    return table


def _carried_out(
    job: Job, points: Sequence[Point], workers: int, client: Any, tick: Callable[[int], Any]
) -> list[Outcome]:
    outcomes: list[Outcome] = []

    def done(outcome: Outcome) -> None:
        outcomes.append(outcome)
        tick(1)

    runner = Runner(job)  # from here on compiled code is in the cache
    if client is not None:
        on_cluster(pickled(job), points, client, done)
    elif workers > 1 or (workers == 0 and _long(runner, job, len(points))):
        workers = min(workers or processors(), len(points))
        pickled(job, arrays=False)  # what cannot leave this process is not for a fork either
        left = in_forks(runner, points, workers, done)
        if left:
            in_processes(pickled(job), left, workers, done)
    else:
        for point in points:
            done(runner.outcome(point))
    return outcomes


def _long(runner: Runner, job: Job, runs: int) -> bool:
    """Return whether runs take so long in all that it is worth starting processes, judged by a small part of one."""
    network = job.network
    part = max(job.duration / 100, network.dt)
    begin = perf_counter()
    try:
        network.run(part)
    except Exception:  # noqa: BLE001 - the values that a network has may be those that do not work
        return False
    finally:
        seconds = (perf_counter() - begin) * float(job.duration / part)
        runner.reset()
    return processors() > 1 and seconds * runs > _WORTH


def _points(axes: Sequence[Axis], repeats: int, seed: int) -> list[Point]:
    """Return all runs; the seed of each follows from its place alone, whatever else is in the lists."""
    values = [axis.values for axis in axes]
    points = []
    for number, place in enumerate(np.ndindex(*(len(one) for one in values), repeats)):
        own = seed
        for index in place:
            own = stream_of(own, index)
        points.append(Point(number, own, tuple(one[index] for one, index in zip(values, place[:-1], strict=True))))
    return points


def _measures(measure: Any, network: Any, taken: Sequence[str]) -> Measures:
    """Return the measures, checked; without any, the rates of all spike monitors."""
    if measure is None:
        monitors = {name: thing for name, thing in network._objects.items() if isinstance(thing, SpikeMonitor)}
        if not monitors:
            hint = "add a SpikeMonitor, or write for instance measure={'v': lambda net: net['neurons'].v[0]}"
            raise ArgumentError("there is nothing to measure", owner=OWNER, hint=hint)
        measure = {name: MeanRate(name, thing.num_spikes, network.t_) for name, thing in monitors.items()}
    if not isinstance(measure, Mapping) or not all(isinstance(name, str) for name in measure):
        hint = "write for instance measure={'rate': lambda net: net['spikemonitor'].num_spikes/second}"
        found = type(measure).__name__
        raise ArgumentError("measure gives functions of the network by name", owner=OWNER, found=found, hint=hint)
    for name, function in measure.items():
        if name in {*taken, "repeat", "error"}:
            what = f"a measure cannot be called {name!r}: the result has that already"
            raise ArgumentError(what, owner=OWNER, hint="give it another name")
        if not callable(function) or not _takes_one(function):
            hint = "write def rate(net): …"
            what = f"measure {name!r} is no function of the network"
            raise ArgumentError(what, owner=OWNER, found=repr(function), hint=hint)
    return dict(measure)


def _takes_one(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return False
    except ValueError:  # a function that does not tell
        pass
    return True


def _refuse_files(network: Any) -> None:
    """Raise NetworkError for a monitor that records to a file, which runs at one time cannot share."""
    for name, thing in network._objects.items():
        if thing.__dict__.get("_file") is not None:
            hint = "leave out file=, and let measure return what is to be kept"
            raise NetworkError(f"{name!r} records to a file: runs would overwrite it", owner=OWNER, hint=hint)


def _share_processors(network: Any, most: int) -> None:
    """Let a network be divided among fewer threads, unless the user said among how many."""
    team = network._threads_that_share()
    if network._threads or team <= most:
        return
    for thing in network._objects.values():
        if isinstance(thing, Synapses):
            thing._layout.to_creation_order()
            thing._revision += 1
    network._team = most


@contextmanager
def _as_it_was(network: Any) -> Iterator[None]:
    """Leave a network behind as it was found, whatever happened to it meanwhile."""
    before = capture(network)
    network._forget_program()
    kept = ("_team", "_stored", "_seconds", "_spent_by", "_until", "_stop")
    attributes = {name: network.__dict__[name] for name in kept}
    network._stored = {}
    network._seconds, network._spent_by = dict(network._seconds), dict(network._spent_by)
    try:
        yield
    finally:
        network._built = None
        network.__dict__.update(attributes)
        apply(before, network)
