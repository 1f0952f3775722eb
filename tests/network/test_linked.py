"""Parameters that are another group's variables."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV
from tests.targets.compiled import TARGETS


def pair(target, index=None, size=3):
    source = es.NeuronGroup(3, "dv/dt = -v/(10*ms) : mV\ns : mV (shared)", method="exact")
    source.v = [1, 2, 3] * mV
    other = es.NeuronGroup(size, "dx/dt = y/(mV*ms) : 1\ny : mV (linked)", method="euler")
    other.y = es.linked(source, "v", index=index)
    monitor = es.StateMonitor(other, ["x", "y"])
    network = es.Network(source, other, monitor, target=target)
    network.run(1 * ms)
    return source, other, monitor


@pytest.mark.parametrize("target", TARGETS)
def test_element_by_element(target):
    source, other, monitor = pair(target)
    time = np.arange(10) * 0.1
    np.testing.assert_allclose(monitor.y_, np.outer([1, 2, 3], np.exp(-time / 10)), rtol=1e-12)
    np.testing.assert_array_equal(other.y_, source.v_)


@pytest.mark.parametrize("target", TARGETS)
def test_through_an_index(target):
    source, other, monitor = pair(target, index=[2, 0, 0, 1], size=4)
    np.testing.assert_allclose(monitor.y_[:, 0], [3, 1, 1, 2])
    np.testing.assert_array_equal(other.y_, source.v_[[2, 0, 0, 1]])
    assert other.y[1] == source.v[0]


@pytest.mark.parametrize("target", TARGETS)
def test_a_shared_variable_and_a_single_neuron(target):
    source = es.NeuronGroup(1, "dv/dt = -v/(10*ms) : mV\ns : mV (shared)", method="exact")
    source.v, source.s = 4 * mV, 7 * mV
    other = es.NeuronGroup(3, "a : mV (linked)\nb : mV (linked)\nc = a + b : mV")
    other.a, other.b = es.linked(source, "v"), es.linked(source, "s")
    monitor = es.StateMonitor(other, "c")
    es.Network(source, other, monitor, target=target).run(0.2 * ms)
    np.testing.assert_allclose(monitor.c_[:, 0], 11)


def test_of_a_part():
    source = es.NeuronGroup(4, "v : 1")
    source.v = "i"
    other = es.NeuronGroup(2, "y : 1 (linked)")
    other.y = es.linked(source[2:], "v")
    np.testing.assert_array_equal(other.y_, [2, 3])


@pytest.mark.parametrize("target", TARGETS)
def test_seen_and_written_by_one_kernel(target):
    """A linked variable is the same memory as the one that statements write."""
    group = es.NeuronGroup(2, "v : 1")
    group.v = 1
    seer = es.NeuronGroup(2, "y : 1 (linked)", threshold="y > 0", reset="")
    seer.y = es.linked(group, "v")
    synapses = es.Synapses(seer, group, on_pre="v_post = v_post + y_pre")
    synapses.connect(j="i")
    es.Network(group, seer, synapses, target=target).run(0.3 * ms)
    np.testing.assert_array_equal(group.v_, 8)


def wrong_unit():
    pairs = es.NeuronGroup(1, "v : 1"), es.NeuronGroup(1, "y : mV (linked)")
    pairs[1].y = es.linked(pairs[0], "v")


def wrong_size():
    pairs = es.NeuronGroup(2, "v : 1"), es.NeuronGroup(3, "y : 1 (linked)")
    pairs[1].y = es.linked(pairs[0], "v")


def not_marked():
    pairs = es.NeuronGroup(2, "v : 1"), es.NeuronGroup(2, "y : 1")
    pairs[1].y = es.linked(pairs[0], "v")


def assigned():
    es.NeuronGroup(2, "y : 1 (linked)").y = 3


def never_linked():
    es.Network(es.NeuronGroup(2, "y : 1 (linked)"), target="numpy").run(1 * ms)


def missing_group():
    other = es.NeuronGroup(2, "y : 1 (linked)")
    other.y = es.linked(es.NeuronGroup(2, "v : 1"), "v")
    es.Network(other, target="numpy").run(1 * ms)


def misspelt():
    es.linked(es.NeuronGroup(2, "Vm : 1"), "vm")


@pytest.mark.parametrize("wrong", [wrong_unit, wrong_size, not_marked, assigned, never_linked, missing_group, misspelt])
def test_mistakes(wrong):
    with pytest.raises(es.EqsimError) as caught:
        wrong()
    assert caught.value.hint


def test_synapses_cannot_be_linked():
    group = es.NeuronGroup(2, "v : 1", "v > 1", "v = 0")
    synapses = es.Synapses(group, group, "w : 1", on_pre="v += w")
    synapses.connect()
    with pytest.raises(es.EqsimError, match="variables of synapses cannot be linked") as caught:
        es.linked(synapses, "w")
    assert "summed" in str(caught.value)
