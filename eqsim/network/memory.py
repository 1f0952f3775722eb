"""How much memory a run will take, told before it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from eqsim.connectivity.order import narrowest
from eqsim.network.chunks import EVENTS, ROOM
from eqsim.network.event_monitor import EventMonitor
from eqsim.network.layout import in_steps
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.variables import DTYPES, Variables
from eqsim.runtime.clock import whole_steps
from eqsim.targets.queue import power_of_two

_RUN = 4 + 8 + 8  # bytes of a run of synapses: its source, its begin, its end


class Need(NamedTuple):
    """What one object needs memory for."""

    object: str
    what: str
    bytes: int


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """A table of what a run needs memory for."""

    rows: tuple[Need, ...]

    @property
    def total(self) -> int:
        """The sum, in bytes."""
        return sum(row.bytes for row in self.rows)

    def __str__(self) -> str:
        """Return the table, the largest need first, and the sum."""
        ordered = sorted(self.rows, key=lambda row: -row.bytes)
        cells = [(row.object, row.what, readable(row.bytes)) for row in ordered] + [("total", "", readable(self.total))]
        width = [max(len(row[column]) for row in cells) for column in range(3)]
        return "\n".join(f"{a:<{width[0]}}  {b:<{width[1]}}  {c:>{width[2]}}" for a, b, c in cells)


def readable(size: float) -> str:
    """Return a number of bytes as people write it: ``3.2 MB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def memory_estimate(network: Any, duration: float | None) -> MemoryEstimate:
    """Return what a network will need for a run; ``duration`` (a plain time) adds what it will record."""
    network._set_clocks()
    rows = [
        Need(name, what, size)
        for name, thing in network._objects.items()
        for what, size in _needs(thing, network, name, duration)
        if size
    ]
    return MemoryEstimate(tuple(rows))


def _needs(thing: Any, network: Any, name: str, duration: float | None) -> Iterator[tuple[str, int]]:
    held = thing.__dict__.get("_variables")
    real = np.dtype(network._dtype).itemsize
    if isinstance(held, Variables):
        yield "variables", sum(_length(held, n, e) * _width(e, real) for n, e in held.entries.items())
        flags = sum(entry == "flag" and variable.startswith("_") for variable, entry in held.entries.items())
        yield "lists of events", flags * (4 * held.size + 8)
    if isinstance(thing, Synapses):
        yield from _synapses(thing, network._clocks.steps[name])
    records = None
    if duration is not None:
        records = whole_steps(duration, network._clocks.base) // network._clocks.periods[name] + 1
    yield from _records(thing, records, real)


def _length(held: Variables, name: str, entry: str) -> int:
    length = 1 if held.is_shared(name) else held.size
    return (length + 7) // 8 * 8 if entry == "flag" else length


def _width(entry: Any, real: int) -> int:
    return real if entry == "real" else np.dtype(DTYPES[entry]).itemsize


# synapses ---------------------------------------------------------------------------------------------------------


def _synapses(synapses: Synapses, dt: float) -> Iterator[tuple[str, int]]:
    size, n_pre = len(synapses), synapses.source._variables.size
    n_post = synapses.target._variables.size
    index = np.dtype(narrowest(max(0, n_post - 1))).itemsize
    yield "connections", 8 * (n_pre + 1) + index * size
    if _reordered(synapses):
        yield "order of creation", (4 if size < 2**31 else 8) * size
    if any(pathway.of == "post" for pathway in synapses._checked.pathways):
        yield "connections by target", 8 * (n_post + 1) + (8 + np.min_scalar_type(max(0, n_pre - 1)).itemsize) * size
    for pathway in synapses._checked.pathways:
        ends = n_pre if pathway.of == "pre" else n_post
        ring = power_of_two(4 * ends)
        least, steps = in_steps(synapses._layout.extremes(pathway.name), dt).tolist()
        if least < steps:
            yield f"delays of {pathway.name}", np.min_scalar_type(steps).itemsize * size
            yield f"queue of {pathway.name}", (_RUN + 4 + 8 + 8) * ring + 24
            continue
        uniform = 4 * ring + 8 * power_of_two(steps + 1) + 16 if steps else 0
        yield f"queue of {pathway.name}", _RUN * ends + 8 + uniform


def _reordered(synapses: Synapses) -> bool:
    """Whether synapses lie in another order than that in which they were created."""
    connections = synapses._layout.connections
    if connections.sorted:
        return connections.permutation is not None
    delays = synapses._layout.delays.values()
    return not connections.by_source or any(isinstance(of_pathway, np.ndarray) for of_pathway in delays)


# records ----------------------------------------------------------------------------------------------------------


def _records(thing: Any, records: int | None, real: int) -> Iterator[tuple[str, int]]:
    if isinstance(thing, StateMonitor):
        width = max(1, len(thing._record))
        kept = records if thing._file is None else None if records is None else min(records, max(1, ROOM // width))
        if kept is not None:
            where = "records" if thing._file is None else "records on their way to the file"
            yield where, (width * real * len(thing._series) + 8) * kept
    elif isinstance(thing, PopulationRateMonitor) and records is not None:
        yield "records", 16 * records
    elif isinstance(thing, EventMonitor):
        size = thing._source._variables.size
        if thing._keep:
            yield "events, to begin with", (4 + 8 + real * len(thing._variables)) * max(4 * size, EVENTS)
        else:
            yield "counts", 8 * size
