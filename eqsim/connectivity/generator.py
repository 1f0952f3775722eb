"""Pairs that a generator lists: ``j='k for k in range(i - 3, i + 4) if i != k'``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.condition import joined
from eqsim.connectivity.distinct import distinct
from eqsim.connectivity.ends import Array, Ends, Number, Pairs
from eqsim.connectivity.pairs import no_such_pair, outside, repeated
from eqsim.connectivity.rows import Rows
from eqsim.connectivity.skipping import taken
from eqsim.language.expr import Expr
from eqsim.language.model import Generator
from eqsim.random.pieces import cut, many
from eqsim.text.errors import ConnectError, Mistake

Longs = npt.NDArray[np.int64]
_CHUNK = 2**18  # members looked at a time
_BOUNDS = (Number.FIRST_BOUND, Number.SECOND_BOUND, Number.THIRD_BOUND)
_NONE: Mapping[str, Any] = MappingProxyType({})


def pairs_generator(
    ends: Ends,
    generator: Generator,
    inner: Literal["i", "j"] = "j",
    n: Expr | int = 1,
    *,
    skip_if_invalid: bool = False,
) -> Pairs:
    """Return the pairs that a generator lists, for each neuron of the outer end in turn, each ``n`` times.

    ``inner`` is the index that the generator gives: with ``j`` it runs once for every source, with ``i`` for every
    target. Bounds, ``p`` and ``size`` are formulas of the outer neuron; element, condition and ``n`` see both. Members
    of a sample come in ascending order. Raises ConnectError for a neuron that does not exist (unless
    ``skip_if_invalid``), for indexes and bounds that are not whole, and for a sample that its range cannot give.
    """
    listing = _Listing(ends, generator, inner)
    parts: list[Pairs | Rows] = []
    ordinal = 0
    for outer, member in _members(listing):
        number = np.arange(ordinal, ordinal + outer.size)
        ordinal += outer.size
        pairs, number = _chosen(listing, outer, member, number, skip_if_invalid=skip_if_invalid)
        times = ends.evaluate(n, *pairs, number, Number.MULTIPLICITY) if isinstance(n, Expr) else n
        parts.append(repeated(ends, pairs, times))
    return joined(ends, parts)


@dataclass(frozen=True, slots=True)
class _Listing:
    """A generator between two groups, and which index it gives."""

    ends: Ends
    generator: Generator
    inner: Literal["i", "j"]

    @property
    def outer(self) -> str:
        """The index for each value of which the generator runs once."""
        return "i" if self.inner == "j" else "j"

    @property
    def sizes(self) -> tuple[int, int]:
        """The number of outer and of inner neurons."""
        sizes = (self.ends.n_pre, self.ends.n_post)
        return sizes if self.inner == "j" else sizes[::-1]

    def value(
        self,
        expr: Expr,
        outer: Longs,
        element: Longs,
        number: Number,
        *,
        inside: Longs | None = None,
        known: Mapping[str, Any] = _NONE,
    ) -> Any:
        """Return a formula's value for outer neurons and, where given, inner ones that exist."""
        i, j = (outer, inside) if self.inner == "j" else (inside, outer)
        return self.ends.evaluate(expr, i, j, element, number, known=known)

    def whole(self, expr: Expr, value: Any, outer: Longs, rule: str) -> Longs:
        """Return a formula's values as integers, one for each of these outer neurons; raise ConnectError for others."""
        values: Array = np.broadcast_to(np.asarray(value), outer.shape)
        if values.dtype.kind == "f":
            wrong = ~(np.isfinite(values) & (values == np.floor(values)))
            if wrong.any():
                hint = "int(…) cuts off, a // b divides and rounds down"
                raise self.mistake(expr, f"{rule}, not a fraction", self.found(values, outer, wrong), hint)
        return values.astype(np.int64)

    def found(self, values: Array, outer: Longs, wrong: npt.NDArray[np.bool]) -> str:
        """Return in words the first wrong value and where it stands."""
        first = int(np.flatnonzero(wrong)[0])
        return f"{values[first]} for {self.outer} = {outer[first]}"

    def mistake(self, expr: Expr, summary: str, found: str = "", hint: str = "") -> ConnectError:
        """Return the error that points at a formula."""
        return ConnectError(Mistake(ConnectError, summary, expr.span, self.ends.owner, found, hint))


def _chosen(
    listing: _Listing, outer: Longs, member: Longs | None, number: Longs, *, skip_if_invalid: bool
) -> tuple[Pairs, Longs]:
    """Return the pairs of some members for which the condition holds, and the members' numbers."""
    ends, generator, inner = listing.ends, listing.generator, listing.inner
    known = {} if generator.variable is None or member is None else {generator.variable: member}
    value = listing.value(generator.element, outer, number, Number.ELEMENT, known=known)
    element = listing.whole(generator.element, value, outer, f"{inner} is an index")
    if generator.condition is not None and outer.size:
        # the condition may rule out what does not exist, so it is asked first, with a neighbour's variables instead
        size = listing.sizes[1]
        inside = np.clip(element, 0, size - 1) if size else None
        visible = {inner: element, **known}
        holds = listing.value(generator.condition, outer, number, Number.CONDITION, inside=inside, known=visible)
        chosen = np.broadcast_to(np.not_equal(holds, 0), element.shape)
        outer, element, number = outer[chosen], element[chosen], number[chosen]
    i, j = (outer, element) if inner == "j" else (element, outer)
    wrong = outside(ends, i, j)
    if wrong.any() and not skip_if_invalid:
        hint = "skip_if_invalid=True leaves out pairs that do not exist; so does a condition behind 'if'"
        raise no_such_pair(ends, i, j, wrong, hint, span=generator.element.span)
    kept = ~wrong if wrong.any() else slice(None)
    return (i[kept].astype(ends.dtype), j[kept].astype(ends.dtype)), number[kept]


# members -----------------------------------------------------------------------------------------------------------


def _members(listing: _Listing) -> Iterator[tuple[Longs, Longs | None]]:
    """Yield outer neurons and the value of the generator's variable, in order, some at a time."""
    generator = listing.generator
    outer = np.arange(listing.sizes[0])
    if generator.law is None:
        for start in range(0, outer.size, _CHUNK):
            yield outer[start : start + _CHUNK], None
        return
    first, step, count = _ranges(listing, outer)
    if generator.law == "range":
        places = _everything(count)
    elif generator.p is not None:
        places = _with_probability(listing, generator.p, outer, count)
    elif generator.size is not None:
        places = _sampled(listing.ends, count, _sizes(listing, generator.size, outer, count))
    else:
        raise listing.mistake(generator.element, "sample() needs p= or size=", hint="write sample(N_post, p=0.1)")
    for row, place in places:
        yield outer[row], first[row] + step[row] * place


def _ranges(listing: _Listing, outer: Longs) -> tuple[Longs, Longs, Longs]:
    """Return for each outer neuron its range's first member, step, and number of members."""
    generator = listing.generator
    rule = f"{generator.law}() takes whole numbers"
    bounds = [
        listing.whole(bound, listing.value(bound, outer, outer, number), outer, rule)
        for bound, number in zip(generator.bounds, _BOUNDS, strict=False)
    ]
    first, stop = (np.zeros_like(outer), bounds[0]) if len(bounds) == 1 else bounds[:2]
    step = bounds[2] if len(bounds) > 2 else np.ones_like(outer)
    if (step == 0).any():
        raise listing.mistake(
            generator.bounds[2], f"the step of {generator.law}() must not be 0", hint="leave the step out for 1"
        )
    # as len(range(first, stop, step)), for either sign
    return first, step, np.maximum(0, -((first - stop) // step))


def _everything(count: Longs) -> Iterator[tuple[Longs, Longs]]:
    """Yield rows and places of all members."""
    end = np.cumsum(count)
    for start in range(0, int(count.sum()), _CHUNK):
        yield _located(np.arange(start, min(start + _CHUNK, int(end[-1]))), end, count)


def _located(position: Longs, end: Longs, count: Longs) -> tuple[Longs, Longs]:
    row = np.searchsorted(end, position, "right")
    return row, position - (end - count)[row]


def _with_probability(listing: _Listing, p: Expr, outer: Longs, count: Longs) -> Iterator[tuple[Longs, Longs]]:
    """Yield rows and places of members taken with a probability that may differ between rows."""
    chance = np.broadcast_to(listing.value(p, outer, outer, Number.PROBABILITY), outer.shape)
    wrong = ~((chance >= 0) & (chance <= 1))
    if wrong.any():
        hint = "bound it, as in min(1, max(0, p)); how many members a sample has is size"
        raise listing.mistake(p, "p is a probability, from 0 to 1", listing.found(chance, outer, wrong), hint)
    most = float(chance.max(initial=0))
    alike = bool((chance == most).all())
    ordinal = 0
    for row, place in _candidates(listing.ends, count, most):
        if alike:
            yield row, place
            continue
        # what the highest probability takes is thinned out where it is lower
        kept = listing.ends.uniform(Number.THINNED, np.arange(ordinal, ordinal + row.size)) * most < chance[row]
        ordinal += row.size
        yield row[kept], place[kept]


def _candidates(ends: Ends, count: Longs, p: float) -> Iterator[tuple[Longs, Longs]]:
    """Yield rows and places of members taken with one probability."""
    total = int(count.sum())
    if 0 < p < 1 and many(total * p) and (count == count[0]).all():
        from eqsim.connectivity import walk  # noqa: PLC0415 - Numba is loaded for many synapses

        if walk.longest_gap(p) < 2**31 - 1:
            rows, places = walk.rows_walked(replace(ends, n_pre=count.size, n_post=int(count[0])), p)
            for first, stop in cut(rows.size, _CHUNK):
                yield rows[first:stop].astype(np.int64), places[first:stop].astype(np.int64)
            return
    end = np.cumsum(count)
    for position in taken(ends, total, p):
        yield _located(position, end, count)


def _sampled(ends: Ends, count: Longs, size: Longs) -> Iterator[tuple[Longs, Longs]]:
    """Yield rows and places of as many members of each row as ``size`` says."""
    total = int(size.sum())
    if not many(total):
        yield from distinct(ends, count, size)
        return
    from eqsim.connectivity.subsets import subsets  # noqa: PLC0415 - Numba is loaded for many synapses

    places = subsets(ends, count, size, np.int32 if int(count.max()) < 2**31 else np.int64)
    rows = np.repeat(np.arange(size.size, dtype=ends.dtype), size)
    for first, stop in cut(total, _CHUNK):
        yield rows[first:stop].astype(np.int64), places[first:stop].astype(np.int64)


def _sizes(listing: _Listing, expr: Expr, outer: Longs, count: Longs) -> Longs:
    size = listing.whole(expr, listing.value(expr, outer, outer, Number.SIZE), outer, "size counts members")
    wrong = (size < 0) | (size > count)
    if wrong.any():
        limit = int(count[np.flatnonzero(wrong)[0]])
        found = f"{listing.found(size, outer, wrong)}, whose range has {limit}"
        hint = "a sample has each member once; n= of connect repeats synapses"
        raise listing.mistake(expr, "a sample cannot have more members than its range", found, hint)
    return size
