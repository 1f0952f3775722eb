"""Python functions of users in texts."""

import math

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV

GAIN = 2.0


def wave(x):
    return GAIN * math.sin(x) + 1


def rectified(v, t):
    """Return a value that takes a branch."""
    if v > 0:
        return v * 2
    return np.exp(t)


@pytest.mark.parametrize("target", ["numba", "numpy"])
def test_values_with_units(target):
    g = es.function(rectified, [mV, ms], mV)
    f = es.function(wave)
    square = es.function(lambda x: x**2)
    model = "V : mV\ny = g(V, t) : mV\nz = f(V/mV) + square(3) : 1\ndx/dt = g(V, t)/(mV*ms) : 1"
    group = es.NeuronGroup(3, model, method="euler")
    group.V = [-1, 0, 3] * mV
    monitor = es.StateMonitor(group, ["y", "z"])
    es.Network(group, monitor, target=target).run(1 * ms)
    np.testing.assert_allclose(monitor.y_[0], np.exp(monitor.t_), rtol=1e-12)
    np.testing.assert_allclose(monitor.y_[2], 6, rtol=1e-12)
    np.testing.assert_allclose(monitor.z_[:, 0], 2 * np.sin([-1, 0, 3]) + 10, rtol=1e-12)
    np.testing.assert_allclose(group.x_[2], 6, rtol=1e-12)
    np.testing.assert_allclose(group.z_, monitor.z_[:, 0], rtol=1e-12)  # the host evaluates the same


def test_called_from_python():
    g = es.function(rectified, [mV, ms], mV)
    assert g(3 * mV, 1 * ms) == 6 * mV
    np.testing.assert_allclose(g([1, 2] * mV, 0 * ms).magnitude, [2, 4])


def test_in_statements_and_connections():
    near = es.function(lambda d: 1.0 if d < 2 else 0.0)
    group = es.NeuronGroup(5, "x : 1")
    group.run_regularly("x += near(i)")
    synapses = es.Synapses(group, group, "w : 1")
    synapses.connect(p="near(abs(i - j))")
    es.Network(group, synapses, target="numpy").run(0.3 * ms)
    np.testing.assert_allclose(group.x_, [3, 3, 0, 0, 0])
    assert {(int(i), int(j)) for i, j in zip(synapses.i, synapses.j, strict=True)} == {
        (i, j) for i in range(5) for j in range(5) if abs(i - j) < 2
    }


def test_units_of_arguments_are_checked():
    g = es.function(rectified, [mV, ms], mV)
    with pytest.raises(es.EqsimError) as caught:
        es.NeuronGroup(1, "V : mV\ny = g(t, V) : mV")
    assert caught.value.line == 2
    with pytest.raises(es.EqsimError):
        es.NeuronGroup(1, "V : mV\ny = g(V, t) : 1")


def test_a_plain_python_function_is_not_taken():
    with pytest.raises(es.EqsimError) as caught:
        es.NeuronGroup(1, "x : 1\ny = wave(x) : 1")
    assert "es.function" in str(caught.value)


def outside_list():
    return [1, 2]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: es.function(math.sin),
        lambda: es.function(rectified, [mV]),
        lambda: es.function(3),
        lambda: es.function(lambda x: outside_list()[0] * x),
    ],
)
def test_mistakes(wrong):
    with pytest.raises(es.EqsimError) as caught:
        wrong()
    assert caught.value.hint


def unknown(x):
    return np.heaviside(x, 1)


def mistaken(x):
    return math.sin(x, 1)


def torn(x):
    y = "none"
    if x > 0:
        y = x
    return y


def several(x):
    return (x, x)


def written(x):
    return float(f"{x:.2f}")


def closed(x):
    def inner(z):
        return inner(z - 1) if z > 0 else 0

    return inner(x)


NOT_COMPILED = {
    unknown: "numpy.heaviside",
    mistaken: "there is no sin(float64, Literal[int](1))",
    torn: "Cannot unify",
    several: "its value is UniTuple(float64 x 2), no number",
    written: "f-strings",
    closed: "cell variable",
}


@pytest.mark.parametrize(("fn", "reason"), NOT_COMPILED.items(), ids=lambda value: getattr(value, "__name__", None))
def test_what_numba_cannot_compile_is_told_before_anything_runs(fn, reason):
    g, f = es.function(wave), es.function(fn)
    group = es.NeuronGroup(2, "x : 1\ny : 1\ndz/dt = f(x)/ms : 1", method="euler", name="cells")
    group.run_regularly("y = g(y)", when="start")
    network = es.Network(group, target="numba")
    with pytest.raises(es.EqsimError) as caught:
        network.run(1 * ms)
    message = str(caught.value)
    assert caught.value.object == "function 'f'"
    assert "which 'cells' calls" in message
    (found,) = [line for line in message.splitlines() if "found:" in line]
    assert reason in found
    assert "/" not in found and "\x1b" not in found
    assert "target='numpy'" in caught.value.hint
    assert caught.value.__cause__ is not None
    assert network.t == 0 * ms
    np.testing.assert_array_equal(group.y_, 0)


def test_an_error_that_is_no_function_s_fault_stays_as_it_is(monkeypatch):
    from eqsim.targets import numba

    def fail(name, parts=()):
        if name.startswith("drive_"):
            raise RuntimeError("the compiler is broken")
        return load(name, parts)

    load = numba.cache.load
    monkeypatch.setattr(numba.cache, "load", fail)
    f = es.function(wave)
    group = es.NeuronGroup(2, "dx/dt = f(x)/ms : 1", method="euler")
    with pytest.raises(RuntimeError, match="the compiler is broken"):
        es.Network(group, target="numba").run(1 * ms)
