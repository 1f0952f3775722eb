"""Where a value is that a run reads or writes."""

from __future__ import annotations

from typing import NamedTuple


class Address(NamedTuple):
    """A value that a run reads or writes: the key of an object and the name of one of its arrays or constants."""

    object: str
    variable: str

    def __str__(self) -> str:
        """Return the path."""
        return f"{self.object}.{self.variable}"
