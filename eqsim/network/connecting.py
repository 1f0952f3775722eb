"""What ``connect`` asks for, read and carried out: from its arguments to pairs of neurons."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.analysis.plain import plain_in
from eqsim.checking.check import check_expression
from eqsim.checking.checked import CheckedExpression, Role, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.connectivity.condition import pairs_condition
from eqsim.connectivity.ends import Ends, Pairs
from eqsim.connectivity.generator import pairs_generator
from eqsim.connectivity.pairs import pairs_arrays
from eqsim.language.expr import Expr, Name, names
from eqsim.language.model import Generator
from eqsim.language.names import free_names
from eqsim.language.parse import parse_generator
from eqsim.text.errors import ConnectError

if TYPE_CHECKING:
    from eqsim.network.synapses import Synapses

ONE = Unit()


def requested_pairs(
    synapses: Synapses,
    condition: Any,
    i: Any,
    j: Any,
    p: Any,
    n: Any,
    rule: Any,
    frame: FrameType,
    *,
    skip_if_invalid: bool,
) -> Pairs:
    """Return the pairs, as indexes within source and target, that the arguments of ``connect`` ask for."""
    owner = synapses._owner
    if rule is not None:
        if any(given is not None for given in (condition, i, j)):
            raise ConnectError("a rule stands alone: leave out condition, i and j", owner=owner)
        return rule.pairs(ends(synapses, {}, _positions(synapses)))  # type: ignore[no-any-return]
    if isinstance(i, str) or isinstance(j, str):
        if condition is not None or (i is not None and j is not None):
            raise ConnectError(
                "a text for i or j stands alone", owner=owner, hint="put a condition behind 'if' in the text"
            )
        return _generated(synapses, "j" if j is not None else "i", j if j is not None else i, n, frame, skip_if_invalid)
    if i is not None or j is not None:
        if i is None or j is None:
            raise ConnectError("arrays are needed for both i and j", owner=owner)
        if condition is not None:
            raise ConnectError("give either arrays or a condition", owner=owner)
        return pairs_arrays(ends(synapses, {}), i, j)
    texts = {"condition": condition, "p": p, "n": n}
    read = {part: _formula(synapses, text, part, frame) for part, text in texts.items() if isinstance(text, str)}
    columns = {name: symbol for checked, _ in read.values() for name, symbol in checked.symbols.items()}
    values = {name: value for _, captured in read.values() for name, value in captured.items()}
    surroundings = ends(synapses, _columns(synapses, columns, values))
    plain = {part: plain_in(checked.value, checked.symbols, ONE) for part, (checked, _) in read.items()}
    return pairs_condition(surroundings, plain.get("condition"), plain.get("p", p), plain.get("n", n))


def ends(synapses: Synapses, columns: Mapping[str, Any], positions: Mapping[str, Any] | None = None) -> Ends:
    """Return both ends as connection rules see them; ``columns`` as ``_columns`` gives them."""
    source, target = synapses.source, synapses.target
    shift = None
    if source._variables is target._variables:
        first, second = (part._elements() for part in (source, target))
        low, high = (0 if part is None else int(part[0]) for part in (first, second))
        shift = low - high if all(part is None or (np.diff(part) == 1).all() for part in (first, second)) else None
    parts = {"pre": {}, "post": {}, "scalars": {}, **columns}
    at = positions or {}
    return Ends(
        source.N,
        target.N,
        synapses._variables.stream,
        synapses._calls,
        {**parts["pre"], **at.get("pre", {})},
        {**parts["post"], **at.get("post", {})},
        parts["scalars"],
        shift=shift,
        owner=synapses._owner,
    )


def _formula(synapses: Synapses, text: str, part: str, frame: FrameType) -> tuple[CheckedExpression, dict[str, Any]]:
    expect: Any = "boolean" if part == "condition" else ONE
    return synapses._surroundings().expression(text, f"connect, {part}", expect, frame)


def _columns(synapses: Synapses, symbols: Mapping[str, Symbol], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of all names that formulas use: arrays of both ends, and scalars."""
    from eqsim.units import magnitude  # noqa: PLC0415

    found: dict[str, dict[str, Any]] = {"pre": {}, "post": {}, "scalars": {}}
    for name, symbol in symbols.items():
        end = {"pre": synapses.source, "post": synapses.target}.get(symbol.of)
        if end is not None and symbol.role in {Role.STATE, Role.PARAMETER, Role.SUBEXPRESSION}:
            elements = end._elements()
            found[symbol.of][name] = np.broadcast_to(
                end._variables.read(symbol.variable or name, elements),
                (end.N,),
            )
        elif symbol.role is Role.EXTERNAL and name in values:
            found["scalars"][name] = float(magnitude(values[name], symbol.unit))
        elif symbol.role is Role.CONSTANT:
            found["scalars"][name] = {"pi": np.pi, "e": np.e, "inf": np.inf, "nan": np.nan}[name]
    return found


def _positions(synapses: Synapses) -> dict[str, Any]:
    """Return the coordinates ``x``, ``y``, ``z`` of both ends where their models have them."""
    found: dict[str, Any] = {"pre": {}, "post": {}}
    for of, end in (("pre", synapses.source), ("post", synapses.target)):
        for name in ("x", "y", "z"):
            if name in end._variables.entries:
                values = np.broadcast_to(end._variables.read(name, end._elements()), (end.N,))
                found[of][f"{name}_{of}"] = values
    return found


def _generated(synapses: Synapses, inner: Any, text: str, n: Any, frame: FrameType, skip_if_invalid: bool) -> Pairs:
    surroundings = synapses._surroundings()
    generator = parse_generator(text, surroundings.owner, f"connect, {inner}")
    values = surroundings.values(free_names(generator), frame)
    scope = surroundings.scope(values)
    local = {generator.variable: Symbol(generator.variable, Role.LOCAL, ONE, "integer")} if generator.variable else {}
    symbols: dict[str, Symbol] = {}

    def plain(expr: Expr | None, expect: Any) -> Expr | None:
        if expr is None:
            return None
        checked = check_expression(expr, scope, {**surroundings.symbols, **local}, expect=expect)
        symbols.update(checked.symbols)
        return plain_in(checked.value, checked.symbols, ONE)

    ready = Generator(
        plain(generator.element, ONE) or Name("i"),
        generator.variable,
        generator.law,
        tuple(bound for bound in (plain(b, ONE) for b in generator.bounds) if bound is not None),
        plain(generator.p, ONE),
        plain(generator.size, ONE),
        plain(generator.condition, "boolean"),
    )
    count: Any = n
    if isinstance(n, str):
        checked, captured = _formula(synapses, n, "n", frame)
        symbols.update(checked.symbols)
        values = {**values, **captured}
        count = plain_in(checked.value, checked.symbols, ONE)
    return pairs_generator(
        ends(synapses, _columns(synapses, symbols, values)), ready, inner, count, skip_if_invalid=skip_if_invalid
    )


__all__ = ["ends", "names", "requested_pairs"]
