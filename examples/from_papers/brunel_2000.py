"""How do many sparsely connected neurons behave together? Four regimes, by inhibition (g) and drive from outside.

Brunel (2000) Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons. J Comput Neurosci
8:183-208, model A: the four simulations of fig. 8, whose rates and frequencies are in table 1. Every neuron has 1000
excitatory and 250 inhibitory synapses; voltages count from rest.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import ms, mV

# g, the rate from outside as a multiple of the threshold rate, and how many durations are simulated
REGIMES = {"SR": (3, 2, 1), "SIfast": (6, 4, 1), "AI": (5, 2, 1), "SIslow": (4.5, 0.9, 5)}

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--regime", nargs="+", choices=REGIMES, default=list(REGIMES), help="which (default: all)")
options.add_argument("--duration", type=float, default=600, help="in ms (default 600); SIslow takes five times that")
options.add_argument("--scale", type=float, default=1, help="of the network: 1 is 12,500 neurons; 0.1 at least")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides brunel_2000.png")
chosen = options.parse_args()

tau, V_t, V_r, J, C_e, C_i = 20 * ms, 20 * mV, 10 * mV, 0.1 * mV, 1000, 250
N_e, N_i = round(10000 * chosen.scale), round(2500 * chosen.scale)
threshold_rate = V_t / (J * C_e * tau)


def measures(t, i, end):
    """Mean rate, variation of intervals, and frequency of the whole (in pieces of 250 ms), after the first 100 ms."""
    t, i = t[t > 100], i[t > 100]
    order = np.lexsort((t, i))
    t, i = t[order], i[order]
    intervals, owners = np.diff(t)[np.diff(i) == 0], i[1:][np.diff(i) == 0]
    own = [intervals[owners == k] for k in range(0, N_e + N_i, 10)]
    variation = np.mean([x.std() / x.mean() for x in own if len(x) > 4] or np.nan)
    activity = np.histogram(t, np.arange(100, end + 0.5, 0.5))[0]
    pieces = np.lib.stride_tricks.sliding_window_view(activity, 500)[::250]
    power = np.abs(np.fft.rfft((pieces - pieces.mean(axis=1, keepdims=True)) * np.hanning(500))) ** 2
    frequency = np.fft.rfftfreq(500, 0.0005)[power.mean(axis=0).argmax()]
    return len(t) / (N_e + N_i) / (end - 100) * 1000, variation, frequency


found = {}
for name in chosen.regime:
    g, drive, times = REGIMES[name]
    es.seed(chosen.seed)
    neurons = es.NeuronGroup(
        N_e + N_i,
        "dV/dt = -V/tau : mV (unless refractory)",
        threshold="V > V_t",
        reset="V = V_r",
        refractory=2 * ms,
        method="exact",
    )
    to_e = es.Synapses(neurons[:N_e], neurons, on_pre="V += J", delay=1.5 * ms)
    to_i = es.Synapses(neurons[N_e:], neurons, on_pre="V -= g*J", delay=1.5 * ms)
    to_e.connect(rule=es.rules.fixed_indegree(C_e))
    to_i.connect(rule=es.rules.fixed_indegree(C_i))
    outside = es.PoissonInput(neurons, "V", C_e, drive * threshold_rate, J)
    spikes = es.SpikeMonitor(neurons)
    es.Network(neurons, to_e, to_i, outside, spikes, dt=0.1 * ms).run(times * chosen.duration * ms, progress=True)
    found[name] = spikes.t_, spikes.i, times * chosen.duration

for name, record in found.items():
    print("{}: mean rate {:.1f} Hz, variation of intervals {:.2f}, peak at {:.0f} Hz".format(name, *measures(*record)))

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        2, len(found), figsize=(4.5 * len(found), 4.5), height_ratios=(2, 1), sharex="col", squeeze=False
    )
    for (above, below), (name, (t, i, end)) in zip(axes.T, found.items(), strict=True):
        start = max(0, end - 200)
        seen = (t > start) & (i % ((N_e + N_i) // 50) == 0)
        above.plot(t[seen], i[seen] // ((N_e + N_i) // 50), "k.", markersize=2)
        above.set(title=f"{name}: g = {REGIMES[name][0]}, drive = {REGIMES[name][1]}", yticks=[], ylabel="50 neurons")
        below.hist(t, np.arange(start, end + 0.1, 0.1), histtype="step", color="k", linewidth=0.7)
        below.set(xlabel="time (ms)", ylabel="spikes in 0.1 ms", xlim=(start, end))
    figure.tight_layout()
    figure.savefig("brunel_2000.png", dpi=150)
    if chosen.show:
        plt.show()
