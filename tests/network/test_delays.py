"""Delays: when a spike arrives, and in which order, against a list of arrivals made by brute force."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV, second, us
from tests.network.plain import network, plain, source


def arrivals(delay, *, dt=1.0, spikes=((2, 0),), duration=12, on_pre="x += 1", change=None):
    """Return the steps in whose course the target's x grew."""
    gen, post = source(*spikes, dt=dt), es.NeuronGroup(1, "x : 1")
    S = es.Synapses(gen, post, on_pre=on_pre, delay=delay)
    S.connect()
    if change is not None:
        change(S)
    monitor = es.StateMonitor(post, "x")
    network(gen, post, S, monitor, dt=dt * ms).run(duration * dt * ms)
    x = np.append(np.asarray(monitor.x)[0], np.asarray(post.x))
    return [int(k) for k in np.repeat(np.arange(duration), np.diff(x).astype(int))]


@pytest.mark.parametrize(
    ("delay", "step"),
    [(None, 2), (0 * ms, 2), (1 * ms, 3), (0.005 * second, 7), (4000 * us, 6), (1.4 * ms, 3),
     (1.5 * ms, 4), (1.6 * ms, 4),
     (2.5 * ms, 5), (0.49 * ms, 2), (0.5 * ms, 3)],
)  # fmt: skip
def test_a_delay_counts_whole_steps_halves_up(delay, step):
    assert arrivals(delay) == [step]


@pytest.mark.parametrize("number", range(1, 60, 7))
def test_decimal_fractions_are_not_rounded_down(number):
    # 0.3 ms over 0.1 ms is 2.9999999999999996 and means 3 steps; 0.25 ms is 3 steps, halves up
    assert arrivals(number * 0.1 * ms, dt=0.1, duration=70) == [2 + number]
    assert arrivals((number * 0.1 + 0.05) * ms, dt=0.1, duration=70) == [3 + number]


@pytest.mark.parametrize("number", range(1, 60, 7))
def test_delays_of_single_synapses_round_alike(number):
    def change(S):
        S.connect(i=0, j=0)
        S.delay = np.array([number * 0.1 + 0.05, number * 0.1]) * ms

    assert sorted(arrivals(0 * ms, dt=0.1, duration=70, change=change)) == [2 + number, 3 + number]


def test_zero_delay_acts_in_the_same_step():
    # a chain: the first neuron's spike brings the second over the threshold one step later, and so on
    group = es.NeuronGroup(4, "dx/dt = 0/ms : 1", threshold="x > 0.5", reset="x = 0")
    S = es.Synapses(group, on_pre="x_post += 1")
    S.connect(j="i + 1", skip_if_invalid=True)
    group.x[0] = 1
    monitor = es.SpikeMonitor(group)
    network(group, S, monitor).run(10 * ms)
    assert monitor.i.tolist() == [0, 1, 2, 3]
    assert plain(monitor.t, "ms").tolist() == [0, 1, 2, 3]


WAYS = {
    "array": lambda S: setattr(S, "delay", [3, 1, 0, 5] * ms),
    "text": lambda S: setattr(S, "delay", "d*ms"),
    "of pathway": lambda S: setattr(S.pre, "delay", [3, 1, 0, 5] * ms),
    "text of pathway": lambda S: setattr(S.pre, "delay", "d*ms"),
    "one by one": lambda S: [S.delay.__setitem__(k, d * ms) for k, d in enumerate([3, 1, 0, 5])],
    "by condition": lambda S: [S.delay.__setitem__(f"d == {d}", f"{d}*ms") for d in (3, 1, 0, 5)],
    "by pair": lambda S: [S.delay.__setitem__((0, j), d * ms) for j, d in enumerate([3, 1, 0, 5])],
    "of pathway by slice": lambda S: [
        S.pre.delay.__setitem__(slice(k, k + 1), d * ms) for k, d in enumerate([3, 1, 0, 5])
    ],
}


@pytest.mark.parametrize("way", WAYS)
def test_delays_of_synapses(way):
    gen, post = source((1, 0), (2, 0)), es.NeuronGroup(4, "x : 1")
    S = es.Synapses(gen, post, "d : 1", on_pre="x += 1")
    S.connect()
    S.d = [3, 1, 0, 5]
    WAYS[way](S)
    assert plain(S.delay, "ms").tolist() == [3, 1, 0, 5]
    assert plain(S.pre.delay[1:3], "ms").tolist() == [1, 0]
    assert plain(S.delay[0, 3], "ms").tolist() == [5]
    monitor = es.StateMonitor(post, "x")
    network(gen, post, S, monitor).run(10 * ms)
    for j, d in enumerate([3, 1, 0, 5]):
        expected = [(k > 1 + d) + (k > 2 + d) for k in range(10)]
        assert np.asarray(monitor.x)[j].tolist() == expected
    np.testing.assert_allclose(plain(S.delay, "ms"), [3, 1, 0, 5])


def test_a_text_for_random_delays():
    group = es.NeuronGroup(30, "x : 1", threshold="x < 0", reset="")
    S = es.Synapses(group, on_pre="x_post += 1")
    S.connect()
    S.delay = "rand()*5*ms"
    delay = plain(S.delay, "ms")
    assert (delay.min() >= 0) & (delay.max() < 5)
    assert delay.mean() == pytest.approx(2.5, abs=5 * 5 / np.sqrt(12 * 900))


def test_statements_may_use_the_delay():
    gen, post = source((0, 0)), es.NeuronGroup(3, "x : 1")
    S = es.Synapses(gen, post, on_pre="x += delay/ms")
    S.connect()
    S.delay = [2, 0, 1] * ms
    network(gen, post, S).run(5 * ms)
    np.testing.assert_allclose(np.asarray(post.x), [2, 0, 1])


@pytest.mark.parametrize(
    "delay", [-1 * ms, 3, 3 * mV, np.nan * ms, np.inf * ms, "3", "-1*ms", "x*ms", [1, 2] * ms, "rand()"]
)
def test_delays_that_cannot_be(delay):
    gen, post = source((0, 0)), es.NeuronGroup(3, "y : 1")
    S = es.Synapses(gen, post, on_pre="y += 1")
    S.connect()
    S.delay = 2 * ms
    with pytest.raises(es.EqsimError) as raised:
        S.delay = delay
    assert raised.value.object == "Synapses"
    assert plain(S.delay, "ms").tolist() == [2, 2, 2]
    if not isinstance(delay, str):
        with pytest.raises(es.EqsimError):
            es.Synapses(gen, post, on_pre="y += 1", delay=delay).connect()


def test_a_delay_needs_a_pathway():
    group = es.NeuronGroup(2, "x : 1", threshold="x > 1", reset="")
    with pytest.raises(es.EqsimError, match="pathway"):
        es.Synapses(group, group, delay=3 * ms)
    with pytest.raises(es.EqsimError, match="'post'"):
        es.Synapses(group, group, on_pre="x_post += 1", delay={"post": 3 * ms})


def test_pathways_have_delays_of_their_own():
    gen, post = source((1, 0)), es.NeuronGroup(2, "x : 1\ny : 1", threshold="x > 0.5", reset="x = 0")
    S = es.Synapses(
        gen,
        post,
        "n : 1",
        on_pre={"pre": "x += 1", "late": "y += 1"},
        on_post="n += 1",
        delay={"late": 3 * ms, "post": 2 * ms},
    )
    S.connect()
    S.pre.delay = [0, 1] * ms
    monitors = es.StateMonitor(post, ["y"]), es.StateMonitor(S, "n"), es.SpikeMonitor(post)
    network(gen, post, S, *monitors).run(9 * ms)
    assert plain(monitors[2].t, "ms").tolist() == [2, 3]  # x arrives in steps 1 and 2 and is seen one step later
    assert np.asarray(monitors[0].y).tolist() == [[0, 0, 0, 0, 0, 1, 1, 1, 1]] * 2
    assert np.asarray(monitors[1].n).tolist() == [[0, 0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 1, 1, 1]]
    assert plain(S.late.delay, "ms").tolist() == [3, 3]
    assert plain(S.post.delay, "ms").tolist() == [2, 2]
    assert plain(S.delay, "ms").tolist() == [0, 1]


def test_delays_of_post_synaptic_pathways_differ_by_synapse():
    post = es.NeuronGroup(2, "x : 1", threshold="t_in_timesteps == 1 + i", reset="")
    pre = es.NeuronGroup(3, "x : 1")
    S = es.Synapses(pre, post, "n : 1", on_post="n += 1")
    S.connect(i=[2, 0, 1, 0], j=[1, 1, 0, 0])
    S.post.delay = [3, 1, 0, 2] * ms
    monitor = es.StateMonitor(S, "n")
    network(pre, post, S, monitor).run(8 * ms)
    arrival = [2 + 3, 2 + 1, 1 + 0, 1 + 2]
    assert np.asarray(monitor.n).tolist() == [[int(k > a) for k in range(8)] for a in arrival]


# changed between runs ----------------------------------------


@pytest.mark.parametrize("single", [False, True])
def test_a_new_delay_holds_for_spikes_to_come(single):
    gen, post = source((0, 0), (4, 0), (8, 0)), es.NeuronGroup(2, "x : 1")
    S = es.Synapses(gen, post, on_pre="x += 1")
    S.connect()
    S.delay = [2, 3] * ms if single else 2 * ms
    monitor = es.StateMonitor(post, "x")
    net = network(gen, post, S, monitor)
    net.run(4 * ms)  # nothing is under way
    S.delay = [1, 3] * ms if single else 1 * ms
    net.run(4 * ms)
    S.delay = [0, 0] * ms
    net.run(4 * ms)
    first = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert np.asarray(monitor.x)[0].tolist() == first
    if not single:
        assert np.asarray(monitor.x)[1].tolist() == first


@pytest.mark.parametrize(
    ("before", "after"),
    [(3, 1), (3, 5), ([3, 3], [1, 1]), ([3, 3], [5, 5]), (3, [1, 5]), ([3, 2], 0), ([3, 2], [0, 7])],
    ids=str,
)
def test_spikes_under_way_arrive_once(before, after):
    gen, post = source((2, 0), (5, 0)), es.NeuronGroup(2, "x : 1")
    S = es.Synapses(gen, post, on_pre="x += 1")
    S.connect()
    S.delay = np.array(before) * ms
    net = network(gen, post, S)
    net.run(3 * ms)
    S.delay = np.array(after) * ms
    try:
        net.run(20 * ms)
    except es.EqsimError as error:  # refusing is fine, as long as nothing is lost
        assert "under way" in str(error)
        assert plain(net.t, "ms") == 3
        S.delay = np.array(before) * ms
        net.run(20 * ms)
    assert np.asarray(post.x).tolist() == [2, 2]


def test_a_new_delay_does_not_move_spikes_under_way():
    gen, post = source((2, 0), (5, 0)), es.NeuronGroup(1, "x : 1")
    S = es.Synapses(gen, post, on_pre="x += 1", delay=4 * ms)
    S.connect()
    monitor = es.StateMonitor(post, "x")
    net = network(gen, post, S, monitor)
    net.run(3 * ms)
    S.delay = 1 * ms
    try:
        net.run(9 * ms)
    except es.EqsimError:
        return
    # the spike of step 2 left with 4 steps, that of step 5 with 1: both arrive in step 6
    assert np.asarray(monitor.x)[0].tolist() == [0] * 7 + [2] * 5


def test_what_is_no_change_is_none():
    gen, post = source((2, 0), (5, 0)), es.NeuronGroup(2, "x : 1")
    S = es.Synapses(gen, post, on_pre="x += 1")
    S.connect()
    S.delay = [3, 4] * ms
    net = network(gen, post, S)
    net.run(4 * ms)
    S.delay = S.delay[:]
    M = es.StateMonitor(post, "x")
    net.add(M)  # while spikes are under way
    net.run(2 * ms)
    net.remove(M)
    net.run(6 * ms)
    assert np.asarray(M.x).tolist() == [[0, 0], [0, 0]]
    assert np.asarray(post.x).tolist() == [2, 2]


# many spikes, brute force ----------------------------------------


def brute(spikes, i, j, w, delay, duration, n):
    """Return x of every target before each step; x = (3*x + w) % 1009 for each arrival, in the order of arrivals."""
    due = sorted((k + delay[s], k, a, s) for k, a in spikes for s in np.flatnonzero(i == a))
    x, rows = np.zeros(n, int), []
    for step in range(duration):
        rows.append(x.copy())
        for _, _, _, s in [one for one in due if one[0] == step]:
            x[j[s]] = (3 * x[j[s]] + w[s]) % 1009
    return np.array(rows).T


@pytest.mark.parametrize("kind", ["none", "one", "many"])
@pytest.mark.parametrize("seed", range(5))
def test_arrivals_act_in_order_of_emission_source_and_synapse(seed, kind):
    random = np.random.default_rng(seed)
    n, m, count, duration = 6, 4, 40, 30
    i, j, w = random.integers(0, n, count), random.integers(0, m, count), random.integers(1, 1000, count)
    spikes = [(k, a) for k in range(duration) for a in range(n) if random.random() < 0.3]
    delay = {"none": np.zeros(count, int), "one": np.full(count, 3), "many": random.integers(0, 9, count)}[kind]
    gen, post = source(*spikes, n=n), es.NeuronGroup(m, "x : 1")
    S = es.Synapses(gen, post, "w : 1", on_pre="x = mod(3*x + w, 1009)", delay=3 * ms if kind == "one" else None)
    S.connect(i=i, j=j)
    S.w = w
    if kind == "many":
        S.delay = delay * ms
    monitor = es.StateMonitor(post, "x")
    net = network(gen, post, S, monitor)
    net.run(7 * ms)
    net.run((duration - 7) * ms)
    np.testing.assert_array_equal(np.asarray(monitor.x), brute(spikes, i, j, w, delay, duration, m))


@pytest.mark.parametrize("seed", range(3))
def test_post_synaptic_arrivals_act_in_order_too(seed):
    random = np.random.default_rng(seed)
    n, m, count, duration = 4, 5, 30, 20
    i, j, w = random.integers(0, n, count), random.integers(0, m, count), random.integers(1, 1000, count)
    spikes = [(k, a) for k in range(duration) for a in range(m) if random.random() < 0.3]
    delay = random.integers(0, 5, count)
    pre = es.NeuronGroup(n, "x : 1")
    gen = source(*spikes, n=m)
    S = es.Synapses(pre, gen, "w : 1", on_post="x_pre = mod(3*x_pre + w, 1009)")
    S.connect(i=i, j=j)
    S.w, S.post.delay = w, delay * ms
    monitor = es.StateMonitor(pre, "x")
    network(pre, gen, S, monitor).run(duration * ms)
    np.testing.assert_array_equal(np.asarray(monitor.x), brute(spikes, j, i, w, delay, duration, n))


def test_many_spikes_in_one_step_and_long_delays():
    gen = es.SpikeGeneratorGroup(500, np.tile(np.arange(500), 30), np.repeat(np.arange(30), 500) * ms)
    post = es.NeuronGroup(3, "x : 1")
    S = es.Synapses(gen, post, on_pre="x += 1", delay=25 * ms)
    S.connect(j="i % 3")
    T = es.Synapses(gen, post, on_pre="x += 1000000")
    T.connect("i < 3 and i == j")
    T.delay = "300*ms + i*ms"
    network(gen, post, S, T).run(400 * ms)
    assert np.asarray(post.x).tolist() == [30 * 167 + 30e6, 30 * 167 + 30e6, 30 * 166 + 30e6]
