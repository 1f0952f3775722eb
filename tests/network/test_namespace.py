"""What a name of a text stands for: captured when the text is handed over, shown, and changed between runs."""

import warnings

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV, nS, second, volt
from tests.network.plain import network, plain, source

DECAY = "dV/dt = -V/tau : mV"
level = 7 * mV
shadowed = 1 * mV


def decayed(group, duration=10 * ms):
    """Return the logarithm of how much a group decayed over a duration, and start it anew."""
    group.V = 1 * mV
    net = group.__dict__.get("_test_network") or network(group)
    group.__dict__["_test_network"] = net
    net.run(duration)
    return -np.log(group.V_[0])


def test_locals():
    tau = 5 * ms
    assert decayed(es.NeuronGroup(1, DECAY)) == pytest.approx(2)


def test_enclosing_scopes():
    tau = 20 * ms

    def build():
        assert tau is not None
        return es.NeuronGroup(1, DECAY)

    assert decayed(build()) == pytest.approx(0.5)


def test_globals_and_what_hides_them():
    shadowed = 3 * mV
    group = es.NeuronGroup(1, "V : mV")
    group.V = "level + shadowed"
    assert plain(group.V, "mV").tolist() == [10]


def test_callers_in_comprehensions_and_functions():
    groups = [es.NeuronGroup(1, DECAY) for tau in (5 * ms, 10 * ms)]
    assert [decayed(group) for group in groups] == pytest.approx([2, 1])


def test_a_namespace_alone_counts():
    tau = 5 * ms
    assert decayed(es.NeuronGroup(1, DECAY, namespace={"tau": 2 * ms, "other": "ignored"})) == pytest.approx(5)
    with pytest.raises(es.EqsimError, match="'tau'"):
        es.NeuronGroup(1, DECAY, namespace={"Tau": tau})
    with pytest.raises(es.EqsimError, match="'tau'"):
        es.NeuronGroup(1, DECAY, namespace={})


def test_values_are_captured_by_the_call():
    tau = 5 * ms
    group = es.NeuronGroup(1, DECAY)
    tau = 50 * ms
    assert decayed(group) == pytest.approx(2)


def test_the_namespace_holds_what_the_texts_use():
    tau, unused = 5 * ms, 3 * mV
    group = es.NeuronGroup(1, DECAY)
    assert group.namespace == {"tau": tau}
    S = es.Synapses(source((0, 0)), group, on_pre="V += unused")
    assert S.namespace == {"unused": unused}


def test_a_value_changed_between_runs():
    group = es.NeuronGroup(1, DECAY, namespace={"tau": 5 * ms})
    assert decayed(group) == pytest.approx(2)
    group.namespace["tau"] = 0.02 * second  # another unit of the same dimension
    assert decayed(group) == pytest.approx(0.5)


def test_a_namespace_given_is_not_changed():
    given = {"tau": 5 * ms}
    group = es.NeuronGroup(1, DECAY, namespace=given)
    group.namespace["tau"] = 1 * ms
    assert given == {"tau": 5 * ms}


@pytest.mark.parametrize("value", [5 * mV, 5, "5*ms", None, np.array([1, 2]) * ms])
def test_a_value_that_does_not_fit_stops_the_next_run(value):
    group = es.NeuronGroup(1, DECAY, namespace={"tau": 5 * ms})
    net = network(group)
    group.V = 1 * mV
    net.run(1 * ms)
    before = group.V_.copy()
    group.namespace["tau"] = value
    with pytest.raises(es.EqsimError, match="tau"):
        net.run(1 * ms)
    np.testing.assert_array_equal(group.V_, before)
    assert plain(net.t, "ms") == 1
    group.namespace["tau"] = 5 * ms
    net.run(1 * ms)
    np.testing.assert_allclose(group.V_, np.exp(-0.4))


def test_a_value_taken_away():
    group = es.NeuronGroup(1, DECAY, namespace={"tau": 5 * ms})
    net = network(group)
    del group.namespace["tau"]
    with pytest.raises(es.EqsimError, match="'tau'"):
        net.run(1 * ms)


@pytest.mark.parametrize("value", [np.float32(4), np.int64(4), 4, 4.0, np.array(4.0)])
def test_kinds_of_numbers(value):
    group = es.NeuronGroup(1, "x : 1")
    group.x = "2*value"
    assert np.asarray(group.x).tolist() == [8]


def test_a_condition_captured():
    yes = True
    group = es.NeuronGroup(2, "x : 1")
    group.x = "5 if yes else 3"
    assert np.asarray(group.x).tolist() == [5, 5]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (np.arange(3) * mV, "(3,)"),
        ([1, 2], "list"),
        ("text", "str"),
        (1j, "complex"),
        (None, "NoneType"),
        (len, "builtin"),
    ],
)
def test_other_kinds_of_values_are_errors(value, told):
    group = es.NeuronGroup(3, "V : mV")
    with pytest.raises(es.EqsimError, match="'value'") as raised:
        group.V = "value"
    assert told in str(raised.value)
    assert raised.value.hint


def test_an_array_hints_at_a_parameter():
    current = np.arange(3) * mV
    with pytest.raises(es.EqsimError, match="'current'") as raised:
        es.NeuronGroup(3, "dV/dt = (current - V)/(10*ms) : mV")
    assert "current :" in raised.value.hint


def test_unknown_names_suggest_the_nearest_of_the_callers():
    tau_mem = 5 * ms
    with pytest.raises(es.EqsimError, match="'tau_men'") as raised:
        es.NeuronGroup(1, "dV/dt = -V/tau_men : mV", namespace={"tau_mem": tau_mem})
    assert "tau_mem" in raised.value.hint
    assert raised.value.line == 1


def test_a_hidden_value_warns_once():
    w = 3
    with pytest.warns(es.EqsimWarning, match="'w'") as raised:
        es.NeuronGroup(2, "dx/dt = (w - x)/(10*ms) : 1\nw : 1\ns = w*x : 1")
    assert len(raised) == 1
    assert raised[0].filename == __file__


def test_what_is_always_there_hides_with_a_warning():
    lastspike, pi = 3 * ms, 4
    with pytest.warns(es.EqsimWarning, match="'lastspike'"):
        es.NeuronGroup(2, "x = (t - lastspike)/ms : 1", threshold="x > 1e9", reset="", refractory=1 * ms)


def test_names_that_every_script_uses_are_hidden_silently():
    i, j, N, t, dt = 1, 2, 3, 4, 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        group = es.NeuronGroup(3, "x = i + N + t/dt : 1")
        S = es.Synapses(group, group, "y = i + j : 1")
        S.connect(i=[0, 2], j=[1, 2])
    assert np.asarray(S.y).tolist() == [1, 4]


def test_a_model_that_defines_a_name_need_not_fear_what_it_is_outside():
    V, x = "text", np.arange(3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        es.NeuronGroup(2, "dV/dt = -V/(10*ms) : mV\nx : 1")


def test_units_and_functions_imported_under_their_names_do_not_warn():
    from eqsim.units import ms, mV  # noqa: F401

    exp, pi = np.exp, np.pi
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        group = es.NeuronGroup(1, "x = exp(pi*0)*mV/mV : 1")
    assert np.asarray(group.x).tolist() == [1]
    assert exp(pi) > 1


def test_each_text_captures_for_itself():
    group = es.NeuronGroup(1, "x : 1")

    def first():
        step = 1
        group.run_regularly("x += step")
        return step

    def second():
        step = 100
        group.run_regularly("x += step")
        return step

    network(group, dt=1 * ms)
    assert first() + second() == 101
    group._network.run(2 * ms)
    assert np.asarray(group.x).tolist() == [202]


def test_a_later_text_does_not_change_the_equations():
    tau = 5 * ms
    group = es.NeuronGroup(1, DECAY + "\nx : 1")

    def other():
        tau = 100 * ms
        group.run_regularly("x += tau/ms")
        return tau

    assert other() == 100 * ms
    assert decayed(group) == pytest.approx(2)
    assert np.asarray(group.x).tolist() == [1000]


def test_values_captured_for_an_assignment_are_not_kept():
    tau, there = 5 * ms, 2 * volt
    group = es.NeuronGroup(1, DECAY)

    def assign():
        tau = 3 * mV
        group.V = "tau + there"
        return tau

    there = 1 * mV

    def assign_there():
        tau, there = 3 * mV, 1 * mV
        group.V = "tau + there"
        return tau, there

    with pytest.raises(es.EqsimError, match="there"):
        assign()
    assign_there()
    assert plain(group.V, "mV").tolist() == [4]
    assert group.namespace == {"tau": 5 * ms}


def test_every_call_that_takes_a_text_captures():
    big, chance, weight, late = 1, 1.0, 3 * nS, 2 * ms
    gen = source((0, 0), (0, 1), (0, 2))
    group = es.NeuronGroup(3, "g : nS\nx : 1")
    S = es.Synapses(gen, group, "w : nS", on_pre="g += w")
    S.connect("i > big", p="chance")
    S.w = "weight*i"
    S.delay = "late"
    group.x["i > big"] = "big"
    group.run_regularly("x += 10*big", dt=5 * ms)
    network(gen, group, S).run(2 * ms)
    assert plain(group.g, "nS").tolist() == [0, 0, 0]
    group._network.run(1 * ms)
    assert plain(group.g, "nS").tolist() == [6, 6, 6]
    assert np.asarray(group.x).tolist() == [10, 10, 11]


def test_timed_arrays_are_captured():
    values = es.TimedArray([1, 2, 3] * mV, dt=2 * ms)
    group = es.NeuronGroup(1, "V = values(t) : mV")
    monitor = es.StateMonitor(group, "V")
    network(group, monitor).run(8 * ms)
    assert plain(monitor.V[0], "mV").tolist() == [1, 1, 2, 2, 3, 3, 3, 3]


@pytest.mark.parametrize("target", ["numba", "numpy"])
def test_a_value_that_neurons_and_their_synapses_both_use(target):
    # the same constant in both ends' texts and in those of the synapses, changed in one of them alone
    tau = 4 * ms
    cells = es.NeuronGroup(2, "dV/dt = -V/tau : 1\nx : 1", threshold="V > 1", reset="V = 0", method="exact")
    synapses = es.Synapses(cells, cells, "dg/dt = -g/tau : 1 (clock-driven)\nw : 1", on_pre="g += 1\nx_post += tau/ms")
    synapses.connect(i=0, j=1)
    cells.V = [2, 0]
    net = es.Network(cells, synapses, target=target, dt=1 * ms)
    net.run(3 * ms)
    assert np.asarray(cells.x).tolist() == [0, 4]
    assert np.asarray(synapses.g)[0] == pytest.approx(np.exp(-2 / 4), rel=1e-12)
    assert set(cells.namespace) == {"tau"} == set(synapses.namespace)
    synapses.namespace["tau"] = 8 * ms
    cells.V = [1, 0]
    synapses.g = 1
    net.run(2 * ms)
    assert np.asarray(synapses.g)[0] == pytest.approx(np.exp(-2 / 8), rel=1e-12)
    assert np.asarray(cells.V)[0] == pytest.approx(np.exp(-2 / 4), rel=1e-12)
