"""A kernel for languages whose names have types: the type of every name, and names that are words of the language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import chain

from eqsim.checking.checked import Type
from eqsim.language.expr import Expr, Name, substitute
from eqsim.lowering.kernel import Add, Append, Draw, If, Instruction, Kernel, Let, Load, Store, flat
from eqsim.lowering.types import type_of


def renamed(kernel: Kernel, reserved: Collection[str]) -> Kernel:
    """Return the kernel with locals and arguments of other names where theirs are words of the language."""
    bound = {one.name for one in chain(flat(kernel.body), kernel.invariant) if isinstance(one, Let | Load | Draw)}
    names = {name: f"_named_{name}" for name in (bound | kernel.scalars.keys()) & set(reserved)}
    if not names:
        return kernel
    values: dict[str, Expr] = {name: Name(other) for name, other in names.items()}
    return replace(
        kernel,
        scalars={names.get(name, name): kind for name, kind in kernel.scalars.items()},
        invariant=tuple(Let(names.get(x.name, x.name), substitute(x.value, values), x.type) for x in kernel.invariant),
        body=tuple(_with_names(one, names, values) for one in kernel.body),
    )


def _with_names(one: Instruction, names: Mapping[str, str], values: Mapping[str, Expr]) -> Instruction:
    match one:
        case Load(name):
            return replace(one, name=names.get(name, name))
        case Let(name, value):
            return replace(one, name=names.get(name, name), value=substitute(value, values))
        case Draw(name, arguments=given):
            given = tuple(substitute(argument, values) for argument in given)
            return replace(one, name=names.get(name, name), arguments=given)
        case Store(_, _, value) | Add(_, _, value) | Append(_, value):
            return replace(one, value=substitute(value, values))
        case If(condition, body):
            return If(substitute(condition, values), tuple(_with_names(inner, names, values) for inner in body))


def is_whole(expr: Expr, types: Mapping[str, Type]) -> bool:
    """Whether a formula is an integer or a condition."""
    return type_of(expr, types) != "real"
