"""Whole numbers among real ones, as ``40`` in ``(V + 40)/10``, become real, so that single precision stays single.

Compiled languages count a whole and a single number together in double precision, which takes twice the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from eqsim.checking.checked import Type
from eqsim.language.expr import Binary, Call, Compare, Conditional, Expr, Number, Unary, transform
from eqsim.lowering.kernel import Add, Append, Draw, If, Instruction, Kernel, Let, Load, Store
from eqsim.lowering.types import type_of

_ALIKE = frozenset({"min", "max", "clip", "mod"})  # functions of numbers of one kind


def with_real_literals(kernel: Kernel) -> Kernel:
    """Return the kernel with whole numbers that stand beside real ones written as real numbers."""
    types: dict[str, Type] = {**dict.fromkeys(("_i", "_j", "_k", "_step"), "integer"), "t": "real", "dt": "real"}
    types |= kernel.scalars
    invariant = _written(kernel.invariant, kernel, types)
    body = _written(kernel.body, kernel, types)
    return replace(kernel, invariant=tuple(one for one in invariant if isinstance(one, Let)), body=body)


def _written(body: tuple[Instruction, ...], kernel: Kernel, types: dict[str, Type]) -> tuple[Instruction, ...]:
    found: list[Instruction] = []
    entries = {**kernel.arrays, **kernel.lists}
    for one in body:
        match one:
            case Let(name, value, kind):
                types[name] = kind
                found.append(Let(name, _formula(value, types, real=kind == "real"), kind))
            case Load(name, array):
                types[name] = "real" if entries[array] == "real" else "integer"
                found.append(one)
            case Draw(name, law, arguments=arguments):
                types[name] = "real" if law in {"uniform", "normal"} else "integer"
                found.append(replace(one, arguments=tuple(_formula(argument, types) for argument in arguments)))
            case Store(array, index, value) | Add(array, index, value):
                found.append(type(one)(array, index, _formula(value, types, real=entries[array] == "real")))
            case Append(target, value):
                found.append(Append(target, _formula(value, types, real=entries[target] == "real")))
            case If(condition, inner):
                found.append(If(_formula(condition, types), _written(inner, kernel, types)))
    return tuple(found)


def _formula(expr: Expr, types: Mapping[str, Type], *, real: bool = False) -> Expr:
    """Return a formula with real literals where they belong; ``real`` says that the whole is a real number."""

    def beside(one: Expr, *others: Expr) -> Expr:
        return _real(one) if any(type_of(other, types) == "real" for other in others) else one

    def change(node: Expr) -> Expr:
        match node:
            case Binary("/", left, right):
                return Binary("/", _real(left), _real(right), node.span)
            case Binary("**", left, right):
                return Binary("**", beside(left, right), right, node.span)
            case Binary(op, left, right):
                return Binary(op, beside(left, right), beside(right, left), node.span)
            case Compare(op, left, right):
                return Compare(op, beside(left, right), beside(right, left), node.span)
            case Conditional(condition, then, otherwise):
                return Conditional(condition, beside(then, otherwise), beside(otherwise, then), node.span)
            case Call(function, operands) if function in _ALIKE:
                return Call(function, tuple(beside(one, *operands) for one in operands), node.span)
            case _:
                return node

    changed = transform(expr, change)
    return _real(changed) if real else changed


def _real(expr: Expr) -> Expr:
    match expr:
        case Number(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53:
            return Number(float(value), expr.span)
        case Unary("-" | "+" as sign, operand):
            return Unary(sign, _real(operand), expr.span)
        case _:
            return expr
