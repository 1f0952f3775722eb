"""Kernels over synapses in two phases: where they may be, and that results stay the same."""

import numpy as np
import pytest

import eqsim as es
from eqsim.lowering.kernel import Add, Store
from eqsim.lowering.phases import two_phases
from eqsim.units import ms
from tests.targets.compiled import CYTHON

STDP = """
w : 1
dApre/dt = -Apre/(20*ms) : 1 (event-driven)
dApost/dt = -Apost/(20*ms) : 1 (event-driven)
"""
ON_PRE = "g_post += w; Apre += 0.01; w = clip(w + Apost, 0, 1)"
ON_POST = "Apost -= 0.0105; w = clip(w + Apre, 0, 1)"


def network(target="numba", model=STDP, on_pre=ON_PRE, on_post=ON_POST, threads=1, dtype="float64", delay=0 * ms):
    """Return a network whose spikes reach more synapses than are dealt with together, several onto one target."""
    es.seed(3)
    source = es.PoissonGroup(40, "60*Hz")
    neurons = es.NeuronGroup(
        90, "dv/dt = (0.3*g - v)/(10*ms) : 1\ndg/dt = -g/(5*ms) : 1", "v > 1", "v = 0", method="exact"
    )
    synapses = es.Synapses(source, neurons, model, on_pre=on_pre, on_post=on_post, delay=delay)
    synapses.connect(n=4)
    synapses.w = "0.5*rand()"
    spikes = es.SpikeMonitor(neurons)
    return es.Network(source, neurons, synapses, spikes, dt=0.1 * ms, target=target, threads=threads, dtype=dtype)


def kernel(net, name):
    return next(one.call for one in net._build()[1].launches if getattr(one.call, "name", "") == name)


def state(net):
    synapses, neurons = net["synapses"], net["neurongroup"]
    values = [np.array(values) for values in (synapses.w_, synapses.Apre_, synapses.Apost_, neurons.v_, neurons.g_)]
    return [*values, net["spikemonitor"].i, net["spikemonitor"].t_]


def test_phases_of_a_plastic_synapse():
    net = network()
    arrivals = two_phases(kernel(net, "pre"))
    # what belongs to the synapse lies one behind the other; the target's sum alone needs an order
    assert [type(one) for one in arrivals.second] == [Add]
    assert {one.array for one in arrivals.first if isinstance(one, Store)} >= {"_own_w", "_own_Apre"}
    backward = two_phases(kernel(net, "post"))
    assert {type(one) for one in backward.second} == {Store}
    assert set(backward.kept.values()) == {"real"}


@pytest.mark.parametrize("options", [{}, {"dtype": "float32"}, {"delay": "rand()*ms"}, {"threads": 3}])
def test_results_are_those_of_the_plain_order(options):
    compiled = network(**options)
    plain = network("numpy", **{name: value for name, value in options.items() if name != "threads"})
    for net in (compiled, plain):
        net.run(60 * ms)
    tolerance = 2e-3 if options.get("dtype") == "float32" else 1e-11
    for found, expected in zip(state(compiled), state(plain), strict=True):
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    assert len(state(plain)[-1]) > 50


@pytest.mark.parametrize(
    ("on_pre", "possible"),
    [
        ("g_post += w", False),  # nothing that would pay
        ("g_post += w*exp(-v_post)", True),
        ("g_post += w*exp(-g_post)", False),  # reads what another synapse of the run may have written
        ("v_post = exp(-w)", True),  # the last one counts, in order
        ("g_post += w*rand()", True),
    ],
)
def test_what_may_be_in_phases(on_pre, possible):
    nets = [network(target, model="w : 1", on_pre=on_pre, on_post=None) for target in ("numba", "numpy")]
    assert (two_phases(kernel(nets[0], "pre")) is not None) == possible
    for net in nets:
        net.run(20 * ms)
    spreads = []
    for name in ("v_", "g_"):
        found, expected = (np.array(getattr(net["neurongroup"], name)) for net in nets)
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)
        spreads.append(np.ptp(expected))
    assert max(spreads) > 0


def oscillators(target="numba", **more):
    """Return oscillators that are coupled by sums over all synapses, more than one block of them at a source."""
    es.seed(4)
    group = es.NeuronGroup(
        150, "dx/dt = (1 + 0.2*(pull + push)/N)/ms : 1\npull : 1\npush : 1", method="euler", name="group"
    )
    group.x = "6*rand()"
    couples = es.Synapses(group, group, "w : 1\npull_post = w*sin(x_pre - x_post) : 1 (summed)", name="couples")
    couples.connect(p=0.9, n=2)
    couples.w = "rand()"
    back = es.Synapses(group, group, "push_pre = exp(-abs(x_pre - x_post)) : 1 (summed)")
    back.connect(condition="i != j")
    return es.Network(group, couples, back, dt=0.1 * ms, target=target, **more)


@pytest.mark.parametrize(
    "options",
    [{}, {"threads": 3}, {"dtype": "float32"}, pytest.param({"target": "cython"}, marks=CYTHON.marks)],
    ids=str,
)
def test_sums_over_all_synapses_are_those_of_the_plain_order(options):
    net = oscillators(**options)
    over_all = [one.call for one in net._build()[1].launches if getattr(one.call, "domain", "") == "synapses"]
    assert [two_phases(one) is not None for one in over_all] == [True, True]
    plain = oscillators("numpy", **{name: value for name, value in options.items() if name == "dtype"})
    for each in (net, plain):
        each.run(3 * ms)
    tolerance = 1e-4 if options.get("dtype") == "float32" else 1e-12
    for name in ("x_", "pull_", "push_"):
        expected = np.array(getattr(plain["group"], name))
        np.testing.assert_allclose(getattr(net["group"], name), expected, rtol=tolerance, atol=tolerance)
        assert np.ptp(expected) > 0.1
