"""Monitors of events: who, and when."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.checked import Role
from eqsim.checking.dimensions import Unit
from eqsim.checking.vocabulary import time_unit
from eqsim.lowering.program import check_slot
from eqsim.network.arguments import check_flag, check_order, names_of
from eqsim.network.display import event_monitor_html
from eqsim.network.labels import label
from eqsim.network.monitor import VariableMonitor
from eqsim.network.record_file import RecordFile
from eqsim.network.records_export import Columns, dataset, frame_of_events, trains
from eqsim.network.series import Series, of_type
from eqsim.network.streaming import event_file
from eqsim.network.variables import Variables
from eqsim.targets.target import Storage
from eqsim.text.errors import ArgumentError, UnknownVariableError
from eqsim.text.nearest import nearest


class EventMonitor(VariableMonitor):
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
    file
        An HDF5 file that takes the events while the network runs, so that memory does not grow (needs h5py). It can
        be read at any time, also after the process was killed: datasets ``i``, ``t`` and one a variable, shape
        (events,), each with the attribute ``unit``. An earlier run's file is replaced.

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
        file: str | os.PathLike[str] | None = None,
    ) -> None:
        self._owner = label(self._kind, name)
        check_slot(when, self._owner)
        held = getattr(source, "_variables", None)
        check_order(order, self._owner)
        check_flag(record, "record", self._owner)
        if not isinstance(held, Variables) or not isinstance(event, str) or f"_{event}" not in held.entries:
            what = "threshold" if isinstance(event, str) and event == "spike" else f"event {event!r}"
            found, hint = type(source).__name__, "give a group with a threshold, or with events={'up': 'V > -40*mV'}"
            raise ArgumentError(f"the source has no {what}", owner=self._owner, found=found, hint=hint)
        self._source, self._event, self._name, self._when, self._order = source, event, name, when, order
        chosen = [] if variables is None else names_of(variables, "variables", self._owner)
        if chosen and not record:
            hint = "leave out record=False, or the variables"
            raise ArgumentError("events that are counted keep no variables", owner=self._owner, hint=hint)
        for variable in chosen:
            if variable not in held.symbols:
                near = nearest(variable, held.symbols)
                own = [name for name, symbol in held.symbols.items() if symbol.role in {Role.STATE, Role.PARAMETER}]
                hint = f"did you mean {near!r}?" if near else f"variables are {', '.join(own) or 'none'}"
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
        self._file: RecordFile | None = None if file is None else event_file(self, file)
        held.dependents.add(self)

    @property
    def i(self) -> NDArray[np.int64]:
        """The neuron of each event, shape (events,), as its index in the source."""
        return self._within(self._kept("i"))

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
        if not isinstance(variable, str):
            hint = f"it records {', '.join(self._variables) or 'times alone'}"
            raise ArgumentError("values are those of one variable", owner=self._owner, found=repr(variable), hint=hint)
        if variable == "t":
            return self.event_trains()
        return self._by_neuron(getattr(self, variable))

    def to_pandas(self) -> Any:
        """Return the records as a pandas DataFrame: a row for each event; units in ``attrs`` (needs pandas)."""
        return frame_of_events(self._columns())

    def to_xarray(self) -> Any:
        """Return the records as an xarray Dataset: dimension event; units as attributes (needs xarray)."""
        return dataset(self._columns(), "event")

    def to_neo(self) -> Any:
        """Return the records as a neo Segment: a spike train for each neuron, variables as annotations (needs neo)."""
        return trains(self._columns(), self._source.N, self._reached())

    def _columns(self) -> Columns:
        source = self._source._variables
        return Columns(
            self._owner,
            self._name or self._kind,
            self.t_,
            time_unit(source.system.unitless),
            {"i": self.i, **{name: self._recorded(name) for name in self._variables}},
            {"i": Unit(), **{name: source.unit(name) for name in self._variables}},
            about={"source": label(type(self._source).__name__, self._source.name)},
        )

    def _reached(self) -> float:
        """Return the time that the source has reached."""
        step, dt = self._source._variables.time()
        return float(step * dt)

    def _repr_html_(self) -> str:
        return event_monitor_html(self)

    def __repr__(self) -> str:
        return f"<{label(self._kind, self._name)}: {self.num_events} events>"

    def _recorded(self, variable: str) -> NDArray[Any]:
        return of_type(self._series[variable].values(), self._source._variables.symbols[variable].type)

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
        file: str | os.PathLike[str] | None = None,
    ) -> None:
        super().__init__(source, "spike", variables, record, when, order, name, file)

    @property
    def num_spikes(self) -> int:
        """How many spikes there were."""
        return self.num_events

    def spike_trains(self) -> dict[int, Any]:
        """Return the times of each neuron's spikes, by its index."""
        return self.event_trains()
