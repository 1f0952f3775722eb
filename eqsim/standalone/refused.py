"""What a program says when it cannot do what it was asked for."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - what happened to a request
    """A request that cannot be carried out: why, and what would help."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what}\n  hint: {hint}" if hint else what)
