"""A run in pieces is the run at once; several time steps share one grid; a run stops, and goes on."""

import threading
import time

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV, second
from tests.network.plain import network, plain, source, steps
from tests.runtime.everything import Everything


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


@pytest.fixture(scope="module")
def at_once():
    everything = Everything()
    everything.net.run(60 * ms)
    return everything.results()


def test_the_run_is_worth_comparing(at_once):
    assert 10 < len(at_once["i"]) < 300
    assert len(at_once["hi"]) > 3
    assert len(np.unique(at_once["w"])) > 30


@pytest.mark.parametrize("pieces", [[30, 30], [0.5] * 120, [0.5, 17, 0, 1.5, 41], [59.5, 0.5]], ids=len)
def test_pieces(at_once, pieces):
    everything = Everything()
    for piece in pieces:
        everything.net.run(piece * ms)
    assert_same(everything.results(), at_once)


@pytest.mark.slow
def test_compiled_pieces():
    whole, cut = Everything("numba"), Everything("numba")
    whole.net.run(60 * ms)
    for piece in (0.5, 17, 0, 1.5, 41):
        cut.net.run(piece * ms)
    assert_same(cut.results(), whole.results())


def test_reading_between_pieces_changes_nothing(at_once):
    everything = Everything()
    for _ in range(4):
        everything.net.run(15 * ms)
        everything.results()
        repr((everything.net, everything.net.schedule, everything.cells.V, everything.feed.delay))
        assert len(everything.feed.i) == 20
    assert_same(everything.results(), at_once)


def test_writing_back_what_was_read_changes_nothing(at_once):
    everything = Everything()
    for _ in range(4):
        everything.net.run(15 * ms)
        everything.cells.set_states(everything.cells.get_states())
        everything.feed.set_states(everything.feed.get_states())
        everything.cells.V = everything.cells.V
        everything.feed.w = everything.feed.w[:]
    assert_same(everything.results(), at_once)


def test_adding_something_apart_changes_nothing(at_once):
    everything = Everything()
    everything.net.run(20 * ms)
    extra = es.NeuronGroup(3, "dx/dt = xi/ms**0.5 : 1", namespace={"ms": ms})
    everything.net.add(extra)
    everything.net.run(20 * ms)
    everything.net.remove(extra)
    everything.net.run(20 * ms)
    assert_same(everything.results(), at_once)


def test_durations_round_to_whole_steps():
    cell = es.NeuronGroup(1, "dx/dt = 1/ms : 1")
    net = network(cell, dt=0.1 * ms)
    for _ in range(10):
        net.run(0.1 * ms)
    assert plain(net.t, "ms") == pytest.approx(1, abs=1e-12)
    assert np.asarray(cell.x) == pytest.approx([1])
    net.run(0.001 * second)
    assert plain(net.t, "ms") == pytest.approx(2, abs=1e-12)


# time steps of objects ----------------------------------------


def test_a_multiple_of_the_step():
    fast = es.NeuronGroup(1, "dx/dt = 1/ms : 1")
    slow = es.NeuronGroup(1, "dx/dt = 1/ms : 1\nn : 1", dt=2.5 * ms)
    slow.run_regularly("n += 1")
    M, N, R = es.StateMonitor(fast, "x"), es.StateMonitor(slow, "x"), es.StateMonitor(slow, "x", dt=2.5 * ms)
    network(fast, slow, M, N, R, dt=0.5 * ms).run(7.5 * ms)
    np.testing.assert_allclose(M.x[0], np.arange(15) / 2)
    np.testing.assert_allclose(N.x[0], np.repeat([0, 2.5, 5], 5) + np.repeat([2.5], 15) * (np.arange(15) % 5 != 0))
    np.testing.assert_allclose(R.x[0], [0, 2.5, 5])
    assert np.asarray(slow.n).tolist() == [3]
    assert plain(slow.dt, "ms") == pytest.approx(2.5)


def test_steps_with_a_common_grid():
    # 0.2 and 0.3 ms act on a grid of 0.1 ms, at their own multiples
    made = {dt: es.NeuronGroup(1, "n : 1\nlast : ms\ndx/dt = 1/ms : 1", dt=dt * ms) for dt in (0.2, 0.3, 0.5)}
    for cell in made.values():
        cell.run_regularly("n += 1; last = t")
    net = network(*made.values(), dt=0.2 * ms)
    for piece in (0.1, 0.6, 2.3):
        net.run(piece * ms)
    assert plain(net.t, "ms") == pytest.approx(3.0)
    for dt, cell in made.items():
        count = round(3.0 / dt)
        assert np.asarray(cell.n).tolist() == [count]
        assert plain(cell.last, "ms") == pytest.approx([(count - 1) * dt])
        assert np.asarray(cell.x) == pytest.approx([3.0])


def test_refractoriness_and_delays_count_in_the_steps_of_their_objects():
    cell = es.NeuronGroup(1, "x : 1", threshold="x > 0", refractory=2 * ms, dt=0.5 * ms)
    cell.x = 1
    post = es.NeuronGroup(1, "y : 1", dt=0.25 * ms)
    S = es.Synapses(cell, post, on_pre="y += 1", delay=1 * ms)
    S.connect()
    spikes, trace = es.SpikeMonitor(cell), es.StateMonitor(post, "y")
    network(cell, post, S, spikes, trace, dt=0.25 * ms).run(5 * ms)
    assert plain(spikes.t, "ms").tolist() == [0, 2, 4]
    changes = np.flatnonzero(np.diff(trace.y[0])) * 0.25
    assert changes.tolist() == [1, 3]


def test_operations_with_steps_of_their_own():
    cell = es.NeuronGroup(1, "n : 1\nm : 1")
    cell.run_regularly("n += 1", dt=0.3 * ms)
    cell.run_regularly("m += 1", dt=0.5 * ms)
    network(cell, dt=0.1 * ms).run(3 * ms)
    assert np.asarray(cell.n).tolist() == [10]
    assert np.asarray(cell.m).tolist() == [6]


@pytest.mark.parametrize("dt", [0 * ms, -1 * ms, 5, 3 * mV, "1*ms"])
def test_steps_that_cannot_be(dt):
    with pytest.raises(es.EqsimError) as raised:
        network(es.NeuronGroup(1, "x : 1", dt=dt, name="exc")).run(1 * ms)
    assert "dt" in str(raised.value) or "time step" in str(raised.value)


# stopping ----------------------------------------


def test_stop_from_another_thread_and_going_on():
    def build():
        cell = es.NeuronGroup(3, "dx/dt = -x/ms + 0.1*xi/ms**0.5 : 1", method="euler", seed=3)
        M = es.StateMonitor(cell, "x", dt=100 * ms)
        return network(cell, M, target="numba", dt=0.1 * ms), M

    net, M = build()
    net.run(1 * ms)
    worker = threading.Timer(0.5, net.stop)
    worker.start()
    begin = time.perf_counter()
    net.run(10_000 * second)
    assert time.perf_counter() - begin < 10
    worker.join()
    reached = float(plain(net.t, "ms"))
    assert 1 < reached < 1e7
    assert len(M.t) == -(-round(reached * 10) // 1000)
    net.run(250 * ms)
    assert plain(net.t, "ms") == pytest.approx(reached + 250)
    other, N = build()
    other.run((reached + 250) * ms)
    np.testing.assert_array_equal(M.x, N.x)
    np.testing.assert_array_equal(M.t_, N.t_)


def test_a_run_in_a_thread(at_once):
    everything, errors = Everything(), []

    def run():
        try:
            everything.net.run(60 * ms)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert errors == []
    assert_same(everything.results(), at_once)


def test_networks_in_threads_do_not_meet(at_once):
    every = [Everything() for _ in range(3)]
    threads = [threading.Thread(target=one.net.run, args=(60 * ms,)) for one in every]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in every:
        assert_same(one.results(), at_once)


def test_sources_that_do_not_end():
    gen = source(*[(k, 0) for k in range(0, 20, 3)])
    M = es.SpikeMonitor(gen)
    net = network(gen, M)
    for _ in range(20):
        net.run(1 * ms)
    assert steps(M.t) == list(range(0, 20, 3))
