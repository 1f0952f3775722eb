"""How long does a second of a thousand Hodgkin-Huxley neurons take? The library's neuron under 10 uA/cm2."""

import argparse
from time import perf_counter

import numpy as np

import eqsim as es
from eqsim.units import Hz, cm2, ms, mV, uA

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=1000, help="of the simulation, in ms (default 1000)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides hh_population.png")
chosen = options.parse_args()

es.seed(42)
neurons = es.neurons.HH(1000, V="-65*mV + 10*mV*randn()")
neurons.I = 10 * uA / cm2
spikes = es.SpikeMonitor(neurons)
trace = es.StateMonitor(neurons, "V", record=[0, 1, 2])

net = es.Network(neurons, spikes, trace, dt=0.02 * ms)
net.run(0 * ms)  # compiles
begin = perf_counter()
net.run(chosen.duration * ms)
took = perf_counter() - begin

intervals = np.concatenate([np.diff(train / ms)[1:] for train in spikes.spike_trains().values()])
rate = float((1 / (intervals.mean() * ms)).rescale(Hz))
print(f"{spikes.num_spikes} spikes in {chosen.duration:g} ms, rate {rate:.2f} Hz, computed in {took:.2f} s")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 1, figsize=(8, 6), sharex=True, height_ratios=(2, 1), layout="constrained")
    es.plot.raster(spikes, ax=axes[0], markersize=1.2)
    axes[0].set(xlabel="", title="1000 Hodgkin-Huxley neurons keep the phases with which they began")
    axes[1].plot(trace.t / ms, trace.V.T / mV, linewidth=1)
    axes[1].set(xlabel="time (ms)", ylabel="V of three (mV)", xlim=(0, min(100, chosen.duration)))
    figure.savefig("hh_population.png", dpi=100)
    if chosen.show:
        plt.show()
