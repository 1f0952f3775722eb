"""What the ends and pathways of synapses must keep to, and what their statements ask of the order of synapses."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from eqsim.checking.checked import CheckedModel, Role
from eqsim.checking.vocabulary import reserved
from eqsim.network.labels import label
from eqsim.network.layout import Layout
from eqsim.network.variables import Variables
from eqsim.text.errors import ArgumentError


def ends_are_groups(source: Any, target: Any, owner: str) -> None:
    """Raise for a source or a target that has no variables, not even an index."""
    for end, what in ((source, "source"), (target, "target")):
        if not isinstance(getattr(end, "_variables", None), Variables):
            kind, hint = type(end).__name__, "give a group of neurons or of sources, or a part of one"
            raise ArgumentError(f"a {what} must be a group", owner=owner, found=kind, hint=hint)


def pathways_fit(checked: CheckedModel, source: Any, target: Any, owner: str, taken: Collection[str]) -> None:
    """Raise for a pathway whose name means something else, or that follows a group without spikes.

    ``taken`` are the attributes that synapses have anyway.
    """
    defined = {definition.name for definition in checked.definitions}
    for pathway in checked.pathways:
        name, given = pathway.name, f"on_{pathway.of}"
        if name in defined or reserved(name, "synapse") or name in taken:
            hint = f"call it something else in {given}: that name has a meaning already"
            raise ArgumentError(f"a pathway cannot be called {name!r}", owner=owner, hint=hint)
        end, emitter = (source, "source") if pathway.of == "pre" else (target, "target")
        if isinstance(end.__dict__.get("_layout"), Layout):
            emits = label(type(end.source).__name__, end.source.name)
            hint = f"take as the {emitter} what spikes, such as their source, {emits}; or leave out {given}"
            summary = f"{given} follows the spikes of the {emitter}, and synapses emit none"
            raise ArgumentError(summary, owner=owner, hint=hint)
        if "_spike" not in end._variables.entries:
            hint = f"give the {emitter} a threshold, or leave out {given}"
            summary = f"{given} follows the spikes of the {emitter}, which has no threshold"
            raise ArgumentError(summary, owner=owner, hint=hint)


def order_counts(checked: CheckedModel, same: bool) -> bool:
    """Whether synapses of one source that act at once act on each other, so that their order shows.

    They do where statements write a variable of the source; with one group at both ends (``same``) also where they
    read one that they write as the target's.
    """
    for pathway in (pathway for pathway in checked.pathways if pathway.of == "pre"):
        targets = [statement.target for statement in pathway.code.statements]
        if any(target.of == "pre" for target in targets):
            return True
        if same:
            written = {target.variable or target.name for target in targets if target.of == "post"}
            seen = [s for s in (*pathway.code.symbols.values(), *checked.symbols.values()) if s.of == "pre"]
            if written and any(s.role is Role.SUBEXPRESSION or (s.variable or s.name) in written for s in seen):
                return True
    return False
