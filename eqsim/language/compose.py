"""One model from the texts of a neuron, its channels and its ions: names of parts become paths such as ``INa.m``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from eqsim.language.directives import SEEN_OF_IONS
from eqsim.language.expr import Binary, Call, Expr, Name, Number, transform, walk
from eqsim.language.model import Definition, Initial, Model, UnitText
from eqsim.language.parse import parse
from eqsim.text.errors import DefinitionError, Mistake, UnknownNameError, raise_mistakes
from eqsim.text.nearest import nearest
from eqsim.text.source import Source, Span

DIRECTIONS = frozenset({"inward", "outward"})
SEEN = frozenset({"V"})  # what parts see of their neuron
# the charge of an ion whose text does not say it
_CHARGES: Mapping[str, int] = MappingProxyType({"Ca": 2, "Mg": 2, "Na": 1, "K": 1, "Cl": -1})
_NERNST = """
E = (8.31446261815324*joule/mole/kelvin)*T/(z*(96485.33212331*coulomb/mole))*log(C_out/C) : mV
T = 309.15*kelvin : kelvin (parameter)
z = {z} : 1 (parameter)
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A channel or an ion of a neuron: its text, and the names that stand for values given with it."""

    model: Model
    given: frozenset[str] = frozenset()

    @property
    def sees(self) -> Mapping[str, frozenset[str]]:
        """What it sees of each ion that it uses."""
        seen: dict[str, frozenset[str]] = {}
        for name in self.model.uses:
            ion, _, what = name.partition(".")
            seen[ion] = seen.get(ion, frozenset()) | (frozenset({what}) if what else frozenset(SEEN_OF_IONS))
        return seen

    @property
    def carried_by(self) -> frozenset[str]:
        """The ions of whose current this channel's is a part: those that it uses, and does not only look at."""
        return frozenset(name for name in self.model.uses if "." not in name)


def compose(neuron: Model, channels: Mapping[str, Part], ions: Mapping[str, Part], current: str) -> Model:
    """Return the neuron's model with its channels and ions in it.

    ``current`` is the unit in which the sum of channel currents, ``I_channels``, counts. Raises DefinitionError for
    parts that do not fit together, and UnknownNameError for names that a part cannot see; all at once.
    """
    mistakes = [*_taken(neuron, channels, ions)]
    for part in channels.values():
        mistakes += _channel_mistakes(part, ions)
    completed = {name: _with_potential(name, part, mistakes) for name, part in ions.items()}
    for name, part in {**channels, **completed}.items():
        mistakes += _sight_mistakes(part, neuron, ion=name in ions)
    raise_mistakes(mistakes)
    definitions, initials = list(neuron.definitions), list(neuron.initials)
    for name, part in {**completed, **channels}.items():
        renamed = _Renamed(name, part)
        definitions += [renamed.definition(one) for one in part.model.definitions]
        initials += [renamed.initial(one) for one in part.model.initials]
    for name in ions:
        into = {key: part for key, part in channels.items() if name in part.carried_by}
        definitions.append(_sum(f"{name}.I", into, current, neuron.source.owner))
    definitions.append(_sum("I_channels", channels, current, neuron.source.owner))
    return replace(neuron, definitions=tuple(definitions), initials=tuple(initials))


def _taken(neuron: Model, channels: Mapping[str, Part], ions: Mapping[str, Part]) -> Iterator[Mistake]:
    """Yield names that two things have."""
    own = {definition.name: definition.span for definition in neuron.definitions}
    for name in channels.keys() & ions.keys():
        hint = "give one of them another name"
        yield Mistake(
            DefinitionError, f"a channel and an ion are both called '{name}'", None, neuron.source.owner, hint=hint
        )
    for name in {**channels, **ions}.keys() & own.keys():
        what = "a channel" if name in channels else "an ion"
        hint = "rename one of the two"
        yield Mistake(DefinitionError, f"'{name}' is {what} and a variable of the neuron", own[name], hint=hint)
    if "I_channels" in own:
        hint = "it is the sum of the channels' currents; choose another name"
        yield Mistake(DefinitionError, "'I_channels' cannot be defined", own["I_channels"], hint=hint)


def _channel_mistakes(part: Part, ions: Mapping[str, Part]) -> Iterator[Mistake]:
    owner = part.model.source.owner
    if not any(definition.name == "I" for definition in part.model.definitions):
        hint = "write its current on a line, as in I = g_max*(V - E) : uA/cm2"
        yield Mistake(DefinitionError, "this channel defines no current I", None, owner, hint=hint)
    for ion in part.sees:
        if ion not in ions:
            known = ", ".join(sorted(ions)) or "none"
            hint = f"give it in ions={{'{ion}': ...}}, or name one that the neuron has ({known})"
            span = _of_uses(part.model, ion)
            yield Mistake(
                DefinitionError, f"the neuron has no ion '{ion}', which this channel uses", span, owner, hint=hint
            )
    for definition in part.model.definitions:
        for flag in definition.flags:
            if flag.text in DIRECTIONS and definition.name != "I":
                hint = "only the current I has a direction"
                yield Mistake(DefinitionError, f"({flag.text}) does not fit this line", flag.span, hint=hint)


def _of_uses(model: Model, ion: str) -> Span | None:
    at = model.source.text.find(ion, max(model.source.text.find("uses"), 0))
    return model.source.span(at, at + len(ion)) if at >= 0 else None


def _sight_mistakes(part: Part, neuron: Model, *, ion: bool) -> Iterator[Mistake]:
    """Yield names that belong to the neuron or to an ion, and are not seen from this part."""
    own = {definition.name for definition in part.model.definitions}
    hidden = (
        {definition.name for definition in neuron.definitions} - SEEN - own - part.given - ({"I"} if ion else set())
    )
    told: set[str] = set()
    for node in (node for formula in _formulas(part.model) for node in walk(formula) if isinstance(node, Name)):
        summary = hint = ""
        if node.name in hidden:
            summary = f"'{node.name}' of the neuron is not seen here"
            hint = "a channel or an ion sees V, its own variables and the ions that it uses"
        elif "." in node.name:
            of, _, what = node.name.partition(".")
            seen = part.sees.get(of, frozenset())
            if what not in seen:
                close = nearest(what, seen)
                summary = f"'{node.name}' is not seen here"
                hint = (
                    f"did you mean {of}.{close}?"
                    if close
                    else f"of {of} it sees {', '.join(f'{of}.{s}' for s in sorted(seen))}"
                )
        if summary and node.name not in told:
            told.add(node.name)
            yield Mistake(UnknownNameError, summary, node.span, hint=hint)


def _formulas(model: Model) -> Iterator[Expr]:
    yield from (definition.value for definition in model.definitions if definition.value is not None)
    yield from (initial.value for initial in model.initials)


def _with_potential(name: str, part: Part, mistakes: list[Mistake]) -> Part:
    """Return an ion with its reversal potential by Nernst's equation, unless its text has one."""
    model, defined = part.model, {definition.name for definition in part.model.definitions}
    if "E" in defined:
        return part
    missing = [what for what in ("C", "C_out") if what not in defined]
    if missing:
        hint = "declare both concentrations, C and C_out, or write E = ... : mV"
        summary = f"the reversal potential of this ion follows from {missing[0]}, which it lacks"
        mistakes.append(Mistake(DefinitionError, summary, None, model.source.owner, hint=hint))
        return part
    nernst = parse(_NERNST.format(z=_CHARGES.get(name, 1)), f"{model.source.owner}: Nernst's equation")
    added = tuple(one for one in nernst.definitions if one.name not in defined)
    return replace(part, model=replace(model, definitions=(*model.definitions, *added)))


class _Renamed:
    """The lines of a part under the names that they have in the whole."""

    def __init__(self, name: str, part: Part) -> None:
        own = {definition.name for definition in part.model.definitions} | part.given
        self.paths = {one: f"{name}.{one}" for one in own | {"I"}}  # an ion's I is the sum over its channels

    def definition(self, one: Definition) -> Definition:
        value = None if one.value is None else self.formula(one.value)
        flags = tuple(flag for flag in one.flags if flag.text not in DIRECTIONS)
        return replace(one, name=self.paths[one.name], value=value, flags=flags)

    def initial(self, one: Initial) -> Initial:
        return replace(one, name=self.paths.get(one.name, one.name), value=self.formula(one.value))

    def formula(self, expr: Expr) -> Expr:
        def path(node: Expr) -> Expr:
            if isinstance(node, Name):
                return Name(self.paths.get(node.name, node.name), node.span)
            if isinstance(node, Call):
                return Call(self.paths.get(node.function, node.function), node.arguments, node.span)
            return node

        return transform(expr, path)


def _sum(name: str, channels: Mapping[str, Part], unit: str, owner: str) -> Definition:
    """Return the line with the sum of channels' currents, outward ones positive."""
    total: Expr | None = None
    text = f"{name} = {' + '.join(f'{key}.I' for key in channels) or '0'} : {unit}"
    source = Source(text, owner, "the sum of its channels' currents")
    for key, part in channels.items():
        line = next(one for one in part.model.definitions if one.name == "I")
        inward = any(flag.text == "inward" for flag in line.flags)
        term = Name(f"{key}.I", line.span)
        if total is None:
            total = Binary("*", Number(-1), term, line.span) if inward else term
        else:
            total = Binary("-" if inward else "+", total, term, line.span)
    at = text.rindex(unit)
    value = total if total is not None else Number(0)
    return Definition(
        name, "subexpression", value, UnitText(unit, source.span(at, at + len(unit))), (), source.span(0, len(name))
    )
