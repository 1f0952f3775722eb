"""How is a neuron put together from channels? Three channels of one's own, and the current that keeps it firing.

Each channel is a text with its gates and its current; its variables have paths, such as INa.m. V begins between -80 and
-60 mV, which decides whether a neuron fires or rests. The tutorials print 0.11 for 0.1 in alpha_m and g_L = 0.03 for
0.3 mS/cm2; so their current near the threshold, 1.698 uA/cm2, is not that of this neuron.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import cm2, mS, ms, mV, uA, uF

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure, besides hh_from_custom_channels.png")
chosen = options.parse_args()

es.seed(42)
potassium = es.Channel(
    """
    channel IK
    I       = g_max*n**4*(E - V)                     : uA/cm2 (inward)
    dn/dt   = phi*(alpha_n*(1 - n) - beta_n*n)       : 1
    alpha_n = 0.1/exprel(-(V + 55*mV)/(10*mV))/ms    : 1/ms
    beta_n  = 0.125*exp(-(V + 65*mV)/(80*mV))/ms     : 1/ms
    phi     = 1                                      : 1 (parameter)
    """,
    E=-77 * mV,
    g_max=36 * mS / cm2,
)
sodium = es.Channel(
    """
    channel INa
    I       = g_max*m**3*h*(E - V)                   : uA/cm2 (inward)
    dm/dt   = phi*(alpha_m*(1 - m) - beta_m*m)       : 1
    dh/dt   = phi*(alpha_h*(1 - h) - beta_h*h)       : 1
    alpha_m = 1/exprel(-(V + 40*mV)/(10*mV))/ms      : 1/ms
    beta_m  = 4*exp(-(V + 65*mV)/(18*mV))/ms         : 1/ms
    alpha_h = 0.07*exp(-(V + 65*mV)/(20*mV))/ms      : 1/ms
    beta_h  = 1/(1 + exp(-(V + 35*mV)/(10*mV)))/ms   : 1/ms
    phi     = 1                                      : 1 (parameter)
    """,
    E=50 * mV,
    g_max=120 * mS / cm2,
)
leak = es.Channel("I = g_max*(E - V) : uA/cm2 (inward)", E=-54.387 * mV, g_max=0.3 * mS / cm2)
currents = np.arange(6, 6.61, 0.05)
hh = es.ConductanceNeuron(
    5 * len(currents), C=1 * uF / cm2, channels={"IK": potassium, "INa": sodium, "IL": leak}, threshold="V > 0*mV"
)
hh.V = "-80*mV + 20*mV*rand()"
hh.input = currents.repeat(5) * uA / cm2
trace = es.StateMonitor(hh, ["V", "IK.n", "INa.m", "INa.h"], record=True)
spikes = es.SpikeMonitor(hh)

net = es.Network(hh, trace, spikes, dt=0.02 * ms)
net.run(200 * ms)

firing = np.zeros((len(currents), 5), dtype=bool)  # to the end
firing.flat[spikes.i[spikes.t_ > 180]] = True
least = currents[firing.any(axis=1)].min()
print(f"neurons go on firing from {least:.2f} uA/cm2 on; of those above it {firing[currents >= least].mean():.0%} do")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(8, 8), height_ratios=(2, 1.3, 1.3), layout="constrained")
    above = np.flatnonzero(firing)[0]
    below = np.flatnonzero(~firing[: above // 5])[-1]
    axes[0].plot(trace.t_, trace.V_[below], label=f"{currents[below // 5]:.2f} uA/cm2")
    axes[0].plot(trace.t_, trace.V_[above], "k", linewidth=0.8, label=f"{currents[above // 5]:.2f} uA/cm2")
    axes[0].set(ylabel="V (mV)", title="just below and just above the threshold")
    axes[0].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    for path in ("IK.n", "INa.m", "INa.h"):
        axes[1].plot(trace.t_, trace[path][above], label=path, linewidth=0.8)
    axes[1].set(xlabel="time (ms)", ylabel="gates (1)")
    axes[1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    axes[2].plot(currents, firing.mean(axis=1), "o-")
    axes[2].set(xlabel="I (uA/cm2)", ylabel="share that goes on firing (1)")
    figure.savefig("hh_from_custom_channels.png", dpi=100)
    if chosen.show:
        plt.show()
