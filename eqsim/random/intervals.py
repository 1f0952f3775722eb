"""Sources that spike by chance and draw when they spike next, instead of whether they do in each step.

Each source keeps the step of its next spike, ``following``, and the rate for which that was drawn. How many steps pass
without a spike follows the geometric law, which does not remember: a source whose rate has changed decides anew from
that step on, and all is as if each step were drawn for. That is what is done where a rate is new, for it may change in
the next step too, and where spikes are frequent; such a source is ``UNDECIDED`` about later steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.random.draws import Kind, pair
from eqsim.random.integers import geometric

UNDECIDED = -1
BLOCK, HALF = 64, 32  # sources that draw together
OFTEN = 1 / 64  # from this chance of a spike in a step on, an interval takes longer than a draw in every step


def spikes(
    stream: Any,
    step: int,
    begin: int,
    factor: float,
    rates: NDArray[np.floating[Any]],
    drawn_for: NDArray[np.floating[Any]],
    following: NDArray[np.int64],
) -> NDArray[np.bool]:
    """Return which sources spike in a step with the chance ``rates*factor``, and bring what they keep up to date.

    The arrays are those of the sources from ``begin`` on.
    """
    chance = rates.astype(np.float64) * factor
    now = np.flatnonzero((rates != drawn_for) | (chance >= OFTEN))
    later = np.flatnonzero((rates == drawn_for) & (chance < OFTEN) & (following <= step))
    result = np.zeros(len(rates), bool)
    # one block of random numbers serves two sources that are 32 apart
    element = begin + now
    one, other = pair(stream, Kind.SPIKES, 0, step, element // BLOCK * HALF + element % HALF, 0)
    result[now] = np.where(element % BLOCK < HALF, one, other) < chance[now]
    drawn_for[now], following[now] = rates[now], UNDECIDED
    planned = following[later] == step
    found = step + planned + geometric(stream, Kind.SPIKES, 1, step, begin + later, chance[later])
    result[later] = planned | (found == step)
    following[later] = np.where(found == step, UNDECIDED, found)
    return result
