"""Networks as Python programs: those of the reference, and one with all that texts may say, as they are in process."""

import subprocess
import venv

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms
from tests.export import features
from tests.export.programs import carry_out
from tests.export.test_export_python import expected
from tests.network import lively
from tests.targets.compiled import COMPILED, CYTHON
from tests.test_reference import CASES, Run, plain

REFERENCE = {"coba_400", "cobahh_200", "stdp_pairs", "hetero_delays"}
SLOW = pytest.mark.slow
# Cython compiles in a fifth of the time
TARGETS = [pytest.param("numba", marks=SLOW), CYTHON]


def same(folder, net):
    """Assert that a program computed, bit for bit, what a network did; read with units where there are any."""
    results = es.load_results(folder)
    for name, values in expected(net).items():
        np.testing.assert_array_equal(np.load(results.folder / f"{name}.npy"), values, err_msg=name)
    for thing in net:
        if isinstance(thing, es.SpikeMonitor) and thing._keep:
            read = results.spikes[thing.name]
            np.testing.assert_array_equal(read.i, thing.i)
            assert (read.t == thing.t).all()
            np.testing.assert_array_equal(read.count, thing.count)
        if isinstance(thing, es.StateMonitor):
            for variable in thing.record_variables:
                assert np.all(results.states[thing.name][variable] == getattr(thing, variable))
    return results


def program(net, folder, target, duration, *options):
    net.export(folder, target)
    ((status, _, err),) = carry_out(folder, ["--duration", duration, *options])
    assert (status, err) == (0, "")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", [case for case in CASES if case.name in REFERENCE], ids=str)
def test_reference_networks(tmp_path, case, target):
    run = Run(case, target, start=False)
    duration = case.exact or float(plain(run.value(run.model["duration"]), "ms"))
    program(run.network, tmp_path / "out", target, f"{duration} ms")
    run.network.run(duration * ms)
    results = same(tmp_path / "out", run.network)
    assert run.spikes is None or len(run.spikes.i) > 0
    assert results.t == run.network.t
    assert results.finished


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("threads", "dtype"), [(2, "float64"), pytest.param(1, "float32", marks=SLOW)])
def test_every_kind_of_state(tmp_path, target, threads, dtype):
    net = lively.build(target, threads=threads, dtype=dtype)
    program(net, tmp_path / "out", target, "150ms")
    net.run(150 * ms)
    assert len(net["spikes"].i) > 300
    same(tmp_path / "out", net)


@pytest.mark.parametrize("target", TARGETS)
def test_every_kind_of_text(tmp_path, target):
    net = features.build(target, threads=2)
    program(net, tmp_path / "out", target, "100ms")
    net.run(100 * ms)
    assert len(net["low"].i) > 100
    same(tmp_path / "out", net)


def wiggle(x):
    return x * x * x


@pytest.mark.slow
def test_functions_of_python_go_along(tmp_path):
    wiggling = {"wiggle": es.function(wiggle)}
    group = es.NeuronGroup(3, "dx/dt = -wiggle(x)/(5*ms) : 1", method="euler", namespace=wiggling, name="group")
    group.x = [1, 2, 3]
    trace = es.StateMonitor(group, "x", name="trace")
    net = es.Network(group, trace, dt=0.1 * ms)
    program(net, tmp_path / "out", "numba", "5 ms")
    assert "return x * x * x" in (tmp_path / "out" / "kernels" / "wiggle.py").read_text()
    net.run(5 * ms)
    same(tmp_path / "out", net)


@pytest.mark.parametrize("target", COMPILED)
def test_time_without_units(tmp_path, target):
    group = es.NeuronGroup(2, "dx/dt = 1/T", namespace={"T": 4.0}, name="group")
    trace = es.StateMonitor(group, "x", name="trace")
    net = es.Network(group, trace, dt=0.25, target=target)
    program(net, tmp_path / "out", target, "10", "--set", "group.T=5")
    results = es.load_results(tmp_path / "out")
    np.testing.assert_allclose(results.states["trace"].x[0], np.arange(40) * 0.05, rtol=1e-12)
    assert results.t == 10


@pytest.mark.slow
@pytest.mark.parametrize(("target", "needed"), [("numba", "numba"), ("cython", "cython")])
def test_a_fresh_environment(tmp_path, target, needed):
    """NumPy and the one package are all that it takes."""
    group = es.NeuronGroup(4, "dx/dt = (2 + rand() - x)/(5*ms) : 1", "x > 1", "x = 0", method="euler", name="group")
    net = es.Network(group, es.SpikeMonitor(group, name="spikes"), dt=0.1 * ms, target=target, seed=1)
    net.export(tmp_path / "out", target)
    venv.create(tmp_path / "env", with_pip=True)
    python = str(tmp_path / "env" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "numpy", needed], check=True)
    simulate = [python, "simulate.py", "--duration", "50 ms"]
    subprocess.run(simulate, cwd=tmp_path / "out", check=True)
    net.run(50 * ms)
    assert len(net["spikes"].i) > 20
    same(tmp_path / "out", net)
