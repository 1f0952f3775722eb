"""Derivatives equal finite differences."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from eqsim.analysis.differentiate import differentiate
from eqsim.language.expr import Binary, Call, Compare, Conditional, Name, Number, Unary, walk
from eqsim.language.expression import parse_expression
from eqsim.lowering.evaluate import evaluate
from eqsim.text.errors import SchemeError

SMOOTH = ["exp", "expm1", "exprel", "sin", "cos", "tanh", "arctan", "erf", "sinh", "cosh"]


@st.composite
def formulas(draw, depth=3):
    if depth == 0:
        return draw(st.sampled_from([Name("x"), Name("x"), Name("y"), Number(2), Number(0.3)]))
    inner = lambda: draw(formulas(depth - 1))
    match draw(st.integers(0, 6)):
        case 0 | 1:
            return Binary(draw(st.sampled_from(["+", "-", "*", "/"])), inner(), inner())
        case 2:
            return Binary("**", inner(), Number(draw(st.integers(2, 3))))
        case 3:
            return Call(draw(st.sampled_from(SMOOTH)), (inner(),))
        case 4:
            return Conditional(Compare("<", Name("y"), Number(draw(st.integers(0, 2)))), inner(), inner())
        case 5:
            return Unary("-", inner())
        case _:
            return inner()


@settings(max_examples=150, deadline=None)
@given(formulas(), st.integers(-40, 40).map(lambda n: n / 40 + 0.013), st.sampled_from([0.5, 0.9, 1.3]))
def test_derivative_is_the_slope(expr, x, y):
    assume(all(np.isfinite(evaluate(node, {"x": x, "y": y})) for node in walk(expr)))  # no 1/0 on the way
    values = lambda at: evaluate(expr, {"x": at, "y": y})
    steps = (1e-3, 5e-4)
    slopes = [(8 * (values(x + h) - values(x - h)) - (values(x + 2 * h) - values(x - 2 * h))) / (12 * h) for h in steps]
    size = np.max(np.abs([values(x + k * 1e-3) for k in range(-2, 3)]))
    assume(np.isfinite(slopes).all() and size < 1e4)
    assume(abs(slopes[0] - slopes[1]) < 1e-7 * (1 + abs(slopes[1])))  # smooth enough for differences to tell
    derivative = evaluate(differentiate(expr, "x"), {"x": x, "y": y})
    assert derivative == pytest.approx(slopes[1], rel=1e-5, abs=1e-6 * (1 + size))


@pytest.mark.parametrize(
    "text",
    [
        "log(x) + log10(x)*log1p(x)", "sqrt(x)*tan(x)", "arcsin(x/3) + arccos(x/4)", "arctan2(x, 2 + x)", "x**y",
        "y**x", "x**-1.5", "clip(x**2, 0.1, 5)", "clip(x**2, 0.1, 0.2)", "min(x, x**2, 3)", "max(x, x**2)", "abs(-x)*x",
        "x % 0.3 + mod(x, 0.4)", "floor(x)*x", "int(x > 0)*x", "x // 0.3 * x", "where(x > 0, x**3, 2)",
    ],
)  # fmt: skip
def test_further_functions(text):
    expr = parse_expression(text)
    h, at = 1e-6, 0.73
    slope = (evaluate(expr, {"x": at + h, "y": 1.7}) - evaluate(expr, {"x": at - h, "y": 1.7})) / (2 * h)
    assert evaluate(differentiate(expr, "x"), {"x": at, "y": 1.7}) == pytest.approx(slope, rel=1e-7)


def test_derivative_of_exprel_is_good_everywhere():
    """The closed form loses its digits near 0; against sixty digits."""
    slope = differentiate(parse_expression("exprel(x)"), "x")
    with mpmath.workdps(60):
        for x in [0.0, 1e-12, 1e-5, 0.0299, -0.0299, 0.0301, -0.0301, 0.5, -3.0, 20.0]:
            z = mpmath.mpf(x)
            true = mpmath.mpf(1) / 2 if x == 0 else (mpmath.exp(z) * z - mpmath.expm1(z)) / z**2
            assert evaluate(slope, {"x": np.array([x])})[0] == pytest.approx(float(true), rel=1e-12)


def test_through_subexpressions():
    aliases = {"a": parse_expression("b*x"), "b": parse_expression("x**2")}
    slope = differentiate(parse_expression("a + y"), "x", aliases)
    assert evaluate(slope, {"x": 2.0, "y": 1.0, "b": 4.0}) == pytest.approx(12.0)


def test_nothing_is_left_of_what_does_not_depend():
    assert str(differentiate(parse_expression("exp(y)*3 + f(y)"), "x")) == "0"
    assert str(differentiate(parse_expression("x*y"), "x")) == "y"


def test_a_function_from_outside_is_an_error_with_its_place():
    with pytest.raises(SchemeError, match=r"the derivative of foo\(\) is not known") as caught:
        differentiate(parse_expression("y + foo(x)"), "x")
    assert caught.value.column == 5
