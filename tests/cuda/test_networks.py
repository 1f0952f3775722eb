"""Networks of every feature on a simulated device: every spike where the interpreter has it, values to 1e-9."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import eqsim as es
from eqsim.targets import cuda, cuda_memory, cuda_plan
from eqsim.targets.cuda_calls import Machine
from eqsim.units import Hz, ms
from tests.runtime.everything import Everything
from tests.targets.test_conformance import CASES, EVERY, assert_near, run

ROOT = Path(__file__).resolve().parent.parent.parent
DURATION = 10 * ms


def both(make, *calls, target="cuda"):
    """Return what a network recorded on the interpreter and on the device; ``calls`` carry out its runs."""
    found = []
    for name in ("numpy", target):
        es.seed(7)
        net = make(name)
        for call in calls:
            call(net)
        found.append(recorded(net))
    return found


def recorded(net):
    values = {"t": np.array(net.t_)}
    for thing in net:
        if isinstance(thing, es.StateMonitor):
            values |= {f"{thing.name}.{v}": np.asarray(getattr(thing, f"{v}_")) for v in (*thing.record_variables, "t")}
        elif isinstance(thing, es.EventMonitor):
            values[f"{thing.name}.count"] = np.asarray(thing.count)
            if thing._keep:
                values |= {f"{thing.name}.i": thing.i, f"{thing.name}.steps": np.rint(thing.t_ / 0.05).astype(int)}
        elif isinstance(thing, es.PopulationRateMonitor):
            values[f"{thing.name}.rate"] = thing.rate_
        elif isinstance(thing, es.NeuronGroup | es.Synapses):
            values |= {f"{thing.name}.{key}": np.asarray(v) for key, v in thing.get_states(units=False).items()}
    return values


@pytest.mark.parametrize("name", [*CASES, "unitless", EVERY])
def test_a_device_does_what_the_interpreter_does(name):
    duration = 2 * DURATION if name == "adex" else DURATION  # until its first spikes
    expected = run(name, "numpy", duration=duration)
    events = [values for key, values in expected.items() if key.endswith("events")]
    assert sum(values.shape[1] for values in events) > 2 or not events
    assert_near(run(name, "cuda", duration=duration), expected, 1e-9)


@pytest.mark.parametrize("name", ["lif", "plastic", EVERY])
def test_sums_in_any_order_are_as_near(name):
    assert_near(run(name, "cuda-fast", duration=DURATION), run(name, "numpy", duration=DURATION), 1e-9)


@pytest.mark.parametrize("name", ["lif", "plastic"])
def test_single_precision_is_double_precision_to_its_digits(name):
    double, single = (run(name, "cuda", dtype, 5 * ms) for dtype in ("float64", "float32"))
    for key, values in double.items():
        if values.dtype.kind != "f" or key.endswith(("events", ".t")):
            np.testing.assert_array_equal(single[key], values, err_msg=key)
        elif values.size:
            assert single[key].dtype == np.float32, key
            assert np.abs(single[key] - values).max() <= 3e-5 * max(np.abs(values).max(), 1e-300), key


@pytest.mark.parametrize("name", ["lif", "plastic"])
def test_threads_of_a_block_share_the_work(name, several_threads):
    assert_near(run(name, "cuda", duration=1.5 * ms), run(name, "numpy", duration=1.5 * ms), 1e-9)


@pytest.mark.parametrize("name", ["lif", "plastic"])
def test_bits_do_not_depend_on_the_grid(name, several_threads, monkeypatch):
    parallel = run(name, "cuda", duration=1.5 * ms)
    monkeypatch.setattr("eqsim.targets.cuda.SIMULATOR", Machine(threads=1, row=1, single=1, blocks=1, tiles=1))
    for key, values in run(name, "cuda", duration=1.5 * ms).items():
        np.testing.assert_array_equal(parallel[key], values, err_msg=key)


def chance(target):
    """Sources by chance, counts from a table and one by one, parts of groups, rates of populations."""
    cells = es.NeuronGroup(
        21, "dV/dt = (1.1 - V + g)/(5*ms) : 1\ndg/dt = -g/(3*ms) : 1", "V > 1", "V = 0", name="cells"
    )
    cells.V = "0.04*i"
    sources = es.PoissonGroup(70, "(5 + i**2)*Hz", name="sources")
    feed = es.Synapses(sources, cells, on_pre="g += 0.05", name="feed")
    feed.connect("i % 21 == j")
    inputs = [es.PoissonInput(cells, "g", 20, 30 * Hz, 0.1), es.PoissonInput(cells[3:9], "g", 900, 1 * Hz, "0.01*i")]
    inputs.append(es.Input(cells[2:7], "V", 0.01))
    monitors = [es.SpikeMonitor(cells[4:11], name="part"), es.SpikeMonitor(cells, record=False)]
    monitors += [es.PopulationRateMonitor(cells[2:9], name="rate"), es.PopulationRateMonitor(sources, name="all")]
    monitors += [es.SpikeMonitor(sources, name="drawn"), es.StateMonitor(cells, ["V", "g"], record=[3, 3, 0])]
    return es.Network(cells, sources, feed, inputs, monitors, target=target)


def test_chance_and_parts_are_the_same():
    expected, found = both(chance, lambda net: net.run(20 * ms))
    assert expected["part.i"].size > 3
    assert expected["drawn.i"].size > 20
    assert_near(found, expected, 1e-9)


def crowded(target):
    """Every neuron spikes in every other step, along synapses with long delays: lists and queues have to grow."""
    cells = es.NeuronGroup(6, "dV/dt = 6/ms : 1\nn : 1", "V > 1", "V = 0", name="cells", method="euler")
    cells.V = "i/6"
    varied = es.Synapses(cells, cells, on_pre="n_post = 0.9*n_post + i", name="varied")
    varied.connect("i != j")
    varied.delay = "(3 + 2*i + j)*ms"
    alike = es.Synapses(cells, cells, "w : 1", "w += n_post; n_pre += 1", delay=4 * ms, name="alike")
    alike.connect("abs(i - j) < 3")
    both_ends = es.Synapses(cells, cells, on_pre="n_post += 0.1*n_pre; n_pre *= 0.99", delay=1 * ms, name="both_ends")
    both_ends.connect("i < j")
    return es.Network(cells, varied, alike, both_ends, es.SpikeMonitor(cells, "n", name="spikes"), target=target)


@pytest.mark.parametrize("target", ["cuda", "cuda-fast"])
def test_queues_and_lists_grow(monkeypatch, target):
    monkeypatch.setattr("eqsim.network.chunks.EVENTS", 30)
    expected, found = both(crowded, lambda net: net.run(9 * ms), lambda net: net.run(3 * ms), target=target)
    assert expected["spikes.i"].size > 200
    assert_near(found, expected, 1e-9)


def test_python_functions_see_and_change_values():
    seen = []

    def make(target):
        net = crowded(target)
        seen.append([])

        def change(t, into=seen[-1]):
            into.append((float(np.ravel(t)[0]), *net["cells"].n_))
            net["cells"].n_[2] += 1
            net["alike"].w = "w + 0.5"

        net.add(es.network_operation(change, dt=0.7 * ms))
        return net

    expected, found = both(make, lambda net: net.run(6 * ms))
    assert_near(found, expected, 1e-9)
    assert len(seen[0]) == 9
    np.testing.assert_allclose(seen[1], seen[0], rtol=1e-9)


def test_a_condition_ends_a_run_on_the_device():
    expected, found = both(
        crowded,
        lambda net: net.run(6 * ms, until="cells.n > 50"),
        lambda net: net.run(1 * ms),
        lambda net: net["spikes"].i,
    )
    assert expected["t"] < 6.9
    assert_near(found, expected, 1e-9)


def test_a_restored_run_goes_on_as_it_did():
    made = []
    for _ in range(2):
        everything = Everything("cuda")
        everything.net.run(12 * ms)
        everything.net.store()
        everything.net.run(10 * ms)
        if made:
            everything.net.restore()
            everything.net.run(10 * ms)
        made.append(everything.results())
    for key, values in made[0].items():
        np.testing.assert_array_equal(made[1][key], values, err_msg=key)


def test_a_state_goes_on_on_another_target(tmp_path):
    first, second, whole = Everything("cuda"), Everything("numpy"), Everything("numpy")
    first.net.run(12 * ms)
    first.net.save(tmp_path / "state")
    second.net.load(tmp_path / "state")
    second.net.run(9 * ms)
    whole.net.run(21 * ms)
    found, expected = second.results(), whole.results()
    assert_near(found, expected, 1e-9)


def test_values_changed_between_runs_are_seen():
    def change(net):
        net["cells"].n[1:3] = 5
        net["alike"].w = "i + j"

    expected, found = both(crowded, lambda net: net.run(3 * ms), change, lambda net: net.run(3 * ms))
    assert_near(found, expected, 1e-9)


def test_connections_and_delays_change_between_runs():
    def change(net):
        net["varied"].delay = "(1 + j)*ms"
        net["alike"].connect(i=[0, 5, 5], j=[5, 0, 0])

    def change_again(net):
        net["varied"].delay[::2] = 0.5 * ms
        net["both_ends"].disconnect("i == 0")

    runs = [lambda net: net.run(3 * ms), change, lambda net: net.run(3 * ms), change_again, lambda net: net.run(4 * ms)]
    expected, found = both(crowded, *runs)
    assert_near(found, expected, 1e-9)


def test_infinity_is_found_on_the_device():
    messages = []
    for target in ("numpy", "cuda"):
        cells = es.NeuronGroup(3, "dx/dt = x**3/ms : 1", name="cells", method="euler")
        cells.x = [0, 1, 5]
        with pytest.raises(es.EqsimError, match="x of element") as raised:
            es.Network(cells, target=target).run(20 * ms)
        messages.append(str(raised.value).split(" between ", maxsplit=1)[0])
    assert messages[0] == messages[1]


def squared(x, y):
    return x * x + 3 * y


def test_functions_of_users_are_compiled():
    def make(target):
        own = es.function(squared, [1, 1], 1)
        cells = es.NeuronGroup(
            4, "dx/dt = -f(x, 0.1)/ms : 1", name="cells", method="euler", namespace={"f": own, "ms": ms}
        )
        cells.x = "1 + i"
        return es.Network(cells, target=target)

    expected, found = both(make, lambda net: net.run(1 * ms))
    assert_near(found, expected, 1e-9)


def test_a_function_that_is_not_compiled_is_named():
    own = es.function(squared, [1, 1], 1)
    cells = es.NeuronGroup(4, "dx/dt = -f(x, 0.1)/ms : 1", name="cells", method="euler", namespace={"f": own, "ms": ms})
    _, program, storages, _ = es.Network(cells, target="cuda")._build()
    made = cuda_plan.plan(program, storages, cuda.context(), Machine(), fast=False)

    class Refusing:
        def compile(self, types):
            raise TypeError("no such thing")

    with pytest.raises(es.EqsimError, match="'cells' that calls 'f' cannot be compiled for CUDA"):
        cuda.compile_call(replace(made.calls[0], function=Refusing()), made)


def test_what_one_thread_does_is_warned_of(monkeypatch):
    monkeypatch.setattr("eqsim.targets.cuda_plan._MANY", 5)
    with pytest.warns(es.EqsimWarning, match="a single thread carries this out, for up to") as caught:
        crowded("cuda")._build()
    assert [str(one.message).split(":")[0] for one in caught] == ["pre of alike", "pre of both_ends"]


def test_a_full_device_is_said(monkeypatch):
    def none_left(*arguments):
        raise RuntimeError("CUDA_ERROR_OUT_OF_MEMORY")

    monkeypatch.setattr(cuda_memory.cuda, "device_array", none_left)
    with pytest.raises(es.EqsimError, match="the memory of the device is full") as raised:
        es.Network(es.NeuronGroup(4, "dx/dt = -x/ms : 1"), target="cuda").run(1 * ms)
    assert "float32" in str(raised.value)


def test_the_word_of_the_target_is_kept():
    assert es.Network(target="cuda")._target.name == "cuda"
    assert es.Network(target="cuda-fast")._target.name == "cuda-fast"


def test_a_missing_device_is_said():
    script = "import eqsim as es\ntry: es.Network(target='cuda')\nexcept es.EqsimError as error: print(error)"
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"}
    del surroundings["NUMBA_ENABLE_CUDASIM"]
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=surroundings)
    assert "is not found" in done.stdout or "no NVIDIA device is found" in done.stdout, done.stderr
    assert "hint: " in done.stdout
