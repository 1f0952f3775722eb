"""Parts of groups: which neurons they are, and that everything done to them is done to the group."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV
from tests.network.plain import network, plain, source, spikes_of

MODEL = "V : mV\nx : 1\ns : 1 (shared)\ntwice = 2*V : mV"


@pytest.fixture
def G():
    group = es.NeuronGroup(10, MODEL)
    group.V = "i*mV"
    return group


INDEXES = [
    slice(2, 5),
    slice(None, None, 3),
    slice(-3, None),
    slice(7, 2, -2),
    [5, 1, 8],
    np.array([0, 9]),
    np.array([-1, 3]),
    np.arange(10) % 2 == 1,
    (1, 4),
]


@pytest.mark.parametrize("index", INDEXES, ids=str)
def test_parts_are_chosen_as_numpy_does(G, index):
    expected = np.arange(10)[list(index) if isinstance(index, tuple) else index]
    part = G[index]
    assert part.N == len(part) == len(expected)
    assert part.indices.tolist() == expected.tolist()
    assert plain(part.V, "mV").tolist() == expected.tolist()
    assert np.asarray(part.V_).tolist() == expected.tolist()
    part.V = -1 * mV
    assert np.flatnonzero(G.V_ == -1).tolist() == sorted(expected.tolist())


def test_one_neuron(G):
    assert plain(G[3].V, "mV").tolist() == [3]
    G[-1].V = 50 * mV
    assert G.V_[9] == 50


@pytest.mark.parametrize("index", [10, [3, 10], -11, [0.5], [1, 1], np.ones(9, bool), "text"])
def test_parts_that_cannot_be(G, index):
    with pytest.raises(es.EqsimError):
        G[index]


def test_parts_of_parts(G):
    part = G[2:9][::2]
    assert part.indices.tolist() == [2, 4, 6, 8]
    assert part[[2, 0]].indices.tolist() == [6, 2]
    assert part[np.array([False, True, True, False])][1:].indices.tolist() == [6]
    assert part[-1].indices.tolist() == [8]
    with pytest.raises(es.EqsimError):
        part[4]
    part[1:].V = [10, 20, 30] * mV
    assert G.V_.tolist() == [0, 1, 2, 3, 10, 5, 20, 7, 30, 9]


def test_values_follow_the_order_of_the_part(G):
    part = G[[5, 1, 8]]
    part.V = [50, 10, 80] * mV
    assert G.V_[[1, 5, 8]].tolist() == [10, 50, 80]
    assert plain(part.V[0], "mV") == 50
    part.V[1:] = [11, 81] * mV
    assert G.V_[[1, 5, 8]].tolist() == [11, 50, 81]
    part.V[[2, 0]] += 1 * mV
    assert G.V_[[1, 5, 8]].tolist() == [11, 51, 82]
    assert plain(part.twice, "mV").tolist() == [102, 22, 164]


def test_plain_values_of_a_part_are_written_through(G):
    part = G[2:5]
    part.V_ = [1, 2, 3]
    assert G.V_[2:5].tolist() == [1, 2, 3]
    part.V_ += 1
    assert G.V_[2:5].tolist() == [2, 3, 4]
    part.V += 1 * mV
    assert G.V_[2:5].tolist() == [3, 4, 5]
    assert G.V_[[1, 5]].tolist() == [1, 5]


def test_plain_values_of_scattered_parts_are_written_through_or_refused(G):
    part = G[[5, 1, 8]]
    try:
        part.V_[0] = 77
    except ValueError:  # read-only, since it is a copy
        return
    assert G.V_[5] == 77


def test_in_texts_i_counts_within_the_part(G):
    part = G[4:8]
    assert np.asarray(part.i).tolist() == [0, 1, 2, 3]
    part.x = "i + 100*N"
    assert np.asarray(G.x).tolist() == [0, 0, 0, 0, 400, 401, 402, 403, 0, 0]
    part.x["i >= 2"] = -1
    assert np.asarray(G.x).tolist()[4:8] == [400, 401, -1, -1]
    assert plain(part.V["i == 1"], "mV").tolist() == [5]


def test_what_is_shared_is_shared(G):
    G[2:4].s = 3
    assert np.asarray(G.s) == np.asarray(G[5].s) == 3


def test_units_are_checked(G):
    with pytest.raises(es.EqsimError, match="V"):
        G[2:4].V = 3
    with pytest.raises(es.EqsimError, match="'Vv'"):
        G[2:4].Vv = 3
    with pytest.raises(es.EqsimError):
        G[2:4].V = [1, 2, 3] * mV
    assert G.V_.tolist() == list(range(10))


def test_states_of_a_part(G):
    saved = G[2:4].get_states()
    assert plain(saved["V"], "mV").tolist() == [2, 3]
    G.V = 0 * mV
    G[2:4].set_states(saved)
    assert G.V_.tolist() == [0, 0, 2, 3, 0, 0, 0, 0, 0, 0]


# as source and target of synapses ----------------------------------------


@pytest.mark.parametrize("index", [slice(2, 6), slice(9, 1, -2), [7, 2, 5, 4]], ids=str)
def test_synapses_count_within_parts(G, index):
    sources = source(*[(i, i) for i in range(10)])
    pre, post = sources[index], G[index]
    S = es.Synapses(pre, post, "w : 1\nchecked = 10*i + j : 1", on_pre="x += w")
    S.connect(j="i")
    assert np.asarray(S.i).tolist() == np.asarray(S.j).tolist() == [0, 1, 2, 3]
    assert (S.N_incoming.tolist(), S.N_outgoing.tolist()) == ([1] * 4, [1] * 4)
    S.connect(i=[3, 0], j=[0, 1])
    assert np.asarray(S.i).tolist() == [0, 1, 2, 3, 3, 0]
    assert np.asarray(S.checked).tolist() == [0, 11, 22, 33, 30, 1]
    S.w = "1 + i + 10*j"
    network(sources, G, S).run(10 * ms)
    expected = np.zeros(10)
    which = np.arange(10)[index]
    for i, j in [(0, 0), (1, 1), (2, 2), (3, 3), (3, 0), (0, 1)]:
        expected[which[j]] += 1 + i + 10 * j
    assert np.asarray(G.x).tolist() == expected.tolist()
    assert np.asarray(S.i).tolist() == [0, 1, 2, 3, 3, 0]
    assert np.asarray(S.w[3, 0]).tolist() == [4]


def test_variables_of_both_ends_are_those_of_the_parts(G):
    S = es.Synapses(G[2:4], G[[9, 5]], "both = V_pre + 100*V_post : mV")
    S.connect()
    assert list(zip(S.i.tolist(), S.j.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert plain(S.both, "mV").tolist() == [902, 502, 903, 503]


def test_conditions_of_connections_count_within_parts(G):
    S = es.Synapses(G[2:5], G[5:9])
    S.connect("i == j and N_pre == 3 and N_post == 4 and V_post > 5.5*mV")
    assert list(zip(S.i.tolist(), S.j.tolist(), strict=True)) == [(1, 1), (2, 2)]


def test_only_spikes_of_the_part_arrive():
    sources = source(*[(0, i) for i in range(6)])
    post = es.NeuronGroup(1, "x : 1")
    S = es.Synapses(sources[1:4], post, on_pre="x = 10*x + i")
    S.connect()
    network(sources, post, S).run(2 * ms)
    assert np.asarray(post.x).tolist() == [12]


def test_post_spikes_of_the_part_alone_act_backward():
    group = es.NeuronGroup(6, "x : 1", threshold="i != 3", reset="", refractory=100 * ms)
    S = es.Synapses(group[:2], group[2:5], "n : 1", on_post="n += 1 + j")
    S.connect()
    network(group, S).run(3 * ms)
    assert np.asarray(S.n).tolist() == [1, 0, 3, 1, 0, 3]


def test_a_part_is_not_listed_in_a_network(G):
    with pytest.raises(es.EqsimError, match="Subgroup") as raised:
        network(G[:3])
    assert "group itself" in raised.value.hint


# as source of monitors ----------------------------------------


def test_state_monitors_of_parts(G):
    part = G[[8, 2, 5]]
    everything, some = es.StateMonitor(part, "V"), es.StateMonitor(part, "V", record=[2, 0])
    network(G, everything, some).run(2 * ms)
    assert everything.V_.tolist() == [[8, 8], [2, 2], [5, 5]]
    assert some.V_.tolist() == [[5, 5], [8, 8]]
    assert plain(some[0].V, "mV").tolist() == [8, 8]
    assert plain(everything[1].V, "mV").tolist() == [2, 2]


def test_spike_monitors_of_parts():
    group = es.NeuronGroup(6, "x : 1", threshold="x > 0", reset="x -= 1")
    group.x = [0, 1, 2, 3, 0, 1]
    monitors = [
        es.SpikeMonitor(group[1:4]),
        es.SpikeMonitor(group[[5, 3]], "x"),
        es.SpikeMonitor(group[::2], record=False),
    ]
    network(group, *monitors).run(4 * ms)
    assert spikes_of(monitors[0]) == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    assert monitors[0].count.tolist() == [1, 2, 3]
    assert sorted(spikes_of(monitors[1])) == [(0, 0), (0, 1), (1, 1), (2, 1)]
    assert {k: np.asarray(v).tolist() for k, v in monitors[1].values("x").items()} == {0: [1], 1: [3, 2, 1]}
    assert monitors[2].count.tolist() == [0, 2, 0]
    assert monitors[2].num_spikes == 2
