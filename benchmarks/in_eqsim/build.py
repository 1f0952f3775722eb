"""Building: 10 million random synapses between 10,000 neurons, until the first step has run; compiled before."""

from time import perf_counter

import numpy as np
from measure import options, peak_memory, report

import eqsim as es
from eqsim.units import ms

chosen = options(size=10_000, duration=0.1, p=0.1)


def build(size: int) -> es.Synapses:
    """Connect two groups and run one step."""
    neurons = es.NeuronGroup(size, "dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0")
    synapses = es.Synapses(neurons, neurons, on_pre="v += 0.1", delay=1 * ms)
    synapses.connect(p=chosen.p)
    es.Network(neurons, synapses, dt=0.1 * ms, dtype=chosen.dtype, threads=chosen.threads).run(chosen.duration * ms)
    return synapses


es.seed(chosen.seed)
build(100)
before, seconds, count = peak_memory(), [], 0
for _ in range(chosen.repeat):
    begin = perf_counter()
    count = len(build(chosen.size))
    seconds.append(perf_counter() - begin)
each = (peak_memory() - before) / count
report("eqsim", es.__version__, chosen, seconds, count, build_seconds=float(np.min(seconds)), bytes_each_at_peak=each)
