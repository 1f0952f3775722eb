"""How does one pair of equations give so many patterns? Izhikevich's neuron by the scheme rk2, in plain numbers.

The tutorials print the two equations; the reset that belongs to them, v = c and u = u + d at 30 mV, makes the patterns.
"""

import argparse

import eqsim as es

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=300, help="of the simulation, in ms (default 300)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides izhikevich_by_rk2.png")
chosen = options.parse_args()

patterns = {  # a, b, c, d
    "regular spiking": (0.02, 0.2, -65, 8),
    "intrinsically bursting": (0.02, 0.2, -55, 4),
    "chattering": (0.02, 0.2, -50, 2),
    "fast spiking": (0.1, 0.2, -65, 2),
    "low-threshold spiking": (0.02, 0.25, -65, 2),
}
neurons = es.NeuronGroup(
    len(patterns),
    """
    V' = 0.04*V**2 + 5*V + 140 - u + I
    u' = a*(b*V - u)
    I; a (constant); b (constant); c (constant); d (constant)
    V(0) = -65
    u(0) = b*V
    """,
    threshold="V >= 30",
    reset="V = c; u += d",
    method="rk2",
)
neurons.a, neurons.b, neurons.c, neurons.d = zip(*patterns.values(), strict=True)
step = es.Input(neurons, "I", es.inputs.section_input([0, 10], [20, chosen.duration], dt=0.1))
trace = es.StateMonitor(neurons, ["V", "u"], record=True)
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, step, trace, spikes, dt=0.1)
net.run(chosen.duration)

for k, name in enumerate(patterns):
    gaps = spikes.t[spikes.i == k][1:] - spikes.t[spikes.i == k][:-1]
    print(f"{name}: {spikes.count[k]} spikes, intervals {gaps.min():.1f} to {gaps.max():.1f} ms")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(patterns), 1, figsize=(8, 8), sharex=True, sharey=True, layout="constrained")
    for k, (axis, name) in enumerate(zip(axes, patterns, strict=True)):
        axis.plot(trace.t, trace.V[k], "k", linewidth=0.8)
        axis.vlines(spikes.t[spikes.i == k], -60, 30, "k", linewidth=0.8)
        axis.set(ylabel="V (mV)", title=name)
    axes[-1].set(xlabel="time (ms)")
    figure.savefig("izhikevich_by_rk2.png", dpi=100)
    if chosen.show:
        plt.show()
