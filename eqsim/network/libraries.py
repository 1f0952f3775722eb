"""Libraries that not everyone has: loaded where they are first needed, with a message for those who lack them."""

from __future__ import annotations

import importlib
from typing import Any

from eqsim.text.errors import ArgumentError


def optional(name: str, purpose: str, owner: str, extra: str = "io") -> Any:
    """Return a library; raise ArgumentError with the command that installs it where it is missing."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        hint = f"pip install 'eqsim[{extra}]'"
        raise ArgumentError(f"{purpose} needs the library {name}", owner=owner, hint=hint) from None
