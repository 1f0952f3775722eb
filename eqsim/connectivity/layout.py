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
Words = npt.NDArray[np.uint64]
_DIGIT, _LONG_DIGIT = 8, 12  # bits that a pass of a row's sort looks at
_LONG = 2**11  # rows from this length on are sorted in fewer passes
_SHORT = 48  # rows up to this length are sorted by insertion
_AT_LEAST = 2**16  # synapses a piece, where there are so many


def ascending(keys: list[Index], bits: list[int]) -> bool:
    """Whether the first key never falls, nor any other among those alike in the keys before it.

    ``bits`` says how wide the keys are: 64 together at most.
    """

    def rising(first: int, end: int) -> bool:
        word = _packed(keys, bits, max(0, first - 1), end)
        return bool(_rising(word, np.array([0, word.size])))

    pieces = cut(keys[0].size, 2**16)
    return all(rising(*piece) for piece in pieces[:1]) and all(shared_out(rising, pieces[1:]))


def ascending_within(start: Longs, keys: list[Index], bits: list[int]) -> bool:
    """Whether the keys of each row come as ``ascending`` says; ``start`` says where each row begins."""

    def rising(a: int, b: int) -> bool:
        first = int(start[a])
        return bool(_rising(_packed(keys, bits, first, int(start[b])), start[a : b + 1] - first))

    pieces = _rows(start)
    return all(rising(*piece) for piece in pieces[:1]) and all(shared_out(rising, pieces[1:]))


def begins(i: Index, n: int) -> Longs | None:
    """Return where each index below ``n`` begins, and the end; ``None`` where indexes fall."""
    start = np.full(max(n, int(i[-1]) + 1 if i.size else 0) + 1, i.size)
    pieces = cut(i.size, max(_AT_LEAST, i.size // (4 * cores())))

    def begin(first: int, end: int) -> bool:
        before = int(i[first - 1]) if first else -1
        return bool(_begin(i[first:end], before, first, start[:-1]))

    in_order = all(begin(*piece) for piece in pieces[:1]) and all(shared_out(begin, pieces[1:]))
    return start if in_order else None


def counts(i: Index, n: int) -> Longs:
    """Return how often each index below ``n`` occurs."""
    found: Longs = np.sum(_histograms(i, n), axis=0)
    return found


def ordered(row: Index, start: Longs, keys: list[Index], bits: list[int], parts: list[Index | None]) -> Index:
    """Return the stable order by row and by keys of which ``bits`` says how wide they are, the first counting most.

    ``start`` says where each row begins. An index and the keys must fit 64 bits together. ``parts`` are as in
    ``order_within``.
    """
    words = None if ascending([row], [64]) else scattered(row, start, keys, bits)
    return order_within(words, start, keys, bits, parts)


def scattered(row: Index, start: Longs, keys: list[Index], bits: list[int]) -> Words:
    """Return the keys and indexes of synapses as one word each, row behind row."""
    words = np.empty(row.size, np.uint64)
    histograms = _histograms(row, start.size - 1)
    # where each piece's synapses of each row begin: behind those of the pieces before it
    begin = np.cumsum(histograms, axis=0) - histograms + start[:-1]

    def scatter(k: int, a: int, b: int) -> None:
        for first, end in ((a + first, a + end) for first, end in cut(b - a, 2**14)):
            _scatter(row[first:end], _numbered(keys, bits, first, end, row.size), begin[k], words)

    shared_out(scatter, [(k, *piece) for k, piece in enumerate(_pieces(row.size))])
    return words


def order_within(
    words: Words | None, start: Longs, keys: list[Index], bits: list[int], parts: list[Index | None]
) -> Index:
    """Return the order of synapses from words that lie row behind row, which are sorted; ``None`` makes them of keys.

    To each of ``parts`` that is an array, the values of the key of the same place are written in order; it may be the
    key itself.
    """
    count = int(start[-1])
    order = np.empty(count, np.int32 if count < 2**31 else np.int64)
    place, wide = _place(count), bits[-1] if bits else 0
    above = [place + sum(bits[k + 1 :]) for k in range(len(bits))]

    def sort(a: int, b: int) -> None:
        first, end = int(start[a]), int(start[b])
        mine = _numbered(keys, bits, first, end, count) if words is None else words[first:end]
        if bits:
            _sort_rows(mine, start[a : b + 1] - first, wide, sum(bits), place)
        for begin, stop in cut(end - first, 2**14):
            here, there = mine[begin:stop], slice(first + begin, first + stop)
            _part(here, 0, place, order[there])
            for shift, width, part in zip(above, bits, parts, strict=True):
                if part is not None:
                    _part(here, shift, width, part[there])

    shared_out(sort, _rows(start))
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


def lanes_within(start: Longs, j: Index, bounds: Longs) -> Longs:
    """Return where the targets of each row in each lane begin, and the end; they ascend within rows."""
    lanes = bounds.size - 1
    begin = np.empty((start.size - 1) * lanes + 1, np.int64)
    begin[-1] = j.size
    shared_out(lambda a, b: _bisect(start[a : b + 1], j, bounds, begin[a * lanes : b * lanes]), _rows(start))
    return begin


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


def _rows(start: Longs) -> list[tuple[int, int]]:
    """Return rows in pieces of about as many synapses."""
    count, n = int(start[-1]), start.size - 1
    inner = np.searchsorted(start, np.linspace(0, count, max(8 * cores(), count >> 18) + 1)[1:-1])
    return list(pairwise(np.unique(np.concatenate([[0], inner, [n]])).tolist()))


def _packed(keys: list[Index], bits: list[int], first: int, end: int) -> Index:
    """Return the keys of some synapses as one word each: a single key as it is."""
    if len(keys) == 1:
        return keys[0][first:end]
    word = np.zeros(end - first, np.uint64)
    for k, (key, width) in enumerate(zip(keys, bits, strict=True)):
        _pack(key[first:end], width if k else 0, word)
    return word


def _numbered(keys: list[Index], bits: list[int], first: int, end: int, count: int) -> Words:
    """Return the keys of some synapses among ``count`` with their indexes below, as one word each."""
    word: Words = _packed(keys, bits, first, end).astype(np.uint64, copy=len(keys) == 1)
    _number(word, first, _place(count))
    return word


def _place(count: int) -> int:
    """Return how many bits an index takes."""
    return max(1, count - 1).bit_length()


def _histograms(i: Index, n: int) -> npt.NDArray[np.int64]:
    pieces = _pieces(i.size)
    found = np.zeros((max(1, len(pieces)), n), np.int64)
    shared_out(_count, [(i[first:end], found[k]) for k, (first, end) in enumerate(pieces)])
    return found


@kernel
def _rising(word: Any, start: Any) -> bool:  # pragma: no cover
    """Whether no row's words fall."""
    for row in range(start.size - 1):
        here = word[start[row] : start[row + 1]]
        low, high = here[:-1], here[1:]
        falls = False
        for k in range(high.size):
            falls |= high[k] < low[k]
        if falls:
            return False
    return True


@kernel
def _begin(i: Any, before: Any, first: int, start: Any) -> bool:  # pragma: no cover
    """Write where each index above ``before`` begins, up to the last there is; stop where they fall."""
    for k in range(i.size):
        here = np.int64(i[k])
        if here != before:
            if here < before or here >= start.size:
                return False
            start[before + 1 : here + 1] = first + k
            before = here
    return True


@kernel
def _bisect(start: Any, j: Any, bounds: Any, begin: Any) -> None:  # pragma: no cover
    """Write where each row's targets reach each bound but the last; they ascend within a row."""
    lanes = bounds.size - 1
    for row in range(start.size - 1):
        low = start[row]
        for lane in range(lanes):
            high = start[row + 1]
            while low < high:
                middle = (low + high) // 2
                if np.int64(j[middle]) < bounds[lane]:
                    low = middle + 1
                else:
                    high = middle
            begin[row * lanes + lane] = low


@kernel
def _count(i: Any, found: Any) -> None:  # pragma: no cover
    for k in range(i.size):
        found[i[k]] += 1


@kernel
def _count_lanes(i: Any, lane: Any, lanes: int, found: Any) -> None:  # pragma: no cover
    for k in range(i.size):
        found[np.int64(i[k]) * lanes + np.int64(lane[k])] += 1


@kernel
def _pack(key: Any, width: int, word: Any) -> None:  # pragma: no cover
    for k in range(word.size):
        word[k] = (word[k] << np.uint64(width)) | np.uint64(key[k])


@kernel
def _number(word: Any, first: int, place: int) -> None:  # pragma: no cover
    for k in range(word.size):
        word[k] = (word[k] << np.uint64(place)) | np.uint64(first + k)


@kernel
def _part(word: Any, shift: int, width: int, part: Any) -> None:  # pragma: no cover
    """Write some bits of each word."""
    mask = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    for k in range(word.size):
        part[k] = (word[k] >> np.uint64(shift)) & mask


@kernel
def _scatter(i: Any, word: Any, begin: Any, words: Any) -> None:  # pragma: no cover
    """Put the words of synapses into their rows."""
    for k in range(i.size):
        at = begin[i[k]]
        begin[i[k]] = at + 1
        words[at] = word[k]


@kernel
def _gather(values: Any, order: Any, result: Any) -> None:  # pragma: no cover
    for k in range(order.size):
        result[k] = values[order[k]]


@kernel
def _invert(order: Any, first: int, back: Any) -> None:  # pragma: no cover
    for k in range(order.size):
        back[order[k]] = first + k


@kernel
def _by_digits(word: Any, other: Any, low: int, high: int, most: int, seen: Any) -> bool:  # pragma: no cover
    """Sort words stably by their bits from ``low`` to ``high``, ``most`` at a time.

    Returns whether the result lies in ``other``.
    """
    swapped = False
    digits = (high - low + most - 1) // most
    for digit in range(digits):
        shift = np.uint64(low + (high - low) * digit // digits)
        width = np.uint64((high - low) * (digit + 1) // digits - (high - low) * digit // digits)
        mask = (np.uint64(1) << width) - np.uint64(1)
        values = np.int64(mask) + 1
        seen[:values] = 0
        for k in range(word.size):
            seen[np.int64((word[k] >> shift) & mask)] += 1
        if seen[np.int64((word[0] >> shift) & mask)] == word.size:
            continue
        total = 0
        for value in range(values):
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
def _sort_rows(words: Any, start: Any, wide: int, bits: int, place: int) -> None:  # pragma: no cover
    """Sort each row's words by their keys, of which the lowest ``wide`` bits often ascend already.

    The indexes below the keys ascend in each row.
    """
    longest = 0
    for row in range(start.size - 1):
        longest = max(longest, start[row + 1] - start[row])
    others = np.empty(longest, np.uint64)
    seen = np.empty(1 << _LONG_DIGIT, np.int64)
    last = ((np.uint64(1) << np.uint64(wide)) - np.uint64(1)) << np.uint64(place)
    for row in range(start.size - 1):
        word = words[start[row] : start[row + 1]]
        size = word.size
        in_order, rising = True, True
        for k in range(1, size):
            in_order &= word[k] >= word[k - 1]
            rising &= (word[k] & last) >= (word[k - 1] & last)
        if in_order:
            continue
        if size <= _SHORT:
            for k in range(1, size):
                held, at = word[k], k
                while at > 0 and word[at - 1] > held:
                    word[at] = word[at - 1]
                    at -= 1
                word[at] = held
            continue
        other = others[:size]
        low = place + wide if rising else place
        if _by_digits(word, other, low, place + bits, _LONG_DIGIT if size >= _LONG else _DIGIT, seen):
            word[:] = other
