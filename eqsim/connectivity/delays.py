"""Delays counted in steps, in the narrowest type."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.random.pieces import cut, many, shared_out

_PIECE = 2**18  # delays counted at a time


def narrow_steps(time: npt.NDArray[Any], dt: float) -> npt.NDArray[Any]:
    """Return delays in steps, halves up; a billionth of a step makes up for rounding in decimal fractions."""

    def count(part: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        counted: npt.NDArray[np.float64] = np.floor(np.divide(part, dt, dtype=np.float64) + 0.5 + 1e-9)
        return counted

    most = int(count(time.max(initial=0.0)))
    kinds = (np.uint8, np.uint16, np.uint32)
    steps = np.empty(time.size, next((kind for kind in kinds if most <= np.iinfo(kind).max), np.int64))

    def fill(first: int, end: int) -> None:
        steps[first:end] = count(time[first:end])

    pieces = cut(time.size, _PIECE)
    if many(time.size):
        shared_out(fill, pieces)
    else:
        for piece in pieces:
            fill(*piece)
    return steps
