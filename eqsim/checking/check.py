"""Model to CheckedModel: lines first, then names, then units; independent mistakes of a stage come together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from eqsim.checking.checked import (
    CheckedCode,
    CheckedEvent,
    CheckedExpression,
    CheckedModel,
    CheckedPathway,
    Role,
    Scope,
    Symbol,
)
from eqsim.checking.consistency import Consistency
from eqsim.checking.definitions import Declared, declare
from eqsim.checking.dimensions import Unit
from eqsim.checking.formulas import assigned_units, definition_units, place_mistakes
from eqsim.checking.measure import Measure, fitting
from eqsim.checking.names import VARIABLES, Names, circle_mistakes, dependence, externals_used, name_mistakes
from eqsim.checking.statements import noise_outside, statement_name_mistakes, statement_units
from eqsim.checking.units import due
from eqsim.checking.vocabulary import WITH_THRESHOLD, time_unit
from eqsim.language.expr import Expr, names
from eqsim.language.model import Code, Model
from eqsim.text.errors import DefinitionError, Mistake, UnitsError, raise_mistakes
from eqsim.text.source import Span


def check(model: Model, scope: Scope) -> CheckedModel:
    """Check a model: its lines, its names, its units.

    Raises every independent mistake of the first of these stages that has any: DefinitionError, UnknownNameError,
    ReadOnlyError, UnitsError, or NotYetError for what cannot be run yet.
    """
    declared = declare(model, scope)
    raise_mistakes([*_parts(model), *declared.mistakes, *_event_mistakes(model, scope)])
    seen = Names(scope, declared.unitless, declared.symbols, threshold=model.threshold is not None)
    subexpressions = _check_names(model, declared, seen)
    symbols = _symbols(model, declared, seen)
    codes, kind = _check_units(model, declared, seen, symbols)
    pathways = [
        CheckedPathway(pathway.name, pathway.of, code, pathway.event)
        for pathway, code in zip(model.pathways, codes, strict=False)
    ]
    formulas = [*_formulas(model), *(statement.value for code in _codes(model) for statement in code.statements)]
    return CheckedModel(
        scope.kind,
        model.name,
        tuple(declared.definitions),
        subexpressions,
        {initial.name: initial.value for initial in model.initials},
        symbols
        | {name: symbol for code in codes for name, symbol in code.symbols.items() if symbol.role is not Role.LOCAL},
        declared.unitless,
        model.threshold,
        codes[-1] if model.reset else None,
        model.refractory,
        kind,
        tuple(CheckedEvent(event.name, event.condition) for event in model.events),
        tuple(pathways),
        model.method,
        model.noise or "stratonovich",
        model.source,
        externals_used(iter(formulas), seen),
    )


def check_code(
    code: Code, scope: Scope, symbols: Mapping[str, Symbol], *, forbidden_shared: bool = False
) -> CheckedCode:
    """Check statements that stand outside a model; ``symbols`` are those of their owner's checked model."""
    seen = _names(scope, symbols)
    raise_mistakes(statement_name_mistakes(code, seen, set(), forbidden_shared=forbidden_shared))
    checked, mistakes = statement_units(code, seen)
    raise_mistakes(mistakes)
    return checked


def check_expression(
    expr: Expr,
    scope: Scope,
    symbols: Mapping[str, Symbol],
    *,
    expect: Unit | Literal["boolean", "integer", "any"] = "any",
) -> CheckedExpression:
    """Check one formula outside a model: a condition, a value for a variable, a connection rule.

    ``symbols`` are those of the owner's checked model (with an entry for each further name that the formula may use);
    ``expect`` is the unit of the variable that gets the value (and then the unit of the result), ``boolean``, or
    ``integer`` for a variable of whole numbers.
    """
    seen = _names(scope, symbols)
    raise_mistakes([*name_mistakes(expr, seen, set()), *noise_outside(expr)])
    used = {name: symbol for name in sorted(names(expr)) if (symbol := seen.find(name))}
    consistency = Consistency(used, scope.externals, seen.unitless)
    needed = expect if isinstance(expect, Unit) else Unit() if expect == "integer" else None
    measure = consistency.measured(expr, needed) if needed is not None else consistency.measure(expr)
    if expect == "boolean" and measure is not None:
        measure = consistency.condition(expr)
    if measure is not None and needed is not None:
        consistency.mistakes += _value_mistakes(expr, measure, needed, used, whole=expect == "integer")
    raise_mistakes(consistency.mistakes)
    assert measure is not None
    return CheckedExpression(expr, expect if isinstance(expect, Unit) else measure.unit, measure.type, used)


def _value_mistakes(
    expr: Expr, measure: Measure, needed: Unit, symbols: Mapping[str, Symbol], *, whole: bool
) -> Iterator[Mistake]:
    """Yield what keeps a value from being that of a variable in a unit, or of one of whole numbers."""
    summary, found, hint = "", f"'{expr}'", ""
    if measure.type == "boolean":
        # a variable of a condition has no unit; whether it is one, only its owner knows
        if whole or not needed.dimensionless:
            summary, hint = "a condition stands where a number is due", "write int(condition) for 1 or 0"
    elif not (measure.open or measure.unit.same_dimension(needed)):
        summary, found = "this value has another unit", f"{measure}, where {due(needed)} is due"
        hint = fitting(expr, measure, needed, symbols)
    elif whole and measure.type != "integer":
        summary, hint = "a whole number is due here", "write int(...), or declare the variable as 1"
    if summary:
        yield Mistake(UnitsError, summary, expr.span, found=found, hint=hint)


def _names(scope: Scope, symbols: Mapping[str, Symbol]) -> Names:
    """Return what a text outside a model sees; without word from the scope, its owner's variables tell about units."""
    own = {
        name: symbol
        for name, symbol in symbols.items()
        if symbol.of == "own" and (symbol.role in VARIABLES or symbol.role in {Role.NOISE, Role.LOCAL})
    }
    unitless = scope.unitless
    if unitless is None:
        declared = [symbol.unit for symbol in own.values() if symbol.role in VARIABLES]
        unitless = bool(declared) and all(unit == Unit() and not unit.name for unit in declared)
    return Names(scope, unitless, own, threshold=not WITH_THRESHOLD.isdisjoint(symbols))


def _parts(model: Model) -> Iterator[Mistake]:
    """Yield what marks a text as that of a channel or an ion, which is no model of its own."""
    if model.word in {"channel", "ion"} or model.uses:
        word = model.word if model.word in {"channel", "ion"} else "uses"
        line = re.search(rf"(?m)^[ \t]*({word})\b", model.source.text)
        span = Span(model.source, *line.span(1)) if line else model.source.span(0, 1)
        what = "an ion" if word == "ion" else "a channel"
        hint = f"hand it to {what.split()[1].capitalize()}, and that to a ConductanceNeuron"
        yield Mistake(DefinitionError, f"this is the text of {what}, no model of its own", span, hint=hint)


def _event_mistakes(model: Model, scope: Scope) -> Iterator[Mistake]:
    """Yield parts that do not belong to this kind of object, or lack what they depend on."""
    neuron = scope.kind == "neuron"
    parts = {"threshold": model.threshold, "refractory": model.refractory}
    spans = {name: formula.span for name, formula in parts.items() if formula is not None}
    if model.reset is not None:
        first = model.reset.statements[0].span if model.reset.statements else None
        spans["reset"] = first
    for name, span in spans.items():
        if not neuron:
            hint = "write what a spike does in on_pre or on_post"
            yield Mistake(DefinitionError, f"synapses have no {name}", span, owner=model.source.owner, hint=hint)
        elif model.threshold is None and span is not None:
            hint = "give a threshold, such as threshold='V > -50*mV'"
            yield Mistake(DefinitionError, f"'{name}' is given, but no threshold", span, hint=hint)
    for event in model.events:
        if not neuron or event.name == "spike":
            summary = "the event 'spike' is the threshold" if neuron else "synapses have no events"
            hint = "choose another name" if neuron else "define the event in the group of neurons"
            yield Mistake(DefinitionError, summary, event.condition.span, hint=hint)
    for pathway in model.pathways:
        if neuron:
            statements = pathway.code.statements
            span = statements[0].span if statements else None
            hint = "on_pre and on_post belong to Synapses"
            summary = f"neurons have no on_{pathway.of}"
            yield Mistake(DefinitionError, summary, span, owner=model.source.owner, hint=hint)


def _formulas(model: Model) -> Iterator[Expr]:
    """Yield every formula of a model that is not in a statement."""
    yield from (definition.value for definition in model.definitions if definition.value is not None)
    yield from (initial.value for initial in model.initials)
    yield from (event.condition for event in model.events)
    yield from (formula for formula in (model.threshold, model.refractory) if formula is not None)


def _codes(model: Model) -> list[Code]:
    return [pathway.code for pathway in model.pathways] + ([model.reset] if model.reset else [])


def _check_names(model: Model, declared: Declared, seen: Names) -> tuple[str, ...]:
    """Raise what is wrong with names; return the subexpressions in order of dependence."""
    told: set[str] = set()
    mistakes: list[Mistake] = []
    for formula in _formulas(model):
        mistakes += name_mistakes(formula, seen, told)
    for code in _codes(model):
        mistakes += statement_name_mistakes(code, seen, told, forbidden_shared=True)
    mistakes += place_mistakes(declared.definitions, seen)
    outside = [initial.value for initial in model.initials] + [event.condition for event in model.events]
    outside += [formula for formula in (model.threshold, model.refractory) if formula is not None]
    mistakes += [mistake for formula in outside for mistake in noise_outside(formula)]

    spans = {definition.name: definition.span for definition in declared.definitions}
    formulas = {one.name: names(one.value) for one in declared.definitions if one.kind == "subexpression" and one.value}
    subexpressions, circles = dependence(formulas)
    mistakes += circle_mistakes(circles, spans, "subexpressions")
    # values at the start may need each other, also by way of subexpressions; those in a circle are told already
    starts = {name: used for name, used in formulas.items() if name in subexpressions}
    starts |= {one.name: names(one.value) for one in declared.definitions if one.kind == "parameter" and one.value}
    starts |= {initial.name: names(initial.value) for initial in model.initials}
    spans |= {initial.name: initial.span for initial in model.initials}
    mistakes += circle_mistakes(dependence(starts)[1], spans, "values")
    raise_mistakes(mistakes)
    return subexpressions


def _symbols(model: Model, declared: Declared, seen: Names) -> dict[str, Symbol]:
    """Return every name that a formula of the model uses, its own variables first."""
    used = {name for formula in _formulas(model) for name in names(formula)}
    if seen.threshold and seen.scope.kind == "neuron":
        used |= WITH_THRESHOLD
    found = {name: symbol for name in sorted(used) if (symbol := seen.find(name))}
    return declared.symbols | found


def _check_units(
    model: Model, declared: Declared, seen: Names, symbols: Mapping[str, Symbol]
) -> tuple[list[CheckedCode], Literal["none", "time", "condition"]]:
    """Raise what is wrong with units; return the checked codes and what the refractoriness is."""
    consistency = Consistency(symbols, seen.scope.externals, declared.unitless)
    for definition in declared.definitions:
        definition_units(definition, consistency)
    by_name = {definition.name: definition for definition in declared.definitions}
    for initial in model.initials:
        assigned_units(initial.value, replace(by_name[initial.name], kind="parameter"), consistency)
    conditions = [event.condition for event in model.events] + ([model.threshold] if model.threshold else [])
    for condition in conditions:
        consistency.condition(condition)
    kind = _refractory_kind(model.refractory, consistency)
    codes = []
    for code in _codes(model):
        checked, mistakes = statement_units(code, seen)
        codes.append(checked)
        consistency.mistakes += mistakes
    raise_mistakes(consistency.mistakes)
    return codes, kind


def _refractory_kind(formula: Expr | None, consistency: Consistency) -> Literal["none", "time", "condition"]:
    measure = None if formula is None else consistency.measure(formula)
    if formula is None or measure is None:
        return "none"
    if measure.type == "boolean":
        return "condition"
    if not (measure.open or measure.unit.same_dimension(time_unit(consistency.unitless))):
        hint = "write a time, such as 5*ms, or a condition, such as V > -20*mV"
        summary = "refractoriness is a time or a condition"
        consistency.mistakes.append(Mistake(UnitsError, summary, formula.span, found=str(measure), hint=hint))
    return "time"
