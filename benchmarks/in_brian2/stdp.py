"""STDP: 1000 Poisson inputs of 15 Hz onto 100 neurons, every synapse plastic; after Song, Miller & Abbott (2000)."""

from brian2 import Hz, Network, NeuronGroup, PoissonGroup, SpikeMonitor, Synapses, ms, mV
from in_brian2.way import begin, finish

chosen = begin(size=100, duration=10_000)
tau_m, tau_e, tau_pre, tau_post = 10 * ms, 5 * ms, 20 * ms, 20 * ms
E_L, E_e, V_t, V_r = -74 * mV, 0 * mV, -54 * mV, -60 * mV
g_max, d_pre = 0.01, 0.01 * 0.01
d_post = -d_pre * 1.05
inputs = PoissonGroup(1000, 15 * Hz)
neurons = NeuronGroup(
    chosen.size,
    """
    dV/dt   = (g_e*(E_e - V) + E_L - V)/tau_m : volt
    dg_e/dt = -g_e/tau_e                      : 1
    """,
    threshold="V > V_t",
    reset="V = V_r",
    method="exponential_euler",
)
neurons.V = V_r
synapses = Synapses(
    inputs,
    neurons,
    """
    w           : 1
    dApre/dt  = -Apre/tau_pre   : 1 (event-driven)
    dApost/dt = -Apost/tau_post : 1 (event-driven)
    """,
    on_pre="g_e += w; Apre += d_pre; w = clip(w + Apost, 0, g_max)",
    on_post="Apost += d_post; w = clip(w + Apre, 0, g_max)",
)
synapses.connect()
synapses.w = "rand()*g_max"
spikes = SpikeMonitor(neurons)
finish(
    chosen,
    Network(inputs, neurons, synapses, spikes),
    globals(),
    lambda: spikes.num_spikes / chosen.size / chosen.duration * 1000,
    lambda: {"mean_weight": float(synapses.w[:].mean()) / g_max},
)
