"""Refractoriness in all its forms, and what it holds: step tables counted by hand.

A neuron's V rises by 1 from 0 in each step of 1 ms; a spike is emitted when V exceeds 4.5, so in step 4 for the first
time. With r refractory steps after a spike in step s, V moves again in step s + r (s + 1 for r = 0), and the next
spike comes in step s + r + 4.
"""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV, second
from tests.network.plain import network, plain, source, spikes_of, steps

RAMP = "dV/dt = 1*mV/ms : mV (unless refractory)\ndu/dt = 1*mV/ms : mV"
FIRE = {"threshold": "V > 4.5*mV", "reset": "V = 0*mV"}


def spike_steps(duration=30, model=RAMP, n=1, values=None, dt=1 * ms, **options):
    group = es.NeuronGroup(n, model, **{**FIRE, **options})
    for name, value in (values or {}).items():
        setattr(group, name, value)
    monitor = es.SpikeMonitor(group)
    network(group, monitor, dt=dt).run(duration * ms)
    trains = monitor.spike_trains()
    return [steps(trains[k], float(plain(dt, "ms"))) for k in range(n)]


@pytest.mark.parametrize(
    ("refractory", "expected"),
    [
        (None, [4, 9, 14, 19, 24, 29]),
        (0 * ms, [4, 9, 14, 19, 24, 29]),
        (1 * ms, [4, 9, 14, 19, 24, 29]),  # one step later it counts as one step
        (2 * ms, [4, 10, 16, 22, 28]),
        (5 * ms, [4, 13, 22]),
        (5.4 * ms, [4, 13, 22]),  # whole steps
        (0.005 * second, [4, 13, 22]),
        ("5*ms", [4, 13, 22]),
        ("ref", [4, 13, 22]),
        ("2*ref - 5*ms", [4, 13, 22]),
        (100 * ms, [4]),
    ],
)
def test_times(refractory, expected):
    ref = 5 * ms
    group = es.NeuronGroup(1, RAMP, **FIRE, refractory=refractory, namespace={"ref": ref})
    monitor = es.SpikeMonitor(group)
    network(group, monitor).run(30 * ms)
    assert steps(monitor.t) == expected


def test_times_count_whole_steps_of_any_size():
    # 0.1 ms: V exceeds 4.5 in step 45 (46 updates); 2.3 ms are 23 steps though 2.3/0.1 is a little less
    found = spike_steps(duration=15, refractory=2.3 * ms, dt=0.1 * ms)[0]
    assert np.diff(found).tolist() == [23 + 45] * (len(found) - 1)
    assert len(found) > 1


def test_an_expression_for_each_neuron():
    found = spike_steps(n=3, refractory="2*ms + i*ms")
    assert found == [[4, 10, 16, 22, 28], [4, 11, 18, 25], [4, 12, 20, 28]]


def test_a_parameter():
    model = RAMP + "\nref : ms"
    assert spike_steps(n=2, model=model, values={"ref": [3, 5] * ms}, refractory="ref") == [
        [4, 11, 18, 25],
        [4, 13, 22],
    ]


def test_a_shared_parameter_and_a_default():
    assert spike_steps(model=RAMP + "\nref = 5*ms : ms (parameter, shared)", refractory="ref") == [[4, 13, 22]]


def test_a_parameter_in_another_unit():
    assert spike_steps(model=RAMP + "\nref : second", values={"ref": 5 * ms}, refractory="ref") == [[4, 13, 22]]


def test_it_is_evaluated_at_the_spike():
    # 2 steps after the first spike, 4 after the second, 6 after the third: the reset comes after the threshold
    found = spike_steps(
        40, RAMP + "\nref : ms", values={"ref": 2 * ms}, reset="V = 0*mV; ref += 2*ms", refractory="ref"
    )
    assert found == [[4, 10, 18, 28]]


def test_it_is_not_evaluated_later():
    group = es.NeuronGroup(1, RAMP + "\nref : ms", **FIRE, refractory="ref")
    group.ref = 5 * ms
    monitor = es.SpikeMonitor(group)
    net = network(group, monitor)
    net.run(6 * ms)
    group.ref = 1 * ms  # the neuron has been refractory since step 4
    net.run(24 * ms)
    assert steps(monitor.t) == [4, 13, 18, 23, 28]


def test_a_threshold_that_holds_on():
    group = es.NeuronGroup(1, "x : 1", threshold="x > 1", refractory=3 * ms)
    group.x = 2
    monitor = es.SpikeMonitor(group)
    network(group, monitor).run(10 * ms)
    assert steps(monitor.t) == [0, 3, 6, 9]


def test_a_condition():
    values = es.TimedArray([0, 3, 3, 0, 3, 0, 0, 3, 3, 3], dt=1 * ms)
    group = es.NeuronGroup(1, "x = values(t) : 1", threshold="x > 2", refractory="x > 2")
    monitor = es.SpikeMonitor(group)
    network(group, monitor).run(10 * ms)
    assert steps(monitor.t) == [1, 4, 7]


def test_a_condition_that_differs_from_the_threshold():
    # refractory until the values have come down to 1
    values = es.TimedArray([0, 3, 2, 3, 1, 3, 2, 2, 0, 3], dt=1 * ms)
    group = es.NeuronGroup(1, "x = values(t) : 1", threshold="x > 2.5", refractory="x > 1.5")
    monitor = es.SpikeMonitor(group)
    network(group, monitor).run(10 * ms)
    assert steps(monitor.t) == [1, 3 + 2, 9]


def test_a_condition_of_a_variable_that_is_held():
    # v is at 10 after its reset and comes down by 1 a step whether refractory or not; V starts again below 7.5
    model = "dV/dt = 1*mV/ms : mV (unless refractory)\ndv/dt = -1/ms : 1"
    group = es.NeuronGroup(1, model, threshold="V > 4.5*mV", reset="V = 0*mV; v = 10", refractory="v > 7.5")
    traces = es.StateMonitor(group, ["V", "v"])
    network(group, traces).run(12 * ms)
    np.testing.assert_array_equal(traces.v_[0], [0, -1, -2, -3, -4, 10, 9, 8, 7, 6, 5, 4])
    # the spike is in step 4; the condition holds at the beginning of steps 5 to 7
    np.testing.assert_array_equal(traces.V_[0], [0, 1, 2, 3, 4, 0, 0, 0, 0, 1, 2, 3])


def test_refractoriness_without_reset_and_without_held_variables():
    assert spike_steps(10, "dV/dt = 1*mV/ms : mV", reset=None, refractory=2 * ms) == [[4, 6, 8]]


@pytest.mark.parametrize("refractory", [5 * mV, 5, "5*mV", "5", "tau*mV", "V"])
def test_it_is_a_time_or_a_condition(refractory):
    tau = 3 * ms
    with pytest.raises(es.EqsimError, match="refractor"):
        es.NeuronGroup(1, RAMP, **FIRE, refractory=refractory)


def test_a_time_is_one():
    with pytest.raises(es.EqsimError, match="refractor"):
        es.NeuronGroup(2, RAMP, **FIRE, refractory=np.array([1, 2]) * ms)


def test_refractoriness_needs_a_threshold():
    with pytest.raises(es.EqsimError, match="refractor"):
        es.NeuronGroup(1, RAMP, refractory=2 * ms)
    with pytest.raises(es.EqsimError):
        es.NeuronGroup(1, "V : mV", reset="V = 0*mV")


# what is held ----------------------------------------


def test_the_derivative_is_zero():
    group = es.NeuronGroup(1, RAMP, **FIRE, refractory=3 * ms)
    traces = es.StateMonitor(group, ["V", "u"])
    network(group, traces).run(12 * ms)
    np.testing.assert_array_equal(traces.V_[0], [0, 1, 2, 3, 4, 0, 0, 0, 1, 2, 3, 4])
    np.testing.assert_array_equal(traces.u_[0], np.arange(12))


@pytest.mark.parametrize("method", ["exact", "exponential_euler", "euler", "rk2", "rk4", "heun"])
def test_every_scheme_holds(method):
    model = "dV/dt = (10*mV - V)/(5*ms) : mV (unless refractory)\ndw/dt = (V - w)/(5*ms) : mV"
    group = es.NeuronGroup(1, model, threshold="V > 8*mV", reset="V = 2*mV", refractory=4 * ms, method=method)
    traces, spikes = es.StateMonitor(group, ["V", "w"]), es.SpikeMonitor(group)
    network(group, traces, spikes, dt=0.5 * ms).run(20 * ms)
    first = steps(spikes.t, 0.5)[0]
    held = traces.V_[0, first + 1 : first + 9]
    np.testing.assert_array_equal(held, np.full(8, 2.0))
    assert traces.V_[0, first + 9] > 2
    # w relaxes towards the held value, which all schemes know
    w = traces.w_[0, first + 1 : first + 9] - 2
    assert (np.diff(np.log(np.abs(w))) == pytest.approx(-0.1, rel=0.06)) or method == "exact"
    if method in {"exact", "exponential_euler"}:
        np.testing.assert_allclose(w[1:] / w[:-1], np.exp(-0.1), rtol=1e-12)


def test_synaptic_regular_and_event_statements_do_not_change_it():
    events = source(*[(k, 0) for k in range(12)])
    model = "dV/dt = 0*mV/ms : mV (unless refractory)\nu : mV\ndrive : mV"
    group = es.NeuronGroup(1, model, "u > 4.5*mV and u < 5.5*mV", "V += 1000*mV", 3 * ms, events={"each": "u > -1*mV"})
    S = es.Synapses(events, group, on_pre="V += 1*mV; u += 1*mV")
    S.connect()
    group.run_regularly("V += 10*mV; drive += 1*mV")
    group.run_on_event("each", "V += 100*mV; drive += 10*mV")
    traces = es.StateMonitor(group, ["V", "u", "drive"])
    network(events, group, S, traces).run(12 * ms)
    np.testing.assert_array_equal(traces.u_[0], np.arange(12))
    # u is 5 from the synapses slot of step 4 on; the neuron spikes in step 5, and is refractory in steps 6 and 7
    V = np.zeros(12)
    value = 0
    for step in range(12):
        V[step] = value + 10 * (step not in {6, 7})  # the monitor is after the regular operation
        held = step in {5, 6, 7}
        value += 10 * (step not in {6, 7}) + (not held) * 1 + 1000 * (step == 5) + (not held) * 100
    np.testing.assert_array_equal(traces.V_[0], V)
    np.testing.assert_array_equal(traces.drive_[0], 11 * np.arange(12) + 1)


def test_a_synaptic_assignment_is_held_too():
    events = source(*[(k, 0) for k in range(9)])
    group = es.NeuronGroup(1, RAMP, **FIRE, refractory=3 * ms)
    S = es.Synapses(events, group, on_pre="V = 2*mV; u_post = 7*mV")
    S.connect()
    group.V = 4 * mV
    traces = es.StateMonitor(group, ["V", "u"])
    network(events, group, S, traces).run(9 * ms)
    # step 0: V reaches 5, a spike: the assignment in the same step finds it refractory, the reset brings it to 0
    np.testing.assert_array_equal(traces.V_[0], [4, 0, 0, 0, 2, 2, 2, 2, 2])
    np.testing.assert_array_equal(traces.u_[0], [0, 7, 7, 7, 7, 7, 7, 7, 7])


def test_the_reset_and_the_user_change_it():
    group = es.NeuronGroup(1, RAMP, threshold="V > 4.5*mV", reset="V = -3*mV", refractory=10 * ms)
    net = network(group)
    net.run(7 * ms)
    assert group.V_[0] == -3
    group.V = 9 * mV
    group.V[0] += 1 * mV
    net.run(3 * ms)
    assert group.V_[0] == 10  # still refractory, and as the user left it
    net.run(5 * ms)
    assert group.V_[0] == -3  # free in step 14, above the threshold


def test_pre_synaptic_variables_are_held_too():
    group = es.NeuronGroup(2, RAMP, threshold="V > 4.5*mV", reset="V = 0*mV", refractory=3 * ms)
    group.V = [4, 0] * mV
    S = es.Synapses(group, group, on_pre="V_pre += 50*mV; u_pre += 50*mV")
    S.connect(i=0, j=1)
    network(group, S).run(2 * ms)
    np.testing.assert_array_equal(group.V_, [0, 2])
    np.testing.assert_array_equal(group.u_, [52, 2])


# what users see ----------------------------------------


def test_lastspike_and_not_refractory():
    group = es.NeuronGroup(2, RAMP, **FIRE, refractory=3 * ms)
    assert plain(group.lastspike, "second").tolist() == pytest.approx([-1e4, -1e4])
    assert np.asarray(group.not_refractory).tolist() == [True, True]
    net = network(group)
    group.V = [0, -1] * mV
    assert plain(group.lastspike, "second").tolist() == pytest.approx([-1e4, -1e4])
    net.run(4 * ms)
    assert plain(group.lastspike, "second").tolist() == pytest.approx([-1e4, -1e4])
    net.run(1 * ms)
    assert plain(group.lastspike, "ms").tolist() == pytest.approx([4, -1e7])
    seen = []
    for _ in range(5):
        seen.append(np.asarray(group.not_refractory).tolist())
        net.run(1 * ms)
    # at t = 5, 6, … 9 ms; spikes at 4 and 5 ms
    assert seen == [[False, True], [False, False], [True, False], [True, True], [True, True]]
    assert plain(group.lastspike, "ms").tolist() == pytest.approx([4, 5])


def test_equations_and_statements_may_ask():
    text = (
        "dV/dt = 1*mV/ms : mV (unless refractory)\nfree = int(not_refractory) : 1\nage = (t - lastspike)/ms : 1\nn : 1"
    )
    group = es.NeuronGroup(1, text, **FIRE, refractory=3 * ms)
    group.run_regularly("n += int(not not_refractory)")
    traces = es.StateMonitor(group, ["free", "age"], order=1)
    network(group, traces).run(12 * ms)
    np.testing.assert_array_equal(traces.free[0], [1] * 5 + [0, 0] + [1] * 5)
    np.testing.assert_allclose(traces.age[0, 5:], [1, 2, 3, 4, 5, 6, 7])
    np.testing.assert_allclose(traces.age[0, :5], 1e7 + np.arange(5))
    assert np.asarray(group.n).tolist() == [2]


def test_spikes_found_in_the_same_step_come_in_order_of_index():
    group = es.NeuronGroup(20, "x : 1", threshold="x > 1", refractory="i*ms + 1*ms")
    group.x = 2
    monitor = es.SpikeMonitor(group)
    network(group, monitor).run(40 * ms)
    expected = [(k, i) for k in range(40) for i in range(20) if k % (i + 1) == 0]
    assert spikes_of(monitor) == expected
