"""Why does a relay neuron of the thalamus burst when inhibition ends? Two ways of firing, from channels of the library.

McCormick & Huguenard (1992) A model of the electrophysiological properties of thalamocortical relay neurons.
J Neurophysiol 68:1384-1400. The currents are those of the companion paper in the form that models of networks have.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import cm2, mS, ms, mV, uA, uF

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=500, help="of the inhibition, in ms (default 500)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides mccormick_1992.png")
chosen = options.parse_args()

inhibited, no_T, no_h, from_above, from_below = range(5)
relay = es.ConductanceNeuron(
    5,
    C=1 * uF / cm2,
    channels={
        "INa": es.channels.INa_TM1991(V_sh=-50 * mV, g_max=90 * mS / cm2),
        "IK": es.channels.IK_TM1991(V_sh=-50 * mV),
        "ICaT": es.channels.ICaT_HM1992(g_max=[2, 0, 2, 2, 2] * mS / cm2),
        "Ih": es.channels.Ih_HM1992(g_max=[0.01, 0.01, 0, 0.01, 0.01] * mS / cm2),
        "IKL": es.channels.IKL(g_max=0.015 * mS / cm2),
        "IL": es.channels.IL(g_max=0.01 * mS / cm2),
    },
    ions={"Ca": es.ions.CalciumDetailed()},
    threshold="V > -20*mV",
)
before, during = (
    [0.3, 0.3, 0.3, 0.3, -0.6],
    [-0.4, -0.4, -0.4, 1.5, 0.6],
)  # the last two get the same pulse from two potentials
lengths = [1000, chosen.duration, 500] * ms
pulse = es.inputs.section_input(values=[before, during, before] * uA / cm2, durations=lengths, dt=1 * ms)
drive = es.Input(relay, "input", pulse, op="=")
trace = es.StateMonitor(relay, ["V", "ICaT.p", "ICaT.q", "Ih.p", "Ca.C"], record=True)
spikes = es.SpikeMonitor(relay)

net = es.Network(relay, drive, trace, spikes, dt=0.02 * ms)
net.run(pulse.duration)

start, end = 1000, 1000 + chosen.duration
t, V = trace.t_, trace.V_
times = [spikes.t_[np.asarray(spikes.i) == neuron] for neuron in range(5)]


def told(train):
    """Return a train in words; its rate is that of the shortest interval."""
    return f"{len(train)} spikes" + (f", the fastest at {1000 / np.diff(train).min():.0f} Hz" if len(train) > 1 else "")


for neuron, what in ((inhibited, "released"), (no_T, "without the T-current"), (no_h, "without the h-current")):
    lowest, last = V[neuron][(t > start) & (t < end)].min(), V[neuron][t < end][-1]
    print(f"{what}: {told(times[neuron][times[neuron] > end])}; sag from {lowest:.1f} to {last:.1f} mV")
for neuron in (from_above, from_below):
    pulsed = times[neuron][(times[neuron] > start) & (times[neuron] < end)]
    print(f"pulse from {V[neuron][t < start][-1]:.1f} mV: {told(pulsed)}; the last after {pulsed[-1] - start:.0f} ms")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(4, 1, figsize=(9, 9), height_ratios=(2, 1, 1, 2), sharex=True, layout="constrained")
    for neuron, label in ((inhibited, "all currents"), (no_T, "without T"), (no_h, "without h")):
        axes[0].plot(t, V[neuron], linewidth=0.8, label=label)
    axes[0].set(ylabel="V (mV)", title="Inhibition ends, and the neuron bursts")
    for gate in ("ICaT.p", "ICaT.q", "Ih.p"):
        axes[1].plot(t, np.asarray(trace[gate][inhibited]), linewidth=0.8, label=gate)
    axes[1].set(ylabel="gates")
    axes[2].plot(t, 1000 * trace["Ca.C"][inhibited].magnitude, "k", linewidth=0.8)
    axes[2].set(ylabel="calcium (uM)")
    for neuron, label in ((from_above, "from -61 mV"), (from_below, "from -90 mV")):
        axes[3].plot(t, V[neuron], linewidth=0.8, label=label)
    axes[3].set(xlabel="time (ms)", ylabel="V (mV)", xlim=(start - 100, end + 300), title="One pulse, two answers")
    for ax in axes[[0, 1, 3]]:
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig("mccormick_1992.png", dpi=150)
    if chosen.show:
        plt.show()
