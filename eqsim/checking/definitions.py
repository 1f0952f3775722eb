"""The lines of a model, one by one: names that may be defined, once; flags that fit; units that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from eqsim.checking.checked import CheckedDefinition, Role, Scope, Symbol, Type
from eqsim.checking.dimensions import Unit
from eqsim.checking.flags import flag_mistakes
from eqsim.checking.units import NUMBER, read_unit, unit_text
from eqsim.checking.vocabulary import is_noise, noise_unit, reserved
from eqsim.language.model import Definition, Initial, Kind, Model, UnitText
from eqsim.text.errors import DefinitionError, EqsimError, Mistake, NotYetError, UnitsError
from eqsim.text.nearest import nearest
from eqsim.text.source import Span

_ROLES: Mapping[Kind, Role] = MappingProxyType(
    {
        "derivative": Role.STATE,
        "subexpression": Role.SUBEXPRESSION,
        "parameter": Role.PARAMETER,
    }
)


@dataclass(slots=True)
class Declared:
    """What the lines of a model declare; filled line by line, read by the stages that follow."""

    unitless: bool
    definitions: list[CheckedDefinition] = field(default_factory=list)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def declare(model: Model, scope: Scope) -> Declared:
    """Return the variables that a model declares, with every mistake found in its lines."""
    declared = Declared(model.unitless if scope.unitless is None else scope.unitless)
    declared.mistakes += _unit_presence(model, scope, declared.unitless)
    seen: dict[str, Definition] = {}
    for definition in model.definitions:
        problems = list(_line_mistakes(definition, scope, seen))
        seen.setdefault(definition.name, definition)
        if problems:
            # one line, one message: the two halves of a second-order equation share their place
            told = {(mistake.summary, mistake.span) for mistake in declared.mistakes}
            declared.mistakes += [one for one in problems if (one.summary, one.span) not in told]
        else:
            _add(declared, definition, scope)
    declared.mistakes += _initial_mistakes(model.initials, seen)
    return declared


def _add(declared: Declared, definition: Definition, scope: Scope) -> None:
    try:
        unit, kind = _unit(definition.unit, declared.unitless)
    except EqsimError as error:
        declared.mistakes += error.mistakes
        return
    name, flags = definition.name, frozenset(flag.text for flag in definition.flags)
    if is_noise(name):
        declared.symbols[name] = Symbol(name, Role.NOISE, noise_unit(declared.unitless), variable=name, shared=True)
        if definition.unit is not None and not unit.same_dimension(noise_unit(declared.unitless)):
            hint = f"write {name} : 1/sqrt(second) (shared)"
            found = definition.unit.text
            span = definition.unit.span
            declared.mistakes.append(
                Mistake(UnitsError, "noise has the unit 1/sqrt(second)", span, found=found, hint=hint)
            )
        return
    if definition.kind == "derivative" and kind != "real":
        span = definition.unit.span if definition.unit else definition.span
        hint = "write 1 for a number without unit, or make it a parameter that statements change"
        summary = "a differential variable is a real number"
        declared.mistakes.append(Mistake(DefinitionError, summary, span, found=f"{name} is declared {kind}", hint=hint))
        return
    checked = CheckedDefinition(name, definition.kind, definition.value, unit, kind, flags, definition.span)
    declared.definitions.append(checked)
    declared.symbols[name] = _symbol(checked)
    if "summed" in flags:
        declared.mistakes += _target_mistakes(checked, scope)


def _symbol(definition: CheckedDefinition) -> Symbol:
    return Symbol(
        definition.name,
        _ROLES[definition.kind],
        definition.unit,
        definition.type,
        variable=definition.name,
        shared="shared" in definition.flags,
        constant="constant" in definition.flags,
        held="unless refractory" in definition.flags,
    )


def _unit(unit: UnitText | None, unitless: bool) -> tuple[Unit, Type]:
    if unitless:
        return Unit(), "real"
    return (NUMBER, "real") if unit is None else read_unit(unit)


def _unit_presence(model: Model, scope: Scope, unitless: bool) -> Iterator[Mistake]:
    """Yield mistakes about lines with and without units: either all have one or none."""
    lines = {definition.span: definition for definition in model.definitions if not is_noise(definition.name)}
    bare = [definition for definition in lines.values() if definition.unit is None]
    if unitless:
        declaring = next((definition for definition in lines.values() if definition.unit is not None), None)
        if declaring and declaring.unit:
            found = f"{declaring.name} is declared in {declaring.unit.text}"
            summary = "a unit in a network without units"
            hint = "a network is all without units, or all with them"
            yield Mistake(UnitsError, summary, declaring.unit.span, found=found, hint=hint)
        return
    if bare and len(bare) == len(lines) and scope.unitless is False:
        bare = bare[:1]
    for definition in bare:
        others = next((other for other in lines.values() if other.unit is not None), None)
        text = f"{others.name} is declared in {others.unit.text}" if others and others.unit else "the groups have units"
        hint = "end the line with ': unit', or with ': 1' for a plain number"
        yield Mistake(UnitsError, "this line declares no unit", definition.span, found=text, hint=hint)


def _line_mistakes(definition: Definition, scope: Scope, seen: dict[str, Definition]) -> Iterator[Mistake]:
    """Yield what forbids a line, most telling first; a line with one mistake is not searched for more."""
    name, span = definition.name, definition.span
    if is_noise(name) and name != "xi" and definition.kind == "parameter" and definition.value is None:
        yield from _noise_mistakes(definition, seen)
        return
    reason = reserved(name, scope.kind)
    if reason:
        yield Mistake(DefinitionError, f"'{name}' cannot be defined", span, found=reason, hint=_another(name))
        return
    if name in seen:
        yield _twice(name, span, seen[name].span)
        return
    summed = any(flag.text == "summed" for flag in definition.flags)
    variable, _, of = name.rpartition("_")
    group, which = (scope.pre, "source") if of == "pre" else (scope.post, "target")
    if of in {"pre", "post"} and variable in group and not summed:
        found = f"'{name}' is the variable '{variable}' of the {which} group"
        hint = _another(name)
        if definition.kind == "subexpression":
            hint = f"write the flag (summed) to sum onto {variable} of the {which} group, or {hint}"
        yield Mistake(DefinitionError, f"'{name}' cannot be defined", span, found=found, hint=hint)
        return
    yield from flag_mistakes(definition, scope)
    if definition.order != 1:
        summary = "derivatives of fractional order cannot be run yet"
        yield Mistake(
            NotYetError, summary, span, found=f"order {definition.order:g}", hint="write a derivative of order 1 or 2"
        )


def _noise_mistakes(definition: Definition, seen: dict[str, Definition]) -> Iterator[Mistake]:
    if definition.name in seen:
        yield _twice(definition.name, definition.span, seen[definition.name].span)
    elif [flag.text for flag in definition.flags] != ["shared"]:
        summary = "a line for a noise says that it is shared"
        found = f"({', '.join(flag.text for flag in definition.flags)})" if definition.flags else "no flag"
        hint = f"write {definition.name} (shared), or leave the line out: each neuron then has a noise of its own"
        yield Mistake(DefinitionError, summary, definition.span, found=found, hint=hint)


def _twice(name: str, span: Span, first: Span) -> Mistake:
    summary, found = f"'{name}' is defined twice", f"the first definition is in line {first.line}"
    return Mistake(DefinitionError, summary, span, found=found, hint="remove one of the two, or rename it")


def _another(name: str) -> str:
    stem = re.sub(r"_(pre|post)$", "", name.strip("_")) or "x"
    return f"choose another name, such as {stem}_0"


def _target_mistakes(definition: CheckedDefinition, scope: Scope) -> Iterator[Mistake]:
    """Yield what forbids a sum: its target is a plain parameter of the group, of the same dimension."""
    variable, _, of = definition.name.rpartition("_")
    group, which = (scope.pre, "source") if of == "pre" else (scope.post, "target")
    target = group.get(variable)
    summary, found, hint = "", "", f"add the line '{variable} : {unit_text(definition.unit)}' to the {which} group"
    if target is None:
        summary = f"the {which} group has no variable '{variable}' to sum onto"
        close = nearest(variable, (name for name, symbol in group.items() if symbol.role is Role.PARAMETER))
        hint = f"did you mean {close}_{of}?" if close else hint
    elif target.role is not Role.PARAMETER or target.shared or target.constant:
        summary = "a sum is written to a parameter of each neuron"
        found = f"'{variable}' is a {'constant or shared ' if target.role is Role.PARAMETER else ''}{target.role.value}"
        hint = f"make it a parameter of the {which} group: {variable} : {unit_text(definition.unit)}"
    elif not target.unit.same_dimension(definition.unit):
        found = f"{unit_text(definition.unit)}, against {unit_text(target.unit)} of {variable} in the {which} group"
        hint = f"declare {definition.name} in {unit_text(target.unit)}"
        yield Mistake(UnitsError, "a sum has the unit of its target", definition.span, found=found, hint=hint)
        return
    if summary:
        yield Mistake(DefinitionError, summary, definition.span, found=found, hint=hint)


def _initial_mistakes(initials: tuple[Initial, ...], seen: dict[str, Definition]) -> Iterator[Mistake]:
    given: dict[str, Initial] = {}
    for initial in initials:
        name, definition = initial.name, seen.get(initial.name)
        if name in given:
            summary = f"'{name}' has two initial values"
            found = f"the first is in line {given[name].span.line}"
            yield Mistake(DefinitionError, summary, initial.span, found=found, hint="remove one of the two")
        elif definition is None:
            close = nearest(name, (one for one, line in seen.items() if line.kind == "derivative"))
            hint = f"did you mean {close}?" if close else "an initial value belongs to a variable with a derivative"
            yield Mistake(DefinitionError, f"no equation defines '{name}'", initial.span, hint=hint)
        elif definition.kind != "derivative":
            hint = f"write {name} = formula : unit (parameter) for a parameter with a default"
            found = f"'{name}' is a {definition.kind}"
            summary = "an initial value belongs to a variable with a derivative"
            yield Mistake(DefinitionError, summary, initial.span, found=found, hint=hint)
        given.setdefault(name, initial)
