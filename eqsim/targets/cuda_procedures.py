"""The procedures of the runtime as CUDA kernels: lists of spikes, queues of those under way, counts by chance.

They leave behind what ``eqsim.targets.queue`` and its neighbours do, in the same order: a thread's place in a list is
the number of those before it, counted by sums over blocks, never the time at which it comes. Kernels of one block deal
with what a step's spikes bring about; what goes through a whole group is spread over a grid.

Every kernel first takes ``now`` (the count of steps), ``halt`` (not 0 once the run has ended) and the period of its
clock.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda

from eqsim.random import intervals
from eqsim.random.draws import Kind
from eqsim.random.tables import EIGHT, FORTY_EIGHT, LOW_16, SIXTEEN
from eqsim.targets.cuda_grid import device, idle, inlined, int64, kernel, quiet, rank, step_of
from eqsim.targets.cuda_random import geometric, pair, words

COUNTS, SPIKES = int(Kind.COUNTS), int(Kind.SPIKES)
BLOCK, HALF, OFTEN, UNDECIDED = intervals.BLOCK, intervals.HALF, intervals.OFTEN, intervals.UNDECIDED
FAR = 1 << 62  # no entry of a queue has this number


@device
def _part(size: Any, block: Any, blocks: Any) -> Any:
    """Return where a block's part of so many entries begins and ends."""
    width = (size + blocks - 1) // blocks
    return min(size, block * width), min(size, (block + 1) * width)


@inlined
def _before(found: Any) -> Any:
    """Return what the blocks before this one have found together."""
    mine = int64(0)
    for other in range(cuda.threadIdx.x, cuda.blockIdx.x, cuda.blockDim.x):
        mine += found[other]
    _, total = rank(mine)
    return total


@device
def _not_below(values: Any, value: Any) -> Any:
    """Return the place of the first entry, of ascending ones, that is not below a value."""
    low, high = 0, values.shape[0]
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@device
def _above(values: Any, value: Any, low: Any, high: Any) -> Any:
    """Return the place of the first entry from ``low`` until ``high``, of ascending ones, that is above a value."""
    while low < high:
        middle = (low + high) // 2
        if values[middle] > value:
            high = middle
        else:
            low = middle + 1
    return low


# lists of events ---------------------------------------------------------------------------------------------------


@kernel
def count_flags(now: Any, halt: Any, period: Any, flags: Any, n: Any, found: Any) -> None:
    """Count the non-zero bytes in each block's part."""
    if idle(now, halt, period):
        return
    begin, end = _part(n, cuda.blockIdx.x, cuda.gridDim.x)
    mine = int64(0)
    for index in range(begin + cuda.threadIdx.x, end, cuda.blockDim.x):
        if flags[index] != 0:
            mine += 1
    _, total = rank(mine)
    if cuda.threadIdx.x == 0:
        found[cuda.blockIdx.x] = total


@kernel
def compress(now: Any, halt: Any, period: Any, flags: Any, n: Any, found: Any, events: Any, count: Any) -> None:
    """Write the indexes of non-zero bytes, ascending; a grid of several blocks needs what ``count_flags`` found."""
    if idle(now, halt, period):
        return
    begin, end = _part(n, cuda.blockIdx.x, cuda.gridDim.x)
    base = _before(found)
    for tile in range(begin, end, cuda.blockDim.x):
        index = tile + cuda.threadIdx.x
        take = 0
        if index < end and flags[index] != 0:
            take = 1
        total = cuda.syncthreads_count(take)
        if total > 0:
            place, _ = rank(int64(take))
            if take:
                events[base + place] = index
            base += total
    if cuda.blockIdx.x == cuda.gridDim.x - 1 and cuda.threadIdx.x == 0:
        count[0] = base


@kernel
def emit(
    now: Any,
    halt: Any,
    period: Any,
    spike_step: Any,
    spike_index: Any,
    cursor: Any,
    events: Any,
    count: Any,
    again: Any,
) -> None:
    """Write the sources that spike in this step, from a list in ascending order of (step, index), in one block."""
    if idle(now, halt, period):
        return
    step = step_of(now, period)
    if again > 0:
        step = step % again
    begin, end = _not_below(spike_step, step), _not_below(spike_step, step + 1)
    for place in range(begin + cuda.threadIdx.x, end, cuda.blockDim.x):
        events[place - begin] = spike_index[place]
    if cuda.threadIdx.x == 0:
        cursor[0], count[0] = end, end - begin


# queues ------------------------------------------------------------------------------------------------------------


@kernel
def due_now(
    now: Any, halt: Any, period: Any, events: Any, count: Any, start: Any,
    run_source: Any, run_begin: Any, run_end: Any, runs: Any,
) -> None:  # fmt: skip
    """Turn this step's spikes into runs."""
    if idle(now, halt, period):
        return
    for run in range(cuda.grid(1), count[0], cuda.gridsize(1)):
        source = events[run]
        run_source[run], run_begin[run], run_end[run] = source, start[source], start[source + 1]
    if cuda.grid(1) == 0:
        runs[0] = count[0]


@kernel
def push_uniform(
    now: Any, halt: Any, period: Any, events: Any, count: Any, ring: Any, ring_count: Any, tail: Any
) -> None:
    """Add this step's spikes to the queue of a pathway with one delay, in one block."""
    if idle(now, halt, period):
        return
    step, mask, end = step_of(now, period), ring.shape[0] - 1, tail[0]
    for event in range(cuda.threadIdx.x, count[0], cuda.blockDim.x):
        ring[(end + event) & mask] = events[event]
    cuda.syncthreads()  # all have read where the queue ends
    if cuda.threadIdx.x == 0:
        ring_count[step & (ring_count.shape[0] - 1)] = count[0]
        tail[0] = end + count[0]


@kernel
def due_uniform(
    now: Any, halt: Any, period: Any, delay: Any, start: Any, ring: Any, ring_count: Any, head: Any,
    run_source: Any, run_begin: Any, run_end: Any, runs: Any,
) -> None:  # fmt: skip
    """Take the spikes added ``delay`` steps ago from the queue and turn them into runs, in one block."""
    if idle(now, halt, period):
        return
    step, mask, begin = step_of(now, period), ring.shape[0] - 1, head[0]
    due = ring_count[(step - delay) & (ring_count.shape[0] - 1)]
    for run in range(cuda.threadIdx.x, due, cuda.blockDim.x):
        source = ring[(begin + run) & mask]
        run_source[run], run_begin[run], run_end[run] = source, start[source], start[source + 1]
    cuda.syncthreads()
    if cuda.threadIdx.x == 0:
        head[0], runs[0] = begin + due, due


@kernel
def push_varied(
    now: Any, halt: Any, period: Any, events: Any, count: Any, start: Any, delay: Any,
    ring_source: Any, ring_cursor: Any, ring_due: Any, tail: Any,
) -> None:  # fmt: skip
    """Add this step's spikes to the queue of a pathway whose synapses have delays of their own, in one block."""
    if idle(now, halt, period):
        return
    step, mask, end = step_of(now, period), ring_source.shape[0] - 1, tail[0]
    for event in range(cuda.threadIdx.x, count[0], cuda.blockDim.x):
        source, place = events[event], (end + event) & mask
        cursor = start[source]
        ring_source[place], ring_cursor[place] = source, cursor
        if cursor < start[source + 1]:
            ring_due[place] = step + int64(delay[cursor])
    cuda.syncthreads()
    if cuda.threadIdx.x == 0:
        tail[0] = end + count[0]


@kernel
def count_due(
    now: Any, halt: Any, period: Any, start: Any, ring_source: Any, ring_cursor: Any, ring_due: Any,
    head: Any, tail: Any, found: Any,
) -> None:  # fmt: skip
    """Count what is due in this step in each block's part of a queue."""
    if idle(now, halt, period):
        return
    step, mask, oldest = step_of(now, period), ring_source.shape[0] - 1, head[0]
    begin, end = _part(tail[0] - oldest, cuda.blockIdx.x, cuda.gridDim.x)
    mine = int64(0)
    for entry in range(begin + cuda.threadIdx.x, end, cuda.blockDim.x):
        place = (oldest + entry) & mask
        if ring_due[place] == step and ring_cursor[place] < start[ring_source[place] + 1]:
            mine += 1
    _, total = rank(mine)
    if cuda.threadIdx.x == 0:
        found[cuda.blockIdx.x] = total


@kernel
def due_varied(
    now: Any, halt: Any, period: Any, start: Any, delay: Any, ring_source: Any, ring_cursor: Any, ring_due: Any,
    head: Any, tail: Any, run_source: Any, run_begin: Any, run_end: Any, runs: Any, found: Any, oldest_left: Any,
) -> None:  # fmt: skip
    """Turn what is due in this step into runs, and move each spike on to its next delay.

    A grid of several blocks needs what ``count_due`` found; ``forget`` follows.
    """
    if idle(now, halt, period):
        return
    step, mask, oldest = step_of(now, period), ring_source.shape[0] - 1, head[0]
    begin, end = _part(tail[0] - oldest, cuda.blockIdx.x, cuda.gridDim.x)
    base, left = _before(found), int64(FAR)
    for tile in range(begin, end, cuda.blockDim.x):
        entry = tile + cuda.threadIdx.x
        place = (oldest + entry) & mask
        take, source, cursor, last = 0, int64(0), int64(0), int64(0)
        if entry < end:
            source, cursor = int64(ring_source[place]), int64(ring_cursor[place])
            last = int64(start[source + 1])
            if cursor < last and ring_due[place] == step:
                take = 1
        total = cuda.syncthreads_count(take)
        if total > 0:
            run, _ = rank(int64(take))
            if take:
                reached = int64(delay[cursor])
                until = _above(delay, reached, cursor + 1, last)
                run += base
                run_source[run], run_begin[run], run_end[run] = source, cursor, until
                ring_cursor[place] = until
                if until < last:
                    ring_due[place] += int64(delay[until]) - reached
                cursor = until
            base += total
        if cursor < last and oldest + entry < left:
            left = oldest + entry
    if left < FAR:
        cuda.atomic.min(oldest_left, 0, left)
    if cuda.blockIdx.x == cuda.gridDim.x - 1 and cuda.threadIdx.x == 0:
        runs[0] = base


@kernel
def forget(now: Any, halt: Any, period: Any, head: Any, tail: Any, oldest_left: Any) -> None:
    """Let a queue begin at the oldest spike that is still under way, in one thread."""
    if idle(now, halt, period):
        return
    head[0] = min(oldest_left[0], tail[0])
    oldest_left[0] = FAR


@kernel
def link(
    now: Any, halt: Any, period: Any, run_source: Any, run_begin: Any, run_end: Any, runs: Any,
    permuted: Any, permutation: Any, by_run: Any, ends: Any, heads: Any, following: Any, run_of: Any,
) -> None:  # fmt: skip
    """Put each arrival into the list of the neuron that owns it, in any order, and note its run.

    Arrivals are known by their places; the owner is the run's neuron (``by_run``) or the other end of the synapse.
    """
    if idle(now, halt, period):
        return
    for run in range(cuda.blockIdx.x, runs[0], cuda.gridDim.x):
        for place in range(run_begin[run] + cuda.threadIdx.x, run_end[run], cuda.blockDim.x):
            synapse = int64(place)
            if permuted:
                synapse = int64(permutation[place])
            owner = int64(run_source[run])
            if not by_run:
                owner = int64(ends[synapse])
            run_of[place] = run
            following[place] = cuda.atomic.exch(heads, owner, place)


# chance ------------------------------------------------------------------------------------------------------------


@kernel
def draw_counts(
    now: Any, halt: Any, period: Any, stream: Any, n: Any, start: Any, marks: Any, bounds: Any, drawn: Any
) -> None:
    """Write how many arrivals each element gets, as ``eqsim.random.tables`` does; a thread serves eight."""
    if idle(now, halt, period):
        return
    step = step_of(now, period)
    for group in range(cuda.grid(1), (n + EIGHT - 1) // EIGHT, cuda.gridsize(1)):
        w0, w1, w2, w3 = words(stream, COUNTS, 0, step, group)
        for place in range(EIGHT):
            element = EIGHT * group + place
            if element < n:
                word = w0
                if place >= 6:
                    word = w3
                elif place >= 4:
                    word = w2
                elif place >= 2:
                    word = w1
                half = (word >> SIXTEEN if place & 1 else word) & LOW_16
                mark = _not_below(marks, half)
                if np.uint64(marks[mark]) == half:
                    high, low, _, _ = words(stream, COUNTS, 1, step, element)
                    number = half << FORTY_EIGHT | high << SIXTEEN | low >> SIXTEEN
                    drawn[element] = _above(bounds, number, 0, bounds.shape[0])
                else:
                    drawn[element] = start + mark


@kernel
def draw_spikes(
    now: Any, halt: Any, period: Any, stream: Any, n: Any, factor: Any, rates: Any, drawn_for: Any, following: Any,
    flags: Any,
) -> None:  # fmt: skip
    """Write which sources spike in this step, as ``eqsim.random.intervals`` does."""
    if idle(now, halt, period):
        return
    quiet()
    step = step_of(now, period)
    for source in range(cuda.grid(1), n, cuda.gridsize(1)):
        chance = np.float64(rates[source]) * factor[0]
        spikes = False
        if rates[source] != drawn_for[source] or chance >= OFTEN:
            one, other = pair(stream, SPIKES, 0, step, source // BLOCK * HALF + source % HALF, 0)
            spikes = (one if source % BLOCK < HALF else other) < chance
            drawn_for[source], following[source] = rates[source], UNDECIDED
        elif following[source] <= step:
            planned = following[source] == step
            found = step + int64(planned) + geometric(stream, SPIKES, 1, step, source, chance)
            spikes = planned or found == step
            following[source] = UNDECIDED if found == step else found
        flags[source] = 1 if spikes else 0


# what the host asks ------------------------------------------------------------------------------------------------


@kernel
def look(values: Any, found: Any) -> None:
    """Set ``found`` where a value is NaN or infinite."""
    quiet()
    for index in range(cuda.grid(1), values.shape[0], cuda.gridsize(1)):
        if values[index] - values[index] != 0:
            found[0] = 1
