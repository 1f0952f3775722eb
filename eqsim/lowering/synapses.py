"""Synapses: what a spike does to them, what time does, and what they sum onto a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from eqsim.checking.checked import CheckedDefinition, CheckedModel, CheckedPathway
from eqsim.language.expr import Binary, Expr, Name, Number, calls, names, walk
from eqsim.lowering.binding import LAWS, Binder, Lowered, Of, Owner
from eqsim.lowering.flow import flow
from eqsim.lowering.kernel import Add, Entry, Let, Store
from eqsim.lowering.neurons import STORED, advance
from eqsim.schemes.choose import Choice


def storage(checked: CheckedModel) -> dict[str, Entry]:
    """Return the arrays that synapses keep; ``lastupdate`` only where the time between events counts."""
    arrays: dict[str, Entry] = {}
    for definition in checked.definitions:
        stored = "constant over dt" in definition.flags or definition.kind != "subexpression"
        if stored and "summed" not in definition.flags:
            arrays[definition.name] = STORED[definition.type]
    event_driven = any("event-driven" in definition.flags for definition in checked.definitions)
    if event_driven or "lastupdate" in checked.symbols or _code_uses(checked, "lastupdate"):
        arrays["lastupdate"] = "count"
    return arrays


def _code_uses(checked: CheckedModel, name: str) -> bool:
    return any(name in pathway.code.symbols for pathway in checked.pathways)


def deliver(owners: Mapping[Of, Owner], pathway: CheckedPathway, title: str) -> Lowered:
    """Return the kernel that a pathway carries out at every synapse that a spike reaches in this step."""
    binder = Binder(owners)
    system = owners["own"].system
    event_driven = tuple(state.name for state in system.states if state.event_driven)
    if event_driven:
        last = binder.variable("own", "lastupdate")
        elapsed = binder.let("_elapsed", Binary("*", Binary("-", Name("_step"), last), Name("dt")), "real")
        step = flow(system, event_driven, elapsed, "_flow")
        bound = {i.name for i in step.instructions if isinstance(i, Let)} | {"_elapsed"}
        symbols = {name: symbol for name, symbol in system.symbols.items() if name not in bound}
        for instruction in step.instructions:
            assert isinstance(instruction, Let), f"a flow lowers to locals alone, not {instruction}"
            binder.let(instruction.name, binder.resolve(instruction.value, symbols), instruction.type)
        for name, local in step.results.items():
            binder.bind("own", name, Name(local))
    binder.carry_out(pathway.code)
    if "lastupdate" in owners["own"].arrays:
        binder.assign("own", "lastupdate", Name("_step"))
    return binder.kernel(pathway.name, "arrivals" if pathway.of == "pre" else "backward", title)


def update(owners: Mapping[Of, Owner], checked: CheckedModel, choice: Choice, title: str, *, alone: bool) -> Lowered:
    """Return the kernel that takes clock-driven synaptic states over one step.

    ``alone`` says that the equations see neither end of a synapse.
    """
    binder = Binder(owners)
    advance(binder, owners["own"].system, choice, checked.noise)
    return binder.kernel("update", "each" if alone else "synapses", title)


def clear(target: Owner, variable: str, title: str) -> Lowered:
    """Return the kernel that sets a summed variable's target to zero."""
    binder = Binder({"own": target})
    binder.emit(Store(binder.array("own", variable), target.index, Number(0.0)))
    return binder.kernel("clear", "each", title)


def gather(owners: Mapping[Of, Owner], definition: CheckedDefinition, title: str) -> Lowered:
    """Return the kernel that adds a summed expression of every synapse to its target (or source)."""
    binder = Binder(owners)
    system = owners["own"].system
    of: Literal["pre", "post"] = "pre" if definition.name.endswith("_pre") else "post"
    variable = definition.name.removesuffix("_pre").removesuffix("_post")
    alias = next(alias for alias in system.aliases if alias.name == definition.name)
    value = binder.resolve(alias.value, system.symbols)
    binder.emit(Add(binder.array(of, variable), owners[of].index, value))
    return binder.kernel("gather", "synapses", title)


def sees_ends(checked: CheckedModel, values: tuple[Expr, ...]) -> bool:
    """Whether formulas of a synapse see its source or target, or draw a number for each synapse."""
    seen: set[str] = set()
    todo = list(values)
    definitions = {d.name: d.value for d in checked.definitions if d.kind == "subexpression"}
    while todo:
        expr = todo.pop()
        if calls(expr) & set(LAWS):
            return True
        for name in names(expr) - seen:
            seen.add(name)
            symbol = checked.symbols.get(name)
            if symbol is not None and (symbol.of != "own" or name in {"i", "j", "delay", "N_incoming", "N_outgoing"}):
                return True
            inner = definitions.get(name)
            if inner is not None:
                todo.append(inner)
    return any(getattr(node, "name", "") in {"i", "j"} for expr in values for node in walk(expr))
