"""Which channels make an axon? The neuron of Hodgkin and Huxley out of the library's channels, one after the other.

Leak alone charges; with sodium V goes up and stays; potassium brings it back. With all three this is the library's
neuron HH. The tutorials print 0.03 for g_L = 0.3 mS/cm2.
"""

import argparse

import eqsim as es
from eqsim.units import cm2, mS, ms, mV, uA, uF

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure, besides hh_from_library_channels.png")
chosen = options.parse_args()

channels = {
    "IL": es.channels.IL(E=-54.387 * mV, g_max=0.3 * mS / cm2),
    "INa": es.channels.INa_HH1952(g_max=[0, 120, 120] * mS / cm2),
    "IK": es.channels.IK_HH1952(g_max=[0, 0, 36] * mS / cm2),
}
neurons = es.ConductanceNeuron(3, C=1 * uF / cm2, channels=channels, threshold="V > 0*mV")
neurons.V = -65 * mV
whole = es.neurons.HH(1, V=-65 * mV)
neurons.input = whole.I = 10 * uA / cm2
trace = es.StateMonitor(neurons, ["V", "INa.m", "INa.h", "IK.n", "INa.I", "IK.I"], record=True)
its_trace = es.StateMonitor(whole, "V", record=True)
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, whole, trace, its_trace, spikes, dt=0.02 * ms)
net.run(100 * ms)

for k, name in enumerate(("leak", "leak and sodium", "all three")):
    print(f"{name}: {spikes.count[k]} spikes, V ends at {trace.V_[k, -1]:.2f} mV")
print(f"largest difference from es.neurons.HH: {abs(trace.V_[2] - its_trace.V_[0]).max():.1e} mV")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(8, 8), sharex=True, layout="constrained")
    for k, name in enumerate(("leak", "leak and sodium", "leak, sodium and potassium")):
        axes[0].plot(trace.t_, trace.V_[k], linewidth=1, label=name)
    axes[0].set(ylabel="V (mV)", title="10 uA/cm2 into one, two and three channels")
    for path in ("INa.m", "INa.h", "IK.n"):
        axes[1].plot(trace.t_, trace[path][2], linewidth=0.9, label=path)
    axes[1].set(ylabel="gates of all three (1)")
    for path in ("INa.I", "IK.I"):
        axes[2].plot(trace.t_, trace[path][2] / (uA / cm2), linewidth=0.9, label=path)
    axes[2].set(xlabel="time (ms)", ylabel="current (uA/cm2)", xlim=(0, 100))
    for axis in axes:
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig("hh_from_library_channels.png", dpi=100)
    if chosen.show:
        plt.show()
