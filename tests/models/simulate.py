"""Runs of library models, always of one shape for a model so that it is compiled once; and runs by SciPy to compare."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

import eqsim as es
from eqsim.units import Hz, cm2, ms, mV, nA, pA, uA

CURRENT = uA / cm2
# by model, a moderate drive
DRIVES = {
    "neurons.ALIF": {"I": 20 * nA},
    "neurons.AdExIF": {"I": 1000 * pA},
    "neurons.AdExIFRef": {"I": 1000 * pA},
    "neurons.AdQuaIF": {"I": 25 * nA},
    "neurons.AdQuaIFRef": {"I": 25 * nA},
    "neurons.ExpIF": {"I": 5 * nA},
    "neurons.ExpIFRef": {"I": 5 * nA},
    "neurons.FHN": {"I": 0.5},
    "neurons.Gif": {"I": 1.5 * nA},
    "neurons.HH": {"I": 10 * CURRENT},
    "neurons.HindmarshRose": {"I": 2},
    "neurons.Izhikevich": {"I": 10 * mV},
    "neurons.LIF": {"I": 30 * nA},
    "neurons.LIFRef": {"I": 30 * nA},
    "neurons.MorrisLecar": {"I": 100 * CURRENT},
    "neurons.PinskyRinzel": {"I_s": 0.75 * CURRENT},
    "neurons.QuaIF": {"I": 10 * nA},
    "neurons.QuaIFRef": {"I": 10 * nA},
    "neurons.ResonateAndFire": {"I": 2 / ms},
    "neurons.Theta": {"I": 1},
    "neurons.WangBuzsakiHH": {"I": 1 * CURRENT},
    "rates.FHN": {"I_x": 1},
    "rates.JansenRit": {"p": 300 * Hz},
    "rates.Kuramoto": {"coupling": 0.1 / ms},
    "rates.QIF": {"I": 3},
    "rates.StuartLandau": {"I_x": 0.1},
    "rates.ThresholdLinear": {"I": 300 * pA},
    "rates.VanDerPol": {"I_x": 0.1},
    "rates.WilsonCowan": {"P": 1.25},
}
# what is recorded of a model, besides its spikes
TRACES = {
    "neurons.ResonateAndFire": ["x", "V"],
    "rates.FHN": ["x", "y"],
    "rates.JansenRit": ["EEG"],
    "rates.QIF": ["r", "V"],
    "rates.StuartLandau": ["x", "y"],
    "rates.ThresholdLinear": ["r"],
    "rates.VanDerPol": ["x"],
    "rates.WilsonCowan": ["E", "I"],
}


def model(path):
    """Return the model of a path such as ``neurons.LIF``."""
    library, name = path.split(".")
    return getattr(getattr(es, library), name)


@dataclass
class Run:
    """A group, what was recorded of it, and its network."""

    group: Any
    spikes: Any
    trace: Any
    network: Any

    def times(self, neuron=0):
        """Return the times of a neuron's spikes in milliseconds."""
        return self.spikes.t_[np.asarray(self.spikes.i) == neuron]

    def intervals(self, neuron=0):
        """Return the times between a neuron's spikes in milliseconds."""
        return np.diff(self.times(neuron))


def prepared(path, N=1, dt=0.1, **given):
    """Return a network of a library model that has not run yet; ``dt`` in milliseconds."""
    group = model(path)(N, **given)
    spikes = es.SpikeMonitor(group) if "threshold " in model(path).text else None
    trace = es.StateMonitor(group, TRACES[path], record=True) if path in TRACES else None
    objects = [thing for thing in (group, spikes, trace) if thing is not None]
    return Run(group, spikes, trace, es.Network(*objects, dt=dt * ms, threads=1))


def run(path, T, N=1, dt=0.1, **given):
    """Run a library model for ``T`` milliseconds."""
    made = prepared(path, N, dt, **given)
    made.network.run(T * ms)
    return made


def independent(slope, start, T, height, reset=None, voltage=0):
    """Return when SciPy finds that a variable rises above a height; ``reset`` changes the state there, in place."""

    def crossing(t, y):
        return y[voltage] - height

    crossing.direction, crossing.terminal = 1, reset is not None
    t, state, found = 0.0, np.array(start, dtype=float), []
    while t < T:
        solution = solve_ivp(lambda t, y: slope(*y), (t, T), state, events=crossing, rtol=1e-8, atol=1e-10)
        found += solution.t_events[0].tolist()
        t, state = solution.t[-1], solution.y[:, -1]
        if reset is None:
            break
        if t < T:
            reset(state)
    return np.array(found)
