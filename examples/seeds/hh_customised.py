"""Does 6 uA/cm2 keep a Hodgkin-Huxley neuron firing? Ten neurons written from the equations, and their last spikes.

V begins at -70 mV with a spread of 1 mV, the gates at 0.5, 0.6 and 0.32; a spike counts when V passes 20 mV.
`lastspike` is always there, in texts and outside. From 6.3 uA/cm2 on they would go on.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import cm2, ms, mV, uA

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--current", type=float, default=6, help="in uA/cm2 (default 6)")
options.add_argument("--duration", type=float, default=200, help="of the simulation, in ms (default 200)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides hh_customised.png")
chosen = options.parse_args()

es.seed(42)
neurons = es.NeuronGroup(
    10,
    """
    dV/dt = (I - g_Na*m**3*h*(V - E_Na) - g_K*n**4*(V - E_K) - g_L*(V - E_L))/C               : mV
    dm/dt = (1/exprel(-(V + 40*mV)/(10*mV))*(1 - m) - 4*exp(-(V + 65*mV)/(18*mV))*m)/ms       : 1
    dh/dt = (0.07*exp(-(V + 65*mV)/(20*mV))*(1 - h) - 1/(1 + exp(-(V + 35*mV)/(10*mV)))*h)/ms : 1
    dn/dt = (0.1/exprel(-(V + 55*mV)/(10*mV))*(1 - n) - 0.125*exp(-(V + 65*mV)/(80*mV))*n)/ms : 1
    g_Na = 120*mS/cm2 : mS/cm2 (parameter); E_Na = 50*mV     : mV (parameter)
    g_K  = 36*mS/cm2  : mS/cm2 (parameter); E_K = -77*mV     : mV (parameter)
    g_L  = 0.3*mS/cm2 : mS/cm2 (parameter); E_L = -54.387*mV : mV (parameter)
    C    = 1*uF/cm2   : uF/cm2 (parameter); I : uA/cm2
    V(0) = -70*mV + randn()*mV; m(0) = 0.5; h(0) = 0.6; n(0) = 0.32
    """,
    threshold="V > 20*mV",
    refractory="V > 20*mV",
)
neurons.I = chosen.current * uA / cm2
trace = es.StateMonitor(neurons, "V", record=True)
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, trace, spikes, dt=0.01 * ms)
net.run(chosen.duration * ms)

last = np.asarray(neurons.lastspike / ms)
print(f"spikes of each neuron: {' '.join(map(str, spikes.count))}")
print(f"last spikes between {last.min():.2f} and {last.max():.2f} ms")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 1, figsize=(8, 5), sharex=True, height_ratios=(3, 1), layout="constrained")
    axes[0].plot(trace.t / ms, trace.V.T / mV, linewidth=1)
    axes[0].set(ylabel="V (mV)", title=f"Ten neurons, {chosen.current:g} uA/cm2")
    es.plot.raster(spikes, ax=axes[1], markersize=4)
    axes[1].plot(last, range(10), "o", markerfacecolor="none", color="tab:red", label="last spike")
    axes[1].set_ylim(-1, 10)
    axes[1].legend(loc="lower right")
    figure.savefig("hh_customised.png", dpi=100)
    if chosen.show:
        plt.show()
