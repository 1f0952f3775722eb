"""Can functions, branches and loops stand in a model? A function of one's own, a branch in an equation, a while loop.

The function is compiled with the model. A branch is where(...) or "a if c else b". The run is the loop over time, and
`until` ends it, as the condition of a while loop does: it is looked at after each step.
"""

import argparse
import math

import numpy as np

import eqsim as es

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides functions_and_loops.png")
chosen = options.parse_args()


@es.function
def gelu(x):
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


units = es.NeuronGroup(
    81,
    """
    y'     = (gelu(x) - y)/2
    branch = where(x < 0, -1, 1)
    same   = -1 if x < 0 else 1
    x      = -4 + 0.1*i (parameter)
    """,
)
trace = es.StateMonitor(units, "y", record=True)
net = es.Network(units, trace, dt=0.1)
net.run(60)

loop = es.NeuronGroup(1, "k; counter", name="loop")
loop.run_regularly("k += 1; counter += k")  # the body
steps = es.StateMonitor(loop, ["k", "counter"], record=True, when="end")
program = es.Network(loop, steps, dt=1)
program.run(1000, until="loop.k >= 10")  # while k < 10

x, y = np.array(units.x), np.array(units.y)
exact = np.array([0.5 * value * (1 + math.erf(value / math.sqrt(2))) for value in x])
print(f"largest distance of y from gelu: {abs(y - [gelu(value) for value in x]).max():.1e}")
print(f"largest distance of gelu from x*Phi(x): {abs(y - exact).max():.1e}")
print(f"branches agree: {bool((np.array(units.branch) == np.array(units.same)).all())}")
print(f"loop: k = {loop.k[0]:g}, counter = {loop.counter[0]:g} after {program.t:g} steps")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(12, 3.8), layout="constrained")
    for when in (0, 10, 30, 599):
        axes[0].plot(x, trace.y[:, when], label=f"t = {trace.t[when]:.0f}")
    axes[0].set(xlabel="x (1)", ylabel="y (1)", title="y goes to gelu(x)")
    axes[0].legend()
    axes[1].step(x, units.branch, "k", where="mid")
    axes[1].set(xlabel="x (1)", ylabel="branch (1)", title="where(x < 0, -1, 1)")
    axes[2].step(steps.t, steps.k[0], where="post", label="k")
    axes[2].step(steps.t, steps.counter[0], where="post", label="counter")
    axes[2].set(xlabel="time (1)", ylabel="value (1)", title="a loop until k is 10")
    axes[2].legend()
    figure.savefig("functions_and_loops.png", dpi=100)
    if chosen.show:
        plt.show()
