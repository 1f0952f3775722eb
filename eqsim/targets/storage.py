"""What a run reads and writes of each object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray


@dataclass
class Storage:
    """The arrays and constants of one object: all of it that a run reads and writes."""

    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    constants: dict[str, float | int] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """The memory that the arrays take."""
        return sum(array.nbytes for array in self.arrays.values())


Storages = Mapping[str, Storage]
