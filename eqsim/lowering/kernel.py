"""The kernel IR: a straight-line program that runs once per element of a domain.

A kernel names no unit, no scheme and no target. Every value is a local (``Let``, ``Load``, ``Draw``: assigned once) or
an array's entry. The domain says which elements there are, in which order, and which index locals it binds:

=========== ==========================================================================================
``each``    ``_i`` over ``range(_n)``: neurons, or synapses without their ends
``listed``  ``_i`` over the entries of an event list, in ascending order
``synapses`` ``_k`` (storage position), ``_i`` (source), ``_j`` (target) over all synapses, by source
``arrivals`` the same three over the synapses at which a spike of the source arrives in this step
``backward`` the same three over the synapses onto each target that spiked (arrivals against the grain)
``once``    no index: statements on shared values
=========== ==========================================================================================

What a domain iterates over is handed to a call under reserved names:

=========== ==========================================================================================
``each``    ``_n``, a scalar
``listed``  ``_events`` (int32), ``_count`` (int64, one entry): its first ``_count[0]`` entries
``synapses`` ``_start`` (int64, one more entry than sources), ``_target`` (any integer type)
``arrivals`` ``_run_source`` (int32), ``_run_begin``, ``_run_end`` (int64), ``_runs`` (int64, one entry),
            ``_target``: for each of the first ``_runs[0]`` runs ``r``, ``_i = _run_source[r]``, ``_k`` over
            ``range(_run_begin[r], _run_end[r])``, ``_j = _target[_k]``
``backward`` the same runs with ``_j = _run_source[r]``, ``_k = _permutation[q]`` for each ``q`` of the
            range, ``_i = _source[_k]``
=========== ==========================================================================================

An index is one of these locals, or ``0`` for a value that all elements share.

A list argument ``x`` is the array ``x`` and its length ``x_count`` (int64, one entry).

Not supported, by decision: unbounded loops, early return, pointers, strings, recursion, allocation, mutation of the IR.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from eqsim.checking.checked import Type
from eqsim.language.expr import Expr

Domain = Literal["each", "listed", "synapses", "arrivals", "backward", "once"]
Law = Literal["uniform", "normal", "poisson", "binomial"]
# what an array's entries are: real is the network's dtype, count an integer step or index (int64), flag a byte
Entry = Literal["real", "integer", "count", "flag"]


@dataclass(frozen=True, slots=True)
class Load:
    """``name = array[index]``."""

    name: str
    array: str
    index: str


@dataclass(frozen=True, slots=True)
class Let:
    """``name = value``; a local, assigned once."""

    name: str
    value: Expr
    type: Type = "real"


@dataclass(frozen=True, slots=True)
class Store:
    """``array[index] = value``."""

    array: str
    index: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Add:
    """``array[index] += value``, right when several elements share an index."""

    array: str
    index: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Append:
    """Add a value to the end of a list."""

    list: str
    value: Expr


@dataclass(frozen=True, slots=True)
class If:
    """Carry out statements where a condition holds; locals bound inside are not seen outside."""

    condition: Expr
    body: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """One random number, counter-based: key (stream, kind, step, element, number), the same on every target.

    ``element`` names the index local that identifies the element; ``arguments`` are the law's (``lam``; ``n, p``).
    """

    name: str
    law: Law
    number: int
    element: str
    arguments: tuple[Expr, ...] = ()


Instruction = Load | Let | Store | Add | Append | If | Draw


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A function of a user as targets compile it.

    ``python`` is a module that defines it under the name ``value``; ``c``, unless it is empty, is C99 that defines it
    under its own ``name``. It takes and returns numbers: in C, of type double.
    """

    name: str
    arguments: int
    python: str
    c: str = ""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A program for every element of a domain.

    ``arrays`` maps each array argument to what its entries are, ``lists`` each list argument likewise; ``scalars`` are
    arguments that hold for a whole run (captured constants, sizes) with their types; ``_step`` (the clock's count of
    steps, an integer), ``t`` and ``dt`` are always available. ``invariant`` is carried out once, before the first
    element.
    """

    name: str
    domain: Domain
    arrays: Mapping[str, Entry]
    body: tuple[Instruction, ...]
    scalars: Mapping[str, Type]
    lists: Mapping[str, Entry]
    invariant: tuple[Let, ...] = ()
    functions: Mapping[str, UserFunction] = field(default_factory=dict)  # by what each is called
    title: str = ""  # for people: "update of NeuronGroup 'exc', exponential_euler"

    def __str__(self) -> str:
        """Return readable text."""
        head = f"kernel {self.name} ({self.domain})" + (f": {self.title}" if self.title else "")
        lines = [head]
        lines += [f"  array {name}: {entry}" for name, entry in self.arrays.items()]
        lines += [f"  list {name}: {entry}" for name, entry in self.lists.items()]
        lines += [f"  scalar {name}: {kind}" for name, kind in self.scalars.items()]
        lines += [f"  once {let.name} = {let.value}" for let in self.invariant]
        return "\n".join(lines + show(self.body, "  "))


def flat(body: tuple[Instruction, ...]) -> Iterator[Instruction]:
    """Yield instructions and those inside of conditions."""
    for instruction in body:
        yield instruction
        if isinstance(instruction, If):
            yield from flat(instruction.body)


def touches(body: tuple[Instruction, ...]) -> Iterator[Load | Store | Add]:
    """Yield the instructions that read or write an array's entry."""
    return (instruction for instruction in flat(body) if isinstance(instruction, Load | Store | Add))


def identifier(name: str) -> str:
    """Return a name that kernels can bear: a path such as ``INa.m`` becomes one that no user can write."""
    part, dot, variable = name.partition(".")
    return f"_{len(part)}{part}_{variable}" if dot else name


def renamed(instruction: Instruction, arrays: Mapping[str, str]) -> Instruction:
    """Return an instruction on arrays of other names."""
    match instruction:
        case Load(name, array, index):
            return Load(name, arrays.get(array, array), index)
        case Store(array, index, value):
            return Store(arrays.get(array, array), index, value)
        case Add(array, index, value):
            return Add(arrays.get(array, array), index, value)
        case If(condition, body):
            return If(condition, tuple(renamed(inner, arrays) for inner in body))
        case _:
            return instruction


def show(body: tuple[Instruction, ...], pad: str) -> list[str]:
    """Return instructions as lines of text."""
    lines: list[str] = []
    for instruction in body:
        match instruction:
            case Load(name, array, index):
                lines.append(f"{pad}{name} = {array}[{index}]")
            case Let(name, value):
                lines.append(f"{pad}{name} = {value}")
            case Store(array, index, value):
                lines.append(f"{pad}{array}[{index}] = {value}")
            case Add(array, index, value):
                lines.append(f"{pad}{array}[{index}] += {value}")
            case Append(target, value):
                lines.append(f"{pad}append {value} to {target}")
            case If(condition, inner):
                lines += [f"{pad}if {condition}:", *show(inner, pad + "  ")]
            case Draw(name, law, number, element, arguments):
                lines.append(f"{pad}{name} = {law}#{number}[{element}]({', '.join(map(str, arguments))})")
    return lines
