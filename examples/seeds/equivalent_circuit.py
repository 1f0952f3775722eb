"""Where does a membrane rest? Batteries by Nernst's equation, resistors and a capacitor: a circuit of three leaks.

The concentrations are those of a squid's axon. Without a gate the potential goes to the mean of the batteries, weighted
by the conductances, plus I over their sum; with one channel alone, to its battery.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import cm2, coulomb, joule, kelvin, mM, mole, mS, ms, mV, uA, uF

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides equivalent_circuit.png")
chosen = options.parse_args()

T, F, R = 279.45 * kelvin, 96485.33 * coulomb / mole, 8.314463 * joule / mole / kelvin
nernst = """
    E     = R*T/(z*F)*log(out/inside) : mV
    I     = g*(V - E)                 : uA/cm2
    z     = 1                         : 1 (parameter)
    out : mM; inside : mM; g : mS/cm2
    """
circuit = es.ConductanceNeuron(
    3,  # potassium alone; all three; all three and a current
    C=1 * uF / cm2,
    channels={
        "K": es.Channel(nernst, out=20 * mM, inside=400 * mM, g=0.36 * mS / cm2),
        "Na": es.Channel(nernst, out=440 * mM, inside=50 * mM, g=[0, 0.015, 0.015] * mS / cm2),
        "Cl": es.Channel(nernst, out=560 * mM, inside=52 * mM, z=-1, g=[0, 0.3, 0.3] * mS / cm2),
    },
)
circuit.V = -40 * mV
circuit.input = [0, 0, 10] * uA / cm2
trace = es.StateMonitor(circuit, ["V", "K.I", "Na.I", "Cl.I"], record=True)

net = es.Network(circuit, trace, dt=0.05 * ms)
net.run(30 * ms)

parts = (circuit.K, circuit.Na, circuit.Cl)
g, E = np.array([part.g_ for part in parts]), np.array([part.E_ for part in parts])
rest = ((g * E).sum(axis=0) + circuit.input_) / g.sum(axis=0)
tau = 1 / g.sum(axis=0)
law = rest[:, None] + (-40 - rest[:, None]) * np.exp(-trace.t_ / tau[:, None])
print("batteries:", ", ".join(f"{name} {value:.1f} mV" for name, value in zip(("K", "Na", "Cl"), E[:, 0], strict=True)))
for name, V, expected in zip(("K alone", "all three", "and 10 uA/cm2"), circuit.V_, rest, strict=True):
    print(f"{name}: {V:.3f} mV, by the formula {expected:.3f} mV")
print(f"largest distance from the exponential: {abs(trace.V_ - law).max():.1e} mV")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharex=True, layout="constrained")
    for k, name in enumerate(("K alone", "K, Na and Cl", "and 10 uA/cm2")):
        axes[0].plot(trace.t_, trace.V_[k], label=name)
        axes[0].axhline(rest[k], color=f"C{k}", linestyle=":")
    axes[0].set(xlabel="time (ms)", ylabel="V (mV)", title="potential (dotted: the formula of its rest)")
    axes[0].legend()
    currents = {name: trace[f"{name}.I"][1] / (uA / cm2) for name in ("K", "Na", "Cl")}
    for name, current in currents.items():
        axes[1].plot(trace.t_, current, label=name)
    axes[1].plot(trace.t_, np.sum(list(currents.values()), axis=0), "k--", label="sum")
    axes[1].set(xlabel="time (ms)", ylabel="outward current (uA/cm2)", title="currents of the second one")
    axes[1].legend()
    figure.savefig("equivalent_circuit.png", dpi=100)
    if chosen.show:
        plt.show()
