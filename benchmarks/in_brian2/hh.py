"""HH: Hodgkin-Huxley neurons without synapses, a constant current each, spread evenly from 0 to 20 uA/cm2."""

from brian2 import Network, NeuronGroup, SpikeMonitor, cm, msiemens, mV, uA, uF
from in_brian2.way import begin, finish

chosen = begin(size=10_000, duration=100, dt=0.05)
C, g_Na, g_K, g_L = 1 * uF / cm**2, 120 * msiemens / cm**2, 36 * msiemens / cm**2, 0.3 * msiemens / cm**2
E_Na, E_K, E_L = 50 * mV, -77 * mV, -54.387 * mV
I_max = 20 * uA / cm**2
neurons = NeuronGroup(
    chosen.size,
    """
    dV/dt = (I - g_Na*m**3*h*(V - E_Na) - g_K*n**4*(V - E_K) - g_L*(V - E_L))/C : volt
    dm/dt = alpha_m*(1 - m) - beta_m*m                      : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h                      : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n                      : 1
    alpha_m = 1/exprel(-(V + 40*mV)/(10*mV))/ms             : Hz
    beta_m  = 4*exp(-(V + 65*mV)/(18*mV))/ms                : Hz
    alpha_h = 0.07*exp(-(V + 65*mV)/(20*mV))/ms             : Hz
    beta_h  = 1/(1 + exp(-(V + 35*mV)/(10*mV)))/ms          : Hz
    alpha_n = 0.1/exprel(-(V + 55*mV)/(10*mV))/ms           : Hz
    beta_n  = 0.125*exp(-(V + 65*mV)/(80*mV))/ms            : Hz
    I       : amp/meter**2 (constant)
    """,
    threshold="V > 0*mV",
    refractory="V > 0*mV",
    method="exponential_euler",
)
neurons.V = "-70*mV + rand()*10*mV"
neurons.m, neurons.h, neurons.n = 0.05, 0.6, 0.32
neurons.I = "I_max*i/N"
spikes = SpikeMonitor(neurons, record=False)
finish(chosen, Network(neurons, spikes), globals(), lambda: spikes.num_spikes / chosen.size / chosen.duration * 1000)
