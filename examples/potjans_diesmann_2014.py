"""How active are the layers of cortex by themselves? The circuit under a square millimetre of surface, at full scale.

Potjans & Diesmann (2014) The cell-type specific cortical microcircuit. Cereb Cortex 24:785-806, tables 4 and 5; first
voltages, one law for each population, after Rhodes et al. (2020) Phil Trans R Soc A 378:20190160. With a smaller
--scale, neurons and synapses for each are fewer; weights grow with 1/sqrt(scale), and a constant current stands for the
mean input that is lost (van Albada, Helias & Diesmann (2015) PLoS Comput Biol 11:e1004490).

At full scale there are 3e8 synapses with weights and delays of their own. They are drawn in single precision, which the
simulation does not need to exceed, and so take 13 bytes each once they run and 16 before.
"""

import argparse
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms, mV, pA, pF

NAMES = ("L2/3e", "L2/3i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i")
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
OUTSIDE = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])  # synapses from outside, 8 Hz each
PROBABILITIES = np.array(
    [  # of at least one synapse: rows are targets, columns sources
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
)
RATES = np.array([0.9, 2.9, 4.3, 5.8, 7.3, 8.6, 1.0, 7.7])  # at full scale, in Hz
START = np.array([[-68.28, 5.36], [-63.16, 4.57], [-63.33, 4.74], [-63.45, 4.94],
                  [-63.11, 4.94], [-61.66, 4.55], [-66.72, 5.46], [-61.43, 4.48]])  # fmt: skip

options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--scale", type=float, default=1, help="of neurons and of synapses for each (default 1)")
options.add_argument("--duration", type=float, default=1000, help="of the simulation, in ms (default 1000)")
options.add_argument("--dtype", choices=("float64", "float32"), default="float32", help="(default float32)")
options.add_argument("--threads", type=int, default=0, help="how many threads may work (default: eqsim's choice)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides its file")
chosen = options.parse_args()

es.seed(chosen.seed)
random = np.random.default_rng(chosen.seed)
scale, dt = chosen.scale, 0.1
tau_m, tau_syn, C, E_L = 10 * ms, 0.5 * ms, 250 * pF, -65 * mV

weights = np.tile([87.8, -4 * 87.8] * 4, (8, 1))  # in pA
weights[0, 2] *= 2
# pairs are drawn with replacement, so that this many give the probabilities
full = np.round(np.log(1 - PROBABILITIES) / np.log(1 - 1 / np.outer(SIZES, SIZES)))
counts = np.round(full * scale**2).astype(int)
sizes = np.round(SIZES * scale).astype(int)
lost = (weights * full / SIZES[:, None]) @ RATES + 87.8 * OUTSIDE * 8  # pA*Hz
constant = (1 - np.sqrt(scale)) * 0.5e-3 * lost
weights /= np.sqrt(scale)
ends = np.concatenate([[0], np.cumsum(sizes)])

neurons = es.NeuronGroup(
    int(ends[-1]),
    """
    dV/dt = (E_L - V)/tau_m + (I + I_0)/C : mV (unless refractory)
    dI/dt = -I/tau_syn                    : pA
    I_0                                   : pA (constant)
    """,
    threshold="V >= -50*mV",
    reset="V = -65*mV",
    refractory=2 * ms,
    method="exact",
)
populations = [neurons[a:b] for a, b in pairwise(ends)]
outside = []
for population, K, I_0, (mean, spread) in zip(populations, OUTSIDE, constant, START, strict=True):
    population.I_0 = I_0 * pA
    population.V = (mean + spread * random.standard_normal(population.N)) * mV
    outside.append(es.PoissonInput(population, "I", round(K * scale), 8 * Hz, 87.8 / np.sqrt(scale) * pA))


def normal(mean, spread, number):
    """Return normal numbers, drawn on all processors; in single precision, of which hundreds of millions fit."""
    drawn = np.empty(number, np.float32)
    with ThreadPoolExecutor() as pool:
        # eight parts with random numbers of their own, so that they are the same on any number of processors
        parts = np.array_split(drawn, 8), random.spawn(8)
        list(pool.map(lambda part, own: own.standard_normal(dtype=np.float32, out=part), *parts))
    drawn *= spread
    drawn += mean
    return drawn


def delays(mean, number):
    """Return normal delays, drawn again below half a step."""
    drawn = normal(mean, mean / 2, number)
    low = np.flatnonzero(drawn < dt / 2)
    while len(low):
        drawn[low] = normal(mean, mean / 2, len(low))
        low = low[drawn[low] < dt / 2]
    return np.maximum(drawn, dt, out=drawn)


def projection(population, to, strengths, delay):
    """Return synapses from one population to all: how many onto each, their mean weights, their mean delay."""
    pathway = es.Synapses(population, neurons, "w : pA (constant)", on_pre="I += w")
    pathway.connect(
        i=random.integers(0, population.N, to.sum(), np.int32),
        j=np.concatenate([random.integers(a, b, k, np.int32) for (a, b), k in zip(pairwise(ends), to, strict=True)]),
    )
    # plain numbers count in the unit of w
    pathway.w_ = np.repeat(strengths.astype(np.float32), to) * normal(1, 0.1, to.sum())
    pathway.delay = delays(delay, to.sum()) * ms
    return pathway


projections = [
    projection(population, counts[:, source], weights[:, source], 0.75 if source % 2 else 1.5)
    for source, population in enumerate(populations)
]
spikes = es.SpikeMonitor(neurons)
net = es.Network(neurons, outside, projections, spikes, dt=dt * ms, dtype=chosen.dtype, threads=chosen.threads)
net.run(chosen.duration * ms, progress=True)

print(f"{neurons.N} neurons, {sum(map(len, projections))} synapses")
t, i = spikes.t / ms, spikes.i
settled = min(100, chosen.duration / 2)
found = np.histogram(i[t > settled], ends)[0] / sizes / (chosen.duration - settled) * 1000
for name, rate, published in zip(NAMES, found, RATES, strict=True):
    print(f"{name:6} {rate:5.2f} Hz (published: {published})")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    seen = (t > chosen.duration - 300) & (i % max(1, round(40 * scale)) == 0)
    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    axes.scatter(t[seen], i[seen], s=1, c=["C0" if k % 2 else "C3" for k in np.searchsorted(ends, i[seen], "right")])
    axes.set(xlabel="time (ms)", yticks=(ends[1:] + ends[:-1]) / 2, yticklabels=NAMES)
    axes.invert_yaxis()
    figure.savefig("potjans_diesmann_2014.png", dpi=150)
    if chosen.show:
        plt.show()
