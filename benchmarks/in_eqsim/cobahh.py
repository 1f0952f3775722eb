"""COBAHH: 4000 Hodgkin-Huxley neurons with conductances; Brette et al. (2007), benchmark 3."""

from time import perf_counter

from measure import options, report, timed

import eqsim as es
from eqsim.units import cm2, mS, ms, mV, siemens, uF, um2

chosen = options(size=4000, duration=1000)
begin = perf_counter()
es.seed(chosen.seed)
area = 20000 * um2
C_m, g_L = 1 * uF / cm2 * area, 5e-5 * siemens / cm2 * area
g_Na, g_K = 100 * mS / cm2 * area, 30 * mS / cm2 * area
E_L, E_Na, E_K, E_e, E_i = -60 * mV, 50 * mV, -90 * mV, 0 * mV, -80 * mV
V_T = -63 * mV
tau_e, tau_i = 5 * ms, 10 * ms
neurons = es.NeuronGroup(
    chosen.size,
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
n_exc = round(0.8 * chosen.size)
to_e = es.Synapses(neurons[:n_exc], neurons, on_pre="g_e += 6*nS")
to_i = es.Synapses(neurons[n_exc:], neurons, on_pre="g_i += 67*nS")
to_e.connect(p=80 / chosen.size)
to_i.connect(p=80 / chosen.size)
spikes = es.SpikeMonitor(neurons)
net = es.Network(neurons, to_e, to_i, spikes, dt=0.1 * ms, dtype=chosen.dtype, threads=chosen.threads)
built = perf_counter() - begin
net.run(0 * ms)  # lays synapses out, and compiles: what is stored is ready to run
net.store()
seconds = timed(chosen, lambda: net.run(chosen.duration * ms), net.restore)
rate = spikes.num_spikes / chosen.size / chosen.duration * 1000
report("eqsim", es.__version__, chosen, seconds, rate, build_seconds=built)
