"""A state put back goes on as it went on then: bit for bit, in memory and from a file, in another process too."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

import eqsim as es
from eqsim.network import snapshot_file
from eqsim.network.snapshot import capture
from eqsim.units import ms, mV, nS, second
from tests.network.lively import build, everything

TARGETS = ("numpy", "numba")


@pytest.mark.parametrize("target", TARGETS)
def test_restore_and_go_on_is_go_on(target):
    net = build(target)
    net.run(7.3 * ms)
    net.store()
    before = everything(net)
    net.run(6 * ms)
    after = everything(net)
    assert net["spikes"].num_spikes > 20
    for _ in range(2):
        net.restore()
        assert everything(net) == before
        net.run(2 * ms)
        net.run(4 * ms)
        assert everything(net) == after


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_without_a_stop(target):
    whole = build(target)
    whole.run(13.3 * ms)
    net = build(target)
    net.run(7.3 * ms)
    net.store()
    net.run(3 * ms)
    net.restore()
    net.run(6 * ms)
    assert everything(net) == everything(whole)


def test_before_the_first_run():
    net = build("numpy")
    net.store("fresh")
    net.run(4 * ms)
    first = everything(net)
    net.restore("fresh")
    assert net.t == 0 * ms
    assert net["spikes"].num_spikes == 0
    assert net["trace"].V.shape == (20, 0)
    net.run(4 * ms)
    assert everything(net) == first


def test_several_names_and_an_unknown_one():
    net = build("numpy")
    net.store("a")
    net.run(1 * ms)
    net.store("b")
    net.restore("a")
    assert net.t_ == 0
    net.restore("b")
    assert net.t_ == pytest.approx(1)
    with pytest.raises(es.EqsimError, match=r"no state 'c'.*\n.*\n.*'a', 'b'"):
        net.restore("c")
    with pytest.raises(es.EqsimError, match=r"store\(\) first"):
        build("numpy").restore()


def test_a_stored_state_is_not_changed_by_what_follows():
    net = build("numpy")
    net.run(2 * ms)
    net.store()
    before = everything(net)
    net["neurons"].V = 3 * mV
    net["own"].w = 0 * mV
    net["trace"].V_[:] = 0
    net.restore()
    assert everything(net) == before
    net["own"].w = 0 * mV  # nor by what follows a restore
    net["neurons"].V_ = 1
    net.restore()
    assert everything(net) == before


def test_namespaces_return_to_their_values():
    net = build("numpy")
    net.store()
    net.run(1 * ms)
    first = everything(net)
    net["neurons"].namespace["tau"] = 3 * ms
    net["neurons"].namespace["drive"] = es.TimedArray([0] * mV, dt=1 * ms)
    net.restore()
    assert net["neurons"].namespace["tau"] == 10 * ms
    net.run(1 * ms)
    assert everything(net) == first


def test_connections_and_delays_return():
    net = build("numpy")
    net.store()
    net.run(3 * ms)
    first = everything(net)
    net.restore()
    net["own"].connect(i=[0, 1], j=[1, 0])
    net["own"].pre.delay[0] = 0 * ms
    net["fixed"].delay = 3 * ms
    net["source"].set_spikes([0], [0] * ms)
    net.run(3 * ms)
    assert everything(net) != first
    net.restore()
    net.run(3 * ms)
    assert everything(net) == first


def test_random_connections_after_restore_are_the_same():
    net = build("numpy")
    net.store()
    net["own"].connect(p=0.1)
    first = net["own"].i, net["own"].j
    net["own"].w = "rand()*mV"
    values = net["own"].w_.copy()
    net.restore()
    net["own"].connect(p=0.1)
    net["own"].w = "rand()*mV"
    np.testing.assert_array_equal(first, (net["own"].i, net["own"].j))
    np.testing.assert_array_equal(values, net["own"].w_)


def test_waiting_defaults_wait_again():
    group = es.NeuronGroup(3, "x = k*2 : 1 (parameter)\nk : 1")
    net = es.Network(group, target="numpy")
    net.store()
    group.k = 4
    assert list(group.x_) == [8, 8, 8]
    net.restore()
    group.k = 5
    assert list(group.x_) == [10, 10, 10]


def test_objects_added_and_removed():
    net = build("numpy")
    net.run(4 * ms)  # spikes are under way
    net.store()
    more = es.SpikeMonitor(net["source"], name="more")
    net.add(more)
    net.run(2 * ms)
    seen = everything(net)
    with pytest.raises(es.EqsimError, match="an object 'more', of which the state knows nothing"):
        net.restore()
    assert everything(net) == seen
    net.remove(more)
    net.restore()
    net.run(2 * ms)
    assert everything(net) == seen
    net.remove(net["counts"])
    with pytest.raises(es.EqsimError, match="'counts', which the network does not have"):
        net.restore()


def test_after_an_interruption(monkeypatch):
    whole = build("numpy")
    whole.run(20 * ms)
    net = build("numpy")
    net.run(0 * ms)  # built before the timer starts, so that the interruption comes while steps are carried out
    timer = threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        net.run(1000 * second)
    timer.cancel()
    reached = net.t_
    assert reached > 0
    net.store()
    net.run(1 * ms)
    after = everything(net)
    net.restore()
    assert net.t_ == reached
    net.run(1 * ms)
    assert everything(net) == after
    if reached < 20:
        net.restore()
        net.run((20 - reached) * ms)
        assert everything(net) == everything(whole)


def test_not_while_it_runs(tmp_path):
    group = es.NeuronGroup(1, "x : 1")
    told = []

    def meddle():
        for call in (net.store, lambda: net.save(tmp_path / "state"), net.restore):
            with pytest.raises(es.EqsimError, match=r"while the network runs|no state"):
                call()
            told.append(call)

    net = es.Network(group, es.network_operation(meddle), target="numpy", dt=1 * ms)
    net.run(1 * ms)
    assert len(told) == 3
    net.store()
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("target", ["numpy", pytest.param("numba", marks=pytest.mark.slow)])
def test_float32_and_a_seed_of_the_network(target):
    net = build(target, dtype="float32", of_network=5)
    net.run(3 * ms)
    net.store()
    net.run(3 * ms)
    after = everything(net)
    net.restore()
    net.run(3 * ms)
    assert everything(net) == after


def test_a_queue_that_grew_between_states():
    n = 50
    group = es.NeuronGroup(n, "x : 1", threshold="x > 0", refractory=0 * ms)
    synapses = es.Synapses(group, group, "", on_pre="")
    synapses.connect(j="i")
    counter = es.SpikeMonitor(group)
    synapses.pre.delay = "1*ms + i*ms"
    net = es.Network(group, synapses, counter, dt=1 * ms, target="numba")
    net.run(2 * ms)
    net.store("small")
    group.x = 1
    net.run(40 * ms)
    net.store("large")
    group.x = 0
    net.run(60 * ms)
    for name in ("small", "large", "small", "large"):
        net.restore(name)
        net.run(45 * ms)
    assert counter.num_spikes == n * 85


# files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS)
def test_a_file_goes_on_in_another_process(target, tmp_path):
    net = build(target)
    net.run(7.3 * ms)
    net.save(tmp_path / "state.npz")
    net.run(6 * ms)
    (tmp_path / "expected").write_bytes(everything(net))
    program = f"""
    from eqsim.units import ms
    from tests.network.lively import build, everything
    net = build({target!r}, seed=99)
    net.load("state.npz")
    assert abs(net.t_ - 7.3) < 1e-9
    net.run(6*ms)
    expected = open("expected", "rb").read()
    assert everything(net) == expected
    """
    code = textwrap.dedent(program)
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_file_before_the_first_run(tmp_path):
    net = build("numpy")
    net.save(tmp_path / "state")
    net.run(2 * ms)
    other = build("numpy", seed=8)
    other.load(tmp_path / "state")
    other.run(2 * ms)
    assert everything(other) == everything(net)


def test_a_loaded_state_can_be_saved_and_read_before_it_runs(tmp_path):
    net = build("numpy")
    net.run(3 * ms)
    net.save(tmp_path / "one")
    other = build("numpy", seed=8)
    other.load(tmp_path / "one")
    assert everything(other) == everything(net)
    other.save(tmp_path / "two")
    third = build("numpy", seed=9)
    third.load(tmp_path / "two")
    third.run(2 * ms)
    net.run(2 * ms)
    assert everything(third) == everything(net)


def test_exact_values_in_namespaces(tmp_path):
    names = {"a": 0.1 + 0.2, "b": 3, "c": True, "d": -0.1 * mV, "big": float("inf"), "g": np.float32(0.1)}
    names |= {"k": 7 * nS / ms, "m": np.array(2.5)}
    text = "y = (a + b + g + m + int(c))*d + 0*d*k*ms/nS + heaviside(big)*d : mV"
    group = es.NeuronGroup(1, text, namespace=names)
    net = es.Network(group, target="numpy")
    value = group.y_.copy()
    net.save(tmp_path / "state")
    others = dict.fromkeys(names, 1.0) | {"c": False, "d": 1 * mV, "k": 1 * nS / ms}
    other = es.NeuronGroup(1, text, namespace=others)
    loaded = es.Network(other, target="numpy")
    loaded.load(tmp_path / "state")
    np.testing.assert_array_equal(other.y_, value)
    assert other.namespace["c"] is True
    assert other.namespace["k"] == 7 * nS / ms


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"n": 21}, r"number of elements differs\n.*neurons'\n.*20, against 21"),
        ({"threshold": "V > 11*mV"}, r"the threshold differs\n.*neurons'\n.*V > 10\*mV, against V > 11\*mV"),
        ({"dt": 0.05 * ms}, "smallest step differs\n.*Network\n.*0.1, against 0.05"),
        ({"dtype": "float32"}, "dtype differs\n.*Network\n.*float64, against float32"),
        ({"record": [1, 2]}, "recorded elements differs\n.*trace'\n.*20 elements.*against 2 elements"),
    ],
)
def test_a_state_of_another_network_is_refused_by_name(change, named, tmp_path):
    net = build("numpy")
    net.run(2 * ms)
    net.save(tmp_path / "state")
    other = build("numpy", **change)
    before = everything(other)
    with pytest.raises(es.EqsimError, match=named):
        other.load(tmp_path / "state")
    assert everything(other) == before


def test_wrong_files_are_refused(tmp_path):
    net = build("numpy")
    net.run(2 * ms)
    good = tmp_path / "state"
    net.save(good)
    whole = good.read_bytes()
    before = everything(net)

    def refused(content, match):
        path = tmp_path / "bad"
        path.write_bytes(content)
        with pytest.raises(es.EqsimError, match=match):
            net.load(path)
        assert everything(net) == before

    refused(b"", "holds no state")
    refused(b"\x89HDF\r\n\x1a\n" + bytes(100), "holds no state")
    for cut in (100, len(whole) // 2, len(whole) - 1):
        refused(whole[:cut], "holds no state")
    at = whole.index(b"NUMPY") + 200  # a bit turned over is seen
    refused(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], "holds no state")
    with pytest.raises(es.EqsimError, match=r"cannot read.*nowhere"):
        net.load(tmp_path / "nowhere")
    with pytest.raises(es.EqsimError, match="cannot write"):
        net.save(tmp_path / "nowhere" / "state")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "state"]


def test_a_file_can_run_no_code_and_take_no_more_memory_than_it_is_long(tmp_path):
    net = es.Network(es.NeuronGroup(1, "x : 1"), target="numpy")
    marker = tmp_path / "ran"

    class Evil:
        def __reduce__(self):
            return open, (str(marker), "w")

    path = tmp_path / "evil.npz"
    np.savez(path, header=np.array([Evil()], dtype=object), allow_pickle=True)
    with pytest.raises(es.EqsimError, match="holds no state"):
        net.load(path)
    assert not marker.exists()
    np.savez_compressed(path, header=np.zeros(10**8, np.uint8))
    assert path.stat().st_size < 10**6
    with pytest.raises(es.EqsimError, match="compressed"):
        net.load(path)


def test_a_crafted_state_cannot_reach_outside_its_arrays(tmp_path):
    """Indexes in a file go unchecked into compiled code, so they are checked when it is read."""
    net = build("numba")
    net.run(4 * ms)
    state = capture(net)

    def crafted(name, *path, value):
        inner = dict(state.parts[name].state)
        place = inner
        for key in path[:-1]:
            place[key] = dict(place[key])
            place = place[key]
        place[path[-1]] = value
        parts = dict(state.parts)
        parts[name] = type(state.parts[name])(state.parts[name].traits, inner)
        return type(state)(state.traits, state.step, state.seed, parts)

    own, big = state.parts["own"].state, 10**6
    cases = [
        ("own", "connections", "target", np.full(len(net["own"]), 200, np.uint8)),
        ("own", "connections", "start", np.full(21, big)),
        ("own", "connections", "permutation", np.zeros(len(net["own"]), np.int64)),
        ("own", "variables", "size", big),
        ("own", "variables", "size", "many"),
        ("own", "arrays", "_ring_source_pre", np.full_like(own["arrays"]["_ring_source_pre"], big)),
        ("own", "arrays", "_ring_cursor_pre", np.full_like(own["arrays"]["_ring_cursor_pre"], -1)),
        ("own", "arrays", "_head_pre", np.array([-5])),
        ("own", "arrays", "_tail_pre", np.array([big])),
        ("own", "arrays", "w", np.zeros(1)),
        ("neurons", "arrays", "V", np.zeros(20, np.int8)),
        ("neurons", "arrays", "_spike_count", np.array([big])),
        ("neurons", "arrays", "_spike_events", np.full(20, big, np.int32)),
        ("neurons", "arrays", {}),
        ("neurons", "attributes", None),
    ]
    before = everything(net)
    for number, (name, *path, value) in enumerate(cases):
        snapshot_file.write(crafted(name, *path, value=value), tmp_path / f"{number}")
        with pytest.raises(es.EqsimError, match="damaged"):
            net.load(tmp_path / f"{number}")
        assert everything(net) == before


def test_the_file_is_what_the_page_says(tmp_path):
    net = build("numpy")
    net.save(tmp_path / "state.npz")
    with zipfile.ZipFile(tmp_path / "state.npz") as archive:
        assert archive.testzip() is None
    with np.load(tmp_path / "state.npz", allow_pickle=False) as arrays:
        header = json.loads(arrays["header"].tobytes())
    assert header["format"] == "eqsim state 1"
    assert list(header["parts"]) == list(net._objects)


def test_synapses_onto_synapses(tmp_path):
    def made():
        source = es.SpikeGeneratorGroup(2, [0, 1, 0], [1, 2, 4] * ms)
        group = es.NeuronGroup(3, "x : 1")
        inner = es.Synapses(source, group, "w : 1", on_pre="x_post += w")
        inner.connect()
        outer = es.Synapses(source, inner, on_pre="w_post += 1", delay=1 * ms)
        outer.connect(j="i")
        return es.Network(source, group, inner, outer, dt=1 * ms, target="numpy")

    net = made()
    net.run(2 * ms)
    net.store()
    net.save(tmp_path / "state")
    net.run(4 * ms)
    after = net["neurongroup"].x_.tolist(), net["synapses"].w_.tolist()
    net.restore()
    net.run(4 * ms)
    assert (net["neurongroup"].x_.tolist(), net["synapses"].w_.tolist()) == after
    other = made()
    other.load(tmp_path / "state")
    other.run(4 * ms)
    assert (other["neurongroup"].x_.tolist(), other["synapses"].w_.tolist()) == after
    assert sum(after[0]) > 0
