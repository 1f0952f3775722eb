"""Defaults of parameters and initial values: evaluated when first needed, in order of dependence, and once."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV, nA
from tests.network.plain import network, plain, source

MODEL = """
dV/dt = (E_L - V + R*I)/tau : mV
I                           : nA
R     = 100*Mohm            : Mohm (parameter)
E_L   = -60*mV - shift      : mV (parameter)
shift                       : mV
tau   = 10*ms               : ms (parameter)
V(0)  = E_L + 5*mV
"""


@pytest.fixture
def G():
    return es.NeuronGroup(3, MODEL)


def test_defaults_are_there_from_the_start(G):
    assert plain(G.R, "Mohm").tolist() == [100] * 3
    assert plain(G.V, "mV").tolist() == [-55] * 3
    assert plain(G.E_L, "mV").tolist() == [-60] * 3


def test_they_are_evaluated_when_first_needed(G):
    G.shift = [1, 2, 3] * mV
    assert plain(G.V, "mV").tolist() == [-56, -57, -58]  # V needs E_L, which needs shift


def test_they_are_evaluated_once(G):
    assert plain(G.V[0], "mV") == -55
    G.shift = 3 * mV
    assert plain(G.V, "mV").tolist() == [-55] * 3
    assert plain(G.E_L, "mV").tolist() == [-60] * 3


def test_reading_one_leaves_the_others_waiting(G):
    assert plain(G.E_L, "mV").tolist() == [-60] * 3
    G.E_L = -40 * mV
    assert plain(G.V, "mV").tolist() == [-35] * 3


def test_an_assignment_wins_before_and_after(G):
    G.V = -50 * mV
    G.shift = 7 * mV
    assert plain(G.V, "mV").tolist() == [-50] * 3
    assert plain(G.E_L, "mV").tolist() == [-67] * 3
    G.E_L = -30 * mV
    assert plain(G.E_L, "mV").tolist() == [-30] * 3


def test_an_assignment_of_some_leaves_the_default_of_the_others(G):
    G.V[1] = -50 * mV
    G.E_L["i == 2"] = -40 * mV
    assert plain(G.V, "mV").tolist() == [-55, -50, -55]
    assert plain(G.E_L, "mV").tolist() == [-60, -60, -40]


def test_the_network_evaluates_what_still_waits(G):
    net = network(G)
    G.shift, G.V[0] = 10 * mV, 0 * mV  # after the network was made, before it is built
    net.run(0 * ms)
    assert plain(G.E_L, "mV").tolist() == [-70] * 3
    G.shift = 20 * mV
    net.run(2 * ms)
    assert plain(G.E_L, "mV").tolist() == [-70] * 3


def test_they_set_out_the_run(G):
    G.I, G.shift = [0, 0.1, 0.2] * nA, [1, 2, 3] * mV
    network(G).run(7 * ms)
    rest = np.array([-61, -62, -63]) + np.array([0, 10, 20])
    start = np.array([-56, -57, -58])
    np.testing.assert_allclose(G.V_, rest + (start - rest) * np.exp(-0.7), rtol=1e-13)


def test_an_assignment_after_a_run_stays(G):
    net = network(G)
    net.run(2 * ms)
    G.V = -61 * mV
    G.E_L = -61 * mV
    net.run(5 * ms)
    np.testing.assert_allclose(G.V_, [-61] * 3, rtol=1e-14)


def test_captured_values_count_as_they_are_then():
    E = -70 * mV
    group = es.NeuronGroup(1, "dV/dt = -V/(10*ms) : mV\nV(0) = E")
    group.namespace["E"] = -80 * mV
    assert plain(group.V, "mV").tolist() == [-80]
    group.namespace["E"] = E
    assert plain(group.V, "mV").tolist() == [-80]


def test_a_default_may_draw_and_stays_as_drawn():
    group = es.NeuronGroup(1000, "dV/dt = -V/(10*ms) : mV\nV(0) = rand()*mV\nx = randn() : 1 (parameter)")
    first = plain(group.V, "mV").copy()
    assert first.std() == pytest.approx(np.sqrt(1 / 12), rel=0.1)
    network(group).run(0 * ms)
    np.testing.assert_array_equal(group.V_, first)
    assert np.asarray(group.x).std() == pytest.approx(1, rel=0.1)


def test_the_order_of_evaluation_does_not_matter_to_what_is_drawn():
    text = "dV/dt = -V/(10*ms) : mV\nV(0) = rand()*mV\nx = rand() : 1 (parameter)\ny = rand() : 1 (parameter)"
    first, second = es.NeuronGroup(50, text, seed=3), es.NeuronGroup(50, text, seed=3)
    values = [np.asarray(first.V_), np.asarray(first.x), np.asarray(first.y)]
    others = [np.asarray(second.y), np.asarray(second.x), np.asarray(second.V_)]
    for one, other in zip(values, reversed(others), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(values[0], values[1])
    assert not np.array_equal(values[1], values[2])


def test_an_assignment_does_not_change_what_others_draw():
    text = "x = rand() : 1 (parameter)\ny = rand() : 1 (parameter)"
    first, second = es.NeuronGroup(50, text, seed=3), es.NeuronGroup(50, text, seed=3)
    second.x = 0
    np.testing.assert_array_equal(np.asarray(first.y), np.asarray(second.y))


@pytest.mark.parametrize(
    "text",
    [
        "a = b + 1 : 1 (parameter)\nb = 2*a : 1 (parameter)",
        "a = c + 1 : 1 (parameter)\nb = 2*a : 1 (parameter)\nc = b : 1 (parameter)",
        "da/dt = -a/ms : 1\na(0) = 2*b\nb = a : 1 (parameter)",
        "da/dt = -a/ms : 1\na(0) = a + 1\nb : 1",
        "a = s : 1 (parameter)\ns = 2*a : 1\nb : 1",
    ],
)
def test_a_circle_is_an_error(text):
    with pytest.raises(es.EqsimError, match=r"a\b") as raised:
        network(es.NeuronGroup(2, text)).run(1 * ms)
    assert raised.value.object == "NeuronGroup"


def test_an_assignment_breaks_a_circle_unless_the_model_is_refused_at_once():
    try:
        group = es.NeuronGroup(2, "a = b + 1 : 1 (parameter)\nb = 2*a : 1 (parameter)")
    except es.EqsimError:
        return
    group.b = 3
    assert np.asarray(group.a).tolist() == [4, 4]


@pytest.mark.parametrize("line", ["x(0) = 3", "I(0) = 3*nA", "V(0) = 3*ms", "V(0) = 'text'", "V(1) = 3*mV"])
def test_initial_values_belong_to_differential_variables_and_have_their_unit(line):
    with pytest.raises(es.EqsimError) as raised:
        es.NeuronGroup(2, f"dV/dt = -V/(10*ms) : mV\nI : nA\n{line}")
    assert raised.value.line == 3


def test_shared_defaults():
    group = es.NeuronGroup(
        3, "a = 2*b : 1 (parameter, shared)\nb = 4 : 1 (parameter, shared)\nc = a + i : 1 (parameter)"
    )
    group.b = 5
    assert np.asarray(group.c).tolist() == [10, 11, 12]
    assert float(group.a) == 10


def test_subexpressions_stand_between():
    group = es.NeuronGroup(2, "a : 1\ns = 3*a : 1\nb = s + 1 : 1 (parameter)\ndx/dt = -x/ms : 1\nx(0) = b*10")
    group.a = [1, 2]
    assert np.asarray(group.x).tolist() == [40, 70]


# synapses ----------------------------------------

SYNAPSES = """
w = 2*i_weight + 100*j : 1 (parameter)
i_weight = i : 1 (parameter)
du/dt = -u/(10*ms) : 1
u(0) = w + x_pre + 1000*y_post
"""


def test_defaults_of_synapses():
    pre, post = es.NeuronGroup(3, "x : 1"), es.NeuronGroup(2, "y : 1")
    S = es.Synapses(pre, post, SYNAPSES)
    S.connect(i=[2, 0, 1], j=[0, 1, 1])
    pre.x, post.y = [0.1, 0.2, 0.3], [1, 2]
    assert np.asarray(S.w).tolist() == [4, 100, 102]
    np.testing.assert_allclose(np.asarray(S.u), [1004.3, 2100.1, 2102.2])


def test_synapses_connected_later_get_their_defaults_too():
    pre, post = es.NeuronGroup(3, "x : 1"), es.NeuronGroup(2, "y : 1")
    S = es.Synapses(pre, post, SYNAPSES)
    S.connect(i=[2, 0], j=[0, 1])
    S.w = [7, 8]
    S.connect(i=[1, 2], j=[1, 1])
    assert np.asarray(S.w).tolist() == [7, 8, 102, 104]
    assert np.asarray(S.i_weight).tolist() == [2, 0, 1, 2]


def test_synapses_connected_after_a_run_get_their_defaults():
    gen = source(n=3)
    post = es.NeuronGroup(2, "y : 1")
    S = es.Synapses(gen, post, "w = 10*i + j : 1 (parameter)", on_pre="y += w")
    S.connect(i=[2], j=[1])
    net = network(gen, post, S)
    net.run(1 * ms)
    S.connect(i=[1], j=[0])
    net.run(1 * ms)
    assert np.asarray(S.w).tolist() == [21, 10]


def test_units_of_a_default_are_checked():
    with pytest.raises(es.EqsimError, match="mV") as raised:
        es.NeuronGroup(2, "R = 100*Mohm : mV (parameter)")
    assert raised.value.line == 1
