"""Building: 10 million random synapses between 10,000 neurons; connected once before, for what is compiled."""

from time import perf_counter

import brainpy as bp
import jax
from in_brainpy.way import begin
from measure import peak_memory, report

chosen = begin(size=10_000, duration=0.1, p=0.1)


def connected(size: int) -> int:
    """Connect two groups and return how many synapses they have."""
    rule = bp.conn.FixedProb(chosen.p, pre=size, post=size)
    return int(jax.block_until_ready(bp.dnn.EventCSRLinear(rule, weight=0.1).indices).size)


connected(100)
before, seconds, count = peak_memory(), [], 0
for _ in range(chosen.repeat):
    start = perf_counter()
    count = connected(chosen.size)
    seconds.append(perf_counter() - start)
each = (peak_memory() - before) / count
del chosen.began
report("brainpy", bp.__version__, chosen, seconds, count, build_seconds=min(seconds), bytes_each_at_peak=each)
