"""The counts of ``eqsim.targets.counts`` in compiled loops, all but one of which are vector loops.

A piece of the elements at a time stays in a core's cache: first its random bits, then the comparison of all of them
with some of the marks, and so on. The rare elements whose bits equal a mark are found afterwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from eqsim.random.draws import Kind
from eqsim.random.tables import EIGHT, FORTY_EIGHT, GROUP, SIXTEEN
from eqsim.targets.intrinsics import NoAlias, at, wide
from eqsim.vector.draws import words

_KIND = int(Kind.COUNTS)
_PIECE = 512  # elements, a multiple of eight
# the arrays that each function takes do not overlap
_loop = njit(nogil=True, error_model="numpy", pipeline_class=NoAlias)


@_loop
def _fill(stream: Any, step: Any, first: Any, blocks: Any, bits: Any) -> None:  # pragma: no cover - compiled
    """Write the words of so many blocks."""
    wide()
    for block in range(blocks):
        w0, w1, w2, w3 = words(stream, _KIND, 0, step, first + block)
        bits[at(4 * block)] = np.uint32(w0)
        bits[at(4 * block + 1)] = np.uint32(w1)
        bits[at(4 * block + 2)] = np.uint32(w2)
        bits[at(4 * block + 3)] = np.uint32(w3)


@_loop
def _compare(halves: Any, start: Any, marks: Any, drawn: Any) -> Any:  # pragma: no cover - compiled
    """Count the marks below each half; return whether any half equals a mark."""
    wide()
    tied = False
    drawn[:] = np.uint16(start)
    for mark in range(0, marks.shape[0], GROUP):
        m0, m1, m2, m3 = marks[mark], marks[mark + 1], marks[mark + 2], marks[mark + 3]
        for i in range(drawn.shape[0]):
            half = halves[at(i)]
            below = np.uint16(half > m0) + np.uint16(half > m1) + np.uint16(half > m2) + np.uint16(half > m3)
            drawn[at(i)] += np.uint16(below)
            tied |= (half == m0) | (half == m1) | (half == m2) | (half == m3)
    return tied


@_loop
def _settle(
    stream: Any, step: Any, first: Any, halves: Any, start: Any, marks: Any, bounds: Any, drawn: Any
) -> None:  # pragma: no cover - compiled
    """Count anew, with all bits, where a half equals the mark that is the first not below it."""
    for i in range(drawn.shape[0]):
        if marks[np.uint16(drawn[i] - np.uint16(start))] == halves[i]:
            high, low, _, _ = words(stream, _KIND, 1, step, first + i)
            number = np.uint64(halves[i]) << FORTY_EIGHT | high << SIXTEEN | low >> SIXTEEN
            drawn[i] = np.searchsorted(bounds, number, side="right")


@njit(cache=True, nogil=True, error_model="numpy")
def draw_counts(
    stream: Any, step: Any, begin: Any, end: Any, start: Any, marks: Any, bounds: Any, drawn: Any
) -> None:  # pragma: no cover - compiled
    """Write to ``drawn`` what the function of that name in ``eqsim.targets.counts`` does."""
    bits = np.empty(_PIECE // 2, np.uint32)
    halves = bits.view(np.uint16)  # the lower half of a word first, as all processors have it that Numba knows
    for first in range(begin, end, _PIECE):
        piece = drawn[first : min(first + _PIECE, end)]
        _fill(stream, step, first // EIGHT, (piece.shape[0] + EIGHT - 1) // EIGHT, bits)
        if _compare(halves, start, marks, piece):
            _settle(stream, step, first, halves, start, marks, bounds, piece)
