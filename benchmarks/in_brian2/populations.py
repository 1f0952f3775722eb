"""Populations: 20 of 100 neurons in a ring, each with synapses onto the next and a monitor of its own."""

from brian2 import Network, NeuronGroup, SpikeMonitor, Synapses, ms
from in_brian2.way import begin, finish

chosen = begin(size=2000, duration=1000)
tau, tau_g = 10 * ms, 5 * ms
COUNT = 20
populations = [
    NeuronGroup(
        chosen.size // COUNT,
        """
        dV/dt = (1.1 - V + g)/tau : 1
        dg/dt = -g/tau_g          : 1
        """,
        threshold="V > 1",
        reset="V = 0",
        method="exact",
    )
    for _ in range(COUNT)
]
for population in populations:
    population.V = "rand()"
projections = [
    Synapses(source, target, on_pre="g += 0.02")
    for source, target in zip(populations, populations[1:] + populations[:1], strict=True)
]
for projection in projections:
    projection.connect(p=0.1)
spikes = [SpikeMonitor(population) for population in populations]
finish(
    chosen,
    Network(*populations, *projections, *spikes),
    globals(),
    lambda: sum(monitor.num_spikes for monitor in spikes) / chosen.size / chosen.duration * 1000,
)
