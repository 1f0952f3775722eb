"""Python functions of users in texts."""

import math

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV
from tests.targets.compiled import REASON

needs_compiler = pytest.mark.skipif(bool(REASON), reason=REASON)

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


# equivalents in C --------------------------------------------------------------------------------------------------

WAVE = "double wave(double x) { return 2.0*sin(x) + 1; }"
RECTIFIED = """
/* double rectified(double) { in a comment } */
#define TWICE(x) ((x)*2)
static double helper(double t) { return exp(t); }

static inline double rectified(const double v, double t)
{
    if (v > 0) { return TWICE(v); }  // as in Python
    return helper(t);
}
"""


@needs_compiler
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_values_of_equivalents_in_c(dtype):
    found = []
    for target in ("cython", "numpy"):
        g, f = es.function(rectified, [mV, ms], mV, c=RECTIFIED), es.function(wave, c=WAVE)
        model = "V : mV\ny = g(V, t) : mV\nz = f(V/mV) + f(i) : 1\ndx/dt = g(V, t)/(mV*ms) + f(x)/ms : 1"
        group = es.NeuronGroup(5, model, method="euler", threshold="f(x) > 2.5", reset="x = f(x) - 3")
        group.V = [-1, 0, 3, 0.5, -2] * mV
        group.run_regularly("V += g(V, t)*0.01")
        synapses = es.Synapses(group, group, on_pre="x_post += 0.1*f(V_pre/mV)")
        synapses.connect(j="(i + 1) % N_post")
        monitor, spikes = es.StateMonitor(group, ["y", "z", "x"]), es.SpikeMonitor(group)
        es.Network(group, synapses, monitor, spikes, target=target, dtype=dtype).run(3 * ms)
        found.append((monitor.y_, monitor.z_, monitor.x_, spikes.i))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12 if dtype == "float64" else 1e-4)
    assert len(found[0][3]) > 3


@needs_compiler
def test_equivalents_of_one_name_do_not_meet():
    def scaled(factor):
        def f(x):
            return factor * x

        return es.function(f, c=f"double f(double x) {{ return {factor}*x; }}")

    groups = []
    for factor in (2.0, 3.0):
        f = scaled(factor)
        groups.append(es.NeuronGroup(2, "dx/dt = f(1)/ms : 1", method="euler"))
    es.Network(*groups, target="cython").run(1 * ms)
    np.testing.assert_allclose([group.x_[0] for group in groups], [2, 3])


@pytest.mark.parametrize(
    ("text", "message", "line", "column", "hint"),
    [
        ("double waves(double x) { return x; }", "defines no function 'wave'", 1, 8, "double wave(double x) { … }"),
        ("// double wave(double x) {", "defines no function 'wave'", None, None, "double wave(double x) { … }"),
        ("double wave(double x);", "defines no function 'wave'", None, None, "double wave(double x) { … }"),
        ("\n  double wave(double x, double y) { }", "1 arguments in Python and 2 in C", 2, 15, "double wave(double x)"),
        ("double wave(float x) { return x; }", "numbers of type double", 1, 13, "double wave(double x)"),
        ("int wave(double x) { return x; }", "numbers of type double", 1, 1, "double wave(double x)"),
        (3, "a text that defines it", None, None, "double wave(double x)"),
    ],
)
def test_texts_in_c_that_define_no_such_function(text, message, line, column, hint):
    with pytest.raises(es.EqsimError) as caught:
        es.function(wave, c=text)
    assert message in str(caught.value)
    assert (caught.value.line, caught.value.column, caught.value.object) == (line, column, "function 'wave'")
    assert hint in caught.value.hint


def test_a_function_in_c_needs_a_name():
    with pytest.raises(es.EqsimError, match="needs a name") as caught:
        es.function(lambda x: x, c="double f(double x) { return x; }")
    assert "def" in caught.value.hint


@needs_compiler
@pytest.mark.parametrize(
    ("text", "found", "line"),
    [
        ("\ndouble wave(double x) {\n    return 2*y;\n}", "undeclared", 3),
        ("double wave(double x) { return missing_one(x); }", "missing_one", None),
    ],
)
def test_what_the_compiler_does_not_take_is_told_once(text, found, line):
    f = es.function(wave, c=text)
    group = es.NeuronGroup(2, "dx/dt = f(x)/ms : 1", method="euler", name="cells")
    network = es.Network(group, target="cython")
    with pytest.raises(es.EqsimError) as caught:
        network.run(1 * ms)
    assert found in str(caught.value)
    assert "'wave'" in str(caught.value)
    assert caught.value.line == line
    assert line is None or caught.value.excerpt == "    return 2*y;"
    assert caught.value.hint
    assert network.t == 0 * ms


def test_an_error_that_is_no_function_s_fault_stays_as_it_is(monkeypatch):
    from eqsim.targets import numba

    def fail(name, parts=()):
        if name.startswith("entry_"):
            raise RuntimeError("the compiler is broken")
        return load(name, parts)

    load = numba.cache.load
    monkeypatch.setattr(numba.cache, "load", fail)
    f = es.function(wave)
    group = es.NeuronGroup(2, "dx/dt = f(x)/ms : 1", method="euler")
    with pytest.raises(RuntimeError, match="the compiler is broken"):
        es.Network(group, target="numba").run(1 * ms)
