"""Numbers kept in single precision where that changes none of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.random.pieces import cut, many, shared_out

_PIECE = 2**18  # numbers looked at a time


def in_single(values: NDArray[Any]) -> NDArray[np.float32] | None:
    """Return a copy in single precision if there are many numbers and all stay the same, else ``None``."""
    if not many(values.size) or values.ndim != 1 or values.dtype.kind != "f":
        return None
    found = np.empty(values.size, np.float32)

    def fits(first: int, end: int) -> bool:
        with np.errstate(over="ignore"):
            found[first:end] = values[first:end]
        return bool((found[first:end] == values[first:end]).all())

    pieces = cut(values.size, _PIECE)
    return found if fits(*pieces[0]) and all(shared_out(fits, pieces[1:])) else None
