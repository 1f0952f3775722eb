"""Delays: 10,000 Poisson sources of 10 Hz, 10 million synapses, each with a weight and a delay of its own."""

from time import perf_counter

import numpy as np
from measure import options, report, timed

import eqsim as es
from eqsim.units import Hz, ms

chosen = options(size=10_000, duration=1000, p=0.1)
begin = perf_counter()
es.seed(chosen.seed)
tau = 10 * ms
sources = es.PoissonGroup(chosen.size, 10 * Hz)
neurons = es.NeuronGroup(chosen.size, "dv/dt = -v/tau : 1", method="exact")
synapses = es.Synapses(sources, neurons, "w : 1 (constant)", on_pre="v += w")
synapses.connect(p=chosen.p)
synapses.w = "rand()"
synapses.delay = "(0.1 + 9.9*rand())*ms"
net = es.Network(sources, neurons, synapses, dt=0.1 * ms, dtype=chosen.dtype, threads=chosen.threads)
net.run(0 * ms)  # lays the synapses out
built = perf_counter() - begin
net.run(0 * ms)  # lays synapses out, and compiles: what is stored is ready to run
net.store()
seconds = timed(chosen, lambda: net.run(chosen.duration * ms), net.restore)
report("eqsim", es.__version__, chosen, seconds, float(np.mean(neurons.v_)), build_seconds=built)
