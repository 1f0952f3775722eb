"""Building: 10 million random synapses between 10,000 neurons, until the first step has run; compiled before."""

from time import perf_counter

from brian2 import Network, NeuronGroup, Synapses, __version__, ms
from in_brian2.way import begin, finish
from measure import peak_memory, report

chosen = begin(size=10_000, duration=0.1, p=0.1)


def connected(size: int) -> tuple[Network, Synapses]:
    """Connect two groups."""
    # names of their own, for compiled code is kept by the names of its objects
    neurons = NeuronGroup(
        size, "dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact", name="neurons"
    )
    synapses = Synapses(neurons, neurons, on_pre="v += 0.1", delay=1 * ms, name="synapses")
    synapses.connect(p=chosen.p)
    return Network(neurons, synapses), synapses


if chosen.mode == "standalone":
    # a program that is compiled before it connects: what it measures from its start to its loop
    net, synapses = connected(chosen.size)
    finish(chosen, net, globals(), lambda: len(synapses))
else:
    connected(100)[0].run(chosen.duration * ms)
    before, seconds, count = peak_memory(), [], 0
    for _ in range(chosen.repeat):
        start = perf_counter()
        net, synapses = connected(chosen.size)
        net.run(chosen.duration * ms)
        seconds.append(perf_counter() - start)
        count = len(synapses)
    each = (peak_memory() - before) / count
    del chosen.began
    report("brian2", __version__, chosen, seconds, count, build_seconds=min(seconds), bytes_each_at_peak=each)
