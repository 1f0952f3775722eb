"""Why do neurons of the cortex fire so irregularly, and answer so fast? A network that inhibition balances.

van Vreeswijk & Sompolinsky (1996) Science 274:1724-1726. LIF neurons, 4 excitatory for each inhibitory one, few and
strong exponential synapses, the same constant current for all. At 500 ms the current doubles: some neurons are always
near the threshold, so that the network answers at once; a neuron alone has to charge first.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import ms, mV, nA

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides ei_balanced_network.png")
chosen = options.parse_args()

es.seed(chosen.seed)
model = """
    dV/dt = (-60*mV - V + R*I + x)/(20*ms) : mV (unless refractory)
    dx/dt = -x/(5*ms)                      : mV
    I                                      : nA
    R = 10*Mohm                            : Mohm (parameter)
    V(0) = -60*mV + 10*mV*rand()
    """
behaviour = {"threshold": "V > -50*mV", "reset": "V = -60*mV", "refractory": 5 * ms}
neurons, alone = es.NeuronGroup(4000, model, **behaviour), es.NeuronGroup(1, model, **behaviour, name="alone")
alone.V = -60 * mV
E, I = neurons[:3200], neurons[3200:]
synapses = [
    es.Synapses(E, E, on_pre="x += 8*mV", delay=0.5 * ms),
    es.Synapses(E, I, on_pre="x += 8*mV", delay=0.5 * ms),
    es.Synapses(I, E, on_pre="x -= 60*mV", delay=0.5 * ms),
    es.Synapses(I, I, on_pre="x -= 60*mV", delay=0.5 * ms),
]
for pair in synapses:
    pair.connect(p=0.02)
inputs = [
    es.Input(neurons, "I", es.inputs.section_input([2, 4] * nA, [500, 500] * ms)),
    es.Input(alone, "I", es.inputs.section_input([0, 2] * nA, [500, 500] * ms)),
]
trace = es.StateMonitor(neurons, ["V", "x"], record=[0])
spikes, its_spikes = es.SpikeMonitor(neurons), es.SpikeMonitor(alone)

net = es.Network(neurons, alone, synapses, inputs, trace, spikes, its_spikes, dt=0.1 * ms)
net.run(1000 * ms)

for begin, end in ((100, 500), (600, 1000)):
    trains = [t[(t >= begin) & (t < end)] for t in (train / ms for train in spikes.spike_trains().values())]
    gaps = [np.diff(np.asarray(train)) for train in trains if len(train) > 4]
    rate = 1000 * sum(map(len, trains)) / len(neurons) / (end - begin)
    variation = np.mean([gap.std() / gap.mean() for gap in gaps])
    print(f"{begin} to {end} ms: mean rate {rate:.1f} Hz, variation of intervals {variation:.2f}")
rates = np.histogram(spikes.t_, np.arange(0, 1001))[0] / len(neurons) * 1000  # in bins of 1 ms
middle = (rates[100:500].mean() + rates[600:].mean()) / 2
answer = np.argmax(rates[500:] > middle) + 1
first = its_spikes.t_[0] - 500
print(f"answer to the step: the network within {answer} ms, a neuron alone after {first:.1f} ms")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(8, 8), sharex=True, height_ratios=(2, 1, 1), layout="constrained")
    seen = spikes.i % 10 == 0
    axes[0].plot(spikes.t_[seen], spikes.i[seen], "k.", markersize=1.5)
    axes[0].axhline(3200, color="tab:red", linewidth=0.8)
    axes[0].set(ylabel="neuron", title="one neuron of ten; above the line the inhibitory ones")
    axes[1].plot(np.arange(1000) + 0.5, rates, "k", linewidth=0.8)
    axes[1].axvline(500 + first, color="tab:blue", linestyle=":", label="first spike of a neuron alone")
    axes[1].set(ylabel="mean rate (Hz)")
    axes[1].legend(loc="lower right")
    axes[2].plot(trace.t_, trace.x_[0], color="0.6", linewidth=0.7, label="x, from synapses")
    axes[2].plot(trace.t_, trace.V_[0], "k", linewidth=0.7, label="V")
    axes[2].set(xlabel="time (ms)", ylabel="one neuron (mV)", xlim=(350, 650))
    axes[2].legend(loc="lower right")
    figure.savefig("ei_balanced_network.png", dpi=100)
    if chosen.show:
        plt.show()
