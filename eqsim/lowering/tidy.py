"""Tidy a kernel: bind what holds for all elements once, drop what nothing uses. Meaning stays as it is."""

from __future__ import annotations

from dataclasses import replace

from eqsim.language.expr import Expr, names
from eqsim.lowering.exponentials import with_shared_exponentials
from eqsim.lowering.kernel import Add, Append, Draw, If, Instruction, Kernel, Let, Load, Store
from eqsim.lowering.literals import with_real_literals


def tidy(kernel: Kernel) -> Kernel:
    """Return the kernel: what is constant before the loop, nothing unused, exponentials shared, literals real."""
    body = _used(kernel.body, set())[0]
    constant = set(kernel.scalars) | {"t", "dt", "_step"}
    invariant: list[Let] = []
    rest: list[Instruction] = []
    for instruction in body:
        if isinstance(instruction, Let) and names(instruction.value) <= constant:
            constant.add(instruction.name)
            invariant.append(instruction)
        else:
            rest.append(instruction)
    tidied = replace(kernel, body=tuple(rest), invariant=(*kernel.invariant, *invariant))
    return with_real_literals(with_shared_exponentials(tidied))


def numbered(kernel: Kernel, first: int) -> tuple[Kernel, int]:
    """Return the kernel with its draws numbered from ``first`` on, and the number that comes after them.

    Kernels that draw from one stream have no number in common: what one draws tells nothing of what another does.
    """
    body, after = _numbered(kernel.body, first)
    return replace(kernel, body=body), after


def _numbered(body: tuple[Instruction, ...], number: int) -> tuple[tuple[Instruction, ...], int]:
    found: list[Instruction] = []
    for instruction in body:
        match instruction:
            case Draw():
                found.append(replace(instruction, number=number))
                number += 1
            case If(condition, inner):
                inner, number = _numbered(inner, number)
                found.append(If(condition, inner))
            case _:
                found.append(instruction)
    return tuple(found), number


def _used(body: tuple[Instruction, ...], needed: set[str]) -> tuple[tuple[Instruction, ...], set[str]]:
    kept: list[Instruction] = []
    for instruction in reversed(body):
        match instruction:
            case Let(name, value):
                if name not in needed:
                    continue
                needed |= names(value)
            case Load(name, _, index):
                if name not in needed:
                    continue
                needed.add(index)
            case Draw(name, _, _, element, arguments):
                if name not in needed:
                    continue
                needed |= {element}.union(*map(names, arguments))
            case Store(_, index, value) | Add(_, index, value):
                needed |= names(value) | {index}
            case Append(_, value):
                needed |= names(value)
            case If(condition, inner):
                inner, needed = _used(inner, needed)
                needed |= names(condition)
                kept.append(If(condition, inner))
                continue
        kept.append(instruction)
    return tuple(reversed(kept)), needed


def expressions(body: tuple[Instruction, ...]) -> list[Expr]:
    """Return every formula of a body."""
    found: list[Expr] = []
    for instruction in body:
        match instruction:
            case Let(_, value) | Store(_, _, value) | Add(_, _, value) | Append(_, value):
                found.append(value)
            case Draw(arguments=arguments):
                found += arguments
            case If(condition, inner):
                found += [condition, *expressions(inner)]
            case Load():
                pass
    return found
