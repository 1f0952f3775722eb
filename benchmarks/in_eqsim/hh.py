"""HH: Hodgkin-Huxley neurons without synapses, a constant current each, spread evenly from 0 to 20 uA/cm2."""

from time import perf_counter

from measure import options, report, timed

import eqsim as es
from eqsim.units import cm2, mS, ms, mV, uA, uF

chosen = options(size=10_000, duration=100)
begin = perf_counter()
es.seed(chosen.seed)
C, g_Na, g_K, g_L = 1 * uF / cm2, 120 * mS / cm2, 36 * mS / cm2, 0.3 * mS / cm2
E_Na, E_K, E_L = 50 * mV, -77 * mV, -54.387 * mV
I_max = 20 * uA / cm2
neurons = es.NeuronGroup(
    chosen.size,
    """
    dV/dt = (I - g_Na*m**3*h*(V - E_Na) - g_K*n**4*(V - E_K) - g_L*(V - E_L))/C : mV
    dm/dt = alpha_m*(1 - m) - beta_m*m                      : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h                      : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n                      : 1
    alpha_m = 1/exprel(-(V + 40*mV)/(10*mV))/ms             : 1/ms
    beta_m  = 4*exp(-(V + 65*mV)/(18*mV))/ms                : 1/ms
    alpha_h = 0.07*exp(-(V + 65*mV)/(20*mV))/ms             : 1/ms
    beta_h  = 1/(1 + exp(-(V + 35*mV)/(10*mV)))/ms          : 1/ms
    alpha_n = 0.1/exprel(-(V + 55*mV)/(10*mV))/ms           : 1/ms
    beta_n  = 0.125*exp(-(V + 65*mV)/(80*mV))/ms            : 1/ms
    I       : uA/cm2 (constant)
    V(0)    = -70*mV + rand()*10*mV
    m(0)    = 0.05
    h(0)    = 0.6
    n(0)    = 0.32
    """,
    threshold="V > 0*mV",
    refractory="V > 0*mV",
    method="exponential_euler",
)
neurons.I = "I_max*i/N"
spikes = es.SpikeMonitor(neurons, record=False)
net = es.Network(neurons, spikes, dt=0.05 * ms, dtype=chosen.dtype, threads=chosen.threads)
built = perf_counter() - begin
net.run(0 * ms)  # lays synapses out, and compiles: what is stored is ready to run
net.store()
seconds = timed(chosen, lambda: net.run(chosen.duration * ms), net.restore)
rate = spikes.num_spikes / chosen.size / chosen.duration * 1000
report("eqsim", es.__version__, chosen, seconds, rate, build_seconds=built)
