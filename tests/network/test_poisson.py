"""Sources of spikes by chance: how many spikes, when, of whom; the same for a seed; mistakes.

A source spikes in a step with probability p = rate*dt, so that the spikes of a source in n steps follow the binomial
law, and those of many sources in one step too.
"""

import numpy as np
import pytest
from scipy import stats

import eqsim as es
from eqsim.units import Hz, kHz, ms, mV, second
from tests.network.plain import network, plain, source, spikes_of, steps
from tests.targets.compiled import COMPILED

SEED = 20


def spikes(group, duration, target="numpy", dt=1 * ms, **options):
    monitor = es.SpikeMonitor(group)
    network(getattr(group, "group", group), monitor, dt=dt, target=target, **options).run(duration)
    return monitor


def fits(observed, law, least=8):
    """Return the p-value of counts against a discrete law, rare values taken together."""
    values = np.arange(observed.max() + 2)
    expected = law.pmf(values) * len(observed)
    expected[-1] += law.sf(values[-1]) * len(observed)
    found = np.bincount(observed, minlength=len(values)).astype(float)
    bins = np.cumsum(expected) // least
    bins[bins == bins[-1]] = max(bins[-1] - 1, 0)
    _, which = np.unique(bins, return_inverse=True)
    return stats.chisquare(np.bincount(which, found), np.bincount(which, expected)).pvalue


def test_counts_of_sources_follow_the_binomial_law():
    monitor = spikes(es.PoissonGroup(2000, 20 * Hz, seed=SEED), 200 * ms)
    assert fits(monitor.count, stats.binom(200, 0.02)) > 0.01


def test_counts_of_steps_follow_the_binomial_law():
    monitor = spikes(es.PoissonGroup(500, 10 * Hz, seed=SEED), 2 * second)
    assert fits(np.bincount(steps(monitor.t), minlength=2000), stats.binom(500, 0.01)) > 0.01


def test_the_law_is_noticed_when_it_is_another():
    # what the two tests above rely on: sources that keep step with each other, or too many spikes, do not pass
    monitor = spikes(es.PoissonGroup(2000, 22 * Hz, seed=SEED), 200 * ms)
    assert fits(monitor.count, stats.binom(200, 0.02)) < 1e-6
    together = np.repeat(monitor.count[:200], 10)
    assert fits(together, stats.binom(200, 0.022)) < 1e-6


def test_sources_and_steps_are_independent():
    monitor = spikes(es.PoissonGroup(60, 100 * Hz, seed=SEED), 4 * second)
    raster = np.zeros((60, 4000))
    raster[monitor.i, steps(monitor.t)] = 1
    between = np.corrcoef(raster)[np.triu_indices(60, 1)]
    # 1770 coefficients of 4000 steps: their squares times 4000 add up to about chi-square of 1770
    assert 0.001 < stats.chi2.sf((between**2).sum() * 4000, len(between)) < 0.999
    later = [np.corrcoef(raster[:, :-lag].ravel(), raster[:, lag:].ravel())[0, 1] for lag in (1, 2, 3)]
    assert np.abs(later).max() < 4 / np.sqrt(raster.size)


def test_rates_differ_between_sources():
    rates = np.array([0, 5, 50, 500, 1000, 3000])
    monitor = spikes(es.PoissonGroup(6, rates * Hz, seed=SEED), 2 * second)
    assert monitor.count[0] == 0
    assert monitor.count[4:].tolist() == [2000, 2000]  # in each step, and no more than once
    for count, p in zip(monitor.count[1:4], rates[1:4] / 1000, strict=True):
        assert abs(count - 2000 * p) < 4 * np.sqrt(2000 * p * (1 - p))


def test_rates_read_and_change():
    group = es.PoissonGroup(4, np.array([1, 2, 3, 4]) * kHz)
    np.testing.assert_allclose(plain(group.rates, "Hz"), [1000, 2000, 3000, 4000])
    group.rates = 0 * Hz
    assert spikes(group, 20 * ms).num_spikes == 0
    group = es.PoissonGroup(4, 0 * Hz)
    group.rates[2:] = 1 * kHz
    assert spikes(group, 20 * ms).count.tolist() == [0, 0, 20, 20]
    group = es.PoissonGroup(4, 0 * Hz)
    group.rates = "(i % 2)*kHz"
    assert spikes(group, 20 * ms).count.tolist() == [0, 20, 0, 20]


def test_rates_change_between_runs():
    group = es.PoissonGroup(3, 0 * Hz)
    monitor = es.SpikeMonitor(group)
    net = network(group, monitor)
    net.run(5 * ms)
    group.rates = 1 * kHz
    net.run(5 * ms)
    group.rates = [0, 0, 1] * kHz
    net.run(2 * ms)
    assert monitor.count.tolist() == [5, 5, 7]


def test_rates_that_follow_a_text():
    height, frequency = 40 * Hz, 2 * Hz
    group = es.PoissonGroup(500, "height*(1 + sin(2*pi*frequency*t))", seed=SEED)
    monitor = spikes(group, 500 * ms)
    assert (height, frequency) == (40 * Hz, 2 * Hz)
    times = np.asarray(steps(monitor.t))
    for first in range(0, 500, 50):
        rate = 0.04 * (1 + np.sin(2 * np.pi * np.arange(first, first + 50) / 500))
        expected = 500 * rate.sum()
        found = np.count_nonzero((times >= first) & (times < first + 50))
        assert abs(found - expected) < 4 * np.sqrt(500 * (rate * (1 - rate)).sum()) + 1e-9


def test_texts_know_index_and_timed_arrays():
    on = es.TimedArray(np.array([[0, 1000], [1000, 0], [0, 0]]) * Hz, dt=5 * ms)
    monitor = spikes(es.PoissonGroup(4, "on(t, i % 2)*int(i < 2)"), 20 * ms)
    assert on.columns == 2
    assert {k: steps(v) for k, v in monitor.spike_trains().items()} == {
        0: list(range(5, 10)),
        1: list(range(5)),
        2: [],
        3: [],
    }


def test_texts_take_names_from_a_namespace():
    group = es.PoissonGroup(2, "r*i", namespace={"r": 1 * kHz})
    assert spikes(group, 10 * ms).count.tolist() == [0, 10]
    with pytest.raises(es.EqsimError, match="'r' is not known"):
        es.PoissonGroup(2, "r*i", namespace={})
    np.testing.assert_allclose(plain(es.PoissonGroup(2, "r*i", namespace={"r": 1 * kHz}).rates, "Hz"), [0, 1000])


def test_a_part_is_a_source():
    group = es.PoissonGroup(10, "(i % 2)*kHz")
    neurons = es.NeuronGroup(3, "n : 1")
    synapses = es.Synapses(group[4:7], neurons, on_pre="n += 1")
    synapses.connect(j="i")
    monitor = es.SpikeMonitor(group[4:7])
    network(group, neurons, synapses, monitor).run(6 * ms)
    assert np.asarray(neurons.n).tolist() == [0, 6, 0]
    assert monitor.count.tolist() == [0, 6, 0]


def test_spikes_act_in_the_step_in_which_they_come():
    group = es.PoissonGroup(1, 300 * Hz, seed=SEED)
    neurons = es.NeuronGroup(1, "n : 1")
    synapses = es.Synapses(group, neurons, on_pre="n += 1")
    synapses.connect()
    at_start, at_end = (es.StateMonitor(neurons, "n", when=slot) for slot in ("start", "end"))
    monitor = es.SpikeMonitor(group)
    net = network(group, neurons, synapses, monitor, at_start, at_end)
    net.run(50 * ms)
    spiked = np.bincount(steps(monitor.t), minlength=50)
    assert np.diff(plain(at_end.n)[0], prepend=0).tolist() == spiked.tolist()
    assert (plain(at_end.n) - plain(at_start.n))[0].tolist() == spiked.tolist()
    assert next(line.split()[0] for line in net.schedule.splitlines() if "of poissongroup" in line) == "thresholds"


@pytest.mark.parametrize("compiled", COMPILED)
def test_the_same_seed_gives_the_same_spikes_on_every_target(compiled):
    def of(target, seed=SEED, rates=20 * Hz):
        return spikes_of(spikes(es.PoissonGroup(300, rates, seed=seed), 100 * ms, target))

    first = of("numpy")
    assert len(first) > 300
    assert of(compiled) == first
    assert of("numpy") == first
    assert of(compiled, seed=SEED + 1) != first
    assert of(compiled, rates="(10 + i % 20)*Hz") == of("numpy", rates="(10 + i % 20)*Hz")


def test_groups_of_one_scope_differ_and_repeat():
    def pair():
        es.seed(5)
        groups = es.PoissonGroup(20, 100 * Hz), es.PoissonGroup(20, 100 * Hz)
        monitors = [es.SpikeMonitor(group) for group in groups]
        network(*groups, *monitors).run(100 * ms)
        return [spikes_of(monitor) for monitor in monitors]

    one, other = pair()
    assert one != other
    assert pair() == [one, other]


def test_statements_may_change_rates_during_a_run():
    group = es.PoissonGroup(2, 0 * Hz)
    group.run_regularly("rates = int(t >= 3*ms)*kHz")
    assert spikes_of(spikes(group, 5 * ms)) == [(3, 0), (3, 1), (4, 0), (4, 1)]


def test_what_statements_draw_is_independent_of_the_spikes():
    group = es.PoissonGroup(2000, 0 * Hz, seed=SEED)
    group.run_regularly("rates = rand()*kHz")
    count = spikes(group, 20 * ms).count.sum()
    assert abs(count - 20000) < 4 * np.sqrt(40000 / 4)


@pytest.mark.parametrize(("rate", "n", "seconds"), [(10 * Hz, 2000, 4), (50 * Hz, 500, 4)])  # planned, and step by step
def test_intervals_follow_the_geometric_law(rate, n, seconds):
    p = float(rate.rescale("kHz").magnitude)
    monitor = spikes(es.PoissonGroup(n, rate, seed=SEED), seconds * second, target="numba")
    trains = [np.array(steps(train)) for train in monitor.spike_trains().values()]
    # the steps until the first spike, and those between spikes, one of every train so that none is cut off
    firsts = np.array([train[0] for train in trains if len(train)])
    gaps = np.array([train[1] - train[0] for train in trains if len(train) > 1 and train[0] < 1000 * seconds / 2])
    edges = np.append(stats.geom(p).ppf(np.linspace(0, 0.7, 15)), np.inf)
    for found in (firsts + 1, gaps):
        observed = np.histogram(found, np.append(edges[:-1], 1e9) + 0.5)[0]
        expected = np.diff(stats.geom(p).cdf(edges))
        assert stats.chisquare(observed, expected / expected.sum() * observed.sum()).pvalue > 1e-3


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_rates_that_an_operation_changes_in_every_step(target):
    group = es.PoissonGroup(4000, 0 * Hz, seed=SEED)
    monitor = es.SpikeMonitor(group)
    rates = 5 + 4 * np.sin(np.arange(300) / 20)

    @es.network_operation
    def change(t):
        group.rates = rates[round(float(t / ms))] * Hz

    network(group, monitor, change, target=target).run(300 * ms)
    found = np.bincount(steps(monitor.t), minlength=300)
    for first in range(0, 300, 30):
        p = rates[first : first + 30] / 1000
        assert abs(found[first : first + 30].sum() - 4000 * p.sum()) < 4 * np.sqrt(4000 * (p * (1 - p)).sum())
    assert fits(monitor.count, stats.poisson(rates.sum() / 1000)) > 0.01


def test_a_rate_that_alternates_keeps_the_chance_of_each_step():
    group = es.PoissonGroup(3000, 0 * Hz, seed=SEED)
    group.run_regularly("rates = 2*Hz + int(t_in_timesteps % 3 == 0)*13*Hz")
    found = np.bincount(steps(spikes(group, 300 * ms).t), minlength=300)
    for first, p in ((0, 0.015), (1, 0.002), (2, 0.002)):
        assert abs(found[first::3].sum() - 3000 * 100 * p) < 4 * np.sqrt(3000 * 100 * p)


def test_synapses_may_change_rates():
    group = es.PoissonGroup(3, [0, 0, 5] * Hz, seed=SEED)
    synapses = es.Synapses(source((4, 0)), group, on_pre="rates_post = 1*kHz")
    synapses.connect(i=[0], j=[1])
    monitor = es.SpikeMonitor(group)
    network(synapses.source, group, synapses, monitor).run(9 * ms)
    assert [step for step, i in spikes_of(monitor) if i == 1] == [5, 6, 7, 8]
    assert monitor.count[0] == 0


def test_what_is_kept_of_intervals_is_not_shown():
    group = es.PoissonGroup(3, 5 * Hz)
    assert list(group.get_states()) == ["rates"]
    assert not [name for name in dir(group) if name in {"_next", "_rate"}]
    with pytest.raises(es.EqsimError, match="its variables are rates"):
        group.following = 3


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_going_back_repeats_intervals(target, tmp_path):
    group = es.PoissonGroup(500, np.arange(500) / 5 * Hz, seed=SEED)
    monitor = es.SpikeMonitor(group)
    net = network(group, monitor, target=target)
    net.run(30 * ms)
    net.store()
    net.save(tmp_path / "state")
    net.run(100 * ms)
    expected = spikes_of(monitor)
    group.rates = 900 * Hz
    net.run(5 * ms)
    net.restore()
    net.run(100 * ms)
    assert spikes_of(monitor) == expected
    net.load(tmp_path / "state")
    net.run(60 * ms)
    net.run(40 * ms)
    assert spikes_of(monitor) == expected


def test_another_network_counts_its_own_steps():
    group = es.PoissonGroup(2000, 20 * Hz, seed=SEED)
    net = network(group)
    net.run(1 * second)
    net.remove(group)
    monitor = spikes(group, 100 * ms, dt=0.5 * ms)
    expected = 2000 * 200 * 0.01
    assert abs(monitor.num_spikes - expected) < 4 * np.sqrt(expected)


def test_a_time_step_of_its_own():
    group = es.PoissonGroup(1, 500 * Hz, dt=2 * ms)
    assert steps(spikes(group, 10 * ms).t) == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("rates", [0.25, [0.25] * 400, "0.25", "0.25 + 0*t"])
def test_networks_without_units(rates):
    neurons = es.NeuronGroup(1, "x' = -x/10")
    group = es.PoissonGroup(400, rates, seed=SEED)
    monitor = es.SpikeMonitor(group)
    network(neurons, group, monitor, dt=0.5).run(20)
    assert fits(monitor.count, stats.binom(40, 0.125)) > 0.01
    np.testing.assert_allclose(np.asarray(group.rates), 0.25)


@pytest.mark.parametrize(
    ("N", "rates", "message"),
    [
        (0, 1 * Hz, "positive whole number"),
        (2.5, 1 * Hz, "positive whole number"),
        (3, [1, 2] * Hz, "rates of shape"),
        (3, -1 * Hz, "at least 0"),
        (3, np.nan * Hz, "at least 0"),
        (3, 1 * mV, "another unit"),
        (3, None, "numbers are due"),
        (3, "5*mV", "different units"),
        (3, "5*Hz +", "operand is missing"),
        (3, "lambda_*Hz", "'lambda_' is not known"),
        (3, "rates", "circle"),
        (3, "rand()*Hz", "random number"),
        (3, es.TimedArray([1, 2] * Hz, dt=1 * ms), "used in a text"),
    ],
)
def test_mistakes(N, rates, message):
    with pytest.raises(es.EqsimError, match=message) as raised:
        es.PoissonGroup(N, rates, name="noise")
    assert raised.value.object == "PoissonGroup 'noise'"


def test_mistakes_in_texts_show_the_place():
    with pytest.raises(es.EqsimError) as raised:
        es.PoissonGroup(3, "10*Hz + foo*Hz")
    assert (raised.value.line, raised.value.column) == (1, 9)
    assert raised.value.hint


def test_rates_of_a_text_are_not_assigned():
    group = es.PoissonGroup(3, "10*Hz")
    with pytest.raises(es.EqsimError, match="subexpression"):
        group.rates = 5 * Hz
    with pytest.raises(es.EqsimError, match="did you mean 'rates'"):
        group.rate = 5 * Hz


def test_units_and_no_units_do_not_meet():
    with pytest.raises(es.EqsimError, match="without units: poissongroup"):
        network(es.NeuronGroup(1, "x : mV"), es.PoissonGroup(1, 10)).run(1 * ms)


def test_a_generator_is_no_poisson_group():
    # the two kinds of sources live side by side, each with its own spikes
    group, generator = es.PoissonGroup(2, 1 * kHz), source((1, 0))
    monitors = es.SpikeMonitor(group), es.SpikeMonitor(generator)
    network(group, generator, *monitors).run(3 * ms)
    assert [m.num_spikes for m in monitors] == [6, 1]
