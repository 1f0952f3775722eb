"""What is the same for all elements, taken out of quotients and products: computed once before the loop over them.

LLVM does this to the loops of the Numba target, which allow it; GCC only together with what would change more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import reduce

from eqsim.checking.checked import Type
from eqsim.language.expr import Binary, Call, Compare, Expr, Name, Number, children, names, rebuild
from eqsim.lowering.kernel import Draw, If, Instruction, Kernel, Let, Load, touches
from eqsim.lowering.types import type_of

Change = Callable[[Expr], Expr]
_DISCONTINUOUS = frozenset({"floor", "ceil", "int", "sign", "heaviside", "timestep", "mod", "_held"})


def without_invariants(kernel: Kernel, types: Mapping[str, Type]) -> tuple[Kernel, tuple[Load | Let, ...]]:
    """Return a kernel without such factors and divisors, and what it needs bound after its invariant locals.

    In loops over neurons values that all share are loaded before the loop, too. ``types`` holds those of all names.
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
    known = dict(types)

    def bound(value: Expr) -> Expr:
        name = found.setdefault(value, f"_same_{len(found) + 1}")
        constant.add(name)
        known[name] = "real"
        return Name(name)

    def change(node: Expr) -> Expr:
        if isinstance(node, Binary) and node.op == "/" and names(node.right) <= constant:
            if names(node.left) <= constant:
                return node
            node = Binary("*", node.left, bound(Binary("/", Number(1.0), node.right)))
        if not isinstance(node, Binary) or node.op != "*" or type_of(node, known) != "real":
            return node
        same = [factor for factor in _factors(node) if names(factor) <= constant]
        other = [factor for factor in _factors(node) if not names(factor) <= constant]
        if len(same) < 2 or not other:
            return node
        return reduce(_product, other, bound(reduce(_product, same)))

    def rewritten(expr: Expr) -> Expr:
        if _jumps(expr):
            return expr
        return change(rebuild(expr, tuple(rewritten(child) for child in children(expr))))

    body = tuple(_changed(one, rewritten) for one in kernel.body if one not in loads)
    lets = tuple(Let(name, value) for value, name in found.items())
    if loads:
        return replace(kernel, body=body), (*loads, *lets)
    return replace(kernel, body=body, invariant=(*kernel.invariant, *lets)), ()


def _jumps(expr: Expr) -> bool:
    """Whether the last digit of an operand may decide: 49*(1/49) is not 1."""
    match expr:
        case Compare() | Binary(op="//" | "%"):
            return True
        case Call(function):
            return function in _DISCONTINUOUS
        case _:
            return False


def _factors(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Binary) and expr.op == "*":
        yield from _factors(expr.left)
        yield from _factors(expr.right)
    else:
        yield expr


def _product(left: Expr, right: Expr) -> Expr:
    return Binary("*", left, right)


def _changed(one: Instruction, change: Change) -> Instruction:
    match one:
        case Load():
            return one
        case Draw(arguments=given):
            return replace(one, arguments=tuple(change(argument) for argument in given))
        case If(condition, body):
            return If(change(condition), tuple(_changed(inner, change) for inner in body))
        case _:
            return replace(one, value=change(one.value))
