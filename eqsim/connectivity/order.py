"""The order in which synapses are stored: by source, delay and target; and the way back from targets."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from eqsim.random.pieces import many, shared_out

_PIECE = 2**18  # values rearranged at a time, and the rest of a row
Index = npt.NDArray[Any]  # any integer type
Longs = npt.NDArray[np.int64]
Csr = tuple[Longs, Index, Index | None]
"""Where each source's synapses begin (one entry more than sources), their targets, and their indexes of creation."""


@overload
def sort_synapses(i: Index, j: Index, delay: Index | None, n_pre: int, *, as_created: bool = ...) -> Csr: ...


@overload
def sort_synapses(
    i: Index, j: Index, delay: Index | None, n_pre: int, *, as_created: bool = ..., bounds: Longs
) -> tuple[Longs, Index, Index | None, Longs]: ...


def sort_synapses(
    i: Index, j: Index, delay: Index | None, n_pre: int, *, as_created: bool = False, bounds: Longs | None = None
) -> Csr | tuple[Longs, Index, Index | None, Longs]:
    """Return synapses in storage order: by source, delay, target, and order of creation.

    With ``as_created`` targets do not count, so that synapses of one source and delay stay in order of creation. With
    ``bounds``, ascending from 0 to the number of targets, the lane of a synapse counts before its delay: it is ``t``
    where the target lies from ``bounds[t]`` up to ``bounds[t + 1]``.

    ``i`` and ``j`` hold source and target in order of creation, ``delay`` whole steps or ``None`` when all are alike.
    Returned are ``start`` (source ``s`` has the synapses ``start[s]`` to ``start[s + 1]``), the target of each in the
    narrowest unsigned type, and the permutation ``p`` such that storage position ``k`` holds synapse ``p[k]``:
    ``None`` when synapses were created in storage order. With ``bounds`` there is a fourth array: the synapses of
    source ``s`` in lane ``t`` begin at its entry ``s*lanes + t``; its last entry is the number of synapses.
    """
    grown, stored_delay = [i, j], None if delay is None else delay.copy()
    start, target, permutation, lane_start = lay_out(grown, stored_delay, n_pre, as_created=as_created, bounds=bounds)
    return (start, target, permutation) if bounds is None else (start, target, permutation, lane_start)


def lay_out(
    grown: list[Index],
    delay: Index | None,
    n_pre: int,
    *,
    as_created: bool = False,
    bounds: Longs | None = None,
    start: Longs | None = None,
) -> tuple[Longs, Index, Index | None, Longs]:
    """Return what ``sort_synapses`` does, in little memory; without ``bounds`` there is one lane.

    ``grown`` holds sources and targets and is emptied, so that they are freed where nobody else has them; ``delay`` is
    brought into storage order. Of synapses that come source by source it may hold the targets alone, if ``start`` says
    where those of each source begin.
    """
    j = grown.pop()
    i = None  # where ``start`` says the same
    if start is None:
        i = grown.pop()
        found = begins(i, n_pre) if many(j.size) else None
        start, i = (first_of_each(i, n_pre), i) if found is None else (found, None)
    elif not many(j.size):
        i = sources(start)
    kind = narrowest(int(j.max(initial=0)))
    if i is None and delay is None and ((as_created and bounds is None) or _within(start, [j])):
        return start, j.astype(kind, copy=False), None, start if bounds is None else _lanes_within(start, j, bounds)
    lane_start = start
    keys = ([] if delay is None else [delay]) + ([] if as_created else [j])
    parts: list[Index | None] = [] if delay is None else [delay]
    if bounds is not None:
        lanes = bounds.size - 1
        lane = np.repeat(np.arange(lanes, dtype=np.uint8 if lanes <= 256 else np.uint16), np.diff(bounds))[j]
        lane_start = first_of_each(sources(start) if i is None else i, n_pre, lane, lanes)
        if delay is not None or as_created:  # targets that come in order have their lanes in order
            keys, parts = [lane, *keys], [None, *parts]
        del lane
    if _within(start, keys) if i is None else ascending([i, *keys]):
        return start, j.astype(kind, copy=False), None, lane_start
    count, bits = j.size, _bits(keys)
    if not many(count) or sum(bits) + max(1, count - 1).bit_length() >= 64:
        i = sources(start) if i is None else i
        permutation = _order_of_words([i, *keys], [*_bits([i]), *bits])
        if delay is not None:
            delay[:] = delay[permutation]
        return start, j[permutation].astype(kind), permutation, lane_start
    from eqsim.connectivity import layout  # noqa: PLC0415 - Numba is loaded for many synapses

    words = None if i is None else layout.scattered(i, start, keys, bits)
    del i
    if as_created:
        permutation = layout.order_within(words, start, keys, bits, parts)
        return start, layout.taken_in(j, permutation, kind), permutation, lane_start
    if words is not None:  # which hold all that is needed
        keys.clear()
        del j
    target: Index = np.empty(count, kind)
    permutation = layout.order_within(words, start, keys, bits, [*parts, target])
    return start, target, permutation, lane_start


def transpose(target: Index, n_post: int, delay: Index | None = None) -> tuple[Longs, Index]:
    """Return the synapses grouped by target: where each target's begin, and their storage positions.

    Within a target they come by ``delay`` (one entry for each storage position), then by storage position.
    """
    begin = first_of_each(target, n_post)
    return begin, _order(target, [] if delay is None else [delay], begin)


def first_of_each(i: Index, n: int, lane: Index | None = None, lanes: int = 1) -> Longs:
    """Return where the synapses of each index below ``n``, and of each lane of it, begin: one entry more than those."""
    if not many(i.size):
        number = i if lane is None else i.astype(np.int64) * lanes + lane
        return np.concatenate([[0], np.cumsum(np.bincount(number, minlength=n * lanes))])
    from eqsim.connectivity import layout  # noqa: PLC0415 - Numba is loaded for many synapses

    found = layout.counts(i, n) if lane is None else layout.lane_counts(i, lane, n, lanes)
    return np.concatenate([[0], np.cumsum(found)])


def begins(i: Index, n: int) -> Longs | None:
    """Return where each of many indexes below ``n`` begins, and the end; ``None`` where they do not ascend."""
    from eqsim.connectivity import layout  # noqa: PLC0415 - Numba is loaded for many synapses

    return layout.begins(i, n)


def ascending(keys: list[Index]) -> bool:
    """Whether the first key never falls, nor any other among those alike in the keys before it."""
    bits = _bits(keys)
    if many(keys[0].size) and sum(bits) <= 64:
        from eqsim.connectivity import layout  # noqa: PLC0415 - Numba is loaded for many synapses

        return layout.ascending(keys, bits)
    tied = np.ones(max(0, keys[0].size - 1), np.bool)
    for key in keys:
        if (tied & (key[1:] < key[:-1])).any():
            return False
        tied &= key[1:] == key[:-1]
    return True


def inverse(permutation: Index) -> Index:
    """Return the permutation that leads back."""
    if many(permutation.size):
        from eqsim.connectivity import layout  # noqa: PLC0415 - Numba is loaded for many synapses

        return layout.inverse(permutation)
    back = np.empty_like(permutation)
    back[permutation] = np.arange(permutation.size, dtype=permutation.dtype)
    return back


def taken(values: Index, order: Index) -> Index:
    """Return ``values[order]``."""
    if not many(order.size) or values.ndim > 1:
        return values[order]
    from eqsim.connectivity import layout  # noqa: PLC0415 - Numba is loaded for many synapses

    return layout.taken_in(values, order)


def rearrange(values: npt.NDArray[Any], order: Index, start: Longs) -> None:
    """Put ``values[order]`` in the place of ``values``; ``start`` says where rows begin that often keep their members.

    Where they do, little memory is needed besides.
    """
    if not many(order.size):
        values[: order.size] = values[order]
        return
    edges = start[np.unique(np.searchsorted(start, np.arange(0, order.size + _PIECE, _PIECE)).clip(0, start.size - 1))]
    pieces = [(int(first), int(end)) for first, end in pairwise(edges) if end > first]

    def stays(first: int, end: int) -> bool:
        return int(order[first:end].min()) >= first and int(order[first:end].max()) < end

    def put(first: int, end: int) -> None:
        values[first:end] = values[first:end][order[first:end] - first]

    if all(shared_out(stays, pieces)):
        shared_out(put, pieces)
    else:
        values[: order.size] = taken(values, order)


def sources(start: Longs) -> Index:
    """Return the source of each synapse, in storage order, in the narrowest unsigned type."""
    n_pre = start.size - 1
    return np.repeat(np.arange(n_pre, dtype=narrowest(max(0, n_pre - 1))), np.diff(start))


def narrowest(largest: int) -> type[np.unsignedinteger[Any]]:
    """Return the narrowest unsigned type of two bytes or more that holds indexes up to ``largest``.

    One byte would save little, and groups of a few neurons would need other machine code than those of a few hundred.
    """
    return next(kind for kind in (np.uint16, np.uint32, np.uint64) if largest <= np.iinfo(kind).max)


def _within(start: Longs, keys: list[Index]) -> bool:
    """Whether the keys of the synapses of each source ascend, many that come source by source."""
    from eqsim.connectivity import layout  # noqa: PLC0415 - Numba is loaded for many synapses

    bits = _bits(keys) if len(keys) > 1 else [0] * len(keys)  # the width of a single key does not count
    if sum(bits) > 64:
        return ascending([sources(start), *keys])
    return not keys or layout.ascending_within(start, keys, bits)


def _lanes_within(start: Longs, j: Index, bounds: Longs) -> Longs:
    """Return where each source's targets in each lane begin; many that ascend for each source."""
    from eqsim.connectivity import layout  # noqa: PLC0415 - Numba is loaded for many synapses

    return layout.lanes_within(start, j, bounds)


def _bits(keys: list[Index]) -> list[int]:
    return [int(key.max(initial=0)).bit_length() for key in keys]


def _order(i: Index, keys: list[Index], start: Longs) -> Index:
    """Return the stable order by index and some keys."""
    bits = _bits(keys)
    if many(i.size) and sum(bits) + max(1, i.size - 1).bit_length() < 64:
        from eqsim.connectivity import layout  # noqa: PLC0415 - Numba is loaded for many synapses

        return layout.ordered(i, start, keys, bits, [None] * len(keys))
    return _order_of_words([i, *keys], [*_bits([i]), *bits])


def _order_of_words(keys: list[Index], bits: list[int]) -> Index:
    count = keys[0].size
    place = max(1, count - 1).bit_length()
    permutation_type = np.int32 if count < 2**31 else np.int64
    if sum(bits) + place > 64:
        return np.lexsort(keys[::-1]).astype(permutation_type)
    # all keys and the position in one word: plain sorting is stable then, and carries the positions along
    word = np.zeros(count, np.uint64)
    for key, width in zip(keys, bits, strict=True):
        word <<= np.uint64(width)
        word |= key.astype(np.uint64)
    word <<= np.uint64(place)
    word |= np.arange(count, dtype=np.uint64)
    word.sort()
    word &= np.uint64((1 << place) - 1)
    return word.astype(permutation_type)
