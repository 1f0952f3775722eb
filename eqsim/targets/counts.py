"""How many arrivals each element gets in a step, from a table of their law."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eqsim.random.tables import Table, counts

_STREAM = (1 << 64) - 1


def draw_counts(
    stream: int,
    step: int,
    begin: int,
    end: int,
    start: int,
    marks: NDArray[np.uint16],
    bounds: NDArray[np.uint64],
    drawn: NDArray[np.uint16],
) -> None:
    """Write to ``drawn`` the counts of the elements from ``begin``, a multiple of eight, until ``end``.

    ``start``, ``marks`` and ``bounds`` are those of an ``eqsim.random.tables.Table``; ``stream`` has its 64 bits.
    """
    drawn[begin:end] = counts(stream & _STREAM, step, begin, end, Table(start, marks, bounds))
