"""Names outside that only regular or event statements use."""

import numpy as np

import eqsim as es
from eqsim.units import ms, mV


def test_a_name_that_only_a_regular_statement_uses():
    k, q = 3, 2 * mV
    group = es.NeuronGroup(2, "V : mV\nx : 1", events={"big": "V > 5*q"})
    group.run_regularly("V += k*q", dt=1 * ms)
    step = 7
    group.run_on_event("big", "x += step")
    es.Network(group, target="numpy").run(3 * ms)
    np.testing.assert_array_equal(group.V_, 18)
    np.testing.assert_array_equal(group.x_, 7 * 20)  # above 10 mV from the step at 1 ms on
    assert (k, step) == (group.namespace["k"], group.namespace["step"])


def test_one_name_with_two_values_in_two_statements():
    group = es.NeuronGroup(1, "x : 1")
    k = 5
    group.run_regularly("x += k", dt=1 * ms)
    k = 1
    group.run_regularly("x += k", dt=1 * ms)
    es.Network(group, target="numpy").run(1 * ms)
    assert k == 1
    assert group.x_[0] == 6


def test_a_value_changed_between_runs():
    k = 5
    group = es.NeuronGroup(1, "x : 1")
    group.run_regularly("x += k", dt=1 * ms)
    network = es.Network(group, target="numpy")
    network.run(1 * ms)
    group.namespace["k"] = k + 1
    network.run(1 * ms)
    assert group.x_[0] == 11
