"""A monitor of variables over time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.checked import Role
from eqsim.checking.vocabulary import time_unit
from eqsim.lowering.program import check_slot
from eqsim.network.arguments import check_shared, names_of
from eqsim.network.display import state_monitor_html
from eqsim.network.indexes import elements, part_of
from eqsim.network.labels import label
from eqsim.network.monitor import VariableMonitor
from eqsim.network.paths import Path
from eqsim.network.record_file import RecordFile
from eqsim.network.records_export import Columns, dataset, frame_of_series, signals
from eqsim.network.series import Series, of_type
from eqsim.network.streaming import state_file
from eqsim.network.variables import Variables
from eqsim.targets.target import Storage
from eqsim.text.errors import ArgumentError, UnknownVariableError
from eqsim.text.nearest import nearest

_RECORDED = frozenset({Role.STATE, Role.PARAMETER, Role.SUBEXPRESSION})


class StateMonitor(VariableMonitor):
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
    file
        An HDF5 file that takes the records while the network runs, so that memory does not grow (needs h5py). It can
        be read at any time, also after the process was killed: datasets ``t`` and one a variable, shape
        (records, elements), each with the attribute ``unit``. An earlier run's file is replaced.

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
        file: str | os.PathLike[str] | None = None,
    ) -> None:
        self._owner = label("StateMonitor", name)
        self._source, self._name, self._dt, self._when, self._order = source, name, dt, when, order
        check_slot(when, self._owner)
        check_shared(self._owner, dt=dt, order=order)
        held = getattr(source, "_variables", None)
        if not isinstance(held, Variables):
            hint = "give a group, a part of one, or synapses"
            found = type(source).__name__
            raise ArgumentError("the source has no variables", owner=self._owner, found=found, hint=hint)
        known = [n for n, s in held.symbols.items() if s.of == "own" and s.role in _RECORDED]
        chosen = list(known) if variables is True else names_of(variables, "variables", self._owner)
        for variable in chosen:
            if variable not in known:
                near = nearest(variable, known)
                hint = f"did you mean {near!r}?" if near else f"variables are {', '.join(known)}"
                raise UnknownVariableError(f"there is no variable {variable!r} to record", owner=self._owner, hint=hint)
        if record is False or record is None or not chosen:
            hint = "write for instance StateMonitor(group, 'V', record=True)"
            raise ArgumentError("nothing to record", owner=self._owner, hint=hint)
        size = source.N
        self._rows = np.arange(size) if record is True else part_of(record, size, self._owner)
        self._all = record is True
        self._variables = tuple(chosen)
        self._storage = Storage()
        self._series = {v: Series(self._storage, f"_record_{v}", "float64") for v in chosen}
        self._times: list[NDArray[np.int64]] = []
        self._clock = 1.0
        self._revision = 0
        self._file: RecordFile | None = None
        if file is not None:
            self._file = state_file(self, file)
        held.dependents.add(self)

    @property
    def _record(self) -> NDArray[np.int64]:
        # synapses may be connected after their monitor was made; what was recorded has the shape it has
        if self._all and self._file is None and not self._times and len(self._rows) != self._source.N:
            self._rows = np.arange(self._source.N)
        return self._rows

    def _fixed_record(self) -> NDArray[np.int64] | None:
        """Return the elements that must stay, since they were named or recorded; ``None`` if all there are will do."""
        return None if self._all and self._file is None and not self._times else self._rows

    def _renumber(self, table: NDArray[np.int64]) -> None:
        """Take the new indexes, which a table holds for the old ones, of elements that were renumbered."""
        rows = self._fixed_record()
        self._rows = np.arange(self._source.N) if rows is None else table[rows]
        self._revision += 1

    @property
    def record(self) -> NDArray[np.int64]:
        """The recorded elements, shape (n,)."""
        return self._record.copy()

    @property
    def record_variables(self) -> tuple[str, ...]:
        """The recorded variables."""
        return self._variables

    @property
    def t_(self) -> NDArray[np.float64]:
        """The times as plain numbers, in milliseconds (in the user's unit in a unitless network)."""
        if self._file is not None:
            return self._file.columns["t"].read()
        steps = np.concatenate([np.empty(0, np.int64), *self._times])
        return steps * self._clock

    def _note(self, steps: NDArray[np.int64]) -> None:
        """Note the steps of the clock in which values were recorded."""
        if self._file is None:
            self._times.append(steps)
        else:
            self._file.columns["t"].append(steps * self._clock)

    def _recorded(self, variable: str) -> NDArray[Any]:
        recorded = self._series[variable].values()
        width = len(self._record)
        rows = len(recorded) // width if width else 0
        values = recorded[: rows * width].reshape(rows, width).T
        symbol = self._source._variables.symbols[variable]
        return of_type(values, symbol.type)

    def __getitem__(self, index: Any) -> Any:
        """Return the records of one element, or of several, by the index in the source; of a variable by its name."""
        if isinstance(index, str):
            return getattr(self, index)
        wanted = elements(index, self._source.N, self._owner)
        place = {int(element): row for row, element in enumerate(self._record)}
        missing = [int(element) for element in wanted if int(element) not in place]
        if missing:
            found, hint = f"it records {len(place)} of {self._source.N} elements", "record=True records all of them"
            raise ArgumentError(f"element {missing[0]} was not recorded", owner=self._owner, found=found, hint=hint)
        rows = np.array([place[int(element)] for element in wanted], dtype=np.int64)
        return Recorded(self, rows[0] if np.ndim(index) == 0 and not isinstance(index, slice) else rows)

    def to_pandas(self) -> Any:
        """Return the records as a pandas DataFrame: a row for each time, a column for each (variable, element).

        Units are in ``attrs["units"]``; needs pandas.
        """
        return frame_of_series(self._columns())

    def to_xarray(self) -> Any:
        """Return the records as an xarray Dataset: dimensions time and element; units as attributes (needs xarray)."""
        return dataset(self._columns(), "time")

    def to_neo(self) -> Any:
        """Return the records as a neo Segment: one signal for each variable (needs neo)."""
        return signals(self._columns())

    def _columns(self) -> Columns:
        source = self._source._variables
        return Columns(
            self._owner,
            self._name or "StateMonitor",
            self.t_,
            time_unit(source.system.unitless),
            {name: self._recorded(name).T for name in self._variables},
            {name: source.unit(name) for name in self._variables},
            self._record,
            {"source": label(type(self._source).__name__, self._source.name)},
        )

    def _repr_html_(self) -> str:
        return state_monitor_html(self)

    def __repr__(self) -> str:
        what = ", ".join(self._variables)
        return f"<{label('StateMonitor', self._name)}: {what} of {len(self._record)} elements>"


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
        found = getattr(self._monitor, name)
        return Path(self, name) if isinstance(found, Path) else found[self._rows]
