"""What can an input do to a variable? Every operation with a fixed value, one for each step, and a function of time.

On a parameter + - * / hold for the step, so that the parameter itself, 2 here, stays what it is; = sets it.
"""

import argparse

import numpy as np

import eqsim as es

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--operations", nargs="+", default=["+", "-", "*", "/", "="], help="default: all five")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides input_operations.png")
chosen = options.parse_args()

times = 0.5 * np.arange(200)
values = {
    "one value": 4,
    "for each step": 4 + np.sin(times / 8),
    "for each step and neuron": 4 + np.array([0, 1]) * np.sin(times / 8)[:, None],
    "function of the time": lambda t: 4 + np.sign(np.sin(t / 8)),
}
cases = [(op, kind) for op in chosen.operations for kind in values]  # each has two neurons
neurons = es.NeuronGroup(2 * len(cases), "x' = (I - x)/2; I = 2 (parameter); x(0) = I")
inputs = [es.Input(neurons[2 * k : 2 * k + 2], "I", values[kind], op) for k, (op, kind) in enumerate(cases)]
trace = es.StateMonitor(neurons, ["I", "x"], record=True)

net = es.Network(neurons, *inputs, trace, dt=0.5)
net.run(100)

by_hand = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "=": lambda _, value: value}
rows = {
    "one value": np.full((200, 2), 4),
    "for each step": np.repeat(values["for each step"][:, None], 2, axis=1),
    "for each step and neuron": values["for each step and neuron"],
    "function of the time": np.array([[values["function of the time"](t)] * 2 for t in times]),
}
for op in chosen.operations:
    seen = [2 * k + np.arange(2) for k, case in enumerate(cases) if case[0] == op]
    pairs = zip(seen, rows.values(), strict=True)
    error = max(abs(trace.I[own] - by_hand[op](2, row.T)).max() for own, row in pairs)
    kept = ", ".join(f"{value:.2f}" for value in neurons.I[np.concatenate(seen)])
    print(f"2 {op} value: largest error {error:.1e}; afterwards I is {kept}")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        len(chosen.operations), len(values), figsize=(11, 1 + 1.6 * len(chosen.operations)),
        sharex=True, sharey="row", squeeze=False, layout="constrained",
    )  # fmt: skip
    for k, (axis, (op, kind)) in enumerate(zip(axes.flat, cases, strict=True)):
        axis.plot(trace.t, trace.I[2 * k : 2 * k + 2].T, linewidth=0.8, drawstyle="steps-post")
        axis.plot(trace.t, trace.x[2 * k + 1], "k--", linewidth=0.8)
        if k < len(values):
            axis.set(title=kind)
        if kind == "one value":
            axis.set(ylabel=f"2 {op} value (1)")
    for axis in axes[-1]:
        axis.set(xlabel="time (1)")
    figure.suptitle("the parameter I of two neurons, and x of the second, which follows it (dashed)")
    figure.savefig("input_operations.png", dpi=100)
    if chosen.show:
        plt.show()
