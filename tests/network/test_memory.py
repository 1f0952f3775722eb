"""The memory that a run takes is what was foretold."""

import numpy as np
import pytest

import eqsim as es
from eqsim.network.memory import readable
from eqsim.units import ms, second


def taken(net, name):
    """Return the bytes of all different arrays of an object."""
    storage = net._build()[2][name]
    return sum(array.nbytes for array in storage.arrays.values() if array.base is None or array.base.nbytes == 0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("delay", ["none", "one", "own"])
def test_foretold_is_what_is_taken(dtype, delay):
    group = es.NeuronGroup(
        3000, "dV/dt = -V/(10*ms) : mV\ng : mV", threshold="V > 1*mV", reset="V = 0*mV", refractory=1 * ms
    )
    synapses = es.Synapses(group, group, "w : mV", on_pre="g += w")
    synapses.connect(p=0.02)
    synapses.delay = {"none": 0 * ms, "one": 5 * ms, "own": "rand()*9*ms"}[delay]
    net = es.Network(group, synapses, dt=0.1 * ms, target="numpy", dtype=dtype, threads=1)
    before = net.memory_estimate()
    assert net._built is None
    foretold = {
        name: sum(row.bytes for row in before.rows if row.object == name and row.what != "order of creation")
        for name in ("neurongroup", "synapses")
    }
    assert foretold["neurongroup"] == pytest.approx(taken(net, "neurongroup"), rel=0.05)
    assert foretold["synapses"] == pytest.approx(taken(net, "synapses"), rel=0.05)
    permutation = synapses._layout.connections.permutation
    foretold_order = [row.bytes for row in before.rows if row.what == "order of creation"]
    assert foretold_order == ([] if permutation is None else [permutation.nbytes])
    assert before.total == sum(row.bytes for row in before.rows) >= sum(foretold.values())


def test_records(tmp_path):
    group = es.NeuronGroup(1000, "V : mV\ng : 1", threshold="V > 1*mV", reset="V = 0*mV")
    trace = es.StateMonitor(group, ["V", "g"], record=np.arange(100), name="trace")
    net = es.Network(group, trace, dt=0.1 * ms, target="numpy")
    assert not any(row.object == "trace" for row in net.memory_estimate().rows)
    (row,) = (row for row in net.memory_estimate(1 * second).rows if row.object == "trace")
    assert row.bytes == pytest.approx(10**4 * 100 * 2 * 8, rel=0.01)
    assert row.what == "records"


def test_the_table_is_readable():
    group = es.NeuronGroup(10**6, "V : mV", name="many")
    estimate = es.Network(group, target="numpy").memory_estimate()
    assert str(estimate) == "many   variables  8.0 MB\ntotal             8.0 MB"
    assert [readable(size) for size in (0, 999, 1500, 123456, 5 * 10**9, 10**13)] == [
        "0 B", "999 B", "1.5 kB", "123 kB", "5.0 GB", "10.0 TB",
    ]  # fmt: skip
