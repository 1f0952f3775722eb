"""The order in which synapses are stored: by source, delay and target; and the way back from targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[Any]  # any integer type
Longs = npt.NDArray[np.int64]
Csr = tuple[Longs, Index, Index | None]
"""Where each source's synapses begin (one entry more than sources), their targets, and their indexes of creation."""


def sort_synapses(i: Index, j: Index, delay: Index | None, n_pre: int, *, as_created: bool = False) -> Csr:
    """Return synapses in storage order: by source, delay, target, and order of creation.

    With ``as_created`` targets do not count, so that synapses of one source and delay stay in order of creation.

    ``i`` and ``j`` hold source and target in order of creation, ``delay`` whole steps or ``None`` when all are alike.
    Returned are ``start`` (source ``s`` has the synapses ``start[s]`` to ``start[s + 1]``), the target of each in the
    narrowest unsigned type, and the permutation ``p`` such that storage position ``k`` holds synapse ``p[k]``:
    ``None`` when synapses were created in storage order.
    """
    start = np.concatenate([[0], np.cumsum(np.bincount(i, minlength=n_pre))])
    keys = [i] + ([] if delay is None else [delay]) + ([] if as_created else [j])
    target_type = narrowest(int(j.max(initial=0)))
    if _ascending(keys):
        return start, j.astype(target_type), None
    permutation = _order(keys)
    return start, j.astype(target_type)[permutation], permutation


def transpose(target: Index, n_post: int, delay: Index | None = None) -> tuple[Longs, Index]:
    """Return the synapses grouped by target: where each target's begin, and their storage positions.

    Within a target they come by ``delay`` (one entry for each storage position), then by storage position.
    """
    begin = np.concatenate([[0], np.cumsum(np.bincount(target, minlength=n_post))])
    return begin, _order([target] if delay is None else [target, delay])


def sources(start: Longs) -> Index:
    """Return the source of each synapse, in storage order, in the narrowest unsigned type."""
    n_pre = start.size - 1
    return np.repeat(np.arange(n_pre, dtype=narrowest(max(0, n_pre - 1))), np.diff(start))


def narrowest(largest: int) -> type[np.unsignedinteger[Any]]:
    """Return the narrowest unsigned type of two bytes or more that holds indexes up to ``largest``.

    One byte would save little, and groups of a few neurons would need other machine code than those of a few hundred.
    """
    return next(kind for kind in (np.uint16, np.uint32, np.uint64) if largest <= np.iinfo(kind).max)


def _ascending(keys: list[Index]) -> bool:
    """Whether the first key never falls, nor any other among those alike in the keys before it."""
    tied = np.ones(max(0, keys[0].size - 1), np.bool)
    for key in keys:
        if (tied & (key[1:] < key[:-1])).any():
            return False
        tied &= key[1:] == key[:-1]
    return True


def _order(keys: list[Index]) -> Index:
    """Return the stable order by several keys, the first counting most."""
    count = keys[0].size
    permutation_type = np.int32 if count < 2**31 else np.int64
    bits = [int(key.max(initial=0)).bit_length() for key in keys]
    place = max(1, count - 1).bit_length()
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
