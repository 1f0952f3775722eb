"""The model of synapses, read from their texts and checked against both ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from eqsim.checking.check import check
from eqsim.checking.checked import CheckedModel, Scope
from eqsim.checking.names import VARIABLES
from eqsim.language.model import Model
from eqsim.language.names import free_names
from eqsim.language.parse import parse, with_arguments
from eqsim.network.capture import externals, found, nearby, usable
from eqsim.network.variables import Variables


@dataclass(frozen=True, slots=True)
class SynapseModel:
    """A checked model, what was offered to it by name, and what of that can be used."""

    checked: CheckedModel
    offered: Mapping[str, Any]
    values: Mapping[str, Any]


def written(
    text: str,
    owner: str,
    on_pre: str | Mapping[str, str] | None,
    on_post: str | Mapping[str, str] | None,
    method: str | None,
    parts: frozenset[str],
) -> Model:
    """Return a model with its keyword texts; ``parts`` are the channels and ions at its ends."""
    return with_arguments(
        parse(text, owner, parts=parts),
        owner,
        threshold=None,
        reset=None,
        refractory=None,
        events={},
        on_pre=on_pre,
        on_post=on_post,
        method=method,
        noise=None,
        parts=parts,
    )


def checked_model(
    model: Model,
    pre: Variables,
    post: Variables,
    given: Mapping[str, Any],
    namespace: Mapping[str, Any] | None,
    frame: FrameType,
) -> SynapseModel:
    """Return the checked model; names come from its own replacements, then from the namespace or else the caller."""
    defined = {definition.name for definition in model.definitions}
    names = free_names(model) | defined
    offered = {n: namespace[n] for n in names if n in namespace} if namespace is not None else found(names, frame)
    offered |= given
    known = defined | {name for name, symbol in post.symbols.items() if symbol.role in VARIABLES}
    values = usable(offered, known, strict=True)
    unitless = bool(post.system.unitless or pre.system.unitless)
    scope = Scope("synapse", externals(values), pre.symbols, post.symbols, unitless, nearby(namespace, frame))
    return SynapseModel(check(model, scope), offered, values)
