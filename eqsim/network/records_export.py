"""Records as other libraries hold them: pandas, xarray and neo, with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.network.libraries import optional
from eqsim.text.errors import ArgumentError
from eqsim.units import with_unit


@dataclass(frozen=True, slots=True)
class Columns:
    """Plain records: ``times``, and for each variable its values, shape (records,) or (records, elements)."""

    owner: str
    name: str
    times: NDArray[np.float64]
    time_unit: Unit
    values: Mapping[str, NDArray[Any]]
    units: Mapping[str, Unit]
    elements: NDArray[np.int64] | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    def unit_texts(self) -> dict[str, str]:
        """Return the unit of each column, as text; ``1`` for plain numbers."""
        return {"t": text_of(self.time_unit), **{name: text_of(unit) for name, unit in self.units.items()}}


def text_of(unit: Unit) -> str:
    """Return a unit as a word that other libraries read: ``mV``, or ``1`` for a plain number."""
    return "1" if unit.dimensionless and unit.scale == 0 else unit_text(unit)


# pandas -----------------------------------------------------------------------------------------------------------


def frame_of_series(columns: Columns) -> Any:
    """Return values over time as a DataFrame: a row for each time, a column for each variable and element."""
    pandas = optional("pandas", "to_pandas()", columns.owner)
    index = pandas.Index(columns.times, name="t")
    if columns.elements is None:
        frame = pandas.DataFrame(dict(columns.values), index=index)
    else:
        pairs = [(name, int(element)) for name in columns.values for element in columns.elements]
        titles = pandas.MultiIndex.from_tuples(pairs, names=["variable", "element"])
        joined = np.concatenate(list(columns.values.values()), axis=1)
        frame = pandas.DataFrame(joined, index=index, columns=titles)
    frame.attrs.update({"units": columns.unit_texts(), **columns.about})
    return frame


def frame_of_events(columns: Columns) -> Any:
    """Return events as a DataFrame: a row for each, with the columns ``i``, ``t`` and the variables."""
    pandas = optional("pandas", "to_pandas()", columns.owner)
    values = dict(columns.values)
    frame = pandas.DataFrame({"i": values.pop("i"), "t": columns.times, **values})
    frame.attrs.update({"units": columns.unit_texts(), **columns.about})
    return frame


# xarray -----------------------------------------------------------------------------------------------------------


def dataset(columns: Columns, dimension: str) -> Any:
    """Return records as a Dataset whose first dimension is ``time`` or ``event``; units are attributes."""
    xarray = optional("xarray", "to_xarray()", columns.owner)
    units = columns.unit_texts()
    times = (dimension, columns.times, {"units": units["t"]})
    variables = {
        name: ((dimension, "element")[: values.ndim], values, {"units": units[name]})
        for name, values in columns.values.items()
    }
    coordinates: dict[str, Any] = {"time" if dimension == "time" else "t": times}
    if columns.elements is not None:
        coordinates["element"] = columns.elements
    return xarray.Dataset(variables, coordinates, attrs=dict(columns.about))


# neo --------------------------------------------------------------------------------------------------------------


def signals(columns: Columns) -> Any:
    """Return a Segment with one signal for each variable: an AnalogSignal, or irregular where times have gaps."""
    neo = _neo(columns)
    segment = neo.Segment(name=columns.name, **columns.about)
    times, quantity = columns.times, with_unit(columns.times, columns.time_unit)
    steps = np.diff(times)
    regular = len(times) > 1 and bool(np.allclose(steps, steps[0], rtol=1e-6, atol=0))
    for name, values in columns.values.items():
        unit = with_unit(np.float64(1.0), columns.units[name])
        units = unit.dimensionality.string if hasattr(unit, "dimensionality") else "dimensionless"
        common = {"units": units, "name": name, "array_annotations": _elements(columns, values)}
        if regular:
            period = with_unit((times[-1] - times[0]) / (len(times) - 1), columns.time_unit)
            signal = neo.AnalogSignal(values, t_start=quantity[0], sampling_period=period, **common)
        else:
            signal = neo.IrregularlySampledSignal(quantity, values, **common)
        (segment.analogsignals if regular else segment.irregularlysampledsignals).append(signal)
    return segment


def trains(columns: Columns, size: int, until: float) -> Any:
    """Return a Segment with one SpikeTrain for each of ``size`` neurons, from 0 to the time reached."""
    neo = _neo(columns)
    segment = neo.Segment(name=columns.name, **columns.about)
    index = columns.values["i"]
    order = np.argsort(index, kind="stable")
    ends = np.searchsorted(index[order], np.arange(size + 1))
    stop = with_unit(np.float64(max(until, columns.times.max(initial=0.0))), columns.time_unit)
    for neuron in range(size):
        mine = order[ends[neuron] : ends[neuron + 1]]
        times = with_unit(columns.times[mine], columns.time_unit)
        found = {
            name: with_unit(values[mine], columns.units[name]) for name, values in columns.values.items() if name != "i"
        }
        segment.spiketrains.append(
            neo.SpikeTrain(times, t_stop=stop, name=f"{columns.name} {neuron}", array_annotations=found, neuron=neuron)
        )
    return segment


def _neo(columns: Columns) -> Any:
    if columns.time_unit.dimensionless:
        hint = "to_pandas() and to_xarray() take records without units"
        raise ArgumentError("neo needs times with a unit", owner=columns.owner, hint=hint)
    return optional("neo", "to_neo()", columns.owner)


def _elements(columns: Columns, values: NDArray[Any]) -> dict[str, Any]:
    return {} if values.ndim == 1 or columns.elements is None else {"element": columns.elements}
