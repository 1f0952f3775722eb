"""Delays: 10,000 Poisson sources of 10 Hz, 10 million synapses, each with a weight and a delay of its own."""

from brian2 import Hz, Network, NeuronGroup, PoissonGroup, Synapses, ms
from in_brian2.way import begin, finish

chosen = begin(size=10_000, duration=1000, p=0.1)
tau = 10 * ms
sources = PoissonGroup(chosen.size, 10 * Hz)
neurons = NeuronGroup(chosen.size, "dv/dt = -v/tau : 1", method="exact")
synapses = Synapses(sources, neurons, "w : 1 (constant)", on_pre="v += w")
synapses.connect(p=chosen.p)
synapses.w = "rand()"
synapses.delay = "(0.1 + 9.9*rand())*ms"
finish(chosen, Network(sources, neurons, synapses), globals(), lambda: float(neurons.v[:].mean()))
