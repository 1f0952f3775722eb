"""Synapses whose targets are synapses: modulation."""

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


def test_mistakes():
    cells = es.SpikeGeneratorGroup(4, [], [] * ms)
    weights = es.Synapses(cells, cells, "w : 1")
    weights.connect()
    for wrong in (
        lambda: es.Synapses(weights, cells, on_pre="w_pre += 1"),
        lambda: es.Synapses(cells, weights, on_post="w_post += 1"),
    ):
        with pytest.raises(es.EqsimError) as caught:
            wrong()
        assert caught.value.hint
    modulation = es.Synapses(cells, weights, on_pre="w_post += 1")
    modulation.connect(j="i")
    with pytest.raises(es.EqsimError, match="not in the network"):
        es.Network(cells, modulation, target="numpy").run(1 * ms)
