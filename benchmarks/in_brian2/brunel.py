"""Brunel (2000), asynchronous irregular: 12,500 neurons with 1250 synapses each, and chance from outside."""

from brian2 import Hz, Network, NeuronGroup, PoissonInput, SpikeMonitor, Synapses, ms, mV
from in_brian2.way import begin, finish

chosen = begin(size=12_500, duration=1000)
tau, J, g = 20 * ms, 0.1 * mV, 5
neurons = NeuronGroup(
    chosen.size,
    "dV/dt = -V/tau : volt (unless refractory)",
    threshold="V > 20*mV",
    reset="V = 10*mV",
    refractory=2 * ms,
    method="exact",
)
n_exc = round(0.8 * chosen.size)
to_e = Synapses(neurons[:n_exc], neurons, on_pre="V += J", delay=1.5 * ms)
to_i = Synapses(neurons[n_exc:], neurons, on_pre="V -= g*J", delay=1.5 * ms)
to_e.connect(i="k for k in sample(N_pre, size=1000)")
to_i.connect(i="k for k in sample(N_pre, size=250)")
outside = PoissonInput(neurons, "V", 1000, 20 * Hz, J)
spikes = SpikeMonitor(neurons)
finish(
    chosen,
    Network(neurons, to_e, to_i, outside, spikes),
    globals(),
    lambda: spikes.num_spikes / chosen.size / chosen.duration * 1000,
)
