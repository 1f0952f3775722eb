"""What does a neuron say about a current that comes and goes? Sections of one current, then ten currents at once.

A current with a column for each neuron runs them all together, as a batch does.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import Hz, cm2, ms, mV, uA

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides sections_of_current.png")
chosen = options.parse_args()

one = es.inputs.section_input([0, 6, 0] * uA / cm2, [100, 200, 100] * ms)
levels = np.linspace(2, 20, 10)
ten = es.inputs.section_input([0, levels, 0] * uA / cm2, [100, 200, 100] * ms)

neuron, batch = es.neurons.HH(1, name="neuron"), es.neurons.HH(10, name="batch")
inputs = [es.Input(neuron, "I", one), es.Input(batch, "I", ten)]
trace, batch_trace = es.StateMonitor(neuron, ["V", "I"], record=True), es.StateMonitor(batch, "V", record=True)
spikes, batch_spikes = es.SpikeMonitor(neuron), es.SpikeMonitor(batch)

net = es.Network(neuron, batch, *inputs, trace, batch_trace, spikes, batch_spikes, dt=0.1 * ms)
net.run(one.duration)

print(f"6 uA/cm2 for 200 ms: {spikes.num_spikes} spikes")
for level, count in zip(levels, batch_spikes.count, strict=True):
    print(f"{level:4.1f} uA/cm2 for 200 ms: {count:2d} spikes, {float((count / (200 * ms)).rescale(Hz)):.0f} Hz")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(8, 8), sharex=True, height_ratios=(0.6, 1.5, 4), layout="constrained")
    axes[0].plot(trace.t / ms, trace.I_[0], "k")
    axes[0].set(ylabel="I (uA/cm2)", title="one neuron")
    axes[1].plot(trace.t / ms, trace.V[0] / mV, "k", linewidth=0.8)
    axes[1].set(ylabel="V (mV)")
    axes[2].plot(batch_trace.t / ms, batch_trace.V.T / mV + 120 * np.arange(10), "k", linewidth=0.8)
    axes[2].set_yticks(120 * np.arange(10) - 65, [f"{level:g}" for level in levels])
    axes[2].set(xlabel="time (ms)", ylabel="I from 100 to 300 ms (uA/cm2)", title="a batch of ten")
    figure.savefig("sections_of_current.png", dpi=100)
    if chosen.show:
        plt.show()
