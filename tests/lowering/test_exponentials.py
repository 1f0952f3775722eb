"""Exponentials that are powers of one another are computed from one, and mean the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqsim.language.expr import Expr, calls, walk
from eqsim.language.parse import parse_expression
from eqsim.lowering.exponentials import Linear, linear, with_shared_exponentials
from eqsim.lowering.kernel import If, Instruction, Kernel, Let, Load, Store


def formula(text: str) -> Expr:
    return parse_expression(text)


def kernel(*formulas: str) -> Kernel:
    """Return a kernel that stores each formula of V, U and the constant V_T in an array of its own."""
    stores = tuple(Store(f"out_{k}", "_i", formula(text)) for k, text in enumerate(formulas))
    arrays = {"V": "real", "U": "real"} | {store.array: "real" for store in stores}
    return Kernel("k", "each", arrays, (Load("V", "V", "_i"), Load("U", "U", "_i"), *stores), {"V_T": "real"}, {})


def carried_out(body: tuple[Instruction, ...], **values: float) -> list[float]:
    """Return what a body stores, in the order of its statements."""
    known = {**values, "exp": math.exp}
    stored = []
    for instruction in body:
        match instruction:
            case Let(name, value):
                known[name] = eval(str(value), {}, known)
            case Store(_, _, value):
                stored.append(eval(str(value), {}, known))
    return stored


def exponentials(of: Kernel) -> int:
    values = [instruction.value for instruction in of.body if isinstance(instruction, Let | Store)]
    return sum("exp" in calls(node) and getattr(node, "function", "") == "exp" for v in values for node in walk(v))


@pytest.mark.parametrize(
    ("text", "factors", "shift"),
    [
        ("-(V + 65)/20", {"V": -0.05}, -3.25),
        ("2*(V - V_T) - 3*V + 1", {"V": -1.0, "V_T": -2.0}, 1.0),
        ("V*U/4", {"V*U": 0.25}, 0.0),
        ("(V - V_T)/U", {"(V - V_T)/U": 1.0}, 0.0),
        ("7", {}, 7.0),
    ],
)
def test_linear(text: str, factors: dict[str, float], shift: float) -> None:
    """A formula is taken apart into terms, factors and a number."""
    found = linear(formula(text))
    assert {str(term): factor for term, factor in found.factors.items()} == pytest.approx(factors)
    assert found.shift == pytest.approx(shift)


def test_hodgkin_huxley_rates_need_two_exponentials() -> None:
    """Of the four rates that are exponentials, three are powers of one."""
    rates = ("4*exp(-(V + 65)/18)", "0.07*exp(-(V + 65)/20)", "1/(1 + exp(-(V + 35)/10))", "0.125*exp(-(V + 65)/80)")
    before, after = kernel(*rates), with_shared_exponentials(kernel(*rates))
    assert (exponentials(before), exponentials(after)) == (4, 2)
    for V in (-120.0, -65.0, -12.5, 0.0, 80.0):
        assert carried_out(after.body, V=V, U=0, V_T=0) == pytest.approx(
            carried_out(before.body, V=V, U=0, V_T=0), rel=3e-15
        )


@pytest.mark.parametrize(
    "pair",
    [
        ("exp(V/10)", "exp(V/25)"),  # 2.5 is no whole number
        ("exp(V/10)", "exp(-V/10)"),  # a reciprocal would be a division
        ("exp(V/2)", "exp(V/20)"),  # ten times the rounding error
        ("exp(V)", "exp(V + 9)"),  # infinite at other voltages
        ("exp(V)", "exp(U)"),
        ("exp(V - V_T)", "exp(2*V - V_T)"),
        ("exp(V_T)", "exp(2*V_T)"),  # the same for all: computed once anyway
    ],
)
def test_others_stay(pair: tuple[str, str]) -> None:
    """What is no small power, or not worth it, stays as it was written."""
    assert with_shared_exponentials(kernel(*pair)) == kernel(*pair)


def test_conditional_statements_stay() -> None:
    """A statement that may not be carried out shares nothing with others."""
    one = kernel("exp(V)")
    inside = If(formula("V > 0"), (Store("out_0", "_i", formula("exp(2*V)")),))
    both = Kernel("k", "each", one.arrays, (*one.body, inside), one.scalars, {})
    assert with_shared_exponentials(both) == both


numbers = st.floats(-30, 30, allow_nan=False).map(lambda x: round(x, 3))


@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from([1, 2, 3, 4, 5, 6, 8]), numbers), min_size=2, max_size=6),
    numbers,
    numbers,
)
def test_meaning_stays(terms: list[tuple[int, int, float]], V: float, V_T: float) -> None:
    """Any set of exponentials of multiples of one formula keeps its values to a few roundings."""
    texts = [f"exp({k}*(V - V_T + {shift})/{40 * scale})" for k, scale, shift in terms]
    before = kernel(*texts)
    after = with_shared_exponentials(before)
    assert exponentials(after) <= exponentials(before)
    wanted = carried_out(before.body, V=V, U=0, V_T=V_T)
    assert carried_out(after.body, V=V, U=0, V_T=V_T) == pytest.approx(wanted, rel=1e-13)


def test_multiples() -> None:
    """A multiple has the same terms, all times one small whole number."""
    base = linear(formula("(V - V_T)/40 + 1"))
    assert linear(formula("(V - V_T)/5")).multiple_of(base) == 8
    assert linear(formula("V/5 - V_T/40")).multiple_of(base) is None
    assert Linear({}).multiple_of(base) is None
