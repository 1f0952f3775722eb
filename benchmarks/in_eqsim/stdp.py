"""STDP: 1000 Poisson inputs of 15 Hz onto 100 neurons, every synapse plastic; after Song, Miller & Abbott (2000)."""

from time import perf_counter

import numpy as np
from measure import options, report, timed

import eqsim as es
from eqsim.units import Hz, ms, mV

chosen = options(size=100, duration=10_000)
begin = perf_counter()
es.seed(chosen.seed)
tau_m, tau_e, tau_pre, tau_post = 10 * ms, 5 * ms, 20 * ms, 20 * ms
E_L, E_e, V_t, V_r = -74 * mV, 0 * mV, -54 * mV, -60 * mV
g_max, d_pre = 0.01, 0.01 * 0.01
d_post = -d_pre * 1.05
inputs = es.PoissonGroup(1000, 15 * Hz)
neurons = es.NeuronGroup(
    chosen.size,
    """
    dV/dt   = (g_e*(E_e - V) + E_L - V)/tau_m : mV
    dg_e/dt = -g_e/tau_e                      : 1
    V(0)    = V_r
    """,
    threshold="V > V_t",
    reset="V = V_r",
    method="exponential_euler",
)
synapses = es.Synapses(
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
spikes = es.SpikeMonitor(neurons)
net = es.Network(inputs, neurons, synapses, spikes, dt=0.1 * ms, dtype=chosen.dtype, threads=chosen.threads)
built = perf_counter() - begin
net.run(0 * ms)  # lays synapses out, and compiles: what is stored is ready to run
net.store()
seconds = timed(chosen, lambda: net.run(chosen.duration * ms), net.restore)
rate = spikes.num_spikes / chosen.size / chosen.duration * 1000
weight = float(np.mean(synapses.w_)) / g_max
report("eqsim", es.__version__, chosen, seconds, rate, build_seconds=built, mean_weight=weight)
