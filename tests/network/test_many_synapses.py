"""Millions of synapses: the same numbers as for few, in little memory; thousands load nothing that they do not need."""

import subprocess
import sys
import tracemalloc
from unittest.mock import patch

import numpy as np
import pytest

import eqsim as es
from eqsim.network import variables
from eqsim.random import pieces
from eqsim.units import ms


def made(connect, size=60):
    es.seed(5)
    source = es.NeuronGroup(size, "v : 1", threshold="v > 1", reset="v = 0")
    target = es.NeuronGroup(size + 3, "v : 1\nx : 1", threshold="v > 1", reset="v = 0")
    target.x = "i/10"
    synapses = es.Synapses(source[3:], target, "w : 1\nn : integer", on_pre="v += w", on_post="w += 1")
    connect(synapses)
    synapses.w = "clip(randn()*x_post, -1, 1) + rand()*i/(j + 1)"
    synapses.n = "poisson(3)"
    synapses.delay = "clip((2 + randn())*ms, 0.1*ms, 5*ms)"
    return synapses


def seen(synapses):
    return [np.array(values) for values in (synapses.i, synapses.j, synapses.w_, synapses.n_, synapses.delay / ms)]


CONNECT = {
    "probability": lambda s: s.connect(p=0.4),
    "multapses": lambda s: s.connect(rule=es.rules.fixed_total(3001, multapses=True)),
    "by target": lambda s: s.connect(rule=es.rules.fixed_indegree(20)),
    "twice": lambda s: (s.connect(p="exp(-abs(i - j)/20)"), s.connect(i=np.arange(50)[::-1], j=np.arange(50))),
}


@pytest.mark.parametrize("connect", CONNECT.values(), ids=CONNECT)
def test_many_give_the_numbers_of_few(connect):
    plain = made(connect)
    with patch.object(pieces, "MANY", 1), patch.object(variables, "_BLOCK", 64):
        many = made(connect)
        assert len(plain) == len(many) > 1000
        for laid_out in (False, True, True):
            for one, other in zip(seen(plain), seen(many), strict=True):
                np.testing.assert_array_equal(one, other)
            np.testing.assert_array_equal(plain.w[5, 7], many.w[5, 7])
            with patch.object(pieces, "MANY", 10**12), patch.object(pieces, "SOME", 10**12):
                plain._layout.count_steps(0.1)
                plain._layout.for_delivery(0.1, 1)
            many._layout.count_steps(0.1)
            many._layout.for_delivery(0.1, 1)
            for name in ("start", "target", "permutation"):
                np.testing.assert_array_equal(*(getattr(s._layout.connections, name) for s in (plain, many)))
            np.testing.assert_array_equal(*(s._variables.storage.arrays["w"] for s in (plain, many)))
            np.testing.assert_array_equal(*(s._layout.delays["pre"] for s in (plain, many)))
    synapses = many
    synapses.connect(i=[1, 0], j=[2, 2])
    assert len(synapses.w_) == len(plain) + 2
    np.testing.assert_array_equal(synapses.w_[:-2], plain.w_)
    np.testing.assert_array_equal(synapses.i[-3:-2], plain.i[-1:])


def test_memory_of_a_synapse():
    made(CONNECT["multapses"])  # loads what is loaded once
    es.seed(1)
    groups = [es.NeuronGroup(1500, "v : 1", threshold="v > 1", reset="v = 0") for _ in range(2)]
    count = 2_000_000
    synapses = es.Synapses(*groups, "w : 1", on_pre="v += w")
    tracemalloc.start()
    try:
        synapses.connect(rule=es.rules.fixed_total(count, multapses=True))
        synapses.w = "1 + randn()"
        synapses.delay = "(1 + rand())*ms"
        built, _ = tracemalloc.get_traced_memory()
        synapses._layout.count_steps(0.1)
        synapses._layout.for_delivery(0.1, 1)
        stored, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # a target of 2 bytes, a weight and a delay of 8; then a delay of 1 and a place in the order of creation of 4
    assert built / count < 18.5
    assert stored / count < 15.5
    assert most / count < 45


def test_some_synapses_load_no_compiler():
    program = """
import sys, eqsim as es
G = es.NeuronGroup(4000, "v : 1", threshold="v > 1", reset="v = 0")
S = es.Synapses(G, G, "w : 1", on_pre="v += w")
S.connect(p=0.02)
S.w = "randn()"
S._layout.count_steps(0.1)
S._layout.for_delivery(0.1, 1)
assert 310_000 < len(S) < 330_000
assert not {"numba", "llvmlite"} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", program], check=True)
