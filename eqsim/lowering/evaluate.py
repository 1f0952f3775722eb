"""Evaluate a plain formula on NumPy arrays, with the meaning that every target must give it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.language.expr import Binary, Call, Compare, Conditional, Expr, Logic, Name, Number, Unary
from eqsim.lowering.functions import CONSTANTS, DRAWS, FUNCTIONS
from eqsim.lowering.types import whole_power
from eqsim.text.errors import DefinitionError, EqsimError, Mistake, UnknownNameError
from eqsim.text.nearest import nearest

Draw = Callable[[str, tuple[Any, ...]], Any]
"""Law and arguments to random numbers: ``draw("poisson", (rate,))``, one number for each element."""

_ARITHMETIC: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide, "//": np.floor_divide, "%": np.remainder}
)
_COMPARISON: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
        "==": np.equal,
        "!=": np.not_equal,
    }
)
_LOGIC: Mapping[str, Callable[..., Any]] = MappingProxyType({"and": np.logical_and, "or": np.logical_or})
_NONE: Mapping[str, Callable[..., Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Surroundings:
    values: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]]
    draw: Draw | None
    real: npt.DTypeLike | None


def evaluate(
    expr: Expr,
    values: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]] = _NONE,
    draw: Draw | None = None,
    real: npt.DTypeLike | None = None,
) -> Any:
    """Return the value of a formula without units: an array, or a Python number where no array is concerned.

    Arrays broadcast against each other. ``functions`` are those that the language does not have, called with arrays;
    ``draw`` gives random numbers and is called in the order in which the calls stand in the text. With ``real``
    every real array that arises is kept in that dtype, as a compiled kernel of that dtype does; without it NumPy's
    promotion decides, in which Python numbers take the dtype of the array that they meet.

    Operators mean what they mean in Python: ``/`` is real, ``//`` and ``%`` round down, conditions count as 0 and 1 in
    arithmetic. Division by zero and the like give infinity or NaN without a warning, since both branches of a
    conditional are computed. See `FUNCTIONS` for the functions, `type_of` for the type of the result.

    Raises UnknownNameError for a name that is not in ``values``, DefinitionError for a draw without ``draw``.
    """
    with np.errstate(all="ignore"):
        return _value(expr, _Surroundings(values, functions, draw, real))


def _value(expr: Expr, known: _Surroundings) -> Any:
    match expr:
        case Number(value):
            # an integer beyond 64 bits would make NumPy compute with objects
            return float(value) if isinstance(value, int) and abs(value) >= 2**63 else value
        case Name(name):
            return _named(expr, name, known)
        case Unary(op="not"):
            return _apply(np.logical_not, (_value(expr.operand, known),), known)
        case Unary(op):
            operand = _number(_value(expr.operand, known))
            return _apply(np.negative, (operand,), known) if op == "-" else operand
        case Binary():
            return _arithmetic(expr, known)
        case Compare(op):
            return _apply(_COMPARISON[op], (_value(expr.left, known), _value(expr.right, known)), known)
        case Logic(op):
            return _apply(_LOGIC[op], (_value(expr.left, known), _value(expr.right, known)), known)
        case Conditional():
            operands = (_value(expr.condition, known), _value(expr.then, known), _value(expr.otherwise, known))
            return _apply(_choose, operands, known)
        case Call():
            return _called(expr, known)


def _named(expr: Name, name: str, known: _Surroundings) -> Any:
    if name in known.values:
        value = known.values[name]
        # narrow integers (indexes, flags) would overflow in arithmetic
        narrow = isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.dtype != np.int64
        return value.astype(np.int64) if narrow else value
    if name in CONSTANTS:
        return CONSTANTS[name]
    hint = f"values here are {', '.join(sorted(known.values)) or 'numbers alone'}"
    raise _mistake(UnknownNameError, f"'{name}' has no value here", expr, hint)


def _arithmetic(expr: Binary, known: _Surroundings) -> Any:
    left, right = _number(_value(expr.left, known)), _number(_value(expr.right, known))
    if expr.op != "**":
        return _apply(_ARITHMETIC[expr.op], (left, right), known)
    if whole_power(expr.right):
        return _apply(np.power, (left, right), known)
    return _apply(np.float_power if _whole(left) and _whole(right) else np.power, (left, right), known)


def _called(expr: Call, known: _Surroundings) -> Any:
    name = expr.function
    arguments = tuple(_number(_value(argument, known)) for argument in expr.arguments)
    if name in known.functions:
        return known.functions[name](*arguments)
    if name in DRAWS:
        if known.draw is None:
            hint = "draw into a parameter first, and use that"
            raise _mistake(DefinitionError, f"{name}() cannot draw here", expr, hint)
        return _kept(known.draw(DRAWS[name][0], arguments), known.real)
    if name in FUNCTIONS:
        return _apply(FUNCTIONS[name].apply, arguments, known)
    near = nearest(name, {*FUNCTIONS, *DRAWS, *known.functions})
    hint = f"did you mean {near}?" if near else "es.function makes a Python function usable in texts"
    raise _mistake(UnknownNameError, f"there is no function '{name}'", expr, hint)


def _apply(operation: Callable[..., Any], operands: tuple[Any, ...], known: _Surroundings) -> Any:
    result = operation(*operands)
    if all(isinstance(operand, (int, float)) and not isinstance(operand, np.generic) for operand in operands):
        # a number stays a Python number: NumPy lets it take the dtype of the array that it meets
        return np.asarray(result).item()
    return _kept(result, known.real)


def _kept(value: Any, real: npt.DTypeLike | None) -> Any:
    """Return a real array in the dtype of reals, anything else as it is."""
    if real is None or not isinstance(value, (np.ndarray, np.generic)) or value.dtype.kind != "f":
        return value
    return value.astype(real, copy=False)


def _choose(condition: Any, then: Any, otherwise: Any) -> Any:
    return np.where(condition, then, otherwise)


def _number(value: Any) -> Any:
    """Return a value with conditions as 0 and 1."""
    if isinstance(value, (bool, np.bool)):
        return int(value)
    return value.astype(np.int64) if isinstance(value, np.ndarray) and value.dtype == np.bool else value


def _whole(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "iu")


def _mistake(error: type[EqsimError], summary: str, expr: Name | Call, hint: str) -> EqsimError:
    return error(Mistake(error, summary, expr.span, hint=hint))
