"""What an object is, in words that two networks can compare: its kind, its equations, its ends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from eqsim.checking.checked import CheckedCode, CheckedModel
from eqsim.checking.units import unit_text
from eqsim.network.drive import Drive
from eqsim.network.event_monitor import EventMonitor
from eqsim.network.members import whole
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.variables import Variables


def traits_of(thing: Any) -> dict[str, str]:
    """Return what an object is, each trait with a name that can stand in a message."""
    return {"the kind": type(thing).__name__, **dict(_model(thing)), **dict(_surroundings(thing))}


def _model(thing: Any) -> Iterator[tuple[str, str]]:
    held = thing.__dict__.get("_variables")
    if isinstance(held, Variables):
        if not isinstance(thing, Synapses):
            yield "the number of elements", str(held.size)
        yield "the stored variables", ", ".join(sorted(held.entries))
    checked = thing.__dict__.get("_checked")
    if not isinstance(checked, CheckedModel):
        return
    for definition in checked.definitions:
        flags = "".join(f", {flag}" for flag in sorted(definition.flags))
        value = "" if definition.value is None else f" = {definition.value}"
        line = f"{definition.kind}{value} : {unit_text(definition.unit)}{flags}"
        yield f"the definition of {definition.name}", line
    for name, expr in checked.initials.items():
        yield f"the initial value of {name}", str(expr)
    yield "the threshold", str(checked.threshold)
    yield "the refractory condition", f"{checked.refractory_kind} {checked.refractory}"
    yield "the reset", _code(checked.reset)
    yield "the reading of noise", checked.noise
    for event in checked.events:
        yield f"the condition of event {event.name}", str(event.condition)
    for pathway in checked.pathways:
        yield f"the pathway {pathway.name}", f"on_{pathway.of} of {pathway.event}: {_code(pathway.code)}"
    choice = thing.__dict__.get("_choice")
    yield "the method", choice.scheme.name if choice is not None else "none"
    for operation in thing.__dict__.get("_operations", ()):
        place = f"{operation.event or 'regularly'}, {operation.when}, {operation.order}"
        yield f"the operation {operation.name}", f"{place}: {_code(operation.code)}"


def _code(code: CheckedCode | None) -> str:
    return "" if code is None else "; ".join(f"{s.target.name} {s.op} {s.value}" for s in code.statements)


def _surroundings(thing: Any) -> Iterator[tuple[str, str]]:
    held = thing.__dict__.get("_variables")
    if isinstance(thing, Synapses):
        yield "the source", _end(thing.source)
        yield "the target", _end(thing.target)
    if isinstance(thing, StateMonitor | EventMonitor):
        yield "the source", _end(thing.source)
        yield "what is recorded", ", ".join(thing._variables)
        yield "where records are kept", "in memory" if thing._file is None else "in a file"
    if isinstance(thing, PopulationRateMonitor):
        yield "the source", _end(thing.source)
    if isinstance(thing, Drive):
        yield "the target", _end(thing.target)
        yield "the driven variable", thing.variable
        for what, formula in thing._formulas():
            yield f"the formula of {what}", str(formula)
    for name, (group, _, variable, seen) in held.linked.items() if isinstance(held, Variables) else ():
        yield f"the link of {name}", f"{group.name}.{variable}{'' if seen is None else f'[{_digest(seen)}]'}"
    if isinstance(thing, StateMonitor) and not isinstance(thing.source, Synapses):  # of which there may be others
        yield "the recorded elements", _digest(thing._record)
    if isinstance(thing, EventMonitor):
        yield "the recorded event", f"{thing._event}{'' if thing._keep else ', counted'}"


def _end(end: Any) -> str:
    part = end._elements()
    return whole(end).name or whole(end)._name or "" if part is None else f"{whole(end)._name}[{_digest(part)}]"


def _digest(index: Any) -> str:
    return f"{len(index)} elements, {hashlib.sha256(index.astype('<i8').tobytes()).hexdigest()[:8]}"
