"""Connection rules by name: ``connect(rule=es.rules.fixed_indegree(100))``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from eqsim.connectivity import graphs
from eqsim.connectivity.condition import joined, pairs_where
from eqsim.connectivity.distinct import distinct
from eqsim.connectivity.ends import Ends, Number, Pairs
from eqsim.connectivity.pairs import check_probability, pairs_all
from eqsim.connectivity.replacement import degree_with_replacement, total_with_replacement
from eqsim.connectivity.rows import Rows
from eqsim.connectivity.skipping import rows_and_columns
from eqsim.language.expr import Expr, Name, calls, names, substitute
from eqsim.language.parse import parse_expression
from eqsim.lowering.functions import CONSTANTS, DRAWS
from eqsim.random.pieces import many
from eqsim.text.errors import ArgumentError, ConnectError, Mistake


class Rule(Protocol):
    """What says which pairs of two groups are connected."""

    def pairs(self, ends: Ends) -> Pairs | Rows:
        """Return source and target index of each synapse, in order of creation; raise ConnectError where it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class OneToOne:
    """Each source to the target of the same index."""

    def pairs(self, ends: Ends) -> Pairs | Rows:
        """Return the pairs; both ends must have as many neurons."""
        _same_size(ends, "one_to_one", "connect(j='i', skip_if_invalid=True) joins as many as there are")
        return np.arange(ends.n_pre, dtype=ends.dtype), np.arange(ends.n_pre, dtype=ends.dtype)


@dataclass(frozen=True, slots=True)
class AllToAll:
    """Every source to every target."""

    self_connections: bool = False

    def pairs(self, ends: Ends) -> Pairs | Rows:
        """Return the pairs, source by source."""
        i, j = pairs_all(ends)
        if self.self_connections or ends.shift is None:
            return i, j
        other = j != i + ends.shift
        return i[other], j[other]


@dataclass(frozen=True, slots=True)
class FixedIndegree:
    """Each target gets ``k`` synapses from different sources, every choice as likely."""

    k: int
    self_connections: bool = True
    multapses: bool = False

    def pairs(self, ends: Ends) -> Pairs | Rows:
        """Return the pairs, target by target."""
        shift = None if self.self_connections or ends.shift is None else -ends.shift
        j, i = _degree(ends, self.k, (ends.n_post, ends.n_pre), "source", shift, self.multapses)
        return i, j


@dataclass(frozen=True, slots=True)
class FixedOutdegree:
    """Each source makes ``n`` synapses onto different targets, every choice as likely."""

    n: int
    self_connections: bool = True
    multapses: bool = False

    def pairs(self, ends: Ends) -> Pairs | Rows:
        """Return the pairs, source by source."""
        shift = None if self.self_connections else ends.shift
        return _degree(ends, self.n, (ends.n_pre, ends.n_post), "target", shift, self.multapses)


@dataclass(frozen=True, slots=True)
class FixedTotal:
    """``n`` different pairs, every choice as likely."""

    n: int
    multapses: bool = False

    def pairs(self, ends: Ends) -> Pairs | Rows:
        """Return the pairs, source by source."""
        total = ends.n_pre * ends.n_post
        if self.multapses and (total or not self.n):
            return total_with_replacement(ends, self.n)
        if self.n > total:
            summary = f"{self.n} different pairs were asked for and the groups have {total}"
            found = f"{ends.n_pre} sources, {ends.n_post} targets"
            hint = "multapses=True draws pairs with replacement"
            raise ConnectError(summary, owner=ends.owner, found=found, hint=hint)
        sizes = np.array([total]), np.array([self.n])
        if many(self.n) and total <= 64 * self.n:  # a bit for each pair is not more than the synapses take
            from eqsim.connectivity.subsets import subsets  # noqa: PLC0415 - Numba is loaded for many synapses

            return rows_and_columns(subsets(ends, *sizes, np.int64), ends.n_post, ends.pair_type)
        ((_, pair),) = distinct(ends, *sizes)
        return (pair // max(ends.n_post, 1)).astype(ends.dtype), (pair % max(ends.n_post, 1)).astype(ends.dtype)


@dataclass(frozen=True, slots=True)
class SmallWorld:
    """A ring with each neuron's ``k`` nearest as its targets, each rewired with probability ``p``; see `graphs`."""

    k: int
    p: float

    def pairs(self, ends: Ends) -> Pairs | Rows:
        """Return the pairs, source by source; both ends must have as many neurons, and more than ``k``."""
        _same_size(ends, "small_world", "it joins a group to itself or to one of the same size")
        _more_than(ends, self.k, f"small_world needs more than k = {self.k} neurons")
        return graphs.small_world(ends, self.k, self.p)


@dataclass(frozen=True, slots=True)
class ScaleFree:
    """A graph that grows by attaching each neuron to ``m`` others, preferably to those with many links."""

    m: int

    def pairs(self, ends: Ends) -> Pairs | Rows:
        """Return the pairs, source by source; both ends must have as many neurons, and more than ``m``."""
        _same_size(ends, "scale_free", "it joins a group to itself or to one of the same size")
        _more_than(ends, self.m, f"scale_free needs more than m = {self.m} neurons")
        return graphs.scale_free(ends, self.m)


@dataclass(frozen=True, slots=True)
class Gaussian:
    """Each pair with the probability ``p_max*exp(-d**2/(2*sigma**2))``; ``d`` as in `graphs.distances`.

    When pairs are made, ``sigma`` is a plain number in the unit of the positions.
    """

    sigma: float
    p_max: float

    def pairs(self, ends: Ends) -> Pairs | Rows:
        """Return the pairs, source by source."""

        def probability(i: Any, j: Any, _: Any) -> Any:
            return self.p_max * np.exp(-((graphs.distances(ends, i, j) / self.sigma) ** 2) / 2)

        return pairs_where(ends, _not_itself(ends), probability)


@dataclass(frozen=True, slots=True)
class Distance:
    """Each pair with a probability that is a formula of their distance ``d`` (see `graphs.distances`).

    When pairs are made, ``formula`` is plain: ``d`` counts in the unit of the positions.
    """

    text: str
    formula: Expr

    def pairs(self, ends: Ends) -> Pairs | Rows:
        """Return the pairs, source by source; names of the formula other than ``d`` are scalars of ``ends``."""
        unknown = names(self.formula) - {"d"} - ends.scalars.keys() - CONSTANTS.keys() - {"N_pre", "N_post"}
        if unknown:
            hint = "the probability is a formula of the distance d, of constants and of N_pre, N_post"
            raise ConnectError(f"'{min(unknown)}' has no value in distance('{self.text}')", owner=ends.owner, hint=hint)

        def probability(i: Any, j: Any, ordinal: Any) -> Any:
            away = {"d": np.broadcast_to(graphs.distances(ends, i, j), ordinal.shape)}
            return ends.evaluate(self.formula, None, None, ordinal, Number.PROBABILITY, known=away)

        return pairs_where(ends, _not_itself(ends), probability)


# what users call -----------------------------------------------------------------------------------------------------


def one_to_one() -> OneToOne:
    """Connect each source to the target of the same index."""
    return OneToOne()


def all_to_all(self_connections: bool = False) -> AllToAll:
    """Connect every source to every target; within one group, no neuron to itself unless ``self_connections``."""
    return AllToAll(_flag(self_connections, "all_to_all"))


def fixed_indegree(k: int, self_connections: bool = True, multapses: bool = False) -> FixedIndegree:
    """Connect each target from ``k`` different sources, drawn at random; with ``multapses`` they may be the same."""
    rule = "fixed_indegree"
    return FixedIndegree(_count(k, "k", rule), _flag(self_connections, rule), _flag(multapses, rule, "multapses"))


def fixed_outdegree(n: int, self_connections: bool = True, multapses: bool = False) -> FixedOutdegree:
    """Connect each source to ``n`` different targets, drawn at random; with ``multapses`` they may be the same."""
    rule = "fixed_outdegree"
    return FixedOutdegree(_count(n, "n", rule), _flag(self_connections, rule), _flag(multapses, rule, "multapses"))


def fixed_total(n: int, multapses: bool = False) -> FixedTotal:
    """Connect ``n`` different pairs, drawn at random; with ``multapses`` they may be the same."""
    return FixedTotal(_count(n, "n", "fixed_total"), _flag(multapses, "fixed_total", "multapses"))


def small_world(k: int, p: float) -> SmallWorld:
    """Connect a ring of ``k`` (even) nearest neighbours in which a fraction ``p`` of targets is rewired.

    Watts & Strogatz (1998), Nature 393:440; directed: every neuron makes ``k`` synapses.
    """
    if _count(k, "k", "small_world") % 2:
        hint = f"take {k - 1} or {k + 1}"
        what, found = "small_world takes an even k: k/2 neighbours on either side", f"k = {k}"
        raise ArgumentError(what, owner="rules.small_world", found=found, hint=hint)
    _number(p, "p", "small_world")
    check_probability(p, "p of small_world", "rules.small_world")
    return SmallWorld(k, p)


def scale_free(m: int) -> ScaleFree:
    """Connect a graph grown by preferential attachment, ``m`` links for each new neuron, each link in both directions.

    Barabási & Albert (1999), Science 286:509.
    """
    if _count(m, "m", "scale_free") == 0:
        what = "scale_free attaches each neuron to at least one other"
        raise ArgumentError(what, owner="rules.scale_free", found="m = 0", hint="take m = 1")
    return ScaleFree(m)


def gaussian(sigma: float, p_max: float) -> Gaussian:
    """Connect with a probability that falls off with distance as a Gaussian: ``p_max*exp(-d**2/(2*sigma**2))``.

    The distance is that of the variables ``x`` (``y``, ``z``) of both groups, and ``sigma`` counts in their unit;
    without them neurons stand on a ring and ``sigma`` counts target neurons. No neuron is connected to itself.
    """
    if not 0 < _number(sigma, "sigma", "gaussian") < np.inf:
        what = "sigma of gaussian must be above 0 and finite"
        raise ArgumentError(what, owner="rules.gaussian", found=str(sigma), hint="give a width")
    _number(p_max, "p_max", "gaussian")
    check_probability(p_max, "p_max of gaussian", "rules.gaussian")
    return Gaussian(sigma, p_max)


def distance(text: str) -> Distance:
    """Connect with a probability given by a formula of the distance ``d``: ``'0.2*exp(-d/50)'``.

    ``'lambda d: 0.2*exp(-d/50)'`` is the same, with a name of one's own for the distance; see `gaussian` for what is
    measured. No neuron is connected to itself.
    """
    if not isinstance(text, str):
        hint = "write for instance es.rules.distance('0.2*exp(-d/50)')"
        found = type(text).__name__
        raise ArgumentError("the probability is a formula, as a text", owner="rules.distance", found=found, hint=hint)
    head, colon, body = text.partition(":")
    words = head.split()
    named = bool(colon) and len(words) == 2 and words[0] == "lambda"
    # the head is blanked out, not cut off, so that a mistake's column is right
    expr = parse_expression(" " * (len(head) + 1) + body if named else text, "rules.distance", "text")
    variable = words[1] if named else "d"
    if variable not in names(expr) and not calls(expr) & DRAWS.keys():
        hint = f"write a formula of the distance {variable}; connect(p=…) takes a probability that is the same for all"
        raise ArgumentError(
            Mistake(
                ArgumentError,
                f"the formula does not use the distance {variable}",
                expr.span,
                "rules.distance",
                hint=hint,
            )
        )
    return Distance(text, _renamed(expr, variable))


# within --------------------------------------------------------------------------------------------------------------


def _renamed(expr: Expr, variable: str) -> Expr:
    return expr if variable == "d" else substitute(expr, {variable: Name("d")})


def _degree(
    ends: Ends, degree: int, sizes: tuple[int, int], chosen: str, shift: int | None, multapses: bool
) -> Pairs | Rows:
    """Return for each of ``sizes[0]`` neurons as many different ones out of ``sizes[1]`` as its degree says."""
    n, others = sizes
    itself = np.full(n, -1) if shift is None else np.arange(n) + shift
    excluded = (itself >= 0) & (itself < others)
    population = others - excluded
    if multapses and (n == 0 or degree == 0 or population.min() > 0):
        return degree_with_replacement(ends, degree, sizes, shift)
    if n and degree > population.min():
        summary = f"{degree} different {chosen}s were asked for and there are {population.min()}"
        hint = "" if multapses else "multapses=True draws with replacement"
        raise ConnectError(summary, owner=ends.owner, hint=hint)
    if many(n * degree):
        from eqsim.connectivity.subsets import subsets  # noqa: PLC0415 - Numba is loaded for many synapses

        kind = ends.pair_type
        found = subsets(ends, population, np.full(n, degree), kind).reshape(n, degree)
        # members from the excluded one on stand for their neighbours
        found += excluded[:, None] & (found >= np.where(excluded, itself, 0).astype(kind)[:, None])
        return Rows(np.arange(n + 1) * degree, found.ravel())
    parts: list[Pairs] = []
    for row, rank in distinct(ends, population, np.full(n, degree)):
        value = rank + (excluded[row] & (rank >= itself[row]))
        parts.append((row.astype(ends.dtype), value.astype(ends.dtype)))
    return joined(ends, parts)


def _not_itself(ends: Ends) -> Any:
    shift = ends.shift
    return None if shift is None else lambda i, j, _: j != i + shift


def _same_size(ends: Ends, rule: str, hint: str) -> None:
    if ends.n_pre != ends.n_post:
        found = f"{ends.n_pre} and {ends.n_post} neurons"
        raise ConnectError(f"{rule} needs two groups of one size", owner=ends.owner, found=found, hint=hint)


def _more_than(ends: Ends, least: int, summary: str) -> None:
    if ends.n_pre <= least:
        hint = "take a larger group, or a smaller number in the rule"
        raise ConnectError(summary, owner=ends.owner, found=f"{ends.n_pre} neurons", hint=hint)


def _count(value: int, name: str, rule: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        what, found = f"{name} of {rule} must be a whole number of at least 0", repr(value)
        raise ArgumentError(what, owner=f"rules.{rule}", found=found, hint="give an int")
    return int(value)


def _number(value: Any, name: str, rule: str) -> Any:
    """Return the magnitude of one number or quantity, whose unit is that of the positions; raise for anything else."""
    plain = np.asarray(value)
    if plain.ndim or plain.dtype.kind not in "iuf":
        hint = "give one number"
        raise ArgumentError(f"{name} of {rule} is a number", owner=f"rules.{rule}", found=repr(value), hint=hint)
    return plain


def _flag(value: Any, rule: str, name: str = "self_connections") -> bool:
    if not isinstance(value, bool | np.bool_):
        what = f"{name} of {rule} is True or False"
        raise ArgumentError(what, owner=f"rules.{rule}", found=repr(value), hint=f"write {name}=True")
    return bool(value)
