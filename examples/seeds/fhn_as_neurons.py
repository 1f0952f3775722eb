"""Between which currents does a FitzHugh-Nagumo neuron oscillate? A hundred neurons without units, one current each.

The tutorials integrate by Euler's scheme with a step of 0.01. The rest loses its stability where the trace of the
linearised system vanishes: at I = 0.331 and 1.419.
"""

import argparse

import numpy as np

import eqsim as es

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=400, help="of the simulation (default 400)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides fhn_as_neurons.png")
chosen = options.parse_args()

neurons = es.NeuronGroup(
    100,
    """
    V' = V - V**3/3 - w + I
    w' = (V + a - b*w)/tau
    I
    a = 0.7    (parameter)
    b = 0.8    (parameter)
    tau = 12.5 (parameter)
    V(0) = -1
    w(0) = 0
    """,
    method="euler",
)
neurons.I = np.linspace(0, 1.6, 100)
trace = es.StateMonitor(neurons, ["V", "w"], record=True)

net = es.Network(neurons, trace, dt=0.01)
net.run(chosen.duration)

late = trace.t > chosen.duration / 2
swing = np.ptp(trace.V[:, late], axis=1)
moving = neurons.I[swing > 1]
print(f"V oscillates from I = {moving.min():.2f} to {moving.max():.2f}")

# by the linearised system: 1 - V^2 = b/tau, and then I of the fixed point with this V
V = np.array([-1, 1]) * np.sqrt(1 - 0.8 / 12.5)
hopf = (V + 0.7) / 0.8 - V + V**3 / 3
print(f"rest is unstable from I = {hopf[0]:.3f} to {hopf[1]:.3f}")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for k, color in ((10, "tab:blue"), (50, "k"), (95, "tab:red")):
        axes[0].plot(trace.t[:10000], trace.V[k, :10000], color=color, label=f"I = {neurons.I[k]:.2f}")
    axes[0].set(xlabel="time (1)", ylabel="V (1)", title="three of a hundred neurons")
    axes[0].legend(loc="upper right")
    axes[1].fill_between(neurons.I, trace.V[:, late].min(axis=1), trace.V[:, late].max(axis=1), color="0.8")
    axes[1].plot(neurons.I, trace.V[:, late].min(axis=1), "k", neurons.I, trace.V[:, late].max(axis=1), "k")
    for value in hopf:
        axes[1].axvline(value, color="tab:red", linestyle=":")
    axes[1].set(xlabel="I (1)", ylabel="range of V (1)", title="dotted: where rest loses its stability")
    figure.savefig("fhn_as_neurons.png", dpi=100)
    if chosen.show:
        plt.show()
