"""Brunel (2000), asynchronous irregular: 12,500 neurons with 1250 synapses each, and chance from outside."""

from time import perf_counter

from measure import options, report, timed

import eqsim as es
from eqsim.units import Hz, ms, mV

chosen = options(size=12_500, duration=1000)
begin = perf_counter()
es.seed(chosen.seed)
tau, J, g = 20 * ms, 0.1 * mV, 5
neurons = es.NeuronGroup(
    chosen.size,
    "dV/dt = -V/tau : mV (unless refractory)",
    threshold="V > 20*mV",
    reset="V = 10*mV",
    refractory=2 * ms,
    method="exact",
)
n_exc = round(0.8 * chosen.size)
to_e = es.Synapses(neurons[:n_exc], neurons, on_pre="V += J", delay=1.5 * ms)
to_i = es.Synapses(neurons[n_exc:], neurons, on_pre="V -= g*J", delay=1.5 * ms)
to_e.connect(rule=es.rules.fixed_indegree(1000))
to_i.connect(rule=es.rules.fixed_indegree(250))
outside = es.PoissonInput(neurons, "V", 1000, 20 * Hz, J)
spikes = es.SpikeMonitor(neurons)
net = es.Network(neurons, to_e, to_i, outside, spikes, dt=0.1 * ms, dtype=chosen.dtype, threads=chosen.threads)
built = perf_counter() - begin
net.run(0 * ms)  # lays synapses out, and compiles: what is stored is ready to run
net.store()
seconds = timed(chosen, lambda: net.run(chosen.duration * ms), net.restore)
rate = spikes.num_spikes / chosen.size / chosen.duration * 1000
report("eqsim", es.__version__, chosen, seconds, rate, build_seconds=built)
