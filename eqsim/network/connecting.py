"""What ``connect`` asks for, read and carried out: from its arguments to pairs of neurons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

import numpy as np

from eqsim.analysis.plain import plain_in
from eqsim.checking.check import check_expression
from eqsim.checking.checked import CheckedExpression, Role, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.connectivity.condition import multiplied, pairs_condition
from eqsim.connectivity.ends import Ends, Pairs
from eqsim.connectivity.generator import pairs_generator
from eqsim.connectivity.pairs import pairs_arrays, repeated
from eqsim.connectivity.rows import Rows
from eqsim.connectivity.rules import Distance, Gaussian
from eqsim.language.expr import Expr, Name
from eqsim.language.model import Generator
from eqsim.language.names import free_names
from eqsim.language.parse import parse_generator
from eqsim.network.capture import externals
from eqsim.network.captured import callables
from eqsim.network.texts import Surroundings
from eqsim.text.errors import ConnectError
from eqsim.units import has_unit, magnitude

ONE = Unit()


@dataclass(frozen=True, slots=True)
class Joint:
    """The two ends of synapses, their stream, how often they were connected, and what their texts may refer to."""

    source: Any
    target: Any
    stream: int
    call: int
    surroundings: Surroundings

    @property
    def owner(self) -> str:
        """What messages call the synapses."""
        return self.surroundings.owner


def requested_pairs(
    joint: Joint,
    condition: Any,
    i: Any,
    j: Any,
    p: Any,
    n: Any,
    rule: Any,
    frame: FrameType,
    *,
    skip_if_invalid: bool,
) -> Pairs | Rows:
    """Return the pairs, as indexes within source and target, that the arguments of ``connect`` ask for."""
    owner = joint.owner
    p, n = _number(p, "p", owner), _number(n, "n", owner)
    certain = not isinstance(p, str) and p == 1
    if rule is not None:
        given = {"condition": condition, "i": i, "j": j, "p": None if certain else p}
        stands_alone("a rule", given, owner, "the rule says which pairs are joined; call connect again for more")
        if isinstance(n, str):
            hint = "give a number, or connect with a condition"
            raise ConnectError("n is a number beside a rule", owner=owner, hint=hint)
        return repeated(ends(joint, {}), _ruled(joint, rule), n)
    if not (certain or (i is None and j is None)):
        hint = "write j='k for k in sample(N_post, p=0.1)', or use a condition"
        raise ConnectError("p goes with a condition, not with i or j", owner=owner, hint=hint)
    if isinstance(i, str) or isinstance(j, str):
        if condition is not None or (i is not None and j is not None):
            raise ConnectError(
                "a text for i or j stands alone", owner=owner, hint="put a condition behind 'if' in the text"
            )
        return _generated(joint, "j" if j is not None else "i", j if j is not None else i, n, frame, skip_if_invalid)
    if i is not None or j is not None:
        if i is None or j is None:
            hint = "give one source and one target for each synapse, or a text such as j='i'"
            raise ConnectError("arrays are needed for both i and j", owner=owner, hint=hint)
        if condition is not None:
            hint = "choose the pairs before, as in i[keep], j[keep]"
            raise ConnectError("give either arrays or a condition", owner=owner, hint=hint)
    if not (condition is None or isinstance(condition, str)):
        hint = "write for instance 'i != j'; leave it out for all pairs"
        raise ConnectError(f"a condition is a text, not {condition!r}", owner=owner, hint=hint)
    texts = {"condition": condition, "p": p, "n": n}
    read = {part: _formula(joint, text, part, frame) for part, text in texts.items() if isinstance(text, str)}
    columns = {name: symbol for checked, _ in read.values() for name, symbol in checked.symbols.items()}
    values = {name: value for _, captured in read.values() for name, value in captured.items()}
    surroundings = ends(joint, _columns(joint, columns, values))
    known = externals(values)
    plain = {part: plain_in(checked.value, checked.symbols, ONE, known) for part, (checked, _) in read.items()}
    if i is not None:
        return multiplied(surroundings, pairs_arrays(surroundings, i, j), plain.get("n", n))
    return pairs_condition(surroundings, plain.get("condition"), plain.get("p", p), plain.get("n", n))


def stands_alone(what: str, others: Mapping[str, Any], owner: str, hint: str) -> None:
    """Raise ConnectError when anything is given beside what already says which pairs are joined."""
    given = [name for name, value in others.items() if value is not None]
    if given:
        raise ConnectError(f"{what} stands alone: leave out {' and '.join(given)}", owner=owner, hint=hint)


def _number(value: Any, name: str, owner: str) -> Any:
    """Return a text or plain number as it is; raise ConnectError for anything else."""
    if isinstance(value, str):
        return value
    plain = np.asarray(value)
    if plain.ndim or plain.dtype.kind not in "biuf" or has_unit(value):
        hint = "use a text of i, j and the variables of both ends where pairs differ"
        raise ConnectError(f"{name} is a number or a text", owner=owner, found=repr(value), hint=hint)
    return plain.item()


def ends(joint: Joint, columns: Mapping[str, Any], positions: Mapping[str, Any] | None = None) -> Ends:
    """Return both ends as connection rules see them; ``columns`` as ``_columns`` gives them."""
    source, target = joint.source, joint.target
    shift = None
    if source._variables is target._variables:
        first, second = (part._elements() for part in (source, target))
        low, high = (0 if part is None else int(part[0]) for part in (first, second))
        shift = low - high if all(part is None or (np.diff(part) == 1).all() for part in (first, second)) else None
    parts = {"pre": {}, "post": {}, "scalars": {}, "functions": {}, **columns}
    at = positions or {}
    return Ends(
        source.N,
        target.N,
        joint.stream,
        joint.call,
        {**parts["pre"], **at.get("pre", {})},
        {**parts["post"], **at.get("post", {})},
        parts["scalars"],
        parts["functions"],
        shift=shift,
        owner=joint.owner,
    )


def _formula(joint: Joint, text: str, part: str, frame: FrameType) -> tuple[CheckedExpression, dict[str, Any]]:
    expect: Any = "boolean" if part == "condition" else ONE
    return joint.surroundings.expression(text, f"connect, {part}", expect, frame)


def _columns(joint: Joint, symbols: Mapping[str, Symbol], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of all names that formulas use: arrays of both ends, and scalars."""
    found: dict[str, dict[str, Any]] = {"pre": {}, "post": {}, "scalars": {}, "functions": callables(values)}
    for name, symbol in symbols.items():
        end = {"pre": joint.source, "post": joint.target}.get(symbol.of)
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


def _ruled(joint: Joint, rule: Any) -> Pairs | Rows:
    """Return the pairs of a rule, its lengths counted in the unit of the positions that both ends may have."""
    if not callable(getattr(rule, "pairs", None)):
        raise ConnectError(f"{rule!r} is no rule", owner=joint.owner, hint="rules are those of eqsim.rules")
    positions: dict[str, dict[str, Any]] = {"pre": {}, "post": {}}
    unit = ONE
    for of, end in (("pre", joint.source), ("post", joint.target)):
        for name in ("x", "y", "z"):
            if name in end._variables.entries:
                unit = end._variables.unit(name)
                positions[of][f"{name}_{of}"] = np.broadcast_to(end._variables.read(name, end._elements()), (end.N,))
    if isinstance(rule, Gaussian):
        rule = replace(rule, sigma=float(magnitude(rule.sigma, unit, joint.owner)))
    if isinstance(rule, Distance):
        local = {"d": Symbol("d", Role.LOCAL, unit)}
        checked = check_expression(rule.formula, joint.surroundings.scope({}), local, expect=ONE)
        rule = replace(rule, formula=plain_in(checked.value, checked.symbols, ONE))
    pairs: Pairs | Rows = rule.pairs(ends(joint, {}, positions))
    return pairs


def _generated(joint: Joint, inner: Any, text: str, n: Any, frame: FrameType, skip_if_invalid: bool) -> Pairs:
    surroundings = joint.surroundings
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
        return plain_in(checked.value, checked.symbols, ONE, scope.externals)

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
        checked, captured = _formula(joint, n, "n", frame)
        symbols.update(checked.symbols)
        values = {**values, **captured}
        count = plain_in(checked.value, checked.symbols, ONE, externals(values))
    return pairs_generator(
        ends(joint, _columns(joint, symbols, values)), ready, inner, count, skip_if_invalid=skip_if_invalid
    )
