"""Which shapes can a current have? Sections, a constant, a ramp, pulses, waves and noise, each into its own neuron."""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms, mV, nA

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument(
    "--show", action="store_true", help="show the figure in a window, besides inputs_of_every_kind.png"
)
chosen = options.parse_args()

es.seed(42)
inputs, duration, dt = es.inputs, 200 * ms, 0.1 * ms
walk = inputs.wiener_process(duration).values.cumsum()  # what it gains in each step, added up
currents = {
    "sections": inputs.section_input([0, 24, 0, 32, 0] * nA, [40, 60, 20, 60, 20] * ms),
    "constant": inputs.constant_input([(0 * nA, 40 * ms), (24 * nA, 160 * ms)]),
    "ramp": inputs.ramp_input(0 * nA, 40 * nA, duration, t_start=20 * ms, t_end=180 * ms),
    "pulses": inputs.spike_input([20, 60, 65, 150] * ms, 3 * ms, [80, 50, 50, 120] * nA, duration),
    "sine": inputs.sinusoidal_input(20 * nA, 20 * Hz, duration, bias=True),
    "square": inputs.square_input(30 * nA, 10 * Hz, duration),
    "Wiener process": es.TimedArray((15 + walk) * nA, dt),
    "Ornstein-Uhlenbeck process": inputs.ou_process(20 * nA, 4 * nA / ms**0.5, 10 * ms, duration),
}
neurons = es.neurons.LIFRef(len(currents))
columns = np.column_stack([current.values for current in currents.values()])  # one for each neuron
drive = es.Input(neurons, "I", es.TimedArray(columns * nA, dt))
trace = es.StateMonitor(neurons, "V", record=True)
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, drive, trace, spikes, dt=dt)
net.run(duration)

for name, column, count in zip(currents, columns.T, spikes.count, strict=True):
    print(f"{name}: {column.mean():.2f} nA on average, {count} spikes")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(4, 4, figsize=(12, 8), sharex=True, height_ratios=(2, 1, 2, 1), layout="constrained")
    for k, name in enumerate(currents):
        above, below = axes[k // 4 * 2 : k // 4 * 2 + 2, k % 4]
        above.plot(trace.t / ms, trace.V[k] / mV, "k", linewidth=0.8)
        above.plot(spikes.t[spikes.i == k] / ms, np.full(spikes.count[k], 23), "|", color="tab:red")
        above.set(title=name, ylim=(-30, 27))
        below.plot(trace.t / ms, columns[:, k], linewidth=0.8)
    for k in (0, 2):
        axes[k, 0].set(ylabel="V (mV)")
        axes[k + 1, 0].set(ylabel="I (nA)")
    for axis in axes[-1]:
        axis.set(xlabel="time (ms)")
    figure.savefig("inputs_of_every_kind.png", dpi=100)
    if chosen.show:
        plt.show()
