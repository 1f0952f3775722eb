"""Which sources of spikes by chance spike in a step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.random.intervals import spikes

_STREAM = (1 << 64) - 1


def draw_spikes(
    stream: int,
    step: int,
    begin: int,
    end: int,
    factor: NDArray[np.float64],
    rates: NDArray[np.floating[Any]],
    drawn_for: NDArray[np.floating[Any]],
    following: NDArray[np.int64],
    flags: NDArray[np.uint8],
    words: NDArray[np.uint64],  # noqa: ARG001 - the same bytes, eight at a time, for compiled code
) -> None:
    """Write to ``flags`` whether each source from ``begin``, a multiple of 64, until ``end`` spikes in this step.

    ``factor`` (one entry) makes a chance of a rate; ``drawn_for`` and ``following`` are what ``eqsim.random.intervals``
    keeps; ``stream`` has its 64 bits.
    """
    own = slice(begin, end)
    state = rates[own], drawn_for[own], following[own]
    flags[own] = spikes(stream & _STREAM, step, begin, float(factor[0]), *state)
