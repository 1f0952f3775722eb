"""Monitors: what a run is to remember, and what it remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.checked import Role
from eqsim.checking.vocabulary import time_unit
from eqsim.network.labels import label
from eqsim.network.texts import elements
from eqsim.network.variables import Variables
from eqsim.targets.target import Storage
from eqsim.text.errors import ArgumentError, UnknownVariableError
from eqsim.text.nearest import nearest
from eqsim.units import with_unit


class Series:
    """Values recorded in the order of time: full pieces, and the piece that a run is filling.

    ``used`` counts the entries of the open piece; the run writes both through ``storage``.
    """

    def __init__(self, storage: Storage, name: str, dtype: str) -> None:
        self.storage, self.name = storage, name
        self.full: list[NDArray[Any]] = []
        storage.arrays[name] = np.empty(0, dtype)
        storage.arrays[f"{name}_count"] = np.zeros(1, np.int64)

    def values(self) -> NDArray[Any]:
        """Return everything recorded so far."""
        used = int(self.storage.arrays[f"{self.name}_count"][0])
        pieces = [*self.full, self.storage.arrays[self.name][:used]]
        if len(pieces) > 1:  # joined once, so that reading again costs nothing
            self.full = [np.concatenate(pieces)]
            self.storage.arrays[f"{self.name}_count"][0] = 0
            return self.full[0]
        return pieces[0].copy()

    def make_room(self, least: int) -> None:
        """Open a piece with room for at least so many entries."""
        used = int(self.storage.arrays[f"{self.name}_count"][0])
        open_piece = self.storage.arrays[self.name]
        if used:
            self.full.append(open_piece[:used].copy() if used < len(open_piece) // 2 else open_piece[:used])
        self.storage.arrays[self.name] = np.empty(least, open_piece.dtype)
        self.storage.arrays[f"{self.name}_count"][0] = 0

    @property
    def room(self) -> int:
        """How many more entries the open piece takes."""
        return len(self.storage.arrays[self.name]) - int(self.storage.arrays[f"{self.name}_count"][0])


class StateMonitor:
    """Record variables over time, before the update of each step.

    Parameters
    ----------
    source
        A group, a part of one, or synapses.
    variables
        A name or a list of names; ``True`` for all.
    record
        Which elements: ``True`` for all, or indices.
    dt, when, order, name
        The time between two records (each step by default); the slot in a step; the rank in it; the name.

    """

    def __init__(
        self,
        source: Any,
        variables: str | Sequence[str] | bool,
        record: Any = True,
        dt: Any = None,
        when: str = "start",
        order: int = 0,
        name: str | None = None,
    ) -> None:
        self._owner = label("StateMonitor", name)
        self._source, self._name, self._dt, self._when, self._order = source, name, dt, when, order
        held: Variables = source._variables
        known = [n for n, s in held.symbols.items() if s.of == "own" and s.role in _RECORDED]
        if variables is True:
            chosen = list(known)
        else:
            chosen = [variables] if isinstance(variables, str) else list(variables or ())
        for variable in chosen:
            if variable not in known:
                near = nearest(variable, known)
                hint = f"did you mean {near!r}?" if near else f"variables are {', '.join(known)}"
                raise UnknownVariableError(f"there is no variable {variable!r} to record", owner=self._owner, hint=hint)
        if record is False or record is None:
            raise ArgumentError("nothing to record", owner=self._owner, hint="record=True records all elements")
        size = source.N
        self._record = np.arange(size) if record is True else np.atleast_1d(elements(record, size, self._owner))
        self._all = record is True
        self._variables = tuple(chosen)
        self._storage = Storage()
        self._series = {v: Series(self._storage, f"_record_{v}", "float64") for v in chosen}
        self._times: list[NDArray[np.int64]] = []
        self._clock = 1.0
        self._revision = 0

    @property
    def source(self) -> Any:
        """What is recorded."""
        return self._source

    @property
    def name(self) -> str | None:
        """The name, given or from the network."""
        return self._name

    @property
    def record(self) -> NDArray[np.int64]:
        """The recorded elements, shape (n,)."""
        return self._record.copy()

    @property
    def record_variables(self) -> tuple[str, ...]:
        """The recorded variables."""
        return self._variables

    @property
    def t(self) -> Any:
        """The times of the records, shape (times,), with unit."""
        return with_unit(self.t_, time_unit(self._source._variables.system.unitless))

    @property
    def t_(self) -> NDArray[np.float64]:
        """The times as plain numbers, in milliseconds (in the user's unit in a unitless network)."""
        steps = np.concatenate([np.empty(0, np.int64), *self._times])
        return steps * self._clock

    def _values(self, variable: str) -> NDArray[Any]:
        recorded = self._series[variable].values()
        width = len(self._record)
        rows = len(recorded) // width if width else 0
        values = recorded[: rows * width].reshape(rows, width).T
        symbol = self._source._variables.symbols[variable]
        return values != 0 if symbol.type == "boolean" else values

    def __getattr__(self, name: str) -> Any:
        series = self.__dict__.get("_series", {})
        if name in series:
            return with_unit(self._values(name), self._source._variables.unit(name))
        if name.endswith("_") and name[:-1] in series:
            return self._values(name[:-1])
        if name.startswith("_"):
            raise AttributeError(name)
        hint = f"it records {', '.join(series)}"
        raise UnknownVariableError(f"{name!r} was not recorded", owner=self.__dict__.get("_owner", ""), hint=hint)

    def __getitem__(self, index: Any) -> Recorded:
        """Return the records of one element, or of several, by the index in the source."""
        wanted = np.atleast_1d(np.asarray(index if not isinstance(index, slice) else np.arange(self._source.N)[index]))
        place = {int(element): row for row, element in enumerate(self._record)}
        missing = [int(element) for element in wanted if int(element) not in place]
        if missing:
            raise ArgumentError(f"element {missing[0]} was not recorded", owner=self._owner)
        rows = np.array([place[int(element)] for element in wanted], dtype=np.int64)
        return Recorded(self, rows[0] if np.ndim(index) == 0 and not isinstance(index, slice) else rows)

    def __repr__(self) -> str:
        what = ", ".join(self._variables)
        return f"<{label('StateMonitor', self._name)}: {what} of {len(self._record)} elements>"


_RECORDED = frozenset({Role.STATE, Role.PARAMETER, Role.SUBEXPRESSION})


class Recorded:
    """The records of some elements: ``M[3].V``."""

    def __init__(self, monitor: StateMonitor, rows: Any) -> None:
        self._monitor, self._rows = monitor, rows

    @property
    def t(self) -> Any:
        """The times of the records."""
        return self._monitor.t

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._monitor, name)[self._rows]


class EventMonitor:
    """Record which neuron had an event, and when.

    Parameters
    ----------
    source
        A group or a part of one.
    event
        The event's name.
    variables
        Variables whose values at each event are kept.
    record
        Whether to keep every event; otherwise they are only counted.
    when, order, name
        The slot in a step, the rank in it, and the name.

    """

    _kind = "EventMonitor"

    def __init__(
        self,
        source: Any,
        event: str,
        variables: str | Sequence[str] | None = None,
        record: bool = True,
        when: str = "after_thresholds",
        order: int = 0,
        name: str | None = None,
    ) -> None:
        self._owner = label(self._kind, name)
        held = getattr(source, "_variables", None)
        if not isinstance(held, Variables) or f"_{event}" not in held.entries:
            what = "threshold" if event == "spike" else f"event {event!r}"
            raise ArgumentError(f"the source has no {what}", owner=self._owner)
        self._source, self._event, self._name, self._when, self._order = source, event, name, when, order
        chosen = [variables] if isinstance(variables, str) else list(variables or ())
        for variable in chosen:
            if variable not in held.symbols:
                near = nearest(variable, held.symbols)
                hint = f"did you mean {near!r}?" if near else ""
                raise UnknownVariableError(f"there is no variable {variable!r} to record", owner=self._owner, hint=hint)
        self._variables = tuple(chosen)
        self._keep = record
        self._storage = Storage()
        self._series: dict[str, Series] = {}
        if record:
            dtypes = {"i": "int32", "step": "int64", **dict.fromkeys(chosen, "float64")}
            self._series = {v: Series(self._storage, f"_record_{v}", dtype) for v, dtype in dtypes.items()}
        else:
            self._storage.arrays["_counted"] = np.zeros(held.size, np.int64)
        self._clock = 1.0
        self._revision = 0

    @property
    def source(self) -> Any:
        """What is recorded."""
        return self._source

    @property
    def name(self) -> str | None:
        """The name, given or from the network."""
        return self._name

    @property
    def i(self) -> NDArray[np.int64]:
        """The neuron of each event, shape (events,), as its index in the source."""
        return self._within(self._kept("i"))

    @property
    def t(self) -> Any:
        """The time of each event, shape (events,), with unit."""
        return with_unit(self.t_, time_unit(self._source._variables.system.unitless))

    @property
    def t_(self) -> NDArray[np.float64]:
        """The time of each event as a plain number: milliseconds, or the user's unit in a unitless network."""
        return self._kept("step") * self._clock

    @property
    def it(self) -> tuple[Any, Any]:
        """Index and time of each event."""
        return self.i, self.t

    @property
    def count(self) -> NDArray[np.int64]:
        """How many events each neuron had, shape (n,)."""
        if self._keep:
            return np.bincount(self.i, minlength=self._source.N)
        counted, part = self._storage.arrays["_counted"], self._source._elements()
        return np.array(counted if part is None else counted[part])

    @property
    def num_events(self) -> int:
        """How many events there were."""
        return len(self._series["i"].values()) if self._keep else int(self.count.sum())

    def event_trains(self) -> dict[int, Any]:
        """Return the times of each neuron's events, by its index."""
        return self._by_neuron(self.t)

    def values(self, variable: str) -> dict[int, Any]:
        """Return a variable's values at each neuron's events, by its index."""
        if variable == "t":
            return self.event_trains()
        return self._by_neuron(getattr(self, variable))

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("_variables", ()):
            return with_unit(self._series[name].values(), self._source._variables.unit(name))
        if name.endswith("_") and name[:-1] in self.__dict__.get("_variables", ()):
            return self._series[name[:-1]].values()
        if name.startswith("_"):
            raise AttributeError(name)
        raise UnknownVariableError(f"{name!r} was not recorded", owner=self.__dict__.get("_owner", ""))

    def __repr__(self) -> str:
        return f"<{label(self._kind, self._name)}: {self.num_events} events>"

    def _kept(self, name: str) -> NDArray[Any]:
        if not self._keep:
            raise ArgumentError("events were counted, not kept", owner=self._owner, hint="leave out record=False")
        return self._series[name].values()

    def _by_neuron(self, values: Any) -> dict[int, Any]:
        order = np.argsort(self.i, kind="stable")
        ends = np.cumsum(self.count)
        return {k: values[order[(ends[k - 1] if k else 0) : ends[k]]] for k in range(self._source.N)}

    def _within(self, index: NDArray[Any]) -> NDArray[np.int64]:
        part = self._source._elements()
        if part is None:
            return index.astype(np.int64)
        table = np.zeros(self._source._variables.size, np.int64)
        table[part] = np.arange(len(part))
        within: NDArray[np.int64] = table[index]
        return within


class SpikeMonitor(EventMonitor):
    """Record which neuron spiked, and when; ``variables`` are kept as they are at the threshold, before the reset."""

    _kind = "SpikeMonitor"

    def __init__(
        self,
        source: Any,
        variables: str | Sequence[str] | None = None,
        record: bool = True,
        when: str = "after_thresholds",
        order: int = 0,
        name: str | None = None,
    ) -> None:
        super().__init__(source, "spike", variables, record, when, order, name)

    @property
    def num_spikes(self) -> int:
        """How many spikes there were."""
        return self.num_events

    def spike_trains(self) -> dict[int, Any]:
        """Return the times of each neuron's spikes, by its index."""
        return self.event_trains()
