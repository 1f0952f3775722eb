"""Equations of synapses that run with the clock, sums onto their ends, and shared variables."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, pA
from tests.network.plain import network, plain, source


def pairs(S):
    return list(zip(np.asarray(S.i).tolist(), np.asarray(S.j).tolist(), strict=True))


def test_equations_with_the_clock():
    gen, post = source((1, 0), (3, 0)), es.NeuronGroup(2, "x : 1")
    S = es.Synapses(gen, post, "dg/dt = -g/tau : nS (clock-driven)\ntau : ms", on_pre="g += 1*nS")
    S.connect()
    S.tau = [2, 5] * ms
    monitor = es.StateMonitor(S, "g")
    network(gen, post, S, monitor).run(6 * ms)
    for row, tau in enumerate((2, 5)):
        expected = [sum(np.exp(-(k - 1 - a) / tau) for a in (1, 3) if a < k) for k in range(6)]
        np.testing.assert_allclose(monitor.g_[row], expected, rtol=1e-12)


def test_neither_flag_means_the_clock():
    pre, post = es.NeuronGroup(1, "x : 1"), es.NeuronGroup(1, "x : 1")
    S = es.Synapses(pre, post, "dg/dt = (1 - g)/(5*ms) : 1")
    S.connect()
    network(pre, post, S).run(5 * ms)
    np.testing.assert_allclose(np.asarray(S.g), [1 - np.exp(-1)], rtol=1e-12)
    assert "exact" in S.method_reason


def test_equations_that_see_both_ends():
    pre = es.NeuronGroup(2, "dx/dt = 1/ms : 1")
    post = es.NeuronGroup(2, "y : 1")
    post.y = [10, 100]
    S = es.Synapses(pre, post, "dg/dt = (x_pre + y_post)/ms : 1", method="euler")
    S.connect(i=[1, 0, 1], j=[0, 1, 1])
    pre.x = [0, 5]
    network(pre, post, S).run(3 * ms)
    # synapses come after groups in their slot by position: they see x after its update
    first, second_one = 1 + 2 + 3, 6 + 7 + 8
    assert np.asarray(S.g).tolist() == [second_one + 30, first + 300, second_one + 300]


@pytest.mark.parametrize("method", ["exact", "euler", "rk4", "exponential_euler", "heun", None])
def test_schemes_of_synapses(method):
    pre, post = es.NeuronGroup(1, "x : 1"), es.NeuronGroup(3, "x : 1")
    S = es.Synapses(pre, post, "dg/dt = -g/(10*ms) : 1", method=method)
    S.connect()
    S.g = [1, 2, 3]
    network(pre, post, S, dt=0.1 * ms).run(10 * ms)
    tolerance = {"euler": 6e-3, "heun": 1e-4, "rk4": 1e-9}.get(method, 1e-13)
    np.testing.assert_allclose(np.asarray(S.g), np.array([1, 2, 3]) / np.e, rtol=tolerance)


def test_equations_with_shared_parameters():
    pre, post = es.NeuronGroup(1, "x : 1"), es.NeuronGroup(3, "x : 1")
    S = es.Synapses(pre, post, "dg/dt = (goal - g)/(10*ms) : 1\ngoal : 1 (shared)\noff : 1")
    S.connect()
    S.goal, S.off = 5, [1, 2, 3]
    network(pre, post, S).run(10 * ms)
    np.testing.assert_allclose(np.asarray(S.g), [5 * (1 - np.exp(-1))] * 3, rtol=1e-12)
    assert np.asarray(S.off).tolist() == [1, 2, 3]


# sums ----------------------------------------


def test_summed_variables():
    group = es.NeuronGroup(5, "x : 1\nI : pA")
    group.x = "i + 1"
    S = es.Synapses(group, model="w : 1\nI_post = w*(x_pre - x_post)*pA : pA (summed)")
    S.connect(i=[4, 0, 1, 3, 4], j=[0, 1, 1, 3, 1])
    S.w = [1, 10, 100, 1000, 10000]
    group.I = 77 * pA  # what stood there before does not count
    monitor = es.StateMonitor(group, "I", when="after_groups")
    network(group, S, monitor).run(2 * ms)
    x = np.arange(1, 6)
    expected = np.zeros(5)
    np.add.at(expected, np.asarray(S.j), np.asarray(S.w) * (x[np.asarray(S.i)] - x[np.asarray(S.j)]))
    assert expected.tolist() == [4, -10 + 30000, 0, 0, 0]
    np.testing.assert_array_equal(monitor.I_[:, 0], expected)
    np.testing.assert_array_equal(group.I_, expected)


def test_several_synapses_add_up_in_one_variable():
    group = es.NeuronGroup(4, "x : 1\ntotal : 1")
    group.x = [1, 10, 100, 1000]
    made = [es.Synapses(group, model=f"total_post = {factor}*x_pre : 1 (summed)") for factor in (1, 2, 3)]
    made[0].connect(i=[0, 1], j=[0, 0])
    made[1].connect(i=[2, 2], j=[0, 1])
    made[2].connect(i=[3], j=[2])
    network(group, *made).run(2 * ms)
    assert np.asarray(group.total).tolist() == [11 + 200, 200, 3000, 0]


def test_summed_onto_the_source():
    pre, post = es.NeuronGroup(3, "x : 1\nI : 1"), es.NeuronGroup(2, "y : 1")
    post.y = [1, 10]
    S = es.Synapses(pre, post, "I_pre = y_post : 1 (summed)")
    S.connect(i=[0, 0, 2], j=[0, 1, 1])
    network(pre, post, S).run(1 * ms)
    assert np.asarray(pre.I).tolist() == [11, 0, 10]


def test_summed_onto_a_part_leaves_the_rest_at_zero_or_alone():
    group = es.NeuronGroup(4, "x : 1\nI : 1")
    group.x, group.I = 1, 7
    S = es.Synapses(group, group[1:3], "I_post = x_pre : 1 (summed)")
    S.connect(i=[0, 1, 2], j=[1, 1, 1])
    network(group, S).run(1 * ms)
    assert np.asarray(group.I).tolist()[1:3] == [0, 3]
    assert np.asarray(group.I).tolist() in ([0, 0, 3, 0], [7, 0, 3, 7])


def test_the_sum_is_made_before_the_update_that_uses_it():
    # gap junctions: dx/dt = I with I the sum of differences, in euler steps
    group = es.NeuronGroup(3, "dx/dt = I/(10*ms) : 1\nI : 1", method="euler")
    group.x = [1, 0, 5]
    S = es.Synapses(group, model="I_post = x_pre - x_post : 1 (summed)")
    S.connect("i != j")
    monitor = es.StateMonitor(group, "x")
    network(group, S, monitor).run(6 * ms)
    x, rows = np.array([1.0, 0, 5]), []
    for _ in range(6):
        rows.append(x)
        x = x + (x.sum() - 3 * x) / 10
    np.testing.assert_allclose(np.asarray(monitor.x).T, rows, rtol=1e-12)


def test_sums_of_equations_with_the_clock():
    gen, post = source((0, 0), (0, 1)), es.NeuronGroup(2, "g : nS")
    S = es.Synapses(gen, post, "ds/dt = -s/(5*ms) : nS\ng_post = s : nS (summed)\nw : nS", on_pre="s += w")
    S.connect()
    S.w = "(1 + i + 10*j)*nS"
    monitor = es.StateMonitor(post, "g", when="after_groups")
    network(gen, post, S, monitor).run(5 * ms)
    decay = np.exp(-np.arange(4) / 5)
    # spikes of step 0 arrive after the sum; the sum of step 1 sees the whole of them
    np.testing.assert_allclose(monitor.g_[:, 0], [0, 0])
    np.testing.assert_allclose(monitor.g_[:, 1:], np.outer([3, 23], decay), rtol=1e-12)


@pytest.mark.parametrize(
    "model",
    [
        "I_post = 3*nS : nS (summed)",
        "I_post = 3*pA : nS (summed)",
        "V_post = 3*mV : mV (summed)",
        "q_post = 3 : 1 (summed)",
        "I = 3*pA : pA (summed)",
        "I_post : pA (summed)",
        "s_post = 3*pA : pA (summed)",
    ],
)
def test_sums_that_cannot_be(model):
    group = es.NeuronGroup(2, "I : pA\ndV/dt = -V/(5*ms) : mV\ns = 2*I : pA")
    with pytest.raises(es.EqsimError) as raised:
        es.Synapses(group, model=model)
    assert raised.value.line == 1


def test_a_sum_over_no_synapses_is_zero():
    group = es.NeuronGroup(2, "I : pA")
    group.I = 5 * pA
    S = es.Synapses(group, model="I_post = 3*pA : pA (summed)")
    S.connect("i > 10")
    network(group, S).run(1 * ms)
    assert plain(group.I, "pA").tolist() == [0, 0]


# shared ----------------------------------------


def test_shared_variables_of_synapses():
    gen, post = source((0, 0), (2, 0)), es.NeuronGroup(3, "x : 1")
    model = "w : 1\ngain = 2 : 1 (shared, parameter)\nboost = gain + t/ms : 1 (shared)"
    S = es.Synapses(gen, post, model, on_pre="x += gain*w + boost")
    S.connect()
    S.w = [1, 10, 100]
    net = network(gen, post, S)
    net.run(1 * ms)
    assert np.asarray(post.x).tolist() == [2 + 2, 20 + 2, 200 + 2]
    S.gain = 5
    assert S.gain_ == 5
    net.run(2 * ms)
    assert np.asarray(post.x).tolist() == [4 + 5 + 7, 22 + 50 + 7, 202 + 500 + 7]


def test_a_parameter_may_be_called_like_an_attribute():
    # "target" and "source" are words that models use
    pre, post = es.NeuronGroup(1, "x : 1"), es.NeuronGroup(3, "x : 1")
    try:
        S = es.Synapses(pre, post, "dg/dt = (target - g)/(10*ms) : 1\ntarget : 1")
    except es.EqsimError as error:
        assert "target" in str(error)
        return
    S.connect()
    S.target = 5
    network(pre, post, S).run(10 * ms)
    np.testing.assert_allclose(np.asarray(S.g), [5 * (1 - np.exp(-1))] * 3, rtol=1e-12)


def test_a_statement_may_not_write_what_is_shared():
    gen, post = source((0, 0)), es.NeuronGroup(3, "x : 1\ns : 1 (shared)")
    for code in ("gain += 1", "s_post += 1"):
        with pytest.raises(es.EqsimError, match="shared"):
            es.Synapses(gen, post, "gain : 1 (shared)", on_pre=code)


def test_synapses_between_synapses():
    gen, post = source((0, 0), (3, 0)), es.NeuronGroup(2, "x : 1")
    S = es.Synapses(gen, post, "w : 1", on_pre="x += w")
    S.connect()
    T = es.Synapses(gen, S, "", on_pre="w_post += 1 + i")
    T.connect(i=0, j=1)
    network(gen, post, S, T).run(5 * ms)
    assert np.asarray(S.w).tolist() == [0, 2]
    assert pairs(T) == [(0, 1)]
    assert np.asarray(post.x).tolist() == [0, 1]
