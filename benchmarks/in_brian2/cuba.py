"""CUBA: 4000 linear integrate-and-fire neurons with synaptic currents; Brette et al. (2007), benchmark 2."""

from brian2 import Network, NeuronGroup, SpikeMonitor, Synapses, ms, mV
from in_brian2.way import begin, finish

chosen = begin(size=4000, duration=1000)
tau_m, tau_e, tau_i = 20 * ms, 5 * ms, 10 * ms
E_L = -49 * mV
neurons = NeuronGroup(
    chosen.size,
    """
    dV/dt   = (g_e + g_i - (V - E_L))/tau_m : volt (unless refractory)
    dg_e/dt = -g_e/tau_e                    : volt
    dg_i/dt = -g_i/tau_i                    : volt
    """,
    threshold="V > -50*mV",
    reset="V = -60*mV",
    refractory=5 * ms,
    method="exact",
)
neurons.V = "-60*mV + rand()*10*mV"
n_exc = round(0.8 * chosen.size)
to_e = Synapses(neurons[:n_exc], neurons, on_pre="g_e += 1.62*mV")
to_i = Synapses(neurons[n_exc:], neurons, on_pre="g_i -= 9*mV")
to_e.connect(p=80 / chosen.size)
to_i.connect(p=80 / chosen.size)
spikes = SpikeMonitor(neurons)
finish(
    chosen,
    Network(neurons, to_e, to_i, spikes),
    globals(),
    lambda: spikes.num_spikes / chosen.size / chosen.duration * 1000,
)
