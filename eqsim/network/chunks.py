"""What happens between two chunks of steps: room for what comes, times of what was recorded, a look for NaN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import numpy as np

from eqsim.lowering.program import Address
from eqsim.network.clocks import Clocks
from eqsim.network.event_monitor import EventMonitor
from eqsim.network.labels import label
from eqsim.network.members import Members
from eqsim.network.neurons import NeuronGroup
from eqsim.network.pathways import lengthen
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.streaming import publish
from eqsim.network.synapses import Synapses
from eqsim.targets.target import Run, RunElsewhere, Storage
from eqsim.text.errors import NumericalError

ROOM = 1 << 22  # entries that a record is given at once at most
_SECONDS = 0.05  # between two looks at most, where one takes less than
_STEPS = 16  # so many steps
EVENTS = 1 << 16  # entries that a list of events is given at once at least


class Watch:
    """Looks after a network between chunks: often enough for a person, seldom enough to cost nothing."""

    def __init__(
        self,
        members: Members,
        clocks: Clocks,
        storages: Mapping[str, Storage],
        tick: Callable[[int], Any],
        first: int,
        time: Callable[[int], Any],
        *,
        run: Run,
        check_finite: bool,
    ) -> None:
        self.members, self.clocks, self.storages, self.tick = members, clocks, storages, tick
        self._time, self._check = time, check_finite  # the time of a step, for messages
        self._run = run
        self._noted = self._finite = first  # the steps until which records are noted, and states were found finite
        self._settled = perf_counter()

    def room(self, steps: int) -> None:
        """Make room for the next of so many steps."""
        make_room(self.members, self.clocks, self.storages, steps)

    def reached(self, end: int) -> None:
        """Take note of a chunk's end."""
        late = perf_counter() - self._settled > _SECONDS
        if late:
            self.settle(end)
        if late or end - self._finite >= _STEPS:
            self.look(end)

    def settle(self, end: int) -> None:
        """Note the times of what was recorded, and show progress."""
        self._settled = perf_counter()
        note_times(self.members, self.clocks, self._noted, end)
        self.tick(end - self._noted)
        self._noted = end

    def look(self, end: int) -> None:
        """Look for NaN and infinity, unless that is switched off."""
        if self._check and not self._known_as_finite():
            check_numbers(self.members, self.storages, lambda: f"{self._time(self._finite)} and {self._time(end)}")
        self._finite = end

    def _known_as_finite(self) -> bool:
        run = self._run
        return isinstance(run, RunElsewhere) and run.finite(states(self.members), self.storages)


def make_room(members: Members, clocks: Clocks, storages: Mapping[str, Storage], steps: int) -> None:
    """Make longer what may be too short for the next of so many steps: records, and queues of spikes."""
    for name, thing in members.items():
        if isinstance(thing, StateMonitor | PopulationRateMonitor):
            records = steps // clocks.periods[name] + 1
            width = max(1, len(thing._record)) if isinstance(thing, StateMonitor) else 1
            if isinstance(thing, StateMonitor) and thing._file is not None:
                thing._file.reserve(records)
            for series in thing._series.values():
                if series.room < width:
                    series.make_room(width * min(records, max(1, ROOM // width)))
        elif isinstance(thing, EventMonitor):
            most = int(storages[name].constants["_most"])
            for series in thing._series.values():
                if series.room < 2 * most:  # threads that share a run stop a step before there is no room
                    series.make_room(max(4 * most, EVENTS))
        elif isinstance(thing, Synapses):
            for pathway in thing._layout.delays:
                lengthen(thing._variables.storage, pathway, thing._layout.lanes)


def note_times(members: Members, clocks: Clocks, start: int, end: int) -> None:
    """Note the times of what monitors recorded in the steps from ``start`` until ``end``."""
    for name, thing in members.items():
        if isinstance(thing, StateMonitor | PopulationRateMonitor):
            period = clocks.periods[name]
            thing._note(np.arange(-(-start // period), -(-end // period)))
        if isinstance(thing, StateMonitor | EventMonitor):
            publish(thing)


def states(members: Members) -> list[Address]:
    """Return where the states of groups and synapses are kept."""
    groups = [(name, thing) for name, thing in members.items() if isinstance(thing, NeuronGroup | Synapses)]
    return [Address(name, state.name) for name, thing in groups for state in thing._system.states]


def check_numbers(members: Members, storages: Mapping[str, Storage], between: Callable[[], str]) -> None:
    """Raise NumericalError for a state that is NaN or infinite, naming group, variable, element and time.

    ``between`` gives two times: the last at which states were finite, and now.
    """
    for name, thing in members.items():
        if not isinstance(thing, NeuronGroup | Synapses):
            continue
        for state in thing._system.states:
            values = storages[name].arrays[state.name]
            if np.isfinite(np.sum(values)) or np.isfinite(values).all():
                continue
            place = thing._variables.place
            if place is not None and not thing._variables.is_shared(state.name):
                values = values[place]  # synapses are told by the order in which they were created
            wrong = int(np.flatnonzero(~np.isfinite(values))[0])
            raise NumericalError(
                f"{state.name} of element {wrong} became {values[wrong]} between {between()}",
                owner=label(type(thing).__name__, name),
                hint="a smaller dt or another method may help; look for divisions by zero; "
                "Network(…, check_finite=False) does not look",
            )
