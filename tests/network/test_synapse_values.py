"""The values of synapses: kept in order of creation, however they are stored and whatever happens between."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV, nS
from tests.network.plain import network, plain, source


def make(model="w : nS\nx : 1", i=(2, 0, 1, 2), j=(1, 3, 0, 0), **more):
    source = es.NeuronGroup(3, "a : mV", threshold="a < 0*mV", reset="")
    S = es.Synapses(source, es.NeuronGroup(4, "a : mV\nb : 1"), model, **more)
    S.connect(i=list(i), j=list(j))
    return S


def test_in_order_of_creation():
    S = make()
    assert np.asarray(S.i).tolist() == [2, 0, 1, 2]
    assert np.asarray(S.j).tolist() == [1, 3, 0, 0]
    S.w = [1, 2, 3, 4] * nS
    assert plain(S.w, "nS").tolist() == [1, 2, 3, 4]
    assert S.w_.tolist() == [1, 2, 3, 4]
    assert plain(S.w[2], "nS") == 3
    assert plain(S.w[-1], "nS") == 4
    assert plain(S.w[1:3], "nS").tolist() == [2, 3]
    assert plain(S.w[[3, 0]], "nS").tolist() == [4, 1]
    assert plain(S.w[np.array([True, False, False, True])], "nS").tolist() == [1, 4]


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ((2, 1), [0]),
        ((2, 0), [3]),
        ((1, 1), []),
        ((2, slice(None)), [0, 3]),
        ((slice(None), 0), [2, 3]),
        ((slice(0, 2), slice(None)), [1, 2]),
        (([0, 1], [0, 3]), [1, 2]),
        ((-1, slice(None)), [0, 3]),
        (("i > 0"), [0, 2, 3]),
        (("i == 2 and j == 0"), [3]),
        (("w > 2*nS"), [2, 3]),
        (("a_pre > 1*mV"), [0, 3]),
        (("a_post > 1*mV"), [1]),
        (("a > 1*mV"), [1]),
        (("b == 0"), [2, 3]),
        (("N_incoming == 2"), [2, 3]),
        (("N_outgoing == 2"), [0, 3]),
    ],
    ids=str,
)
def test_read_and_written_by_pair_or_condition(index, expected):
    S = make()
    S.source.a, S.target.a, S.target.b = "i*mV", "(i - 1)*mV", "i"
    S.w = [1, 2, 3, 4] * nS
    assert plain(S.w[index], "nS").tolist() == [1 + k for k in expected]
    S.w[index] = 9 * nS
    assert np.flatnonzero(S.w_ == 9).tolist() == expected


def test_pairs_joined_more_than_once():
    S = make(i=[0, 1, 0], j=[1, 1, 1])
    S.w[0, 1] = [1, 3] * nS
    assert S.w_.tolist() == [1, 0, 3]
    assert plain(S.w[0, 1], "nS").tolist() == [1, 3]


def test_pairs_out_of_range():
    S = make()
    for index in ((3, 0), (0, 4), (-4, 0)):
        with pytest.raises(es.EqsimError):
            S.w[index]
        with pytest.raises(es.EqsimError):
            S.w[index] = 3 * nS


def test_i_and_j_of_the_caller_are_hidden_silently():
    i, j = np.array([2, 0, 1, 2]), np.array([1, 3, 0, 0])
    S = make(i=i, j=j)
    S.x = "i + 10*j"
    assert np.asarray(S.x).tolist() == (i + 10 * j).tolist()
    assert np.asarray(S.x["i == 2"]).tolist() == [12, 2]
    group = es.NeuronGroup(2, "y = 2*i : 1")
    assert np.asarray(group.y).tolist() == [0, 2]


def test_texts():
    S = make()
    S.target.b = "i + 1"
    S.w = "(100*i + 10*j + b)*nS"
    assert S.w_.tolist() == [212, 34, 101, 201]
    S.w["i == 2"] = "w/2"
    assert S.w_.tolist() == [106, 34, 101, 100.5]
    S.x = "N_pre + 10*N_post + 100*N"
    assert np.asarray(S.x).tolist() == [443] * 4
    S.x = "rand()"
    assert len(set(np.asarray(S.x).tolist())) == 4
    S.w += 1 * nS
    assert S.w_.tolist() == [107, 35, 102, 101.5]


def test_shared_values():
    S = make("w : 1\ng : nS (shared)")
    S.g = 3 * nS
    assert plain(S.g, "nS") == 3
    S.connect(i=0, j=0)
    assert plain(S.g, "nS") == 3
    S.w = "g/nS + i"
    assert np.asarray(S.w).tolist() == [5, 3, 4, 5, 3]


def test_subexpressions_see_both_ends():
    S = make("w : 1\ndrop = w*(a_pre - a_post) : mV")
    S.source.a, S.target.a = [1, 2, 4] * mV, [10, 20, 30, 40] * mV
    S.w = [1, 2, 3, 4]
    assert plain(S.drop, "mV").tolist() == [-16, -78, -24, -24]


@pytest.mark.parametrize("name", ["i", "j", "N", "N_pre", "N_incoming", "lastupdate"])
def test_what_is_always_there_is_read_only(name):
    S = make(on_pre="b += x")
    with pytest.raises((es.EqsimError, AttributeError), match=f"{name}|read-only"):
        setattr(S, name, 3)


@pytest.mark.parametrize(
    "write",
    [
        "S.w = [1, 2]*nS",
        "S.w = 3*mV",
        "S.w['a > 3'] = 2*nS",
        "S.q = 3",
        "S.w[9] = 3*nS",
        "S.delay = -1*ms",
        "S.x = 'w'",
    ],
)
def test_nothing_is_half_written(write):
    S = make(on_pre="b += x")
    S.w, S.delay = [1, 2, 3, 4] * nS, 2 * ms
    with pytest.raises(es.EqsimError):
        exec(write)
    assert S.w_.tolist() == [1, 2, 3, 4]
    assert plain(S.delay, "ms").tolist() == [2] * 4
    assert np.asarray(S.x).tolist() == [0] * 4


def test_states():
    S = make()
    S.w, S.x = [1, 2, 3, 4] * nS, [5, 6, 7, 8]
    saved = S.get_states()
    S.w, S.x = 0 * nS, 0
    S.set_states(saved)
    assert S.w_.tolist() == [1, 2, 3, 4]
    assert np.asarray(S.x).tolist() == [5, 6, 7, 8]


# values after they were laid out anew for a run ----------------------------------------


def shuffled(seed, sources=7, targets=9, count=60, delays=True):
    """Return synapses in an order that nothing sorts, their ends, and the order's own numbers as values."""
    random = np.random.default_rng(seed)
    i, j = random.integers(0, sources, count), random.integers(0, targets, count)
    when, who = random.integers(0, 12, 40).tolist(), random.integers(0, sources, 40).tolist()
    gen = source(*sorted(set(zip(when, who, strict=True))), n=sources)
    post = es.NeuronGroup(targets, "x : 1\nlast : 1")
    model = "w : 1\nmark : 1\nflag : boolean\nwhole : integer\nn : 1\nd = w + 100 : 1"
    S = es.Synapses(gen, post, model, on_pre="x += w; n += 1; last = mark")
    for part in np.array_split(np.arange(count), 3):
        S.connect(i=i[part], j=j[part])
    S.w, S.mark = random.normal(size=count), np.arange(count)
    S.flag, S.whole = np.arange(count) % 3 == 0, np.arange(count) * 7
    if delays:
        S.delay = random.integers(0, 4, count) * ms
    return gen, post, S, i, j


@pytest.mark.parametrize("delays", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_creation_outlives_a_run(seed, delays):
    gen, post, S, i, j = shuffled(seed, delays=delays)
    before = {name: np.asarray(getattr(S, name)).copy() for name in ("w", "mark", "flag", "whole", "d")}
    delay = plain(S.delay, "ms").copy()
    some = es.StateMonitor(S, ["mark", "flag", "d"], record=[3, 40, 17])
    network(gen, post, S, some).run(5 * ms)
    assert np.asarray(S.i).tolist() == i.tolist()
    assert np.asarray(S.j).tolist() == j.tolist()
    for name, values in before.items():
        np.testing.assert_array_equal(np.asarray(getattr(S, name)), values)
    np.testing.assert_allclose(plain(S.delay, "ms"), delay)
    np.testing.assert_array_equal(some.mark[:, 2], [3, 40, 17])
    np.testing.assert_array_equal(some.flag[:, 2], [True, False, False])
    np.testing.assert_allclose(some.d[:, 2], before["w"][[3, 40, 17]] + 100)
    pair = (int(i[11]), int(j[11]))
    np.testing.assert_array_equal(np.asarray(S.mark[pair]), np.flatnonzero((i == pair[0]) & (j == pair[1])))
    S.mark[[5, 50]] = [-5, -50]
    assert np.asarray(S.mark)[[4, 5, 6, 49, 50, 51]].tolist() == [4, -5, 6, 49, -50, 51]
    states = S.get_states(units=False)
    np.testing.assert_array_equal(states["w"], before["w"])
    S.w_ = before["w"] + 1
    np.testing.assert_array_equal(np.asarray(S.w[7]), before["w"][7] + 1)


@pytest.mark.parametrize("seed", range(3))
def test_plain_values_are_written_through_or_refused_after_a_run(seed):
    gen, post, S, _, _ = shuffled(seed)
    network(gen, post, S).run(2 * ms)
    w = np.asarray(S.w).copy()
    try:
        S.w_[5] = 77
    except ValueError:  # a copy that says so by being read-only is fine; one that takes the value and loses it is not
        w[5] = np.asarray(S.w)[5]
    else:
        w[5] = 77
    np.testing.assert_array_equal(np.asarray(S.w), w)


@pytest.mark.parametrize("seed", range(4))
def test_what_happens_to_a_synapse_happens_to_that_synapse(seed):
    gen, post, S, i, j = shuffled(seed)
    delay = np.rint(plain(S.delay, "ms")).astype(int)
    monitor = es.SpikeMonitor(gen)
    network(gen, post, S, monitor).run(20 * ms)
    count = np.bincount(np.asarray(monitor.i), minlength=7)
    np.testing.assert_array_equal(np.asarray(S.n), count[i])
    expected = np.zeros(9)
    np.add.at(expected, j, count[i] * np.asarray(S.w))
    np.testing.assert_allclose(np.asarray(post.x), expected, atol=1e-12)
    last = np.zeros(9)
    arrivals = [
        (k + delay[s], k, a, s)
        for k, a in zip(np.rint(plain(monitor.t, "ms")).astype(int), monitor.i, strict=True)
        for s in np.flatnonzero(i == a)
    ]
    for _, _, _, s in sorted(arrivals):
        last[j[s]] = s
    np.testing.assert_array_equal(np.asarray(post.last), last)


def test_synapses_added_between_runs_come_last():
    gen, post, S, i, j = shuffled(5, delays=False)
    net = network(gen, post, S)
    net.run(3 * ms)
    n, w = np.asarray(S.n).copy(), np.asarray(S.w).copy()
    S.connect(i=[6, 0], j=[0, 8])
    assert len(S) == 62
    assert np.asarray(S.i).tolist() == [*i.tolist(), 6, 0]
    assert np.asarray(S.j).tolist() == [*j.tolist(), 0, 8]
    np.testing.assert_array_equal(np.asarray(S.n), [*n, 0, 0])
    np.testing.assert_array_equal(np.asarray(S.w), [*w, 0, 0])
    np.testing.assert_allclose(plain(S.delay, "ms")[60:], [0, 0])
    S.w[60:] = [1000, 2000]
    net.run(9 * ms)
    assert np.asarray(S.w).tolist()[60:] == [1000, 2000]
    assert np.asarray(S.n)[:60].sum() >= n.sum()


def test_one_delay_for_all_holds_for_synapses_that_come_later():
    S = make(on_pre="b += x", delay=3 * ms)
    S.connect(i=0, j=0)
    assert plain(S.delay, "ms").tolist() == [3] * 5
