"""Do the rhythms of the cortex arise in a network of random couplings? 1000 neurons of many kinds, in plain numbers.

Izhikevich (2003) Simple model of spiking neurons. IEEE Trans Neural Netw 14:1569-1572, fig. 3. No line has a unit:
v is in mV and t in ms, as in the paper, and so `dt` must be given.
"""

import argparse

import numpy as np

import eqsim as es

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=1000, help="of the simulation, in ms (default 1000)")
options.add_argument("--scale", type=float, default=1, help="of the network: 1 is 1000 neurons (default)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides izhikevich_2003.png")
chosen = options.parse_args()

es.seed(chosen.seed)
N = round(1000 * chosen.scale)
N_e = round(0.8 * N)

neurons = es.NeuronGroup(
    N,
    """
    dv/dt = 0.04*v**2 + 5*v + 140 - u + I
    du/dt = a*(b*v - u)
    I
    r = rand() (parameter)
    sigma (constant)
    a (constant)
    b (constant)
    c (constant)
    d (constant)
    v(0) = -65
    u(0) = b*v
    """,
    threshold="v >= 30",
    reset="v = c; u += d",
    method="euler",
)
exc, inh = neurons[:N_e], neurons[N_e:]
exc.a, exc.b, exc.c, exc.d, exc.sigma = 0.02, 0.2, "-65 + 15*r**2", "8 - 6*r**2", 5  # regular to chattering
inh.a, inh.b, inh.c, inh.d, inh.sigma = "0.02 + 0.08*r", "0.25 - 0.05*r", -65, 2, 2  # low-threshold to fast
neurons.run_regularly("I = sigma*randn()", dt=1)

strength = 1 / chosen.scale  # a smaller network with the same input to a neuron
to_e = es.Synapses(exc, neurons, "w (constant)", on_pre="v += w", delay=1)
to_i = es.Synapses(inh, neurons, "w (constant)", on_pre="v -= w", delay=1)
to_e.connect()
to_i.connect()
to_e.w = "0.5*strength*rand()"
to_i.w = "strength*rand()"
spikes = es.SpikeMonitor(neurons)
trace = es.StateMonitor(neurons, "v", record=[0])

net = es.Network(neurons, to_e, to_i, spikes, trace, dt=0.5)
net.run(chosen.duration, progress=True)

rates = spikes.count / (chosen.duration / 1000)
activity = np.histogram(spikes.t_, bins=round(chosen.duration), range=(0, chosen.duration))[0] / N * 1000
power = np.abs(np.fft.rfft(activity - activity.mean())) ** 2
frequency = np.fft.rfftfreq(len(activity), 0.001)
alpha, gamma = (power[(low <= frequency) & (frequency < high)].sum() for low, high in ((5, 20), (25, 60)))
share = (alpha + gamma) / power[frequency < 100].sum()
print(f"mean rate {rates[:N_e].mean():.2f} Hz (excitatory), {rates[N_e:].mean():.2f} Hz (inhibitory)")
print(f"power below 100 Hz that lies in 5-20 or 25-60 Hz: {100 * share:.0f} %")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(7, 8), sharex=True, height_ratios=(4, 1.3, 1.3), layout="constrained")
    axes[0].plot(spikes.t_, spikes.i, "k.", markersize=1.5)
    axes[0].axhline(N_e, color="tab:red", linewidth=0.8)
    axes[0].set(ylabel="neuron number", ylim=(0, N), title="Alpha waves, and gamma bursts on top of them")
    axes[1].plot(np.arange(len(activity)) + 0.5, activity, "k", linewidth=0.8)
    axes[1].set(ylabel="rate (Hz)")
    own = spikes.t_[spikes.i == 0]
    axes[2].plot(trace.t_, trace.v[0], "k", linewidth=0.8)
    axes[2].vlines(own, -65, 30, "k", linewidth=0.8)
    axes[2].set(xlabel="time (ms)", ylabel="v (mV)", title="a typical excitatory neuron")
    figure.savefig("izhikevich_2003.png", dpi=150)
    if chosen.show:
        plt.show()
