"""The spikes of ``eqsim.targets.intervals`` in compiled loops.

A piece of the sources at a time is looked through by a vector loop, which finds most of them at rest. Sources that draw
in this step do so a block at a time, by a vector loop too; those at the end of an interval one by one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from eqsim.random.draws import Kind
from eqsim.random.intervals import BLOCK, HALF, OFTEN, UNDECIDED
from eqsim.targets.intrinsics import NoAlias, at, select, wide
from eqsim.vector.draws import geometric, pair

_KIND = int(Kind.SPIKES)
_PIECE, _WORD = 512, 8  # sources
# what a byte says: a spike, a draw in this step, an interval's end; and the latter two of eight sources
_SPIKE, _NOW, _LATER = np.uint8(1), np.uint8(2), np.uint8(4)
_ANY_NOW, _ANY_LATER = np.uint64(0x0202020202020202), np.uint64(0x0404040404040404)
# the arrays that each function takes do not overlap
_loop = njit(nogil=True, error_model="numpy", pipeline_class=NoAlias)


@_loop
def _look(
    step: Any, first: Any, last: Any, factor: Any, rates: Any, drawn_for: Any, following: Any, flags: Any
) -> Any:  # pragma: no cover
    """Write for each source what it has to do; return all of it together."""
    wide()
    found = np.uint8(0)
    for i in range(first, last):
        now = (rates[at(i)] != drawn_for[at(i)]) | (np.float64(rates[at(i)]) * factor >= OFTEN)
        flag = select(now, _NOW, select(following[at(i)] <= step, _LATER, np.uint8(0)))
        flags[at(i)] = flag
        found |= flag
    return found


@_loop
def _draw(stream: Any, step: Any, first: Any, drawn: Any) -> None:  # pragma: no cover
    """Write the uniform numbers of a block of sources in this step."""
    wide()
    for i in range(HALF):
        one, other = pair(stream, _KIND, 0, step, first // BLOCK * HALF + i, 0)
        drawn[at(i)] = one
        drawn[at(i + HALF)] = other


@_loop
def _decide(
    first: Any, last: Any, factor: Any, drawn: Any, rates: Any, drawn_for: Any, following: Any, flags: Any
) -> None:  # pragma: no cover
    """Decide for the sources of a block that draw in this step."""
    wide()
    for i in range(first, last):
        now = flags[at(i)] == _NOW
        chance = np.float64(rates[at(i)]) * factor
        spike = select(drawn[at(i - first)] < chance, _SPIKE, np.uint8(0))
        flags[at(i)] = select(now, spike, flags[at(i)])
        following[at(i)] = select(now, np.int64(UNDECIDED), following[at(i)])
        drawn_for[at(i)] = rates[at(i)]  # which are the same where no draw is due


@_loop
def _draw_next(stream: Any, step: Any, i: Any, chance: Any, following: Any, flags: Any) -> None:  # pragma: no cover
    """Draw when a source spikes next whose interval ends in this step, or that is undecided."""
    planned = following[i] == step
    found = step + np.int64(planned) + geometric(stream, _KIND, 1, step, i, chance)
    flags[i] = np.uint8(planned | (found == step))
    following[i] = UNDECIDED if found == step else found


@njit(cache=True, nogil=True, error_model="numpy")
def draw_spikes(
    stream: Any,
    step: Any,
    begin: Any,
    end: Any,
    factor: Any,
    rates: Any,
    drawn_for: Any,
    following: Any,
    flags: Any,
    words: Any,
) -> None:  # pragma: no cover
    """Write to ``flags`` what the function of that name in ``eqsim.targets.intervals`` does."""
    per_step, drawn = factor[0], np.empty(BLOCK)
    for first in range(begin, end, _PIECE):
        last = min(first + _PIECE, end)
        if _look(step, first, last, per_step, rates, drawn_for, following, flags) == 0:
            continue
        for block in range(first, last, BLOCK):
            until = min(block + BLOCK, last)
            found = np.uint64(0)
            for word in range(block // _WORD, (until + _WORD - 1) // _WORD):
                found |= words[word]
            if found & _ANY_NOW:
                _draw(stream, step, block, drawn)
                _decide(block, until, per_step, drawn, rates, drawn_for, following, flags)
            if found & _ANY_LATER:
                for word in range(block // _WORD, (until + _WORD - 1) // _WORD):
                    if words[word] & _ANY_LATER:
                        for i in range(_WORD * word, min(_WORD * word + _WORD, until)):
                            if flags[i] == _LATER:
                                _draw_next(stream, step, i, np.float64(rates[i]) * per_step, following, flags)
