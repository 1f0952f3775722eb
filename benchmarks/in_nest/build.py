"""Building: 10 million random synapses between 10,000 neurons, until the first step has run."""

import nest
from in_nest.way import begin, finish

chosen = begin(size=10_000, duration=0.1, p=0.1)


def build() -> object:
    """Connect a group to itself."""
    neurons = nest.Create("iaf_psc_delta", chosen.size)
    nest.CopyModel("static_synapse_hom_w", "shared", {"weight": 0.1, "delay": 1.0})
    nest.Connect(neurons, neurons, {"rule": "pairwise_bernoulli", "p": chosen.p}, "shared")
    return nest


finish(chosen, build, lambda kernel: kernel.num_connections)
