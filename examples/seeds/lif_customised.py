"""How often does a leaky integrate-and-fire neuron fire? Written from its equation, against the formula of its rate.

At V_th there is a spike, V goes back to V_reset, and for 5 ms nothing more happens. Ten neurons get 22 nA, sixty others
one current each.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import Mohm, ms, mV, nA

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=2000, help="of the simulation, in ms (default 2000)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides lif_customised.png")
chosen = options.parse_args()

es.seed(42)
V_rest, V_reset, V_th, R, tau = 0 * mV, -5 * mV, 20 * mV, 1 * Mohm, 10 * ms
neurons = es.NeuronGroup(
    70,
    """
    dV/dt = (V_rest - V + R*I)/tau : mV (unless refractory)
    I                              : nA
    V(0) = V_reset + randn()*mV
    """,
    threshold="V > V_th",
    reset="V = V_reset",
    refractory=5 * ms,
)
neurons.I[:10] = 22 * nA
neurons.I[10:] = np.linspace(18, 40, 60) * nA
trace = es.StateMonitor(neurons, "V", record=range(10))
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, trace, spikes, dt=0.1 * ms)
net.run(chosen.duration * ms)

I = neurons.I_
with np.errstate(divide="ignore", invalid="ignore"):
    formula = np.where(I > 20, 1000 / (5 + 10 * np.log((I + 5) / (I - 20))), 0)
trains = spikes.spike_trains()
rates = np.array([1000 / np.diff(trains[k] / ms).mean() if len(trains[k]) > 1 else 0 for k in range(70)])
print(f"22 nA: {rates[:10].mean():.2f} Hz, by the formula {formula[0]:.2f} Hz")
print(
    f"largest difference at 60 currents: {100 * abs(rates / np.maximum(formula, 1) - (formula > 0))[10:].max():.2f} %"
)

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    axes[0].plot(trace.t / ms, trace.V.T / mV, linewidth=0.8)
    axes[0].axhline(20, color="k", linestyle=":", linewidth=0.8)
    axes[0].set(xlabel="time (ms)", ylabel="V (mV)", xlim=(0, 100), title="ten neurons at 22 nA")
    axes[1].plot(I[10:], formula[10:], "k", label="formula")
    axes[1].plot(I[10:], rates[10:], "o", markersize=4, color="tab:red", label="simulated")
    axes[1].set(xlabel="I (nA)", ylabel="rate (Hz)", title="rate and current")
    axes[1].legend()
    figure.savefig("lif_customised.png", dpi=100)
    if chosen.show:
        plt.show()
