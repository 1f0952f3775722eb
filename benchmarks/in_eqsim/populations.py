"""Populations: 20 of 100 neurons in a ring, each with synapses onto the next and a monitor of its own."""

from time import perf_counter

from measure import options, report, timed

import eqsim as es
from eqsim.units import ms

chosen = options(size=2000, duration=1000)
begin = perf_counter()
es.seed(chosen.seed)
tau, tau_g = 10 * ms, 5 * ms
COUNT = 20
populations = [
    es.NeuronGroup(
        chosen.size // COUNT,
        """
        dV/dt = (1.1 - V + g)/tau : 1
        dg/dt = -g/tau_g          : 1
        V(0)  = rand()
        """,
        threshold="V > 1",
        reset="V = 0",
        method="exact",
    )
    for _ in range(COUNT)
]
projections = [
    es.Synapses(source, target, on_pre="g += 0.02")
    for source, target in zip(populations, populations[1:] + populations[:1], strict=True)
]
for projection in projections:
    projection.connect(p=0.1)
spikes = [es.SpikeMonitor(population) for population in populations]
net = es.Network(*populations, *projections, *spikes, dt=0.1 * ms, dtype=chosen.dtype, threads=chosen.threads)
built = perf_counter() - begin
net.run(0 * ms)  # lays synapses out, and compiles: what is stored is ready to run
net.store()
seconds = timed(chosen, lambda: net.run(chosen.duration * ms), net.restore)
rate = sum(monitor.num_spikes for monitor in spikes) / chosen.size / chosen.duration * 1000
report("eqsim", es.__version__, chosen, seconds, rate, build_seconds=built)
