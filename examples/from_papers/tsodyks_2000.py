"""Can synapses that tire make a random network burst as one? 500 neurons with short-term plasticity.

Tsodyks, Uziel & Markram (2000) Synchrony generation in recurrent networks with frequency-dependent synapses.
J Neurosci 20:RC50, fig. 1. Voltages count from rest. The currents from outside spread over 1 mV around the threshold,
as in other programs for this paper; over 0.05 mV the bursts come about twice a second.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import ms, mV

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=10000, help="of the simulation, in ms (default 10000)")
options.add_argument("--seed", type=int, default=3, help="of all random numbers (default 3)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides tsodyks_2000.png")
chosen = options.parse_args()

es.seed(chosen.seed)
tau, tau_I, V_t, V_r = 30 * ms, 3 * ms, 15 * mV, 13.5 * mV

neurons = es.NeuronGroup(
    500,
    """
    dV/dt = (I + I_b - V)/tau                            : mV (unless refractory)
    dI/dt = -I/tau_I                                     : mV
    I_b   = V_t + (rand() - 0.5)*mV                      : mV (parameter)
    rest  = (3*ms if i < 400 else 2*ms)                  : ms (parameter)
    V(0)  = V_r + rand()*(V_t - V_r)
    """,
    threshold="V > V_t",
    reset="V = V_r",
    refractory="rest",
)
exc, inh = neurons[:400], neurons[400:]

resources = """
    dx/dt = (1 - x - y)/tau_rec : 1 (event-driven)  # recovered
    dy/dt = -y/(3*ms)           : 1 (event-driven)  # active
    tau_rec                     : ms (constant)
    U                           : 1 (constant)
    A                           : mV (constant)
    x(0)  = 1
"""
depressing = {"model": resources, "on_pre": "y += U*x; I_post += A*U*x; x -= U*x"}
facilitating = {
    "model": resources + "tau_fac : ms (constant)\ndu/dt = -u/tau_fac : 1 (event-driven)",
    "on_pre": "u += U*(1 - u); y += u*x; I_post += A*u*x; x -= u*x",
}
ee, ie = es.Synapses(exc, exc, **depressing), es.Synapses(inh, exc, **depressing)
ei, ii = es.Synapses(exc, inh, **facilitating), es.Synapses(inh, inh, **facilitating)
means = (1.8, 0.5, 800), (-5.4, 0.5, 800), (7.2, 0.04, 100), (-7.2, 0.04, 100)
for synapses, (mean_A, mean_U, mean_tau) in zip((ee, ie, ei, ii), means, strict=True):
    synapses.connect(p=0.1)
    synapses.A = f"{mean_A}*clip(1 + 0.5*randn(), 0.2, 2)*mV"
    synapses.U = f"{mean_U}*clip(1 + 0.5*randn(), 0.2, 1.8)"
    synapses.tau_rec = f"max({mean_tau}*(1 + 0.5*randn()), 5)*ms"
for synapses in (ei, ii):
    synapses.tau_fac = "max(1000*(1 + 0.5*randn()), 5)*ms"
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, ee, ie, ei, ii, spikes, dt=0.25 * ms)
net.run(chosen.duration * ms, progress=True)

t, i = spikes.t_, spikes.i
active = np.histogram(t, np.arange(0, chosen.duration + 1, 1))[0] / 500  # share of the neurons in each ms
high = np.flatnonzero(active > 0.06)
bursts = high[(np.diff(high, prepend=-1000) > 100) & (high > 500)]
taking_part = [len(np.unique(i[abs(t - burst) < 30])) / 500 for burst in bursts]
rates = np.sort(spikes.count[:400]) / chosen.duration * 1000
print(f"mean rate {spikes.num_spikes / 500 / chosen.duration * 1000:.2f} Hz")
print(f"{len(bursts)} population bursts, in which {100 * np.mean(taking_part or 0):.0f} % of the neurons take part")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(8, 8), height_ratios=(2, 1, 1), layout="constrained")
    axes[1].sharex(axes[0])
    axes[0].plot(t / 1000, i, "k.", markersize=0.7)
    axes[0].set(ylabel="neuron", title="Now and then the whole population bursts")
    axes[1].plot(np.arange(len(active)) / 1000, active, "k", linewidth=0.8)
    axes[1].set(xlabel="time (s)", ylabel="active in 1 ms")
    axes[2].plot(rates, "k")
    axes[2].set(xlabel="excitatory neuron, by rate", ylabel="rate (Hz)")
    figure.savefig("tsodyks_2000.png", dpi=150)
    if chosen.show:
        plt.show()
