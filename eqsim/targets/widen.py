"""Bytes among numbers: a loop over neurons cut into blocks in which flags are as wide as the numbers beside them.

A compiler that makes vectors of a loop takes as many elements at a time as the narrowest of them fill a vector: with
bytes beside double precision eight vectors of each number, more than there are registers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from eqsim.lowering.kernel import If, Instruction, Kernel, Load, Store, touches


@dataclass(frozen=True, slots=True)
class Widened:
    """A body on wide copies of arrays; ``read`` and ``written`` name the array of each copy."""

    body: tuple[Instruction, ...]
    read: Mapping[str, str]
    written: Mapping[str, str]


def widened(kernel: Kernel, dtypes: Mapping[str, str]) -> Widened | None:
    """Return the body of a kernel on copies of its arrays of bytes, or ``None`` where it has no use for them."""
    if kernel.domain != "each" or any(isinstance(one, If) for one in kernel.body):
        return None
    narrow = [one for one in touches(kernel.body) if dtypes[one.array] == "uint8" and one.index == "_i"]
    if not narrow or any(not isinstance(one, Load | Store) for one in narrow):
        return None
    read = {f"_wide{one.array}": one.array for one in narrow if isinstance(one, Load)}
    written = {f"_wide{one.array}": one.array for one in narrow if isinstance(one, Store)}
    arrays = {one.array for one in narrow}
    return Widened(tuple(_on_copies(one, arrays) for one in kernel.body), read, written)


def _on_copies(one: Instruction, arrays: set[str]) -> Instruction:
    if isinstance(one, Load | Store) and one.array in arrays and one.index == "_i":
        return replace(one, array=f"_wide{one.array}", index="_i - _block")
    return one
