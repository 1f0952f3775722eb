"""Take each of a long row of candidates with one probability, at the cost of those taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.ends import Ends, Number
from eqsim.random.pieces import cut, shared_out

_CHUNK = 2**14  # gaps drawn at a time, even: a dozen arrays of this size stay in the cache


def taken(ends: Ends, total: int, p: float, number: int = Number.TAKEN) -> Iterator[npt.NDArray[np.int64]]:
    """Yield, in ascending pieces, the candidates among ``range(total)`` that were taken, each with probability ``p``.

    The gaps between them are geometric: ``floor(log(1 - u)/log(1 - p))`` with one uniform number for each one taken,
    so that the result is the same however it is cut into pieces (Devroye 1986,
    Non-Uniform Random Variate Generation, X.2).
    """
    if p >= 1:
        yield from (np.arange(start, min(start + _CHUNK, total)) for start in range(0, total, _CHUNK))
        return
    if p <= 0 or total == 0:
        return
    scale = 1 / np.log1p(-p)
    ordinal, last = 0, -1
    while True:
        # the pieces change nothing but the memory in use: no more gaps than are likely to be needed
        size = int(min(_CHUNK, (total - last) * p * 1.1 + 64)) // 2 * 2
        gap = np.log(1 - ends.uniforms(number, ordinal, size)) * scale
        # one gap that leads beyond the end is enough, and keeps the sum within 64 bits
        position = last + np.cumsum(np.minimum(gap, total - last).astype(np.int64) + 1)
        if position[-1] >= total:
            yield position[: np.searchsorted(position, total)]
            return
        yield position
        ordinal, last = ordinal + size, int(position[-1])


def row_and_column(position: npt.NDArray[np.int64], width: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return row and column of ascending positions in a table, counted row by row."""
    if position.size == 0:
        return position, position
    first, last = int(position[0]) // width, int(position[-1]) // width
    if last - first > position.size // 4:
        row, column = np.divmod(position, width)
        return row, column
    # few rows: where each begins is found faster than every position is divided
    begin = np.searchsorted(position, np.arange(first, last + 2) * width)
    row = np.repeat(np.arange(first, last + 1), np.diff(begin))
    return row, position - row * width


def rows_and_columns(
    position: npt.NDArray[Any], width: int, kind: type[np.integer[Any]]
) -> tuple[npt.NDArray[np.integer[Any]], npt.NDArray[np.integer[Any]]]:
    """Return rows and columns of many ascending positions, in a type of their own, with little memory besides."""
    rows, columns = np.empty(position.size, kind), np.empty(position.size, kind)

    def place(first: int, end: int) -> None:
        rows[first:end], columns[first:end] = row_and_column(position[first:end], width)

    shared_out(place, cut(position.size, 4 * _CHUNK))
    return rows, columns
