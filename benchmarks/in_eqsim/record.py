"""Recording: the voltage of each of 1000 neurons in each step of a second, ten million values."""

from time import perf_counter

import numpy as np
from measure import options, report, timed

import eqsim as es
from eqsim.units import Hz, ms

chosen = options(size=1000, duration=1000)
begin = perf_counter()
es.seed(chosen.seed)
tau, w = 10 * ms, 0.1
neurons = es.NeuronGroup(chosen.size, "dv/dt = -v/tau : 1\nv(0) = rand()", method="exact")
outside = es.PoissonInput(neurons, "v", 100, 10 * Hz, w)
trace = es.StateMonitor(neurons, "v", record=True)
net = es.Network(neurons, outside, trace, dt=0.1 * ms, dtype=chosen.dtype, threads=chosen.threads)
built = perf_counter() - begin
net.run(0 * ms)  # lays synapses out, and compiles: what is stored is ready to run
net.store()
seconds = timed(chosen, lambda: net.run(chosen.duration * ms), net.restore)
report("eqsim", es.__version__, chosen, seconds, float(np.mean(trace.v)), build_seconds=built)
