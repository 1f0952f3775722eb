"""The model of a library's synapse fitted to its target: units, output and values; and split where responses add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import parse_unit, unit_text, usual_unit
from eqsim.language.expr import Binary, Expr, Name, Number, names, substitute
from eqsim.language.model import Definition, Flag, Initial, Model, UnitText
from eqsim.language.parse import parse, parse_expression
from eqsim.text.errors import ArgumentError, ReadOnlyError
from eqsim.text.source import Source
from eqsim.units import magnitude

OUTPUTS = ("COBA", "CUBA", "MgBlock")
# the block by magnesium of Jahr & Stevens (1990) J Neurosci 10:3178
_BLOCK = """
unblocked = 1/(1 + cc_Mg/beta_Mg*exp(-alpha_Mg*(V_post - V_offset))) : 1
cc_Mg    = 1.2*mM   : mM (parameter)
alpha_Mg = 0.062/mV : 1/mV (parameter)
beta_Mg  = 3.57*mM  : mM (parameter)
V_offset = 0*mV     : mV (parameter)
"""


@dataclass(frozen=True, slots=True)
class Onto:
    """A variable of the target: its name, its unit, whether it has a derivative; and the name of the potential."""

    variable: str
    unit: Unit
    state: bool
    voltage: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A model taken apart: what each target has once, and what each synapse has."""

    receptors: Model
    synapses: Model


def fitted(model: Model, onto: Onto, output: str | None, potential: Unit | None, owner: str) -> Model:
    """Return a library's model as it acts on a variable of its target.

    Onto a variable with a derivative what a spike gives is added at once, and the model's own decay left out; else the
    model's current is summed. ``potential`` is the unit of the target's potential, ``None`` where it has none.
    """
    summed = _summed(model)
    if summed is None or onto.state:
        return _added(model, summed, onto, output, owner)
    value, block = _current(model, summed, output, owner)
    unit = onto.unit
    if "V_post" in names(value):
        unit = usual_unit(onto.unit / _of_potential(potential, onto, owner))
    current = replace(summed, name=f"{onto.variable}_post", value=value, unit=_unit(onto.unit))
    lines = [current if line is summed else line for line in model.definitions]
    made = _in_unit(replace(model, definitions=(*lines, *block)), unit)
    voltage = {f"V_{end}": Name(f"{onto.voltage}_{end}") for end in ("pre", "post")}
    return _used(_changed(made, lambda value: substitute(value, voltage)))


def with_values(model: Model, values: Mapping[str, Any], owner: str) -> Model:
    """Return a model with other defaults and initial values; raise for values that fit no line."""
    lines, initials = list(model.definitions), {initial.name: initial for initial in model.initials}
    for place, line in enumerate(lines):
        if line.name not in values:
            continue
        if line.kind == "subexpression":
            hint = "give what it is made of"
            raise ReadOnlyError(
                f"{line.name!r} is a subexpression: it follows from its equation", owner=owner, hint=hint
            )
        value = _literal(line, values[line.name], owner)
        if line.kind == "derivative":
            initials[line.name] = Initial(line.name, value, line.span)
        else:
            lines[place] = replace(line, value=value, flags=line.flags or (Flag("parameter", line.span),))
    return replace(model, definitions=tuple(lines), initials=tuple(initials.values()))


def shared(model: Model, onto: Onto) -> Shared | None:
    """Return a model taken apart, or ``None`` where the responses of synapses do not simply add up.

    They do where all that a spike does to what the clock drives is to add to it, and where what is summed knows nothing
    of a single synapse.
    """
    summed = _summed(model)
    if summed is None or summed.value is None or any(pathway.of == "post" for pathway in model.pathways):
        return None
    driven = [line for line in model.definitions if _has(line, "clock-driven")]
    inner = _reached(model, {summed.name, *(line.name for line in driven)})
    seen = frozenset[str]().union(*(names(line.value) for line in inner if line.value is not None))
    alone = {"w", "lastupdate", "i", "j"} | {name for name in seen if name.endswith("_pre")}
    if not driven or seen & alone or any(_has(line, "event-driven") for line in inner):
        return None
    potential = f"{onto.voltage}_post"
    lines = [replace(line, flags=()) if line in driven else line for line in inner if line is not summed]
    lines.append(replace(summed, name="I_syn", flags=()))
    if potential in seen:
        lines.append(Definition("V", "parameter", None, _text("mV"), (Flag("linked", summed.span),), summed.span))
    own = {line.name for line in lines}
    receptors = replace(model, word="model", definitions=tuple(lines), pathways=())
    receptors = _changed(receptors, lambda value: substitute(value, {potential: Name("V")}))
    receptors = replace(receptors, initials=tuple(initial for initial in model.initials if initial.name in own))
    left = tuple(line for line in model.definitions if line not in inner)
    initials = tuple(initial for initial in model.initials if initial.name not in own)
    return Shared(receptors, replace(model, definitions=left, initials=initials))


def _added(model: Model, summed: Definition | None, onto: Onto, output: str | None, owner: str) -> Model:
    """Return a model whose spikes add to a variable of the target."""
    if not onto.state:
        hint = f"a spike adds to what decays by itself; write d{onto.variable}/dt in the target's equations"
        raise ArgumentError(f"{onto.variable!r} of the target has no derivative", owner=owner, hint=hint)
    if output is not None:
        hint = "leave out output, or name a parameter of the target, onto which currents are summed"
        raise ArgumentError(f"{onto.variable!r} has a derivative, so nothing is summed", owner=owner, hint=hint)
    driven = {line.name for line in model.definitions if _has(line, "clock-driven")}
    kept = [line for line in model.definitions if line is not summed and line.name not in driven]
    if summed is not None and not any(line.kind == "derivative" for line in kept):
        hint = "take a parameter as target, or es.synapses.Delta to add to this variable"
        summary = f"{onto.variable!r} of the target has a derivative, and these synapses decay by themselves"
        raise ArgumentError(summary, owner=owner, hint=hint)
    variable = f"{onto.variable}_post"
    pathways = tuple(
        replace(
            pathway,
            code=replace(
                pathway.code,
                statements=tuple(
                    replace(statement, target=variable) if statement.target in {"V_post", *driven} else statement
                    for statement in pathway.code.statements
                ),
            ),
        )
        for pathway in model.pathways
    )
    return _used(_in_unit(replace(model, definitions=tuple(kept), pathways=pathways), onto.unit))


def _current(model: Model, summed: Definition, output: str | None, owner: str) -> tuple[Expr, tuple[Definition, ...]]:
    """Return the formula of the current, and the lines that it takes besides."""
    assert summed.value is not None
    if output is None:
        return summed.value, ()
    own = {line.name for line in model.definitions}
    if "E" not in own:
        hint = "leave out output"
        raise ArgumentError("there is one output alone, that of the text", owner=owner, hint=hint)
    factors = [factor for factor in _factors(summed.value) if not names(factor) & {"V_post", "unblocked"}]
    if output != "CUBA":
        factors.append(Binary("-", Name("E"), Name("V_post")))
    if output == "MgBlock":
        factors.append(Name("unblocked"))
    product: Expr = reduce(lambda left, right: Binary("*", left, right), factors)
    return product, parse(_BLOCK).definitions if output == "MgBlock" and "unblocked" not in own else ()


def _of_potential(potential: Unit | None, onto: Onto, owner: str) -> Unit:
    volt = parse_unit("mV")[0]
    if potential is None:
        hint = "name it by voltage=, or write output='CUBA' for a current that does not depend on it"
        raise ArgumentError(f"the target has no variable {onto.voltage!r}, its potential", owner=owner, hint=hint)
    if not potential.same_dimension(volt):
        found, hint = f"{onto.voltage} in {unit_text(potential)}", "write output='CUBA', or a model of your own"
        raise ArgumentError("the target's potential is no voltage", owner=owner, found=found, hint=hint)
    return potential


def _in_unit(model: Model, unit: Unit) -> Model:
    """Return a model whose weight, and all that has the weight's unit, is of another dimension."""
    before = next(line.unit for line in model.definitions if line.name == "w")
    assert before is not None
    if parse_unit(before.text)[0].same_dimension(unit):
        return model
    after = unit_text(unit)
    replaced = {before.text: Number(1) if after == "1" else parse_expression(after)}
    lines = (
        replace(line, unit=_text(after), value=line.value and substitute(line.value, replaced))
        if line.unit == before
        else line
        for line in model.definitions
    )
    return replace(model, definitions=tuple(lines))


def _literal(line: Definition, value: Any, owner: str) -> Expr:
    """Return a value as a formula, a quantity in the unit of its line."""
    if isinstance(value, str):
        return parse_expression(value, owner, line.name)
    unit = line.unit.text if line.unit is not None else "1"
    if np.ndim(value):
        hint = f"give one value or a text here, and an array to {line.name} after connect()"
        raise ArgumentError(f"{line.name!r} takes one value", owner=owner, found=f"shape {np.shape(value)}", hint=hint)
    number = float(magnitude(value, parse_unit(unit)[0], f"{line.name!r} of {owner}"))
    return parse_expression(repr(number) if unit == "1" else f"{number!r}*({unit})")


def _used(model: Model) -> Model:
    """Return a model without the lines that nothing needs."""
    roots = {line.name for line in model.definitions if line.kind == "derivative" or _has(line, "summed")}
    for pathway in model.pathways:
        for statement in pathway.code.statements:
            roots |= {statement.target, *names(statement.value)}
    kept = _reached(model, roots)
    left = {line.name for line in kept}
    return replace(model, definitions=kept, initials=tuple(one for one in model.initials if one.name in left))


def _reached(model: Model, roots: Iterable[str]) -> tuple[Definition, ...]:
    """Return the lines of names, and all lines that these need, in the model's order."""
    by_name, found, todo = {line.name: line for line in model.definitions}, set[str](), list(roots)
    while todo:
        name = todo.pop()
        line = by_name.get(name)
        if line is not None and name not in found:
            found.add(name)
            todo += names(line.value) if line.value is not None else ()
    return tuple(line for line in model.definitions if line.name in found)


def _changed(model: Model, change: Callable[[Expr], Expr]) -> Model:
    lines = (line if line.value is None else replace(line, value=change(line.value)) for line in model.definitions)
    return replace(model, definitions=tuple(lines))


def _factors(expr: Expr) -> list[Expr]:
    return [*_factors(expr.left), *_factors(expr.right)] if isinstance(expr, Binary) and expr.op == "*" else [expr]


def _summed(model: Model) -> Definition | None:
    return next((line for line in model.definitions if _has(line, "summed")), None)


def _has(line: Definition, flag: str) -> bool:
    return any(one.text == flag for one in line.flags)


def _unit(unit: Unit) -> UnitText:
    return _text(unit_text(unit))


def _text(unit: str) -> UnitText:
    return UnitText(unit, Source(unit).span())
