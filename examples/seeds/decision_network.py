"""Which way do the dots move? A network of spiking neurons decides between two directions, A and B, in one trial.

Wang (2002) Neuron 36:955-968. Of the excitatory neurons 15 % prefer A and 15 % B; synapses are stronger inside each of
the two and weaker onto it from outside. All neurons get Poisson input from the rest of the brain; during the stimulus A
and B get more, in proportion to the dots that move their way. Everybody is joined with everybody.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--coherence", type=float, default=25.6, help="share of dots that move to A, in per cent")
options.add_argument("--scale", type=float, default=1, help="of the network: 1 is 2000 neurons (default)")
options.add_argument("--duration", type=float, default=2000, help="of the trial, in ms (default 2000)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides decision_network.png")
chosen = options.parse_args()

es.seed(chosen.seed)
sizes = [round(chosen.scale * size) for size in (240, 240, 1120, 400)]  # A, B, the other excitatory ones, inhibitory
ends = np.cumsum(sizes)
scale, up, down = chosen.scale, 1.7, 1 - 0.15 * 0.7 / 0.85
neurons = es.NeuronGroup(
    ends[-1],
    """
    dV/dt = (g_L*(-70*mV - V) - I_exc - I_inh)/C : mV (unless refractory)
    I_exc = (g_ext*ext + g_ampa/scale*ampa + g_nmda/scale*nmda/(1 + exp(-0.062*V/mV)/3.57))*V : pA
    I_inh = g_gaba/scale*gaba*(V + 70*mV) : pA
    dext/dt = -ext/(2*ms) : 1; dampa/dt = -ampa/(2*ms) : 1; dgaba/dt = -gaba/(5*ms) : 1
    dx/dt = -x/(2*ms) : 1; ds/dt = -s/(100*ms) + 0.5/ms*x*(1 - s) : 1; nmda : 1  # s opens NMDA receptors of targets
    pool : integer (constant); exc = pool < 3 : boolean
    C = (0.5*nF if exc else 0.2*nF) : nF;           g_L = (25*nS if exc else 20*nS) : nS
    g_ext = (2.1*nS if exc else 1.62*nS) : nS;      g_ampa = (0.05*nS if exc else 0.04*nS) : nS
    g_nmda = (0.165*nS if exc else 0.13*nS) : nS;   g_gaba = (1.3*nS if exc else 1*nS) : nS
    V(0) = -55*mV + rand()*3*mV
    """,
    threshold="V > -50*mV", reset="V = -55*mV; x += 1", refractory="2*ms if exc else 1*ms", method="rk2",
)  # fmt: skip
neurons.pool = np.repeat(range(4), sizes)
E, I = neurons[: ends[2]], neurons[ends[2] :]

weight = "w = ((up if pool_pre == pool_post else down) if pool_post < 2 else 1) : 1 (parameter)"
ampa = es.Synapses(E, neurons, weight, on_pre="ampa_post += w", delay=0.5 * ms)
gaba = es.Synapses(I, neurons, on_pre="gaba += 1", delay=0.5 * ms)
pools = es.NeuronGroup(3, "S : 1; pool = i : integer (parameter)")  # what all of a pool send is summed up once
gather = es.Synapses(E, pools, "S_post = s_pre : 1 (summed)")
nmda = es.Synapses(pools, neurons, weight + "; nmda_post = w*S_pre : 1 (summed)")
gather.connect(j="pool_pre")
for synapses in (ampa, gaba, nmda):
    synapses.connect()
background = es.PoissonInput(neurons, "ext", 1000, 2.4 * Hz, 1)  # 2400 Hz
draws = np.random.default_rng(chosen.seed).normal(size=(20, 2))  # every 50 ms another rate, from 500 to 1500 ms
rates = (40 * (1 + chosen.coherence / 100 * np.array([1, -1])) + 4 * draws).clip(0)
evidence = es.TimedArray(np.vstack([np.zeros((10, 2)), rates, np.zeros((1, 2))]) * Hz, dt=50 * ms)
dots = es.PoissonGroup(ends[1], f"evidence(t, int(i >= {ends[0]}))")
see = es.Synapses(dots, neurons, on_pre="ext += 1")
see.connect(j="i")
spikes = es.SpikeMonitor(neurons)
net = es.Network(neurons, pools, ampa, gaba, gather, nmda, background, dots, see, spikes, dt=0.1 * ms)
net.run(chosen.duration * ms, progress=True)

bins = np.arange(0, chosen.duration + 1, 50)
found = [np.histogram(spikes.t_[neurons.pool[spikes.i] == k], bins)[0] / sizes[k] / 0.05 for k in range(4)]
last = bins[:-1] >= min(1300, chosen.duration - 200)
a, b = found[0][last].mean(), found[1][last].mean()
choice = "A" if a > b else "B"
print(f"coherence {chosen.coherence:g} %: A ends at {a:.1f} Hz, B at {b:.1f} Hz, so the choice is {choice}")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(8, 8), sharex=True, height_ratios=(2, 1, 1.3), layout="constrained")
    for k, color in enumerate(("tab:blue", "tab:red", "0.5", "k")):
        own = neurons.pool[spikes.i] == k
        axes[0].plot(spikes.t_[own], spikes.i[own], ".", color=color, markersize=1.2)
    axes[0].set_yticks(ends - np.array(sizes) / 2, ["A", "B", "others", "inhibitory"])
    for k, color in enumerate(("tab:blue", "tab:red")):
        axes[1].step(50 * np.arange(31), np.concatenate([np.zeros(10), rates[:, k], [0]]), color=color, where="post")
        axes[2].plot(bins[:-1] + 25, found[k], color=color, label="AB"[k])
    axes[1].set(ylabel="stimulus (Hz)")
    axes[2].set(xlabel="time (ms)", ylabel="mean rate (Hz)")
    axes[2].legend()
    figure.savefig("decision_network.png", dpi=100)
    if chosen.show:
        plt.show()
