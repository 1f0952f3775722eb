"""A plain formula has the value that Python, or mathematics, says it has."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqsim.language.expr import Binary, Call, Compare, Conditional, Logic, Name, Number, Unary
from eqsim.language.parse import parse_expression
from eqsim.lowering.evaluate import evaluate
from eqsim.lowering.functions import CONSTANTS, DRAWS, FUNCTIONS
from eqsim.lowering.types import type_of
from eqsim.text.errors import DefinitionError, UnknownNameError

X = np.array([-2.5, -1.0, -0.0, 0.5, 1.0, 3.0])
K = np.array([-3, -1, 0, 1, 2, 7])
B = np.array([True, False, True, True, False, False])
TYPES = {"x": "real", "k": "integer", "b": "boolean"}
VALUES = {"x": X, "k": K, "b": B}


def value(text, **values):
    return evaluate(parse_expression(text), values)


# strategies ----------------------------------------------------------------------------------------------------------

numbers = st.one_of(
    st.integers(0, 5).map(Number), st.sampled_from([0.5, 1.5, 2.25]).map(Number), st.booleans().map(Number)
)
leaves = st.one_of(numbers, st.sampled_from(["x", "k", "b"]).map(Name))


def grow(children):
    return st.one_of(
        st.builds(Unary, st.sampled_from(["-", "+", "not"]), children),
        st.builds(Binary, st.sampled_from(["+", "-", "*"]), children, children),
        st.builds(Binary, st.sampled_from(["/", "//", "%"]), children, st.integers(1, 4).map(Number)),
        st.builds(Binary, st.just("**"), children, st.integers(0, 2).map(Number)),
        st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), children, children),
        st.builds(
            Logic,
            st.sampled_from(["and", "or"]),
            children.map(lambda e: Compare(">", e, Number(0))),
            children.map(lambda e: Compare("<", e, Number(2))),
        ),
        st.builds(Conditional, children, children, children),
        st.builds(
            lambda f, e: Call(f, (e,)), st.sampled_from(["abs", "int", "floor", "ceil", "sign", "heaviside"]), children
        ),
        st.builds(lambda f, a, b: Call(f, (a, b)), st.sampled_from(["min", "max"]), children, children),
    )


formulas = st.recursive(leaves, grow, max_leaves=10)
PYTHON = {
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "sign": lambda x: (x > 0) - (x < 0),
    "heaviside": lambda x: 1.0 if x >= 0 else 0.0,
}


@given(formulas)
def test_operators_mean_what_they_mean_in_python(formula):
    code = compile(str(formula), "formula", "eval")
    expected = [
        eval(code, PYTHON | {"x": x, "k": k, "b": b})
        for x, k, b in zip(X.tolist(), K.tolist(), B.tolist(), strict=True)
    ]
    got = np.broadcast_to(evaluate(formula, VALUES), 6)
    assert np.array_equal(got, np.array(expected, dtype=float))


@given(formulas)
def test_type_of_says_what_evaluate_returns(formula):
    kinds = {"f": "real", "i": "integer", "b": "boolean"}
    assert kinds[np.asarray(evaluate(formula, VALUES)).dtype.kind] == type_of(formula, TYPES)


@given(formulas)
def test_real_keeps_every_real_value_in_single_precision(formula):
    single = np.asarray(evaluate(formula, VALUES | {"x": X.astype(np.float32)}, real=np.float32))
    assert single.dtype != np.float64 or single.ndim == 0
    assert np.allclose(single, np.asarray(evaluate(formula, VALUES), float), rtol=1e-4, atol=1e-4, equal_nan=True)


def test_a_number_takes_the_dtype_of_the_array_that_it_meets():
    assert evaluate(parse_expression("1/3*x + exp(2)"), {"x": np.ones(2, np.float32)}).dtype == np.float32


def test_narrow_integers_do_not_overflow():
    assert value("k*k - 1", k=np.array([200], np.uint8))[0] == 39999
    assert value("-b", b=np.array([1], np.uint8))[0] == -1


# functions -----------------------------------------------------------------------------------------------------------

EXACT = {
    "exp": mpmath.exp, "expm1": mpmath.expm1, "log": mpmath.log, "log10": mpmath.log10, "log1p": mpmath.log1p,
    "sqrt": mpmath.sqrt, "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan,
    "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh,
    "arcsin": mpmath.asin, "arccos": mpmath.acos, "arctan": mpmath.atan, "erf": mpmath.erf,
    "exprel": lambda x: mpmath.expm1(x) / x,
}  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_elementary_functions(name):
    points = [1e-300, 1e-17, 3e-9, 1e-4, 0.1, 0.3, 0.7, 0.99]
    got = value(f"{name}(x)", x=np.array(points))
    with mpmath.workdps(40):
        expected = [float(EXACT[name](mpmath.mpf(x))) for x in points]
    assert got == pytest.approx(expected, rel=4e-16, abs=0)


def test_exprel_at_both_sides_of_zero():
    points = [-700.0, -1.0, -1e-5, -1e-12, -1e-320, 0.0, 1e-320, 1e-12, 1e-5, 1.0, 700.0]
    with mpmath.workdps(60):
        expected = [float(mpmath.expm1(x) / mpmath.mpf(x)) if x else 1.0 for x in points]
    assert value("exprel(x)", x=np.array(points)) == pytest.approx(expected, rel=1e-15)
    assert value("exprel(0)") == 1.0
    assert value("exprel(k)", k=np.array([0, 1])) == pytest.approx([1, math.e - 1])


def test_functions_of_several_arguments():
    assert value("clip(x, -1, 1)", x=X).tolist() == [-1.0, -1.0, -0.0, 0.5, 1.0, 1.0]
    assert value("min(x, 2, k)", x=X, k=K).tolist() == [-3, -1, 0, 0.5, 1, 2]
    assert value("max(x, k)", x=X, k=K).tolist() == [-2.5, -1, 0, 1, 2, 7]
    assert value("arctan2(x, -1)", x=np.array([0.0, 1.0])) == pytest.approx([np.pi, 0.75 * np.pi])
    assert value("mod(x, 1)", x=np.array([-0.25])).tolist() == [0.75]
    assert value("mod(-3, 2)") == 1


def test_not_a_number_is_handed_on():
    assert np.isnan(value("min(x, 1)", x=np.array([np.nan]))[0])
    assert np.isnan(value("clip(x, 0, 1)", x=np.array([np.nan]))[0])


def test_heaviside_is_taken_at_zero():
    assert value("heaviside(x)", x=np.array([-1e-300, -0.0, 0.0, 1e-300])).tolist() == [0, 1, 1, 1]


@given(st.integers(0, 10**7), st.sampled_from([0.1, 0.05, 0.025, 0.3, 1.0]))
def test_timestep_counts_whole_steps_in_spite_of_rounding(steps, dt):
    assert value("timestep(t, dt)", t=np.array([steps * dt]), dt=dt)[0] == steps
    assert value("timestep(t, dt)", t=np.array([steps * dt + 0.99 * dt]), dt=dt)[0] == steps


def test_every_function_keeps_its_word_about_types():
    for name, function in FUNCTIONS.items():
        for types in (("x",), ("k",)):
            call = Call(name, (Name(types[0]),) * function.least)
            dtype = np.asarray(evaluate(call, VALUES)).dtype.kind
            assert {"f": "real", "i": "integer"}[dtype] == type_of(call, TYPES), name


def test_undefined_operations_are_silent_where_the_other_branch_is_taken():
    assert value("1/x if x > 0 else 0", x=np.array([0.0, 2.0])).tolist() == [0, 0.5]
    assert value("sqrt(x) if x >= 0 else -1", x=np.array([-4.0, 4.0])).tolist() == [-1, 2]
    assert value("1/0") == np.inf
    assert value("7 // k", k=np.array([0, 2]))[1] == 3
    assert value("2**-k", k=np.array([1, 2])).tolist() == [0.5, 0.25]
    assert value("2**k", k=np.array([1, 2])).tolist() == [2.0, 4.0]


def test_constants_can_be_hidden_by_variables():
    assert value("pi") == math.pi
    assert value("e", e=5) == 5
    assert {name: type_of(Name(name), {}) for name in CONSTANTS} == dict.fromkeys(CONSTANTS, "real")


# draws, user's functions, mistakes -----------------------------------------------------------------------------------


def test_draws_come_in_the_order_of_the_text():
    asked = []

    def draw(law, arguments):
        asked.append((law, *arguments))
        return np.array([10.0 ** len(asked)])

    formula = parse_expression("rand() - (randn() if rand() > 0 else 0) + poisson(2) + binomial(10, 0.5)")
    got = evaluate(formula, {}, draw=draw)
    # of a conditional, the condition comes first
    assert asked == [("uniform",), ("uniform",), ("normal",), ("poisson", 2), ("binomial", 10, 0.5)]
    assert got.shape == (1,)
    assert {type_of(Call(name, ()), {}) for name in ("rand", "randn")} == {"real"}
    assert {type_of(Call(name, ()), {}) for name in DRAWS.keys() - {"rand", "randn"}} == {"integer"}


def test_a_users_function_is_called_with_arrays():
    functions = {"square": lambda x: x * x}
    assert evaluate(parse_expression("1 + square(x)"), {"x": X}, functions).tolist() == (1 + X * X).tolist()
    assert type_of(parse_expression("square(k)"), TYPES) == "real"
    assert type_of(parse_expression("square(k)"), TYPES, {"square": "integer"}) == "integer"


def test_what_has_no_value_is_named():
    with pytest.raises(UnknownNameError, match="'y' has no value") as caught:
        value("x + y", x=1)
    assert (caught.value.line, caught.value.column) == (1, 5)
    with pytest.raises(UnknownNameError, match="no function 'sinus'"):
        evaluate(Call("sinus", (Number(1),)), {})
    with pytest.raises(DefinitionError, match=r"rand\(\) cannot draw here"):
        value("rand()")
