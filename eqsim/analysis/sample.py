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
        "**": lambda x, y: math.pow(x, y),
    }
)
_TRIES = 4
_TOLERANCE = 1e-6


def bends(expr: Expr, states: frozenset[str]) -> bool:
    """Whether a formula is certainly not linear: along some line through the states its values are not collinear.

    A formula that cannot be evaluated (a function from outside, a condition) counts as bent.
    """
    spread = names(expr)
    for attempt in range(_TRIES):
        base = {name: _number(position + 17 * attempt) for position, name in enumerate(sorted(spread), 1)}
        values = []
        for along in (0.0, 1.0, 2.0, 3.0):
            point = {
                n: v + along * _number(91 + 7 * len(n) + ord(n[-1])) if n in states else v for n, v in base.items()
            }
            try:
                values.append(_value(expr, point))
            except (ValueError, ZeroDivisionError, OverflowError):
                break
            except KeyError:
                return True
        else:
            size = max(map(abs, values))
            curvature = max(abs(values[i] - 2 * values[i + 1] + values[i + 2]) for i in (0, 1))
            if not curvature <= _TOLERANCE * size:
                return True
    return False


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
