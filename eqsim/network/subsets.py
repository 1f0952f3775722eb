"""Indexes of a whole group as those of a part of it and back, and synapses by the indexes of their ends."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.connectivity.ends import Pairs
from eqsim.connectivity.rows import Rows
from eqsim.network.indexes import elements


def within(group: Any, index: NDArray[Any]) -> NDArray[Any]:
    """Return indexes of a whole group as indexes of a part of it."""
    part = group._elements()
    if part is None:
        return index.astype(np.int64)
    if len(part) and (np.diff(part) == 1).all():
        offset = int(part[0])
        return index.astype(np.int64) - offset
    table = np.zeros(group._variables.size, np.int64)
    table[part] = np.arange(len(part))
    inside: NDArray[Any] = table[index]
    return inside


def whole(group: Any, index: NDArray[Any]) -> NDArray[Any]:
    """Return indexes of a part of a group as indexes of the whole group."""
    part = group._elements()
    if part is None or not len(part):
        return index
    kind = index.dtype if int(part.max()) <= np.iinfo(index.dtype).max else np.min_scalar_type(-int(part.max()))
    if (np.diff(part) == 1).all():
        moved: NDArray[Any] = np.add(index, kind.type(part[0]), dtype=kind)
        return moved
    outside: NDArray[Any] = np.take(part.astype(kind), index)
    return outside


def whole_pairs(source: Any, target: Any, pairs: Pairs | Rows) -> Pairs | Rows:
    """Return pairs of parts of two groups as pairs of the whole groups."""
    part = source._elements()
    if not isinstance(pairs, Rows) or (part is not None and not (np.diff(part) > 0).all()):
        i, j = pairs
        return whole(source, i), whole(target, j)
    start = pairs.start
    if part is not None:
        size = np.zeros(source._variables.size, np.int64)
        size[part] = np.diff(start)
        start = np.concatenate([[0], np.cumsum(size)])
    return Rows(start, whole(target, pairs.target))


def selected(index: Any, size: int, ends: NDArray[Any], owner: str, end: str) -> NDArray[np.bool_]:
    """Return which synapses have, at one end, an element that an index (integer, slice, mask, array) means."""
    wanted = np.zeros(size, bool)
    wanted[elements(index, size, f"{owner}, {end}")] = True
    chosen: NDArray[np.bool_] = wanted[ends]
    return chosen


def number_in_pair(source: NDArray[Any], target: NDArray[Any]) -> NDArray[np.int64]:
    """Return which of the synapses of its pair each one is, counted from 0 in order of creation."""
    order = np.lexsort((target, source))
    first = np.flatnonzero(np.diff(source[order], prepend=-1) | np.diff(target[order], prepend=-1))
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    return number
