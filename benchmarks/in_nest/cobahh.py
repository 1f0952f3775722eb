"""COBAHH: 4000 Hodgkin-Huxley neurons with conductances; Brette et al. (2007), benchmark 3."""

import nest
from in_nest.way import begin, finish, rate

chosen = begin(size=4000, duration=1000)
PARAMETERS = {
    "C_m": 200.0, "g_Na": 20_000.0, "g_K": 6000.0, "g_L": 10.0, "E_Na": 50.0, "E_K": -90.0, "E_L": -60.0,
    "V_T": -63.0, "E_ex": 0.0, "E_in": -80.0, "tau_syn_ex": 5.0, "tau_syn_in": 10.0, "t_ref": 3.0,
}  # fmt: skip


def build() -> object:
    """Connect the neurons, with the smallest delay there is."""
    neurons = nest.Create("hh_cond_exp_traub", chosen.size, params=PARAMETERS)
    neurons.V_m = nest.random.normal(-65.0, 5.0)
    start = nest.Create("spike_generator", params={"spike_times": [0.1]})  # for the conductances cannot be set
    nest.Connect(start, neurons, "all_to_all", {"weight": nest.random.normal(40.0, 15.0), "delay": 0.1})
    inhibition = nest.math.min(nest.random.normal(-200.0, 120.0), 0.0)
    nest.Connect(start, neurons, "all_to_all", {"weight": inhibition, "delay": 0.1})
    n_exc = round(0.8 * chosen.size)
    rule = {"rule": "pairwise_bernoulli", "p": 80 / chosen.size}
    nest.Connect(neurons[:n_exc], neurons, rule, {"weight": 6.0, "delay": 0.1})
    nest.Connect(neurons[n_exc:], neurons, rule, {"weight": -67.0, "delay": 0.1})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    return recorder


finish(chosen, build, lambda recorder: rate(chosen, recorder))
