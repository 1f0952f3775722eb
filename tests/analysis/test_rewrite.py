"""0/0 of rate functions is written by exprel, with the same value elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from eqsim.analysis.rewrite import rewrite
from eqsim.language.expression import parse_expression
from eqsim.lowering.evaluate import evaluate

HOLES = [  # formula, where its hole is, value there
    ("x/(exp(x) - 1)", 0.0, 1.0),
    ("x/(1 - exp(-x))", 0.0, 1.0),
    ("(exp(x) - 1)/x", 0.0, 1.0),
    ("(1 - exp(-x))/x", 0.0, 1.0),
    ("expm1(x)/x", 0.0, 1.0),
    ("2*x/expm1(x/2)", 0.0, 4.0),
    ("(exp(x/2) - 1)/(3*x)", 0.0, 1 / 6),
    ("a*(x - V0)/(exp((x - V0)/k) - 1)", 7.0, 6.0),
    ("-a*(x - V0)/(exp(-(x - V0)/k) - 1)", 7.0, 6.0),
    ("0.01*(10 - x)/(exp((10 - x)/10) - 1)", 10.0, 0.1),  # Hodgkin & Huxley (1952), eq 12
    ("0.1*(25 - x)/(exp((25 - x)/10) - 1)", 25.0, 1.0),
    ("0.1*(x + 40)/(1 - exp(-(x + 40)/10))", -40.0, 1.0),
    ("0.1*(x + 40)/(1 - exp(-0.1*(40 + x)))", -40.0, 1.0),
    ("0.1*(x + 40.0)/(1. - exp(-x/10 - 4))", -40.0, 1.0),
    ("0.32*(13 - x + VT)/(exp((13 - x + VT)/4) - 1.)", -50.0, 1.28),  # Traub & Miles (1991)
    ("0.28*(x - VT - 40)/(exp((x - VT - 40)/5) - 1)", -23.0, 1.4),
    ("0.032*(15 - x + VT)/(exp((15 - x + VT)/5) - 1)*3", -48.0, 0.48),
    ("3*(1/(exp((x - 1)/k) - 1))*(x - 1)", 1.0, 9.0),
]


@pytest.mark.parametrize(("text", "hole", "value"), HOLES)
def test_the_hole_is_closed_and_all_else_stays(text, hole, value):
    given = {"a": 2.0, "V0": 7.0, "k": 3.0, "VT": -63.0}
    before, after = parse_expression(text), rewrite(parse_expression(text))
    assert not np.isfinite(evaluate(before, {**given, "x": np.array([hole])})).all()
    assert evaluate(after, {**given, "x": np.array([hole])})[0] == pytest.approx(value, rel=1e-14)
    x = hole + np.array([-30.0, -3.0, -0.5, 0.2, 4.0, 50.0])
    np.testing.assert_allclose(evaluate(after, {**given, "x": x}), evaluate(before, {**given, "x": x}), rtol=1e-12)
    near = evaluate(after, {**given, "x": hole + np.array([-1e-13, 1e-13])})
    np.testing.assert_allclose(near, value, rtol=1e-10)


@pytest.mark.parametrize(
    "text",
    [
        "0.1*(V + 40)/(1 - exp(-V))",  # the zeros differ
        "1/(exp(x) - 1)",
        "x/(exp(x) + 1)",
        "x/(exp(x) - 2)",
        "(x + 1)/(exp(x) - 1)",
        "4*exp(-(V + 65)/18)",
        "g*(V - E)/C",
        "y/(exp(x) - 1)",
    ],
)
def test_what_has_no_such_hole_stays_as_written(text):
    expr = parse_expression(text)
    assert rewrite(expr) == expr


def test_inside_a_larger_formula():
    expr = rewrite(parse_expression("n*0.1*(V + 40)/(1 - exp(-(V + 40)/10)) - exp(V)*(1 - n)"))
    assert str(expr) == "n/exprel(-(V + 40)/10) - exp(V)*(1 - n)"
