"""Formulas tried on numbers: a quick proof that one is not linear."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from eqsim.language.expr import Binary, Call, Expr, Name, Number, Unary, names

_FUNCTIONS: Mapping[str, Callable[..., float]] = MappingProxyType(
    {
        "exp": math.exp,
        "expm1": math.expm1,
        "exprel": lambda x: math.expm1(x) / x,
        "log": math.log,
        "log10": math.log10,
        "log1p": math.log1p,
        "sqrt": math.sqrt,
        "sin": math.sin,
        "cos": math.cos,
        "tan": math.tan,
        "sinh": math.sinh,
        "cosh": math.cosh,
        "tanh": math.tanh,
        "arctan": math.atan,
        "erf": math.erf,
    }
)
_OPERATORS: Mapping[str, Callable[[float, float], float]] = MappingProxyType(
    {
        "+": lambda x, y: x + y,
        "-": lambda x, y: x - y,
        "*": lambda x, y: x * y,
        "/": lambda x, y: x / y,
        "**": math.pow,
    }
)
_SIZES = (1.0, 0.01, 30.0, 1e-4)  # of the numbers tried: some formulas overflow at some
_TOLERANCE = 1e-6


def bends(expr: Expr, states: frozenset[str]) -> bool:
    """Whether a formula is certainly not linear: along some line through the states its values are not collinear.

    A formula that cannot be evaluated (a function from outside, a condition, nothing but overflow) counts as bent.
    """
    spread = names(expr)
    tried = False
    for attempt, size in enumerate(_SIZES):
        base = {name: size * _number(position + 17 * attempt) for position, name in enumerate(sorted(spread), 1)}
        step = {name: size * _number(91 + 7 * position) for position, name in enumerate(sorted(states))}
        try:
            values = [_value(expr, {n: v + along * step.get(n, 0.0) for n, v in base.items()}) for along in range(4)]
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        except KeyError:
            return True
        tried = True
        curvature = max(abs(values[i] - 2 * values[i + 1] + values[i + 2]) for i in (0, 1))
        if not curvature <= _TOLERANCE * max(map(abs, values)):
            return True
    return not tried


def _number(index: int) -> float:
    """Return a number between 0.5 and 1.5 that follows no pattern."""
    return 0.5 + (index * 0.6180339887498949) % 1.0


def _value(expr: Expr, point: Mapping[str, float]) -> float:
    match expr:
        case Number(value):
            return float(value)
        case Name(name):
            return point[name]
        case Unary(op="-"):
            return -_value(expr.operand, point)
        case Unary(op="+"):
            return _value(expr.operand, point)
        case Binary():
            return _OPERATORS[expr.op](_value(expr.left, point), _value(expr.right, point))
        case Call() if len(expr.arguments) == 1:
            return _FUNCTIONS[expr.function](_value(expr.arguments[0], point))
        case _:
            raise KeyError
