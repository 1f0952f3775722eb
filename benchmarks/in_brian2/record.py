"""Recording: the voltage of each of 1000 neurons in each step of a second, ten million values."""

from brian2 import Hz, Network, NeuronGroup, PoissonInput, StateMonitor, ms
from in_brian2.way import begin, finish

chosen = begin(size=1000, duration=1000)
tau, w = 10 * ms, 0.1
neurons = NeuronGroup(chosen.size, "dv/dt = -v/tau : 1", method="exact")
neurons.v = "rand()"
outside = PoissonInput(neurons, "v", 100, 10 * Hz, w)
trace = StateMonitor(neurons, "v", record=True)
finish(chosen, Network(neurons, outside, trace), globals(), lambda: float(trace.v.mean()))
