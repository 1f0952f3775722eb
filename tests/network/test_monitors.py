"""Monitors: what they hold after a run, in which shape, with which times, and after several runs."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV, nS
from tests.network.plain import network, plain, source, spikes_of, steps

MODEL = "dV/dt = 1*mV/ms : mV\ng : nS\non = V > 2.5*mV : boolean\nk : integer\ns : 1 (shared)\ntwice = 2*V : mV"


@pytest.fixture
def G():
    group = es.NeuronGroup(4, MODEL)
    group.V, group.k = "10*i*mV", "i"
    return group


# states ----------------------------------------


def test_every_step_of_every_neuron(G):
    M = es.StateMonitor(G, "V")
    network(G, M, dt=0.5 * ms).run(3 * ms)
    np.testing.assert_allclose(plain(M.t, "ms"), np.arange(6) / 2, atol=1e-12)
    np.testing.assert_allclose(M.t_, np.arange(6) / 2, atol=1e-12)
    assert M.V.shape == M.V_.shape == (4, 6)
    np.testing.assert_allclose(plain(M.V, "volt"), (np.arange(4)[:, None] * 10 + np.arange(6) / 2) / 1000)
    assert M.record.tolist() == [0, 1, 2, 3]
    assert tuple(M.record_variables) == ("V",)


@pytest.mark.parametrize("record", [[2, 0], np.array([2, 0]), (2, 0), [2, -4]])
def test_some_neurons(G, record):
    M = es.StateMonitor(G, ["V", "twice"], record=record)
    network(G, M).run(3 * ms)
    assert M.V_.tolist() == [[20, 21, 22], [0, 1, 2]]
    assert M.twice_.tolist() == [[40, 42, 44], [0, 2, 4]]
    assert M.record.tolist() == [2, 0]
    assert plain(M[2].V, "mV").tolist() == [20, 21, 22]  # by the neuron's index, not by the row
    assert plain(M[0].twice, "mV").tolist() == [0, 2, 4]
    assert plain(M[[0, 2]].V, "mV").tolist() == [[0, 1, 2], [20, 21, 22]]
    assert steps(M[0].t) == [0, 1, 2]
    for missing in (1, 3, 9):
        with pytest.raises(es.EqsimError, match=str(missing)):
            M[missing]


@pytest.mark.parametrize(
    ("record", "rows"),
    [
        (2, [2]),
        (slice(1, 3), [1, 2]),
        (range(3), [0, 1, 2]),
        (np.array([True, False, False, True]), [0, 3]),
        (True, [0, 1, 2, 3]),
    ],
)
def test_ways_to_choose(G, record, rows):
    M = es.StateMonitor(G, "V", record=record)
    network(G, M).run(1 * ms)
    assert M.record.tolist() == rows
    assert M.V_[:, 0].tolist() == [10 * k for k in rows]


@pytest.mark.parametrize("record", [[4], [-5], [0.5], "text", False, None])
def test_choices_that_cannot_be(G, record):
    with pytest.raises(es.EqsimError):
        es.StateMonitor(G, "V", record=record)


def test_kinds_of_variables(G):
    M = es.StateMonitor(G, ["V", "on", "k", "s", "g", "twice"], record=[0, 3])
    G.s, G.g = 7, 3 * nS
    network(G, M).run(4 * ms)
    assert M.on.dtype == bool
    assert M.on.tolist() == [[False, False, False, True], [True] * 4]
    assert np.issubdtype(M.k.dtype, np.integer)
    assert M.k.tolist() == [[0] * 4, [3] * 4]
    assert np.asarray(M.s).ravel()[:4].tolist() == [7] * 4
    assert plain(M.g, "nS").tolist() == [[3] * 4] * 2


def test_all_variables(G):
    M = es.StateMonitor(G, True)
    network(G, M).run(2 * ms)
    assert set(M.record_variables) == {"V", "g", "on", "k", "s", "twice"}
    assert M.twice_[1].tolist() == [20, 22]


def test_unknown_variables(G):
    with pytest.raises(es.EqsimError, match="'Vv'") as raised:
        es.StateMonitor(G, ["V", "Vv"])
    assert "'V'" in raised.value.hint
    M = es.StateMonitor(G, "V")
    with pytest.raises(AttributeError, match="'g'"):
        M.g  # noqa: B018


def test_every_so_often(G):
    fast, slow = es.StateMonitor(G, "V", record=[0]), es.StateMonitor(G, "V", record=[0], dt=2.5 * ms)
    net = network(G, fast, slow, dt=0.5 * ms)
    net.run(3 * ms)
    net.run(5 * ms)
    np.testing.assert_allclose(plain(slow.t, "ms"), [0, 2.5, 5, 7.5])
    np.testing.assert_allclose(slow.V_[0], [0, 2.5, 5, 7.5])
    np.testing.assert_allclose(fast.V_[0], np.arange(16) / 2)


def test_records_before_or_after_the_update(G):
    at = {
        when: es.StateMonitor(G, "V", record=[0], when=when)
        for when in ("before_start", "start", "after_groups", "end")
    }
    network(G, *at.values()).run(3 * ms)
    assert [at[when].V_[0].tolist() for when in at] == [[0, 1, 2], [0, 1, 2], [1, 2, 3], [1, 2, 3]]
    with pytest.raises(es.EqsimError, match="whenever"):
        group = es.NeuronGroup(1, "V : mV")
        network(group, es.StateMonitor(group, "V", when="whenever")).run(1 * ms)


def test_nothing_before_a_run(G):
    M, S = es.StateMonitor(G, "V"), es.SpikeMonitor(source((0, 0)))
    for _ in range(2):
        assert M.V_.shape == M.V.shape == (4, 0)
        assert len(M.t) == len(M.t_) == 0
        assert (len(S.t), len(S.i), S.num_spikes, S.count.tolist()) == (0, 0, 0, [0])
        assert len(S.spike_trains()[0]) == 0
        network(G, M, S.source, S).run(0 * ms) if G.name is None else None


def test_several_runs_follow_one_another(G):
    M = es.StateMonitor(G, "V", record=[1])
    net = network(G, M)
    net.run(2 * ms)
    first = M.V_
    net.run(3 * ms)
    assert M.V_[0].tolist() == [10, 11, 12, 13, 14]
    assert steps(M.t) == [0, 1, 2, 3, 4]
    assert first.tolist() == [[10, 11]]  # what was read before is left alone
    G.V = 0 * mV
    net.run(2 * ms)
    assert M.V_[0].tolist() == [10, 11, 12, 13, 14, 0, 1]


def test_what_was_read_may_be_changed(G):
    M = es.StateMonitor(G, "V", record=[1])
    net = network(G, M)
    net.run(2 * ms)
    M.V_[:] = -1
    M.t_[:] = -1
    net.run(1 * ms)
    assert M.V_[0].tolist() == [10, 11, 12]
    assert steps(M.t) == [0, 1, 2]


def test_a_monitor_added_later_begins_then(G):
    net = network(G)
    net.run(2 * ms)
    M = es.StateMonitor(G, "V", record=[1])
    net.add(M)
    net.run(3 * ms)
    assert steps(M.t) == [2, 3, 4]
    assert M.V_[0].tolist() == [12, 13, 14]
    net.remove(M)
    net.run(2 * ms)
    assert steps(M.t) == [2, 3, 4]
    net.add(M)
    net.run(1 * ms)
    assert steps(M.t) == [2, 3, 4, 7]
    assert M.V_[0].tolist() == [12, 13, 14, 17]


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_long_records(target):
    group = es.NeuronGroup(300, "dx/dt = 1/ms : 1\ny = x + i : 1")
    M = es.StateMonitor(group, ["x", "y"])
    net = network(group, M, target=target)
    for piece in (1, 14999 if target == "numba" else 199):
        net.run(piece * ms)
    count = M.x.shape[1]
    assert M.x.shape == M.y.shape == (300, len(M.t))
    np.testing.assert_allclose(M.x[7], np.arange(count), rtol=1e-9)
    np.testing.assert_allclose(M.y[:, 123], 123 + np.arange(300), rtol=1e-9)
    np.testing.assert_allclose(plain(M.t, "ms"), np.arange(count))


def test_synapses_are_recorded_by_their_order_of_creation():
    gen, post = source((0, 1), (1, 0)), es.NeuronGroup(2, "x : 1")
    S = es.Synapses(gen, post, "w : mV", on_pre="w += 1*mV")
    S.connect(i=[1, 0, 1], j=[1, 1, 0])
    S.w = [10, 20, 30] * mV
    M, N = es.StateMonitor(S, "w"), es.StateMonitor(S, "w", record=[2, 1])
    network(gen, post, S, M, N).run(3 * ms)
    assert M.w_.tolist() == [[10, 11, 11], [20, 20, 21], [30, 31, 31]]
    assert N.w_.tolist() == [[30, 31, 31], [20, 20, 21]]
    assert plain(N[1].w, "mV").tolist() == [20, 20, 21]
    assert plain(M[S.i == 1].w, "mV").tolist() == [[10, 11, 11], [30, 31, 31]]


def test_a_monitor_made_before_its_synapses_are_connected():
    gen, post = source((0, 0)), es.NeuronGroup(2, "x : 1")
    S = es.Synapses(gen, post, "w = 5 : 1 (parameter)", on_pre="x += w")
    M = es.StateMonitor(S, "w", record=True)
    S.connect()
    network(gen, post, S, M).run(2 * ms)
    assert M.w.tolist() == [[5, 5], [5, 5]]


# spikes ----------------------------------------

FIRE = {"model": "dV/dt = (i + 1)*mV/ms : mV\nu : 1", "threshold": "V > 3.5*mV", "reset": "u += 1; V = 0*mV"}
# V before the threshold: neuron 0 rises by 1, neuron 1 by 2, neuron 2 by 3
EXPECTED = {0: [3, 7], 1: [1, 3, 5, 7, 9], 2: [1, 3, 5, 7, 9]}


def test_spikes():
    group = es.NeuronGroup(3, **FIRE)
    M = es.SpikeMonitor(group)
    network(group, M).run(10 * ms)
    assert spikes_of(M) == sorted((k, i) for i, train in EXPECTED.items() for k in train)
    assert M.t_.tolist() == [float(k) for k, _ in spikes_of(M)]
    assert M.count.tolist() == [2, 5, 5]
    assert M.num_spikes == 12
    assert {i: steps(train) for i, train in M.spike_trains().items()} == EXPECTED
    i, t = M.it
    assert (i.tolist(), steps(t)) == (M.i.tolist(), steps(M.t))


def test_neurons_that_never_spike_have_a_train():
    group = es.NeuronGroup(4, **{**FIRE, "model": "dV/dt = int(i == 2)*4*mV/ms : mV\nu : 1"})
    M = es.SpikeMonitor(group)
    network(group, M).run(2 * ms)
    assert {i: steps(train) for i, train in M.spike_trains().items()} == {0: [], 1: [], 2: [0, 1], 3: []}
    assert M.count.tolist() == [0, 0, 2, 0]


def test_variables_at_spikes_are_those_before_the_reset():
    group = es.NeuronGroup(3, **FIRE)
    M = es.SpikeMonitor(group, variables=["V", "u"])
    N = es.SpikeMonitor(group, variables="V")
    network(group, M, N).run(8 * ms)
    assert {i: plain(v, "mV").tolist() for i, v in M.values("V").items()} == {0: [4, 4], 1: [4] * 4, 2: [6] * 4}
    assert {i: v.tolist() for i, v in M.values("u").items()} == {0: [0, 1], 1: [0, 1, 2, 3], 2: [0, 1, 2, 3]}
    assert M.V_.tolist() == N.V_.tolist() == [6 if i == 2 else 4 for i in M.i]
    assert plain(M.V, "volt")[0] == pytest.approx(0.004)
    assert {i: steps(t) for i, t in M.values("t").items()} == {0: [3, 7], 1: [1, 3, 5, 7], 2: [1, 3, 5, 7]}
    with pytest.raises(es.EqsimError, match="'u'"):
        N.values("u")


def test_spikes_counted_and_not_kept():
    group = es.NeuronGroup(3, **FIRE)
    M, part = es.SpikeMonitor(group, record=False), es.SpikeMonitor(group[1:], record=False)
    net = network(group, M, part)
    net.run(4 * ms)
    net.run(6 * ms)
    assert M.count.tolist() == [2, 5, 5]
    assert part.count.tolist() == [5, 5]
    assert (M.num_spikes, part.num_spikes) == (12, 10)
    for read in (lambda: M.i, lambda: M.t, M.spike_trains):
        with pytest.raises(es.EqsimError) as raised:
            read()
        assert "record=False" in raised.value.hint


def test_runs_follow_one_another():
    group = es.NeuronGroup(3, **FIRE)
    M = es.SpikeMonitor(group, "V")
    net = network(group, M)
    for piece in (1, 3, 1, 5):
        net.run(piece * ms)
        assert M.num_spikes == len(M.i) == len(M.t) == len(M.V)
    assert {i: steps(train) for i, train in M.spike_trains().items()} == EXPECTED


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_many_spikes(target):
    group = es.NeuronGroup(1000, "x : 1", threshold="x >= 0", reset="")
    M = es.SpikeMonitor(group)
    network(group, M, target=target).run(300 * ms)
    assert M.num_spikes == 300_000
    np.testing.assert_array_equal(M.i, np.tile(np.arange(1000), 300))
    np.testing.assert_allclose(M.t_, np.repeat(np.arange(300), 1000))


def test_sources_of_spikes_are_recorded():
    gen = source((0, 1), (2, 0), (2, 1))
    M = es.SpikeMonitor(gen)
    network(gen, M).run(4 * ms)
    assert spikes_of(M) == [(0, 1), (2, 0), (2, 1)]


def test_events_have_monitors():
    group = es.NeuronGroup(2, "dx/dt = (1 + i)/ms : 1", events={"up": "x > 2.5"})
    group.run_on_event("up", "x = 0")
    M = es.EventMonitor(group, "up", "x")
    network(group, M).run(6 * ms)
    assert spikes_of(M) == [(1, 1), (2, 0), (3, 1), (5, 0), (5, 1)]
    assert M.num_events == 5
    assert {i: steps(t) for i, t in M.event_trains().items()} == {0: [2, 5], 1: [1, 3, 5]}
    assert np.asarray(M.x).tolist() == [4, 3, 4, 3, 4]


@pytest.mark.parametrize("what", ["text", 5, None, [1, 2]])
def test_sources_that_cannot_be(what):
    with pytest.raises(es.EqsimError):
        es.SpikeMonitor(what)
    with pytest.raises(es.EqsimError):
        es.StateMonitor(what, "V")


def test_a_group_that_never_spikes_has_no_spikes_to_record():
    with pytest.raises(es.EqsimError, match="threshold"):
        es.SpikeMonitor(es.NeuronGroup(2, "x : 1"))
    with pytest.raises(es.EqsimError, match=r"'V'|'VV'"):
        es.SpikeMonitor(es.NeuronGroup(3, **FIRE), variables="VV")
