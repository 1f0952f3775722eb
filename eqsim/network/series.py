"""Values recorded in the order of time, in pieces that a run fills."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.targets.target import Storage


class Series:
    """Values recorded in the order of time: full pieces, and the piece that a run is filling.

    ``used`` counts the entries of the open piece; the run writes both through ``storage``.
    """

    def __init__(self, storage: Storage, name: str, dtype: str) -> None:
        self.storage, self.name = storage, name
        self.full: list[NDArray[Any]] = []
        storage.arrays[name] = np.empty(0, dtype)
        storage.arrays[f"{name}_count"] = np.zeros(1, np.int64)

    def values(self) -> NDArray[Any]:
        """Return everything recorded so far."""
        used = int(self.storage.arrays[f"{self.name}_count"][0])
        pieces = [*self.full, self.storage.arrays[self.name][:used]]
        if len(pieces) > 1:  # joined once, so that reading again costs nothing
            self.full = [np.concatenate(pieces)]
            self.storage.arrays[f"{self.name}_count"][0] = 0
            return self.full[0]
        return pieces[0].copy()

    def make_room(self, least: int) -> None:
        """Open a piece with room for at least so many entries."""
        used = int(self.storage.arrays[f"{self.name}_count"][0])
        open_piece = self.storage.arrays[self.name]
        if used:
            self.full.append(open_piece[:used].copy() if used < len(open_piece) // 2 else open_piece[:used])
        self.storage.arrays[self.name] = np.empty(least, open_piece.dtype)
        self.storage.arrays[f"{self.name}_count"][0] = 0

    @property
    def room(self) -> int:
        """How many more entries the open piece takes."""
        return len(self.storage.arrays[self.name]) - int(self.storage.arrays[f"{self.name}_count"][0])
