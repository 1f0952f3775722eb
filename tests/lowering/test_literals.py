"""Whole numbers beside real ones are written as real; counts stay whole."""

import numpy as np
import pytest

import eqsim as es
from eqsim.language.parse import parse_expression
from eqsim.lowering.kernel import Kernel, Let
from eqsim.lowering.literals import with_real_literals


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("(x + 40)/10", "(x + 40.0)/10.0"),
        ("1 - x", "1.0 - x"),
        ("-(2*x)/3", "-(2.0*x)/3.0"),
        ("x**2 + 1", "x**2 + 1.0"),
        ("2**x", "2.0**x"),
        ("x > 0 and k > 0", "x > 0.0 and k > 0"),
        ("x if x > 1 else 0", "x if x > 1.0 else 0.0"),
        ("max(x, 0)", "max(x, 0.0)"),
        ("k % 2 + x", "k%2 + x"),
        ("k + 1", "k + 1"),
        ("1/2", "1.0/2.0"),
        ("x + (k + 1)", "x + (k + 1)"),
        ("floor(x)*2 + True", "floor(x)*2.0 + True"),
    ],
)
def test_formulas(formula, written):
    kernel = Kernel(
        "k", "each", {}, (Let("y", parse_expression(formula), "integer"),), {"x": "real", "k": "integer"}, {}
    )
    (let,) = with_real_literals(kernel).body
    assert str(let.value) == written


def test_single_precision_stays_single():
    """A loop over numbers of single precision has none of double precision in it."""
    text = "dv/dt = (1/(1 + exp(-(v + 35)/10)) - v)*2 : 1\nw : 1\n"
    group = es.NeuronGroup(8, text.replace(" : 1", ""), threshold="v > 3", reset="v = 0; w += 2", method="rk4")
    net = es.Network(group, dt=0.1, dtype="float32")
    net.run(1)
    kernel = next(one.call for one in net._build()[1].launches if getattr(one.call, "name", "") == "update")
    assert "35.0" in str(kernel)
    assert "(35)" not in str(kernel)
    assert group.v_.dtype == np.float32
