"""How objects are called: in messages before they have a name, and in a network by class and position."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from eqsim.text.errors import ArgumentError


def label(kind: str, name: Any) -> str:
    """Return how messages call an object: ``NeuronGroup 'exc'``, or its class alone while it has no name.

    Raises ArgumentError for a name that is no text.
    """
    if name is None:
        return kind
    if not isinstance(name, str) or not name.strip():
        found = repr(name) if isinstance(name, str | int | float) else f"a {type(name).__name__}"
        hint = "write for instance name='exc', or leave it out"
        raise ArgumentError("a name is a text", owner=kind, found=found, hint=hint)
    return f"{kind} {name!r}"


def free_name(kind: str, taken: Collection[str]) -> str:
    """Return the name of an unnamed object: its class in lower case, numbered from the second on."""
    stem = kind.lower()
    if stem not in taken:
        return stem
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"
