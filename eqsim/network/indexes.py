"""Which elements an index means: an integer, a slice, a mask, an array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.text.errors import ArgumentError
from eqsim.units import has_unit


def elements(index: Any, size: int, owner: str) -> NDArray[np.int64]:
    """Return the elements that an index (integer, slice, mask, array) means among ``size``."""
    every = np.arange(size)
    if index is None:
        return every
    if isinstance(index, slice):
        try:
            return every[index]
        except (TypeError, ValueError):
            hint = "write whole numbers, as in [:10]"
            raise ArgumentError(f"{index!r} is no slice", owner=owner, hint=hint) from None
    array = np.atleast_1d(np.asarray(index))
    if array.dtype == bool:
        if array.shape != (size,):
            hint = "a mask has one True or False for each element"
            raise ArgumentError(f"a mask of shape {array.shape} for {size} elements", owner=owner, hint=hint)
        return np.flatnonzero(array)
    if array.ndim > 1 or has_unit(index) or (array.size and array.dtype.kind not in "iu"):
        hint = "give whole numbers, a slice, a mask or a condition"
        raise ArgumentError(f"{index!r} is no index", owner=owner, hint=hint)
    outside = (array < -size) | (array >= size)
    if outside.any():
        hint = f"indexes go from 0 to {size - 1}" if size else "there are no elements yet"
        what = f"index {int(array[outside][0])} is out of range for {size} elements"
        raise ArgumentError(what, owner=owner, hint=hint)
    array = array.astype(np.int64)
    return np.where(array < 0, array + size, array)


def part_of(index: Any, size: int, owner: str) -> NDArray[np.int64]:
    """Return the elements that make a part of a group: ``elements``, of which there must be one at least."""
    chosen = elements(index, size, owner)
    if index is None or not len(chosen):
        hint = f"the group has {size} elements, from 0 to {size - 1}"
        raise ArgumentError(f"[{_written(index)}] is no part of the group", owner=owner, hint=hint)
    return chosen


def _written(index: Any) -> str:
    """Return an index as it was written between brackets."""
    if not isinstance(index, slice):
        return repr(index)
    parts = ["" if end is None else str(end) for end in (index.start, index.stop, index.step)]
    return ":".join(parts if index.step is not None else parts[:2])
