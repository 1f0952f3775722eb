"""Draw with replacement: pairs that may be joined by several synapses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.ends import Array, Ends, Index, Number, Pairs
from eqsim.connectivity.order import first_of_each
from eqsim.connectivity.rows import Rows
from eqsim.random import Kind
from eqsim.random.pieces import cut, many, shared_out

_PIECE = 2**16  # numbers drawn at a time, even


def total_with_replacement(ends: Ends, n: int) -> Rows:
    """Return ``n`` pairs, source by source, each drawn from all of them.

    A source is drawn for every synapse, of which only how often each one came counts, then a target for every synapse.
    """
    kind = ends.pair_type if many(n) else ends.dtype
    start = first_of_each(_drawn(ends, Number.SOURCE, n, ends.n_pre, kind), ends.n_pre)
    return Rows(start, _drawn(ends, Number.TARGET, n, ends.n_post, kind))


def degree_with_replacement(ends: Ends, degree: int, sizes: tuple[int, int], shift: int | None) -> Pairs | Rows:
    """Return for each of ``sizes[0]`` neurons ``degree`` out of ``sizes[1]``, its own number + ``shift`` excluded."""
    n, others = sizes
    kind = ends.pair_type if many(n * degree) else ends.dtype
    count = n * degree
    itself = np.full(n, -1) if shift is None else np.arange(n) + shift
    excluded = (itself >= 0) & (itself < others)
    if not excluded.any():
        return Rows(np.arange(n + 1) * degree, _drawn(ends, Number.TARGET, count, others, kind))
    row: Index = np.repeat(np.arange(n, dtype=kind), degree)
    value = np.empty(count, kind)

    def place(first: int, end: int, u: Array) -> None:
        mine = row[first:end]
        rank = (u * (others - excluded[mine])).astype(np.int64)
        value[first:end] = rank + (excluded[mine] & (rank >= itself[mine]))

    _over(ends, Number.TARGET, count, place)
    return row, value


def _drawn(ends: Ends, number: Number, count: int, population: int, kind: type[np.integer[Any]]) -> Index:
    """Return ``count`` indexes below ``population``."""
    result = np.empty(count, kind)

    def place(first: int, end: int, u: npt.NDArray[np.float64]) -> None:
        np.multiply(u, population, out=u)
        result[first:end] = u

    _over(ends, number, count, place)
    return result


def _over(ends: Ends, number: Number, count: int, place: Callable[[int, int, npt.NDArray[np.float64]], None]) -> None:
    """Hand uniform numbers of one sequence to ``place``, piece by piece."""
    pieces = cut(count, _PIECE)
    if not many(count):
        for first, end in pieces:
            place(first, end, ends.uniforms(number, first, (end - first + 1) // 2 * 2)[: end - first])
        return
    from eqsim.random.compiled import row_of_fractions  # noqa: PLC0415 - Numba is loaded for many synapses

    def fill(first: int, end: int) -> None:
        u = np.empty((end - first + 1) // 2 * 2)
        row_of_fractions(np.uint64(ends.stream), int(Kind.CONNECT), int(number), ends.call, first // 2, u)
        place(first, end, u[: end - first])

    shared_out(fill, pieces)
