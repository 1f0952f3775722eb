"""Can noise alone make a resting neuron fire? FitzHugh-Nagumo neurons below their threshold, with additive noise.

An equation with xi is a stochastic one, and every neuron has a noise of its own. Each spike is a matter of chance, but
the three schemes for such equations agree on how many there are.
"""

import argparse

import numpy as np

import eqsim as es

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=1000, help="of the simulation (default 1000)")
options.add_argument("--number", type=int, default=1000, help="of neurons for each scheme and noise (default 1000)")
options.add_argument("--schemes", nargs="+", default=["euler", "heun", "milstein"], help="default: all three")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides fhn_with_noise.png")
chosen = options.parse_args()

es.seed(42)
model = """
    V' = V - V**3/3 - w + 0.28 + sigma*xi
    w' = (V + 0.7 - 0.8*w)/12.5
    sigma (constant)
    V(0) = -1.01
    w(0) = -0.39
    """
strengths = np.array([0.05, 0.1, 0.15, 0.2])
groups = {
    scheme: es.NeuronGroup(
        len(strengths) * chosen.number, model, threshold="V > 1", refractory="V > 0", method=scheme, name=scheme
    )
    for scheme in chosen.schemes
}
for group in groups.values():
    group.sigma = strengths.repeat(chosen.number)
spikes = {scheme: es.SpikeMonitor(group) for scheme, group in groups.items()}
trace = es.StateMonitor(group, ["V", "w"], record=chosen.number * np.arange(len(strengths)))

net = es.Network(*groups.values(), *spikes.values(), trace, dt=0.05)
net.run(chosen.duration)

rates = {s: monitor.count.reshape(len(strengths), -1).mean(axis=1) / chosen.duration for s, monitor in spikes.items()}
print("spikes of a neuron in a time of 1000, at sigma", *strengths)
for scheme, found in rates.items():
    print(f"{scheme:8s}", *(f"{1000 * rate:6.2f}" for rate in found))

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 4), width_ratios=(2, 1), layout="constrained")
    for k in range(len(strengths)):
        axes[0].plot(trace.t, trace.V[k] + 5 * k, linewidth=0.7)
    axes[0].set_yticks(5 * np.arange(len(strengths)) - 1, [f"{s:g}" for s in strengths])
    axes[0].set(xlabel="time (1)", ylabel="sigma (1), V above it", xlim=(0, min(500, chosen.duration)))
    for scheme, style in zip(rates, ("o-", "s--", "^:"), strict=False):
        axes[1].plot(strengths, 1000 * rates[scheme], style, label=scheme)
    axes[1].set(xlabel="sigma (1)", ylabel="spikes in a time of 1000")
    axes[1].legend()
    figure.savefig("fhn_with_noise.png", dpi=100)
    if chosen.show:
        plt.show()
