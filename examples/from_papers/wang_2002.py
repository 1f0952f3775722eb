"""How does a network decide? Two populations integrate noisy evidence through NMDA receptors and compete.

Wang (2002) Probabilistic decision making by slow reverberation in cortical circuits. Neuron 36:955-968, figs 2 and 3.
Everybody is connected with everybody, so what a neuron receives is a sum over each population: it is computed once,
in one of four pools. NMDA saturates and has a gate s in each presynaptic neuron; the others are linear. The stimulus
lasts 1.5 s (1 s in the paper), so that hardly a trial ends undecided.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms, mV

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--coherence", type=float, nargs="+", default=[0, 3.2, 6.4, 12.8, 25.6, 51.2], help="in per cent")
options.add_argument("--trials", type=int, default=10, help="for each coherence (default 10)")
options.add_argument("--duration", type=float, default=2500, help="of a trial, in ms (default 2500)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides wang_2002.png")
chosen = options.parse_args()

SIZES, begin, stop = (240, 240, 1120, 400), 500, 2000  # A, B, the other excitatory ones, inhibitory; stimulus in ms
pool = np.repeat(range(4), SIZES)
E_L, E_e, E_i, up, down = -70 * mV, 0 * mV, -70 * mV, 1.7, 1 - 0.15 * 0.7 / 0.85
WEIGHTS = np.array([[up, down, 1, 1], [down, up, 1, 1], [down, down, 1, 1], [0, 0, 0, 0]])  # from pool (row) onto pool


def trial(coherence, seed):
    es.seed(seed)
    neurons = es.NeuronGroup(
        2000,
        """
        dV/dt = (g_L*(E_L - V) - I)/C : mV (unless refractory)
        I = (g_ext*ext + g_ampa*ampa + g_nmda*nmda/(1 + exp(-0.062*V/mV)/3.57))*(V - E_e) + g_gaba*gaba*(V - E_i) : pA
        dext/dt = -ext/(2*ms) : 1; dx/dt = -x/(2*ms) : 1; ds/dt = -s/(100*ms) + 0.5/ms*x*(1 - s) : 1
        ampa : 1; nmda : 1; gaba : 1
        large = i < 1600 : boolean (parameter)
        C = (0.5*nF if large else 0.2*nF) : nF;         g_L = (25*nS if large else 20*nS) : nS
        g_ext = (2.1*nS if large else 1.62*nS) : nS;    g_ampa = (0.05*nS if large else 0.04*nS) : nS
        g_nmda = (0.165*nS if large else 0.13*nS) : nS; g_gaba = (1.3*nS if large else 1*nS) : nS
        V(0) = -55*mV + rand()*3*mV
        """,
        threshold="V > -50*mV", reset="V = -55*mV; x += 1", refractory="2*ms if i < 1600 else 1*ms", method="rk2",
    )  # fmt: skip
    pools = es.NeuronGroup(4, "dA/dt = -A/(2*ms) : 1; dG/dt = -G/(5*ms) : 1; S : 1")
    gather = es.Synapses(neurons, pools, "S_post = s_pre : 1 (summed)", on_pre="A += 1; G += 1", delay=0.5 * ms)
    gather.connect(i=np.arange(2000), j=pool)
    sums = "ampa_post = w*A_pre : 1 (summed); nmda_post = w*S_pre : 1 (summed); gaba_post = u*G_pre : 1 (summed)"
    spread = es.Synapses(pools, neurons, "w : 1 (constant); u = int(i == 3) : 1;" + sums)
    spread.connect()
    spread.w = WEIGHTS[:, pool].ravel()
    levels = 40 * (1 + coherence / 100 * np.array([1, -1])) + 4 * np.random.default_rng(seed).standard_normal((30, 2))
    rates = np.vstack([np.zeros((begin // 50, 2)), levels.clip(0), np.zeros((1, 2))]).repeat(240, axis=1)
    eyes = es.PoissonGroup(480, "evidence(t, i)", namespace={"evidence": es.TimedArray(rates * Hz, dt=50 * ms)})
    see, outside = es.Synapses(eyes, neurons, on_pre="ext += 1"), es.PoissonInput(neurons, "ext", 1000, 2.4 * Hz, 1)
    see.connect(j="i")
    spikes = es.SpikeMonitor(neurons)
    es.Network(neurons, pools, gather, spread, eyes, see, outside, spikes, dt=0.1 * ms).run(chosen.duration * ms)
    return spikes.t / ms, pool[spikes.i]


bins = np.arange(0, chosen.duration + 1, 50)
traces = {}  # for each coherence the rates of A and B: (trials, 2, times)
for number, c in enumerate(chosen.coherence):
    found = [trial(c, chosen.seed + 1000 * number + k) for k in range(chosen.trials)]
    traces[c] = np.array([[np.histogram(t[k == a], bins)[0] / SIZES[a] / 0.05 for a in (0, 1)] for t, k in found])
ends = {c: x[:, :, (bins[:-1] >= stop - 200) & (bins[:-1] < stop + 300)].mean(axis=2) for c, x in traces.items()}
share = {c: np.mean(x[:, 0] > x[:, 1]) for c, x in ends.items()}
for c, chance in share.items():
    print(f"coherence {c:4.1f} %: A is chosen in {100 * chance:3.0f} % of {chosen.trials} trials")
both = np.sort(np.vstack(list(ends.values()))).mean(axis=0)
print(f"in the end the winner fires at {both[1]:.1f} Hz and the other population at {both[0]:.1f} Hz")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(12, 3.5), layout="constrained")
    for axis, c in zip(axes, (chosen.coherence[0], chosen.coherence[-1]), strict=False):
        for which, color in enumerate(("tab:blue", "tab:red")):
            axis.plot(bins[:-1] + 25, traces[c][:, which].T, color=color, linewidth=0.7)
        axis.axvspan(begin, stop, color="0.9")
        axis.set(xlabel="time (ms)", ylabel="rate (Hz)", title=f"A (blue) and B (red) at {c} %")
    axes[2].plot(list(share), list(share.values()), "ko-")
    axes[2].set(xlabel="coherence (%)", ylabel="share of A", ylim=(0, 1.05), title="choices")
    figure.savefig("wang_2002.png", dpi=150)
    if chosen.show:
        plt.show()
