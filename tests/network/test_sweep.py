"""Sweeps: values reach their places, results do not depend on who runs them, and failures stay where they happen."""

import os
import pickle
import re
import signal
import subprocess
import sys
from pathlib import Path

import cloudpickle
import numpy as np
import pytest

import eqsim as es
from eqsim.units import Hz, ms, mV, second

LIF = """
    dv/dt = (drive - v)/tau : 1 (unless refractory)
    drive : 1
    tau : ms
"""


def lif(N=2, seed=1, target="numpy", **options):
    """Return a network of neurons with a constant drive, whose rate is known."""
    es.seed(seed)
    group = es.NeuronGroup(N, LIF, threshold="v > 1", reset="v = 0", refractory=5 * ms, name="neurons")
    group.drive, group.tau = 2, 10 * ms
    return es.Network(group, es.SpikeMonitor(group, name="spikes"), target=target, **options)


def noisy(**options):
    """Return a network whose spikes depend on drawn initial values, drawn delays, and noise while it runs."""
    es.seed(7)
    sigma, w = 0.3, 0.05
    model = "dv/dt = (1.2 - v)/tau + sigma*xi*tau**-0.5 : 1\ntau : ms\nv(0) = rand()"
    group = es.NeuronGroup(10, model, threshold="v > 1", reset="v = 0", name="neurons")
    group.tau = 10 * ms
    synapses = es.Synapses(group, group, on_pre="v += w", name="to_all")
    synapses.connect(p=0.5)
    synapses.delay = "rand()*5*ms"
    return es.Network(group, synapses, es.SpikeMonitor(group, name="spikes"), dt=0.5 * ms, target="numpy", **options)


def spike_times(net, count=40):
    """Return the first spikes, of whom and when, as one array of fixed length."""
    times = np.full((2, count), -1.0)
    found = net["spikes"]
    times[:, : min(count, found.num_spikes)] = np.array([found.i, found.t_])[:, :count]
    return times


def rate(drive, tau):
    return 1000 / (5 + tau * np.log(drive / (drive - 1)))


@pytest.fixture
def _anew(monkeypatch):
    """Have processes begin anew where they would be forked."""
    import eqsim.network.sweep as sweep

    monkeypatch.setattr(sweep, "in_forks", lambda runner, points, *_: list(points))


def test_rates_follow_the_closed_form():
    net = lif(target="numba")
    result = net.sweep({"neurons.drive": [1.5, 2, 4], "neurons.tau": [10, 20] * ms}, 1 * second, workers=1)
    assert result["spikes"].dims == ("neurons.drive", "neurons.tau")
    assert result["spikes"].attrs["units"] == "Hz"
    assert result["neurons.tau"].attrs["units"] == "ms"
    assert result["neurons.drive"].attrs["units"] == "1"
    expected = [[rate(drive, tau) for tau in (10, 20)] for drive in (1.5, 2, 4)]
    np.testing.assert_allclose(result["spikes"], expected, atol=1.5)
    assert not result["error"].any()


@pytest.mark.usefixtures("_anew")
def test_two_processes_find_what_one_does():
    def first(net):
        return spike_times(net)

    net = noisy()
    asked = {"params": {"neurons.tau": [10, 20] * ms, "w": [0, 0.2]}, "duration": 60 * ms, "measure": {"x": first}}
    one = net.sweep(**asked, repeats=2, workers=1)
    two = net.sweep(**asked, repeats=2, workers=2)
    assert two.identical(one)
    assert (one["x"] > 0).any()
    assert one["x"].dims == ("neurons.tau", "w", "repeat", "x_dim_0", "x_dim_1")
    runs = {values.tobytes() for values in one["x"].values.reshape(8, -1)}
    assert len(runs) == 8


def test_a_point_stays_as_it_is_when_lists_become_longer():
    few = noisy().sweep({"w": [0, 0.2]}, 50 * ms, {"x": spike_times}, workers=1)
    more = noisy().sweep({"w": [0, 0.2, 0.4]}, 50 * ms, {"x": spike_times}, repeats=2, workers=1)
    np.testing.assert_array_equal(few["x"], more["x"].isel(repeat=0)[:2])


@pytest.mark.parametrize("worth", [0, 1e9])
def test_processes_are_started_where_runs_take_long(monkeypatch, worth):
    import eqsim.network.sweep as module

    net = noisy()
    here = net.sweep({"w": [0.1]}, 50 * ms, {"x": spike_times, "process": lambda _: os.getpid()}, workers=1)
    monkeypatch.setattr(module, "_WORTH", worth)
    monkeypatch.setattr(module, "processors", lambda: 2)
    chosen = net.sweep({"w": [0.1]}, 50 * ms, {"x": spike_times, "process": lambda _: os.getpid()})
    assert chosen["x"].identical(here["x"])
    assert (chosen["process"].item() == os.getpid()) == (worth > 0)


def test_the_seed_of_the_network_decides():
    asked = {"params": {"w": [0.1]}, "duration": 50 * ms, "measure": {"x": spike_times}, "workers": 1}
    one, same, other = (noisy(seed=seed).sweep(**asked) for seed in (3, 3, 4))
    assert one.identical(same)
    assert one.attrs["seed"] == 3
    assert not one["x"].equals(other["x"])


def test_the_network_is_left_as_it_was():
    asked = {"params": {"neurons.tau": [5, 30] * ms, "w": [0.3], "to_all.delay": [1, 2] * ms}, "duration": 30 * ms}
    plain, swept = noisy(seed=5), noisy(seed=5)
    for net in (plain, swept):
        net.run(20 * ms)
    swept.store()
    for workers in (1, 2):
        swept.sweep(**asked, workers=workers)
    assert swept.t == 20 * ms
    assert (swept["neurons"].tau == 10 * ms).all()
    assert swept["to_all"].namespace["w"] == 0.05
    for net in (plain, swept):
        net.run(30 * ms)
    np.testing.assert_array_equal(spike_times(plain, 500), spike_times(swept, 500))
    swept.restore()
    assert swept.t == 20 * ms


def test_a_network_that_never_ran_still_draws_its_initial_values():
    plain, swept = noisy(), noisy()
    swept.sweep({"neurons.tau": [5] * ms}, 5 * ms, workers=1)
    swept["neurons"].tau = plain["neurons"].tau = 15 * ms
    for net in (plain, swept):
        net.run(30 * ms)
    np.testing.assert_array_equal(spike_times(plain, 500), spike_times(swept, 500))


def test_initial_values_follow_what_is_varied():
    group = es.NeuronGroup(3, "dv/dt = 0*mV/ms : mV\nE : mV\nv(0) = E + 1*mV", name="g")
    net = es.Network(group, target="numpy")
    result = net.sweep({"g.E": [1, 5] * mV}, 1 * ms, {"v": lambda net: net["g"].v[:2]}, workers=1)
    np.testing.assert_allclose(result["v"], [[2, 2], [6, 6]])
    assert result["v"].attrs["units"] == "mV"
    result = net.sweep({"g.v": [7, 8] * mV}, 1 * ms, {"v": lambda net: net["g"].v[0]}, workers=1)
    np.testing.assert_allclose(result["v"], [7, 8])


def test_captured_values_arguments_and_delays():
    E, tau = 10 * mV, 10 * ms
    one = es.NeuronGroup(1, "dv/dt = (E - v)/tau : mV", name="one")
    two = es.NeuronGroup(1, "dv/dt = (E - v)/tau : mV", name="two")
    source = es.SpikeGeneratorGroup(1, [0], [1] * ms)
    late = es.Synapses(source, one, on_pre="v_post = 100*mV", name="late")
    late.connect()
    chance = es.PoissonInput(two, "v", 1000, 0 * Hz, 1 * mV, name="chance")
    net = es.Network(one, two, source, late, chance, target="numpy")
    both = {"v": lambda net: [net["one"].v[0], net["two"].v[0]]}
    result = net.sweep({"one.E": [1, 2] * mV, "tau": [1, 5] * ms}, 0.9 * ms, both, workers=1)
    decay = 1 - np.exp(-0.9 / np.array([1, 5]))
    np.testing.assert_allclose(result["v"][..., 0], [[1], [2]] * decay, rtol=1e-9)
    np.testing.assert_allclose(result["v"][..., 1], [[10], [10]] * decay, rtol=1e-9)
    result = net.sweep({"late.delay": [0, 0.01] * second, "chance.rate": [0, 1000] * Hz}, 5 * ms, both, workers=1)
    high = result["v"].values > 20
    assert high[..., 0].tolist() == [[True, True], [False, False]]
    assert high[..., 1].tolist() == [[False, True], [False, True]]
    assert net["chance"].rate == 0 * Hz


def test_values_make_nothing_compile_again(tmp_path, monkeypatch):
    monkeypatch.setenv("EQSIM_CACHE_DIR", str(tmp_path))
    es.seed(1)
    g = 1.5
    group = es.NeuronGroup(2, "dv/dt = (g - v)/tau : 1\ntau : ms", threshold="v > 1", reset="v = 0", name="neurons")
    net = es.Network(group, es.SpikeMonitor(group), target="numba")
    group.tau = 10 * ms
    net.run(1 * ms)
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    result = net.sweep({"neurons.tau": [10, 20] * ms, "g": [2, 3]}, 100 * ms, workers=1)
    assert len(before) > 0
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == before
    assert len(np.unique(result["spikemonitor"])) > 2


def test_an_error_of_one_point_leaves_the_others():
    def fails(net):
        if net["neurons"].drive[0] == 3:
            raise RuntimeError("no three")
        return 1 * mV

    with pytest.warns(es.EqsimWarning, match="1 of 3 runs failed, the first with RuntimeError: no three"):
        result = lif().sweep({"neurons.drive": [2, 3, 4]}, 10 * ms, {"x": fails}, workers=1)
    np.testing.assert_array_equal(result["x"], [1, np.nan, 1])
    assert result["error"].values.tolist() == ["", "RuntimeError: no three", ""]


def test_values_that_a_network_has_need_not_work():
    net = lif()

    def refuse():
        if net["neurons"].drive[0] == 2:
            raise RuntimeError("no two")

    net.add(es.NetworkOperation(refuse))
    result = net.sweep({"neurons.drive": [3, 4]}, 1 * ms, {"x": lambda net: net["neurons"].drive[0]})
    assert result["x"].values.tolist() == [3, 4]


def test_measures_of_another_shape_or_unit_are_errors_of_their_points():
    def odd(net):
        return {2: 1 * second, 3: [1, 2] * ms, 4: 1 * mV, 5: 2 * ms}[float(net["neurons"].drive[0])]

    with pytest.warns(es.EqsimWarning, match="2 of 4 runs failed"):
        result = lif().sweep({"neurons.drive": [2, 3, 4, 5]}, 1 * ms, {"x": odd}, workers=1)
    np.testing.assert_allclose(result["x"], [1, np.nan, np.nan, 0.002])
    assert "shape (2,)" in result["error"].values[1]
    assert "UnitsError" in result["error"].values[2]


@pytest.mark.usefixtures("_anew")
def test_a_killed_process_loses_nothing(tmp_path):
    flag = str(tmp_path / "killed")

    def once(net):
        drive = float(net["neurons"].drive[0])
        if drive == 9 or (drive == 3 and not Path(flag).exists()):
            Path(flag).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return drive

    with pytest.warns(es.EqsimWarning, match="1 of 5 runs failed"):
        result = lif().sweep({"neurons.drive": [2, 3, 4, 9, 5]}, 1 * ms, {"x": once}, workers=2)
    np.testing.assert_array_equal(result["x"], [2, 3, 4, np.nan, 5])
    assert "the process that ran it ended twice" in result["error"].values[3]


def test_a_network_goes_on_in_a_copy_as_it_would_have():
    net = noisy()
    net.run(20 * ms)
    net.store()
    copy = pickle.loads(cloudpickle.dumps(net))
    for one in (net, copy):
        one.run(20 * ms)
    np.testing.assert_array_equal(spike_times(net, 500), spike_times(copy, 500))
    assert net["spikes"].num_spikes > 20
    copy.restore()
    copy.run(20 * ms)
    np.testing.assert_array_equal(spike_times(net, 500), spike_times(copy, 500))


FORKS = """
import _thread, multiprocessing, os, signal, sys, threading, time
import numpy as np
import eqsim as es
from eqsim.network.sweep_forks import in_forks
from eqsim.units import ms
import test_sweep as tests

assert os.path.isdir("/proc/self/task"), "skip"
parent = os.getpid()

def fatal(net):
    if net["to_all"].namespace["w"] == 0.2:
        os.kill(os.getpid(), signal.SIGKILL)
    return [os.getpid(), *tests.spike_times(net).ravel()]

net = tests.noisy()
asked = {"params": {"w": [0, 0.1, 0.2, 0.3]}, "duration": 50*ms, "repeats": 2}
one = net.sweep(**asked, measure={"x": tests.spike_times}, workers=1)
two = net.sweep(**asked, measure={"x": fatal}, workers=2, progress=True)
ids, times = two["x"].values[..., 0], two["x"].values[..., 1:].reshape(one["x"].shape)
lost = two["w"].values == 0.2
np.testing.assert_array_equal(times[~lost], one["x"].values[~lost])
assert np.isnan(times[lost]).all() and all("ended twice" in error for error in two["error"].values[lost].ravel())
assert parent not in ids and 2 <= len(np.unique(ids[~lost])) <= 6
assert not multiprocessing.active_children()
assert "loky" not in sys.modules, "processes were started anew"

ended = threading.Event()
for start in (lambda: threading.Thread(target=ended.wait).start(), lambda: _thread.start_new_thread(ended.wait, ())):
    assert in_forks(None, [], 2, print) == []
    start()
    assert in_forks(None, [1, 2], 2, print) == [1, 2], "a process with threads was forked"
    assert not multiprocessing.active_children()
    ended.set()
    time.sleep(0.1)
    ended.clear()
"""


def test_forks_in_a_process_of_their_own():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    command = [sys.executable, "-W", "error", "-W", "ignore::eqsim.EqsimWarning", "-c", FORKS]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
    if "AssertionError: skip" in found.stderr:
        pytest.skip("there is no way to know whether this system's processes have threads")
    assert found.returncode == 0, found.stderr


def test_measures_that_close_over_objects_see_those_of_the_copy():
    net = lif()
    spikes = net["spikes"]
    result = net.sweep({"neurons.drive": [2, 4]}, 20 * ms, {"n": lambda _: spikes.num_spikes}, workers=2)
    assert result["n"].values.tolist() == [4, 6]  # at 6.9 and 18.9 ms; at 2.9, 10.8 and 18.6 ms
    assert spikes.num_spikes == 0


DRIVE = {"neurons.drive": [2, 3]}


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        ({"params": {}}, "params give lists", "neurons.tau_m"),
        ({"params": [1]}, "params give lists", "neurons.tau_m"),
        ({"params": {"neuron.drive": [1]}}, "no object 'neuron'", "did you mean 'neurons'"),
        ({"params": {"neurons.driv": [1]}}, "has no value 'driv'", "did you mean 'drive'"),
        ({"params": {"spikes.drive": [1]}}, "has no value 'drive'", "it has none"),
        ({"params": {"sigma": [1]}}, "no object captured a value named 'sigma'", "objects are"),
        ({"params": {3: [1]}}, "no key", "neurons.tau_m"),
        ({"params": {"neurons.tau": [1, 2] * mV}}, "another unit", "10*ms"),
        ({"params": {"neurons.tau": [1, 2]}}, "another unit", "10*ms"),
        ({"params": {"neurons.refractory": [1] * mV}}, "another unit", "[1, 2]*ms"),
        ({"params": {"neurons.drive": []}}, "needs a list", "[1, 2, 3]"),
        ({"params": {"neurons.drive": 3}}, "needs a list", "[1, 2, 3]"),
        ({"params": {"neurons.drive": "rand()"}}, "needs a list", "[1, 2, 3]"),
        ({"params": {"neurons.drive": [[1, 2], [3, 4]]}}, "needs a list", "[1, 2, 3]"),
        ({"params": {"neurons.drive": ["rand()"]}}, "no numbers", "quantities"),
        ({"duration": 3 * mV}, "", ""),
        ({"repeats": 0}, "repeats is a whole number", "repeats"),
        ({"workers": 1.5}, "workers is a whole number", "workers"),
        ({"measure": {"x": 3}}, "no function of the network", "def rate"),
        ({"measure": {"x": lambda: 3}}, "no function of the network", "def rate"),
        ({"measure": {"error": len}}, "cannot be called 'error'", "another name"),
        ({"measure": len}, "functions of the network by name", "measure="),
        ({"client": 3}, "client is a client of Dask", "Client("),
    ],
)
def test_mistakes_are_told_before_anything_runs(change, message, hint):
    net = lif()
    with pytest.raises(es.EqsimError) as caught:
        net.sweep(**{"params": DRIVE, "duration": 1 * ms, "workers": 1, **change})
    assert message in str(caught.value)
    assert hint in (caught.value.hint or "")
    assert net.t == 0 * ms


def test_one_value_under_two_names():
    with pytest.raises(es.EqsimError, match="mean the same value of 'to_all'"):
        noisy().sweep({"w": [1], "to_all.w": [2]}, 1 * ms)


def test_nothing_to_measure():
    net = es.Network(es.NeuronGroup(1, "dv/dt = -v/ms : 1", name="g"), target="numpy")
    with pytest.raises(es.EqsimError, match="nothing to measure"):
        net.sweep({"g.v": [1]}, 1 * ms)


def test_monitors_that_record_to_files_are_refused(tmp_path):
    net = lif()
    net.add(es.StateMonitor(net["neurons"], "v", record=True, file=tmp_path / "v.h5"))
    with pytest.raises(es.EqsimError, match="records to a file"):
        net.sweep(DRIVE, 1 * ms)


def test_what_cannot_leave_the_process(tmp_path):
    with (tmp_path / "log").open("w") as log:
        measure = {"x": lambda _: log.write("x")}
        with pytest.raises(es.EqsimError, match="cannot go to another process"):
            lif().sweep(DRIVE, 1 * ms, measure, workers=2)
        assert lif().sweep(DRIVE, 1 * ms, measure, workers=1)["x"].values.tolist() == [1, 1]


def test_a_missing_library_says_how_to_install_it(monkeypatch):
    import eqsim.network.libraries as libraries

    def missing(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(libraries.importlib, "import_module", missing)
    with pytest.raises(es.EqsimError, match=r"sweep\(\) needs the library xarray") as caught:
        lif().sweep(DRIVE, 1 * ms)
    assert caught.value.hint == "pip install 'eqsim[io]'"


def test_networks_without_units():
    drive = 0.02
    group = es.NeuronGroup(2, "dv/dt = drive", threshold="v > 1", reset="v = 0", name="g")
    net = es.Network(group, es.SpikeMonitor(group, name="spikes"), dt=1, target="numpy")
    result = net.sweep({"drive": [0.0, 0.3]}, 100, workers=1)
    assert result["spikes"].values.tolist() == [0, 0.25]
    assert result["spikes"].attrs["units"] == "1"


def test_the_page_of_sweeps():
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "sweep.md").read_text(encoding="utf-8")
    scope = {}
    for program in re.findall(r"^```python\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL):
        exec(compile(program, "page", "exec"), scope)
    assert scope["result"]["cv"].dims == ("neurons.I", "R", "repeat")
    assert (scope["result"]["cv"] > 0).all()
    assert scope["failed"]["cv"].size == 0
