"""Storage order compiled: count by source, then sort within each source, piece by piece on all cores.

Every sort is stable, so the order is the same for any number of threads.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.random.compiled import kernel
from eqsim.random.pieces import cores, cut, shared_out

Index = npt.NDArray[Any]
Longs = npt.NDArray[np.int64]
_DIGIT = 8  # bits that a pass of a row's sort looks at
_SHORT = 48  # rows up to this length are sorted by insertion
_AT_LEAST = 2**16  # synapses a piece, where there are so many


def ascending(keys: list[Index], bits: list[int]) -> bool:
    """Whether the first key never falls, nor any other among those alike in the keys before it.

    ``bits`` says how wide the keys are: 64 together at most.
    """

    def rising(first: int, end: int) -> bool:
        word = _packed(keys, bits, max(0, first - 1), end)
        return bool((word[1:] >= word[:-1]).all())

    pieces = cut(keys[0].size, 2**16)
    return all(rising(*piece) for piece in pieces[:1]) and all(shared_out(rising, pieces[1:]))


def counts(i: Index, n: int) -> Longs:
    """Return how often each index below ``n`` occurs."""
    found: Longs = np.sum(_histograms(i, n), axis=0)
    return found


def ordered(row: Index, start: Longs, keys: list[Index], bits: list[int], columns: Index | None) -> Index:
    """Return the stable order by row and by keys of which ``bits`` says how wide they are, the first counting most.

    ``start`` says where each row begins. A position in a row and the keys must fit 64 bits together. The values of the
    last key are written in order to ``columns``, if given.
    """
    count, n = row.size, start.size - 1
    order = np.empty(count, np.int32 if count < 2**31 else np.int64)
    place = int(np.diff(start).max(initial=0)).bit_length()
    by_row = ascending([row], [64])
    # where rows are scattered, the keys are brought together with them
    word = np.empty(count if keys and not by_row else 0, np.uint64)
    if by_row:
        shared_out(lambda a, b: _identity(order[a:b], a), _pieces(count))
    else:
        histograms = _histograms(row, n)
        # where each piece's synapses of each row begin: behind those of the pieces before it
        begin = np.cumsum(histograms, axis=0) - histograms + start[:-1]

        def scatter(k: int, a: int, b: int) -> None:
            for first, end in ((a + first, a + end) for first, end in cut(b - a, 2**16)):
                _scatter(row[first:end], first, begin[k], order, _packed(keys, bits, first, end), word)

        shared_out(scatter, [(k, *piece) for k, piece in enumerate(_pieces(count))])
    if not keys:
        return order

    def sort(a: int, b: int) -> None:
        part = slice(int(start[a]), int(start[b]))
        mine = _packed(keys, bits, part.start, part.stop) if by_row else word[part]
        _sort_rows(mine, order[part], start[a : b + 1] - start[a], bits[-1], sum(bits), place)
        if columns is not None:
            np.right_shift(mine, np.uint64(place), out=mine)
            columns[part] = np.bitwise_and(mine, np.uint64((1 << bits[-1]) - 1), out=mine)

    # rows in pieces of about as many synapses
    inner = np.searchsorted(start, np.linspace(0, count, max(8 * cores(), count >> 20) + 1)[1:-1])
    shared_out(sort, pairwise(np.unique(np.concatenate([[0], inner, [n]])).tolist()))
    return order


def taken_in(values: Index, order: Index, kind: npt.DTypeLike | None = None) -> Index:
    """Return ``values[order]``, of another type if one is given."""
    result = np.empty(order.size, values.dtype if kind is None else kind)
    shared_out(lambda a, b: _gather(values, order[a:b], result[a:b]), cut(order.size, 2**20))
    return result


def inverse(order: Index) -> Index:
    """Return the permutation that leads back."""
    back = np.empty_like(order)
    shared_out(lambda a, b: _invert(order[a:b], a, back), cut(order.size, 2**20))
    return back


def lane_counts(i: Index, lane: Index, n: int, lanes: int) -> Longs:
    """Return how many synapses each row has in each lane: shape (rows * lanes,)."""

    def counted(first: int, end: int) -> Longs:
        found = np.zeros(n * lanes, np.int64)
        _count_lanes(i[first:end], lane[first:end], lanes, found)
        return found

    found: Longs = np.sum(shared_out(counted, _pieces(i.size)), axis=0)
    return found


# within --------------------------------------------------------------------------------------------------------------


def _pieces(count: int) -> list[tuple[int, int]]:
    return cut(count, max(_AT_LEAST, -(-count // cores())))


def _packed(keys: list[Index], bits: list[int], first: int, end: int) -> npt.NDArray[np.uint64]:
    """Return the keys of some synapses as one word each."""
    word = np.zeros(end - first, np.uint64)
    for key, width in zip(keys, bits, strict=True):
        if width < 64:
            np.left_shift(word, np.uint64(width), out=word)
        np.bitwise_or(word, key[first:end], out=word, casting="unsafe", dtype=np.uint64)
    return word


def _histograms(i: Index, n: int) -> npt.NDArray[np.int64]:
    pieces = _pieces(i.size)
    found = np.zeros((max(1, len(pieces)), n), np.int64)
    shared_out(_count, [(i[first:end], found[k]) for k, (first, end) in enumerate(pieces)])
    return found


@kernel
def _count(i: Any, found: Any) -> None:  # pragma: no cover
    for k in range(i.size):
        found[i[k]] += 1


@kernel
def _count_lanes(i: Any, lane: Any, lanes: int, found: Any) -> None:  # pragma: no cover
    for k in range(i.size):
        found[np.int64(i[k]) * lanes + np.int64(lane[k])] += 1


@kernel
def _identity(order: Any, first: int) -> None:  # pragma: no cover
    for k in range(order.size):
        order[k] = first + k


@kernel
def _scatter(i: Any, first: int, begin: Any, order: Any, key: Any, word: Any) -> None:  # pragma: no cover
    """Put synapses and their keys into their rows."""
    for k in range(i.size):
        at = begin[i[k]]
        begin[i[k]] = at + 1
        order[at] = first + k
        if word.size:
            word[at] = key[k]


@kernel
def _gather(values: Any, order: Any, result: Any) -> None:  # pragma: no cover
    for k in range(order.size):
        result[k] = values[order[k]]


@kernel
def _invert(order: Any, first: int, back: Any) -> None:  # pragma: no cover
    for k in range(order.size):
        back[order[k]] = first + k


@kernel
def _by_digits(word: Any, other: Any, low: int, high: int, seen: Any) -> bool:  # pragma: no cover
    """Sort words stably by their bits from ``low`` to ``high``; return whether the result lies in ``other``."""
    swapped = False
    digits = (high - low + _DIGIT - 1) // _DIGIT
    for digit in range(digits):
        shift = np.uint64(low + (high - low) * digit // digits)
        width = np.uint64((high - low) * (digit + 1) // digits - (high - low) * digit // digits)
        mask = (np.uint64(1) << width) - np.uint64(1)
        seen[:] = 0
        for k in range(word.size):
            seen[np.int64((word[k] >> shift) & mask)] += 1
        if seen[np.int64((word[0] >> shift) & mask)] == word.size:
            continue
        total = 0
        for value in range(np.int64(mask) + 1):
            before = total
            total += seen[value]
            seen[value] = before
        for k in range(word.size):
            digit_k = np.int64((word[k] >> shift) & mask)
            other[seen[digit_k]] = word[k]
            seen[digit_k] += 1
        word, other = other, word
        swapped = not swapped
    return swapped


@kernel
def _sort_rows(key: Any, order: Any, start: Any, wide: int, bits: int, place: int) -> None:  # pragma: no cover
    """Sort each row's part of ``order`` by its keys, the lowest ``wide`` bits of which often ascend already.

    A key and its position in the row make one word; the words are left in ``key``.
    """
    longest = 0
    for row in range(start.size - 1):
        longest = max(longest, start[row + 1] - start[row])
    words, others = np.empty(longest, np.uint64), np.empty(longest, np.uint64)
    created = np.empty(longest, order.dtype)
    seen = np.empty(1 << _DIGIT, np.int64)
    shift = np.uint64(place)
    mask = (np.uint64(1) << shift) - np.uint64(1)
    last = (np.uint64(1) << np.uint64(wide)) - np.uint64(1)
    for row in range(start.size - 1):
        first, size = start[row], start[row + 1] - start[row]
        word, other = words[:size], others[:size]
        in_order, rising = True, True
        for k in range(size):
            word[k] = (key[first + k] << shift) | np.uint64(k)
        for k in range(1, size):
            before, now = key[first + k - 1], key[first + k]
            in_order &= now >= before
            rising &= (now & last) >= (before & last)
        if not in_order:
            if size <= _SHORT:
                for k in range(1, size):
                    held, at = word[k], k
                    while at > 0 and word[at - 1] > held:
                        word[at] = word[at - 1]
                        at -= 1
                    word[at] = held
            else:
                if not rising and _by_digits(word, other, place, place + wide, seen):
                    word, other = other, word
                if _by_digits(word, other, place + wide, place + bits, seen):
                    word, other = other, word
            created[:size] = order[first : first + size]
            for k in range(size):
                order[first + k] = created[np.int64(word[k] & mask)]
        key[first : first + size] = word
