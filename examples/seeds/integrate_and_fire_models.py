"""What does each term add to a neuron? Integrate-and-fire models of the library, and the same step for each.

The leaky one has no upstroke, the quadratic and the exponential ones make their own; w of the adaptive exponential one,
and the moving threshold of the generalised one, slow them down. Each current is strong enough for its model.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import ms, mV, nA

options = argparse.ArgumentParser(description=__doc__)
options.add_argument(
    "--models", nargs="+", default=["LIF", "QuaIF", "ExpIF", "AdExIF", "Gif"], help="default: all five"
)
options.add_argument("--duration", type=float, default=500, help="of the simulation, in ms (default 500)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure, besides integrate_and_fire_models.png")
chosen = options.parse_args()

library = {
    "LIF": (es.neurons.LIF, {}, 25 * nA),
    "QuaIF": (es.neurons.QuaIF, {}, 6 * nA),
    "ExpIF": (es.neurons.ExpIF, {}, 6 * nA),
    "AdExIF": (es.neurons.AdExIF, {}, 0.9 * nA),
    "Gif": (es.neurons.Gif, {"a": "0.005/ms"}, 1.5 * nA),
}
objects, traces, spikes = [], {}, {}
for name in chosen.models:
    model, parameters, current = library[name]
    neuron = model(1, name=name, **parameters)
    step = es.inputs.section_input([0 * nA, current], [20, chosen.duration] * ms)
    traces[name], spikes[name] = es.StateMonitor(neuron, "V", record=True), es.SpikeMonitor(neuron)
    objects += [neuron, es.Input(neuron, "I", step), traces[name], spikes[name]]

net = es.Network(*objects, dt=0.1 * ms)
net.run(chosen.duration * ms)

gaps = {name: np.diff(monitor.t_) for name, monitor in spikes.items()}
for name, gap in gaps.items():
    print(f"{name}: {len(gap) + 1} spikes, first interval {gap[0]:.1f} ms, last {gap[-1]:.1f} ms")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        len(traces), 2, figsize=(11, 1 + 1.6 * len(traces)), width_ratios=(2, 1), squeeze=False, layout="constrained"
    )
    for (left, right), (name, trace) in zip(axes, traces.items(), strict=True):
        left.plot(trace.t / ms, trace.V[0] / mV, "k", linewidth=0.8)
        left.set(ylabel="V (mV)", title=f"{name}, {library[name][2]}")
        right.plot(np.arange(1, len(gaps[name]) + 1), gaps[name], ".-")
        right.set(ylabel="interval (ms)", ylim=(0, 1.2 * gaps[name].max()))
    axes[-1, 0].set(xlabel="time (ms)")
    axes[-1, 1].set(xlabel="number of the interval")
    figure.savefig("integrate_and_fire_models.png", dpi=100)
    if chosen.show:
        plt.show()
