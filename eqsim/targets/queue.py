"""Spikes under way: from the bytes that a threshold sets to the runs of synapses that a pathway acts on in a step.

The functions here are scalar loops that run alike in Python and compiled; every argument is an array or an integer,
nothing is allocated. `relaid` and `power_of_two` are for the host, between steps.

A **run** ``r`` says that a spike of source ``run_source[r]`` has reached its synapses from ``run_begin[r]`` up to, and
without, ``run_end[r]`` (storage positions); ``runs[0]`` counts them. Runs come in order of emission, then of source.
Rings have a power of two of entries; ``head`` and ``tail`` (int64, one entry each) count what was ever taken and
added, so that an entry's place is its number modulo the ring's length. For pathways that act when the *target*
spikes, sources are the targets and ``start`` the beginning of each one's incoming synapses.

Several threads, the **lanes**, share a pathway by its targets: the synapses of source ``s`` that belong to a lane are
those from ``start[s*lanes + lane]`` up to, and without, ``start[s*lanes + lane + 1]``. With one lane, ``start`` says
where each source's synapses begin. Each lane has a queue and runs of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Delays = npt.NDArray[Any]  # any unsigned integer type, or int64


_AHEAD = 8  # spikes: about as many as can be on their way from memory at a time


def prefetch(values: npt.NDArray[Any], index: int) -> None:
    """Ask for an entry's cache line, to be there when it is used; compiled code does, Python has no need to."""


def compress(flags: Bytes, words: Words, begin: int, end: int, events: Ints, count: Longs) -> None:
    """Write to ``events`` the indexes of non-zero bytes from ``begin`` until ``end``, ascending, and count them.

    ``flags`` is padded to a multiple of 8 bytes and ``words`` are the same bytes, eight at a time.
    """
    found = 0
    for word in range(begin // 8, (end + 7) // 8):
        if words[word] != 0:
            for index in range(max(begin, 8 * word), min(8 * word + 8, end)):
                if flags[index] != 0:
                    events[found] = index
                    found += 1
    count[0] = found


def gather(parts: Ints, part_counts: Longs, parity: int, lanes: int, events: Ints, count: Longs) -> None:
    """Write to ``events`` what the threads found, each in its part of a list, one after another.

    ``parts`` and ``part_counts`` hold ``2*lanes`` sections of one length, the lists of even and then of odd steps.
    """
    size = parts.shape[0] // (2 * lanes)
    width = part_counts.shape[0] // (2 * lanes)
    found = 0
    for lane in range(parity * lanes, parity * lanes + lanes):
        for event in range(part_counts[lane * width]):
            events[found] = parts[lane * size + event]
            found += 1
    count[0] = found


def due_now(
    events: Ints,
    count: Longs,
    start: Longs,
    lane: int,
    lanes: int,
    run_source: Ints,
    run_begin: Longs,
    run_end: Longs,
    runs: Longs,
) -> None:
    """Turn this step's spikes into runs: a pathway without delay. There are at most as many runs as sources."""
    found = 0
    for event in range(count[0]):
        source = events[event]
        place = source * lanes + lane
        if start[place + 1] > start[place]:
            run_source[found] = source
            run_begin[found] = start[place]
            run_end[found] = start[place + 1]
            found += 1
    runs[0] = found


# one delay for all synapses of a pathway ---------------------------------------------------------------------------


def push_uniform(
    events: Ints,
    count: Longs,
    start: Longs,
    lane: int,
    lanes: int,
    step: int,
    ring: Ints,
    ring_count: Longs,
    tail: Longs,
) -> None:
    """Add this step's spikes to the queue of a pathway with one delay; to be called in every step.

    ``ring_count`` holds how many spikes each of the last steps added: a power of two of entries, more than the delay.
    """
    mask = ring.shape[0] - 1
    end = tail[0]
    for event in range(count[0]):
        source = events[event]
        place = source * lanes + lane
        if start[place + 1] > start[place]:
            ring[end & mask] = source
            end += 1
    ring_count[step & (ring_count.shape[0] - 1)] = end - tail[0]
    tail[0] = end


def due_uniform(
    step: int,
    delay: int,
    start: Longs,
    lane: int,
    lanes: int,
    ring: Ints,
    ring_count: Longs,
    head: Longs,
    run_source: Ints,
    run_begin: Longs,
    run_end: Longs,
    runs: Longs,
) -> None:
    """Take the spikes added ``delay`` steps ago from the queue and turn them into runs.

    There are at most as many runs as sources. With no delay, spikes are added before they are taken.
    """
    mask = ring.shape[0] - 1
    first = head[0]
    # entries of ring_count that no step has written yet are zero, also those of steps before the first
    due = ring_count[(step - delay) & (ring_count.shape[0] - 1)]
    for run in range(due):
        source = ring[(first + run) & mask]
        place = source * lanes + lane
        run_source[run] = source
        run_begin[run] = start[place]
        run_end[run] = start[place + 1]
    head[0] = first + due
    runs[0] = due


# a delay for each synapse ------------------------------------------------------------------------------------------


def push_varied(
    events: Ints,
    count: Longs,
    start: Longs,
    lane: int,
    lanes: int,
    delay: Delays,
    step: int,
    ring_source: Ints,
    ring_cursor: Longs,
    ring_due: Longs,
    tail: Longs,
) -> None:
    """Add this step's spikes to the queue of a pathway whose synapses have delays of their own.

    ``delay`` counts steps, one entry a synapse, ascending among the synapses of a source. An entry of the queue is a
    source, the first of its synapses not reached yet, and the step in which the spike reaches it.
    """
    mask = ring_source.shape[0] - 1
    end = tail[0]
    for event in range(count[0]):
        source = events[event]
        place = source * lanes + lane
        first = start[place]
        if start[place + 1] > first:
            ring_source[end & mask] = source
            ring_cursor[end & mask] = first
            ring_due[end & mask] = step + np.int64(delay[first])
            end += 1
    tail[0] = end


def due_varied(
    step: int,
    start: Longs,
    lane: int,
    lanes: int,
    delay: Delays,
    ring_source: Ints,
    ring_cursor: Longs,
    ring_due: Longs,
    head: Longs,
    tail: Longs,
    run_source: Ints,
    run_begin: Longs,
    run_end: Longs,
    runs: Longs,
) -> None:
    """Turn what is due in this step into runs, and move each spike on to its next delay.

    There are at most as many runs as the ring has entries. To be called in every step, after this step's spikes were
    added.
    """
    mask = ring_source.shape[0] - 1
    found = 0
    first = head[0]
    for entry in range(first, tail[0]):
        place = entry & mask
        later = (entry + _AHEAD) & mask
        if ring_due[later] == step:
            prefetch(delay, ring_cursor[later])
        source = ring_source[place]
        cursor = ring_cursor[place]
        last = start[source * lanes + lane + 1]
        if cursor < last and ring_due[place] == step:
            reached = delay[cursor]
            end = cursor + 1
            while end < last and delay[end] == reached:
                end += 1
            run_source[found] = source
            run_begin[found] = cursor
            run_end[found] = end
            found += 1
            ring_cursor[place] = end
            if end < last:
                ring_due[place] += np.int64(delay[end]) - np.int64(reached)
            cursor = end
        if cursor == last and entry == first:
            first += 1  # nothing in front of it is under way any more
    head[0] = first
    runs[0] = found


# for the host ------------------------------------------------------------------------------------------------------


def relaid(ring: npt.NDArray[Any], head: Longs, tail: Longs, length: int) -> npt.NDArray[Any]:
    """Return a ring of another length, a power of two, with the same entries under way; counts stay."""
    live = np.arange(head[0], tail[0])
    other = np.zeros(length, ring.dtype)
    other[live & (length - 1)] = ring[live & (ring.size - 1)]
    return other


def power_of_two(least: int) -> int:
    """Return the smallest power of two that is at least ``least``, the length that rings must have."""
    return 1 << max(0, least - 1).bit_length()
