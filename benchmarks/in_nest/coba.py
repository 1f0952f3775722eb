"""COBA: 4000 integrate-and-fire neurons with conductances, 80 synapses onto each; Brette et al. (2007)."""

import nest
from in_nest.way import begin, finish, rate

chosen = begin(size=4000, duration=1000)
PARAMETERS = {
    "E_L": -60.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0, "C_m": 200.0, "g_L": 10.0,
    "E_ex": 0.0, "E_in": -80.0, "tau_syn_ex": 5.0, "tau_syn_in": 10.0,
}  # fmt: skip


def build() -> object:
    """Connect the neurons, with the smallest delay there is."""
    neurons = nest.Create("iaf_cond_exp", chosen.size, params=PARAMETERS)
    neurons.V_m = nest.random.normal(-65.0, 5.0)
    neurons.g_ex = nest.random.normal(40.0, 15.0)
    neurons.g_in = nest.random.normal(200.0, 120.0)
    n_exc = round(0.8 * chosen.size)
    rule = {"rule": "pairwise_bernoulli", "p": 80 / chosen.size}
    nest.Connect(neurons[:n_exc], neurons, rule, {"weight": 6.0, "delay": 0.1})
    nest.Connect(neurons[n_exc:], neurons, rule, {"weight": -67.0, "delay": 0.1})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    return recorder


finish(chosen, build, lambda recorder: rate(chosen, recorder))
