"""What a group of neurons does besides its values: thresholds, operations, events, schemes, inputs over time."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV, pA
from tests.network.plain import network, plain, source, spikes_of, steps


def record(group, *variables, duration, dt=1 * ms, **more):
    """Return the plain records of variables, shape (neurons, steps), one array for each variable."""
    monitor = es.StateMonitor(group, list(variables), **more)
    network(group, monitor, dt=dt).run(duration)
    found = [getattr(monitor, f"{name}_") for name in variables]
    return found[0] if len(found) == 1 else found


# thresholds ----------------------------------------


def test_a_threshold_without_reset_warns_and_fires_in_every_step():
    with pytest.warns(es.EqsimWarning, match="neither reset nor refractoriness") as raised:
        group = es.NeuronGroup(2, "dx/dt = 1/ms : 1", threshold="x > 2.5", name="exc")
    assert "'exc'" in str(raised[0].message)
    assert raised[0].filename == __file__
    monitor = es.SpikeMonitor(group)
    group.x = [0, -2]
    network(group, monitor).run(6 * ms)
    assert spikes_of(monitor) == [(2, 0), (3, 0), (4, 0), (4, 1), (5, 0), (5, 1)]


@pytest.mark.parametrize(
    "more", [{"reset": ""}, {"refractory": 1 * ms}, {"reset": "x = 0"}, {"refractory": False, "reset": ""}]
)
def test_a_reset_however_empty_is_meant(more):
    es.NeuronGroup(2, "dx/dt = 1/ms : 1", threshold="x > 2.5", **more)


def test_spikes_see_the_value_after_the_update_and_resets_come_after():
    group = es.NeuronGroup(1, "dx/dt = 1/ms : 1\nn : 1", threshold="x > 2.5", reset="x = -1; n += 10; x += n")
    # x: 0 1 2 | 3 spike, -1 + 10 = 9 | 10 spike, -1 + 20 = 19 | …
    np.testing.assert_array_equal(record(group, "x", duration=6 * ms)[0], [0, 1, 2, 9, 19, 29])


@pytest.mark.parametrize("threshold", ["x", "x + 1", "x > 1*mV", "x >", "unknown > 1", "x = 1", ""])
def test_thresholds_are_conditions(threshold):
    with pytest.raises(es.EqsimError):
        es.NeuronGroup(1, "x : 1", threshold=threshold, reset="x = 0")


# schemes ----------------------------------------


def test_a_group_says_why_its_scheme_was_chosen():
    linear = es.NeuronGroup(1, "dx/dt = -x/(10*ms) : 1")
    assert linear.method == "exact"
    assert "linear" in linear.method_reason
    asked = es.NeuronGroup(1, "dx/dt = -x/(10*ms) : 1", method="rk4")
    assert asked.method == "rk4"
    assert "rk4" in asked.method_reason
    own = es.NeuronGroup(1, "dx/dt = (1 - x*y)/(10*ms) : 1\ndy/dt = -x*y/(10*ms) : 1")
    assert own.method == "exponential_euler"
    other = es.NeuronGroup(1, "dx/dt = -x**2/(10*ms) : 1")
    assert other.method == "rk4"
    assert "x" in other.method_reason
    assert es.NeuronGroup(1, "x : 1").method is None
    for group in (linear, asked, own, other, es.NeuronGroup(1, "x : 1")):
        assert "\n" not in group.method_reason


@pytest.mark.parametrize(("method", "told"), [("exact", "exact"), ("exponential_euler", "rosenbrock"), ("rk5", "rk4")])
def test_a_scheme_that_does_not_fit_says_why(method, told):
    with pytest.raises(es.EqsimError) as raised:
        es.NeuronGroup(1, "dx/dt = -x**2/(10*ms) : 1", method=method)
    assert told in str(raised.value)
    assert raised.value.hint


def test_second_order_equations():
    group = es.NeuronGroup(2, "d2x/dt2 = -x/(10*ms)**2 : 1")
    group.x = [1, 0]
    group.dx_dt = [0, 1 / 10] / ms
    x, v = record(group, "x", "dx_dt", duration=50 * ms)
    t = np.arange(50) / 10
    np.testing.assert_allclose(x, [np.cos(t), np.sin(t)], atol=1e-12)
    np.testing.assert_allclose(plain(group.dx_dt, "1/ms"), [-np.sin(5) / 10, np.cos(5) / 10], atol=1e-13)
    np.testing.assert_allclose(np.abs(v).max(axis=1) / np.abs(v[1, 0]), [1, 1], rtol=0.01)


def test_primes():
    group = es.NeuronGroup(1, "x' = -x/(10*ms) : 1")
    group.x = 1
    np.testing.assert_allclose(record(group, "x", duration=5 * ms)[0], np.exp(-np.arange(5) / 10), rtol=1e-13)


def test_models_without_units():
    group = es.NeuronGroup(2, "x' = -x/tau + I\nI\ntau = 10", threshold="x > 5", reset="x = 0", refractory=2)
    del group
    group = es.NeuronGroup(
        2, "x' = -x/tau\nI\ntau (constant)\nx(0) = 3 + i", threshold="x > 50", reset="x = 0", refractory=2
    )
    group.tau, group.I = 10, 2.5
    assert group.x[:].tolist() == [3, 4]
    monitor = es.StateMonitor(group, "x")
    net = network(group, monitor, dt=0.5)
    net.run(5)
    np.testing.assert_allclose(monitor.t, np.arange(10) / 2)
    np.testing.assert_allclose(monitor.x[1], 4 * np.exp(-np.arange(10) / 20), rtol=1e-13)
    assert float(net.t) == 5


def test_models_without_units_need_a_time_step():
    with pytest.raises(es.EqsimError, match="dt"):
        es.Network(es.NeuronGroup(1, "x' = -x/10"), target="numpy").run(5)
    for dt, duration in ((0.1 * ms, 5), (0.1, 5 * ms)):
        with pytest.raises(es.EqsimError, match="number"):
            network(es.NeuronGroup(1, "x' = -x/10"), dt=dt).run(duration)


def test_models_with_and_without_units_do_not_meet():
    first, second = es.NeuronGroup(1, "x' = -x/10", name="bare"), es.NeuronGroup(1, "dx/dt = -x/(10*ms) : 1")
    with pytest.raises(es.EqsimError, match="bare"):
        network(first, second, dt=1).run(5)


@pytest.mark.parametrize("duration", [5, "5*ms", None, [1, 2] * ms, -1 * ms, 5 * mV, np.inf * ms, np.nan * ms])
def test_durations_are_times(duration):
    net = network(es.NeuronGroup(1, "x : 1"))
    with pytest.raises(es.EqsimError, match="duration"):
        net.run(duration)
    assert plain(net.t, "ms") == 0


# operations ----------------------------------------


def test_run_regularly():
    group = es.NeuronGroup(3, "x : 1\ny : 1\nb : 1")
    group.b = "i"
    group.run_regularly("x += b + 1")
    group.run_regularly("y = 10*y + 1", dt=3 * ms)
    x, y = record(group, "x", "y", duration=7 * ms)
    # monitors come after operations in their slot
    np.testing.assert_array_equal(x[:, 4], [5, 10, 15])
    np.testing.assert_array_equal(y[0], [1, 1, 1, 11, 11, 11, 111])


def test_run_regularly_where_and_in_which_order():
    group = es.NeuronGroup(1, "x : 1")
    group.run_regularly("x = 10*x + 3", when="end")
    group.run_regularly("x = 10*x + 2", order=1)
    group.run_regularly("x = 10*x + 1")
    network(group).run(2 * ms)
    assert np.asarray(group.x).tolist() == [123123]


def test_statements():
    text = """
    u = x + 1           # a name of its own
    x = u*2; y -= u
    y *= 2; z /= 4
    n **= 2; m //= 2; k %= 5
    """
    group = es.NeuronGroup(1, "x : 1\ny : 1\nz : 1\nn : 1\nm : 1\nk : 1")
    group.x, group.y, group.z, group.n, group.m, group.k = 1, 5, 2, 3, 7, 13
    group.run_regularly(text)
    network(group).run(1 * ms)
    assert [float(np.asarray(getattr(group, name))[0]) for name in "xyznmk"] == [4, 6, 0.5, 9, 3, 3]


@pytest.mark.parametrize(
    "code",
    [
        "i = 3",
        "N = 3",
        "t = 3*ms",
        "dt = 1*ms",
        "s = 3",
        "lastspike = 3*ms",
        "x = 3*mV",
        "x += unknown",
        "x =",
        "pi = 3",
    ],
)
def test_statements_that_cannot_be(code):
    group = es.NeuronGroup(1, "x : 1\ns = 2*x : 1", threshold="x > 3", reset="", refractory=1 * ms)
    with pytest.raises(es.EqsimError):
        group.run_regularly(code)
    with pytest.raises(es.EqsimError):
        es.NeuronGroup(1, "x : 1\ns = 2*x : 1", threshold="x > 3", reset=code, refractory=1 * ms)
    network(group).run(1 * ms)  # nothing was added
    assert "regularly" not in group._network.schedule


def test_a_reset_does_not_write_what_is_shared_or_constant():
    for flag in ("shared", "constant"):
        with pytest.raises(es.EqsimError, match="c") as raised:
            es.NeuronGroup(1, f"x : 1\nc : 1 ({flag})", threshold="x > 3", reset="x = 0; c = 3")
        assert raised.value.line == 1


def test_operations_draw_anew_in_each_step():
    group = es.NeuronGroup(100, "x : 1")
    group.run_regularly("x = rand()")
    x = record(group, "x", duration=10 * ms)
    assert len(np.unique(x)) == 1000
    assert ((x >= 0) & (x < 1)).all()


def test_operations_added_between_runs():
    group = es.NeuronGroup(1, "x : 1")
    net = network(group)
    net.run(3 * ms)
    group.run_regularly("x += 1")
    net.run(3 * ms)
    assert np.asarray(group.x).tolist() == [3]


# events ----------------------------------------


def test_events_of_ones_own():
    group = es.NeuronGroup(
        2, "dx/dt = 1/ms : 1\nn : 1\nm : 1", events={"up": "x > 2.5", "even": "int(x + 0.5) % 2 == 0"}
    )
    group.run_on_event("up", "x = 0; n += 1")
    group.run_on_event("even", "m += 1")
    up, even = es.EventMonitor(group, "up"), es.EventMonitor(group, "even")
    group.x = [0, 1]
    network(group, up, even).run(7 * ms)
    # x after the update, neuron 0: 1 2 3 1 2 3 1, neuron 1: 2 3 1 2 3 1 2
    assert spikes_of(up) == [(1, 1), (2, 0), (4, 1), (5, 0)]
    assert spikes_of(even) == [(0, 1), (1, 0), (3, 1), (4, 0), (6, 1)]
    assert np.asarray(group.n).tolist() == [2, 2]
    assert np.asarray(group.m).tolist() == [2, 3]


def test_spikes_are_events_too():
    group = es.NeuronGroup(1, "dx/dt = 1/ms : 1\nn : 1", threshold="x > 1.5", reset="x = 0; n *= 2")
    group.run_on_event("spike", "n += 1 + x")  # after the reset
    network(group).run(6 * ms)
    assert np.asarray(group.n).tolist() == [7]


def test_operations_on_unknown_events_name_the_known():
    group = es.NeuronGroup(1, "x : 1", events={"up": "x > 2.5"})
    with pytest.raises(es.EqsimError, match="'upp'") as raised:
        group.run_on_event("upp", "x = 0")
    assert "up" in raised.value.hint
    with pytest.raises(es.EqsimError, match="spike"):
        group.run_on_event("spike", "x = 0")
    with pytest.raises(es.EqsimError, match="'upp'"):
        es.EventMonitor(group, "upp")


@pytest.mark.parametrize("events", [{"spike": "x > 1"}, {"up": "x"}, {"2up": "x > 1"}, {"up": "y > 1"}])
def test_events_that_cannot_be(events):
    with pytest.raises(es.EqsimError):
        es.NeuronGroup(1, "x : 1", events=events, threshold="x > 3", reset="x = 0")


def test_synapses_may_hang_on_events():
    group = es.NeuronGroup(2, "dx/dt = 1/ms : 1\nn : 1", events={"up": "x > 2.5"})
    group.run_on_event("up", "x = 0")
    monitor = es.EventMonitor(group, "up", variables="x")
    network(group, monitor).run(4 * ms)
    assert np.asarray(monitor.x).tolist() == [3, 3]


# inputs over time ----------------------------------------


def test_timed_arrays_are_held():
    J = es.TimedArray([1, 5, 2] * mV, dt=2 * ms)
    group = es.NeuronGroup(2, "V = J(t) + i*mV : mV\nW = J(t - 3*ms) : mV")
    V, W = record(group, "V", "W", duration=8 * ms)
    np.testing.assert_array_equal(V[0], [1, 1, 5, 5, 2, 2, 2, 2])  # the last value holds on
    np.testing.assert_array_equal(V[1], V[0] + 1)
    np.testing.assert_array_equal(W[0], [1, 1, 1, 1, 1, 5, 5, 2])  # so does the first
    assert plain(J(3 * ms), "mV") == 5
    assert plain(J.duration, "ms") == 6


def test_timed_arrays_with_a_column_for_each_neuron():
    values = np.arange(6).reshape(3, 2)
    J = es.TimedArray(values * pA, dt=1 * ms)
    group = es.NeuronGroup(2, "own = J(t, i) : pA\nother = J(t, 1 - i) : pA")
    own, other = record(group, "own", "other", duration=4 * ms)
    np.testing.assert_array_equal(own, [[0, 2, 4, 4], [1, 3, 5, 5]])
    np.testing.assert_array_equal(other, own[::-1])


def test_timed_arrays_change_on_the_grid_of_steps():
    # k*0.1/0.1 is sometimes a little less than k: the value of step k holds in step k all the same
    J = es.TimedArray(np.arange(1000.0), dt=0.1 * ms)
    group = es.NeuronGroup(1, "x = J(t) : 1")
    x = record(group, "x", duration=100 * ms, dt=0.1 * ms)
    np.testing.assert_array_equal(x[0], np.arange(1000))


def test_timed_arrays_drive_equations_exactly():
    J = es.TimedArray([1, 3, 0], dt=2 * ms)
    group = es.NeuronGroup(1, "dx/dt = (J(t) - x)/(4*ms) : 1", method="exact")
    expected, value = [], 0.0
    for step in range(8):
        expected.append(value)
        target = [1, 1, 3, 3, 0, 0, 0, 0][step]
        value = target + (value - target) * np.exp(-0.25)
    np.testing.assert_allclose(record(group, "x", duration=8 * ms)[0], expected, rtol=1e-13)


def test_timed_arrays_without_units():
    J = es.TimedArray([1, 5, 2], dt=2)
    group = es.NeuronGroup(1, "x = J(t)\ny' = J(t)")
    monitor = es.StateMonitor(group, ["x", "y"])
    network(group, monitor, dt=1).run(6)
    np.testing.assert_array_equal(monitor.x[0], [1, 1, 5, 5, 2, 2])
    np.testing.assert_allclose(monitor.y[0], [0, 1, 2, 7, 12, 14])


@pytest.mark.parametrize(
    ("values", "dt"), [([], 1 * ms), (5, 1 * ms), ([1, 2], 0 * ms), ([1, 2], -1 * ms), ([1, 2], 3 * mV)]
)
def test_timed_arrays_that_cannot_be(values, dt):
    with pytest.raises(es.EqsimError):
        es.TimedArray(values, dt)
        es.NeuronGroup(1, "x = J(t) : 1", namespace={"J": es.TimedArray(values, dt)})


def test_the_time_and_its_step():
    group = es.NeuronGroup(2, "x = t/ms : 1\ny = t_in_timesteps : 1\nz = dt/ms : 1\nw = t/second*Hz/Hz : 1")
    x, y, z, w = record(group, "x", "y", "z", "w", duration=3 * ms, dt=0.5 * ms)
    np.testing.assert_allclose(x[0], np.arange(6) / 2)
    np.testing.assert_array_equal(y[1], np.arange(6))
    np.testing.assert_array_equal(z[1], np.full(6, 0.5))
    np.testing.assert_allclose(w[1], np.arange(6) / 2000)


# constant over dt ----------------------------------------


def test_values_held_over_a_step():
    text = "dx/dt = r/ms : 1\nr = x + 1 : 1 (constant over dt)\ny = r : 1"
    group = es.NeuronGroup(1, text, method="rk4")  # dx/dt = x + 1 would give powers of e
    x, y = record(group, "x", "y", duration=5 * ms)
    np.testing.assert_array_equal(x[0], [0, 1, 3, 7, 15])
    np.testing.assert_array_equal(y[0], [1, 2, 4, 8, 16])


def test_a_draw_held_over_a_step_is_the_same_wherever_it_stands():
    group = es.NeuronGroup(50, "r = rand() : 1 (constant over dt)\nx = r : 1\ny = r + 1 : 1\ndz/dt = r/ms : 1")
    r, x, y, z = record(group, "r", "x", "y", "z", duration=6 * ms)
    np.testing.assert_array_equal(r, x)
    np.testing.assert_allclose(y, x + 1, rtol=1e-15)
    np.testing.assert_allclose(np.diff(z, axis=1), r[:, :-1], rtol=1e-9)
    assert len(np.unique(r)) == 300


# sources ----------------------------------------


def test_spikes_at_given_times():
    gen = es.SpikeGeneratorGroup(3, [0, 2, 1, 2], [1, 3, 3, 0.5] * ms)
    monitor = es.SpikeMonitor(gen)
    network(gen, monitor, dt=0.5 * ms).run(5 * ms)
    assert spikes_of(monitor, 0.5) == [(1, 2), (2, 0), (6, 1), (6, 2)]


def test_spikes_again_and_again():
    gen = es.SpikeGeneratorGroup(2, [0, 1], [0, 2] * ms, period=3 * ms)
    monitor = es.SpikeMonitor(gen)
    network(gen, monitor).run(8 * ms)
    assert spikes_of(monitor) == [(0, 0), (2, 1), (3, 0), (5, 1), (6, 0)]


def test_spikes_replaced_between_runs():
    gen = source((0, 0), (3, 0), (5, 0))
    monitor = es.SpikeMonitor(gen)
    net = network(gen, monitor)
    net.run(4 * ms)
    gen.set_spikes([0, 0, 0], [2, 4, 6] * ms)  # the first is over
    net.run(4 * ms)
    assert steps(monitor.t) == [0, 3, 4, 6]


@pytest.mark.parametrize(
    ("indices", "times"),
    [
        ([3], [1]),
        ([-1], [1]),
        ([0, 1], [1]),
        ([0], [-1]),
        ([0.5], [1]),
        ([0, 0], [1, 1.2]),
        ([0], [np.nan]),
        ([True], [1]),
    ],
)
def test_spikes_that_cannot_be(indices, times):
    with pytest.raises(es.EqsimError):
        network(es.SpikeGeneratorGroup(3, indices, np.array(times) * ms)).run(3 * ms)
