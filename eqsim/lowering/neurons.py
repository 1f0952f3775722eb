"""A group of neurons: update, threshold, refractoriness, reset and events as kernels."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from eqsim.analysis.system import System
from eqsim.checking.checked import CheckedCode, CheckedModel
from eqsim.checking.dimensions import Unit
from eqsim.checking.vocabulary import time_unit
from eqsim.language.expr import Binary, Call, Expr, Logic, Name, Number, Unary, substitute
from eqsim.lowering.binding import Binder, Lowered, Owner
from eqsim.lowering.integrate import integrate
from eqsim.lowering.kernel import Draw, Entry, Let, Store
from eqsim.schemes.choose import Choice

ONE = Unit()
STORED: Mapping[str, Entry] = MappingProxyType({"real": "real", "integer": "integer", "boolean": "flag"})


def storage(checked: CheckedModel) -> dict[str, Entry]:
    """Return the arrays that a group of neurons keeps: its variables, and what spikes leave behind."""
    arrays: dict[str, Entry] = {}
    for definition in checked.definitions:
        if definition.kind != "subexpression" or "constant over dt" in definition.flags:
            arrays[definition.name] = STORED[definition.type]
    if checked.threshold is not None:
        arrays["_spike"] = "flag"
        arrays["lastspike"] = "count"
    for event in checked.events:
        arrays[f"_{event.name}"] = "flag"
    if checked.refractory_kind == "time":
        arrays["_release"] = "count"
    if checked.refractory_kind == "condition":
        arrays["not_refractory"] = "flag"
    return arrays


def update(
    owner: Owner, checked: CheckedModel, choice: Choice | None, title: str, *, threshold: bool, index: bool = True
) -> Lowered | None:
    """Return the kernel that takes all states over one step.

    ``threshold`` asks for the spike condition in the same pass.
    """
    binder = Binder({"own": owner})
    system = owner.system
    if owner.refractory == "condition" and checked.refractory is not None:
        still = binder.value(checked.refractory, checked.symbols, ONE)
        free = Logic("or", binder.variable("own", "not_refractory"), Unary("not", still))
        binder.assign("own", "not_refractory", free)
    if choice is not None:
        advance(binder, system, choice, checked.noise)
    if threshold:
        test(binder, checked, "spike")
    return binder.kernel("update", "each" if index else "synapses", title) if binder.instructions else None


def advance(binder: Binder, system: System, choice: Choice, noise: Literal["stratonovich", "ito"]) -> None:
    """Carry out one step of a scheme on all clock-driven states."""
    step = integrate(system, choice, noise)
    if any(state.held for state in system.states):
        free = binder.not_refractory("own")
        if free != Name("not_refractory"):
            binder.let("not_refractory", free, "boolean")
    bound = {i.name for i in step.instructions if isinstance(i, Let | Draw)} | {"not_refractory"}
    symbols = {name: symbol for name, symbol in system.symbols.items() if name not in bound}
    drawn: dict[str, Expr] = {}
    for instruction in step.instructions:
        match instruction:
            case Let(name, value, kind):
                binder.let(name, binder.resolve(substitute(value, drawn) if drawn else value, symbols), kind)
            case Draw(name, law, _, element, arguments):
                given = tuple(binder.resolve(a, symbols) for a in arguments)
                drawn[name] = binder.number(law, given, shared=element == "0")
            case _:
                raise AssertionError(f"a scheme lowers to locals and draws alone, not {instruction}")
    for name, local in step.results.items():
        result = binder.resolve(Name(local), symbols) if local in system.symbols and local not in bound else Name(local)
        binder.bind("own", name, result if isinstance(result, Name) else Name(local))


def test(binder: Binder, checked: CheckedModel, event: str) -> None:
    """Write for each neuron whether an event's condition holds; a refractory neuron emits no spike."""
    if event == "spike":
        condition, free = checked.threshold, binder.not_refractory("own")
    else:
        condition = next(e.condition for e in checked.events if e.name == event)
        free = Number(value=True)
    if condition is None:
        return
    holds = binder.value(condition, checked.symbols, ONE)
    if free != Number(value=True):
        holds = Logic("and", holds, free)
    binder.emit(Store(binder.array("own", f"_{event}"), "_i", holds))


def threshold(owner: Owner, checked: CheckedModel, event: str, title: str) -> Lowered:
    """Return the kernel that writes a byte for each neuron: whether the event's condition holds."""
    binder = Binder({"own": owner})
    test(binder, checked, event)
    return binder.kernel(event, "each", title)


def mark(owner: Owner, checked: CheckedModel, title: str) -> Lowered:
    """Return the kernel that notes time and refractoriness of each neuron that has just spiked."""
    binder = Binder({"own": owner})
    binder.assign("own", "lastspike", Name("_step"))
    if checked.refractory_kind == "time" and checked.refractory is not None:
        time = time_unit(checked.unitless)
        period = binder.value(checked.refractory, checked.symbols, time)
        steps = binder.let("_period", Call("timestep", (period, Name("dt"))), "integer")
        binder.assign("own", "_release", Binary("+", Name("_step"), steps))
    if checked.refractory_kind == "condition":
        binder.assign("own", "not_refractory", Number(value=False))
    return binder.kernel("mark", "listed", title)


def statements(owner: Owner, code: CheckedCode, name: str, title: str, *, listed: bool, hold: bool) -> Lowered:
    """Return the kernel of statements: of an event (``listed``: where it happened), or regularly everywhere."""
    binder = Binder({"own": owner})
    binder.carry_out(code, hold=hold)
    return binder.kernel(name, "listed" if listed else "each", title)


def hold_over_step(owner: Owner, checked: CheckedModel, title: str) -> Lowered | None:
    """Return the kernel that evaluates subexpressions that are constant over a step, if there are any."""
    held = [d for d in checked.definitions if d.kind == "subexpression" and "constant over dt" in d.flags]
    if not held:
        return None
    binder = Binder({"own": owner})
    order = {name: position for position, name in enumerate(checked.subexpressions)}
    for definition in sorted(held, key=lambda d: order[d.name]):
        assert definition.value is not None
        value = binder.value(definition.value, checked.symbols, definition.unit)
        binder.assign("own", definition.name, value)
    return binder.kernel("hold", "each", title)
