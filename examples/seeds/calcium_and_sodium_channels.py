"""What does a channel need to know of ions? ICa carries calcium, and calcium opens ICaNa, which carries sodium.

`uses` names the ions that a channel sees; its current is part of theirs, unless it only looks at one (`Ca.C`). Calcium
that a spike lets in opens ICaNa, which brings further spikes, and slowly IAHP, which ends them.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import cm2, mM, ms, uA, uF, um

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure, besides calcium_and_sodium_channels.png")
chosen = options.parse_args()

depth = 0.5 * um  # of the shell below the membrane
calcium = es.Ion("dC/dt = -I/(2*F*depth) - (C - 1e-4*mM)/(40*ms) : mM; C_out = 2*mM : mM (parameter); C(0) = 1e-4*mM")
sodium = es.Ion("dC/dt = -I/(F*depth) - (C - 18*mM)/(500*ms) : mM; C_out = 120*mM : mM (parameter); C(0) = 18*mM")
channels = {
    "INa": es.Channel(
        """
        uses Na
        I     = 120*mS/cm2*m**3*h*(V - Na.E)                                                      : uA/cm2
        dm/dt = (1/exprel(-(V + 40*mV)/(10*mV))*(1 - m) - 4*exp(-(V + 65*mV)/(18*mV))*m)/ms       : 1
        dh/dt = (0.07*exp(-(V + 65*mV)/(20*mV))*(1 - h) - 1/(1 + exp(-(V + 35*mV)/(10*mV)))*h)/ms : 1
        """
    ),
    "IK": es.Channel(
        """
        I     = 36*mS/cm2*n**4*(V + 77*mV)                                                        : uA/cm2
        dn/dt = (0.1/exprel(-(V + 55*mV)/(10*mV))*(1 - n) - 0.125*exp(-(V + 65*mV)/(80*mV))*n)/ms : 1
        """
    ),
    "IL": es.Channel("I = 0.3*mS/cm2*(V + 54.387*mV) : uA/cm2"),
    "ICa": es.Channel(
        """
        uses Ca
        I     = 0.5*mS/cm2*p**2*(V - Ca.E)                                                        : uA/cm2
        dp/dt = (1/(1 + exp(-(V + 10*mV)/(6*mV))) - p)/ms                                         : 1
        """
    ),
    "ICaNa": es.Channel(
        """
        uses Ca.C, Na
        I     = (0*mS/cm2 if i == 0 else 0.3*mS/cm2)*q*(V - Na.E)                                 : uA/cm2
        dq/dt = (Ca.C**2/(Ca.C**2 + (0.005*mM)**2) - q)/(10*ms)                                   : 1
        """
    ),
    "IAHP": es.Channel(
        """
        uses Ca.C
        I     = 0.6*mS/cm2*s*(V + 77*mV)                                                          : uA/cm2
        ds/dt = (Ca.C**2/(Ca.C**2 + (0.005*mM)**2) - s)/(100*ms)                                  : 1
        """
    ),
}
neuron = es.ConductanceNeuron(2, 1 * uF / cm2, channels, {"Ca": calcium, "Na": sodium}, threshold="V > 0*mV")
pulse = es.Input(neuron, "input", es.inputs.section_input([0, 15, 0] * uA / cm2, [20, 3, 277] * ms, dt=0.02 * ms))
trace = es.StateMonitor(neuron, ["V", "Ca.C", "Na.C", "Na.I", "ICa.I", "ICaNa.I"], record=True)
spikes = es.SpikeMonitor(neuron)

net = es.Network(neuron, pulse, trace, spikes, dt=0.02 * ms)
net.run(300 * ms)

print(f"spikes after a pulse: {spikes.count[0]} without ICaNa, {spikes.count[1]} with it")
# what sodium's current brings in stays, but for what is pumped out
time, C = trace.t_, np.asarray(trace["Na.C"][1] / mM)
brought = -np.trapezoid(trace["Na.I"][1] / (uA / cm2), time) * 0.01 / (96485.33 * 0.5e-6) / 1000
pumped = np.trapezoid((C - 18) / 500, time)
print(f"sodium: +{C[-1] - C[0]:.3f} mM; by current and pump +{float(brought - pumped):.3f} mM")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(4, 1, figsize=(8, 9), sharex=True, height_ratios=(2, 2, 1.3, 1.3), layout="constrained")
    for k, title in enumerate(("without ICaNa", "with ICaNa")):
        axes[k].plot(time, trace.V_[k], "k", linewidth=0.9)
        axes[k].set(ylabel="V (mV)", title=f"{title}, after a pulse of 3 ms")
    axes[2].plot(time, 1000 * (trace["Ca.C"][1] / mM), time, 10 * (C - 18))
    axes[2].set(ylabel="concentration", ylim=(-1, 34))
    axes[2].legend(["calcium (uM)", "sodium above 18 mM (0.1 mM)"], loc="upper right")
    axes[3].plot(time, trace["ICa.I"][1] / (uA / cm2), time, trace["ICaNa.I"][1] / (uA / cm2), linewidth=0.9)
    axes[3].set(xlabel="time (ms)", ylabel="current (uA/cm2)")
    axes[3].legend(["ICa", "ICaNa"], loc="lower right")
    figure.savefig("calcium_and_sodium_channels.png", dpi=100)
    if chosen.show:
        plt.show()
