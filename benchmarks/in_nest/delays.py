"""Delays: 10,000 Poisson sources of 10 Hz, 10 million synapses, each with a weight and a delay of its own."""

import nest
import numpy as np
from in_nest.way import begin, finish

chosen = begin(size=10_000, duration=1000, p=0.1)


def build() -> object:
    """Connect sources, each repeated by a neuron of its own, to neurons that never fire."""
    generator = nest.Create("poisson_generator", params={"rate": 10.0})
    sources = nest.Create("parrot_neuron", chosen.size)
    neurons = nest.Create(
        "iaf_psc_delta", chosen.size, params={"E_L": 0.0, "V_m": 0.0, "V_th": 1e9, "tau_m": 10.0, "C_m": 1.0}
    )
    nest.Connect(generator, sources, "all_to_all", {"delay": 0.1})
    synapse = {"weight": nest.random.uniform(0.0, 1.0), "delay": nest.random.uniform(0.1, 10.0)}
    nest.Connect(sources, neurons, {"rule": "pairwise_bernoulli", "p": chosen.p}, synapse)
    return neurons


finish(chosen, build, lambda neurons: float(np.mean(neurons.V_m)))
