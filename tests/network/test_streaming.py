"""Records in a file: the same numbers as in memory, bounded memory, and a file that opens whenever a process dies."""

import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import eqsim as es
from eqsim.network import record_file
from eqsim.network.record_file import RecordFile
from eqsim.units import ms

h5py = pytest.importorskip("h5py", reason="pip install 'eqsim[io]'")


def build(folder=None, target="numpy", n=7, part=slice(1, 6), dtype="float64"):
    """Return a network whose monitors record to files of a folder, or to memory, by what they are called."""
    es.seed(4)
    group = es.NeuronGroup(
        n, "dV/dt = (12*mV - V)/(10*ms) + 4*mV*sqrt(2/(10*ms))*xi : mV\non = V > 5*mV : boolean",
        threshold="V > 10*mV", reset="V = 0*mV", method="heun", name="group",
    )  # fmt: skip

    def file(name):
        return None if folder is None else folder / f"{name}.h5"

    trace = es.StateMonitor(group, ["V", "on"], record=[0, 2, 5], dt=0.5 * ms, name="trace", file=file("trace"))
    spikes = es.SpikeMonitor(group[part], "V", name="spikes", file=file("spikes"))
    return es.Network(group, trace, spikes, target=target, dt=0.1 * ms, dtype=dtype)


def recorded(net):
    trace, spikes = net["trace"], net["spikes"]
    return [trace.t_, trace.V_, trace.on_, trace[2].V.magnitude, spikes.i, spikes.t_, spikes.V_, spikes.count]


def same(net, other):
    for one, two in zip(recorded(net), recorded(other), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(("target", "dtype"), [("numpy", "float64"), ("numba", "float64"), ("numba", "float32")])
def test_the_same_as_in_memory(target, dtype, tmp_path):
    memory, streamed = build(target=target, dtype=dtype), build(tmp_path, target, dtype=dtype)
    for duration in (3, 0, 40, 0.1):
        memory.run(duration * ms)
        streamed.run(duration * ms)
        same(memory, streamed)
    assert memory["spikes"].num_spikes > 10
    assert str(streamed["trace"].V.dimensionality) == "mV"
    assert streamed["trace"].V.shape == (3, 87)
    assert streamed["spikes"].spike_trains().keys() == memory["spikes"].spike_trains().keys()


def test_what_others_see(tmp_path):
    net = build(tmp_path)
    net.run(30 * ms)
    with h5py.File(tmp_path / "trace.h5", "r") as file:
        assert file["V"].shape == (60, 3)
        assert (file["V"].attrs["unit"], file["t"].attrs["unit"], file["on"].attrs["unit"]) == ("mV", "ms", "1")
        assert list(file.attrs["elements"]) == [0, 2, 5]
        assert file.attrs["monitor"] == "StateMonitor 'trace'"
        np.testing.assert_array_equal(file["V"][:].T, net["trace"].V_)
        np.testing.assert_array_equal(file["t"][:], net["trace"].t_)
    with h5py.File(tmp_path / "spikes.h5", "r") as file:
        assert len(file["i"]) == len(file["t"]) == len(file["V"]) == net["spikes"].num_spikes > 5
        np.testing.assert_array_equal(file["i"][:], net["spikes"].i)
        np.testing.assert_array_equal(file["t"][:], net["spikes"].t_)
        assert file["t"].attrs["unit"] == "ms"


def test_a_model_without_units(tmp_path):
    group = es.NeuronGroup(2, "dx/dt = -x + 2", threshold="x > 1", reset="x = 0")
    trace = es.StateMonitor(group, "x", file=tmp_path / "x.h5")
    spikes = es.SpikeMonitor(group, file=str(tmp_path / "s.h5"))
    es.Network(group, trace, spikes, dt=0.1, target="numpy").run(10)
    with h5py.File(tmp_path / "x.h5", "r") as file:
        assert file["t"].attrs["unit"] == file["x"].attrs["unit"] == "1"
    assert trace.x.shape == (2, 100)
    assert spikes.t.max() <= 10


def test_readable_while_it_runs(tmp_path):
    net = build(tmp_path)
    seen, written = [], []

    @es.network_operation(dt=10 * ms)
    def look(t):
        seen.append(net["trace"].V.shape[1])
        time.sleep(0.06)  # long enough for what was recorded to be written
        if t > 5 * ms:
            with h5py.File(tmp_path / "trace.h5", "r") as file:
                written.append(len(file["V"]))
                assert np.isfinite(file["V"][:]).all()

    net.add(look)
    net.run(40 * ms)
    assert seen == [0, 20, 40, 60]
    assert len(written) == 3
    assert all(0 <= now - shown <= 20 for now, shown in zip(seen[1:], written, strict=True))


def test_store_restore_and_another_process(tmp_path):
    folder = tmp_path / "streamed"
    folder.mkdir()
    memory, streamed = build(), build(folder)
    for net in (memory, streamed):
        net.run(10 * ms)
        net.store()
        net.run(7 * ms)
        net.restore()
        assert len(net["trace"].t_) == 20
    same(memory, streamed)
    streamed.save(tmp_path / "state")
    for net in (memory, streamed):
        net.run(5 * ms)
    same(memory, streamed)
    again = build(folder)  # as a process that begins anew: the file is gone on with, not replaced
    again.load(tmp_path / "state")
    assert len(again["trace"].t_) == 20
    again.run(5 * ms)
    same(memory, again)


def test_a_state_whose_records_are_gone_is_refused(tmp_path):
    net = build(tmp_path)
    net.run(10 * ms)
    net.save(tmp_path / "state")
    (tmp_path / "spikes.h5").unlink()
    other = build(tmp_path)
    with pytest.raises(es.EqsimError, match=r"cannot go on with the records in .*spikes.h5"):
        other.load(tmp_path / "state")
    assert other.t_ == 0
    assert len(other["trace"].t_) == 0
    with pytest.raises(es.EqsimError, match="where records are kept differs"):
        build().load(tmp_path / "state")
    shorter = build(tmp_path)
    shorter.run(1 * ms)
    with pytest.raises(es.EqsimError, match="it holds 2 records, and the state was taken after 20"):
        shorter.load(tmp_path / "state")
    assert shorter.t_ == pytest.approx(1)
    assert len(shorter["trace"].t_) == 2


def test_files_of_others_are_not_touched(tmp_path):
    (tmp_path / "trace.h5").write_text("a thesis")
    with h5py.File(tmp_path / "spikes.h5", "w") as file:
        file["results"] = [1, 2, 3]
    for gone in ("trace.h5", "spikes.h5"):
        content = (tmp_path / gone).read_bytes()
        with pytest.raises(es.EqsimError, match=f"{gone} is a file of something else"):
            build(tmp_path).run(30 * ms)
        assert (tmp_path / gone).read_bytes() == content
        (tmp_path / gone).unlink()
    build(tmp_path).run(30 * ms)
    build(tmp_path).run(1 * ms)  # one's own from before is replaced
    with h5py.File(tmp_path / "trace.h5", "r") as file:
        assert len(file["t"]) == 2


def test_mistakes(tmp_path, monkeypatch):
    group = es.NeuronGroup(2, "x : 1", threshold="x > 0", refractory=0 * ms)
    with pytest.raises(es.EqsimError, match="there is no folder"):
        es.StateMonitor(group, "x", file=tmp_path / "nowhere" / "x.h5")
    with pytest.raises(es.EqsimError, match="is a folder"):
        es.StateMonitor(group, "x", file=tmp_path)
    with pytest.raises(es.EqsimError, match="no part of the group"):
        es.StateMonitor(group, "x", record=[], file=tmp_path / "x.h5")
    with pytest.raises(es.EqsimError, match="need no file"):
        es.SpikeMonitor(group, record=False, file=tmp_path / "x.h5")
    one, two = (es.SpikeMonitor(group, file=tmp_path / "x.h5") for _ in range(2))
    with pytest.raises(es.EqsimError, match="'spikemonitor' and 'spikemonitor_1' record to one file"):
        es.Network(group, one, two, target="numpy").run(1 * ms)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(es.EqsimError, match=r"file= needs the library h5py\n.*\n.*pip install 'eqsim\[io\]'"):
        es.SpikeMonitor(group, file=tmp_path / "x.h5")
    assert list(tmp_path.iterdir()) == []


def test_memory_is_bounded(tmp_path):
    group = es.NeuronGroup(2000, "dx/dt = 1/ms : 1", threshold="rand() < 0.5", refractory=0 * ms)
    trace = es.StateMonitor(group, "x", file=tmp_path / "x.h5")
    spikes = es.SpikeMonitor(group, file=tmp_path / "s.h5")
    net = es.Network(group, trace, spikes, dt=1 * ms)
    net.run(100 * ms)
    tracemalloc.start()
    net.run(20000 * ms)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    written = (tmp_path / "x.h5").stat().st_blocks * 512
    assert written > 300e6
    assert peak < 100e6
    assert trace[7].x_[-1] == pytest.approx(20099)
    assert spikes.num_spikes == pytest.approx(20100 * 1000, rel=0.01)


def test_a_file_that_grows_keeps_its_rows(tmp_path):
    file = RecordFile(tmp_path / "grown.h5", "test")
    wide, narrow = file.add("wide", "mV", 3), file.add("narrow", "1", dtype=lambda: np.int16)
    rng = np.random.default_rng(1)
    values = rng.normal(size=(300_000, 3))
    first = 0
    while first < len(values):
        size = int(rng.integers(1, 60_000))
        wide.append(values[first : first + size].ravel())
        narrow.append(np.arange(first, min(first + size, len(values))) % 1000)
        file.publish()
        first += size
        with h5py.File(tmp_path / "grown.h5", "r") as seen:
            np.testing.assert_array_equal(seen["wide"][:], values[:first])
            assert len(seen["narrow"]) == min(first, len(values))
    np.testing.assert_array_equal(narrow.read(), np.arange(300_000) % 1000)
    assert [path.name for path in tmp_path.iterdir()] == ["grown.h5"]


MURDER = """
import os, random, signal, time
import eqsim as es
from eqsim.units import ms

def victim():
    group = es.NeuronGroup(50, "dx/dt = 1/ms : 1", threshold="rand() < 0.2", refractory=0*ms)
    trace = es.StateMonitor(group, "x", file="x.h5")
    spikes = es.SpikeMonitor(group, "x", file="s.h5")
    net = es.Network(group, trace, spikes, dt=1*ms, target="numpy")
    finished = os.open("finished", os.O_CREAT | os.O_WRONLY)
    for number in range(1000):
        net.run((200 if number % 4 == 3 else 10)*ms)
        os.pwrite(finished, b"%08d" % net.t_, 0)

rng = random.Random(2)
for attempt in range(20):
    os.mkdir(str(attempt))
    child = os.fork()
    if not child:
        os.chdir(str(attempt))
        victim()
    while not os.path.exists(f"{attempt}/finished") or not os.path.getsize(f"{attempt}/finished"):
        time.sleep(0.001)
    time.sleep(rng.uniform(0, 0.3))
    os.kill(child, signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made by fork here")
def test_killed_at_any_moment_the_files_open(tmp_path, monkeypatch):
    done = subprocess.run([sys.executable, "-c", MURDER], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lengths = []
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        finished = int((folder / "finished").read_text())
        with h5py.File(folder / "x.h5", "r") as file:
            t, x = file["t"][:], file["x"][:]
        assert len(x) >= len(t) >= finished, "what a finished run recorded is lost"
        np.testing.assert_array_equal(t, np.arange(len(t)))
        np.testing.assert_allclose(x, np.repeat(np.arange(len(x))[:, None], 50, axis=1), rtol=1e-12)
        with h5py.File(folder / "s.h5", "r") as file:
            i, t, x = file["i"][:], file["t"][:], file["x"][:]
        assert len(x) >= len(i) >= len(t)
        assert ((i >= 0) & (i < 50)).all()
        assert (np.diff(t) >= 0).all()
        np.testing.assert_allclose(x[: len(t)], t + 1, rtol=1e-12)
        lengths.append(len(t))
    assert len(set(lengths)) > 2


def test_a_kill_in_the_middle_of_growing(tmp_path, monkeypatch):
    """Growing ends with one renaming: whatever was done before it, the old file is what readers find."""
    file = RecordFile(tmp_path / "x.h5", "test")
    column = file.add("x", "1")
    column.append(np.arange(5.0))
    file.publish()

    def die(*_):
        raise KeyboardInterrupt

    for place, step in ((RecordFile, "_lay_out"), (RecordFile, "_places"), (record_file, "_copy"), (Path, "replace")):
        with monkeypatch.context() as patch:
            patch.setattr(place, step, die)
            with pytest.raises(KeyboardInterrupt):
                file.reserve(10**6)
        with h5py.File(tmp_path / "x.h5", "r") as seen:
            np.testing.assert_array_equal(seen["x"][:], np.arange(5.0))
