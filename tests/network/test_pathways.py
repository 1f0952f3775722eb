"""Pathways: what statements of synapses see and write, in which order they act, and event-driven equations."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV
from tests.network.plain import network, plain, source, spikes_of


def chain(on_pre, on_post=None, *, model="w : 1", post="x : 1", duration=3, spikes=((0, 0),), values=None, **more):
    """Run one synapse from a source of spikes to a neuron; return the neuron and the synapse."""
    gen, target = source(*spikes), es.NeuronGroup(1, post)
    S = es.Synapses(gen, target, model, on_pre=on_pre, on_post=on_post, **more)
    S.connect()
    for name, value in (values or {}).items():
        setattr(S, name, value)
    network(gen, target, S).run(duration * ms)
    return target, S


def test_a_bare_name_is_the_synapses_own_first_and_then_the_targets():
    group, S = chain("x += 1; w += 10; y += 100; x_post += 1000", model="w : 1\nx : 1", post="x : 1\ny : 1\nw : 1")
    assert [float(np.asarray(v)[0]) for v in (S.x, S.w, group.x, group.y, group.w)] == [1, 10, 1000, 100, 0]


def test_both_ends_are_read_and_written():
    pre = es.NeuronGroup(2, "x : 1", threshold="t_in_timesteps == 0", reset="")
    post = es.NeuronGroup(3, "x : 1\ny : 1")
    pre.x, post.x = [1, 2], [10, 20, 30]
    S = es.Synapses(pre, post, "w : 1", on_pre="w = x_pre*x_post; x_pre += 100; y_post += x_pre")
    S.connect(i=[0, 1, 0], j=[0, 1, 2])
    network(pre, post, S).run(2 * ms)
    # the two synapses of neuron 0 act one after the other
    assert np.asarray(S.w).tolist() == [10, 40, 101 * 30]
    assert np.asarray(pre.x).tolist() == [201, 102]
    assert np.asarray(post.y).tolist() == [101, 102, 201]


def test_statements_act_in_order_for_one_arrival_after_another():
    # each arrival sees what those before it did; not: all first statements, then all second ones
    gen, post = source((0, 0), (0, 1), (0, 2)), es.NeuronGroup(1, "x : 1")
    S = es.Synapses(gen, post, "seen : 1", on_pre="seen = x; x = 2*x + 1")
    S.connect()
    network(gen, post, S).run(1 * ms)
    assert np.asarray(S.seen).tolist() == [0, 1, 3]
    assert np.asarray(post.x).tolist() == [7]


def test_local_names():
    group, S = chain("u = 2*w; w = u + 1; x += u*w", values={"w": 5})
    assert (float(np.asarray(S.w)[0]), float(np.asarray(group.x)[0])) == (11, 110)


@pytest.mark.parametrize("delay", [None, 2 * ms])
def test_synapses_of_one_source_act_in_order_of_creation(delay):
    pre, post = es.NeuronGroup(1, "x : 1", threshold="t_in_timesteps == 0", reset=""), es.NeuronGroup(3, "y : 1")
    S = es.Synapses(pre, post, "w : 1", on_pre="x_pre = 10*x_pre + w; y_post += x_pre", delay=delay)
    S.connect(i=[0, 0, 0], j=[2, 0, 1])
    S.w = [1, 2, 3]
    network(pre, post, S).run(4 * ms)
    assert np.asarray(pre.x).tolist() == [123]
    assert np.asarray(post.y).tolist() == [12, 123, 1]


@pytest.mark.parametrize("second", [0 * ms, [1, 1, 1] * ms, [0, 1, 0] * ms])
def test_every_pathway_acts_in_order_of_creation(second):
    pre, post = es.NeuronGroup(1, "x : 1", threshold="t_in_timesteps == 0", reset=""), es.NeuronGroup(3, "y : 1")
    S = es.Synapses(pre, post, "w : 1", on_pre={"pre": "y += 1", "slow": "x_pre = 10*x_pre + w"})
    S.connect(i=[0, 0, 0], j=[2, 0, 1])
    S.w = [1, 2, 3]
    S.delay = [2, 1, 0] * ms  # synapses lie by these delays, the other way round
    S.slow.delay = second
    network(pre, post, S).run(4 * ms)
    delays = np.broadcast_to(plain(second, "ms"), 3)
    order = sorted(range(3), key=lambda k: (delays[k], k))
    assert np.asarray(pre.x).tolist() == [int("".join(str(k + 1) for k in order))]


def test_arrays_of_one_group_at_both_ends():
    group = es.NeuronGroup(4, "x : 1\nn : 1", threshold="t_in_timesteps == 0", reset="")
    S = es.Synapses(group, on_pre="x_post = mod(3*x_post + x_pre, 1009); x_pre += 1; n_pre += x_post")
    i, j = [0, 0, 1, 2, 3, 3], [1, 2, 1, 0, 3, 0]
    S.connect(i=i, j=j)
    group.x = [5, 6, 7, 8]
    network(group, S).run(1 * ms)
    x, count = [5, 6, 7, 8], [0] * 4
    for a, b in zip(i, j, strict=True):
        x[b] = (3 * x[b] + x[a]) % 1009
        x[a] += 1
        count[a] += x[b]
    assert np.asarray(group.x).tolist() == x
    assert np.asarray(group.n).tolist() == count


@pytest.mark.parametrize("seed", range(4))
def test_random_arrays_of_one_group_at_both_ends(seed):
    random = np.random.default_rng(seed)
    sources, targets, delay = (random.integers(0, high, 25) for high in (5, 5, 3))
    targets = np.where(targets == sources, (targets + 1) % 5, targets) if seed < 2 else targets
    group = es.NeuronGroup(5, "x : 1", threshold="(t_in_timesteps + i) % 3 == 0", reset="")
    S = es.Synapses(group, on_pre="x_post = mod(3*x_post + x_pre + 1, 1009); x_pre = mod(x_pre + 7*x_post, 1013)")
    S.connect(i=sources, j=targets)
    S.delay = delay * ms
    group.x = np.arange(5)
    network(group, S).run(8 * ms)
    x = list(range(5))
    spikes = [(k, a) for k in range(8) for a in range(5) if (k + a) % 3 == 0]
    due = [(k + delay[s], k, a, s) for k, a in spikes for s in np.flatnonzero(sources == a)]
    for step, _, a, s in sorted(due):
        if step < 8:
            x[targets[s]] = (3 * x[targets[s]] + x[a] + 1) % 1009
            x[a] = (x[a] + 7 * x[targets[s]]) % 1013
    assert np.asarray(group.x).tolist() == x


# several pathways ----------------------------------------

ALL = "y = 10*y + {}"


def test_pre_comes_before_others_and_post_after_them():
    group = es.NeuronGroup(1, "y : 1", threshold="t_in_timesteps == 0", reset="")
    pathways = {"zeta": ALL.format(2), "pre": ALL.format(1), "alpha": ALL.format(3)}
    S = es.Synapses(group, on_pre=pathways, on_post={"post": ALL.format(5), "after": ALL.format(4)})
    S.connect()
    network(group, S).run(1 * ms)
    digits = str(int(np.asarray(group.y)[0]))
    assert digits[0] == "1"
    assert digits[-1] == "5"
    assert digits == "12345"


def test_orders_of_synapses_count_before_ranks():
    gen, post = source((0, 0)), es.NeuronGroup(1, "y : 1")
    made = [es.Synapses(gen, post, on_pre=ALL.format(d), order=order) for d, order in ((3, 1), (1, -1), (2, 0))]
    for S in made:
        S.connect()
    network(gen, post, *made).run(1 * ms)
    assert np.asarray(post.y).tolist() == [123]


def test_synapses_of_one_order_act_by_their_position_in_the_network():
    gen, post = source((0, 0)), es.NeuronGroup(1, "y : 1")
    made = [es.Synapses(gen, post, on_pre=ALL.format(d)) for d in (1, 2, 3)]
    for S in made:
        S.connect()
    network(gen, post, made[2], made[0], made[1]).run(1 * ms)
    assert np.asarray(post.y).tolist() == [312]


def test_pathways_are_found_by_name():
    gen, post = source((0, 0)), es.NeuronGroup(1, "y : 1", threshold="y > 1000", reset="")
    S = es.Synapses(gen, post, on_pre={"pre": "y += 1", "slow": "y += 1"}, on_post="y += 1")
    S.connect()
    S.slow.delay = 3 * ms
    assert plain(S.slow.delay, "ms").tolist() == [3]
    assert plain(S.pre.delay, "ms").tolist() == [0]
    with pytest.raises(es.EqsimError, match="'fast'"):
        S.fast.delay = 3 * ms


@pytest.mark.parametrize(
    "pathways",
    [{"w": "x += 1"}, {"i": "x += 1"}, {"2fast": "x += 1"}, {"pre": 5}, {"": "x += 1"}, {"delay": "x += 1"}, 7],
)
def test_pathways_that_cannot_be(pathways):
    gen, post = source((0, 0)), es.NeuronGroup(1, "x : 1")
    with pytest.raises(es.EqsimError):
        es.Synapses(gen, post, "w : 1", on_pre=pathways)


@pytest.mark.parametrize(
    "code", ["i = 3", "delay = 3*ms", "s = 3", "x += 3*mV", "lastupdate = 3*ms", "q += 1", "x_pre += 1", "N_pre = 3"]
)
def test_statements_that_cannot_be(code):
    gen, post = source((0, 0)), es.NeuronGroup(1, "x : 1")
    with pytest.raises(es.EqsimError) as raised:
        es.Synapses(gen, post, "w : 1\ns = w : 1", on_pre=code)
    assert raised.value.line == 1
    assert raised.value.excerpt == code


def test_post_pathways_need_a_target_that_spikes():
    with pytest.raises(es.EqsimError, match=r"threshold|spike"):
        S = es.Synapses(source((0, 0)), es.NeuronGroup(1, "x : 1"), on_post="x += 1")
        S.connect()
        network(S.source, S.target, S).run(1 * ms)


def test_pre_pathways_need_a_source_that_spikes():
    with pytest.raises(es.EqsimError, match=r"threshold|spike"):
        S = es.Synapses(es.NeuronGroup(1, "x : 1"), es.NeuronGroup(1, "x : 1"), on_pre="x += 1")
        S.connect()
        network(S.source, S.target, S).run(1 * ms)


def test_statements_draw_for_each_arrival_anew():
    gen = es.SpikeGeneratorGroup(20, np.tile(np.arange(20), 5), np.repeat(np.arange(5), 20) * ms)
    post = es.NeuronGroup(5, "x : 1")
    S = es.Synapses(gen, post, "w : 1", on_pre="w = rand()")
    S.connect()
    monitor = es.StateMonitor(S, "w", when="end")
    network(gen, post, S, monitor).run(5 * ms)
    assert len(np.unique(np.asarray(monitor.w))) == 500
    assert np.asarray(monitor.w).min() > 0
    assert np.asarray(monitor.w).max() < 1


def test_unreliable_synapses():
    gen = es.SpikeGeneratorGroup(1, np.zeros(100, int), np.arange(100) * ms)
    post = es.NeuronGroup(200, "x : 1")
    S = es.Synapses(gen, post, on_pre="x += int(rand() < 0.3)")
    S.connect()
    network(gen, post, S).run(100 * ms)
    x = np.asarray(post.x)
    assert x.mean() == pytest.approx(30, abs=5 * np.sqrt(21 / 200))
    assert x.std() == pytest.approx(np.sqrt(21), rel=0.25)


# event-driven equations ----------------------------------------

STDP = """
w : 1
dA/dt = -A/tau_A : 1 (event-driven)
dB/dt = -B/tau_B : 1 (event-driven)
"""
TAUS = {"tau_A": 7 * ms, "tau_B": 3 * ms}


def test_stdp_in_closed_form():
    before, after = [2, 5, 9, 14], [3, 9, 11, 20]
    gen, post = source(*[(k, 0) for k in before]), source(*[(k, 0) for k in after])
    S = es.Synapses(gen, post, STDP, on_pre="A += 1; w -= 0.5*B", on_post="B += 1; w += A", namespace=TAUS)
    S.connect()
    monitor = es.StateMonitor(S, "w")
    network(gen, post, S, monitor).run(22 * ms)
    w, expected = 0.0, []
    for step in range(22):
        expected.append(w)
        if step in before:  # on_pre is first; A of this step is in already when on_post acts
            w -= 0.5 * sum(np.exp(-(step - k) / 3) for k in after if k < step)
        if step in after:
            w += sum(np.exp(-(step - k) / 7) for k in before if k <= step)
    np.testing.assert_allclose(np.asarray(monitor.w)[0], expected, rtol=1e-12)


def test_event_driven_with_delays_and_many_synapses():
    random = np.random.default_rng(3)
    spikes = sorted({(int(k), int(a)) for k, a in random.integers(0, (30, 4), (50, 2))})
    delay = np.array([0, 2, 5, 1])
    gen, post = source(*spikes, n=4), es.NeuronGroup(1, "x : 1")
    S = es.Synapses(gen, post, "dA/dt = (2 - A)/(4*ms) : 1 (event-driven)", on_pre="x += A; A -= 1")
    S.connect()
    S.delay = delay * ms
    S.A = [0.5, 1, 1.5, 2]
    network(gen, post, S).run(30 * ms)
    total, values = 0.0, []
    for a in range(4):
        A, last = [0.5, 1, 1.5, 2][a], 0
        for k in sorted(k for k, b in spikes if b == a):
            if k + delay[a] < 30:
                A = 2 + (A - 2) * np.exp(-(k + delay[a] - last) / 4)
                total, last, A = total + A, k + delay[a], A - 1
        values.append((A, last))
    np.testing.assert_allclose(np.asarray(post.x), [total], rtol=1e-12)
    np.testing.assert_allclose(np.asarray(S.A), [A for A, _ in values], rtol=1e-12)  # as of the last event
    assert plain(S.lastupdate, "ms") == pytest.approx([last for _, last in values])


def test_event_driven_equations_of_two_variables():
    # an alpha function: dg/dt = (h - g)/tau, dh/dt = -h/tau; after an event at 0 with h = 1, g = t/tau exp(-t/tau)
    model = "dg/dt = (h - g)/(5*ms) : 1 (event-driven)\ndh/dt = -h/(5*ms) : 1 (event-driven)\nseen : 1"
    _, S = chain("seen = g; h += 1", model=model, spikes=[(0, 0), (4, 0), (11, 0)], duration=12)
    expected = sum((11 - k) / 5 * np.exp(-(11 - k) / 5) for k in (0, 4))
    np.testing.assert_allclose(np.asarray(S.seen), [expected], rtol=1e-12)


def test_event_driven_equations_go_on_in_the_next_run():
    gen, post = source((2, 0), (9, 0), (15, 0)), es.NeuronGroup(1, "x : 1")
    S = es.Synapses(gen, post, "dA/dt = -A/(6*ms) : 1 (event-driven)", on_pre="A += 1; x = A")
    S.connect()
    net = network(gen, post, S)
    for piece in (1, 2, 5, 4, 6):
        net.run(piece * ms)
    np.testing.assert_allclose(np.asarray(post.x), [1 + np.exp(-1) + np.exp(-13 / 6)], rtol=1e-12)


@pytest.mark.parametrize("equation", ["-A**2/ms", "-A*x_post/ms", "xi*ms**-0.5", "sin(t/ms)/ms"])
def test_event_driven_equations_are_linear_and_stand_alone(equation):
    with pytest.raises(es.EqsimError) as raised:  # x moves with the clock; a parameter of the target would be constant
        chain("A += 1", model=f"dA/dt = {equation} : 1 (event-driven)", post="dx/dt = -x/ms : 1")
    assert raised.value.hint


def test_event_driven_and_clock_driven_agree():
    spikes = [(1, 0), (4, 0), (5, 0), (12, 0)]
    text = "dA/dt = (1 - A)/(4*ms) : 1 ({})\nlast : 1"
    _, event = chain("last = A; A += 1", model=text.format("event-driven"), spikes=spikes, duration=13)
    _, clock = chain("last = A; A += 1", model=text.format("clock-driven"), spikes=spikes, duration=13)
    # within a step the clock's update comes before the arrival: the clock is one step ahead
    ahead = chain("last = A; A += 1", model=text.format("clock-driven"), spikes=[(0, 0)], duration=1)[1]
    np.testing.assert_allclose(np.asarray(ahead.last), [1 - np.exp(-1 / 4)], rtol=1e-12)
    A, seen = 1 - np.exp(-1 / 4), 0.0
    for step in range(1, 13):
        A = 1 + (A - 1) * np.exp(-1 / 4)
        if (step, 0) in spikes:
            seen, A = A, A + 1
    np.testing.assert_allclose(np.asarray(clock.last), [seen], rtol=1e-12)
    A, last = 0.0, 0
    for step in (1, 4, 5, 12):
        A, last = 1 + (A - 1) * np.exp(-(step - last) / 4), step
        seen, A = A, A + 1
    np.testing.assert_allclose(np.asarray(event.last), [seen], rtol=1e-12)


def test_spikes_of_a_group_onto_itself_see_the_state_before_the_reset():
    group = es.NeuronGroup(2, "dV/dt = 1*mV/ms : mV\nseen : mV", threshold="V > 2.5*mV", reset="V = 0*mV")
    group.V = [0, -1] * mV
    S = es.Synapses(group, on_pre="seen_post = V_pre; V_post += 1*mV")
    S.connect("i != j")
    monitor = es.SpikeMonitor(group)
    network(group, S, monitor).run(4 * ms)
    # step 2: neuron 0 at 3, neuron 1 at 2 and brought to 3; it spikes in step 3 at 4, when neuron 0 is at 1
    assert spikes_of(monitor) == [(2, 0), (3, 1)]
    assert plain(group.seen, "mV").tolist() == [4, 3]
    assert plain(group.V, "mV").tolist() == [2, 0]
