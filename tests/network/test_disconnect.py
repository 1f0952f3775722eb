"""Synapses removed between runs: what stays keeps all that is its own, what hangs on the removed goes too."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms
from tests.network.plain import network, source


def made(n=4, **more):
    gen, post = source(*[(k, i) for k in (1, 6) for i in range(n)], n=n), es.NeuronGroup(n, "x : 1")
    S = es.Synapses(gen, post, "w : 1\nu : 1 (shared)", on_pre="x += w", **more)
    S.connect(condition="i != j")
    S.w = "10*i + j"
    return gen, post, S


@pytest.mark.parametrize(
    ("which", "left"),
    [
        ("i > 0", lambda i, j, w: i == 0),
        ("w > 20 and x_post < 1", lambda i, j, w: w <= 20),
        ((slice(None), 1), lambda i, j, w: j != 1),
        ([0, 1], lambda i, j, w: w > 2),
        (slice(0, None), lambda i, j, w: w < 0),
        (np.arange(12) % 2 == 0, lambda i, j, w: np.arange(12) % 2 == 1),
        (-1, lambda i, j, w: w != 32),
        (None, lambda i, j, w: w < 0),
        ("i > 100", lambda i, j, w: w >= 0),
    ],
    ids=str,
)
def test_what_is_removed_and_what_stays(which, left):
    _, _, S = made()
    kept = left(S.i, S.j, np.asarray(S.w))
    S.u = 7
    expected = S.i[kept], S.j[kept], np.asarray(S.w)[kept]
    S.disconnect() if which is None else S.disconnect(which)
    assert len(S) == kept.sum()
    for value, wanted in zip((S.i, S.j, np.asarray(S.w)), expected, strict=True):
        np.testing.assert_array_equal(value, wanted)
    assert S.u == 7
    np.testing.assert_array_equal(S.N_outgoing, np.bincount(S.i, minlength=4))


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_a_run_goes_on_without_them(target):
    gen, post, S = made()
    net = network(gen, post, S, target=target)
    net.run(3 * ms)
    before = 10.0 * (6 - np.arange(4)) + 3 * np.arange(4)
    np.testing.assert_array_equal(post.x, before)
    S.disconnect("i == 2 or j == 0")
    net.run(6 * ms)
    now = [sum(10 * i + j for i in (0, 1, 3) if i != j) if j else 0 for j in range(4)]
    np.testing.assert_array_equal(post.x, before + now)


def test_with_delays_of_their_own():
    gen, post, S = made()
    S.delay = "(i + j)*ms"
    net = network(gen, post, S)
    net.run(2 * ms)  # what left in step 1 is under way
    S.disconnect("i == 3")
    S.connect(i=3, j=3)
    np.testing.assert_array_equal(S.delay[:].rescale("ms").magnitude, [*(S.i + S.j)[:-1], 0])
    net.run(12 * ms)
    np.testing.assert_array_equal(post.x, [2 * sum(10 * i + j for i in range(3) if i != j) for j in range(4)])


def test_event_driven_state_stays_with_its_synapse():
    gen, post = source((0, 0), (2, 1), (9, 0), (9, 1), (9, 2)), es.NeuronGroup(1, "x : 1")
    S = es.Synapses(gen, post, "da/dt = -a/(5*ms) : 1 (event-driven)", on_pre="a += 1")
    S.connect()
    net = network(gen, post, S)
    net.run(5 * ms)
    S.disconnect("i == 2")
    S.connect(i=2, j=0)
    S.disconnect("i == 0")
    net.run(6 * ms)
    assert S.i.tolist() == [1, 2]
    np.testing.assert_allclose(S.a, [1 + np.exp(-7 / 5), 1])


def test_synapses_onto_them_go_too_and_count_anew():
    gen, post, S = made()
    M = es.Synapses(gen, S, "k : 1", on_pre="w_post += k")
    M.connect(condition="i == 0")
    M.k = "100 + j"
    P = es.Synapses(M, post, "q : 1")
    P.connect(i=np.arange(12), j=np.arange(12) % 4)
    P.q = "i"
    S.disconnect("i == 1")  # synapses 3, 4, 5 of S
    assert (len(S), len(M), len(P)) == (9, 9, 9)
    assert M.j.tolist() == list(range(9))
    kept = [0, 1, 2, 6, 7, 8, 9, 10, 11]
    np.testing.assert_array_equal(M.k, 100 + np.array(kept))
    np.testing.assert_array_equal(P.q, kept)
    assert P.i.tolist() == list(range(9))
    net = network(gen, post, S, M, P)
    net.run(3 * ms)
    # the modulator acts in step 1, after S, in order of the objects
    np.testing.assert_array_equal(
        S.w, [w + 100 + k for w, k in zip([1, 2, 3, 20, 21, 23, 30, 31, 32], kept, strict=True)]
    )


def test_monitors_of_synapses():
    gen, post, S = made()
    some = es.StateMonitor(S, "w", record=[2, 5])
    S.disconnect([0])
    net = network(gen, post, S, some)
    assert some.record.tolist() == [1, 4]
    net.run(2 * ms)
    with pytest.raises(es.EqsimError, match="synapse 4 is recorded by StateMonitor") as caught:
        S.disconnect([4])
    assert caught.value.hint
    assert len(S) == 11
    S.disconnect("i == 3 or j == 2")
    assert some.record.tolist() == [0, 2]
    net.run(2 * ms)
    np.testing.assert_array_equal(some.w, np.tile([[3], [13]], 4))
    np.testing.assert_array_equal(some[2].w, [13] * 4)


def test_a_monitor_of_all_that_recorded_nothing_yet_records_what_is_left():
    gen, post, S = made()
    every = es.StateMonitor(S, "w", record=True)
    S.disconnect([0])
    net = network(gen, post, S, every)
    net.run(2 * ms)
    assert every.w.shape == (11, 2)
    with pytest.raises(es.EqsimError, match="is recorded"):
        S.disconnect([4])


def test_mistakes_change_nothing():
    _, _, S = made()
    for wrong in ("i +", "w", "z > 1", [100], 1.5):
        with pytest.raises(es.EqsimError):
            S.disconnect(wrong)
    assert len(S) == 12


def test_not_during_a_run():
    gen, post, S = made()

    @es.network_operation(when="end")
    def change():
        S.disconnect("i == 1")

    net = network(gen, post, S, change)
    with pytest.raises(es.EqsimError, match="during a run"):
        net.run(2 * ms)
    assert len(S) == 12
