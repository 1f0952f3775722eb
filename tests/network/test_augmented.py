"""``w *= 2`` is ``w = w*2``, in whatever unit ``w`` counts."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV, nS

PAIRS = [
    ("x *= 0.5", "x = x*0.5"),
    ("x /= 4", "x = x/4"),
    ("x *= y/(10*mV)", "x = x*(y/(10*mV))"),
    ("x /= y/(10*mV)", "x = x/(y/(10*mV))"),
    ("x += y", "x = x + y"),
    ("x -= y/2", "x = x - y/2"),
    ("x %= y", "x = x % y"),
    ("k **= 2", "k = k**2"),
    ("k //= 2", "k = k//2"),
    ("x = x/2; x *= 2*mV/mV", "x = x/2; x = x*2"),
]


@pytest.mark.parametrize(("short", "long"), PAIRS)
def test_of_neurons(short, long):
    values = []
    for code in (short, long):
        group = es.NeuronGroup(3, "x : uV\ny : mV\nk : 1\n")
        group.x, group.y, group.k = [3, 5, 7] * mV, [1, 2, 3] * mV, [1.5, 5, 8]
        group.run_regularly(code)
        es.Network(group, dt=0.1 * ms, target="numpy").run(0.2 * ms)
        values.append((np.array(group.x_), np.array(group.k_)))
    assert np.allclose(values[0], values[1], rtol=1e-14)


@pytest.mark.parametrize("code", ["w *= 0.5", "w /= 2", "g_post += w; w *= 0.5"])
def test_of_synapses(code):
    source = es.SpikeGeneratorGroup(1, [0, 0], [1, 2] * ms)
    target = es.NeuronGroup(2, "g : nS")
    synapses = es.Synapses(source, target, "w : nS", on_pre=code)
    synapses.connect()
    synapses.w = [4, 8] * nS
    es.Network(source, target, synapses, dt=0.1 * ms, target="numpy").run(5 * ms)
    assert np.array_equal(synapses.w_, [1, 2])
    assert np.array_equal(target.g_, [6, 12] if "g_post" in code else [0, 0])
