"""Whether a plain formula, or what a name in a kernel stands for, is real, an integer or a condition."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from eqsim.checking.checked import Type
from eqsim.language.expr import Binary, Call, Compare, Conditional, Expr, Logic, Name, Number, Unary
from eqsim.lowering.functions import CONSTANTS, DRAWS, FUNCTIONS
from eqsim.lowering.kernel import Draw, Kernel, Let, Load, flat

_NONE: Mapping[str, Type] = MappingProxyType({})


def type_of(expr: Expr, types: Mapping[str, Type], functions: Mapping[str, Type] = _NONE) -> Type:
    """Return the type of a plain formula, given those of its names.

    ``types`` must hold every name but the constants; ``functions`` the results of the functions that the language
    does not have (a TimedArray, a user's function), real where it says nothing. As in Python, ``/`` is real, and
    conditions count as integers in arithmetic; ``**`` is an integer for an integer to a literal power of at least 0.
    """
    match expr:
        case Number(value):
            return "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "real"
        case Name(name):
            return "real" if name in CONSTANTS and name not in types else types[name]
        case Unary(op="not") | Compare() | Logic():
            return "boolean"
        case Unary():
            return _widest(type_of(expr.operand, types, functions))
        case Binary():
            return _arithmetic(expr, types, functions)
        case Conditional():
            branches = (type_of(expr.then, types, functions), type_of(expr.otherwise, types, functions))
            return "boolean" if branches == ("boolean", "boolean") else _widest(*branches)
        case Call(name):
            return _result(expr, name, types, functions)


def _arithmetic(expr: Binary, types: Mapping[str, Type], functions: Mapping[str, Type]) -> Type:
    if expr.op == "/" or (expr.op == "**" and not whole_power(expr.right)):
        return "real"
    return _widest(type_of(expr.left, types, functions), type_of(expr.right, types, functions))


def _result(call: Call, name: str, types: Mapping[str, Type], functions: Mapping[str, Type]) -> Type:
    if name in functions:
        return functions[name]
    result = FUNCTIONS[name].result if name in FUNCTIONS else DRAWS[name][1] if name in DRAWS else "real"
    if result == "widest":
        return _widest(*(type_of(argument, types, functions) for argument in call.arguments))
    return result


def _widest(*types: Type) -> Type:
    return "real" if "real" in types else "integer"


def whole_power(exponent: Expr) -> bool:
    """Whether an exponent is a literal integer of at least 0, which keeps an integer an integer."""
    return isinstance(exponent, Number) and isinstance(exponent.value, int) and exponent.value >= 0


def types_of(kernel: Kernel, bound: tuple[Load | Let, ...] = ()) -> dict[str, Type]:
    """Return the type of every name that may stand in a formula."""
    types: dict[str, Type] = {**dict.fromkeys(("_i", "_j", "_k", "_step"), "integer"), "t": "real", "dt": "real"}
    types |= kernel.scalars
    types |= {name: "real" if entry == "real" else "integer" for name, entry in kernel.arrays.items()}
    for one in chain(kernel.invariant, bound, flat(kernel.body)):
        match one:
            case Let(name, _, kind):
                types[name] = kind
            case Load(name, array):
                types[name] = "real" if kernel.arrays[array] == "real" else "integer"
            case Draw(name, law):
                types[name] = "real" if law in {"uniform", "normal"} else "integer"
    return types
