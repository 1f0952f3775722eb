"""Which flag may stand on which line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eqsim.checking.checked import Scope
from eqsim.language.model import Definition, Flag, Kind
from eqsim.text.errors import DefinitionError, Mistake, NotYetError

_KINDS: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {
        "constant": ("parameter",),
        "shared": ("parameter", "subexpression"),
        "linked": ("parameter",),
        "parameter": ("parameter",),
        "constant over dt": ("subexpression",),
        "unless refractory": ("derivative",),
        "event-driven": ("derivative",),
        "clock-driven": ("derivative",),
        "summed": ("subexpression",),
    }
)
_LINES: Mapping[Kind, str] = MappingProxyType(
    {
        "derivative": "a differential equation",
        "subexpression": "a subexpression",
        "parameter": "a parameter",
    }
)
_ONLY_IN = MappingProxyType(
    {
        "unless refractory": ("neuron", "a synapse is never refractory; take the flag away"),
        "event-driven": ("synapse", "equations of neurons are integrated in every step; take the flag away"),
        "clock-driven": ("synapse", "equations of neurons are integrated in every step; take the flag away"),
        "summed": (
            "synapse",
            "a (summed) variable stands in the model of Synapses, as in x_post = w*y_pre : 1 (summed)",
        ),
    }
)
_ALONE = ("linked", "summed")
_LATER = MappingProxyType(
    {
        "point current": "a point current belongs to a SpatialNeuron",
    }
)


@dataclass(frozen=True, slots=True)
class _Wrong:
    flag: Flag
    summary: str
    hint: str


def flag_mistakes(definition: Definition, scope: Scope) -> Iterator[Mistake]:
    """Yield the first mistake among the flags of a line, if any."""
    direction = next((flag for flag in definition.flags if flag.text in {"inward", "outward"}), None)
    if direction is not None:
        summary, hint = f"({direction.text}) does not fit this line", "the current I of a channel has a direction"
        yield Mistake(DefinitionError, summary, direction.span, found=f"on {definition.name}", hint=hint)
        return
    later = next((flag for flag in definition.flags if flag.text in _LATER), None)
    if later is not None:
        hint = f"{_LATER[later.text]}; take the flag away"
        summary = f"({later.text}) cannot be used in this model yet"
        yield Mistake(NotYetError, summary, later.span, found=f"on {definition.name}", hint=hint)
        return
    wrong = _first_wrong(definition, scope)
    if wrong is not None:
        found = f"on {_LINES[definition.kind]}, {definition.name}"
        yield Mistake(DefinitionError, wrong.summary, wrong.flag.span, found=found, hint=wrong.hint)


def _first_wrong(definition: Definition, scope: Scope) -> _Wrong | None:
    seen: set[str] = set()
    for flag in definition.flags:
        if flag.text in seen:
            return _Wrong(flag, f"the flag ({flag.text}) stands twice on this line", "keep one of the two")
        seen.add(flag.text)
        kinds = _KINDS[flag.text]
        if definition.kind not in kinds:
            lines = " or ".join(_LINES[kind] for kind in kinds)
            return _Wrong(flag, f"({flag.text}) does not fit this line", f"it can stand on {lines}")
        if flag.text in _ONLY_IN and _ONLY_IN[flag.text][0] != scope.kind:
            where, hint = _ONLY_IN[flag.text]
            return _Wrong(flag, f"({flag.text}) can stand in the model of a {where} only", hint)
        if flag.text in _ALONE and len(definition.flags) > 1:
            return _Wrong(flag, f"({flag.text}) stands alone on its line", "take the other flags away")
    return _contradiction(definition, seen)


def _contradiction(definition: Definition, seen: set[str]) -> _Wrong | None:
    last = definition.flags[-1] if definition.flags else None
    if last is not None and {"event-driven", "clock-driven"} <= seen:
        return _Wrong(last, "an equation is either event-driven or clock-driven", "keep one of the two flags")
    if last is not None and "summed" in seen and not definition.name.endswith(("_pre", "_post")):
        hint = f"write {definition.name}_post = ... to sum onto {definition.name} of the target group"
        return _Wrong(last, "a summed variable names a variable of one of the two groups", hint)
    return None
