"""CUBA: 4000 linear integrate-and-fire neurons with synaptic currents; Brette et al. (2007), benchmark 2."""

import nest
from in_nest.way import begin, finish, rate

chosen = begin(size=4000, duration=1000)
PARAMETERS = {  # a capacitance of 20 pF lets a current in pA stand for the voltage in mV to which it leads
    "E_L": -49.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0, "C_m": 20.0, "tau_m": 20.0,
    "tau_syn_ex": 5.0, "tau_syn_in": 10.0,
}  # fmt: skip


def build() -> object:
    """Connect the neurons, with the smallest delay there is."""
    neurons = nest.Create("iaf_psc_exp", chosen.size, params=PARAMETERS)
    neurons.V_m = nest.random.uniform(-60.0, -50.0)
    n_exc = round(0.8 * chosen.size)
    rule = {"rule": "pairwise_bernoulli", "p": 80 / chosen.size}
    nest.Connect(neurons[:n_exc], neurons, rule, {"weight": 1.62, "delay": 0.1})
    nest.Connect(neurons[n_exc:], neurons, rule, {"weight": -9.0, "delay": 0.1})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    return recorder


finish(chosen, build, lambda recorder: rate(chosen, recorder))
