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
    Where synapses are divided among ``lanes`` threads, entry ``n*lanes + t`` of ``start`` is for neuron ``n`` and
    thread ``t``, and delays ascend for each of the two.
    """

    start: Longs
    delay: int | NDArray[Any]
    order: NDArray[Any] | None
    lanes: int = 1


def spikes_under_way(
    arrays: Arrays, pathway: str, reached_by: Callable[[str], Reach], lanes: int, now: int
) -> tuple[Longs, Longs]:
    """Return the steps in which arrivals are due, and the storage positions of their synapses.

    Arrivals at one target come in order of emission. ``now`` is the step that comes next; each of ``lanes`` threads has
    a queue of its own. ``reached_by`` is asked only where anything is under way.
    """
    queues = [
        {part: values for part in QUEUE if (values := _section(arrays, f"_{part}_{pathway}", lane, lanes)) is not None}
        for lane in range(lanes)
    ]
    if all(queue["head"][0] == queue["tail"][0] for queue in queues):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    reached = reached_by(pathway)
    found = [_of_lane(queue, lane if reached.lanes > 1 else 0, reached, now) for lane, queue in enumerate(queues)]
    steps, places = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return steps, places


def sections(values: NDArray[Any], lanes: int) -> NDArray[Any]:
    """Return an array that holds a section for each thread with one row for each."""
    return values.reshape(lanes, -1)


def _section(arrays: Arrays, name: str, lane: int, lanes: int) -> NDArray[Any] | None:
    values = arrays.get(name)
    return None if values is None else sections(values, lanes)[lane]


def _of_lane(queue: Arrays, lane: int, reached: Reach, now: int) -> tuple[Longs, Longs]:
    """Return what is in one thread's queue."""
    head, tail = int(queue["head"][0]), int(queue["tail"][0])
    if head == tail:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    entries = np.arange(head, tail)
    if "ring" in queue:
        first, last, due = _uniform(queue, entries, lane, reached, now)
    else:
        first, last, due = _varied(queue, entries, lane, reached)
    length = last - first
    ends = np.cumsum(length)
    places = np.arange(ends[-1]) + np.repeat(first - (ends - length), length)
    steps = np.repeat(due, length)
    if isinstance(reached.delay, np.ndarray):  # ``due`` is when a spike reaches the first of what is left
        delay = reached.delay.astype(np.int64)
        steps += delay[places] - np.repeat(delay[np.minimum(first, len(delay) - 1)], length)
    return steps, places if reached.order is None else reached.order[places].astype(np.int64)


def _uniform(queue: Arrays, entries: Longs, lane: int, reached: Reach, now: int) -> tuple[Longs, Longs, Longs]:
    ring, counts = queue["ring"], queue["ring_count"]
    place = ring[entries & (len(ring) - 1)].astype(np.int64) * reached.lanes + lane
    delay = int(reached.delay)
    emitted = np.arange(now - delay, now)
    due = np.repeat(emitted + delay, counts[emitted & (len(counts) - 1)])
    return reached.start[place], reached.start[place + 1], due


def _varied(queue: Arrays, entries: Longs, lane: int, reached: Reach) -> tuple[Longs, Longs, Longs]:
    place = entries & (len(queue["ring_source"]) - 1)
    source, cursor, due = (queue[f"ring_{part}"][place] for part in ("source", "cursor", "due"))
    return cursor, reached.start[source.astype(np.int64) * reached.lanes + lane + 1], due
