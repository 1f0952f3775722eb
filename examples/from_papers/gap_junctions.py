"""Do electrical synapses synchronise neurons? Pairs of leaky neurons, at many rates and from many phases.

Lewis & Rinzel (2003) Dynamics of spiking neurons connected by both inhibitory and electrical coupling. J Comput
Neurosci 14:283-309; Chow & Kopell (2000) Neural Comput 12:1643-1678. The current below threshold drives a pair apart
and the spikes pull it together: at high rates only synchrony is stable, at low rates antiphase is, too.
"""

import argparse

import numpy as np
from scipy.optimize import brentq

import eqsim as es
from eqsim.units import Hz, ms, mV

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=4000, help="of the simulation, in ms (default 4000)")
options.add_argument("--spike", type=float, default=0.2, help="area of a spike, in (V_t - E_L)*tau")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides gap_junctions.png")
chosen = options.parse_args()

drives = np.linspace(1.04, 1.8, 39)  # steady state of V, in steps from rest to threshold
phases = np.array([0.05, 0.15, 0.25, 0.35, 0.45])
tau, E_L, V_t = 10 * ms, -70 * mV, -50 * mV
period = np.log(drives / (drives - 1))  # of a neuron alone, in tau
coupling = 0.05  # conductance of the junction, against that of the leak
jump = coupling * chosen.spike * (V_t - E_L)

neurons = es.NeuronGroup(
    2 * len(drives) * len(phases),
    """
    dV/dt = (E_L - V + drive*(V_t - E_L) + gap)/tau : mV
    gap                                             : mV
    drive                                           : 1 (constant)
    """,
    threshold="V > V_t",
    reset="V -= V_t - E_L",  # what is left of a step after a spike counts
    method="exact",
)
junctions = es.Synapses(neurons, neurons, "gap_post = coupling*(V_pre - V_post) : mV (summed)", on_pre="V += jump")
junctions.connect(j="i + 1 - 2*(i % 2)")  # 0 and 1, 2 and 3, ...
neurons.drive = np.repeat(drives, 2 * len(phases))
ahead = np.outer(period, phases).ravel()
neurons.V = E_L
neurons[1::2].V = E_L + neurons[1::2].drive * (1 - np.exp(-ahead)) * (V_t - E_L)
spikes = es.SpikeMonitor(neurons)
seen = [2 * len(phases) * np.searchsorted(drives, drive) + 6 for drive in (1.1, 1.5)]
trace = es.StateMonitor(neurons, "V", record=[k + side for k in seen for side in (0, 1)])

net = es.Network(neurons, junctions, spikes, trace, dt=0.005 * ms)
net.run(chosen.duration * ms, progress=True)

last = [train[-3:] / ms for train in spikes.spike_trains().values()]
shift = np.array([(b[-1] - a[-2]) / (a[-1] - a[-2]) % 1 for a, b in zip(last[::2], last[1::2], strict=True)])
shift = np.minimum(shift, 1 - shift).reshape(len(drives), len(phases))


def pull(half):
    """How fast a small shift from antiphase shrinks under weak coupling, against half the period in tau."""
    by_spikes = chosen.spike * (1 - np.exp(-2 * half))
    return np.exp(-half) * (1 + half) + np.exp(half) * (half - 1 - by_spikes)


onset = 1 / (1 - np.exp(-2 * brentq(pull, 0.1, 5)))
apart = shift.max(axis=1) > 0.45
print(f"antiphase is stable up to a drive of {drives[apart].max():.2f} (theory of weak coupling: {onset:.2f})")
print(f"pairs in synchrony above: {100 * np.mean(shift[drives > drives[apart].max()] < 0.01):.0f} %")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplot_mosaic([["low", "phase"], ["high", "phase"]], figsize=(10, 4.5), layout="constrained")
    for k, name in enumerate(("low", "high")):
        end = trace.t > (chosen.duration - 60) * ms
        for line, side in enumerate(("tab:blue", "tab:orange")):
            axes[name].plot(trace.t[end] / ms, trace.V[2 * k + line, end] / mV, color=side)
        axes[name].set(ylabel="V (mV)", title=f"drive {float(neurons.drive[seen[k]]):.2f}: from a shift of 0.35")
    axes["high"].set(xlabel="time (ms)")
    rates = (1 / (period * tau)).rescale(Hz)
    axes["phase"].plot(np.repeat(rates, len(phases)), shift.ravel(), "ko", markersize=3)
    axes["phase"].axvline(float((1 / (np.log(onset / (onset - 1)) * tau)).rescale(Hz)), color="tab:red", linewidth=1)
    axes["phase"].set(xlabel="rate of a neuron alone (Hz)", ylabel="shift in the end (periods)", ylim=(-0.02, 0.52))
    axes["phase"].set_title("antiphase loses its stability (red: theory)")
    figure.savefig("gap_junctions.png", dpi=150)
    if chosen.show:
        plt.show()
