"""Whether elements of a kernel can be carried out together: whether one may touch memory that another writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.language.expr import names
from eqsim.lowering.kernel import Append, Draw, Kernel, Let, Load, flat, touches
from eqsim.lowering.tidy import expressions


@dataclass(frozen=True, slots=True)
class Needs:
    """What must hold for elements to be independent: nothing can make them so, or these indexes must be distinct."""

    never: bool
    distinct: frozenset[str]

    def together(self, indexes: Mapping[str, npt.NDArray[np.int64]]) -> bool:
        """Whether the elements with these indexes may be carried out together, instruction by instruction."""
        count = max((values.size for values in indexes.values()), default=1)
        if count <= 1:
            return True
        return not self.never and all(name in indexes and _differ(indexes[name]) for name in self.distinct)


def needs(kernel: Kernel, arguments: Mapping[str, Any]) -> Needs:
    """Return what makes the elements of a kernel independent.

    Memory that is only read, and memory that one instruction alone writes and none reads, lets elements be taken
    together, since that instruction goes through them in order. Other memory must be reached through one index local of
    the domain, with another value in each element. Arrays that share memory count as one.
    """
    touched = [(touch.array, touch.index, type(touch)) for touch in touches(kernel.body)]
    tables = kernel.arrays.keys() - {i.name for i in flat(kernel.body) if isinstance(i, Load | Let | Draw)}
    touched += [(name, "", Load) for expr in expressions(kernel.body) for name in names(expr) & tables]
    appended = [instruction.list for instruction in flat(kernel.body) if isinstance(instruction, Append)]
    never, distinct = len(set(appended)) < len(appended), set()
    for written in {array for array, _, kind in touched if kind is not Load}:
        mine = arguments[written]
        here = [touch for touch in touched if np.may_share_memory(mine, arguments[touch[0]])]
        if len(here) == 1:
            continue
        indexes = {index for _, index, _ in here}
        same = all(_place(arguments[array]) == _place(mine) for array, _, _ in here)
        never |= not same or len(indexes) > 1
        distinct |= indexes
    return Needs(never, frozenset(distinct))


def _place(array: npt.NDArray[Any]) -> tuple[int, tuple[int, ...]]:
    return array.__array_interface__["data"][0], array.strides


def _differ(values: npt.NDArray[np.int64]) -> bool:
    step = np.diff(values)
    return bool(np.all(step > 0)) or np.unique(values).size == values.size
