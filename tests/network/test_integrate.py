"""A model integrated in one call: closed forms, the group that does the same, parameters of all kinds, mistakes."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import eqsim as es
from eqsim.units import Hz, ms, mV, nA, second
from tests.network.plain import plain

DECAY = "dv/dt = -v/tau : mV"
LEAK = "dv/dt = (I - v)/tau : mV"
FHN = """
v' = v - v**3/3 - w + I
w' = (v + 0.7 - 0.8*w)/12.5
"""
tau = 10 * ms


@pytest.fixture(autouse=True)
def _interpreted(monkeypatch):
    monkeypatch.setenv("EQSIM_TARGET", "numpy")


# closed forms


def test_decay_with_units():
    r = es.integrate(DECAY, 50 * ms, init={"v": 0.008 * second * mV / ms}, params={"tau": 10 * ms})
    assert r.t.shape == r.v.shape == (501,)
    np.testing.assert_allclose(plain(r.t, "ms"), np.arange(501) / 10, rtol=1e-12)
    np.testing.assert_allclose(plain(r.v, "mV"), 8 * np.exp(-np.arange(501) / 100), rtol=1e-12)
    np.testing.assert_array_equal(r.v_, plain(r["v"], "mV"))
    assert r.method == "exact"
    assert "linear" in r.method_reason


def test_an_oscillator_without_units():
    r = es.integrate("d2x/dt2 = -x", 6, dt=0.01, init={"x": 1, "dx_dt": 0.5})
    assert r.names == ("x", "dx_dt")
    np.testing.assert_allclose(r.x, np.cos(r.t) + 0.5 * np.sin(r.t), atol=1e-11)
    np.testing.assert_allclose(r.dx_dt, 0.5 * np.cos(r.t) - np.sin(r.t), atol=1e-11)
    assert type(r.x) is type(r.t) is np.ndarray


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2), ("rk2", 2), ("rk4", 4)])
def test_orders_of_convergence(method, order):
    def mistake(dt):
        r = es.integrate("v' = v*(1 - v)*a", 4, dt=dt, method=method, init={"v": 0.1}, params={"a": 1.5})
        return np.abs(r.v - 1 / (1 + 9 * np.exp(-1.5 * r.t))).max()

    assert np.log2(mistake(0.1) / mistake(0.05)) == pytest.approx(order, abs=0.25)


def test_the_spread_of_an_ornstein_uhlenbeck_process():
    r = es.integrate("dv/dt = -v/tau + 2*mV*sqrt(2/tau)*xi : mV", 20 * ms, dt=1 * ms, n=4000, seed=5)
    assert r.v.shape == (21, 4000)
    for step in (3, 20):
        variance = 4 * (1 - np.exp(-2 * step / 10))
        total = np.sum(r.v_[step] ** 2) / variance
        assert 1e-3 < stats.chi2.cdf(total, 4000) < 1 - 1e-3


# what the rows are


@given(st.integers(0, 40), st.floats(0.01, 2))
def test_rows_go_from_the_start_to_the_end(steps, dt):
    r = es.integrate("v' = 1", steps * dt, dt=dt)
    np.testing.assert_allclose(r.t, np.arange(steps + 1) * dt, rtol=1e-12)
    np.testing.assert_allclose(r.v, np.arange(steps + 1) * dt, rtol=1e-12, atol=1e-15)


def test_initial_values():
    model = "v' = -v/50\nw' = -w/50\nv(0) = 3\nw(0) = 2*v"
    r = es.integrate(model, 1, dt=0.5, n=3, init={"v": [1, 2, 3]})
    assert r.v[0].tolist() == [1, 2, 3]
    assert r.w[0].tolist() == [2, 4, 6]
    assert es.integrate(model, 1, dt=0.5).v[0] == 3
    scale = 4
    texts = es.integrate(
        model + "\na", 1, dt=0.5, n=3, init={"v": "i*scale + a", "w": "rand()"}, params={"a": [7, 8, 9]}
    )
    assert texts.v[0].tolist() == [7, 8 + scale, 9 + 2 * scale]
    assert len({*texts.w[0].tolist()}) == 3


MODEL = """
dv/dt = (E - v + 8*mV)/tau + s*sqrt(2/tau)*xi : mV (unless refractory)
dw/dt = -w/(30*ms) : 1
y = v*w : mV
E = -60*mV : mV (parameter)
s : mV
v(0) = E + rand()*mV
threshold v > -55*mV
reset v = E; w += 1
refractory 2*ms
"""


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_a_group_built_by_hand_does_the_same(target, monkeypatch):
    monkeypatch.setenv("EQSIM_TARGET", target)
    r = es.integrate(MODEL, 40 * ms, n=7, params={"s": 2 * mV}, record=["v", "w", "y"], seed=12)
    group = es.NeuronGroup(7, MODEL, seed=12)
    group.s = 2 * mV
    trace = es.StateMonitor(group, ["v", "w", "y"])
    es.Network(group, trace, dt=0.1 * ms).run(40 * ms)
    assert r.v.shape == (401, 7)
    assert r.w_.max() > 1
    for name in ("v", "w"):
        np.testing.assert_array_equal(getattr(r, f"{name}_")[:-1].T, getattr(trace, f"{name}_"))
        np.testing.assert_array_equal(getattr(r, f"{name}_")[-1], getattr(group, f"{name}_"))
    np.testing.assert_array_equal(r.y_[:-1].T, trace.y_)
    np.testing.assert_allclose(r.y_, r.v_ * r.w_)
    assert r.method == group.method


def test_targets_agree(monkeypatch):
    found = []
    for target in ("numpy", "numba"):
        monkeypatch.setenv("EQSIM_TARGET", target)
        found.append(es.integrate(FHN, 10, dt=0.1, init={"v": 0.1}, params={"I": 0.5}))
    np.testing.assert_allclose(found[0].v, found[1].v, rtol=1e-12)
    np.testing.assert_allclose(found[0].w, found[1].w, rtol=1e-12)


def test_seeds():
    def noise(**seed):
        return es.integrate("v' = xi", 1, dt=0.1, n=5, **seed).v

    np.testing.assert_array_equal(noise(), noise(seed=0))
    assert not np.isin(noise(seed=1)[1:], noise()).any()
    es.seed(8)
    one, two = noise(seed=None), noise(seed=None)
    assert not np.isin(one[1:], two).any()
    es.seed(8)
    np.testing.assert_array_equal(noise(seed=None), one)


def test_readings_of_noise():
    model = "v' = 0.5*v*xi\nv(0) = 1"
    for noise in ("ito", "stratonovich"):
        r = es.integrate(model, 1, dt=0.1, n=5, noise=noise, method="milstein", seed=3)
        group = es.NeuronGroup(5, model, noise=noise, method="milstein", seed=3)
        es.Network(group, dt=0.1).run(1)
        np.testing.assert_array_equal(r.v[-1], group.v_)
    ito, default = (es.integrate(model, 1, dt=0.1, **reading).v[-1] for reading in ({"noise": "ito"}, {}))
    np.testing.assert_allclose(ito, default, rtol=0.5)
    assert ito != default


# parameters


@pytest.mark.parametrize("lines", ["", "\nI : mV", "\nI = 5*mV : mV (parameter)", "\nI : mV (shared)"])
def test_values_of_parameters(lines):
    r = es.integrate(LEAK + lines, 20 * ms, params={"I": 3 * mV})
    np.testing.assert_allclose(r.v_, 3 * (1 - np.exp(-plain(r.t, "ms") / 10)), rtol=1e-12)


@pytest.mark.parametrize("line", ["", "\nI : mV"])
def test_values_for_each_neuron(line):
    many = es.integrate(LEAK + line, 5 * ms, n=3, params={"I": [1, 2, 4] * mV, "tau": [10 * ms, 0.02 * second, 5 * ms]})
    for k, (size, constant) in enumerate([(1, 10), (2, 20), (4, 5)]):
        one = es.integrate(LEAK + line, 5 * ms, params={"I": size * mV, "tau": constant * ms})
        np.testing.assert_allclose(many.v_[:, k], one.v_, rtol=1e-12)


def test_values_without_units_for_each_neuron():
    currents = np.linspace(0, 1, 4)
    many = es.integrate(FHN, 5, dt=0.1, n=4, params={"I": currents})
    for k, current in enumerate(currents):
        np.testing.assert_allclose(many.v[:, k], es.integrate(FHN, 5, dt=0.1, params={"I": current}).v, rtol=1e-12)


STEPS = es.inputs.section_input([0, 3, 1] * mV, [5, 5, 5] * ms, dt=1 * ms)


@pytest.mark.parametrize(
    ("model", "value"),
    [
        (LEAK, STEPS),
        (LEAK + "\nI : mV", STEPS),
        (LEAK + "\nI : mV (shared)", STEPS),
        (LEAK.replace("I", "I(t)"), STEPS),
        (LEAK, STEPS.__call__),
        (LEAK + "\nI : mV", lambda t: STEPS(t) * 1),
    ],
)
def test_parameters_that_follow_the_time(model, value):
    r = es.integrate(model, 10 * ms, params={"I": value})
    t = plain(r.t, "ms")
    np.testing.assert_allclose(r.v_, np.where(t < 5, 0, 3 * (1 - np.exp(-(t - 5) / 10))), atol=1e-12)


@pytest.mark.parametrize("call", ["I", "I(t, i)"])
def test_columns(call):
    wide = es.inputs.section_input([[1, 2], [3, 4]], [1, 1], dt=0.5)
    r = es.integrate(f"v' = {call}\ny = 10*{call}", 2, dt=0.5, n=2, params={"I": wide}, record=["v", "y"])
    assert r.v.tolist() == [[0, 0], [0.5, 1], [1, 2], [2.5, 4], [4, 6]]
    assert r.y.tolist() == [[10, 20], [10, 20], [30, 40], [30, 40], [30, 40]]


def test_the_last_row_is_that_at_the_end():
    for line in ("", "\nI : mV"):
        r = es.integrate(f"{LEAK}{line}\ny = 2*I : mV", 10 * ms, params={"I": STEPS}, record=["y"])
        assert r.y_[[0, 49, 50, 99, 100]].tolist() == [0, 0, 6, 6, 2]
    r = es.integrate("v' = 1\ny = v + 10*t\nz = v (constant over dt)", 1, dt=0.25, record=["y", "z"])
    np.testing.assert_allclose(r.y, 11 * r.t)
    np.testing.assert_allclose(r.z, r.t)


def test_what_comes_after_the_end_does_not_matter():
    r = es.integrate("v' = 1e308*int(v > 2.5)*v + 1", 3, dt=1, method="euler")
    assert r.v.tolist() == [0, 1, 2, 3]  # infinite in the next step
    calls = []
    es.integrate("v' = I", 3, dt=1, params={"I": lambda t: calls.append(t) or 0.0})
    assert calls[-1] == 3


def test_a_parameter_that_is_recorded():
    r = es.integrate("v' = I\nI", 2, dt=0.5, params={"I": lambda t: 2 * t}, record=["I", "v"])
    assert r.names == ("I", "v")
    assert r.I.tolist() == [0, 1, 2, 3, 4]
    assert r.v.tolist() == [0, 0, 0.5, 1.5, 3]
    assert es.integrate("v' = I\nI", 1, dt=0.5, params={"I": 3}, record="I").I.tolist() == [3, 3, 3]
    assert es.integrate("v' = I\nI\ny = 2*v", 1, dt=0.5, params={"I": 3}, record=True).names == ("v", "I", "y")


def test_functions_in_texts():
    double = es.function(lambda x: 2 * x)
    r = es.integrate("v' = f(t)", 1, dt=0.5, params={"f": double}, method="euler")
    assert r.v.tolist() == [0, 0, 0.5]


def test_names_of_the_caller():
    size = 2.0
    n = text = given = model = 3.0  # names that the function itself uses
    assert es.integrate("v' = size + n + text + given + model", 1, dt=0.5).v.tolist() == [0, 7, 14]
    assert es.integrate("v' = size", 1, dt=0.5, params={"size": 5}).v[-1] == 5
    assert n == text == given == model
    with pytest.raises(es.EqsimError, match="'frame' is not known"):
        es.integrate("v' = frame", 1, dt=0.5)
    drive = 7.0  # a value for a name is no other meaning of it: no warning
    assert es.integrate("v' = drive\ndrive", 1, dt=0.5, params={"drive": drive}).v[-1] == 7


def test_hidden_names_are_told():
    v = 3.0
    with pytest.warns(es.EqsimWarning, match="'v'"):
        es.integrate("v' = 1", 1, dt=0.5)
    assert v == 3


# models of all kinds


def test_models_of_files(tmp_path):
    file = tmp_path / "leak.eqs"
    file.write_text("model Leak\nv' = -v/T\nT = 10 (parameter)\nv(0) = 1\nmethod rk4\n", encoding="utf-8")
    for model in (file, str(file)):
        r = es.integrate(model, 1, dt=0.1)
        assert r.method == "rk4"
        np.testing.assert_allclose(r.v, np.exp(-r.t / 10), rtol=1e-8)
    for model in (Path("nowhere.eqs"), "nowhere.eqs", tmp_path):
        with pytest.raises(es.EqsimError, match="cannot be read"):
            es.integrate(model, 1, dt=0.1)


def test_models_that_have_a_text():
    equations = es.Equations(DECAY, tau=5 * ms)
    expected = 2 * np.exp(-2)
    assert plain(es.integrate(equations, 10 * ms, init={"v": 2 * mV}).v[-1], "mV") == pytest.approx(expected)
    model = SimpleNamespace(text=DECAY, values={"tau": 5 * ms})
    assert plain(es.integrate(model, 10 * ms, init={"v": 2 * mV}).v[-1], "mV") == pytest.approx(expected)
    model = SimpleNamespace(text=DECAY)  # the tau of this module
    v = 2 * mV  # no warning: the caller did not write the text
    assert plain(es.integrate(model, 20 * ms, init={"v": v}).v[-1], "mV") == pytest.approx(expected)
    assert plain(es.integrate(model, 20 * ms).v[-1], "mV") == 0
    r = es.integrate(equations, 10 * ms, init={"v": 2 * mV}, params={"tau": 10 * ms})  # what is given here wins
    assert plain(r.v[-1], "mV") == pytest.approx(2 * np.exp(-1))


def test_a_text_without_a_blank_line_at_its_end():
    for end in ("", "\n", "\n\n   "):
        assert es.integrate("v' = a*b\nb = 2 (parameter)" + end, 1, dt=0.5, n=2, params={"a": [1, 2]}).v[-1, 1] == 4


# the solution


def test_what_a_solution_has():
    r = es.integrate(FHN, 1, dt=0.5, params={"I": 0})
    assert repr(r) == "<Solution: v, w at 3 times, rk4>"
    assert {"t", "v", "w", "names"} <= {*dir(r)}
    with pytest.raises(es.EqsimError, match="'V' was not recorded") as raised:
        r["V"]
    assert raised.value.hint == "did you mean 'v'?"
    with pytest.raises(AttributeError):
        r.u  # noqa: B018
    with pytest.raises(es.EqsimError, match="read-only"):
        r.t = 3
    with pytest.raises(es.EqsimError, match="no attribute"):
        r.v = 3


@pytest.mark.parametrize(
    ("model", "T", "arguments", "message"),
    [
        (FHN, 1, {"params": {"I": 1}}, "needs a time step"),
        (FHN, 1, {"dt": 0.1}, "'I' is not known"),
        (FHN, 1, {"dt": -1, "params": {"I": 1}}, "dt is one positive time"),
        (FHN, -1, {"dt": 0.1, "params": {"I": 1}}, "at least zero"),
        (FHN, 1 * ms, {"dt": 0.1, "params": {"I": 1}}, "must be a number"),
        (FHN, 1, {"dt": 0.1 * ms, "params": {"I": 1}}, "must be a number"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1 * nA}}, "units"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1, "J": 2}}, "no parameter 'J'"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1, "t": 2}}, "no parameter 't'"),
        (FHN, 1, {"dt": 0.1, "params": {"I": [1, 2]}}, "one value for one neuron"),
        (FHN, 1, {"dt": 0.1, "n": 3, "params": {"I": [1, 2]}}, "do not fit 3 neurons"),
        (FHN, 1, {"dt": 0.1, "params": {"I": [[1, 2]]}}, "one value for one neuron"),
        (FHN, 1, {"dt": 0.1, "params": {"I": "1"}}, "stands in no line"),
        (FHN, 1, {"dt": 0.1, "params": {"I": None}}, "takes numbers"),
        (FHN, 1, {"dt": 0.1, "params": {"I": lambda: 1}}, "takes no time"),
        (FHN, 1, {"dt": 0.1, "params": {"I": lambda t: "a"}}, "numbers"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1, "v": 1}}, "'v' is no parameter"),
        (FHN + "y = 2*v", 1, {"dt": 0.1, "params": {"I": 1, "y": 1}}, "'y' is no parameter"),
        (FHN, 1, {"dt": 0.1, "params": {"I": es.TimedArray([[1, 2]], dt=1)}}, "of 2 neurons, not of 1"),
        (FHN + "I (constant)", 1, {"dt": 0.1, "params": {"I": es.TimedArray([1, 2], dt=1)}}, "'I' is constant"),
        (FHN, 1, {"dt": 0.1, "params": [("I", 1)]}, "params are values by name"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "init": {"u": 1}}, "no differential variable 'u'"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "init": {"I": 1}}, "no differential variable 'I'"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "init": {"v": [1, 2]}}, "one value for one neuron"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "init": {"v": 1 * mV}}, "another unit"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "init": 3}, "init are values by name"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "record": "u"}, "no variable 'u'"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "record": []}, "nothing to record"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "n": 0}, "n is a whole number"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "n": 1.5}, "n is a whole number"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "method": "rk5"}, "rk5"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "method": "exact"}, "exact"),
        (FHN, 1, {"dt": 0.1, "params": {"I": 1}, "seed": -1}, "a seed is an integer"),
        (DECAY, 1, {}, "must be a time"),
        (DECAY, 1 * mV, {}, "must be a time"),
        (DECAY, 1 * ms, {"dt": 0.1}, "must be a time"),
        (DECAY, 1 * ms, {"params": {"tau": 10 * mV}}, "different units|unit"),
        (DECAY, 1 * ms, {"params": {"tau": 10}}, "unit"),
        ("x : 1", 1 * ms, {}, "no differential variable"),
        (7, 1 * ms, {}, "a model is a text"),
        ("dv/dt = v** : 1", 1 * ms, {}, "operand is missing"),
        ("dv/dt = v**2*v/ms : 1", 10 * ms, {"init": {"v": 3}}, "became"),
    ],
)
def test_mistakes(model, T, arguments, message):
    with pytest.raises(es.EqsimError, match=message) as raised:
        es.integrate(model, T, **arguments)
    assert raised.value.hint
    assert raised.value.object


def test_a_rate_of_another_unit_is_told_with_its_line():
    with pytest.raises(es.EqsimError) as raised:
        es.integrate("dv/dt = -v/tau : mV\ndw/dt = v/tau : 1", 1 * ms, params={"tau": [10] * Hz})
    assert (raised.value.object, raised.value.line) == ("NeuronGroup 'model'", 1)
