"""Can inhibition learn to balance excitation? A network that fires too much, and inhibitory synapses that learn.

Vogels, Sprekeler, Zenke, Clopath & Gerstner (2011) Inhibitory plasticity balances excitation and inhibition in sensory
pathways and memory networks. Science 334:1569-1573, fig. 4 A and B. A synapse from an inhibitory to an excitatory
neuron grows with near-coincident spikes and shrinks with presynaptic ones; so the latter is driven to a target rate.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms, mV, nS, pA, pF

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=60000, help="of learning, in ms (default 60000), after 1000")
options.add_argument("--scale", type=float, default=1, help="of the network: 1 is 10,000 neurons (default)")
options.add_argument("--speed", type=float, default=1, help="of learning: 1 is a change of 0.01 nS (default)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides vogels_2011.png")
chosen = options.parse_args()

es.seed(chosen.seed)
N_e, N_i = round(8000 * chosen.scale), round(2000 * chosen.scale)
C, g_L, E_L, E_e, E_i, V_t, I = 200 * pF, 10 * nS, -60 * mV, 0 * mV, -80 * mV, -50 * mV, 200 * pA
tau_e, tau_i, tau = 5 * ms, 10 * ms, 20 * ms
target, eta = 3 * Hz, 0 * nS
p = min(1, 0.02 / chosen.scale)

neurons = es.NeuronGroup(
    N_e + N_i,
    """
    dV/dt   = (g_L*(E_L - V) + g_e*(E_e - V) + g_i*(E_i - V) + I)/C : mV (unless refractory)
    dg_e/dt = -g_e/tau_e                                            : nS
    dg_i/dt = -g_i/tau_i                                            : nS
    V(0)    = E_L + rand()*(V_t - E_L)
    """,
    threshold="V > V_t", reset="V = E_L", refractory=5 * ms, method="exponential_euler",
)  # fmt: skip
exc, inh = neurons[:N_e], neurons[N_e:]
to_all = es.Synapses(exc, neurons, on_pre="g_e += 0.3*nS")
to_inh = es.Synapses(inh, inh, on_pre="g_i += 3*nS")
balance = es.Synapses(
    inh,
    exc,
    "w : nS; dx/dt = -x/(20*ms) : 1 (event-driven); dy/dt = -y/(20*ms) : 1 (event-driven)",
    on_pre="g_i_post += w; x += 1; w = clip(w + eta*(y - 2*target*tau), 0*nS, 100*nS)",
    on_post="y += 1; w = clip(w + eta*x, 0*nS, 100*nS)",
)
for synapses in (to_all, to_inh, balance):
    synapses.connect(p=p)
spikes = es.SpikeMonitor(neurons)
weights = es.StateMonitor(balance, "w", record=range(0, len(balance), 1 + len(balance) // 200), dt=100 * ms)

net = es.Network(neurons, to_all, to_inh, balance, spikes, weights, dt=0.1 * ms)
net.run(1000 * ms, progress=True)
balance.namespace["eta"] = 0.01 * chosen.speed * nS
net.run(chosen.duration * ms, progress=True)

t, i, end = spikes.t_[spikes.i < N_e], spikes.i[spikes.i < N_e], 1000 + chosen.duration
for low, high, name in ((200, 1000, "before"), (end - 3000, end, "after")):
    now = (t >= low) & (t < high)
    order = np.lexsort((t[now], i[now]))
    gaps = [np.diff(x) for x in np.split(t[now][order], np.flatnonzero(np.diff(i[now][order])) + 1)]
    variation = np.mean([x.std() / x.mean() for x in gaps if len(x) > 2] or np.nan)
    print(f"{name} learning: rate {now.sum() / N_e / (high - low) * 1000:.2f} Hz, variation {variation:.2f}")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(10, 6), layout="constrained")
    for axis, low, title in ((axes[0, 0], 700, "before learning"), (axes[0, 1], end - 300, "after learning")):
        seen = (t > low) & (t < low + 300) & (i % (N_e // 400) == 0)
        axis.plot(t[seen], i[seen], "k.", markersize=1.5)
        axis.set(xlabel="time (ms)", ylabel="excitatory neuron", title=title)
    rate = np.histogram(t, np.arange(0, end + 1, 100))[0] / N_e * 10
    axes[1, 0].semilogy(np.arange(len(rate)) / 10, rate, "k")
    axes[1, 0].axhline(3, color="tab:red", linewidth=0.8)
    axes[1, 0].set(xlabel="time (s)", ylabel="mean rate (Hz)")
    axes[1, 1].plot(weights.t_ / 1000, weights.w_.T[:, ::10], color="0.6", linewidth=0.5)
    axes[1, 1].plot(weights.t_ / 1000, weights.w_.mean(axis=0), "k")
    axes[1, 1].set(xlabel="time (s)", ylabel="learning weights (nS)")
    figure.savefig("vogels_2011.png", dpi=150)
    if chosen.show:
        plt.show()
