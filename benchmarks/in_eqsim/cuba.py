"""CUBA: 4000 linear integrate-and-fire neurons with synaptic currents; Brette et al. (2007), benchmark 2."""

from time import perf_counter

from measure import options, report, timed

import eqsim as es
from eqsim.units import ms, mV

chosen = options(size=4000, duration=1000)
begin = perf_counter()
es.seed(chosen.seed)
tau_m, tau_e, tau_i = 20 * ms, 5 * ms, 10 * ms
E_L = -49 * mV
neurons = es.NeuronGroup(
    chosen.size,
    """
    dV/dt   = (g_e + g_i - (V - E_L))/tau_m : mV (unless refractory)
    dg_e/dt = -g_e/tau_e                    : mV
    dg_i/dt = -g_i/tau_i                    : mV
    V(0)    = -60*mV + rand()*10*mV
    """,
    threshold="V > -50*mV",
    reset="V = -60*mV",
    refractory=5 * ms,
    method="exact",
)
n_exc = round(0.8 * chosen.size)
to_e = es.Synapses(neurons[:n_exc], neurons, on_pre="g_e += 1.62*mV")
to_i = es.Synapses(neurons[n_exc:], neurons, on_pre="g_i -= 9*mV")
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
