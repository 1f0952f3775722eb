"""Equations joined and names in them replaced; models from files."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV

LEAK = "dv/dt = -v/tau : 1"


def run(model):
    group = es.NeuronGroup(1, model, method="exact")
    group.v = 1
    es.Network(group, target="numpy").run(5 * ms)
    return float(group.v_[0])


def test_a_value_for_a_name():
    assert run(es.Equations(LEAK, tau=10 * ms)) == pytest.approx(np.exp(-0.5), rel=1e-13)


def test_names_for_names_all_at_once():
    equations = es.Equations("da/dt = (b - a)/ms : 1\nb : 1", a="b", b="a")
    assert str(equations) == "db/dt = (a - b)/ms : 1\na : 1"  # 'da' is no whole word


def test_a_derivative_is_renamed_with_its_variable():
    equations = es.Equations("dv/dt = (w - v)/ms : 1\nw : 1", v="V_m")
    assert equations.names == ("V_m", "w")
    assert str(equations).startswith("dV_m/dt = (w - V_m)/ms")


def test_parts_of_words_stay():
    assert str(es.Equations("dv/dt = (v_rest - v)/ms : 1\nv_rest : 1", v_rest="E")) == "dv/dt = (E - v)/ms : 1\nE : 1"


def test_joined():
    parts = es.Equations("dv/dt = (w - v)/tau : 1", tau=10 * ms) + "w = 2*k : 1" + es.Equations("k : 1")
    assert parts.names == ("v", "w", "k")
    assert dict(parts.values) == {"tau": 10 * ms}
    assert ("x : 1" + es.Equations("y : 1")).names == ("x", "y")


def test_two_values_for_one_name_cannot_be_joined():
    with pytest.raises(es.EqsimError, match="'tau'"):
        es.Equations(LEAK, tau=10 * ms) + es.Equations("dw/dt = -w/tau : 1", tau=20 * ms)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: es.Equations(LEAK, taw=1 * ms),
        lambda: es.Equations(LEAK, tau="10*ms"),
        lambda: es.Equations(None),
        lambda: es.NeuronGroup(1, None),
        lambda: es.NeuronGroup(1, 3),
    ],
)
def test_mistakes(wrong):
    with pytest.raises(es.EqsimError) as caught:
        wrong()
    assert caught.value.hint


def test_a_mistake_in_the_text_points_at_it():
    with pytest.raises(es.EqsimError) as caught:
        es.Equations("dv/dt = -v/(10*ms : 1")
    assert (caught.value.object, caught.value.line) == ("Equations", 1)


def test_a_file(tmp_path):
    path = tmp_path / "leak.eqs"
    path.write_text("model Leak\ndv/dt = -v/tau : 1\ntau = 10*ms : ms (parameter)\nv(0) = 1\nmethod exact\n", "utf-8")
    group = es.NeuronGroup(2, path)
    es.Network(group, target="numpy").run(10 * ms)
    np.testing.assert_allclose(group.v_, np.exp(-1), rtol=1e-13)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(es.EqsimError, match=r"no\.eqs"):
        es.NeuronGroup(2, tmp_path / "no.eqs")


def test_in_synapses():
    group = es.NeuronGroup(2, "V : mV", threshold="V > 1*mV", reset="V = 0*mV")
    synapses = es.Synapses(group, group, es.Equations("w : 1", w="weight"), on_pre="V_post += weight*mV")
    synapses.connect()
    synapses.weight = 0.5
    assert (synapses.weight_ == 0.5).all()
    group.V = 2 * mV
    es.Network(group, synapses, target="numpy").run(0.1 * ms)
    np.testing.assert_allclose(group.V_, 0)  # arrivals come before the reset
