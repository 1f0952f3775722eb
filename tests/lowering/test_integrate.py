"""One step of a scheme as instructions: exact flows, held states, noise, time, and reference runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.analysis.analyse import analyse, linear_system
from eqsim.checking.check import check
from eqsim.checking.checked import External, Role, Scope, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.language.expr import Name, names
from eqsim.language.parse import parse
from eqsim.lowering.evaluate import evaluate
from eqsim.lowering.flow import flow
from eqsim.lowering.integrate import integrate
from eqsim.lowering.kernel import Draw, Let, show
from eqsim.schemes.choose import Choice, choose
from eqsim.schemes.read import available
from eqsim.text.errors import SchemeError

REFERENCE = Path(__file__).parents[1] / "reference"
TIMED = {"I": External("timed_array", Unit())}


def system(text, kind="neuron", **scope):
    return analyse(check(parse(text), Scope(kind=kind, externals=TIMED, **scope)))


def carry_out(update, values, normals=(), functions=None):
    """Return the states after an update."""
    known = dict(values)
    for instruction in update.instructions:
        if isinstance(instruction, Draw):
            known[instruction.name] = normals[instruction.number]
        else:
            known[instruction.name] = evaluate(instruction.value, known, functions or {})
    return {name: known[local] for name, local in update.results.items()}


def step(text, method, values, noise="stratonovich", normals=(), functions=None):
    made = system(text)
    return carry_out(integrate(made, choose(made, method), noise), {"t": 0.0, **values}, normals, functions)


# exact ---------------------------------------------------------------------------------------------------------------

LINEAR = {
    "decay": "dx/dt = -x/a\na",
    "towards a constant": "dx/dt = (b - x)/a\na\nb",
    "constant right-hand side": "dx/dt = b\nb",
    "growth": "dx/dt = x/a\na",
    "pair": "dx/dt = (y - x)/a\ndy/dt = -y/b\na\nb",
    "chain of three with two equal": "dx/dt = (y - x)/a\ndy/dt = (z - y)/b\ndz/dt = -z/b\na\nb",
    "chain of three equal": "dx/dt = (y - x)/a\ndy/dt = (z - y)/a\ndz/dt = -z/a\na",
    "driven chain": "dx/dt = (y - x)/a\ndy/dt = (z - y)/b\ndz/dt = (1 - z)/a\na\nb",
    "integrators": "dx/dt = y\ndy/dt = z\ndz/dt = b\nb",
    "decay into an integrator": "dx/dt = y\ndy/dt = -y/a\na",
    "two inputs": "dx/dt = (y + z - (x - b))/a\ndy/dt = -y/b\ndz/dt = -z/c\na\nb\nc",
    "oscillator": "dx/dt = y/a\ndy/dt = -x/a\na",
    "damped oscillator, driven": "dx/dt = (b - x - y)/a\ndy/dt = (3*x - y)/b\na\nb",
    "adaptation with synapse": "dx/dt = (b - x - y + z)/a\ndy/dt = (0.2*x - y)/c\ndz/dt = -z/b\na\nb\nc",
    "chain of five": "dx/dt = y - x\ndy/dt = (z - y)/a\ndz/dt = u - z\ndu/dt = (v - u)/b\ndv/dt = 1 - v\na\nb",
}


def truth(made, values, dt):
    """Return the solution to fifty digits, for coefficients rounded as in the kernel."""
    linear = linear_system(made.states, made.formulas)
    size = len(linear.states)
    with mpmath.workdps(60):
        matrix = mpmath.zeros(size + 1, size + 1)
        for i, row in enumerate(linear.matrix):
            for j, entry in enumerate((*row, linear.constant[i])):
                if entry is not None:
                    matrix[i, j] = mpmath.mpf(float(evaluate(entry, values))) * mpmath.mpf(dt)
        start = mpmath.matrix([mpmath.mpf(values[name]) for name in linear.states] + [1])
        end = mpmath.expm(matrix, method="taylor") * start
        return {name: end[i] for i, name in enumerate(linear.states)}, float(mpmath.mnorm(matrix, mpmath.inf))


@pytest.mark.parametrize("dt", [1e-3, 0.1, 1.0, 7.0, 100.0])
@pytest.mark.parametrize("name", LINEAR)
def test_exact_is_exact_for_any_step(name, dt):
    made = system(LINEAR[name])
    start = {"x": 0.7, "y": -0.4, "z": 1.3, "u": 0.2, "v": -0.9}
    update = integrate(made, choose(made, "exact"))
    for a, b, c in [(5.0, 5.0, 5.0), (5.0, 5.0 * (1 + 1e-9), 4.99), (5.0, 2.0, 80.0), (3.0, 0.05, 300.0)]:
        values = {**start, "a": a, "b": b, "c": c, "t": 0.0, "dt": dt}
        expected, norm = truth(made, values, dt)
        found = carry_out(update, values)
        size = max(abs(float(value)) for value in (*expected.values(), *start.values()))
        for state, value in expected.items():
            # rounding of the coefficients themselves moves an oscillator's phase by norm times epsilon
            assert abs(found[state] - value) <= 4e-15 * max(1.0, norm) * size, state


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-8, 8).map(lambda n: 10 ** (n / 4)), min_size=3, max_size=3), st.floats(-8, 8))
def test_every_digit_for_any_time_constants(rates, step_exponent):
    """Chains keep full relative accuracy: nothing cancels, however close or far the rates are."""
    made = system("dx/dt = y - x/a\ndy/dt = z - y/b\ndz/dt = -z/c\na\nb\nc")
    dt = 10 ** (step_exponent / 4)
    values = {"x": 1.0, "y": 1.0, "z": 1.0, **dict(zip("abc", rates, strict=True)), "t": 0.0, "dt": dt}
    expected, norm = truth(made, values, dt)
    found = carry_out(integrate(made, choose(made, "exact")), values)
    for state, value in expected.items():
        assert abs(found[state] - value) <= 2e-14 * max(1.0, norm * 0.02) * value + 1e-300


def test_exact_takes_coefficients_of_each_neuron():
    made = system(LINEAR["damped oscillator, driven"])
    a, b = np.array([1.0, 5.0, 5.0]), np.array([0.01, 5.0, 80.0])
    values = {"x": np.array([1.0, 2.0, 3.0]), "y": np.zeros(3), "a": a, "b": b, "t": 0.0, "dt": 2.0}
    found = carry_out(integrate(made, choose(made, "exact")), values)
    for k in range(3):
        one = {name: float(np.asarray(value).ravel()[k if np.size(value) > 1 else 0]) for name, value in values.items()}
        expected, _ = truth(made, one, 2.0)
        assert found["x"][k] == pytest.approx(float(expected["x"]), rel=1e-13)


def test_what_depends_on_constants_alone_is_apart():
    """Propagators are locals of their own, so that they can be computed once for all neurons."""
    made = system("dv/dt = (ge - v + b)/tau\ndge/dt = -ge/taue\nb\ntau (shared)\ntaue (shared)")
    constant = {"dt", "tau", "taue"}
    within = []
    for let in integrate(made, choose(made, None)).instructions:
        if names(let.value) <= constant:
            constant.add(let.name)
        else:
            within.append(str(let.value))
    assert within == ["b/tau", "_exp*v + _E_v_ge*ge + _P_v*_b_v", "_exp_2*ge"]


# held states ---------------------------------------------------------------------------------------------------------

HELD = "dv/dt = (w + b - v)/a (unless refractory)\ndw/dt = (c*v - w)/b\ndg/dt = -g/a\na\nb\nc"


@pytest.mark.parametrize(
    "method", ["exact", "exponential_euler", "exponential_rosenbrock", "euler", "rk2", "rk4", "heun", "milstein"]
)
def test_held_states_stand_still_and_the_others_see_it(method):
    values = {"v": 0.3, "w": -0.2, "g": 1.0, "a": 5.0, "b": 3.0, "c": 0.4, "dt": 0.5}
    free = step(HELD, method, {**values, "not_refractory": True})
    held = step(HELD, method, {**values, "not_refractory": False})
    plain = step(HELD.replace(" (unless refractory)", ""), method, values)
    fixed = step("dw/dt = (c*v - w)/b\ndg/dt = -g/a\na\nb\nc\nv", method, values)
    assert held["v"] == 0.3
    assert free["v"] != 0.3
    assert free == pytest.approx(plain, rel=1e-14)
    assert {name: held[name] for name in ("w", "g")} == pytest.approx(fixed, rel=1e-14)


@pytest.mark.parametrize("method", ["euler", "heun", "milstein"])
def test_held_states_have_no_noise(method):
    text = "dv/dt = -v + v*xi (unless refractory)"
    values = {"v": 0.3, "dt": 0.5}
    assert step(text, method, {**values, "not_refractory": False}, normals=[1.7])["v"] == 0.3
    assert step(text, method, {**values, "not_refractory": True}, normals=[1.7])["v"] != 0.3


# noise ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dt", [0.01, 1.0, 30.0])
def test_exponential_euler_is_exact_for_an_ornstein_uhlenbeck_process(dt):
    text = "dx/dt = (mu - x)/tau + sigma*sqrt(2/tau)*xi\nmu\nsigma\ntau"
    values = {"x": 0.7, "mu": -0.2, "sigma": 0.3, "tau": 5.0, "dt": dt}
    mean = step(text, "exponential_euler", values, normals=[0.0])["x"]
    deviation = step(text, "exponential_euler", values, normals=[1.0])["x"] - mean
    decay = np.exp(-dt / 5)
    assert mean == pytest.approx(-0.2 + 0.9 * decay, rel=1e-14)
    assert deviation == pytest.approx(0.3 * np.sqrt(1 - decay**2), rel=1e-13)


def test_one_noise_in_two_equations_is_drawn_once():
    update = integrate(made := system("dx/dt = xi_a\ndy/dt = 2*xi_a + xi_b"), choose(made, "euler"))
    draws = [i for i in update.instructions if isinstance(i, Draw)]
    assert [(d.law, d.number, d.element) for d in draws] == [("normal", 0, "_i"), ("normal", 1, "_i")]
    end = carry_out(update, {"x": 0.0, "y": 0.0, "t": 0.0, "dt": 4.0}, [1.0, 10.0])
    assert end == {"x": 2.0, "y": 24.0}


def test_a_shared_noise_is_drawn_for_all():
    made = system("dx/dt = xi_a + xi_b")
    shared = {**made.symbols, "xi_b": Symbol("xi_b", Role.NOISE, Unit(), shared=True)}
    update = integrate(replace(made, symbols=shared), choose(made, "euler"), element="_k")
    assert [i.element for i in update.instructions if isinstance(i, Draw)] == ["_k", "0"]


# time ----------------------------------------------------------------------------------------------------------------


def test_stages_see_their_own_time():
    """On dx/dt = f(t) each scheme is the quadrature rule of its name."""
    f = lambda t: np.exp(1.3 * t)
    rules = {
        "euler": f(2.0),
        "rk2": f(2.25),
        "rk4": (f(2.0) + 4 * f(2.25) + f(2.5)) / 6,
        "heun": (f(2.0) + f(2.5)) / 2,
        "exact": f(2.0),  # held over the step
    }
    for text in ("dx/dt = I(t)", "dx/dt = J\nJ = I(t)"):
        for method, mean in rules.items():
            end = step(text, method, {"x": 1.0, "t": 2.0, "dt": 0.5}, functions={"I": f})
            assert end["x"] == pytest.approx(1 + 0.5 * mean, rel=1e-14), method


def test_what_does_not_move_is_bound_once():
    made = system("dx/dt = k*x**2 + c\nk = p**3\nc = x*k\np")
    update = integrate(made, Choice(available()["rk4"], ""))
    text = "\n".join(show(update.instructions, ""))
    assert text.count("p**3") == 1
    assert text.splitlines()[:6] == [
        "_now_k = p**3",
        "_now_c = x*_now_k",
        "_k1_x = _now_k*x**2 + _now_c",
        "_at_k2_x = x + dt/2*_k1_x",
        "_k2_c = _at_k2_x*_now_k",
        "_k2_x = _now_k*_at_k2_x**2 + _k2_c",
    ]


def test_subexpressions_that_are_constant_over_a_step_are_read():
    made = system("dx/dt = k - x\nk = p + 1 (constant over dt)\np")
    end = carry_out(integrate(made, choose(made, "euler")), {"x": 0.0, "k": 7.0, "p": 0.0, "t": 0.0, "dt": 1.0})
    assert end["x"] == 7


def test_every_local_is_bound_once_and_is_the_machinerys():
    made = system("dx/dt = k1*x + f_x\nk1 = x\nf_x = 1\ndy/dt = at_k2_x\nat_k2_x = x")
    for method in ("rk4", "heun", "euler"):
        bound = [i.name for i in integrate(made, choose(made, method)).instructions]
        assert len(set(bound)) == len(bound)
        assert all(name.startswith("_") for name in bound)


# event-driven equations ----------------------------------------------------------------------------------------------

STDP = "dx/dt = -x/(20*ms) : 1 (event-driven)\ndy/dt = (x - y)/tau : 1 (event-driven)\ntau : ms"


def test_event_driven_states_flow_over_any_time():
    made = system(STDP, "synapse")
    update = flow(made, ("x", "y"), Name("elapsed"), "_flow")
    assert all(isinstance(i, Let) and i.name.startswith("_flow") for i in update.instructions)
    for tau in (20.0, 7.0):
        for elapsed in (0.0, 0.1, 33.0, 1e7):
            end = carry_out(update, {"x": 1.0, "y": 0.5, "tau": tau, "elapsed": elapsed})
            a, b = np.exp(-elapsed / 20), np.exp(-elapsed / tau)
            driven = elapsed / 20 * a if tau == 20 else (a - b) * 20 / (20 - tau)
            assert end["x"] == pytest.approx(a, rel=1e-13)
            assert end["y"] == pytest.approx(0.5 * b + driven, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dx/dt = -x**2/ms : 1 (event-driven)", "the term 'x**2' is not linear in x"),
        ("dx/dt = (y - x)/ms : 1 (event-driven)\ndy/dt = -y/ms : 1 (clock-driven)", "y, on which it depends, moves"),
        ("dx/dt = (sin(t/ms) - x)/ms : 1 (event-driven)", "t, on which it depends, moves"),
        ("dx/dt = (v_post - x)/ms : 1 (event-driven)", "v_post, on which it depends, moves"),
        ("dx/dt = (k - x)/ms : 1 (event-driven)\nk = v_post : 1", "v_post, on which it depends, moves"),
        ("dx/dt = -x/ms + xi/ms**0.5 : 1 (event-driven)", "has noise, and is event-driven"),
    ],
)
def test_event_driven_equations_without_a_closed_solution(text, words):
    with pytest.raises(SchemeError) as caught:
        system(text, "synapse", post={"v": Symbol("v", Role.STATE, Unit())})
    assert words in str(caught.value)
    assert "clock-driven" in caught.value.hint
    assert caught.value.line == 1


# reference runs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["euler", "rk2", "rk4"])
def test_fitzhugh_nagumo_as_an_independent_simulator(method):
    with np.load(REFERENCE / "fhn_methods.npz") as file:
        data = dict(file)
    made = system("dv/dt = (v - v**3/3 - w + I)/ms : 1\ndw/dt = (v + 0.7 - 0.8*w)/(12.5*ms) : 1\nI : 1")
    update = integrate(made, choose(made, method))
    values = {"v": np.full(3, -1.0), "w": np.zeros(3), "I": np.array([0.0, 0.5, 1.0])}
    traces = {"v": [], "w": []}
    for count in range(2000):
        if count % 10 == 0:
            for name, trace in traces.items():
                trace.append(values[name])
        values |= carry_out(update, {**values, "t": count * 0.1, "dt": 0.1})
    for name, trace in traces.items():
        expected = data[f"{name}_{method}"]
        assert np.abs(np.array(trace).T - expected).max() <= 1e-9 * np.abs(expected).max()
