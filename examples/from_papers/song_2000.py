"""Do synapses compete when they learn from the timing of spikes? One neuron, 1000 excitatory inputs that learn.

Song, Miller & Abbott (2000) Competitive Hebbian learning through spike-timing-dependent synaptic plasticity. Nat
Neurosci 3:919-926, fig. 2. Conductances count in units of the leak, voltages are those of the paper.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms, mV

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=400000, help="of the simulation, in ms (default 400000)")
options.add_argument("--rate", type=float, default=15, help="of the inputs, in Hz (default 15; the paper: 10 to 40)")
options.add_argument("--speed", type=float, default=1, help="of learning: 1 is the paper's (default)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides song_2000.png")
chosen = options.parse_args()

es.seed(chosen.seed)
tau_m, tau_g, tau_plus, tau_minus = 20 * ms, 5 * ms, 20 * ms, 20 * ms
E_L, E_e, E_i, V_t, V_r = -70 * mV, 0 * mV, -70 * mV, -54 * mV, -60 * mV
A_plus = 0.005 * chosen.speed
A_minus = 1.05 * A_plus
g_max, g_inh = 0.015, 0.05

exc = es.PoissonGroup(1000, chosen.rate * Hz)
inh = es.PoissonGroup(200, 10 * Hz)
neuron = es.NeuronGroup(
    1,
    """
    dV/dt   = (E_L - V + g_e*(E_e - V) + g_i*(E_i - V))/tau_m : mV
    dg_e/dt = -g_e/tau_g                                      : 1
    dg_i/dt = -g_i/tau_g                                      : 1
    V(0)    = E_L
    """,
    threshold="V > V_t",
    reset="V = V_r",
)
learning = es.Synapses(
    exc,
    neuron,
    """
    w    = rand()                  : 1 (parameter)  # of g_max
    dP/dt = -P/tau_plus            : 1 (event-driven)
    dM/dt = -M/tau_minus           : 1 (event-driven)
    """,
    on_pre="g_e_post += w*g_max; P += A_plus; w = clip(w - M, 0, 1)",
    on_post="M += A_minus; w = clip(w + P, 0, 1)",
)
steady = es.Synapses(inh, neuron, on_pre="g_i_post += g_inh")
learning.connect()
steady.connect()
before = learning.w_.copy()
spikes = es.SpikeMonitor(neuron)

net = es.Network(exc, inh, neuron, learning, steady, spikes, dt=0.1 * ms)
net.run(chosen.duration * ms, progress=True)

t, after = spikes.t_ / 1000, learning.w_
tenth = chosen.duration / 10000
early, late = np.sum(t < tenth) / tenth, np.sum(t > 9 * tenth) / tenth
variation = [np.std(x) / np.mean(x) for x in (np.diff(t[t < tenth]), np.diff(t[t > 9 * tenth]))]
print(f"rate {early:.1f} Hz in the first tenth, {late:.1f} Hz in the last")
print(f"variation of intervals {variation[0]:.2f} in the first tenth, {variation[1]:.2f} in the last")
print(f"synapses below 0.2: {np.mean(after < 0.2):.2f}, above 0.8: {np.mean(after > 0.8):.2f}")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(11, 3.5), layout="constrained")
    for axis, values, title in ((axes[0], before, "before"), (axes[1], after, "after")):
        axis.hist(values, np.linspace(0, 1, 21), color="0.3")
        axis.set(xlabel="g / g_max", ylabel="synapses", title=title)
    edges = np.linspace(0, chosen.duration / 1000, 41)
    axes[2].stairs(np.histogram(t, edges)[0] / edges[1], edges, color="k")
    axes[2].set(xlabel="time (s)", ylabel="rate (Hz)", ylim=(0, None), title="rate of the neuron")
    figure.savefig("song_2000.png", dpi=150)
    if chosen.show:
        plt.show()
