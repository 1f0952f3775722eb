"""Whether a formula is linear in some names, and its coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eqsim.analysis.dependence import depends
from eqsim.analysis.formula import ONE, ZERO, minus, negative, over, plus, times, where
from eqsim.analysis.sample import bends
from eqsim.analysis.symbolic import coefficients
from eqsim.language.expr import Binary, Conditional, Expr, Name, Number, Unary, transform

Form = Mapping[str, Expr]
"""Coefficients by name; the constant part under the empty name. A missing entry is zero."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A term that is not linear, and in which names; ``joint`` when it multiplies several of them."""

    term: Expr
    names: tuple[str, ...]

    def __str__(self) -> str:
        """Return the reason in words."""
        if len(self.names) > 1:
            return f"the term '{self.term}' multiplies or mixes {' and '.join(self.names)}"
        return f"the term '{self.term}' is not linear in {self.names[0]}"


class _NotLinear(Exception):  # noqa: N818 - it ends a search, it is no error
    def __init__(self, term: Expr, *, certain: bool) -> None:
        super().__init__()
        self.term = term
        self.certain = certain


def linear_form(expr: Expr, states: frozenset[str], aliases: Mapping[str, Expr]) -> Form | Obstacle:
    """Return the coefficients of a formula in some states, free of them, or the term that is not linear.

    Aliases that depend on the states are taken apart, others stay as names. The formula's own shape gives the answer
    nearly always; where products of a state with itself might cancel, and numbers do not tell that they don't,
    SymPy is asked.
    """
    try:
        return _separate(expr, states, aliases)
    except _NotLinear as found:
        term, certain = found.term, found.certain
    if not certain:
        inlined = inline(expr, states, aliases)
        if not bends(inlined, states) and (hidden := coefficients(inlined, states)) is not None:
            return hidden
    inner = inline(term, states, aliases)
    involved = tuple(sorted(state for state in states if depends(inner, frozenset({state}), aliases)))
    return Obstacle(term, involved)


def inline(expr: Expr, states: frozenset[str], aliases: Mapping[str, Expr]) -> Expr:
    """Return a formula with every alias that depends on the states replaced by what it stands for."""

    def change(node: Expr) -> Expr:
        if isinstance(node, Name) and node.name in aliases and depends(node, states, aliases):
            return inline(aliases[node.name], states, aliases)
        return node

    return transform(expr, change)


def _separate(expr: Expr, states: frozenset[str], aliases: Mapping[str, Expr]) -> dict[str, Expr]:
    if not depends(expr, states, aliases):
        return {} if expr == Number(0) else {"": expr}
    match expr:
        case Name(name):
            return {name: ONE} if name in states else _separate(aliases[name], states, aliases)
        case Unary(op="-" | "+"):
            inner = _separate(expr.operand, states, aliases)
            return {key: negative(value) for key, value in inner.items()} if expr.op == "-" else inner
        case Binary(op="+" | "-"):
            left, right = _separate(expr.left, states, aliases), _separate(expr.right, states, aliases)
            join = plus if expr.op == "+" else minus
            return {key: join(left.get(key, ZERO), right.get(key, ZERO)) for key in left | right}
        case Binary(op="*"):
            return _product(expr, states, aliases)
        case Binary(op="/"):
            if depends(expr.right, states, aliases):
                raise _NotLinear(expr, certain=False)
            return {key: over(value, expr.right) for key, value in _separate(expr.left, states, aliases).items()}
        case Conditional():
            if depends(expr.condition, states, aliases):
                raise _NotLinear(expr, certain=True)
            then, other = _separate(expr.then, states, aliases), _separate(expr.otherwise, states, aliases)
            return {k: where(expr.condition, then.get(k, ZERO), other.get(k, ZERO)) for k in then | other}
        case Binary(op="**"):
            raise _NotLinear(expr, certain=False)
        case _:  # a condition, or a function: what is linear under one is not written with it
            raise _NotLinear(expr, certain=True)


def _product(expr: Binary, states: frozenset[str], aliases: Mapping[str, Expr]) -> dict[str, Expr]:
    if not depends(expr.right, states, aliases):
        return {key: times(value, expr.right) for key, value in _separate(expr.left, states, aliases).items()}
    if not depends(expr.left, states, aliases):
        return {key: times(expr.left, value) for key, value in _separate(expr.right, states, aliases).items()}
    raise _NotLinear(expr, certain=False)
