"""How does a Hodgkin-Huxley neuron answer a constant current? One population, one current for each neuron.

Hodgkin & Huxley (1952) J Physiol 117:500-544, with the voltage as measured today (rest at -65 mV).
"""

import argparse

import eqsim as es
from eqsim.units import Hz, cm2, mS, ms, mV, uA, uF

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=1000, help="of the simulation, in ms (default 1000)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides hodgkin_huxley.png")
chosen = options.parse_args()

C_m = 1 * uF / cm2
g_Na, g_K, g_L = 120 * mS / cm2, 36 * mS / cm2, 0.3 * mS / cm2
E_Na, E_K, E_L = 50 * mV, -77 * mV, -54.387 * mV
currents = [1, 2, 4, 8, 10, 15]

neurons = es.NeuronGroup(
    len(currents),
    """
    dV/dt = (I - g_Na*m**3*h*(V - E_Na) - g_K*n**4*(V - E_K) - g_L*(V - E_L))/C_m : mV
    dm/dt = alpha_m*(1 - m) - beta_m*m                                            : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h                                            : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n                                            : 1
    alpha_m = 1/exprel(-(V + 40*mV)/(10*mV))/ms                                   : 1/ms
    beta_m  = 4*exp(-(V + 65*mV)/(18*mV))/ms                                      : 1/ms
    alpha_h = 0.07*exp(-(V + 65*mV)/(20*mV))/ms                                   : 1/ms
    beta_h  = 1/(1 + exp(-(V + 35*mV)/(10*mV)))/ms                                : 1/ms
    alpha_n = 0.1/exprel(-(V + 55*mV)/(10*mV))/ms                                 : 1/ms
    beta_n  = 0.125*exp(-(V + 65*mV)/(80*mV))/ms                                  : 1/ms
    I                                                                             : uA/cm2 (constant)
    V(0) = -65*mV
    m(0) = alpha_m/(alpha_m + beta_m)
    h(0) = alpha_h/(alpha_h + beta_h)
    n(0) = alpha_n/(alpha_n + beta_n)
    """,
    threshold="V > 0*mV",
    refractory="V > 0*mV",
    method="exponential_euler",
)
neurons.I = currents * uA / cm2
spikes = es.SpikeMonitor(neurons)
trace = es.StateMonitor(neurons, ["V", "m", "h", "n"], record=True)

duration = chosen.duration * ms
net = es.Network(neurons, spikes, trace, dt=0.01 * ms)
net.run(duration, progress=True)

rates = [float((count / duration).rescale(Hz)) for count in spikes.count]
for current, rate in zip(currents, rates, strict=True):
    print(f"I = {current:2d} uA/cm2: {rate:6.2f} Hz")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(14, 5), layout="constrained")
    start = trace.t < 100 * ms
    for k in range(len(currents)):
        axes[0].plot(trace.t[start] / ms, trace.V[k, start] / mV + 120 * k, "k", linewidth=1)
    axes[0].set_yticks([-65 + 120 * k for k in range(len(currents))], currents)
    axes[0].set(xlabel="time (ms)", ylabel="I (uA/cm2)", title="V, one neuron for each current")
    for gate in ("m", "h", "n"):
        axes[1].plot(trace.t[start] / ms, getattr(trace, gate)[4, start], label=gate)
    axes[1].set(xlabel="time (ms)", title=f"gates at {currents[4]} uA/cm2")
    axes[1].legend(loc="upper right")
    axes[2].plot(currents, rates, "o-")
    axes[2].set(xlabel="I (uA/cm2)", ylabel="rate (Hz)", title="f-I curve")
    figure.savefig("hodgkin_huxley.png", dpi=150)
    if chosen.show:
        plt.show()
