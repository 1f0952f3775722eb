"""Millions of synapses: the same numbers as for few, in little memory; thousands load nothing that they do not need."""

import gc
import signal
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
    "by source": lambda s: s.connect(rule=es.rules.fixed_outdegree(30)),
    "by source, with multapses": lambda s: s.connect(rule=es.rules.fixed_outdegree(30, multapses=True)),
    "each twice": lambda s: s.connect(p=0.3, n=2),
    "all": lambda s: s.connect(),
    "probabilities": lambda s: (s.connect(p=0.3), s.connect(p=0.2)),
    "by target": lambda s: s.connect(rule=es.rules.fixed_indegree(20)),
    "twice": lambda s: (s.connect(p="exp(-abs(i - j)/20)"), s.connect(i=np.arange(50)[::-1], j=np.arange(50))),
}


@pytest.mark.parametrize("part", [slice(3, 50), [2, 3, 5, 8, 13], [40, 1, 7]], ids=["slice", "rising", "any"])
@pytest.mark.parametrize("threads", [1, 2])
def test_one_delay_for_many_synapses_of_a_part(part, threads):
    def laid_out():
        es.seed(8)
        group = es.NeuronGroup(60, "v : 1", threshold="v > 1", reset="v = 0")
        synapses = es.Synapses(group[part], group[20:], on_pre="v += 1", delay=2 * ms)
        synapses.connect(p=0.7)
        synapses._layout.count_steps(0.1)
        synapses._layout.for_delivery(0.1, threads)
        connections = synapses._layout.connections
        return connections.start, connections.target, connections.lane_start, synapses.i[:], synapses.j[:]

    plain = laid_out()
    with patch.object(pieces, "MANY", 1):
        many = laid_out()
    for one, other in zip(plain, many, strict=True):
        np.testing.assert_array_equal(one, other)


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


def given_arrays(count, size=1500):
    """Return synapses between random neurons, their weights and delays given in single precision."""
    rng = np.random.default_rng(0)
    groups = [es.NeuronGroup(size, "v : 1", threshold="v > 1", reset="v = 0") for _ in range(2)]
    synapses = es.Synapses(*groups, "w : 1 (constant)", on_pre="v += w")
    synapses.connect(i=rng.integers(0, size, count, np.int32), j=rng.integers(0, size, count, np.int32))
    weights, delays = rng.standard_normal(count, np.float32), rng.random(count, np.float32) + 1
    synapses.w, synapses.delay = weights, delays * ms
    return synapses, weights, delays


def test_memory_of_a_synapse_from_arrays():
    made(CONNECT["multapses"])  # loads what is loaded once
    before, *_ = given_arrays(1_000_000)
    before._layout.count_steps(0.1)
    before._layout.for_delivery(0.1, 1)
    count = 2_000_000
    tracemalloc.start()
    try:
        synapses, *used = given_arrays(count)
        del used
        gc.collect()
        built, _ = tracemalloc.get_traced_memory()
        synapses._layout.count_steps(0.1)
        tracemalloc.reset_peak()
        synapses._layout.for_delivery(0.1, 1)
        stored, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # two ends of 2 bytes, a weight and a delay of 4; then a target, a weight, a delay of 1 and a place of 4
    assert built / count < 12.5
    assert stored / count < 11.5
    # while they are laid out, a word of 8 holds the delay, the target and the place; or the weights are there twice
    assert most / count < 21.5


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_of_single_precision_are_kept_so_and_read_as_any(dtype):
    synapses, weights, delays = given_arrays(1_000_000)
    assert synapses._variables.storage.arrays["w"].dtype == synapses._layout.delays["pre"].dtype == np.float32
    np.testing.assert_array_equal(synapses.delay / ms, delays)
    assert (synapses.delay / ms).dtype == np.float64
    some = synapses.w[[3, 5]]
    assert some.dtype == np.float64
    np.testing.assert_array_equal(some, weights[[3, 5]])
    synapses.w[4] = 0.1  # which is not single precision
    assert synapses.w[4] == 0.1
    seen = synapses.w_
    assert seen.dtype == np.float64
    np.testing.assert_array_equal(np.delete(seen, 4), np.delete(weights, 4))
    synapses.w = weights
    assert seen[4] == weights[4]  # who has the array sees what is written to it
    synapses.delay[7] = 0.7 * ms
    assert synapses.delay[7] == 0.7 * ms
    net = es.Network(synapses.source, synapses.target, synapses, dt=0.1 * ms, dtype=dtype, target="numpy", threads=1)
    net._build()
    stored = synapses._variables.storage.arrays["w"]
    assert stored.dtype == dtype
    np.testing.assert_array_equal(synapses.w_, weights)
    steps = np.floor(delays.astype(np.float64) / 0.1 + 0.5 + 1e-9)
    steps[7] = 7
    np.testing.assert_allclose(np.asarray(synapses.delay / ms), steps * 0.1)
    synapses.w = weights + 1  # in place, for kernels know where it is
    assert synapses._variables.storage.arrays["w"] is stored


def test_a_state_kept_before_the_first_run_and_gone_back_to():
    synapses, weights, _ = given_arrays(1_000_000)
    net = es.Network(synapses.source, synapses.target, synapses, dt=0.1 * ms, dtype="float32", target="numpy")
    net.store()
    synapses.w[:10] = 0.1
    net.restore()
    np.testing.assert_array_equal(synapses.w_, weights)


def test_the_last_neurons_of_a_large_group():
    group = es.NeuronGroup(70_000, "v : 1", threshold="v > 1", reset="v = 0")
    synapses = es.Synapses(group[:2000], group[68_000:], on_pre="v += 1")
    synapses.connect(p=0.3)
    assert len(synapses) > 1_000_000
    assert synapses._layout.connections.targets().min() == 68_000
    assert synapses._layout.connections.targets().max() == 69_999
    assert (synapses.j.min(), synapses.j.max()) == (0, 1999)


def test_synapses_are_whole_after_an_interruption(monkeypatch):
    synapses, weights, delays = given_arrays(1_000_000)
    i, j = synapses.i, synapses.j
    take = synapses._variables.take

    def interrupted(*arguments):
        signal.raise_signal(signal.SIGINT)
        take(*arguments)

    monkeypatch.setattr(synapses._variables, "take", interrupted)
    synapses._layout.count_steps(0.1)
    with pytest.raises(KeyboardInterrupt):
        synapses._layout.for_delivery(0.1, 1)
    np.testing.assert_array_equal(synapses.i, i)
    np.testing.assert_array_equal(synapses.j, j)
    np.testing.assert_array_equal(synapses.w_, weights)
    np.testing.assert_allclose(np.asarray(synapses.delay / ms), delays, atol=0.0501)


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
