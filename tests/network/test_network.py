"""What a network holds, how it is called, and what cannot be one."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV
from tests.network.plain import network, plain, source, steps


def group(n=1, **more):
    return es.NeuronGroup(n, "dx/dt = 1/ms : 1", **more)


# names ----------------------------------------


def test_names_by_class_and_position():
    a, b, c = group(), group(), group(name="exc")
    S = es.Synapses(a, b)
    M = es.StateMonitor(a, "x")
    S.connect()
    net = network(a, b, S, M, c)
    assert [a.name, b.name, c.name, S.name, M.name] == [
        "neurongroup",
        "neurongroup_1",
        "exc",
        "synapses",
        "statemonitor",
    ]
    assert net["neurongroup_1"] is b
    assert net["exc"] is c
    assert net["synapses"] is S
    assert len(net) == 5
    assert a in net
    assert group() not in net
    assert list(net) == [a, b, S, M, c]
    for name in ("exc", "neurongroup_1", "synapses"):
        assert name in repr(net)


def test_names_are_given_per_network():
    first, second = group(), group()
    one, two = network(first), network(second)
    assert first.name == second.name == "neurongroup"
    assert one["neurongroup"] is first
    assert two["neurongroup"] is second


def test_unknown_names():
    net = network(group(name="exc"))
    with pytest.raises((es.EqsimError, KeyError), match="'ecx'") as raised:
        net["ecx"]
    assert "exc" in str(raised.value)


def test_two_of_one_name():
    with pytest.raises(es.EqsimError, match="'exc'"):
        network(group(name="exc"), group(name="exc"))


def test_given_names_are_left_to_those_who_have_them():
    a, b = group(), group(name="neurongroup")
    net = network(a, b)
    assert b.name == "neurongroup"
    assert a.name != b.name
    assert net[a.name] is a


def test_lists_are_flattened():
    a, b, c = group(), group(), group()
    net = network([a, [b]], (c,))
    assert list(net) == [a, b, c]
    assert len(network(group(), [])) == 1


def test_an_object_listed_twice_is_there_once():
    a = group()
    net = network(a, [a])
    net.run(3 * ms)
    assert len(net) == 1
    assert np.asarray(a.x).tolist() == [3]


# what does not belong together ----------------------------------------


@pytest.mark.parametrize("thing", [5, "text", None, es.NeuronGroup, {"a": 1}, es.TimedArray([1], dt=1 * ms)])
def test_what_cannot_be_part_of_a_network(thing):
    with pytest.raises(es.EqsimError, match="network"):
        network(thing)


def test_an_object_belongs_to_one_network():
    a, b = group(name="exc"), group()
    first = network(a)
    with pytest.raises(es.EqsimError, match="'exc'") as raised:
        network(b, a)
    assert "remove" in raised.value.hint
    first.remove(a)
    second = network(b, a)
    second.run(2 * ms)
    assert np.asarray(a.x).tolist() == np.asarray(b.x).tolist() == [2]
    assert len(first) == 0


def test_nothing_is_added_after_a_mistake():
    a, b, c, other = group(name="a"), group(), group(), group(name="other")
    elsewhere = network(other)
    net = network(a)
    for bad in (other, 5, group(name="a"), c[:1]):
        with pytest.raises(es.EqsimError):
            net.add(b, bad)
        assert list(net) == [a]
        assert b.name is None
    again = network(b)
    assert list(again) == [b]
    assert list(elsewhere) == [other]
    net.run(1 * ms)


@pytest.mark.parametrize("missing", ["source", "target"])
def test_synapses_need_their_ends(missing):
    a, b = group(name="pre"), group(name="post")
    S = es.Synapses(a, b, name="feed")
    S.connect()
    with pytest.raises(es.EqsimError) as raised:
        network(S, b if missing == "source" else a).run(1 * ms)
    assert "'feed'" in str(raised.value)
    assert ("'pre'" if missing == "source" else "'post'") in str(raised.value)
    assert raised.value.hint


def test_monitors_need_their_source():
    a = group(name="exc", threshold="x > 3", reset="x = 0")
    for M in (
        es.StateMonitor(a, "x", name="trace"),
        es.SpikeMonitor(a, name="trace"),
        es.StateMonitor(a[:1], "x", name="trace"),
    ):
        with pytest.raises(es.EqsimError) as raised:
            network(M, group()).run(1 * ms)
        assert "'trace'" in str(raised.value)
        assert "'exc'" in str(raised.value)


def test_missing_groups_without_names_are_told_by_class():
    a, b = group(), group()
    S = es.Synapses(a, b)
    S.connect()
    with pytest.raises(es.EqsimError, match="NeuronGroup"):
        network(S, b).run(1 * ms)


def test_the_network_goes_on_once_the_missing_is_added():
    a, b = group(), group()
    S = es.Synapses(a, b)
    S.connect()
    net = network(S, b)
    with pytest.raises(es.EqsimError):
        net.run(1 * ms)
    net.add(a)
    net.run(1 * ms)
    assert np.asarray(a.x).tolist() == [1]
    assert np.asarray(b.x).tolist() == [1]


def test_synapses_never_connected():
    a = group()
    S = es.Synapses(a, name="feed")
    net = network(a, S)
    with pytest.raises(es.EqsimError, match="never connected") as raised:
        net.run(1 * ms)
    assert "feed" in str(raised.value)
    assert "connect(" in raised.value.hint
    S.connect()
    net.run(1 * ms)


def test_what_hangs_on_a_group_and_is_not_listed_warns_once():
    a = group(name="exc", threshold="x > 3", reset="x = 0")
    M = es.SpikeMonitor(a, name="forgotten")
    S = es.Synapses(a, name="feed")
    S.connect()
    net = network(a)
    with pytest.warns(es.EqsimWarning, match="forgotten") as raised:
        net.run(1 * ms)
    assert len(raised) <= 2
    net.run(1 * ms)
    assert (M.num_spikes, len(S)) == (0, 1)


def test_removing():
    a, b = group(name="a"), group(name="b")
    net = network(a, b)
    net.run(2 * ms)
    net.remove(b)
    net.run(3 * ms)
    assert np.asarray(a.x).tolist() == [5]
    assert np.asarray(b.x).tolist() == [2]
    with pytest.raises(es.EqsimError, match="b"):
        net.remove(b)
    with pytest.raises(es.EqsimError):
        net["b"]


def test_nothing_is_removed_after_a_mistake():
    a, b = group(name="a"), group(name="b")
    net = network(a, b)
    with pytest.raises(es.EqsimError):
        net.remove(a, group(name="c"))
    assert list(net) == [a, b]
    net.run(1 * ms)
    assert np.asarray(a.x).tolist() == [1]


# settings ----------------------------------------


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"dtype": "float16"}, "float32"),
        ({"target": "nunba"}, "numba"),
        ({"dt": -1 * ms}, "dt|time"),
        ({"dt": 0 * ms}, "dt|time"),
        ({"dt": 3 * mV}, "dt|time"),
        ({"dt": 3}, "dt|time"),
        ({"dt": "1*ms"}, "dt|time"),
        ({"threads": -1}, "threads"),
        ({"threads": 1.5}, "threads"),
        ({"seed": -1}, "seed"),
        ({"seed": "one"}, "seed"),
    ],
)
def test_settings_that_cannot_be(settings, told):
    with pytest.raises(es.EqsimError, match=told):
        es.Network(group(), **{"target": "numpy", **settings}).run(1 * ms)


def test_a_setting_that_cannot_be_leaves_the_objects_free():
    a = group()
    for settings in ({"dtype": "float16"}, {"target": "nunba"}, {"threads": -1}):
        with pytest.raises(es.EqsimError):
            es.Network(a, **settings)
    network(a).run(1 * ms)


def test_the_time_step_is_a_tenth_of_a_millisecond():
    a = group()
    M = es.StateMonitor(a, "x")
    net = es.Network(a, M, target="numpy")
    assert plain(net.dt, "ms") == pytest.approx(0.1)
    net.run(1 * ms)
    assert steps(M.t, 0.1) == list(range(10))
    assert plain(net.t, "ms") == pytest.approx(1)
    assert plain(a.t, "ms") == pytest.approx(1)
    assert plain(a.dt, "ms") == pytest.approx(0.1)


def test_the_surroundings_choose_the_target(monkeypatch):
    monkeypatch.setenv("EQSIM_TARGET", "nunba")
    with pytest.raises(es.EqsimError, match="nunba"):
        es.Network(group())
    monkeypatch.setenv("EQSIM_TARGET", "numpy")
    es.Network(group()).run(1 * ms)
    monkeypatch.setenv("EQSIM_TARGET", "")
    network(group()).run(1 * ms)


def test_an_empty_network_has_time_alone():
    net = network()
    net.run(5 * ms)
    assert plain(net.t, "ms") == 5


def test_the_schedule_is_a_table():
    a = group(threshold="x > 3", reset="x = 0", name="exc")
    a.run_regularly("x += 0")
    S = es.Synapses(a, on_pre="x_post += 0", name="feed")
    S.connect()
    table = network(a, S, es.SpikeMonitor(a)).schedule
    slots = [
        slot for slot in ("start", "groups", "thresholds", "after_thresholds", "synapses", "resets") if slot in table
    ]
    assert slots == ["start", "groups", "thresholds", "after_thresholds", "synapses", "resets"]
    lines = table.splitlines()
    places = [next(k for k, line in enumerate(lines) if word in line) for word in ("groups", "synapses", "resets")]
    assert places == sorted(places)
    assert "exc" in table
    assert "feed" in table


def test_the_profile_counts_seconds():
    net = network(group())
    net.run(5 * ms)
    assert net.profile["run"] > 0
    assert all(seconds >= 0 for seconds in net.profile.values())


def test_two_networks_never_meet():
    def build():
        gen = source((0, 0), (3, 0), (4, 1))
        cells = es.NeuronGroup(3, "dx/dt = -x/(5*ms) : 1", threshold="x > 1.5", reset="x = 0", seed=1)
        S = es.Synapses(gen, cells, "w : 1", on_pre="x += w", seed=2)
        S.connect()
        S.w, S.delay = "1 + rand()", "rand()*3*ms"
        M = es.StateMonitor(cells, "x")
        return network(gen, cells, S, M), M

    alone, expected = build()
    alone.run(10 * ms)
    (one, first), (two, second) = build(), build()
    for piece in (1, 4, 3, 2):
        one.run(piece * ms)
        two.run(piece * ms)
    np.testing.assert_array_equal(first.x, expected.x)
    np.testing.assert_array_equal(second.x, expected.x)


def test_objects_say_what_they_are():
    a = group(7, name="exc", threshold="x > 3", reset="x = 0")
    S = es.Synapses(a, name="feed")
    S.connect(j="i")
    for thing, words in (
        (a, ("exc", "7")),
        (a[:3], ("exc", "3")),
        (S, ("feed", "7")),
        (es.StateMonitor(a, "x", name="trace"), ("trace", "x")),
        (es.SpikeMonitor(a, name="spikes"), ("spikes", "0")),
        (a.x, ("x", "0")),
        (source((0, 0)), ("SpikeGeneratorGroup", "1")),
    ):
        for word in words:
            assert word in repr(thing)
