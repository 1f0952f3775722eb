"""Spikes under way to synapses that are about to change: what each will reach, and when, read out of the queues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Arrays = Mapping[str, NDArray[Any]]

QUEUE = ("ring", "ring_count", "ring_source", "ring_cursor", "ring_due", "head", "tail")  # the arrays of one pathway


@dataclass(frozen=True, slots=True)
class Reach:
    """The synapses that each spiking neuron reaches: those at places ``start[n]`` to ``start[n + 1]``.

    ``delay`` counts steps: one number, or one for each place (any unsigned integer type, or int64), ascending for each
    neuron. ``order`` says where in storage the synapse at a place lies; ``None`` where places are storage positions.
    """

    start: Longs
    delay: int | NDArray[Any]
    order: NDArray[Any] | None


def spikes_under_way(arrays: Arrays, pathway: str, reached_by: Callable[[str], Reach], now: int) -> tuple[Longs, Longs]:
    """Return the steps in which arrivals are due, and the storage positions of their synapses, in order of emission.

    ``now`` is the step that comes next. ``reached_by`` is asked only where anything is under way.
    """
    head, tail = int(arrays[f"_head_{pathway}"][0]), int(arrays[f"_tail_{pathway}"][0])
    if head == tail:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    reached = reached_by(pathway)
    entries = np.arange(head, tail)
    if f"_ring_{pathway}" in arrays:
        first, last, due = _uniform(arrays, pathway, entries, reached, now)
    else:
        first, last, due = _varied(arrays, pathway, entries, reached)
    length = last - first
    ends = np.cumsum(length)
    places = np.arange(ends[-1]) + np.repeat(first - (ends - length), length)
    steps = np.repeat(due, length)
    if isinstance(reached.delay, np.ndarray):  # ``due`` is when a spike reaches the first of what is left
        delay = reached.delay.astype(np.int64)
        steps += delay[places] - np.repeat(delay[np.minimum(first, len(delay) - 1)], length)
    return steps, places if reached.order is None else reached.order[places].astype(np.int64)


def _uniform(arrays: Arrays, pathway: str, entries: Longs, reached: Reach, now: int) -> tuple[Longs, Longs, Longs]:
    ring, counts = arrays[f"_ring_{pathway}"], arrays[f"_ring_count_{pathway}"]
    source = ring[entries & (len(ring) - 1)]
    due = np.arange(now, now + int(reached.delay))  # from what was emitted one delay before
    due = np.repeat(due, counts[(due - reached.delay) & (len(counts) - 1)])
    return reached.start[source], reached.start[source + 1], due


def _varied(arrays: Arrays, pathway: str, entries: Longs, reached: Reach) -> tuple[Longs, Longs, Longs]:
    place = entries & (len(arrays[f"_ring_source_{pathway}"]) - 1)
    source, cursor, due = (arrays[f"_ring_{part}_{pathway}"][place] for part in ("source", "cursor", "due"))
    return cursor, reached.start[source + 1], due
