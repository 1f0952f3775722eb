"""COBA: 4000 integrate-and-fire neurons with conductances, 80 synapses onto each; Brette et al. (2007)."""

from brian2 import Network, NeuronGroup, SpikeMonitor, Synapses, ms, mV, nS
from in_brian2.way import begin, finish

chosen = begin(size=4000, duration=1000)
tau_m, tau_e, tau_i = 20 * ms, 5 * ms, 10 * ms
E_L, E_e, E_i = -60 * mV, 0 * mV, -80 * mV
g_L = 10 * nS
neurons = NeuronGroup(
    chosen.size,
    """
    dV/dt   = (E_L - V + (g_e*(E_e - V) + g_i*(E_i - V))/g_L)/tau_m : volt (unless refractory)
    dg_e/dt = -g_e/tau_e                                            : siemens
    dg_i/dt = -g_i/tau_i                                            : siemens
    """,
    threshold="V > -50*mV",
    reset="V = -60*mV",
    refractory=5 * ms,
    method="exponential_euler",
)
neurons.V = "E_L + (5*randn() - 5)*mV"
neurons.g_e = "(15*randn() + 40)*nS"
neurons.g_i = "(120*randn() + 200)*nS"
n_exc = round(0.8 * chosen.size)
to_e = Synapses(neurons[:n_exc], neurons, on_pre="g_e += 6*nS")
to_i = Synapses(neurons[n_exc:], neurons, on_pre="g_i += 67*nS")
to_e.connect(p=80 / chosen.size)
to_i.connect(p=80 / chosen.size)
spikes = SpikeMonitor(neurons)
finish(
    chosen,
    Network(neurons, to_e, to_i, spikes),
    globals(),
    lambda: spikes.num_spikes / chosen.size / chosen.duration * 1000,
)
