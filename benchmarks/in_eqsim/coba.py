"""COBA: 4000 integrate-and-fire neurons with conductances, 80 synapses onto each; Brette et al. (2007)."""

from time import perf_counter

from measure import options, report, timed

import eqsim as es
from eqsim.units import ms, mV, nS

chosen = options(size=4000, duration=1000)
begin = perf_counter()
es.seed(chosen.seed)
tau_m, tau_e, tau_i = 20 * ms, 5 * ms, 10 * ms
E_L, E_e, E_i = -60 * mV, 0 * mV, -80 * mV
g_L = 10 * nS
neurons = es.NeuronGroup(
    chosen.size,
    """
    dV/dt   = (E_L - V + (g_e*(E_e - V) + g_i*(E_i - V))/g_L)/tau_m : mV (unless refractory)
    dg_e/dt = -g_e/tau_e                                            : nS
    dg_i/dt = -g_i/tau_i                                            : nS
    V(0)    = E_L + (5*randn() - 5)*mV
    g_e(0)  = (15*randn() + 40)*nS
    g_i(0)  = (120*randn() + 200)*nS
    """,
    threshold="V > -50*mV",
    reset="V = -60*mV",
    refractory=5 * ms,
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
