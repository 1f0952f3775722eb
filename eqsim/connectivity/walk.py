"""Geometric skipping compiled: the pairs that `skipping.taken` gives, drawn piece by piece on all cores.

Gaps are written where the targets will lie, and become these in place: memory is taken once, and little of it.
"""

from __future__ import annotations

from math import ceil, log, log1p, sqrt
from typing import Any

import numpy as np

from eqsim.connectivity.ends import Ends, Index, Number
from eqsim.connectivity.rows import Rows
from eqsim.random import Kind
from eqsim.random.compiled import PIECE, kernel, row_of_fractions
from eqsim.random.pieces import cut, shared_out

_GAPS = 2**17  # gaps in a piece of work, even


def longest_gap(p: float) -> float:
    """Return a bound of the gaps between candidates taken with probability ``p``: uniform numbers have 53 bits."""
    return -54 * log(2) / log1p(-p)


def rows_walked(ends: Ends, p: float) -> Rows:
    """Return synapses, each pair with probability ``p``, where no gap exceeds 31 bits and 0 < p < 1."""
    total, kind = ends.n_pre * ends.n_post, ends.pair_type
    expected = total * p
    gaps: Index = np.empty(2 * ceil(expected / 2 + 3 * sqrt(expected) + 8), _gap_type(p, kind))
    pieces = cut(gaps.size, _GAPS)
    lengths = shared_out(_gaps, [(ends, p, first, gaps[first:end]) for first, end in pieces])
    while sum(lengths) <= total:  # once in a billion times
        more = np.empty(_GAPS, gaps.dtype)
        lengths.append(_gaps(ends, p, gaps.size, more))
        pieces.append((gaps.size, gaps.size + _GAPS))
        gaps = np.concatenate([gaps, more])
    # what lies behind the last pair is left out
    passed = np.concatenate([[0], np.cumsum(lengths)])
    last = int(np.searchsorted(passed, total, "right")) - 1
    first, end = pieces[last]
    pieces[last:] = [(first, first + _until(gaps[first:end], total - passed[last]))]
    size = pieces[last][1]
    gaps.resize(size, refcheck=False)  # in place: the pieces' views are gone
    start = np.empty(ends.n_pre + 1, np.int64)
    target = gaps if gaps.dtype == kind else np.empty(size, kind)

    def place(k: int, first: int, end: int) -> int:
        return int(_walk(gaps[first:end], int(passed[k]), ends.n_post, first, start, target[first:end]))

    row = shared_out(place, [(k, *piece) for k, piece in enumerate(pieces)])[-1]
    start[row + 1 :] = size
    return Rows(start, target)


def _gap_type(p: float, kind: type[np.integer[Any]]) -> type[np.integer[Any]]:
    """Return the type of gaps: that of targets where it suffices."""
    return kind if longest_gap(p) < np.iinfo(kind).max else np.int32


def _gaps(ends: Ends, p: float, first: int, gaps: Index) -> int:
    """Write the distances between pairs that follow one another, from pair ``first`` on, and return their sum."""
    length = 0
    scale = 1 / np.log1p(-p)
    u = np.empty(PIECE)
    for begin, end in cut(gaps.size, PIECE):
        here = u[: end - begin]
        half = (first + begin) // 2
        row_of_fractions(np.uint64(ends.stream), int(Kind.CONNECT), int(Number.TAKEN), ends.call, half, here)
        # as in `skipping.taken`, with NumPy's logarithm, so that every gap is the same
        np.log(np.subtract(1.0, here, out=here), out=here)
        length += _whole(here, scale, gaps[begin:end])
    return length


@kernel
def _whole(log: Any, scale: float, gaps: Any) -> Any:  # pragma: no cover
    length: Any = 0
    for k in range(log.size):
        gap = np.int32(log[k] * scale) + np.int32(1)
        gaps[k] = gap
        length += gap
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
def _walk(gaps: Any, begin: int, width: int, first: int, start: Any, target: Any) -> Any:  # pragma: no cover
    """Write the target of each pair, from ``begin`` candidates on, and where the rows begin that are entered.

    ``first`` pairs come before. Returns the last row that was entered. Targets may be written over the gaps.
    """
    row, column = (begin - 1) // width, (begin - 1) % width
    for k in range(target.size):
        column += gaps[k]
        if column >= width:
            passed = column // width
            for entered in range(row + 1, row + passed + 1):
                start[entered] = first + k
            row, column = row + passed, column - passed * width
        target[k] = column
    return row
