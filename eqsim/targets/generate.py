"""Spikes at given times, and runs of synapses that do not lie side by side: scalar loops for Python and Numba alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


def emit(
    spike_step: Longs, spike_index: Ints, cursor: Longs, events: Ints, count: Longs, period: int, step: int
) -> None:
    """Write the sources that spike in this step, from a list in ascending order of (step, index).

    With a ``period`` of more than zero steps the list begins again after each period.
    """
    now = step % period if period > 0 else step
    place = cursor[0]
    if place > 0 and spike_step[place - 1] >= now:
        place = 0
    while place < spike_step.shape[0] and spike_step[place] < now:
        place += 1
    found = 0
    while place < spike_step.shape[0] and spike_step[place] == now:
        events[found] = spike_index[place]
        found += 1
        place += 1
    cursor[0] = place
    count[0] = found


def single(
    permutation: NDArray[Any],
    run_source: Ints,
    run_begin: Longs,
    run_end: Longs,
    runs: Longs,
    one_source: Ints,
    one_begin: Longs,
    one_end: Longs,
    ones: Longs,
) -> None:
    """Turn runs over a permutation into runs of one synapse each."""
    found = 0
    for run in range(runs[0]):
        for place in range(run_begin[run], run_end[run]):
            synapse = np.int64(permutation[place])
            one_source[found] = run_source[run]
            one_begin[found] = synapse
            one_end[found] = synapse + 1
            found += 1
    ones[0] = found
