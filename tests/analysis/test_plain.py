"""Units stripped: every formula on plain numbers gives the value that the formula with units has."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.analysis.plain import plain, plain_in
from eqsim.checking.checked import External, Role, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.language.expr import Binary, Call, Compare, Conditional, Expr, Name, Number, Unary
from eqsim.language.expression import parse_expression
from eqsim.lowering.evaluate import evaluate

VOLT = (Fraction(2), Fraction(1), Fraction(-3), Fraction(-1), Fraction(0), Fraction(0), Fraction(0))
SECOND = (Fraction(0), Fraction(0), Fraction(1), Fraction(0), Fraction(0), Fraction(0), Fraction(0))


def volts(scale):
    return Unit(VOLT, Fraction(scale))


def seconds(scale):
    return Unit(SECOND, Fraction(scale))


SYMBOLS = {
    "V": Symbol("V", Role.STATE, volts(-3)),
    "W": Symbol("W", Role.STATE, volts(0)),
    "E": Symbol("E", Role.EXTERNAL, volts(0)),
    "S": Symbol("S", Role.PARAMETER, volts(-6), shared=True),
    "tau": Symbol("tau", Role.PARAMETER, seconds(-3)),
    "t": Symbol("t", Role.BUILTIN, seconds(-3)),
    "x": Symbol("x", Role.STATE, Unit()),
    "xi": Symbol("xi", Role.NOISE, Unit(tuple(-e / 2 for e in SECOND), Fraction(3, 2))),
    "mV": Symbol("mV", Role.UNIT, volts(-3)),
    "volt": Symbol("volt", Role.UNIT, volts(0)),
    "ms": Symbol("ms", Role.UNIT, seconds(-3)),
    "second": Symbol("second", Role.UNIT, seconds(0)),
    "inf": Symbol("inf", Role.CONSTANT, Unit()),
}


@pytest.mark.parametrize(
    ("text", "result", "scale"),
    [
        ("-50*mV", "-50", -3),
        ("V > -50*mV", "V > -50", 0),
        ("V > -0.05*volt", "V > -50.0", 0),
        ("W > -50*mV", "W > -0.05", 0),
        ("V > 0", "V > 0", 0),
        ("clip(V, 0, inf)", "clip(V, 0, inf)", -3),
        ("exp((V - 40*mV)/(10*mV))", "exp((V - 40)/10)", 0),
        ("0.1/mV*(V + 40*mV)", "0.1*(V + 40)", 0),
        ("(E - V)/tau", "(E*1000.0 - V)/tau", 0),  # the factor falls on the captured constant
        ("V + S", "V + S/1000.0", -3),
        ("W + V", "W + V/1000.0", 0),
        ("V/(0.3*volt)", "V/0.3", -3),
        ("exp(V/(0.3*volt))", "exp(V/300.0)", 0),
        ("sqrt(2/tau)*xi*V", "sqrt(2/tau)*xi*V", 0),
        ("V if V > 3*mV else 0", "V if V > 3 else 0", -3),
        ("second**0.5*x/ms**0.5", "x", Fraction(3, 2)),
        ("exp(second**0.5*x/ms**0.5)", "exp(x*31.622776601683793)", 0),
        ("(V/mV)**x", "V**x", 0),
        ("(V/volt)**x", "(V/1000.0)**x", 0),
        ("V**-2*volt", "V**-2", 6),
        ("V**(1/3)", "V**(1/3)", -1),
        ("0*mV + V", "0 + V", -3),
        ("min(V, 2*volt)", "min(V, 2000.0)", -3),
        ("sign(W)*x", "sign(W)*x", 0),
        ("int(V > 3*mV)*x", "int(V > 3)*x", 0),
        ("abs(V)/mV", "abs(V)", 0),
        ("t % (5*ms)", "t%5", -3),
        ("V//W", "V // (W*1000.0)", 0),
        ("7*mV*0.1", "7*0.1", -3),
        ("arctan2(V, volt)", "arctan2(V, 1000.0)", 0),
        ("not (V > volt) and x > 1", "not V > 1000.0 and x > 1", 0),
    ],
)
def test_what_a_formula_becomes(text, result, scale):
    stripped, found = plain(parse_expression(text), SYMBOLS)
    assert (str(stripped), found) == (result, scale)


def test_a_drift_in_its_own_units_carries_no_factor():
    drift = parse_expression("(E - V)/tau + V*xi/sqrt(tau)")
    symbols = {**SYMBOLS, "E": Symbol("E", Role.EXTERNAL, volts(-3))}
    assert str(plain_in(drift, symbols, volts(-3) / seconds(-3))) == "(E - V)/tau + V*xi/sqrt(tau)"


def test_terms_of_a_sum_go_to_the_wanted_unit_each_by_itself():
    symbols = {**SYMBOLS, "T": Symbol("T", Role.PARAMETER, seconds(0))}
    drift = parse_expression("-V/T + V*sqrt(2/T)*xi")
    assert str(plain_in(drift, symbols, volts(-3) / seconds(-3))) == "-V/T/1000.0 + V*sqrt(2/T)*xi*0.03162277660168379"


def test_decimal_constants_stay_exact():
    """0.07 times 1000 is 70, whatever binary rounding does on the way."""
    for text, value in [("0.07*volt", 70.0), ("1.1*volt", 1100.0), ("0.29*volt", 290.0), ("3*mV", 3)]:
        assert plain_in(parse_expression(text), SYMBOLS, volts(-3)).value == value


def test_functions_from_outside_take_their_arguments_in_their_units():
    externals = {
        "I": External("timed_array", volts(-3)),
        "F": External("function", volts(0), arguments=(volts(0), Unit())),
    }
    symbols = {**SYMBOLS, "I": Symbol("I", Role.EXTERNAL, volts(-3)), "F": Symbol("F", Role.EXTERNAL, volts(0))}
    text = "I(t - 1*second) + F(V, x)"
    assert str(plain_in(parse_expression(text), symbols, volts(-3), externals)) == (
        "I(t - 1000.0) + F(V/1000.0, x)*1000.0"
    )


def test_a_timed_array_in_a_model_without_units_takes_plain_numbers():
    symbols = {"t": Symbol("t", Role.BUILTIN, Unit()), "I": Symbol("I", Role.EXTERNAL, Unit())}
    assert str(plain_in(parse_expression("I(t - 5)"), symbols, Unit())) == "I(t - 5)"


# the property: value times ten to the scale is the value in SI units -------------------------------------------------

SCALES = st.sampled_from([-12, -9, -6, -3, 0, 3])


@st.composite
def formulas(draw, dimension, depth=3):
    """A formula of volts ** dimension over symbols of many scales."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(atoms(dimension))
    inner = lambda d: draw(formulas(d, depth - 1))
    match draw(st.sampled_from(["sum", "product", "quotient", "choice", "sign", "min", "abs", "sqrt", "square"])):
        case "sum":
            return Binary(draw(st.sampled_from(["+", "-"])), inner(dimension), inner(dimension))
        case "product":
            part = draw(st.integers(-1, 1))
            return Binary("*", inner(dimension - part), inner(part))
        case "quotient":
            part = draw(st.integers(-1, 1))
            return Binary("/", inner(dimension + part), inner(part))
        case "choice":
            return Conditional(Compare("<", inner(1), inner(1)), inner(dimension), inner(dimension))
        case "sign":
            return Unary("-", inner(dimension))
        case "min":
            return Call(draw(st.sampled_from(["min", "max"])), (inner(dimension), inner(dimension)))
        case "abs":
            return Call("abs", (inner(dimension),))
        case "sqrt":
            return Call("sqrt", (Call("abs", (inner(2 * dimension),)),))
        case _:
            return inner(dimension) if dimension % 2 else Binary("**", inner(dimension // 2), Number(2))


@st.composite
def atoms(draw, dimension):
    number = Number(draw(st.sampled_from([1, 2, 3, 0.1, 0.07, 12.5])))
    if dimension == 0:
        return number
    base = Name(f"{draw(st.sampled_from('vpu'))}{draw(st.integers(0, 5))}")
    power = (
        base
        if dimension == 1
        else Binary("**", base, Number(dimension) if dimension > 0 else Unary("-", Number(-dimension)))
    )
    return power if draw(st.booleans()) else Binary("*", number, power)


ROLES = {"v": Role.STATE, "p": Role.EXTERNAL, "u": Role.UNIT}


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(-1, 2), SCALES)
def test_value_times_scale_is_the_value_in_si(data, dimension, target):
    expr: Expr = data.draw(formulas(dimension))
    scales = {f"{kind}{n}": (-9, -6, -3, 0, 3, -12)[n] for kind in ROLES for n in range(6)}
    symbols = {name: Symbol(name, ROLES[name[0]], volts(scale)) for name, scale in scales.items()}
    kept = {name: 1.0 if name[0] == "u" else 0.5 + 0.37 * n for n, name in enumerate(scales)}
    si = evaluate(expr, {name: kept[name] * 10.0 ** scales[name] for name in scales})
    stripped, scale = plain(expr, symbols)
    values = {name: value for name, value in kept.items() if name[0] != "u"}
    size = magnitude(expr, {name: kept[name] * 10.0 ** scales[name] for name in scales})
    if not math.isfinite(size):
        return
    assert evaluate(stripped, values) * 10.0 ** float(scale) == pytest.approx(si, rel=1e-9, abs=1e-9 * size)
    unit = Unit(tuple(e * dimension for e in VOLT), Fraction(target))
    assert evaluate(plain_in(expr, symbols, unit), values) * 10.0**target == pytest.approx(
        si, rel=1e-9, abs=1e-9 * size
    )


def magnitude(expr, values):
    """A bound for the rounding of a formula: its value with all terms of one sign, nothing cancelled; else no bound."""
    match expr:
        case Binary(op="+" | "-"):
            return magnitude(expr.left, values) + magnitude(expr.right, values)
        case Binary(op="*"):
            return magnitude(expr.left, values) * magnitude(expr.right, values)
        case Binary(op="/"):
            below = abs(evaluate(expr.right, values))
            if below < 1e-3 * magnitude(expr.right, values) or below == 0:
                return np.inf
            return magnitude(expr.left, values) / below
        case Binary(op="**") if isinstance(expr.right, Number):
            return magnitude(expr.left, values) ** expr.right.value
        case Conditional():
            left, right = (evaluate(side, values) for side in (expr.condition.left, expr.condition.right))
            close = abs(left - right) <= 1e-9 * sum(
                magnitude(s, values) for s in (expr.condition.left, expr.condition.right)
            )
            return np.inf if close else max(magnitude(expr.then, values), magnitude(expr.otherwise, values))
        case Call(function="sqrt"):
            inner = abs(evaluate(expr.arguments[0], values))
            return np.inf if inner < 1e-6 * magnitude(expr.arguments[0], values) else math.sqrt(inner)
        case Call(function="min" | "max"):
            return max(magnitude(argument, values) for argument in expr.arguments)
        case Call() | Unary():
            operands = expr.arguments if isinstance(expr, Call) else (expr.operand,)
            return magnitude(operands[0], values)
        case _:
            return abs(evaluate(expr, values))
