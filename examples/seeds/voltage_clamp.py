"""How were the gates measured? Potassium under a voltage clamp: from rest to nine potentials, and the fit of n.

Hodgkin & Huxley (1952) J Physiol 117:500. Where V does not change, n goes to n_inf exponentially, and so does the
fourth root of the conductance.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import ms, mV

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides voltage_clamp.png")
chosen = options.parse_args()

neurons = es.NeuronGroup(
    9,
    """
    dn/dt   = alpha*(1 - n) - beta*n               : 1
    g_K     = 36*mS/cm2*n**4                       : mS/cm2
    alpha   = 0.1/exprel(-(V + 55*mV)/(10*mV))/ms  : 1/ms
    beta    = 0.125*exp(-(V + 65*mV)/(80*mV))/ms   : 1/ms
    n_inf   = alpha/(alpha + beta)                 : 1
    tau     = 1/(alpha + beta)                     : ms
    V = -65*mV                                     : mV (parameter)
    n(0) = n_inf
    """,
)
trace = es.StateMonitor(neurons, "g_K", record=True)

net = es.Network(neurons, trace, dt=0.02 * ms)
net.run(1 * ms)
neurons.V = np.arange(-55, 30, 10) * mV  # the clamp
net.run(11 * ms)

root = (trace.g_K_[:, 50:] / 36) ** 0.25  # n, from the conductance
since = trace.t_[50:] - 1
n_inf, tau = np.array(neurons.n_inf), np.array(neurons.tau_)
law = n_inf[:, None] + (root[:, :1] - n_inf[:, None]) * np.exp(-since / tau[:, None])
print(f"largest distance of n from the exponential: {abs(root - law).max():.1e}")
for V, n, end, its_tau in zip(neurons.V_, root, n_inf, tau, strict=True):
    half = np.interp(0.5, (n - n[0]) / (end - n[0]), since)  # half of the way takes tau*log(2)
    print(f"{V:5.0f} mV: tau {its_tau:.3f} ms, measured {half / np.log(2):.3f} ms")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4.5), layout="constrained")
    colors = plt.get_cmap("viridis")(np.linspace(0, 0.9, 9))
    for k in range(9):
        axes[0].plot(trace.t_, trace.g_K_[k], color=colors[k], label=f"{neurons.V_[k]:g} mV")
        axes[0].plot(1 + since[::25], 36 * law[k, ::25] ** 4, ".", color=colors[k])
    axes[0].set(xlabel="time (ms)", ylabel="g_K (mS/cm2)", title="conductance (dots: from the exponential)")
    axes[0].legend(fontsize="small")
    axes[1].plot(neurons.V_, n_inf, "o-", label="n_inf (1)")
    axes[1].plot(neurons.V_, tau, "s-", label="tau (ms)")
    axes[1].set(xlabel="V (mV)", ylabel="n_inf, tau")
    axes[1].legend()
    figure.savefig("voltage_clamp.png", dpi=100)
    if chosen.show:
        plt.show()
