"""The only door to SymPy, for the questions that a formula's shape does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from eqsim.analysis.formula import literal, over, plus, power, times
from eqsim.language.expr import Binary, Expr, Name, Number, Unary, children, names, walk

_LIMIT = 200  # nodes of a formula; what is longer was not written to be simplified


def coefficients(expr: Expr, states: frozenset[str]) -> Mapping[str, Expr] | None:
    """Return a formula's coefficients in some states, the constant part under the empty name; ``None`` if not linear.

    Finds what hides: ``(v**2 - (v - 1)**2)/tau`` is linear in v. The work is bounded: formulas of many nodes, and
    those with functions of a state, are left alone.
    """
    if sum(1 for _ in walk(expr)) > _LIMIT or not _rational(expr, states):
        return None
    import sympy  # noqa: PLC0415 - SymPy takes as long to load as all the rest

    opaque: dict[Any, Expr] = {}
    symbols = {name: sympy.Symbol(f"x{n}") for n, name in enumerate(sorted(states))}
    try:
        value = _to_sympy(expr, symbols, opaque, sympy)
        polynomial = sympy.Poly(sympy.cancel(sympy.together(value)), *symbols.values())
        if polynomial.total_degree() > 1:
            return None
        form: dict[str, Expr] = {}
        for name, symbol in [*symbols.items(), ("", sympy.Integer(1))]:
            entry = polynomial.coeff_monomial(symbol)
            if entry != 0:
                form[name] = _from_sympy(entry, opaque)
    except (sympy.PolynomialError, NotImplementedError, ZeroDivisionError):
        return None
    return form


def _rational(expr: Expr, states: frozenset[str]) -> bool:
    """Whether the states stand under arithmetic alone, which is all that is asked about."""
    if states.isdisjoint(names(expr)):
        return True
    arithmetic = isinstance(expr, Name | Binary) or (isinstance(expr, Unary) and expr.op != "not")
    return arithmetic and all(_rational(child, states) for child in children(expr))


def _to_sympy(expr: Expr, symbols: Mapping[str, Any], opaque: dict[Any, Expr], sympy: Any) -> Any:
    """Return a formula for SymPy; what is free of the states and no arithmetic becomes a symbol of its own."""
    match expr:
        case Number(value) if not isinstance(value, bool):
            return sympy.Rational(repr(value))
        case Name(name) if name in symbols:
            return symbols[name]
        case Unary(op="-"):
            return -_to_sympy(expr.operand, symbols, opaque, sympy)
        case Unary(op="+"):
            return _to_sympy(expr.operand, symbols, opaque, sympy)
        case Binary(op="+" | "-" | "*" | "/"):
            left, right = (_to_sympy(part, symbols, opaque, sympy) for part in (expr.left, expr.right))
            return (
                {"+": left + right, "-": left - right, "*": left * right}[expr.op] if expr.op != "/" else left / right
            )
        case Binary(op="**", right=Number(value)) if isinstance(value, int) and abs(value) <= 8:
            return _to_sympy(expr.left, symbols, opaque, sympy) ** value
        case _ if not any(isinstance(node, Name) and node.name in symbols for node in walk(expr)):
            known = next((symbol for symbol, formula in opaque.items() if formula == expr), None)
            if known is None:
                known = sympy.Symbol(f"c{len(opaque)}")
                opaque[known] = expr
            return known
        case _:
            raise NotImplementedError


def _from_sympy(value: Any, opaque: Mapping[Any, Expr]) -> Expr:
    """Return SymPy's sum of products as a formula."""
    if value in opaque:
        return opaque[value]
    if value.is_Integer:
        return literal(int(value))
    if value.is_Rational:
        return over(literal(int(value.p)), literal(int(value.q)))
    if value.is_Add or value.is_Mul:
        join, parts = (plus, value.as_ordered_terms()) if value.is_Add else (times, value.as_ordered_factors())
        return reduce(join, (_from_sympy(part, opaque) for part in parts))
    if value.is_Pow and value.exp.is_Integer:
        raised = power(_from_sympy(value.base, opaque), literal(abs(int(value.exp))))
        return raised if value.exp > 0 else over(literal(1), raised)
    raise NotImplementedError
