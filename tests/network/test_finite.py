"""NaN and infinity in a state stop a run, with the times between which they came."""

import re

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms
from tests.network.plain import network


def exploding(at, n=50, bad=7, value="nan"):
    group = es.NeuronGroup(n, "dv/dt = 1/ms : 1\nu : 1")
    group.run_regularly(f"v = v if i != {bad} or t < {at}*ms else {value}")
    return group


def times(message):
    return [float(number) for number in re.findall(r"([0-9.]+) ms", message)]


@pytest.mark.parametrize("target", ["numpy", "numba"])
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_the_message_names_the_element_and_the_times_between_which_it_went_wrong(value, target):
    net = network(exploding(20, value=value), target=target)
    net.run(15 * ms)
    with pytest.raises(es.EqsimError, match=f"v of element 7 became {value} between 15.* ms and ") as caught:
        net.run(5000 * ms)
    before, after = times(str(caught.value))
    assert before == 15 < 20 < after < 5015
    assert "check_finite" in caught.value.hint


def test_the_times_are_close_together_where_the_run_began_long_ago():
    net = network(exploding(40))
    with pytest.raises(es.EqsimError) as caught:
        net.run(1000 * ms)
    before, after = times(str(caught.value))
    assert 16 <= before <= 40 < after


def test_synapses_are_named_by_creation():
    group = es.NeuronGroup(3, "x : 1")
    S = es.Synapses(group, group, "dw/dt = (1/w - 1/w)/ms : 1 (clock-driven)", method="euler")
    S.connect(i=[2, 1, 0], j=[0, 0, 0])
    S.w = [1, 0, 1]
    with pytest.raises(es.EqsimError, match="w of element 1 became nan"):
        network(group, S).run(3 * ms)


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_it_can_be_switched_off(target):
    group = exploding(3)
    network(group, target=target, check_finite=False).run(30 * ms)
    assert np.flatnonzero(np.isnan(group.v_)).tolist() == [7]


@pytest.mark.parametrize("wrong", [None, "no", 2, 0.5])
def test_the_switch_is_on_or_off(wrong):
    with pytest.raises(es.EqsimError, match="check_finite"):
        es.Network(check_finite=wrong)
