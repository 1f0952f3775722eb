"""What does an excitable neuron do between rest and rhythm? FitzHugh and Nagumo's equations, integrated in one call.

The scheme is Euler's with a step of 0.01; rk4 at the same step shows how far off it is.
"""

import argparse

import numpy as np

import eqsim as es

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=100, help="of the simulation (default 100)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides fhn_by_integrate.png")
chosen = options.parse_args()

model = """
V' = V - V**3/3 - w + I
w' = (V + a - b*w)/tau
"""
arguments = {"init": {"V": 0, "w": 0}, "params": {"a": 0.7, "b": 0.8, "tau": 12.5, "I": 0.8}}
r = es.integrate(model, chosen.duration, dt=0.01, method="euler", **arguments)
better = es.integrate(model, chosen.duration, dt=0.01, method="rk4", **arguments)

difference = abs(r.V - better.V).max()
ups = better.t[1:][(better.V[:-1] < 0) & (better.V[1:] >= 0)]
period = np.diff(ups)[-1]
print(f"period {period:.2f}; Euler and Runge-Kutta differ by {difference:.3f} at most")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    axes[0].plot(r.t, r.V, label="V")
    axes[0].plot(r.t, r.w, label="w")
    axes[0].set(xlabel="time (1)", ylabel="V and w (1)")
    axes[0].legend(loc="upper right")
    V = np.linspace(-2.2, 2.2, 200)
    axes[1].plot(V, V - V**3 / 3 + 0.8, "--", label="V' = 0")
    axes[1].plot(V, (V + 0.7) / 0.8, "--", label="w' = 0")
    axes[1].plot(r.V, r.w, "k", label="(V, w)")
    axes[1].set(xlabel="V (1)", ylabel="w (1)", ylim=(-0.5, 2))
    axes[1].legend(loc="upper left")
    figure.savefig("fhn_by_integrate.png", dpi=100)
    if chosen.show:
        plt.show()
