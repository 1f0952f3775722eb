"""Recording: the voltage of each of 1000 neurons in each step of a second, ten million values."""

import nest
import numpy as np
from in_nest.way import begin, finish

chosen = begin(size=1000, duration=1000)


def build() -> object:
    """Connect one source of chance to all neurons, and all of them to a multimeter."""
    neurons = nest.Create("iaf_psc_delta", chosen.size, params={"E_L": 0.0, "V_th": 1e9, "tau_m": 10.0, "C_m": 1.0})
    neurons.V_m = nest.random.uniform(0.0, 1.0)
    outside = nest.Create("poisson_generator", params={"rate": 1000.0})
    nest.Connect(outside, neurons, "all_to_all", {"weight": 0.1, "delay": 0.1})
    trace = nest.Create("multimeter", params={"record_from": ["V_m"], "interval": 0.1})
    nest.Connect(trace, neurons)
    return trace


finish(chosen, build, lambda trace: float(np.mean(trace.events["V_m"])))
