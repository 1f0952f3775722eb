"""How objects are called: in messages before they have a name, and in a network by class and position."""

from __future__ import annotations

from collections.abc import Collection


def label(kind: str, name: str | None) -> str:
    """Return how messages call an object: ``NeuronGroup 'exc'``, or its class alone while it has no name."""
    return f"{kind} {name!r}" if name else kind


def free_name(kind: str, taken: Collection[str]) -> str:
    """Return the name of an unnamed object: its class in lower case, numbered from the second on."""
    stem = kind.lower()
    if stem not in taken:
        return stem
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"
