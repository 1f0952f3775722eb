"""The derivative of a formula with respect to a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from eqsim.analysis.formula import (
    ONE,
    TWO,
    ZERO,
    call,
    is_zero,
    literal,
    minus,
    negative,
    over,
    plus,
    power,
    times,
    where,
)
from eqsim.language.expr import Binary, Call, Compare, Conditional, Expr, Logic, Name, Number, Unary
from eqsim.text.errors import Mistake, SchemeError

_NO_ALIASES: Mapping[str, Expr] = MappingProxyType({})
_FLAT = frozenset({"floor", "ceil", "sign", "int", "heaviside", "timestep", "rand", "randn", "poisson", "binomial"})
_SMALL = 0.03  # below it the series of exprel's derivative is good to the last digit


def differentiate(expr: Expr, name: str, aliases: Mapping[str, Expr] = _NO_ALIASES) -> Expr:
    """Return d expr / d name; names of ``aliases`` are taken as the formulas that they stand for.

    Steps (``floor``, a comparison) count as flat, ``abs``, ``min``, ``max`` and ``clip`` as the branch that holds.
    Raises SchemeError for a function whose derivative is not known.
    """
    match expr:
        case Number() | Compare() | Logic() | Unary(op="not"):
            return ZERO
        case Name(other):
            if other == name:
                return ONE
            return differentiate(aliases[other], name, aliases) if other in aliases else ZERO
        case Unary(op):
            inner = differentiate(expr.operand, name, aliases)
            return negative(inner) if op == "-" else inner
        case Conditional():
            branches = (differentiate(part, name, aliases) for part in (expr.then, expr.otherwise))
            return where(expr.condition, *branches)
        case Binary():
            left, right = (differentiate(part, name, aliases) for part in (expr.left, expr.right))
            return _binary(expr, left, right)
        case Call():
            inner_derivatives = tuple(differentiate(argument, name, aliases) for argument in expr.arguments)
            return ZERO if all(map(is_zero, inner_derivatives)) else _called(expr, inner_derivatives)


def _binary(expr: Binary, left: Expr, right: Expr) -> Expr:
    x, y = expr.left, expr.right
    match expr.op:
        case "+":
            return plus(left, right)
        case "-":
            return minus(left, right)
        case "*":
            return plus(times(left, y), times(x, right))
        case "/":
            return minus(over(left, y), over(times(x, right), power(y, TWO)))
        case "**":
            base = times(times(y, power(x, minus(y, ONE) if not isinstance(y, Number) else literal(y.value - 1))), left)
            return plus(base, times(times(expr, call("log", x)), right))
        case "//":
            return ZERO
        case "%":  # x - y*floor(x/y)
            return minus(left, times(right, Binary("//", x, y)))


def _called(expr: Call, inner: tuple[Expr, ...]) -> Expr:
    function, arguments = expr.function, expr.arguments
    if function in _FLAT:
        return ZERO
    if function in _OUTER:
        return times(_OUTER[function](arguments[0]), inner[0])
    x = arguments[0]
    match function:
        case "mod":
            return _binary(Binary("%", x, arguments[1]), inner[0], inner[1])
        case "arctan2":
            y = arguments[1]
            square = plus(power(x, TWO), power(y, TWO))
            return over(minus(times(y, inner[0]), times(x, inner[1])), square)
        case "clip":
            low, high = arguments[1], arguments[2]
            return where(Compare("<", x, low), inner[1], where(Compare(">", x, high), inner[2], inner[0]))
        case "min" | "max":
            return _extreme(expr, inner)
        case _:
            hint = "write the formula out, or take a scheme that needs no derivative, such as heun or rk4"
            raise SchemeError(
                Mistake(SchemeError, f"the derivative of {function}() is not known", expr.span, hint=hint)
            )


def _extreme(expr: Call, inner: tuple[Expr, ...]) -> Expr:
    """Return the derivative of the argument that is the smallest (largest)."""
    *others, last = expr.arguments
    if not others:
        return inner[0]
    rest = others[0] if len(others) == 1 else Call(expr.function, tuple(others))
    kept = inner[0] if len(others) == 1 else _extreme(Call(expr.function, tuple(others)), inner[:-1])
    return where(Compare("<=" if expr.function == "min" else ">=", rest, last), kept, inner[-1])


def _exprel(x: Expr) -> Expr:
    """Return the derivative of (e**x - 1)/x: (e**x - exprel(x))/x, near 0 its series."""
    series: Expr = literal(1 / 840)
    for coefficient in (1 / 144, 1 / 30, 1 / 8, 1 / 3, 1 / 2):
        series = plus(literal(coefficient), times(x, series))
    closed = over(minus(call("exp", x), call("exprel", x)), x)
    return where(Compare("<", call("abs", x), literal(_SMALL)), series, closed)


_OUTER: Mapping[str, Callable[[Expr], Expr]] = MappingProxyType(
    {
        "exp": lambda x: call("exp", x),
        "expm1": lambda x: call("exp", x),
        "exprel": _exprel,
        "log": lambda x: over(ONE, x),
        "log10": lambda x: over(ONE, times(x, call("log", literal(10)))),
        "log1p": lambda x: over(ONE, plus(ONE, x)),
        "sqrt": lambda x: over(ONE, times(TWO, call("sqrt", x))),
        "sin": lambda x: call("cos", x),
        "cos": lambda x: negative(call("sin", x)),
        "tan": lambda x: over(ONE, power(call("cos", x), TWO)),
        "sinh": lambda x: call("cosh", x),
        "cosh": lambda x: call("sinh", x),
        "tanh": lambda x: minus(ONE, power(call("tanh", x), TWO)),
        "arcsin": lambda x: over(ONE, call("sqrt", minus(ONE, power(x, TWO)))),
        "arccos": lambda x: negative(over(ONE, call("sqrt", minus(ONE, power(x, TWO))))),
        "arctan": lambda x: over(ONE, plus(ONE, power(x, TWO))),
        "erf": lambda x: times(over(TWO, call("sqrt", Name("pi"))), call("exp", negative(power(x, TWO)))),
        "abs": lambda x: call("sign", x),
    }
)
