"""One point of a sweep: a network brought to its values, run, and measured; the same in whatever process it happens."""

from __future__ import annotations

import pickle
import warnings
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.network.snapshot import apply, capture
from eqsim.network.sweep_axes import Setting, put
from eqsim.network.variables import Variables
from eqsim.network.view import VariableView
from eqsim.random import stream_of
from eqsim.text.errors import EqsimWarning
from eqsim.units import joined, magnitude, unit_of

ATTEMPTS = 2  # that a point gets whose process is killed


@dataclass(frozen=True, slots=True)
class Job:
    """What all points of a sweep share; it travels as one, so that measures see the objects of the copied network."""

    network: Any
    settings: tuple[tuple[Setting, ...], ...]  # by axis
    duration: Any
    measures: Mapping[str, Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class Point:
    """One run: its number, the seed of all that it draws, and a value for each axis."""

    number: int
    seed: int
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a point: plain numbers and their unit by measure, or the text of an error."""

    number: int
    measured: Mapping[str, tuple[NDArray[np.float64], Unit]] = field(default_factory=dict)
    error: str = ""


class Runner:
    """A network that starts each point from one state, built once."""

    def __init__(self, job: Job) -> None:
        self._job = job
        build_unsettled(job.network)
        self._start = capture(job.network)

    def reset(self) -> None:
        """Bring the network back to the state from which each point starts."""
        apply(self._start, self._job.network)

    def outcome(self, point: Point) -> Outcome:
        """Return what comes of a point; an error of it is its outcome."""
        network = self._job.network
        try:
            self.reset()
            give_streams(network, point.seed)
            for settings, value in zip(self._job.settings, point.values, strict=True):
                for setting in settings:
                    put(setting, network._objects, value)
            network.run(self._job.duration)
            measured = {name: _plain(measure(network)) for name, measure in self._job.measures.items()}
        except Exception as error:  # noqa: BLE001 - whatever goes wrong at one point leaves the others alone
            return failed(point, error)
        return Outcome(point.number, measured)


class Bench:
    """Copies of a network, made from its pickle as points come that run at the same time."""

    def __init__(self, pickled: bytes) -> None:
        self._pickled = pickled
        self._idle: deque[Runner] = deque()

    def __reduce__(self) -> tuple[Any, ...]:
        return Bench, (self._pickled,)

    def outcome(self, point: Point) -> Outcome:
        """Return what comes of a point, run by a copy that nobody else uses meanwhile."""
        try:
            runner = self._idle.pop() if self._idle else self._copy()
        except IndexError:  # another thread was faster
            runner = self._copy()
        except Exception as error:  # noqa: BLE001 - what cannot be read or built here
            return failed(point, error)
        outcome = runner.outcome(point)
        self._idle.append(runner)
        return outcome

    def _copy(self) -> Runner:
        return Runner(pickle.loads(self._pickled))  # noqa: S301 - pickled by the process that asks for the run


def run_in_process(file: str, point: Point) -> Outcome:
    """Return what comes of a point of the sweep that is pickled in a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EqsimWarning)  # given where the sweep was called
        return _bench(file).outcome(point)


def run_on_bench(point: Point, bench: Bench) -> Outcome:
    """Return what comes of a point, on the worker of a cluster that holds the bench."""
    return bench.outcome(point)


@lru_cache(maxsize=1)
def _bench(file: str) -> Bench:
    return Bench(Path(file).read_bytes())


def build_unsettled(network: Any) -> None:
    """Build a network, and let initial values wait for parameters and seeds again that waited before.

    From here on it has no seed of its own: its objects' streams are what counts.
    """
    network._seed = network._until = None
    held = _variables(network)
    waiting = [dict(variables.waiting) for variables in held]
    network._build()
    for variables, formulas in zip(held, waiting, strict=True):
        variables._waiting = formulas


def give_streams(network: Any, seed: int) -> None:
    """Let all that is drawn from here on depend on a seed and on the place of each object."""
    for number, variables in enumerate(_variables(network)):
        variables.stream = stream_of(seed, number)


def seed_of(network: Any) -> int:
    """Return the seed of a network or, where it has none, one that follows from those of its objects."""
    if network._seed is not None:
        return int(network._seed)
    seed = 0
    for variables in _variables(network):
        seed = stream_of(seed, variables.stream)
    return seed >> 1  # files hold signed numbers


def failed(point: Point, error: BaseException) -> Outcome:
    """Return the outcome of a point that ended with an error."""
    return Outcome(point.number, error=f"{type(error).__name__}: {error}")


def killed(point: Point) -> Outcome:
    """Return the outcome of a point whose process ended in each attempt."""
    return Outcome(point.number, error="the process that ran it ended twice: killed, out of memory, or crashed")


def _variables(network: Any) -> list[Variables]:
    found = (thing.__dict__.get("_variables") for thing in network)
    return [held for held in found if isinstance(held, Variables)]


def _plain(value: Any) -> tuple[NDArray[np.float64], Unit]:
    value = value.values if isinstance(value, VariableView) else joined(value)
    unit = unit_of(value)
    return np.array(magnitude(value, unit, "a measure"), np.float64), unit
