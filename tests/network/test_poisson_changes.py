"""Rate and weight of Poisson inputs, read and changed between runs."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import Hz, ms, mV
from tests.network.plain import network, plain


def fed(rate=100 * Hz, weight=2 * mV, n=400, N=50):
    group = es.NeuronGroup(n, "v : mV")
    return group, es.PoissonInput(group, "v", N=N, rate=rate, weight=weight, seed=3)


def test_rate_and_weight_are_read_as_they_were_given():
    _, drive = fed(weight="(1 + i)*mV")
    assert plain(drive.rate, "Hz") == 100
    assert drive.weight == "(1 + i)*mV"
    drive.weight = 0.003 * mV * 1000
    assert plain(drive.weight, "mV") == 3
    drive.rate = "10*Hz*(1 + i)"
    assert drive.rate == "10*Hz*(1 + i)"
    drive.rate = 0
    assert plain(drive.rate, "Hz") == 0


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_a_rate_and_a_weight_act_from_the_next_run_on(target):
    group, drive = fed()
    net = network(group, drive, target=target)
    net.run(20 * ms)
    mean = [50 * 0.1 * 20 * 2]
    assert np.mean(group.v_) == pytest.approx(mean[0], rel=0.03)
    drive.rate, drive.weight = 20 * Hz, 1 * mV
    net.run(20 * ms)
    mean += [50 * 0.02 * 20]
    assert np.mean(group.v_) == pytest.approx(sum(mean), rel=0.03)
    scale = 3
    drive.rate = "int(i < 200)*scale*100*Hz"
    drive.weight = "2*scale*mV"
    net.run(10 * ms)
    mean += [50 * 0.3 * 10 * 6]
    assert np.mean(group.v_[:200]) == pytest.approx(sum(mean), rel=0.03)
    assert np.mean(group.v_[200:]) == pytest.approx(sum(mean[:2]), rel=0.03)
    drive.rate = 0 * Hz
    before = np.array(group.v_)
    net.run(10 * ms)
    np.testing.assert_array_equal(group.v_, before)


def test_a_number_for_a_number_leaves_the_program_as_it_is():
    group, drive = fed(rate=10 * Hz)
    net = network(group, drive)
    net.run(1 * ms)
    before = [launch.call for launch in net._build()[1].launches]
    drive.rate, drive.weight = 12 * Hz, -1 * mV
    net.run(1 * ms)
    assert [launch.call for launch in net._build()[1].launches] == before


def test_a_name_means_what_it_meant_where_each_text_was_given():
    a = 1
    group = es.NeuronGroup(400, "v : mV")
    drive = es.PoissonInput(group, "v", N=1000, rate="a*10*Hz", weight="a*mV")
    net = network(group, drive)

    def change():
        a = 5
        drive.weight = "a*mV"

    change()
    net.run(20 * ms)
    assert np.mean(group.v_) == pytest.approx(1000 * 0.01 * 20 * 5, rel=0.03)
    assert a == 1


@pytest.mark.parametrize("back_to", [10, 900])
def test_going_back_brings_the_rate_back(back_to):
    group, drive = fed(rate=back_to * Hz)
    net = network(group, drive)
    net.run(2 * ms)
    net.store()
    net.run(5 * ms)
    then = np.array(group.v_)
    drive.rate = 910 * Hz - back_to * Hz
    net.run(3 * ms)
    net.restore()
    assert plain(drive.rate, "Hz") == back_to
    net.run(5 * ms)
    np.testing.assert_array_equal(group.v_, then)
    drive.rate = "10*Hz"
    with pytest.raises(es.EqsimError, match="the formula of rate differs"):
        net.restore()


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("rate", -1 * Hz),
        ("rate", np.inf * Hz),
        ("rate", np.nan * Hz),
        ("rate", 1 * mV),
        ("rate", 3),
        ("rate", [1, 2] * Hz),
        ("rate", "1*mV"),
        ("rate", "nothing*Hz"),
        ("rate", None),
        ("weight", 1 * Hz),
        ("weight", 1.5),
        ("weight", "v +"),
        ("weight", "1*Hz"),
        ("weight", [1, 2] * mV),
        ("weight", object()),
    ],
    ids=str,
)
def test_a_wrong_rate_or_weight_changes_nothing(part, value):
    group, drive = fed()
    net = network(group, drive)
    net.run(1 * ms)
    with pytest.raises(es.EqsimError):
        setattr(drive, part, value)
    assert (plain(drive.rate, "Hz"), plain(drive.weight, "mV")) == (100, 2)
    net.run(1 * ms)


def test_a_rate_beyond_one_spike_a_step_and_a_change_during_a_run():
    group, drive = fed()
    net = network(group, drive)
    net.run(1 * ms)
    drive.rate = 2000 * Hz
    with pytest.raises(es.EqsimError, match="at most once in a step"):
        net.run(1 * ms)
    drive.rate = 100 * Hz

    @es.network_operation
    def change():
        drive.rate = 1 * Hz

    net.add(change)
    with pytest.raises(es.EqsimError, match="the rate cannot change during a run"):
        net.run(1 * ms)
    assert plain(drive.rate, "Hz") == 100
