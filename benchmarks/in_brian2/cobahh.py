"""COBAHH: 4000 Hodgkin-Huxley neurons with conductances; Brette et al. (2007), benchmark 3."""

from brian2 import Network, NeuronGroup, SpikeMonitor, Synapses, cm, ms, msiemens, mV, siemens, uF, um
from in_brian2.way import begin, finish

chosen = begin(size=4000, duration=1000)
area = 20000 * um**2
C_m, g_L = 1 * uF / cm**2 * area, 5e-5 * siemens / cm**2 * area
g_Na, g_K = 100 * msiemens / cm**2 * area, 30 * msiemens / cm**2 * area
E_L, E_Na, E_K, E_e, E_i = -60 * mV, 50 * mV, -90 * mV, 0 * mV, -80 * mV
V_T = -63 * mV
tau_e, tau_i = 5 * ms, 10 * ms
neurons = NeuronGroup(
    chosen.size,
    """
    dV/dt = (g_L*(E_L - V) + g_e*(E_e - V) + g_i*(E_i - V)
             - g_Na*m**3*h*(V - E_Na) - g_K*n**4*(V - E_K))/C_m : volt
    dm/dt = alpha_m*(1 - m) - beta_m*m                          : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n                          : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h                          : 1
    dg_e/dt = -g_e/tau_e                                        : siemens
    dg_i/dt = -g_i/tau_i                                        : siemens
    alpha_m = 1.28/exprel((13*mV - V + V_T)/(4*mV))/ms          : Hz
    beta_m  = 1.4/exprel((V - V_T - 40*mV)/(5*mV))/ms           : Hz
    alpha_h = 0.128*exp((17*mV - V + V_T)/(18*mV))/ms           : Hz
    beta_h  = 4/(1 + exp((40*mV - V + V_T)/(5*mV)))/ms          : Hz
    alpha_n = 0.16/exprel((15*mV - V + V_T)/(5*mV))/ms          : Hz
    beta_n  = 0.5*exp((10*mV - V + V_T)/(40*mV))/ms             : Hz
    """,
    threshold="V > -20*mV",
    refractory=3 * ms,
    method="exponential_euler",
)
neurons.V = "E_L + (5*randn() - 5)*mV"
neurons.g_e = "(15*randn() + 40)*nS"
neurons.g_i = "(120*randn() + 200)*nS"
n_exc = round(0.8 * chosen.size)
to_e = Synapses(neurons[:n_exc], neurons, on_pre="g_e += 6*nS")
to_i = Synapses(neurons[n_exc:], neurons, on_pre="g_i += 67*nS")
to_e.connect(p=80 / chosen.size)
to_i.connect(p=80 / chosen.size)
spikes = SpikeMonitor(neurons)
finish(
    chosen,
    Network(neurons, to_e, to_i, spikes),
    globals(),
    lambda: spikes.num_spikes / chosen.size / chosen.duration * 1000,
)
