"""STDP: 1000 Poisson inputs of 15 Hz onto 100 neurons, every synapse plastic; after Song, Miller & Abbott (2000)."""

import nest
from in_nest.way import begin, finish, rate

chosen = begin(size=100, duration=10_000)
PARAMETERS = {  # a leak of 1 nS lets conductances count in leaks; the time constant of the membrane is 10 ms
    "E_L": -74.0, "V_m": -60.0, "V_th": -54.0, "V_reset": -60.0, "t_ref": 0.0, "C_m": 10.0, "g_L": 1.0,
    "E_ex": 0.0, "tau_syn_ex": 5.0, "tau_minus": 20.0,
}  # fmt: skip
PLASTICITY = {"Wmax": 0.01, "tau_plus": 20.0, "lambda": 0.01, "alpha": 1.05, "mu_plus": 0.0, "mu_minus": 0.0}


def build() -> object:
    """Connect every input, repeated by a neuron of its own, to every neuron."""
    generator = nest.Create("poisson_generator", params={"rate": 15.0})
    inputs = nest.Create("parrot_neuron", 1000)
    neurons = nest.Create("iaf_cond_exp", chosen.size, params=PARAMETERS)
    nest.Connect(generator, inputs, "all_to_all", {"delay": 0.1})
    synapse = {"synapse_model": "stdp_synapse", "delay": 0.1, "weight": nest.random.uniform(0.0, 0.01), **PLASTICITY}
    nest.Connect(inputs, neurons, "all_to_all", synapse)
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    return recorder


finish(chosen, build, lambda recorder: rate(chosen, recorder))
