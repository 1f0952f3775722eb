"""The condition that ends a run: read, checked, and compiled into the loop as the last thing of a step."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

import numpy as np

from eqsim.checking.check import check_expression
from eqsim.checking.checked import CheckedExpression
from eqsim.checking.dimensions import Unit
from eqsim.language.names import free_names
from eqsim.language.parse import parse_expression
from eqsim.lowering.binding import Binder
from eqsim.lowering.kernel import Store
from eqsim.lowering.program import Address, When
from eqsim.network.assemble import Assembly, compress, neuron_owner
from eqsim.network.members import Members
from eqsim.network.neurons import NeuronGroup
from eqsim.network.texts import used
from eqsim.text.errors import ArgumentError, EqsimError, Mistake, UnknownNameError
from eqsim.text.nearest import nearest
from eqsim.text.source import Source, Span

_DOTTED = re.compile(r"\b([^\W\d]\w*)\.([^\W\d]\w*)")
_PART = "until"


@dataclass(frozen=True, slots=True)
class Until:
    """A condition on the neurons of one group: a run ends after the first step after which it holds for any of them."""

    name: str
    group: NeuronGroup
    condition: CheckedExpression

    @property
    def holds(self) -> bool:
        """Whether it held after the last step."""
        count = self.group._variables.storage.arrays.get(f"_{_PART}_count")
        return count is not None and bool(count[0] > 0)


def read_until(text: Any, members: Members, frame: FrameType) -> Until:
    """Return the condition that a text such as ``'neurons.V > -50*mV'`` means; raise EqsimError for a mistake in it."""
    if not isinstance(text, str):
        hint = "write a condition such as 'neurons.V > -50*mV'"
        raise ArgumentError(f"until is a text, not {text!r}", owner="Network", hint=hint)
    source = Source(text, "Network", _PART)
    name, group = _group(source, members)
    # names are cut down to those of the group; what is cut stays as blanks, so that every column stays
    bare = _DOTTED.sub(lambda found: " " * (len(found.group(1)) + 1) + found.group(2), text)
    try:
        surroundings = replace(group._surroundings(), owner="Network")
        expr = parse_expression(bare, "Network", _PART, surroundings.parts)
        values = surroundings.values(free_names(expr), frame)
        checked = check_expression(expr, surroundings.scope(values), surroundings.symbols, expect="boolean")
    except EqsimError as error:
        mistakes = [_placed(mistake, source) for mistake in error.mistakes]
        raise type(error)(*mistakes) from None
    return Until(name, group, group._variables.keep(checked, used(values)))


def add_until(assembly: Assembly, until: Until) -> None:
    """Add the look at the condition behind everything else of a step."""
    variables = until.group._variables
    key = assembly.key(variables)
    arrays = variables.storage.arrays
    if f"_{_PART}" not in arrays:
        arrays[f"_{_PART}"] = np.zeros((variables.size + 7) // 8 * 8, np.uint8)
        arrays[f"_{_PART}_words"] = arrays[f"_{_PART}"].view(np.uint64)
    owner = neuron_owner(until.group)
    binder = Binder({"own": replace(owner, arrays={**owner.arrays, f"_{_PART}": "flag"})})
    holds = binder.value(until.condition.value, until.condition.symbols, Unit())
    binder.emit(Store(binder.array("own", f"_{_PART}"), "_i", holds))
    when = When("after_end", 1 << 30, 0, assembly.periods[key])
    lowered = binder.kernel(_PART, "each", f"condition that ends the run, of {key}")
    assembly.launch(lowered, key, when, {"own": key}, scalars={"_n": Address(key, "_N")})
    compress(assembly, key, _PART, when, variables.size)
    arrays[f"_{_PART}_count"][0] = 0
    assembly.stops.append(Address(key, f"_{_PART}_count"))


def _group(source: Source, members: Members) -> tuple[str, NeuronGroup]:
    found = list(_DOTTED.finditer(source.text))
    groups = {name: thing for name, thing in members.items() if isinstance(thing, NeuronGroup)}
    hint = f"write a variable with its group, for instance {next(iter(groups), 'neurons')}.V"
    if not found:
        raise ArgumentError(Mistake(ArgumentError, "until names no group", source.span(), hint=hint))
    for match in found:
        if match.group(1) not in groups:
            near = nearest(match.group(1), groups)
            known = f"did you mean {near!r}?" if near else f"groups are {', '.join(groups) or 'none'}"
            summary = f"there is no group {match.group(1)!r} in the network"
            raise UnknownNameError(Mistake(UnknownNameError, summary, Span(source, *match.span(1)), hint=known))
    other = next((match for match in found if match.group(1) != found[0].group(1)), None)
    if other is not None:
        hint = "a condition sees one group; link the other's variable with es.linked"
        summary = "until looks at two groups"
        raise ArgumentError(Mistake(ArgumentError, summary, Span(source, *other.span(1)), hint=hint))
    return found[0].group(1), groups[found[0].group(1)]


def _placed(mistake: Mistake, source: Source) -> Mistake:
    span = mistake.span
    return mistake if span is None else replace(mistake, span=Span(source, span.start, span.stop))
