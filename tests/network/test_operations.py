"""Python functions in a network: when they are called, with what, and what they may do."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms
from tests.targets.compiled import TARGETS


@pytest.fixture
def group():
    group = es.NeuronGroup(3, "dv/dt = -v/(10*ms) : 1", method="exact")
    group.v = 1
    return group


@pytest.mark.parametrize("target", TARGETS)
def test_called_at_its_steps_and_seen_by_the_same_step(group, target):
    times = []

    @es.network_operation(dt=1 * ms)
    def kick(t):
        times.append(float(t / ms))
        group.v[0] = 5

    monitor = es.StateMonitor(group, "v")
    network = es.Network(group, kick, monitor, target=target)
    network.run(3 * ms)
    assert times == [0, 1, 2]
    after = np.arange(30) % 10 * 0.1
    # the monitor stands behind the operation in the slot 'start'
    np.testing.assert_allclose(monitor.v[0], 5 * np.exp(-after / 10), rtol=1e-12)
    np.testing.assert_allclose(monitor.v[1], np.exp(-np.arange(30) * 0.1 / 10), rtol=1e-12)


@pytest.mark.parametrize(("when", "expected"), [("start", 1.0), ("end", np.exp(-0.01))])
def test_place_in_the_step(group, when, expected):
    seen = []
    operation = es.network_operation(lambda: seen.append(float(group.v_[2])), when=when)
    es.Network(group, operation, target="numpy").run(0.1 * ms)
    assert seen == [pytest.approx(expected, rel=1e-13)]


def test_order_of_several(group):
    said = []
    first = es.network_operation(lambda: said.append("first"), order=-1)
    second = es.network_operation(lambda: said.append("second"))
    es.Network(group, second, first, target="numpy").run(0.2 * ms)
    assert said == ["first", "second"] * 2


def test_the_network_knows_the_time(group):
    times = []
    operation = es.network_operation(lambda: times.append(float(network.t / ms)))
    network = es.Network(group, operation, target="numpy")
    network.run(0.5 * ms)
    np.testing.assert_allclose(times, np.arange(5) * 0.1, atol=1e-12)


@pytest.mark.parametrize("target", TARGETS)
def test_stop_ends_the_run_after_the_step(group, target):
    @es.network_operation
    def stop(t):
        if t >= 1 * ms:
            network.stop()

    network = es.Network(group, stop, target=target)
    network.run(10 * ms)
    assert float(network.t / ms) == pytest.approx(1.1)
    network.run(10 * ms)
    assert float(network.t / ms) == pytest.approx(1.2)


def test_same_result_as_without(group):
    other = es.NeuronGroup(3, "dv/dt = -v/(10*ms) : 1", method="exact")
    other.v = 1
    es.Network(other, dt=0.1 * ms).run(5 * ms)
    es.Network(group, es.network_operation(lambda: None, dt=0.3 * ms), dt=0.1 * ms).run(5 * ms)
    np.testing.assert_array_equal(group.v_, other.v_)


def test_an_exception_leaves_what_was_recorded(group):
    @es.network_operation(dt=2 * ms)
    def fail(t):
        if t > 1 * ms:
            raise RuntimeError("enough")

    monitor = es.StateMonitor(group, "v", record=[0])
    network = es.Network(group, fail, monitor)
    with pytest.raises(RuntimeError, match="enough"):
        network.run(10 * ms)
    assert len(monitor.t) == 20
    assert monitor.v.shape == (1, 20)


def test_connections_cannot_change_during_a_run(group):
    target = es.NeuronGroup(3, "x : 1", threshold="x > 1", reset="x = 0")
    synapses = es.Synapses(target, target, on_pre="x += 1")
    synapses.connect(j="i")
    operation = es.network_operation(lambda: synapses.connect(j="i"))
    with pytest.raises(es.EqsimError, match="during a run") as caught:
        es.Network(target, synapses, operation, target="numpy").run(1 * ms)
    assert caught.value.hint


@pytest.mark.parametrize("wrong", [lambda: es.network_operation(3), lambda: es.network_operation(lambda a, b: 0)])
def test_what_cannot_be_called(wrong):
    with pytest.raises(es.EqsimError) as caught:
        wrong()
    assert caught.value.hint


def test_slot_that_there_is_not():
    with pytest.raises(es.EqsimError, match="slot 'begin'"):
        es.network_operation(lambda: None, when="begin")


def test_a_monitor_listed_before_its_source_takes_its_clock():
    source = es.NeuronGroup(1, "x : 1", threshold="x < 1", reset="", dt=0.5 * ms)
    spikes = es.SpikeMonitor(source)
    es.Network(spikes, source, target="numpy").run(2 * ms)
    np.testing.assert_allclose(spikes.t_, [0, 0.5, 1, 1.5])


def test_generated_spikes_in_a_network_without_units():
    source = es.SpikeGeneratorGroup(1, [0, 0], [1.0, 2.5])
    other = es.NeuronGroup(1, "x' = -x\nx(0) = 1")
    spikes = es.SpikeMonitor(source)
    es.Network(source, other, spikes, dt=0.5, target="numpy").run(4)
    np.testing.assert_array_equal(spikes.t, [1.0, 2.5])
    assert isinstance(spikes.t, np.ndarray) and not hasattr(spikes.t, "units")


@pytest.mark.parametrize("target", TARGETS)
def test_regular_operations_see_the_time_and_the_step_of_their_own_clock(target):
    group = es.NeuronGroup(1, "at : second\nstep : second\nown : second")
    group.run_regularly("at = t\nstep = dt", dt=0.5 * ms)
    group.run_regularly("own = dt")
    network = es.Network(group, dt=0.1 * ms, target=target)
    network.run(1.4 * ms)
    assert group.at[0].rescale(ms).magnitude == pytest.approx(1, rel=1e-12)
    assert group.step[0].rescale(ms).magnitude == pytest.approx(0.5, rel=1e-12)
    assert group.own[0].rescale(ms).magnitude == pytest.approx(0.1, rel=1e-12)
