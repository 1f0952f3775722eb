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


def ascending(keys: list[Index]) -> bool:
    """Whether the first key never falls, nor any other among those alike in the keys before it; one to four keys."""
    size = keys[0].size
    pieces = [(max(0, first - 1), end) for first, end in cut(size, 2**20)]
    padded = keys + [keys[0][:0]] * (4 - len(keys))
    return all(shared_out(lambda first, end: _rises(*(key[first:end] for key in padded)), pieces))


def counts(i: Index, n: int) -> Longs:
    """Return how often each index below ``n`` occurs."""
    found: Longs = np.sum(_histograms(i, n), axis=0)
    return found


def ordered(row: Index, start: Longs, keys: list[Index | None], bits: list[int], columns: Index) -> Index:
    """Return the stable order by row and up to three keys, the first counting most.

    ``start`` says where each row begins, ``bits`` how wide each key is: 0 where there is none. A position in a row and
    the keys must fit 64 bits together. Where the last key has bits, its values are written to ``columns`` in order.
    """
    count, n = row.size, start.size - 1
    order = np.empty(count, np.int32 if count < 2**31 else np.int64)
    place = int(np.diff(start).max(initial=0)).bit_length()
    none = np.empty(0, np.uint8)
    given = [none if key is None else key for key in keys]
    widths = tuple(bits)
    pieces = _pieces(count)
    word = np.empty(0, np.uint64)
    if ascending([row]):
        shared_out(lambda a, b: _identity(order[a:b], a), pieces)
    else:
        word = np.empty(count if sum(bits) else 0, np.uint64)
        histograms = _histograms(row, n)
        # where each piece's synapses of each row begin: behind those of the pieces before it
        begin = np.cumsum(histograms, axis=0) - histograms + start[:-1]

        def scatter(k: int, a: int, b: int) -> None:
            for first, end in ((a + first, a + end) for first, end in cut(b - a, 2**16)):
                if word.size == 0:
                    _scatter(row[first:end], first, begin[k], order)
                    continue
                key = np.empty(end - first, np.uint64)
                _pack(*(key[first:end] for key in given), widths, key)
                _scatter_packed(row[first:end], first, begin[k], order, start, key, place, word)

        shared_out(scatter, [(k, *piece) for k, piece in enumerate(pieces)])
    if sum(bits) == 0:
        return order
    # rows in pieces of about as many synapses
    inner = np.searchsorted(start, np.linspace(0, count, 8 * cores() + 1)[1:-1])
    edges = np.unique(np.concatenate([[0], inner, [n]])).tolist()
    shared_out(lambda a, b: _sort_rows(a, b, order, start, *given, widths, place, word, columns), pairwise(edges))
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


def _histograms(i: Index, n: int) -> npt.NDArray[np.int64]:
    pieces = _pieces(i.size)
    found = np.zeros((max(1, len(pieces)), n), np.int64)
    shared_out(_count, [(i[first:end], found[k]) for k, (first, end) in enumerate(pieces)])
    return found


@kernel
def _rises(first: Any, second: Any, third: Any, fourth: Any) -> Any:  # pragma: no cover
    for k in range(1, first.size):
        if first[k] != first[k - 1]:
            if first[k] < first[k - 1]:
                return False
        elif second.size and second[k] != second[k - 1]:
            if second[k] < second[k - 1]:
                return False
        elif third.size and third[k] != third[k - 1]:
            if third[k] < third[k - 1]:
                return False
        elif fourth.size and fourth[k] < fourth[k - 1]:
            return False
    return True


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
def _pack(lane: Any, delay: Any, column: Any, bits: Any, word: Any) -> None:  # pragma: no cover
    """Write the keys of each synapse as one word."""
    early, late, wide = bits
    for k in range(word.size):
        word[k] = np.uint64(lane[k]) if early else np.uint64(0)
    if late:
        for k in range(word.size):
            word[k] = (word[k] << np.uint64(late)) | np.uint64(delay[k])
    if wide:
        for k in range(word.size):
            word[k] = (word[k] << np.uint64(wide)) | np.uint64(column[k])


@kernel
def _scatter(i: Any, first: int, begin: Any, order: Any) -> None:  # pragma: no cover
    """Put synapses into their rows."""
    for k in range(i.size):
        at = begin[i[k]]
        begin[i[k]] = at + 1
        order[at] = first + k


@kernel
def _scatter_packed(
    i: Any, first: int, begin: Any, order: Any, start: Any, key: Any, place: int, word: Any
) -> None:  # pragma: no cover
    """Put synapses into their rows, and beside them their keys with the position in the row."""
    for k in range(i.size):
        row = i[k]
        at = begin[row]
        begin[row] = at + 1
        order[at] = first + k
        word[at] = (key[k] << np.uint64(place)) | np.uint64(at - start[row])


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
        total = np.int64(0)
        for value in range(np.int64(mask) + 1):
            total += seen[value]
            seen[value] = total - seen[value]
        for k in range(word.size):
            bucket = np.int64((word[k] >> shift) & mask)
            other[seen[bucket]] = word[k]
            seen[bucket] += 1
        word, other = other, word
        swapped = not swapped
    return swapped


@kernel
def _sort_rows(
    begin: int,
    end: int,
    order: Any,
    start: Any,
    lane: Any,
    delay: Any,
    column: Any,
    bits: Any,
    place: int,
    packed: Any,
    columns: Any,
) -> None:  # pragma: no cover
    """Sort each row's part of ``order``; the keys and the position in the row make one word."""
    early, late, wide = bits
    longest = 0
    for row in range(begin, end):
        longest = max(longest, start[row + 1] - start[row])
    words, others = np.empty(longest, np.uint64), np.empty(longest, np.uint64)
    created = np.empty(longest, order.dtype)
    seen = np.empty(1 << _DIGIT, np.int64)
    mask = (np.uint64(1) << np.uint64(place)) - np.uint64(1)
    last = (np.uint64(1) << np.uint64(wide)) - np.uint64(1)
    for row in range(begin, end):
        first, size = start[row], start[row + 1] - start[row]
        word, other = words[:size], others[:size]
        if packed.size:
            word[:] = packed[first : first + size]
        else:
            _pack(lane[first : first + size], delay[first : first + size], column[first : first + size], bits, word)
            for k in range(size):
                word[k] = (word[k] << np.uint64(place)) | np.uint64(k)
        in_order, rising = True, True
        for k in range(1, size):
            before, now = word[k - 1] >> np.uint64(place), word[k] >> np.uint64(place)
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
                if _by_digits(word, other, place + wide, place + wide + late + early, seen):
                    word, other = other, word
            created[:size] = order[first : first + size]
            for k in range(size):
                order[first + k] = created[np.int64(word[k] & mask)]
        if wide:
            for k in range(size):
                columns[first + k] = (word[k] >> np.uint64(place)) & last
