"""Draw without replacement, for many rows at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.ends import REPEAT, Ends, Number

Longs = npt.NDArray[np.int64]
_CHUNK = 2**18  # numbers drawn at a time


def distinct(ends: Ends, population: Longs, size: Longs, number: int = Number.CHOSEN) -> Iterator[tuple[Longs, Longs]]:
    """Yield rows and values: ``size[r]`` different values below ``population[r]`` for each row, every subset as likely.

    Values ascend within a row. Numbers are drawn until enough of them differ; where more than half of a row is wanted,
    those left out are drawn instead. Needs ``0 <= size <= population``.
    """
    drawn = np.minimum(size, population - size)
    ordinal = np.concatenate([[0], np.cumsum(drawn)])
    work = np.cumsum(np.maximum(size, 1))
    begin = 0
    while begin < size.size:
        limit = _CHUNK + (work[begin - 1] if begin else 0)
        end = max(begin + 1, int(np.searchsorted(work, limit, "right")))
        rows = slice(begin, end)
        keys = _different(ends, population[rows], drawn[rows], ordinal[begin:end], number)
        offset = _offsets(population[rows])
        keys = _completed(keys, population[rows], offset, size[rows] > drawn[rows])
        row = np.repeat(np.arange(end - begin), size[rows])
        yield row + begin, keys - offset[row]
        begin = end


def _different(ends: Ends, population: Longs, size: Longs, ordinal: Longs, number: int) -> Longs:
    """Return ascending keys ``offset[row] + value``, ``size[row]`` different ones for each row."""
    offset, missing = _offsets(population), size
    keys = np.empty(0, np.int64)
    while missing.any():
        row = np.repeat(np.arange(size.size), missing)
        within = np.arange(row.size) - np.repeat(_offsets(missing)[:-1], missing)
        slot = (size - missing)[row] + within
        u = ends.uniform(number, ordinal[row] + slot)
        value = np.minimum((u * population[row]).astype(np.int64), population[row] - 1)
        keys = _once(np.sort(np.concatenate([keys, offset[row] + value])))
        missing = size - np.diff(np.searchsorted(keys, offset))
        number += REPEAT
    return keys


def _once(keys: Longs) -> Longs:
    """Return ascending keys without repetitions."""
    first: npt.NDArray[np.bool] = np.ones(keys.size, np.bool)
    first[1:] = keys[1:] != keys[:-1]
    return keys[first]


def _completed(keys: Longs, population: Longs, offset: Longs, left_out: npt.NDArray[np.bool]) -> Longs:
    """Return the keys with those of the marked rows exchanged for all others of the same rows."""
    if not left_out.any():
        return keys
    begin, end = np.searchsorted(keys, offset[:-1]), np.searchsorted(keys, offset[1:])
    rows = np.flatnonzero(left_out)
    width = population[rows]
    everything = np.arange(width.sum()) + np.repeat(offset[rows] - _offsets(width)[:-1], width)
    mine = np.repeat(left_out, end - begin)
    others = everything[~np.isin(everything, keys[mine], assume_unique=True)]
    return np.sort(np.concatenate([keys[~mine], others]))


def _offsets(sizes: Longs) -> Longs:
    return np.concatenate([[0], np.cumsum(sizes)])


def among_others(row: Longs, rank: Longs, excluded_row: Longs, excluded: Longs) -> Longs:
    """Return, for each rank in a row, the value of that rank among those not excluded.

    ``excluded`` ascends within each row of ``excluded_row``, which ascends.
    """
    begin = np.searchsorted(excluded_row, np.arange(int(max(row.max(initial=0), excluded_row.max(initial=0))) + 2))
    # the excluded value number s of a row stands in front of rank q when no more than q others are below it
    below = excluded - (np.arange(excluded.size) - begin[excluded_row])
    stride = int(max(rank.max(initial=0), below.max(initial=0))) + 1
    passed = np.searchsorted(excluded_row * stride + below, row * stride + rank, "right") - begin[row]
    return rank + passed
