"""How does a population answer as one unit? Units whose rate follows their input, and two that excite and inhibit.

A unit stands for many neurons, and its variable for their rate. Wilson & Cowan (1972) Biophys J 12:1 join an excitatory
and an inhibitory one: a constant input makes them oscillate.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import ms, pA

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides firing_rate_units.png")
chosen = options.parse_args()

amplitudes = np.array([200, 400, 600])
units = es.rates.ThresholdLinear(3, theta=100 * pA)
step = es.Input(units, "I", es.inputs.section_input([0, amplitudes, 0] * pA, [20, 150, 130] * ms))
fig11 = {"c1": 16, "c2": 12, "c3": 15, "c4": 3, "a_e": 1.3, "theta_e": 4, "a_i": 2, "theta_i": 3.7}  # of the paper
pair = es.rates.WilsonCowan(2, **fig11, tau_e=8 * ms, tau_i=8 * ms, P=[0.5, 1.25])
rates, parts = es.StateMonitor(units, "r", record=True), es.StateMonitor(pair, ["E", "I"], record=True)

net = es.Network(units, step, pair, rates, parts, dt=0.1 * ms)
net.run(300 * ms)

law = 0.066 * (amplitudes - 100)[:, None] * -np.expm1(-(rates.t_ - 20) / 20)  # while the input lasts
during = (rates.t_ >= 20) & (rates.t_ <= 170)
print("rates at 170 ms:", ", ".join(f"{r:.2f} Hz" for r in rates.r_[:, 1700]))
print(f"largest distance from the exponential: {abs(rates.r_ - law)[:, during].max():.1e} Hz")
late = parts.t_ > 150
for k, P in enumerate((0.5, 1.25)):
    low, high = parts.E[k, late].min(), parts.E[k, late].max()
    print(f"P = {P:g}: the active part of E lies between {low:.3f} and {high:.3f}")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
    for k, amplitude in enumerate(amplitudes):
        axes[0].plot(rates.t_, rates.r_[k], label=f"{amplitude} pA")
    axes[0].set(xlabel="time (ms)", ylabel="rate (Hz)", title="threshold-linear units, threshold at 100 pA")
    axes[0].legend()
    axes[1].plot(parts.t_, parts.E[1], label="E")
    axes[1].plot(parts.t_, parts.I[1], label="I")
    axes[1].set(xlabel="time (ms)", ylabel="active part (1)", title="Wilson and Cowan's pair, P = 1.25")
    axes[1].legend()
    for k, P in enumerate((0.5, 1.25)):
        axes[2].plot(parts.E[k], parts.I[k], label=f"P = {P:g}")
    axes[2].set(xlabel="E (1)", ylabel="I (1)", title="to rest, and to a limit cycle")
    axes[2].legend()
    figure.savefig("firing_rate_units.png", dpi=100)
    if chosen.show:
        plt.show()
