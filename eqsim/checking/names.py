"""What every name in a text means, and whether the definitions go round in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from eqsim.checking.checked import External, Role, Scope, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import MEANT, meant_unit, unit_named, unit_text, usual_unit
from eqsim.checking.vocabulary import FUNCTIONS, WITH_THRESHOLD, always_there, is_noise, noise_unit
from eqsim.language.expr import Call, Expr, Name, walk
from eqsim.text.errors import ArgumentError, DefinitionError, Mistake, NotYetError, UnitsError, UnknownNameError
from eqsim.text.nearest import nearest
from eqsim.text.source import Span

_DEFINE = "define it on a line of the model, or pass it in the namespace"
_PRINTED = MappingProxyType({"\u03c0": "pi", "\u221e": "inf", "\u03be": "xi"})
# what other notations call a function, and what this one has instead
_FUNCTIONS = MappingProxyType(
    {
        "ln": "write log(x)",
        "pow": "write x**y",
        "power": "write x**y",
        "sqr": "write x**2",
        "square": "write x**2",
        "asin": "write arcsin(x)",
        "acos": "write arccos(x)",
        "atan": "write arctan(x)",
        "atan2": "write arctan2(y, x)",
        "fabs": "write abs(x)",
        "round": "write floor(x + 0.5)",
        "rint": "write floor(x + 0.5)",
        "fmod": "write mod(x, y)",
        "minimum": "write min(x, y)",
        "maximum": "write max(x, y)",
        "step": "write heaviside(x)",
        "random": "write rand()",
        "uniform": "write a + (b - a)*rand()",
        "normal": "write mu + sigma*randn()",
        "gauss": "write mu + sigma*randn()",
        "sigmoid": "write 1/(1 + exp(-x))",
        "float": "leave it out: numbers need no conversion",
        "bool": "write a comparison, as in x > 0",
        "sum": "a sum over synapses is a (summed) variable of Synapses",
        "mean": "a text sees one neuron at a time; take averages of what a monitor recorded",
        "range": "a formula has no loops",
    }
)
VARIABLES = frozenset({Role.STATE, Role.PARAMETER, Role.SUBEXPRESSION})


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a text sees: of its own model, of its groups, the always-there ones, those of its surroundings."""

    scope: Scope
    unitless: bool
    own: Mapping[str, Symbol]
    threshold: bool
    locals: Mapping[str, Symbol] = field(default_factory=lambda: MappingProxyType({}))

    def find(self, name: str) -> Symbol | None:
        """Return what a name means, or ``None``."""
        if name in self.locals:
            return self.locals[name]
        if name in self.own:
            return self.own[name]
        if self.scope.kind == "synapse" and (found := self._of_groups(name)):
            return found
        always = always_there(self.scope.kind, self.unitless)
        if name in always and (self.threshold or name not in WITH_THRESHOLD):
            return always[name]
        if is_noise(name):
            return Symbol(name, Role.NOISE, noise_unit(self.unitless), variable=name)
        external = self.scope.externals.get(name)
        if external is not None and external.kind == "scalar":
            kept = self._kept(external.result)
            return Symbol(name, Role.EXTERNAL, kept, external.type, variable=name, shared=True, constant=True)
        unit = unit_named(name)
        if unit is not None and not self.unitless:
            return Symbol(name, Role.UNIT, unit, shared=True, constant=True)
        return None

    def _of_groups(self, name: str) -> Symbol | None:
        variable, _, of = name.rpartition("_")
        if of == "pre" and _seen_outside(self.scope.pre, variable):
            return replace(self.scope.pre[variable], name=name, of="pre", variable=variable)
        if of == "post" and _seen_outside(self.scope.post, variable):
            return replace(self.scope.post[variable], name=name, of="post", variable=variable)
        if _seen_outside(self.scope.post, name):
            return replace(self.scope.post[name], of="post", variable=name)
        return None

    def _kept(self, unit: Unit) -> Unit:
        """Return the unit in which a captured value is kept; it depends on the dimension, not on the value's prefix."""
        if self.unitless:
            return Unit()
        if unit.dimensionless:
            return usual_unit(unit)
        for symbol in self.own.values():
            if symbol.role in VARIABLES and symbol.type == "real" and symbol.unit.same_dimension(unit):
                return symbol.unit
        return usual_unit(unit)

    def known(self) -> set[str]:
        """Return the names that a misspelt one may have meant."""
        usable = {name for name, external in self.scope.externals.items() if external.kind != "other"}
        known = {
            *self.locals,
            *self.own,
            *always_there(self.scope.kind, self.unitless),
            "xi",
            *usable,
            *self.scope.nearby,
        }
        if self.scope.kind == "synapse":
            known |= {f"{name}_pre" for name in self.scope.pre if _seen_outside(self.scope.pre, name)}
            known |= {f"{name}_post" for name in self.scope.post if _seen_outside(self.scope.post, name)}
        return known if self.threshold else known - WITH_THRESHOLD


def _seen_outside(group: Mapping[str, Symbol], name: str) -> bool:
    return name in group and (group[name].role in VARIABLES or name in WITH_THRESHOLD)


def name_mistakes(expr: Expr, names: Names, told: set[str]) -> Iterator[Mistake]:
    """Yield what is wrong with the names of a formula; ``told`` keeps the unknown names of earlier formulas."""
    for node in walk(expr):
        if isinstance(node, Name) and node.name not in told:
            mistake = _name_mistake(node, names)
        elif isinstance(node, Call) and f"{node.function}()" not in told:
            mistake = _call_mistake(node, names)
        else:
            continue
        if mistake is not None:
            told.add(node.name if isinstance(node, Name) else f"{node.function}()")
            yield mistake


def _name_mistake(node: Name, names: Names) -> Mistake | None:
    name, symbol = node.name, names.find(node.name)
    if symbol is not None:
        external = names.scope.externals.get(name)
        if symbol.role is Role.EXTERNAL and names.unitless and external and not external.result.dimensionless:
            written = node.span.text if node.span else name
            found = f"{written} has the unit {unit_text(external.result)}"
            hint = "give a plain number, or declare units on every line of the model"
            return Mistake(
                UnitsError, "a value with a unit in a model without units", node.span, found=found, hint=hint
            )
        return None
    if names.unitless and unit_named(name):
        summary = f"'{name}' is a unit, and no line of this model declares one"
        hint = "write plain numbers, or declare a unit on every line, with 1 for a plain number"
        return Mistake(UnitsError, summary, node.span, hint=hint)
    summary, hint = f"'{name}' is not known", unknown_hint(name, names)
    external = names.scope.externals.get(name)
    if external is not None and external.kind == "other":
        return _unusable(name, external, node.span)
    if name in FUNCTIONS or name == "where" or external is not None:
        arguments = "" if name in FUNCTIONS and FUNCTIONS[name].count == 0 else "..."
        summary, hint = f"'{name}' is a function, not a value", f"write {name}({arguments})"
    if name in WITH_THRESHOLD and names.scope.kind == "neuron":
        summary, hint = f"'{name}' needs a threshold", "give the group a threshold"
    return Mistake(UnknownNameError, summary, node.span, hint=hint)


def _unusable(name: str, external: External, span: Span | None) -> Mistake:
    hint = "a text can use numbers, with or without unit, a TimedArray and functions of es.function"
    if external.what.startswith(("an array", "a list", "a tuple")):
        hint = (
            f"for one value a neuron write a line such as '{name} : 1' and set it afterwards; over time, a TimedArray"
        )
    elif "function" in external.what:
        hint = "register it with es.function"
    return Mistake(ArgumentError, f"'{name}' stands for {external.what}, which a text cannot use", span, hint=hint)


def unknown_hint(name: str, names: Names) -> str:
    """Return the nearest known name, or what a name can be."""
    variable, _, of = name.rpartition("_")
    if of in {"pre", "post"} and names.scope.kind == "synapse":
        group, which = (names.scope.pre, "source") if of == "pre" else (names.scope.post, "target")
        there = sorted(other for other in group if _seen_outside(group, other))
        close = nearest(variable, there)
        has = f"; it has {', '.join(there[:8])}" if there else ""
        return f"did you mean {close}_{of}?" if close else f"the {which} group has no variable '{variable}'{has}"
    if f"d{name}dt" in names.own or f"d{name}_dt" in names.own:
        return f"a differential equation is written d{name}/dt = ..."
    if name in _PRINTED:
        return f"write {_PRINTED[name]}"
    if close := nearest(name, names.known()):
        return f"did you mean {close}?"
    if names.scope.kind == "neuron" and (name in always_there("synapse", names.unitless) or of in {"pre", "post"}):
        return f"'{name}' is known in Synapses only; else define it on a line of the model"
    if name in MEANT:
        return f"for the unit write {MEANT[name]}; else define it on a line of the model"
    # names of variables resemble too many units by chance
    if meant := meant_unit(name, likeness=0.75):
        return f"did you mean {meant}?"
    return _DEFINE


def _call_mistake(node: Call, names: Names) -> Mistake | None:
    name = node.function
    symbol = names.locals.get(name) or names.own.get(name)
    if symbol is not None and symbol.role is Role.STATE and len(node.arguments) == 1:
        hint = f"'{name}(...)' is the value of {name} at an earlier time; write {name}*(...) for a product"
        return Mistake(NotYetError, "delays in equations cannot be run yet", node.span, hint=hint)
    if symbol is not None:
        hint = f"write {name}*(...) for a product"
        return Mistake(DefinitionError, f"'{name}' is a {symbol.role.value}, not a function", node.span, hint=hint)
    external = names.scope.externals.get(name)
    if name in FUNCTIONS or (external is not None and external.called):
        return None
    if external is not None and external.kind == "other":
        start = Span(node.span.source, node.span.start, node.span.start + len(name)) if node.span else None
        return _unusable(name, external, start)
    meaning = names.find(name)
    if meaning is not None:
        article = "an" if meaning.role is Role.EXTERNAL else "a"
        summary, hint = (
            f"'{name}' is {article} {meaning.role.value}, not a function",
            f"write {name}*(...) for a product",
        )
        return Mistake(DefinitionError, summary, node.span, hint=hint)
    functions = {name for name, one in names.scope.externals.items() if one.called}
    close = nearest(name, (*FUNCTIONS, "where", *functions))
    hint = f"did you mean {close}?" if close else "register a Python function with es.function"
    hint = _FUNCTIONS.get(name, hint)
    start = Span(node.span.source, node.span.start, node.span.start + len(name)) if node.span else None
    return Mistake(UnknownNameError, f"the function '{name}' is not known", start, hint=hint)


def externals_used(formulas: Iterator[Expr], names: Names) -> dict[str, External]:
    """Return the entries of the surroundings that formulas use."""
    used: dict[str, External] = {}
    for formula in formulas:
        for node in walk(formula):
            name = node.name if isinstance(node, Name) else node.function if isinstance(node, Call) else ""
            external = names.scope.externals.get(name)
            if external is None:
                continue
            symbol = names.find(name) if isinstance(node, Name) else None
            called = isinstance(node, Call) and external.called
            if called or (symbol and symbol.role is Role.EXTERNAL):
                used[name] = external
    return used


def dependence(formulas: Mapping[str, frozenset[str]]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return names in order of dependence, and the circles among them (``a, b, a``), which the order leaves out."""
    left = {name: [other for other in formulas if other in uses] for name, uses in formulas.items()}
    circles: list[tuple[str, ...]] = []
    while True:
        try:
            return tuple(TopologicalSorter(left).static_order()), tuple(circles)
        except CycleError as error:
            # the sorter names each after the one that needs it
            circle = tuple(reversed(error.args[1]))
            circles.append(circle)
            left = {
                name: [other for other in uses if other not in circle]
                for name, uses in left.items()
                if name not in circle
            }


def circle_mistakes(circles: tuple[tuple[str, ...], ...], spans: Mapping[str, Span], what: str) -> Iterator[Mistake]:
    """Yield one mistake for each circle, at the first of its definitions in the text."""
    for circle in circles:
        members = circle[:-1]
        first = min(range(len(members)), key=lambda number: spans[members[number]].start)
        turned = (*members[first:], *members[:first], members[first])
        found = " -> ".join(turned)
        hint = "break the circle: make one of them a parameter, or give it an equation dx/dt = ..."
        if len(members) == 1:
            hint = (
                f"'{members[0]}' cannot be defined by itself; a differential equation is written d{members[0]}/dt = ..."
            )
        yield Mistake(
            DefinitionError, f"these {what} depend on each other in a circle", spans[turned[0]], found=found, hint=hint
        )
