"""Pairs that are simply given, or taken with one probability."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.ends import Array, Ends, Index, Pairs
from eqsim.connectivity.rows import Rows
from eqsim.connectivity.skipping import row_and_column, taken
from eqsim.random.pieces import many
from eqsim.text.errors import ArgumentError, ConnectError, Mistake
from eqsim.text.source import Span
from eqsim.units import has_unit


def pairs_all(ends: Ends) -> Pairs | Rows:
    """Return every pair, source by source."""
    if many(ends.n_pre * ends.n_post):
        start = np.arange(ends.n_pre + 1) * ends.n_post
        return Rows(start, np.tile(np.arange(ends.n_post, dtype=ends.pair_type), ends.n_pre))
    i: Index = np.repeat(np.arange(ends.n_pre, dtype=ends.dtype), ends.n_post)
    return i, np.tile(np.arange(ends.n_post, dtype=ends.dtype), ends.n_pre)


def pairs_probability(ends: Ends, p: float) -> Pairs | Rows:
    """Return pairs, source by source, each with probability ``p``; time and memory go with those returned.

    Raises ArgumentError for a probability outside [0, 1].
    """
    check_probability(p, "p", ends.owner)
    total = ends.n_pre * ends.n_post
    expected = total * min(p, 1)
    if many(expected) and p < 1:
        from eqsim.connectivity import walk  # noqa: PLC0415 - Numba is loaded for many synapses

        if walk.longest_gap(p) < 2**31 - 1:
            return walk.rows_walked(ends, p)
    i, j = (np.empty(int(expected + 6 * sqrt(expected) + 16), ends.dtype) for _ in range(2))
    count = 0
    for position in taken(ends, total, p):
        end = count + position.size
        if end > i.size:
            i, j = (np.concatenate([x, np.empty(end, ends.dtype)]) for x in (i, j))
        i[count:end], j[count:end] = row_and_column(position, ends.n_post)
        count = end
    return i[:count], j[:count]


def pairs_arrays(ends: Ends, i: Any, j: Any) -> Pairs:
    """Return the pairs that two arrays of indexes name; a single index is joined to each of the other array.

    Raises ConnectError for indexes that are not whole numbers, lengths that differ and neurons that do not exist.
    """
    sources, targets = _indexes(i, "i", ends.owner), _indexes(j, "j", ends.owner)
    if sources.size != targets.size and 1 not in {sources.size, targets.size}:
        raise ConnectError(
            "i and j have different lengths",
            owner=ends.owner,
            found=f"{sources.size} and {targets.size}",
            hint="give one source and one target for each synapse, or a single index to join it to each of the others",
        )
    sources, targets = np.broadcast_arrays(sources, targets)
    if not (_within(sources, ends.n_pre) and _within(targets, ends.n_post)):
        wrong = outside(ends, sources, targets)
        raise no_such_pair(ends, sources, targets, wrong, "indexes count from 0 within the group or subgroup")
    # never the caller's arrays themselves, which may change
    kind = ends.pair_type if many(sources.size) else ends.dtype
    return sources.astype(kind), targets.astype(kind)


def pairs_matrix(ends: Ends, matrix: Any) -> tuple[Index, Index, Array]:
    """Return the pairs for which a matrix (rows are sources) has an entry, source by source, and the entries.

    ``matrix`` is a SciPy sparse matrix, every stored entry of which is a synapse, or an array, whose zeros are not.
    Raises ConnectError for a shape that is not (sources, targets).
    """
    from scipy.sparse import csr_array, issparse  # noqa: PLC0415 - SciPy is loaded by those who need it

    if tuple(np.shape(matrix)) != (ends.n_pre, ends.n_post):
        hint = "rows are sources, columns targets"
        hint += "; the transpose fits" if tuple(np.shape(matrix))[::-1] == (ends.n_pre, ends.n_post) else ""
        found, wanted = tuple(np.shape(matrix)), (ends.n_pre, ends.n_post)
        raise ConnectError(
            "the matrix does not have the shape of the groups",
            owner=ends.owner,
            found=f"{found}, against {wanted}",
            hint=hint,
        )
    dense = matrix if issparse(matrix) else np.asarray(matrix)
    if has_unit(matrix) or dense.dtype.kind not in "biuf":
        kind, hint = f"{type(matrix).__name__} of {dense.dtype}", "give plain numbers in the unit of the variable"
        raise ConnectError("a matrix holds real numbers", owner=ends.owner, found=kind, hint=hint)
    rows = csr_array(dense)
    rows.sort_indices()
    i: Index = np.repeat(np.arange(ends.n_pre, dtype=ends.dtype), np.diff(rows.indptr))
    return i, rows.indices.astype(ends.dtype), rows.data


def repeated(ends: Ends, pairs: Pairs | Rows, n: Any) -> Pairs | Rows:
    """Return each pair ``n`` times in a row, ``n`` a number or one for each pair.

    Raises ConnectError for a number that is negative or not whole.
    """
    number = np.asarray(n)
    wrong = ~((number >= 0) & (number == np.floor(number)) & np.isfinite(number))
    if wrong.any():
        raise ConnectError(
            "n must be a whole number of at least 0",
            owner=ends.owner,
            found=str(number[wrong].flat[0]),
            hint="n is how many synapses each pair gets; a probability is p",
        )
    if number.size == 1 and number.flat[0] == 1:
        return pairs
    count = number.astype(np.int64)
    i, j = pairs
    return np.repeat(i, count), np.repeat(j, count)


def check_probability(p: float, name: str, owner: str = "") -> None:
    """Raise ArgumentError unless a number is a probability."""
    if not 0 <= p <= 1:
        hint = "how many synapses each pair gets is n" if p > 1 else "give a number from 0 to 1"
        raise ArgumentError(f"{name} is a probability, from 0 to 1", owner=owner, found=str(p), hint=hint)


def outside(ends: Ends, i: Any, j: Any) -> npt.NDArray[np.bool]:
    """Return for each pair whether one of its neurons does not exist."""
    wrong: npt.NDArray[np.bool] = np.asarray((i < 0) | (i >= ends.n_pre) | (j < 0) | (j >= ends.n_post))
    return wrong


def no_such_pair(
    ends: Ends, i: Any, j: Any, wrong: npt.NDArray[np.bool], hint: str, *, span: Span | None = None
) -> ConnectError:
    """Return the error that names the first pair that does not exist."""
    first = int(np.flatnonzero(wrong)[0])
    source, target = int(i[first]), int(j[first])
    missing = f"source has {ends.n_pre}" if not 0 <= source < ends.n_pre else f"target has {ends.n_post}"
    summary = f"the pair i = {source}, j = {target} does not exist: the {missing} neurons"
    return ConnectError(Mistake(ConnectError, summary, span, ends.owner, hint=hint))


def _within(index: Index, n: int) -> bool:
    return index.size == 0 or (int(index.min()) >= 0 and int(index.max()) < n)


def _indexes(values: Any, name: str, owner: str) -> Index:
    array = np.atleast_1d(np.asarray(values))
    if has_unit(values):
        what, hint = f"{name} must be a list of whole numbers", "an index counts neurons"
        raise ConnectError(what, owner=owner, found="values with a unit", hint=hint)
    if array.size == 0:
        return array.astype(np.int64) if array.dtype.kind == "f" else array
    if (
        array.ndim != 1
        or array.dtype.kind not in "iuf"
        or (array.dtype.kind == "f" and (array != np.floor(array)).any())
    ):
        kind = f"an array of shape {array.shape} and type {array.dtype}"
        hint = "indexes count from 0 within the group or subgroup; np.flatnonzero turns a mask into indexes"
        raise ConnectError(f"{name} must be a list of whole numbers", owner=owner, found=kind, hint=hint)
    return array.astype(np.int64) if array.dtype.kind == "f" else array
