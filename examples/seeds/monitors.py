"""What can be recorded of a network? All neurons, some of them, under names of one's own, and what a function computes.

Two populations, excitatory and inhibitory, both driven: the network of the tutorials on monitors and inputs. The drive
is 20 mV throughout, or with --sections comes and goes.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms, mV

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--scale", type=float, default=1, help="of the network: 1 is 4000 neurons (default)")
options.add_argument("--sections", action="store_true", help="0, 20 and 0 mV, over 100, 1000 and 100 ms")
options.add_argument("--duration", type=float, default=200, help="of the simulation without sections, in ms")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides monitors.png")
chosen = options.parse_args()

es.seed(42)
neurons = es.NeuronGroup(
    round(4000 * chosen.scale),
    """
    dV/dt   = (-60*mV - V + g_e*(0*mV - V) + g_i*(-80*mV - V) + input)/(20*ms) : mV (unless refractory)
    dg_e/dt = -g_e/(5*ms)                                                      : 1
    dg_i/dt = -g_i/(10*ms)                                                     : 1
    input                                                                      : mV
    V(0)    = -55*mV + 2*mV*randn()
    """,
    threshold="V > -50*mV",
    reset="V = -60*mV",
    refractory=5 * ms,
)
E, I = neurons[: round(0.8 * len(neurons))], neurons[round(0.8 * len(neurons)) :]
excite, inhibit = es.Synapses(E, neurons, on_pre="g_e += 0.6"), es.Synapses(I, neurons, on_pre="g_i += 6.7")
excite.connect(p=0.02 / chosen.scale)
inhibit.connect(p=0.02 / chosen.scale)
sections = es.inputs.section_input([0, 20, 0] * mV, [100, 1000, 100] * ms)
drive = es.Input(neurons, "input", sections if chosen.sections else 20 * mV)

recorded = {
    "E.spike": es.SpikeMonitor(E),
    "I.spike": es.SpikeMonitor(I),
    "some E.spike": es.SpikeMonitor(E[[1, 2, 3]]),  # of three neurons
    "E.V": es.StateMonitor(E, "V", record=True),  # of all
    "some I": es.StateMonitor(I, ["V", "g_e"], record=[1, 2], dt=1 * ms),  # of two, less often
}
mean = []


@es.network_operation(dt=1 * ms)
def mean_potential():
    mean.append(float(E.V.mean() / mV))


net = es.Network(neurons, excite, inhibit, drive, mean_potential, *recorded.values(), dt=0.1 * ms)
net.run(sections.duration if chosen.sections else chosen.duration * ms)

for name, monitor in recorded.items():
    shape = f"V of shape {monitor.V.shape}" if hasattr(monitor, "V") else f"{monitor.num_spikes} spikes"
    print(f"{name}: {shape}")
print(f"a function: {len(mean)} values")
every = recorded["E.spike"]
same = sum(every.count[k] for k in (1, 2, 3)) == recorded["some E.spike"].num_spikes
print(f"the three neurons spike in both records: {same}")
rate = float((every.num_spikes / len(E) / net.t).rescale(Hz))
print(f"mean rate of E: {rate:.2f} Hz")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(8, 8), sharex=True, height_ratios=(2, 1, 1), layout="constrained")
    es.plot.raster(recorded["E.spike"], ax=axes[0], markersize=0.7)
    es.plot.raster(recorded["I.spike"], ax=axes[0], offset=len(E), markersize=0.7, color="tab:red")
    axes[0].set(xlabel="", title="E (below) and I (above, red)")
    es.plot.lines(recorded["some I"], "V", ax=axes[1])
    axes[1].set(xlabel="")
    axes[2].plot(np.arange(len(mean)), mean, "k")
    axes[2].set(xlabel="time (ms)", ylabel="mean V of E (mV)")
    figure.savefig("monitors.png", dpi=100)
    if chosen.show:
        plt.show()
