"""How the elements of a kernel are spread over the threads of a device, so that what comes out is that of a plain loop.

=========== ==========================================================================================
``apart``   a thread for each element: none touches what another writes
``owned``   a thread for each neuron at one end of synapses: it carries out those of its own one after another, in the
            order of the loop, so that what they write there has one writer
``picked``  one block: elements that hold a condition are appended to lists in their order
``alone``   one thread for all elements, one after another: what nothing else is right for
=========== ==========================================================================================

A kernel whose elements add to both ends of synapses, and read nothing that they write, becomes two: one for each end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from eqsim.checking.checked import Type
from eqsim.language.expr import Binary, Call, Expr, Name, names
from eqsim.lowering.kernel import Add, Append, If, Instruction, Kernel, Let, Load, Store, flat, touches
from eqsim.lowering.tidy import expressions

Way = Literal["apart", "owned", "picked", "alone"]
_SYNAPTIC = frozenset({"synapses", "arrivals", "backward"})


@dataclass(frozen=True, slots=True)
class Spread:
    """A kernel as a device carries it out.

    ``owner`` is the index local of the neurons that own synapses; ``lists`` are those to which every element appends
    once, so that its place is known: theirs are lengthened when all is done.
    """

    kernel: Kernel
    way: Way
    owner: str = ""
    lists: tuple[str, ...] = ()
    condition: Expr | None = None  # of what is picked


def spread(kernel: Kernel, *, fast: bool, twice: bool = False) -> tuple[Spread, ...]:
    """Return the ways in which a kernel is carried out, one after another.

    ``fast`` allows sums of real numbers in any order; ``twice`` says that an element may come more than once.
    """
    if kernel.domain == "once" or twice:
        return (Spread(kernel, "alone"),)
    kernel = _with_atomics(kernel, fast=fast)
    appended = [one for one in flat(kernel.body) if isinstance(one, Append)]
    if appended:
        return (_recorded(kernel, appended),)
    if kernel.domain not in _SYNAPTIC:
        return (Spread(kernel, "apart" if _owners(kernel) <= {"_i"} else "alone"),)
    owners = _owners(kernel)
    if owners <= {"_k"}:
        return (Spread(kernel, "apart"),)
    for owner in ("_j", "_i"):
        if owners <= {"_k", owner}:
            return (Spread(kernel, "owned", owner),)
    if owners <= {"_k", "_j", "_i"} and _reads_nothing_written(kernel):
        return (
            Spread(_keeping(kernel, {"_k", "_j"}), "owned", "_j"),
            Spread(_keeping(kernel, {"_i"}), "owned", "_i"),
        )
    return (Spread(kernel, "alone"),)


def _owners(kernel: Kernel) -> set[str]:
    """Return the indexes through which elements write; what another index touches as well has none of its own."""
    found: set[str] = set()
    every = list(touches(kernel.body))
    for array in {touch.array for touch in every if not isinstance(touch, Load)} - _tables(kernel):
        indexes = {touch.index for touch in every if touch.array == array}
        found |= indexes if len(indexes) == 1 else {"any"}
    return found | ({"any"} if _tables(kernel) & _written(kernel) else set())


def _tables(kernel: Kernel) -> set[str]:
    """Return the arrays that formulas see whole."""
    bound = {one.name for one in flat(kernel.body) if isinstance(one, Let | Load)}
    return {name for expr in expressions(kernel.body) for name in names(expr)} & kernel.arrays.keys() - bound


def _written(kernel: Kernel) -> set[str]:
    return {touch.array for touch in touches(kernel.body) if not isinstance(touch, Load)}


def _reads_nothing_written(kernel: Kernel) -> bool:
    """Whether a kernel reads no array that it writes, and adds alone to what is not a synapse's own."""
    read = {touch.array for touch in touches(kernel.body) if isinstance(touch, Load)}
    stored = any(isinstance(touch, Store) and touch.index != "_k" for touch in touches(kernel.body))
    return not stored and not read & _written(kernel)


def _keeping(kernel: Kernel, indexes: set[str]) -> Kernel:
    """Return the kernel with the writes that go through some indexes; atomic sums go along with the targets'."""

    def kept(body: tuple[Instruction, ...]) -> Iterator[Instruction]:
        for one in body:
            if isinstance(one, If):
                yield If(one.condition, tuple(kept(one.body)))
            elif (not isinstance(one, Store | Add) or one.index in indexes) and ("_j" in indexes or not _sums(one)):
                yield one

    return replace(kernel, body=tuple(kept(kernel.body)))


def _sums(one: Instruction) -> bool:
    return isinstance(one, Let) and isinstance(one.value, Call) and one.value.function == "_atomic_add"


def _with_atomics(kernel: Kernel, *, fast: bool) -> Kernel:
    """Return the kernel with sums that come out the same in any order, of integers, as single instructions.

    So are those of real numbers where ``fast`` is allowed.
    """
    every = list(touches(kernel.body))
    own = "_k" if kernel.domain in _SYNAPTIC else "_i"
    summed = {touch.array for touch in every if isinstance(touch, Add) and touch.index != own}
    summed -= {touch.array for touch in every if not isinstance(touch, Add) or touch.index == own} | _tables(kernel)
    kinds = {"integer", "count"} | ({"real"} if fast else set())
    atomic = {array for array in summed if kernel.arrays[array] in kinds}
    return replace(kernel, body=_atomic(kernel.body, atomic, kernel.arrays)) if atomic else kernel


def _atomic(body: tuple[Instruction, ...], arrays: set[str], entries: Mapping[str, str]) -> tuple[Instruction, ...]:
    found: list[Instruction] = []
    for one in body:
        match one:
            case Add(array, index, value) if array in arrays:
                kind: Type = "real" if entries[array] == "real" else "integer"
                found.append(Let("_before", Call("_atomic_add", (Name(array), Name(index), value)), kind))
            case If(condition, inner):
                found.append(If(condition, _atomic(inner, arrays, entries)))
            case _:
                found.append(one)
    return tuple(found)


# records -----------------------------------------------------------------------------------------------------------


def _recorded(kernel: Kernel, appended: list[Append]) -> Spread:
    """Return how a kernel is carried out that appends to lists: by all elements or, in their order, by some."""
    lists = tuple(one.list for one in appended)
    if _owners(kernel) - {"_i"} or len(set(lists)) < len(lists) or kernel.domain not in {"each", "listed"}:
        return Spread(kernel, "alone")
    if not any(isinstance(one, If) for one in kernel.body):
        body = tuple(_placed(kernel.body, Name("_q")))
        return Spread(replace(kernel, body=body), "apart", lists=lists)
    *before, last = kernel.body
    plain = not any(isinstance(one, If | Append) for one in before)
    if kernel.domain == "listed" and plain and isinstance(last, If) and not any(isinstance(o, If) for o in last.body):
        body = (*before, If(last.condition, tuple(_placed(last.body, Name("_place")))))
        return Spread(replace(kernel, body=body), "picked", lists=lists, condition=last.condition)
    return Spread(kernel, "alone")


def _placed(body: tuple[Instruction, ...], place: Expr) -> Iterator[Instruction]:
    """Yield instructions with what is appended stored at its place behind what a list holds already."""
    for one in body:
        if isinstance(one, Append):
            length, index = f"_length_{one.list}", f"_at_{one.list}"
            yield Load(length, f"{one.list}_count", "0")
            yield Let(index, Binary("+", Name(length), place), "integer")
            yield Store(one.list, index, one.value)
        else:
            yield one
