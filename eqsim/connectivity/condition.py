"""Pairs for which a condition holds, taken with a probability of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.ends import Array, Ends, Number, Pairs
from eqsim.connectivity.pairs import pairs_all, pairs_probability, repeated
from eqsim.connectivity.rows import Rows
from eqsim.language.expr import Expr, calls, names
from eqsim.lowering.functions import DRAWS
from eqsim.random.pieces import cut, many, shared_out
from eqsim.text.errors import ConnectError, Mistake

Law = Callable[[Any, Any, Array], Any]
"""A value for each pair, from the sources, the targets and the pairs' numbers ``i*n_post + j``, which broadcast."""

_BLOCK = 2**16  # pairs looked at a time


def pairs_condition(
    ends: Ends, condition: Expr | None = None, p: Expr | float = 1.0, n: Expr | int = 1
) -> Pairs | Rows:
    """Return the pairs for which a condition holds, source by source, each ``n`` times with probability ``p``.

    All three may be formulas of ``i``, ``j`` and the variables of both ends. A probability that is the same for all
    pairs costs no more than the pairs that it takes; otherwise every pair is looked at, block by block, and values
    above 1 count as 1, below 0 as 0. Raises ArgumentError for one probability outside [0, 1], ConnectError for a
    probability that is NaN or an ``n`` that is not whole.
    """
    probability = _constant(ends, p) if isinstance(p, Expr) else p
    if probability is None:
        found: Pairs | Rows = pairs_where(
            ends, _formula(ends, condition, Number.CONDITION), _formula(ends, p, Number.PROBABILITY)
        )
    elif condition is None or probability != 1:  # what is no probability at all is refused there
        found = pairs_all(ends) if probability == 1 else pairs_probability(ends, probability)
        if condition is not None:
            found = _kept(ends, found, condition)
    else:
        found = pairs_where(ends, _formula(ends, condition, Number.CONDITION), None)
    return multiplied(ends, found, n)


def multiplied(ends: Ends, pairs: Pairs | Rows, n: Expr | int) -> Pairs | Rows:
    """Return each pair ``n`` times in a row, ``n`` a number or a formula of ``i``, ``j`` and variables of both ends.

    Raises ConnectError for a number that is negative or not whole.
    """
    if not isinstance(n, Expr):
        return repeated(ends, pairs, n)
    i, j = pairs
    return repeated(ends, pairs, ends.evaluate(n, i, j, _ordinal(ends, i, j), Number.MULTIPLICITY))


def pairs_where(ends: Ends, holds: Law | None, probability: Law | None) -> Pairs:
    """Return the pairs for which ``holds``, each with its own probability, in blocks of whole sources."""
    # looking at a pair costs much less than a synapse
    if not many(ends.n_pre * ends.n_post / 32):
        return joined(ends, [_chosen(ends, holds, probability, *block) for block in _blocks(ends)])
    pairs = partial(_chosen, ends, holds, None) if probability is None else partial(_thinned, ends, holds, probability)
    if ends.functions:  # what users wrote is called by one thread at a time
        return joined(ends, [pairs(*block) for block in _blocks(ends)])
    return joined(ends, shared_out(pairs, _blocks(ends)))


def _chosen(ends: Ends, holds: Law | None, probability: Law | None, first: int, end: int) -> Pairs:
    """Return the pairs of some sources."""
    i, j, ordinal = _numbered(ends, first, end)
    chosen = np.ones(ordinal.shape, np.bool)
    if holds is not None:
        chosen &= np.not_equal(holds(i, j, ordinal), 0)
    if probability is not None:
        chance = np.broadcast_to(probability(i, j, ordinal), ordinal.shape)
        undefined = np.flatnonzero(np.isnan(chance) & chosen)
        if undefined.size:
            raise _undefined(ends, first, int(undefined[0]))
        chosen &= chance > 0
        if chosen.all():
            chosen = ends.occurs(ordinal.ravel(), chance.ravel()).reshape(ordinal.shape)
        else:
            chosen[chosen] = ends.occurs(ordinal[chosen], chance[chosen])
    row, column = np.nonzero(chosen)
    return (row + first).astype(ends.dtype), column.astype(ends.dtype)


def _thinned(ends: Ends, holds: Law | None, probability: Law, first: int, end: int) -> Pairs:
    """Return the pairs of some sources, as `_chosen` does, compiled."""
    from eqsim.connectivity.thinning import pairs_thinned  # noqa: PLC0415 - Numba is loaded for many synapses

    i, j, ordinal = _numbered(ends, first, end)
    condition = None
    if holds is not None:
        condition = np.broadcast_to(np.not_equal(holds(i, j, ordinal), 0), ordinal.shape)
    chance = np.empty(ordinal.shape)
    chance[:] = probability(i, j, ordinal)
    pairs, undefined = pairs_thinned(ends, first, chance, condition)
    if undefined >= 0:
        raise _undefined(ends, first, undefined)
    return pairs


def joined(ends: Ends, parts: Sequence[Pairs | Rows]) -> Pairs:
    """Return several lists of pairs as one."""
    if not parts:
        return np.empty(0, ends.dtype), np.empty(0, ends.dtype)
    return np.concatenate([i for i, _ in parts]), np.concatenate([j for _, j in parts])


def _blocks(ends: Ends) -> list[tuple[int, int]]:
    """Return sources in pieces of about as many pairs as are looked at together."""
    return cut(ends.n_pre, max(1, _BLOCK // ends.n_post)) if ends.n_post else []


def _numbered(ends: Ends, first: int, end: int) -> tuple[Array, Array, npt.NDArray[np.int64]]:
    """Return some sources as a column, targets as a row, and the number of each pair."""
    i, j = np.arange(first, end)[:, None], np.arange(ends.n_post)[None, :]
    return i, j, i * ends.n_post + j


def _formula(ends: Ends, expr: Expr | float | None, number: int) -> Law | None:
    if not isinstance(expr, Expr):
        return None
    return lambda i, j, ordinal: ends.evaluate(expr, i, j, ordinal, number)


def _constant(ends: Ends, expr: Expr) -> float | None:
    """Return a formula's value when it is the same for all pairs."""
    if calls(expr) & DRAWS.keys() or names(expr) & ({"i", "j"} | ends.pre.keys() | ends.post.keys()):
        return None
    return float(ends.evaluate(expr, None, None, np.empty(0), 0))


def _kept(ends: Ends, pairs: Pairs | Rows, condition: Expr) -> Pairs:
    kept: list[Pairs] = []
    sources, targets = pairs
    for first, end in cut(sources.size, _BLOCK):
        i, j = sources[first:end], targets[first:end]
        holds = ends.evaluate(condition, i, j, _ordinal(ends, i, j), Number.CONDITION)
        chosen = np.broadcast_to(np.not_equal(holds, 0), i.shape)
        kept.append((i[chosen], j[chosen]))
    return joined(ends, kept)


def _ordinal(ends: Ends, i: Array, j: Array) -> npt.NDArray[np.int64]:
    return i.astype(np.int64) * ends.n_post + j


def _undefined(ends: Ends, first: int, place: int) -> ConnectError:
    row, column = divmod(place, ends.n_post)
    return ConnectError(
        Mistake(
            ConnectError,
            f"the probability is not a number for i = {first + row}, j = {column}",
            owner=ends.owner,
            hint="write the formula of p so that it has a value for every pair",
        )
    )
