"""Monitors that keep their records in a file instead of memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.checking.vocabulary import time_unit
from eqsim.network.arguments import check_path
from eqsim.network.libraries import optional
from eqsim.network.record_file import RecordFile
from eqsim.text.errors import ArgumentError


def state_file(monitor: Any, file: str | os.PathLike[str]) -> RecordFile:
    """Return the file of a StateMonitor: ``t`` and one dataset a variable, shape (records, elements)."""
    if not len(monitor._record):
        raise ArgumentError("nothing to record in a file", owner=monitor._owner)
    made = _begun(monitor, file, {"elements": np.asarray(monitor._record, np.int64)})
    for name, series in monitor._series.items():
        unit, dtype = monitor._source._variables.unit(name), _dtype_of(series)
        series.sink = made.add(name, _text(unit), len(monitor._record), dtype=dtype)
    made.add("t", _text(_time(monitor)))  # last: who reads at the moment of a kill finds values for every time
    return made


def event_file(monitor: Any, file: str | os.PathLike[str]) -> RecordFile:
    """Return the file of an EventMonitor: ``i``, ``t`` and one dataset a variable, shape (events,)."""
    if not monitor._keep:
        raise ArgumentError("events that are counted only need no file", owner=monitor._owner, hint="record=True")
    made = _begun(monitor, file, {})
    for name in monitor._variables:
        series = monitor._series[name]
        series.sink = made.add(name, _text(monitor._source._variables.unit(name)), dtype=_dtype_of(series))
    part = monitor._source._elements()
    made.add("i", "1", dtype=lambda: np.int64, to_file=monitor._within)
    made.add("t", _text(_time(monitor)), to_file=lambda steps: steps * monitor._clock)
    made.columns["i"].from_file = lambda index: index if part is None else part[index]
    made.columns["t"].from_file = lambda times: np.rint(times / monitor._clock).astype(np.int64)
    monitor._series["i"].sink, monitor._series["step"].sink = made.columns["i"], made.columns["t"]
    return made


def publish(monitor: Any) -> None:
    """Write what a monitor has recorded since the last time."""
    if monitor._file is not None:
        for series in monitor._series.values():
            series.flush()
        monitor._file.publish()


def _begun(monitor: Any, file: str | os.PathLike[str], constants: dict[str, Any]) -> RecordFile:
    optional("h5py", "file=", monitor._owner)
    check_path(file, "file", monitor._owner)
    path = Path(file).absolute()
    if not path.parent.is_dir():
        hint = "make it, or write to another"
        raise ArgumentError(f"there is no folder {path.parent}", owner=monitor._owner, hint=hint)
    if path.is_dir():
        hint = "give the path of a file in it, such as records.h5"
        raise ArgumentError(f"{path} is a folder", owner=monitor._owner, hint=hint)
    return RecordFile(path, monitor._owner, {"monitor": monitor._owner, **constants})


def _dtype_of(series: Any) -> Any:
    return lambda: series.storage.arrays[series.name].dtype


def _time(monitor: Any) -> Unit:
    return time_unit(monitor._source._variables.system.unitless)


def _text(unit: Unit) -> str:
    return "1" if unit.dimensionless and unit.scale == 0 else unit_text(unit)
