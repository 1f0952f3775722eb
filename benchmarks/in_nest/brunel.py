"""Brunel (2000), asynchronous irregular: 12,500 neurons with 1250 synapses each, and chance from outside."""

import nest
from in_nest.way import begin, finish, rate

chosen = begin(size=12_500, duration=1000)
PARAMETERS = {"E_L": 0.0, "V_th": 20.0, "V_reset": 10.0, "tau_m": 20.0, "C_m": 1.0, "t_ref": 2.0, "V_m": 0.0}


def build() -> object:
    """Connect the neurons, and one source of chance to all of them."""
    neurons = nest.Create("iaf_psc_delta", chosen.size, params=PARAMETERS)
    n_exc = round(0.8 * chosen.size)
    nest.CopyModel("static_synapse_hom_w", "exc", {"weight": 0.1, "delay": 1.5})
    nest.CopyModel("static_synapse_hom_w", "inh", {"weight": -0.5, "delay": 1.5})
    nest.Connect(neurons[:n_exc], neurons, {"rule": "fixed_indegree", "indegree": 1000}, "exc")
    nest.Connect(neurons[n_exc:], neurons, {"rule": "fixed_indegree", "indegree": 250}, "inh")
    outside = nest.Create("poisson_generator", params={"rate": 20_000.0})
    nest.Connect(outside, neurons, "all_to_all", "exc")
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    return recorder


finish(chosen, build, lambda recorder: rate(chosen, recorder))
