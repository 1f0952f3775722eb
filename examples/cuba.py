"""What do synaptic currents instead of conductances change? 4000 linear integrate-and-fire neurons.

Benchmark 2 (CUBA) of Brette et al. (2007) J Comput Neurosci 23:349-398, after Vogels & Abbott (2005).
"""

import argparse

import eqsim as es
from eqsim.units import Hz, ms, mV

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=1000, help="of the simulation, in ms (default 1000)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides cuba.png")
chosen = options.parse_args()

es.seed(chosen.seed)

tau_m, tau_e, tau_i = 20 * ms, 5 * ms, 10 * ms
E_L = -49 * mV  # above the threshold: the background drive

neurons = es.NeuronGroup(
    4000,
    """
    dV/dt = (g_e + g_i - (V - E_L))/tau_m : mV (unless refractory)
    dg_e/dt = -g_e/tau_e                  : mV
    dg_i/dt = -g_i/tau_i                  : mV
    V(0) = -60*mV + rand()*10*mV
    """,
    threshold="V > -50*mV",
    reset="V = -60*mV",
    refractory=5 * ms,
    method="exact",
)
to_e = es.Synapses(neurons[:3200], neurons, on_pre="g_e += 1.62*mV")
to_i = es.Synapses(neurons[3200:], neurons, on_pre="g_i -= 9*mV")
to_e.connect(p=0.02)
to_i.connect(p=0.02)
spikes = es.SpikeMonitor(neurons)

duration = chosen.duration * ms
net = es.Network(neurons, to_e, to_i, spikes, dt=0.1 * ms)
net.run(duration, progress=True)

rate = (spikes.num_spikes / 4000 / duration).rescale(Hz)
print(f"CUBA: {spikes.num_spikes} spikes in {duration}, mean rate {float(rate):.2f} Hz")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    seen = spikes.i < 1000
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    axes.plot(spikes.t[seen] / ms, spikes.i[seen], "k.", markersize=1)
    axes.set(xlabel="time (ms)", ylabel="neuron", title="CUBA: asynchronous irregular activity")
    figure.savefig("cuba.png", dpi=150)
    if chosen.show:
        plt.show()
