"""Does a neuron listen to a rhythm? Resonate-and-fire: pairs of pulses at many intervals, and the plane of x and V.

x is like a current, V like a voltage. A pulse sets off a spiral back to rest; a second one helps if it comes at once,
or after a whole turn of 2*pi/omega = 6.3 ms.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import ms

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides resonate_and_fire.png")
chosen = options.parse_args()

gaps = np.arange(1, 20.01, 0.25)
N = len(gaps)
neurons = es.neurons.ResonateAndFire(N)
first, second = np.full(N, 5.0), 5 + gaps
times = np.concatenate([first, second]) * ms
pulses = es.SpikeGeneratorGroup(N, np.tile(np.arange(N), 2), times)
kick = es.Synapses(pulses, neurons, on_pre="x += 0.8")
kick.connect(j="i")
trace = es.StateMonitor(neurons, ["x", "V"], record=True)
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, pulses, kick, trace, spikes, dt=0.05 * ms)
net.run(45 * ms)

fired = gaps[spikes.count > 0]
print("pairs that make it fire:", ", ".join(f"{gap:g}" for gap in fired), "ms apart")
alone = trace.t_ < 25  # after the first pulse, of the neuron whose second is the latest
later = trace.t_ - 5.05  # since the pulse, which acts at the end of its step
spiral = np.where(later > 0, 0.8 * np.exp(-0.1 * later) * np.sin(later), 0)
print(f"largest distance of V from the damped wave: {abs(trace.V[-1] - spiral)[alone].max():.1e}")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), width_ratios=(1, 1.6), layout="constrained")
    axes[0].plot(trace.x[-1, alone], trace.V[-1, alone], "k")
    axes[0].plot(0, 0, "ko")
    axes[0].set(xlabel="x (1)", ylabel="V (1)", title="one pulse, in the plane", aspect="equal")
    shown = [int(np.argmin(abs(gaps - gap))) for gap in (3, 6.25, 9.5, 12.5)]
    for row, k in enumerate(shown):
        axes[1].plot(trace.t_, trace.V[k] + 2.5 * row, "k")
        axes[1].plot([5, 5 + gaps[k]], [2.5 * row - 1] * 2, "^", color="tab:blue")
        axes[1].plot(spikes.t_[spikes.i == k], np.full(spikes.count[k], 2.5 * row + 1.2), "v", color="tab:red")
    axes[1].set_yticks(2.5 * np.arange(4), [f"{gaps[k]:g} ms" for k in shown])
    axes[1].set(xlabel="time (ms)", ylabel="between the pulses", title="V after two pulses (blue), and spikes (red)")
    figure.savefig("resonate_and_fire.png", dpi=100)
    if chosen.show:
        plt.show()
