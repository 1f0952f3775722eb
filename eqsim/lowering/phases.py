"""A kernel over synapses in two phases: what each synapse needs for itself, then what it adds to or stores elsewhere.

Synapses of one run, or of one source, have storage positions of their own, but may share a target. So the second phase
goes through them in order; the first has no such order, and its loop can be made of vector instructions, which pays
where it calls functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eqsim.checking.checked import Type
from eqsim.language.expr import Expr, Name, calls, names
from eqsim.lowering.kernel import Add, Append, Draw, If, Instruction, Kernel, Let, Load, Store
from eqsim.lowering.types import types_of


@dataclass(frozen=True, slots=True)
class Phases:
    """The instructions of both, and the locals that are kept from the first to the second, with their types."""

    first: tuple[Instruction, ...]
    second: tuple[Store | Add, ...]
    kept: Mapping[str, Type]


def two_phases(kernel: Kernel) -> Phases | None:
    """Return the phases of a kernel over synapses, or ``None`` where that is not possible or would not pay."""
    body = kernel.body
    if kernel.domain not in {"synapses", "arrivals", "backward"} or any(isinstance(one, If | Append) for one in body):
        return None
    if not any(isinstance(one, Draw) or (isinstance(one, Let | Store | Add) and calls(one.value)) for one in body):
        return None
    shared = {one.array for one in body if isinstance(one, Store | Add) and one.index != "_k"}
    if any(isinstance(one, Load) and one.array in shared for one in body):
        return None  # a synapse may read what another of the run has written
    first: list[Instruction] = []
    second: list[Store | Add] = []
    types, kept = types_of(kernel), dict[str, Type]()
    outside = frozenset({*kernel.scalars, *(let.name for let in kernel.invariant), "t", "dt", "_step"})
    for one in body:
        match one:
            case Store(array, "_k", _) if kernel.domain != "backward":
                pass  # one lies behind the other
            case Store(array, index, value) | Add(array, index, value):
                value = _kept(value, outside, types, first, kept)
                second.append(type(one)(array, index, value))
                continue
        first.append(one)
    if kernel.domain == "synapses" and not second:
        return None  # one loop, of which vector instructions are made as it is
    return Phases(tuple(first), tuple(second), kept)


def _kept(
    value: Expr, outside: frozenset[str], types: dict[str, Type], first: list[Instruction], kept: dict[str, Type]
) -> Expr:
    """Return a value as the second phase has it: what holds for all synapses, or a local kept from the first."""
    if names(value) <= outside:
        return value
    if not isinstance(value, Name):
        first.append(Let(f"_given_{len(kept)}", value, "real"))
        value = Name(f"_given_{len(kept)}")
        types[value.name] = "real"
    kept[value.name] = types[value.name]
    return value
