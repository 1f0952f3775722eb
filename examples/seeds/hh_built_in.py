"""Which pulse makes an axon fire? The neuron of Hodgkin and Huxley from the library, six pulses at once.

Each of six neurons gets 2 ms of its own current between 10 ms and 25 ms of none.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import cm2, ms, mV, uA

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides hh_built_in.png")
chosen = options.parse_args()

amplitudes = [1, 2, 4, 8, 10, 15]
current = es.inputs.section_input([0, amplitudes, 0] * uA / cm2, [10, 2, 25] * ms, dt=0.01 * ms)

neurons = es.neurons.HH(len(amplitudes))
pulse = es.Input(neurons, "I", current)
trace = es.StateMonitor(neurons, ["V", "m", "h", "n"], record=True)
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, pulse, trace, spikes, dt=0.01 * ms)
net.run(current.duration)

for amplitude, count, peak in zip(amplitudes, spikes.count, trace.V_.max(axis=1), strict=True):
    print(f"{amplitude:2d} uA/cm2 for 2 ms: {count} spike, V up to {peak:6.2f} mV")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(7, 7), sharex=True, height_ratios=(3, 2, 0.7), layout="constrained")
    for k, amplitude in enumerate(amplitudes):
        axes[0].plot(trace.t / ms, trace.V[k] / mV, color=plt.get_cmap("viridis")(k / 6), label=f"{amplitude} uA/cm2")
    axes[0].set(ylabel="V (mV)", title="The library's Hodgkin-Huxley neuron and six pulses")
    axes[0].legend(loc="upper right")
    for gate in ("m", "h", "n"):
        axes[1].plot(trace.t / ms, getattr(trace, gate)[-1], label=gate)
    axes[1].set(ylabel=f"gates at {amplitudes[-1]} uA/cm2")
    axes[1].legend(loc="upper right")
    axes[2].step(np.arange(len(current.values)) * 0.01, current.values[:, -1], "k", where="post")
    axes[2].set(xlabel="time (ms)", ylabel="I (uA/cm2)")
    figure.savefig("hh_built_in.png", dpi=100)
    if chosen.show:
        plt.show()
