"""Does the activity survive real action potentials? 4000 Hodgkin-Huxley neurons with conductances.

Benchmark 3 (COBAHH) of Brette et al. (2007) J Comput Neurosci 23:349-398; rates after Traub & Miles (1991).
"""

import argparse

import eqsim as es
from eqsim.units import Hz, cm2, mS, ms, mV, siemens, uF, um2

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=1000, help="of the simulation, in ms (default 1000)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides cobahh.png")
chosen = options.parse_args()

es.seed(chosen.seed)

area = 20000 * um2
C_m = 1 * uF / cm2 * area
g_L = 5e-5 * siemens / cm2 * area
g_Na, g_K = 100 * mS / cm2 * area, 30 * mS / cm2 * area
E_L, E_Na, E_K, E_e, E_i = -60 * mV, 50 * mV, -90 * mV, 0 * mV, -80 * mV
V_T = -63 * mV
tau_e, tau_i = 5 * ms, 10 * ms

neurons = es.NeuronGroup(
    4000,
    """
    dV/dt = (g_L*(E_L - V) + g_e*(E_e - V) + g_i*(E_i - V)
             - g_Na*m**3*h*(V - E_Na) - g_K*n**4*(V - E_K))/C_m : mV
    dm/dt = alpha_m*(1 - m) - beta_m*m                          : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n                          : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h                          : 1
    dg_e/dt = -g_e/tau_e                                        : nS
    dg_i/dt = -g_i/tau_i                                        : nS
    alpha_m = 1.28/exprel((13*mV - V + V_T)/(4*mV))/ms          : 1/ms
    beta_m  = 1.4/exprel((V - V_T - 40*mV)/(5*mV))/ms           : 1/ms
    alpha_h = 0.128*exp((17*mV - V + V_T)/(18*mV))/ms           : 1/ms
    beta_h  = 4/(1 + exp((40*mV - V + V_T)/(5*mV)))/ms          : 1/ms
    alpha_n = 0.16/exprel((15*mV - V + V_T)/(5*mV))/ms          : 1/ms
    beta_n  = 0.5*exp((10*mV - V + V_T)/(40*mV))/ms             : 1/ms
    V(0)    = E_L + (5*randn() - 5)*mV
    g_e(0)  = (15*randn() + 40)*nS
    g_i(0)  = (120*randn() + 200)*nS
    """,
    threshold="V > -20*mV",
    refractory=3 * ms,
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
print(f"COBAHH: {spikes.num_spikes} spikes in {duration}, mean rate {float(rate):.2f} Hz")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    seen = spikes.i < 1000
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    axes.plot(spikes.t[seen] / ms, spikes.i[seen], "k.", markersize=1)
    axes.set(xlabel="time (ms)", ylabel="neuron", title="COBAHH: Hodgkin-Huxley neurons in the same network")
    figure.savefig("cobahh.png", dpi=150)
    if chosen.show:
        plt.show()
