"""The time steps of a network's objects on one grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eqsim.network.drive import Drive
from eqsim.network.event_monitor import EventMonitor
from eqsim.network.members import Members, whole
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.tables import check_tables
from eqsim.runtime.clock import grid


@dataclass(frozen=True, slots=True)
class Clocks:
    """The step of the grid, the step of each object, and how many of the grid's it is.

    ``name/operation`` is the key of a regular operation.
    """

    base: float
    steps: dict[str, float] = field(default_factory=dict)
    periods: dict[str, int] = field(default_factory=dict)


def clocks(members: Members, default: float, plain: Callable[[Any, str], float]) -> Clocks:
    """Return the clocks of objects: their own ``dt``, that of their source, or the default.

    ``plain(value, what)`` turns a time into a number. Raises EqsimError for steps that cannot be, and for TimedArrays
    that do not fit them.
    """
    steps = {"": default}
    for name, thing in members.items():
        own = thing.__dict__.get("_dt")
        steps[name] = default if own is None else plain(own, f"dt of {name}")
    for name, thing in members.items():
        followed = thing.__dict__.get("_source", thing.__dict__.get("_target"))
        follows = isinstance(thing, EventMonitor | PopulationRateMonitor | Synapses | Drive) and followed is not None
        if follows and thing.__dict__.get("_dt") is None:
            steps[name] = _followed(followed, steps, default)
        for operation in thing.__dict__.get("_operations", ()):
            if operation.dt is not None:
                steps[f"{name}/{operation.name}"] = plain(operation.dt, f"dt of {operation.name} of {name}")
    base, periods = grid(steps)
    for name, thing in members.items():
        check_tables(thing, steps[name])
    return Clocks(base, steps, periods)


def _followed(thing: Any, steps: dict[str, float], default: float) -> float:
    """Return the step of what an object follows; synapses follow their own source in turn."""
    thing = whole(thing)
    if isinstance(thing, Synapses) and thing.__dict__.get("_dt") is None:
        return _followed(thing.source, steps, default)
    return steps.get(thing._name or "", default)
