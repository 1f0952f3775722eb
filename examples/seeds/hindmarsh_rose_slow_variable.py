"""What starts and ends a burst? The neuron of Hindmarsh and Rose, whose variable z is a thousand times slower.

x and y go round a limit cycle as long as z is low; the spikes push z up until the cycle is gone, and rest brings it
back.
"""

import argparse

import numpy as np

import eqsim as es

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=2000, help="of the simulation (default 2000)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure, besides hindmarsh_rose_slow_variable.png")
chosen = options.parse_args()

model = """
    x' = y - a*x**3 + b*x**2 - z + I
    y' = c - d*x**2 - y
    z' = r*(s*(x - x_rest) - z)
    a = 1 (parameter); b = 3 (parameter); c = 1 (parameter); d = 5 (parameter)
    r = 0.001 (parameter); s = 4 (parameter); x_rest = -1.6 (parameter); I = 2 (parameter)
    x(0) = x_rest
    y(0) = c - d*x**2
    z(0) = 1.9
    """
neurons = es.NeuronGroup(1, model, threshold="x > 1", refractory="x > 0", method="rk4")
trace = es.StateMonitor(neurons, ["x", "y", "z"], record=True, dt=0.2)
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, trace, spikes, dt=0.02)
net.run(chosen.duration)

t, (x, y, z) = spikes.t, (getattr(trace, name)[0] for name in "xyz")
bursts = np.split(t, np.flatnonzero(np.diff(t) > 60) + 1)
print(f"{len(bursts)} bursts of {', '.join(str(len(burst)) for burst in bursts)} spikes")
inside = [(trace.t > burst[0]) & (trace.t < burst[-1]) for burst in bursts if len(burst) > 3]
print("z rises in every burst:", all(z[now][-1] > z[now][0] for now in inside))

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(11, 6), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1.3, 1))
    axes = left.subplots(3, 1, sharex=True)
    for axis, name, values in zip(axes, "xyz", (x, y, z), strict=True):
        axis.plot(trace.t, values, "k", linewidth=0.7)
        axis.set(ylabel=f"{name} (1)")
    axes[-1].set(xlabel="time (1)")
    axes[0].set(title="the slow variable z starts and ends bursts")
    plane, slow_plane = right.subplots(2, 1)
    burst = inside[len(inside) // 2]
    plane.plot(x[burst], y[burst], "k", linewidth=0.7)
    grid = np.linspace(-1.8, 2.2, 200)
    middle = z[burst].mean()
    plane.plot(grid, grid**3 - 3 * grid**2 + middle - 2, "--", label=f"x' = 0 at z = {middle:.2f}")
    plane.plot(grid, 1 - 5 * grid**2, "--", label="y' = 0")
    plane.set(xlabel="x (1)", ylabel="y (1)", xlim=(-1.8, 2.2), ylim=(-11, 2), title="one burst: x and y go round")
    plane.legend(loc="lower center")
    slow_plane.plot(z, x, "k", linewidth=0.4)
    slow_plane.set(xlabel="z (1)", ylabel="x (1)")
    figure.savefig("hindmarsh_rose_slow_variable.png", dpi=100)
    if chosen.show:
        plt.show()
