"""Synapses whose targets or sources are synapses: modulation, and what reads them."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms


@pytest.mark.parametrize("target", ["numba", "numpy"])
def test_a_modulator_changes_the_weights_that_it_reaches(target):
    cells = es.SpikeGeneratorGroup(3, [0, 1, 2, 0, 1, 2], [1, 1, 1, 5, 5, 5] * ms)
    readout = es.NeuronGroup(2, "x : 1")
    modulator = es.SpikeGeneratorGroup(2, [0, 1], [2, 3] * ms)
    weights = es.Synapses(cells, readout, "w : 1", on_pre="x_post += w")
    # created in an order that is not that of storage
    weights.connect(i=[2, 0, 1, 0], j=[0, 1, 0, 0])
    weights.w = [1, 2, 3, 4]
    modulation = es.Synapses(modulator, weights, on_pre="w_post += 10*(i + 1)")
    modulation.connect(i=[0, 1], j=[0, 3])  # synapse 0 is (2, 0), synapse 3 is (0, 0)
    monitor = es.StateMonitor(readout, "x")
    network = es.Network(modulation, weights, cells, readout, modulator, monitor, target=target)
    network.run(6 * ms)
    np.testing.assert_array_equal(weights.w, [11, 2, 3, 24])
    np.testing.assert_array_equal(monitor.x[:, 20], [1 + 3 + 4, 2])
    np.testing.assert_array_equal(monitor.x[:, -1], [8 + 11 + 3 + 24, 4])


def test_connected_by_a_condition_on_the_synapses():
    cells = es.SpikeGeneratorGroup(4, [], [] * ms)
    weights = es.Synapses(cells, cells, "w : 1")
    weights.connect(j="i")
    weights.w = "i"
    modulation = es.Synapses(cells, weights, on_pre="w_post += 1")
    modulation.connect("w_post > 1 and i < 1")
    assert list(modulation.j) == [2, 3]


@pytest.mark.parametrize("target", ["numba", "numpy"])
def test_synapses_read_the_variables_of_their_source(target):
    cells = es.SpikeGeneratorGroup(3, [0, 1, 2], [1, 1, 4] * ms)
    readout = es.NeuronGroup(2, "total : 1\nx : 1")
    weights = es.Synapses(cells, readout, "dw/dt = -w/(10*ms) : 1 (clock-driven)\nheat : 1", on_pre="w += 1")
    # created in an order that is not that of storage, with delays that change that order
    weights.connect(i=[2, 0, 1, 0], j=[0, 1, 0, 0])
    weights.delay = [0, 2, 0, 1] * ms
    weights.w = [1, 2, 3, 4]
    reading = es.Synapses(weights, readout, "k : 1\ntotal_post = k*w_pre + i + 10*j : 1 (summed)")
    reading.connect(i=[3, 0, 1], j=[0, 1, 0])
    reading.k = [1, 10, 100]
    back = es.Synapses(weights, weights, "heat_pre = w_post - 2*j : 1 (summed)")
    back.connect(i=[0, 3, 3], j=[1, 2, 0])
    monitor = es.StateMonitor(weights, ["w", "heat"], record=True)
    sums = es.StateMonitor(readout, "total", record=True)
    network = es.Network(back, reading, weights, cells, readout, monitor, sums, dt=1 * ms, target=target)
    network.run(6 * ms)
    w, heat, total = np.asarray(monitor.w), np.asarray(monitor.heat), np.asarray(sums.total)
    assert w[0, 5] > w[0, 4], "a spike has arrived"
    # a sum sees the values before the update of the step, which the monitor has recorded, and is recorded in the next
    np.testing.assert_allclose(total[0, 1:], (w[3] + 3 + 100 * w[1] + 1)[:-1], rtol=1e-12)
    np.testing.assert_allclose(total[1, 1:], (10 * w[0] + 10)[:-1], rtol=1e-12)
    np.testing.assert_allclose(heat[0, 1:], (w[1] - 2)[:-1], rtol=1e-12)
    np.testing.assert_allclose(heat[3, 1:], (w[2] - 4 + w[0])[:-1], rtol=1e-12)
    np.testing.assert_array_equal(heat[1:3], 0)
    # with more synapses in front, and fewer
    network.remove(monitor)
    del monitor
    weights.connect(i=1, j=1)
    reading.connect(i=4, j=1)
    weights.disconnect([0])
    np.testing.assert_array_equal(reading.i, [2, 0, 3])
    np.testing.assert_array_equal(reading.k, [1, 100, 0])
    before = np.asarray(weights.w)
    network.run(1 * ms)
    np.testing.assert_allclose(readout.total, [before[2] + 2 + 100 * before[0], 3 + 10], rtol=1e-12)


def test_connected_by_a_condition_on_the_synapses_in_front():
    cells = es.SpikeGeneratorGroup(4, [], [] * ms)
    post = es.NeuronGroup(2, "x : 1")
    weights = es.Synapses(cells, cells, "w : 1")
    weights.connect(j="i")
    weights.w = "i"
    reading = es.Synapses(weights, post, "k : 1")
    reading.connect("w_pre > 1 and j == N_pre - 3")
    assert list(zip(reading.i, reading.j, strict=True)) == [(2, 1), (3, 1)]
    reading.k = "w_pre + 10*i"
    np.testing.assert_array_equal(reading.k, [22, 33])


@pytest.mark.parametrize("target", ["numba", "numpy"])
def test_a_target_of_synapses_in_front_can_spike_back(target):
    cells = es.SpikeGeneratorGroup(2, [0, 1], [2, 4] * ms)
    weights = es.Synapses(cells, cells, "w : 1\nv : 1", on_pre={"a": "v += 1"})
    weights.connect(i=[1, 1, 0], j=[1, 0, 0])
    mark = es.Synapses(weights, cells, on_post="w_pre += 1 + i")
    mark.connect(i=[0, 1, 2], j=[0, 1, 1])
    network = es.Network(weights, cells, mark, dt=1 * ms, target=target)
    network.run(3 * ms)
    np.testing.assert_array_equal(weights.w, [1, 0, 0])
    network.run(3 * ms)
    np.testing.assert_array_equal(weights.w, [1, 2, 3])


def test_the_place_of_a_target_counts_as_it_was_created():
    cells = es.SpikeGeneratorGroup(3, [0, 0], [1, 3] * ms)
    weights = es.Synapses(cells, cells, "w : 1", on_pre="w += 0")
    weights.connect(i=[2, 1, 0], j=[0, 0, 0])
    modulation = es.Synapses(cells, weights, on_pre="w_post = 10*j + i")
    modulation.connect(i=0, j=[0, 1, 2])
    es.Network(cells, weights, modulation, dt=1 * ms, target="numpy").run(2 * ms)
    np.testing.assert_array_equal(weights.w, [0, 10, 20])


def test_a_state_goes_back_with_synapses_in_front():
    cells = es.SpikeGeneratorGroup(3, [0, 1, 2, 0], [1, 2, 3, 5] * ms)
    readout = es.NeuronGroup(1, "total : 1")
    weights = es.Synapses(cells, readout, "w : 1", on_pre="w += 1 + i")
    weights.connect(i=[2, 1, 0], j=0)
    reading = es.Synapses(weights, readout, "total_post = w_pre*(i + 1) : 1 (summed)")
    reading.connect(i=[1, 0, 2], j=0)
    network = es.Network(cells, readout, weights, reading, dt=1 * ms, target="numpy")
    network.run(3 * ms)
    network.store()
    network.run(4 * ms)
    total, w = np.asarray(readout.total), np.asarray(weights.w)
    assert total == 3 * 2 + 2 * 2 + 3 * 1
    weights.disconnect([1])
    network.run(2 * ms)
    network.restore()
    assert (len(weights), len(reading)) == (3, 3)
    network.run(4 * ms)
    np.testing.assert_array_equal(readout.total, total)
    np.testing.assert_array_equal(weights.w, w)


def test_mistakes():
    cells = es.SpikeGeneratorGroup(4, [], [] * ms)
    weights = es.Synapses(cells, cells, "w : 1")
    weights.connect()
    for wrong, end in (
        (lambda: es.Synapses(weights, cells, on_pre="w_pre += 1"), "source"),
        (lambda: es.Synapses(cells, weights, on_post="w_post += 1"), "target"),
    ):
        with pytest.raises(es.EqsimError, match=f"follows the spikes of the {end}, and synapses emit none") as caught:
            wrong()
        assert "SpikeGeneratorGroup" in caught.value.hint
    modulation = es.Synapses(cells, weights, on_pre="w_post += 1")
    modulation.connect(j="i")
    with pytest.raises(es.EqsimError, match="not in the network"):
        es.Network(cells, modulation, target="numpy").run(1 * ms)
