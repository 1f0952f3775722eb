"""Which names a formula depends on, through subexpressions too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eqsim.language.expr import Expr, calls, names


def reach(exprs: Iterable[Expr], aliases: Mapping[str, Expr]) -> frozenset[str]:
    """Return every name in some formulas and in the aliases that they use, the aliases' own names among them."""
    seen: set[str] = set()
    todo = list(exprs)
    while todo:
        for name in names(todo.pop()) - seen:
            seen.add(name)
            if name in aliases:
                todo.append(aliases[name])
    return frozenset(seen)


def depends(expr: Expr, on: frozenset[str], aliases: Mapping[str, Expr]) -> bool:
    """Whether a formula depends on one of some names."""
    return not on.isdisjoint(reach((expr,), aliases))


def called(expr: Expr, aliases: Mapping[str, Expr]) -> frozenset[str]:
    """Return the functions that a formula calls."""
    used = (aliases[name] for name in reach((expr,), aliases) if name in aliases)
    return calls(expr).union(*map(calls, used))
