"""Can a network with inhibition keep itself active? 4000 integrate-and-fire neurons with conductances.

Benchmark 1 (COBA) of Brette et al. (2007) J Comput Neurosci 23:349-398, after Vogels & Abbott (2005).
"""

import argparse

import eqsim as es
from eqsim.units import Hz, ms, mV, nS

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=1000, help="of the simulation, in ms (default 1000)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides coba.png")
chosen = options.parse_args()

es.seed(chosen.seed)

tau_m, tau_e, tau_i = 20 * ms, 5 * ms, 10 * ms
E_L, E_e, E_i = -60 * mV, 0 * mV, -80 * mV
g_L = 10 * nS

neurons = es.NeuronGroup(
    4000,
    """
    dV/dt   = (E_L - V + (g_e*(E_e - V) + g_i*(E_i - V))/g_L)/tau_m : mV (unless refractory)
    dg_e/dt = -g_e/tau_e                                            : nS
    dg_i/dt = -g_i/tau_i                                            : nS
    V(0)    = E_L + (5*randn() - 5)*mV
    g_e(0)  = (15*randn() + 40)*nS
    g_i(0)  = (120*randn() + 200)*nS
    """,
    threshold="V > -50*mV",
    reset="V = -60*mV",
    refractory=5 * ms,
    method="exponential_euler",
)
to_e = es.Synapses(neurons[:3200], neurons, on_pre="g_e += 6*nS")
to_i = es.Synapses(neurons[3200:], neurons, on_pre="g_i += 67*nS")
to_e.connect(p=0.02)
to_i.connect(p=0.02)
spikes = es.SpikeMonitor(neurons)

duration = chosen.duration * ms
net = es.Network(neurons, to_e, to_i, spikes, dt=0.1 * ms)
net.run(duration, progress=True)

rate = (spikes.num_spikes / 4000 / duration).rescale(Hz)
print(f"COBA: {spikes.num_spikes} spikes in {duration}, mean rate {float(rate):.2f} Hz")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    seen = spikes.i < 1000
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    axes.plot(spikes.t[seen] / ms, spikes.i[seen], "k.", markersize=1)
    axes.set(xlabel="time (ms)", ylabel="neuron", title="COBA: activity that keeps itself alive")
    figure.savefig("coba.png", dpi=150)
    if chosen.show:
        plt.show()
