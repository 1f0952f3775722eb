"""Values recorded in the order of time, in pieces that a run fills."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from eqsim.targets.target import Storage


class Sink(Protocol):
    """Where full pieces go that are not to stay in memory."""

    def append(self, values: NDArray[Any]) -> None:
        """Take values behind those taken before."""
        ...

    def read(self) -> NDArray[Any]:
        """Return all values taken."""
        ...


class Series:
    """Values recorded in the order of time: full pieces, and the piece that a run is filling.

    The run writes the open piece and the count of its entries through ``storage``. With a ``sink`` the full pieces go
    there instead of staying in memory.
    """

    def __init__(self, storage: Storage, name: str, dtype: str) -> None:
        self.storage, self.name = storage, name
        self.full: list[NDArray[Any]] = []
        self.sink: Sink | None = None
        storage.arrays[name] = np.empty(0, dtype)
        storage.arrays[f"{name}_count"] = np.zeros(1, np.int64)

    def values(self) -> NDArray[Any]:
        """Return everything recorded so far."""
        self.flush()
        if self.sink is not None:
            return self.sink.read()
        pieces = [*self.full, self._open_piece()]
        if len(pieces) > 1:  # joined once, so that reading again costs nothing
            self.full = [np.concatenate(pieces)]
            self.storage.arrays[f"{self.name}_count"][0] = 0
            return self.full[0]
        return pieces[0].copy()

    def make_room(self, least: int) -> None:
        """Open a piece with room for at least so many entries."""
        self.flush()
        used, length = self._open_piece(), len(self.storage.arrays[self.name])
        if len(used):
            self.full.append(used.copy() if len(used) < length // 2 else used)
        if self.sink is None or length < least:
            self.storage.arrays[self.name] = np.empty(least, used.dtype)
        self.storage.arrays[f"{self.name}_count"][0] = 0

    def flush(self) -> None:
        """Hand the open piece to the sink, where there is one."""
        if self.sink is not None:
            self.sink.append(self._open_piece())
            self.storage.arrays[f"{self.name}_count"][0] = 0

    def replace(self, values: NDArray[Any]) -> None:
        """Hold other values instead of those recorded so far."""
        self.full = [values] if len(values) else []
        self.storage.arrays[self.name] = np.empty(0, self.storage.arrays[self.name].dtype)
        self.storage.arrays[f"{self.name}_count"] = np.zeros(1, np.int64)

    @property
    def room(self) -> int:
        """How many more entries the open piece takes."""
        return len(self.storage.arrays[self.name]) - len(self._open_piece())

    def _open_piece(self) -> NDArray[Any]:
        used: NDArray[Any] = self.storage.arrays[self.name][: int(self.storage.arrays[f"{self.name}_count"][0])]
        return used


def of_type(values: NDArray[Any], kind: str) -> NDArray[Any]:
    """Return recorded numbers as the type of the variable that they are of."""
    typed: NDArray[Any] = values
    if kind == "boolean":
        typed = values != 0
    elif kind == "integer":
        typed = values.astype(np.int64)
    return typed
