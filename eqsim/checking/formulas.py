"""What a formula may hold where it stands: noise, random numbers, values of single neurons."""

from __future__ import annotations

from collections.abc import Iterator

from eqsim.checking.checked import CheckedDefinition
from eqsim.checking.consistency import Consistency
from eqsim.checking.dimensions import Unit
from eqsim.checking.measure import Measure, fitting
from eqsim.checking.names import Names
from eqsim.checking.statements import noise_outside
from eqsim.checking.units import kind_of, named_factors, product_text, unit_text, usual_unit
from eqsim.checking.vocabulary import FUNCTIONS, time_unit
from eqsim.language.expr import Call, Expr, Name, walk
from eqsim.text.errors import DefinitionError, Mistake, UnitsError


def place_mistakes(definitions: list[CheckedDefinition], names: Names) -> Iterator[Mistake]:
    """Yield noise outside of equations, random subexpressions, and shared subexpressions of values that are not."""
    plain_noise = ""
    for definition in definitions:
        if definition.value is None:
            continue
        if definition.kind != "derivative":
            yield from noise_outside(definition.value)
        elif "xi" in {node.name for node in walk(definition.value) if isinstance(node, Name)}:
            if plain_noise:
                place = next(node for node in walk(definition.value) if isinstance(node, Name) and node.name == "xi")
                found = f"it stands in the equation of {plain_noise} already"
                hint = f"write xi_{plain_noise} and xi_{definition.name} for two noises, xi_a in both for one"
                yield Mistake(DefinitionError, "plain 'xi' stands in two equations", place.span, found=found, hint=hint)
            plain_noise = plain_noise or definition.name
        if definition.kind == "subexpression":
            yield from _random_mistakes(definition, definition.value)
            yield from _shared_mistakes(definition, definition.value, names)


def _random_mistakes(definition: CheckedDefinition, value: Expr) -> Iterator[Mistake]:
    if "constant over dt" in definition.flags:
        return
    for node in walk(value):
        if isinstance(node, Call) and node.function in FUNCTIONS and FUNCTIONS[node.function].stateful:
            hint = f"write the flag (constant over dt): {definition.name} is then drawn once in each step"
            found = f"{definition.name} would have another value each time it is read"
            summary = "a random number in a subexpression"
            yield Mistake(DefinitionError, summary, node.span, found=found, hint=hint)
            return


def _shared_mistakes(definition: CheckedDefinition, value: Expr, names: Names) -> Iterator[Mistake]:
    if "shared" not in definition.flags:
        return
    for node in walk(value):
        symbol = names.find(node.name) if isinstance(node, Name) else None
        if symbol is not None and not symbol.shared:
            found = f"'{symbol.name}' has a value of its own for each {names.scope.kind}"
            hint = f"take the flag (shared) from {definition.name}, or give it to {symbol.name}"
            summary = "a shared subexpression is made of shared values"
            yield Mistake(DefinitionError, summary, node.span, found=found, hint=hint)
            return


def definition_units(definition: CheckedDefinition, consistency: Consistency) -> None:
    """Check that the right-hand side of a line has the unit and type that the left-hand side asks for."""
    value = definition.value
    if value is None:
        return
    if definition.type == "boolean":
        consistency.condition(value)
        return
    if definition.kind != "derivative":
        assigned_units(value, definition, consistency)
        return
    time = time_unit(consistency.unitless)
    needed = definition.unit / time
    measure = _number(value, needed, consistency)
    if measure is None or measure.open or measure.unit.same_dimension(needed):
        return
    found = f"{measure}, where {_rate(definition)}"
    hint = fitting(value, measure, needed, consistency.symbols)
    if measure.unit.same_dimension(definition.unit):
        hint = "divide by a time constant, as in (...)/tau"
    summary = "the two sides of this equation have different units"
    consistency.mistakes.append(Mistake(UnitsError, summary, value.span, found=found, hint=hint))


def _rate(definition: CheckedDefinition) -> str:
    """Return in words the unit of a derivative: ``dv/dt has mV/ms``."""
    name, declared = definition.name, unit_text(definition.unit)
    if definition.span.text == name:
        return f"d{name}/dt has {declared}/ms"
    # the second half of an equation of second order, in units of the first per ms
    factors = named_factors(declared)
    return f"d2{definition.span.text}/dt2 has {product_text({**factors, 'ms': factors['ms'] - 1})}"


def assigned_units(value: Expr, definition: CheckedDefinition, consistency: Consistency) -> None:
    """Check a subexpression, a default or an initial value against the unit that its variable declares."""
    if definition.type == "boolean":
        consistency.condition(value)
        return
    measure = _number(value, definition.unit, consistency)
    if measure is None:
        return
    if not (measure.open or measure.unit.same_dimension(definition.unit)):
        found = f"{measure}, where {definition.name} is declared in {unit_text(definition.unit)}"
        hint = fitting(value, measure, definition.unit, consistency.symbols)
        if definition.kind == "subexpression" and (kind := kind_of(measure.unit)):
            hint = f"the formula is {kind}: declare {definition.name} in {unit_text(usual_unit(measure.unit))}"
        summary = "the two sides of this equation have different units"
        consistency.mistakes.append(Mistake(UnitsError, summary, value.span, found=found, hint=hint))
    elif definition.type == "integer" and measure.type != "integer":
        hint = f"write int(...), or declare {definition.name} as 1"
        summary = f"'{definition.name}' is an integer, its value is not"
        consistency.mistakes.append(Mistake(UnitsError, summary, value.span, found=f"'{value}'", hint=hint))


def _number(value: Expr, needed: Unit, consistency: Consistency) -> Measure | None:
    measure = consistency.measured(value, needed)
    if measure is None or measure.type != "boolean":
        return measure
    summary = "a condition stands where a number is due"
    hint = "write int(condition) for 1 or 0, or declare the line boolean"
    consistency.mistakes.append(Mistake(UnitsError, summary, value.span, found=f"'{value}'", hint=hint))
    return None
