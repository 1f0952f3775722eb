"""Does a pulse packet survive its way through a synfire chain? Many chains at once, one for each kind of packet.

Diesmann, Gewaltig & Aertsen (1999) Stable propagation of synchronous spiking in cortical neural networks. Nature
402:529-533, figs 2 and 3. A packet is a spikes with a spread of sigma in time. Each neuron has 20,000 synapses from
the cortex around, 88 % of them excitatory at 2 Hz, the others inhibitory at 12.5 Hz; they are taken as white noise.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms, mV

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=120, help="of the simulation, in ms (default 120)")
options.add_argument("--scale", type=float, default=1, help="of the grid of packets: 1 is 10 by 6 (default)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides diesmann_1999.png")
chosen = options.parse_args()

es.seed(chosen.seed)
random = np.random.default_rng(chosen.seed)
groups, size, begin = 10, 100, 30  # of each chain, and when the packets come, in ms
sizes, spreads = np.linspace(20, 110, round(10 * chosen.scale)).round(), np.linspace(0, 5, round(6 * chosen.scale))
packets = [(int(a), sigma) for a in sizes for sigma in spreads]
chains = len(packets)
tau, tau_syn, E_L, V_t = 10 * ms, 0.325 * ms, -70 * mV, -55 * mV
w = 4.86 * mV  # a spike lifts V by 0.14 mV
n_e, n_i, rate_e, rate_i = 17600, 2400, 2 * Hz, 12.5 * Hz
mean, spread = w * (n_e * rate_e - n_i * rate_i), w * np.sqrt(n_e * rate_e + n_i * rate_i)

neurons = es.NeuronGroup(
    chains * groups * size,
    """
    dV/dt = (E_L - V + x)/tau             : mV (unless refractory)
    dx/dt = (y - x)/tau_syn               : mV
    dy/dt = -y/tau_syn + mean + spread*xi : mV
    V(0)  = E_L + mean*tau_syn
    x(0)  = mean*tau_syn
    y(0)  = mean*tau_syn
    """,
    threshold="V > V_t", reset="V = E_L", refractory=1 * ms,
)  # fmt: skip
sources = np.repeat(np.arange(chains), [a for a, _ in packets])  # the chain of each spike of the packets
times = np.concatenate([begin + sigma * random.standard_normal(a) for a, sigma in packets]).clip(0)
packet = es.SpikeGeneratorGroup(len(sources), np.arange(len(sources)), times * ms)
start = es.Synapses(packet, neurons, on_pre="y += w")
first = sources * groups * size
start.connect(i=np.repeat(np.arange(len(sources)), size), j=(first[:, None] + np.arange(size)).ravel())
chain = es.Synapses(neurons, neurons, on_pre="y += w", delay=5 * ms)
chain.connect(j="k for k in range((i//size + 1)*size, (i//size + 2)*size) if i // size % groups < groups - 1")
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, packet, start, chain, spikes, dt=0.1 * ms)
net.run(chosen.duration * ms, progress=True)


def path(k):
    """Size and spread of a packet, in itself and in each group: the spikes within 4 ms of the densest 3 ms."""
    a, sigma, centre = [packets[k][0]], [packets[k][1]], begin - 3
    for group in range(groups):
        own = (spikes.i // size == k * groups + group) & (abs(spikes.t_ - centre - 6) < 9)
        t = np.array([*spikes.t_[own], centre + 6])  # something to look at, where nothing spikes
        centre = t[np.sum(abs(t[:, None] - t) < 1.5, axis=0).argmax()]
        near = t[:-1][abs(t[:-1] - centre) < 4]
        a, sigma = [*a, len(near)], [*sigma, np.std(near) if len(near) else 0]
    return np.array(sigma), np.array(a)


paths = [path(k) for k in range(chains)]
alive = np.array([a[-1] > 60 for _, a in paths])
ends = np.array([(sigma[-1], a[-1]) for sigma, a in paths])[alive].mean(axis=0)
sharp = [a for (a, sigma), lives in zip(packets, alive, strict=True) if lives and sigma == 0]
print(f"{alive.sum()} of {chains} packets survive; of those without spread, all with {min(sharp)} spikes or more")
print("they end as {1:.0f} spikes with a spread of {0:.2f} ms".format(*ends))

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 6), layout="constrained")
    for (sigma, a), lives in zip(paths, alive, strict=True):
        color = "tab:blue" if lives else "tab:red"
        axes.plot(sigma, a, ".-", color=color, linewidth=0.8, markersize=3)
        axes.plot(sigma[0], a[0], "o", color=color, markersize=5)
    axes.set(xlabel="spread sigma (ms)", ylabel="spikes a", title="Packets that survive (blue) and die (red)")
    figure.savefig("diesmann_1999.png", dpi=150)
    if chosen.show:
        plt.show()
