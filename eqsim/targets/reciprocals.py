"""Quotients by what is the same for all elements, as products: one division before the loop instead of one in each.

LLVM does this to the loops of the Numba target, which allow it; GCC only together with what would change more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from eqsim.language.expr import Binary, Expr, Name, Number, names, transform
from eqsim.lowering.kernel import Draw, If, Instruction, Kernel, Let, Load, touches

Transform = Callable[[Expr], Expr]


def with_reciprocals(kernel: Kernel) -> tuple[Kernel, tuple[Load | Let, ...]]:
    """Return a kernel without such quotients, and what it needs bound after its invariant locals.

    In loops over neurons values that all share are loaded before the loop, too, to divide by them.
    """
    written = {touch.array for touch in touches(kernel.body) if not isinstance(touch, Load)}
    loads = tuple(
        one
        for one in kernel.body
        if kernel.domain == "each" and isinstance(one, Load) and one.index == "0" and one.array not in written
    )
    constant = {*kernel.scalars, "t", "dt", "_step", *(let.name for let in kernel.invariant)}
    constant |= {load.name for load in loads}
    found: dict[Expr, str] = {}

    def change(node: Expr) -> Expr:
        match node:
            case Binary("/", left, right) if names(right) <= constant and not names(left) <= constant:
                return Binary("*", left, Name(found.setdefault(right, f"_over_{len(found) + 1}")))
            case _:
                return node

    body = tuple(_changed(one, change) for one in kernel.body if one not in loads)
    lets = tuple(Let(name, Binary("/", Number(1.0), right)) for right, name in found.items())
    if loads:
        return replace(kernel, body=body), (*loads, *lets)
    return replace(kernel, body=body, invariant=(*kernel.invariant, *lets)), ()


def _changed(one: Instruction, change: Transform) -> Instruction:
    match one:
        case Load():
            return one
        case Draw(arguments=given):
            return replace(one, arguments=tuple(transform(argument, change) for argument in given))
        case If(condition, body):
            return If(transform(condition, change), tuple(_changed(inner, change) for inner in body))
        case _:
            return replace(one, value=transform(one.value, change))
