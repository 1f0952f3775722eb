"""Geometric skipping compiled: the pairs that `skipping.taken` gives, drawn piece by piece on all cores."""

from __future__ import annotations

from math import ceil, log, log1p, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.ends import Ends, Number, Pairs
from eqsim.random import Kind
from eqsim.random.compiled import PIECE, kernel, row_of_fractions
from eqsim.random.pieces import shared_out

_GAPS = 2**17  # gaps in a piece of work


def longest_gap(p: float) -> float:
    """Return a bound of the gaps between candidates taken with probability ``p``: uniform numbers have 53 bits."""
    return -54 * log(2) / log1p(-p)


def pairs_walked(ends: Ends, p: float) -> Pairs:
    """Return pairs, source by source, each with probability ``p``, where no gap exceeds 31 bits and 0 < p < 1."""
    total = ends.n_pre * ends.n_post
    gaps: list[npt.NDArray[np.int32]] = []
    reached, expected = 0, total * p
    wanted = ceil((expected + 6 * sqrt(expected) + 16) / _GAPS)
    lengths: list[int] = []
    while reached <= total:
        pieces = [(ends, p, k * _GAPS) for k in range(len(gaps), len(gaps) + wanted)]
        for drawn, length in shared_out(_gaps, pieces):
            gaps.append(drawn)
            lengths.append(length)
        reached, wanted = sum(lengths), 1
    # what lies behind the last pair is left out
    ends_at = np.cumsum(lengths)
    used = int(np.searchsorted(ends_at, total, "right")) + 1
    beyond = total - (int(ends_at[used - 2]) if used > 1 else 0)
    size = (used - 1) * _GAPS + _until(gaps[used - 1], beyond)
    kind = ends.pair_type
    i, j = np.empty(size, kind), np.empty(size, kind)

    def place(k: int) -> None:
        begin, part = int(ends_at[k - 1]) if k else 0, slice(k * _GAPS, min((k + 1) * _GAPS, size))
        _walk(gaps[k], begin, ends.n_post, i[part], j[part])

    shared_out(place, [(k,) for k in range(used)])
    return i, j


def _gaps(ends: Ends, p: float, first: int) -> tuple[npt.NDArray[np.int32], int]:
    """Return the distances between pairs that follow one another, from pair ``first`` on, and their sum."""
    gaps, length = np.empty(_GAPS, np.int32), 0
    scale = 1 / np.log1p(-p)
    u = np.empty(PIECE)
    for start in range(0, _GAPS, PIECE):
        half = (first + start) // 2
        row_of_fractions(np.uint64(ends.stream), int(Kind.CONNECT), int(Number.TAKEN), ends.call, half, u)
        # as in `skipping.taken`, with NumPy's logarithm, so that every gap is the same
        np.multiply(np.log(np.subtract(1.0, u, out=u), out=u), scale, out=u)
        length += _whole(u, gaps[start : start + PIECE])
    return gaps, length


@kernel
def _whole(u: Any, gaps: Any) -> Any:  # pragma: no cover
    length = 0
    for k in range(u.size):
        gaps[k] = np.int32(u[k]) + np.int32(1)
        length += gaps[k]
    return length


@kernel
def _until(gaps: Any, beyond: int) -> Any:  # pragma: no cover
    """Return the number of gaps before the position ``beyond`` is passed."""
    position = 0
    for k in range(gaps.size):
        position += gaps[k]
        if position > beyond:
            return k
    return gaps.size


@kernel
def _walk(gaps: Any, begin: int, width: int, i: Any, j: Any) -> None:  # pragma: no cover
    """Write row and column of each pair, from the number of candidates before the first gap on."""
    row, column = (begin - 1) // width, (begin - 1) % width
    for k in range(i.size):
        column += gaps[k]
        if column >= width:
            if column < 2 * width:
                row, column = row + 1, column - width
            else:
                row, column = row + column // width, column % width
        i[k], j[k] = row, column
