"""The rate of a population: spikes of each step by neuron and time, smoothed, of parts; mistakes."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import Hz, kHz, ms, mV, second
from tests.network.plain import network, plain, source, steps

SPIKES = ((0, 0), (2, 1), (2, 3), (3, 0), (3, 1), (3, 2), (3, 3), (7, 2))


def rates(part=None, duration=10, target="numpy", **options):
    group = source(*SPIKES, n=4)
    monitor = es.PopulationRateMonitor(group if part is None else group[part])
    network(group, monitor, target=target, **options).run(duration * ms)
    return monitor


@pytest.mark.parametrize("target", ["numpy", "numba"])
@pytest.mark.parametrize(
    ("part", "counts"),
    [
        (None, [1, 0, 2, 4, 0, 0, 0, 1, 0, 0]),
        (slice(1, 3), [0, 0, 1, 2, 0, 0, 0, 1, 0, 0]),
        ([3, 0], [1, 0, 1, 2, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_spikes_of_each_step(part, counts, target):
    monitor = rates(part, target=target)
    assert steps(monitor.t) == list(range(10))
    size = 4 if part is None else 2
    np.testing.assert_allclose(plain(monitor.rate, "Hz"), np.array(counts) / size * 1000, rtol=1e-14)
    np.testing.assert_array_equal(monitor.rate_, plain(monitor.rate, "Hz"))
    np.testing.assert_array_equal(monitor.t_, np.arange(10))


def test_of_neurons_in_the_step_of_the_spike():
    group = es.NeuronGroup(2, "dv/dt = 1/ms : 1", threshold="v > 2.5", reset="v = 0")
    group.v = [0, 1]
    monitor, spikes = es.PopulationRateMonitor(group), es.SpikeMonitor(group)
    net = network(group, monitor, spikes)
    net.run(7 * ms)
    expected = np.bincount(steps(spikes.t), minlength=7) / 2 * 1000
    assert expected.sum() > 0
    np.testing.assert_allclose(plain(monitor.rate, "Hz"), expected)
    assert net.schedule.splitlines()[-1].split()[0] == "end"


def test_several_runs_make_one_record():
    group = source(*SPIKES, n=4)
    monitor = es.PopulationRateMonitor(group)
    net = network(group, monitor)
    for duration in (1, 2, 7):
        net.run(duration * ms)
    np.testing.assert_array_equal(monitor.rate_, rates().rate_)
    assert steps(monitor.t) == list(range(10))


def test_before_a_run_nothing_is_recorded():
    monitor = es.PopulationRateMonitor(source((0, 0)))
    assert monitor.rate_.shape == monitor.t_.shape == (0,)
    assert plain(monitor.smooth_rate("flat", 3 * ms)).shape == (0,)


def test_other_steps():
    group = es.PoissonGroup(5, 3 * kHz, dt=0.5 * ms)
    monitor = es.PopulationRateMonitor(group)
    network(group, monitor, dt=0.25 * ms).run(2 * ms)
    np.testing.assert_allclose(plain(monitor.t, "ms"), [0, 0.5, 1, 1.5])
    np.testing.assert_allclose(plain(monitor.rate, "Hz"), 2000)


def test_the_mean_is_that_of_the_sources():
    group = es.PoissonGroup(1000, 30 * Hz, seed=4)
    monitor, spikes = es.PopulationRateMonitor(group), es.SpikeMonitor(group, record=False)
    network(group, monitor, spikes).run(1 * second)
    np.testing.assert_allclose(monitor.rate_.mean(), spikes.count.mean(), rtol=1e-12)
    assert abs(monitor.rate_.mean() - 30) < 4 * np.sqrt(30 / 1000)


def naive(values, weights):
    """Return the average over a window, written out; beyond the ends there is nothing."""
    half = len(weights) // 2
    padded = np.concatenate([np.zeros(half), values, np.zeros(half)])
    return np.array([padded[k : k + len(weights)] @ weights for k in range(len(values))]) / np.sum(weights)


@pytest.mark.parametrize(
    ("window", "width", "weights"),
    [
        ("flat", 1 * ms, [1]),
        ("flat", 3 * ms, [1, 1, 1]),
        ("flat", 0.0042 * second, [1] * 5),
        ("flat", 25 * ms, [1] * 25),  # longer than the record
        ("gaussian", 1 * ms, np.exp(-0.5 * np.arange(-2, 3) ** 2)),
        ("gaussian", 1.5 * ms, np.exp(-0.5 * (np.arange(-3, 4) / 1.5) ** 2)),
        ("gaussian", 20 * ms, np.exp(-0.5 * (np.arange(-40, 41) / 20) ** 2)),
        ([1, 2, 1], None, [1, 2, 1]),
        (np.array([0, 0, 1]), None, [1, 0, 0]),  # a convolution: later steps get what the last weights say
    ],
)
def test_smoothing(window, width, weights):
    monitor = rates()
    smooth = monitor.smooth_rate(window, width) if width is not None else monitor.smooth_rate(window)
    np.testing.assert_allclose(plain(smooth, "Hz"), naive(monitor.rate_, np.asarray(weights)), atol=1e-10)


def test_networks_without_units():
    neurons = es.NeuronGroup(3, "x' = 1", threshold="x > 0.9", reset="x = 0")
    monitor = es.PopulationRateMonitor(neurons)
    network(neurons, monitor, dt=0.5).run(3)
    assert monitor.rate.tolist() == [0, 2, 0, 2, 0, 2]
    assert monitor.t.tolist() == [0, 0.5, 1, 1.5, 2, 2.5]
    np.testing.assert_allclose(monitor.smooth_rate("flat", 1.5), naive(monitor.rate, np.ones(3)))
    with pytest.raises(es.EqsimError, match="width") as raised:
        monitor.smooth_rate("flat", 1.5 * ms)
    assert "number" in raised.value.hint


@pytest.mark.parametrize(
    ("window", "width"),
    [
        ("flat", None),
        ("flat", 3),
        ("flat", 0 * ms),
        ("flat", -1 * ms),
        ("gaussian", 3 * mV),
        ("gaussian", [1, 2] * ms),
        ("round", 3 * ms),
        ([1, 2], None),
        ([], None),
        ([[1]], None),
        ([1, 1, 1], 3 * ms),
        ([1, -2, 1], None),
    ],
)
def test_windows_that_cannot_be(window, width):
    with pytest.raises(es.EqsimError) as raised:
        rates().smooth_rate(window, width)
    assert raised.value.object.startswith("PopulationRateMonitor") or width is not None
    assert raised.value.hint


@pytest.mark.parametrize("what", ["no threshold", "synapses", "nothing"])
def test_sources_without_spikes(what):
    group = es.NeuronGroup(1, "x : 1")
    things = {"no threshold": group, "synapses": es.Synapses(group, group), "nothing": None}
    with pytest.raises(es.EqsimError, match="no spikes") as raised:
        es.PopulationRateMonitor(things[what])
    assert raised.value.hint


def test_the_source_must_be_in_the_network():
    with pytest.raises(es.EqsimError, match="SpikeGeneratorGroup"):
        network(es.PopulationRateMonitor(source((0, 0)))).run(1 * ms)
