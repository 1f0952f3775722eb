"""The cortical microcircuit of Potjans & Diesmann (2014); parameters as in the example of that name."""

import nest
import numpy as np
from in_nest.way import begin, finish

chosen = begin(size=77_169, duration=1000, scale=1.0)
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
OUTSIDE = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
PROBABILITIES = np.array(
    [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
)
RATES = np.array([0.9, 2.9, 4.3, 5.8, 7.3, 8.6, 1.0, 7.7])
MEANS = (-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43)
SPREADS = (5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48)
PARAMETERS = {
    "E_L": -65.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 2.0, "C_m": 250.0, "tau_m": 10.0,
    "tau_syn_ex": 0.5, "tau_syn_in": 0.5,
}  # fmt: skip


def build() -> list[object]:
    """Connect the eight populations, and a source of chance to each; return what records them."""
    scale = chosen.scale
    weights = np.tile([87.8, -4 * 87.8] * 4, (8, 1))
    weights[0, 2] *= 2
    full = np.round(np.log(1 - PROBABILITIES) / np.log(1 - 1 / np.outer(SIZES, SIZES)))
    counts = np.round(full * scale**2).astype(int)
    lost = (weights * full / SIZES[:, None]) @ RATES + 87.8 * OUTSIDE * 8
    constant = (1 - np.sqrt(scale)) * 0.5e-3 * lost
    weights /= np.sqrt(scale)
    populations, recorders = [], []
    for k, size in enumerate(np.round(SIZES * scale).astype(int)):
        population = nest.Create("iaf_psc_exp", int(size), params={**PARAMETERS, "I_e": float(constant[k])})
        population.V_m = nest.random.normal(MEANS[k], SPREADS[k])
        rate = 8.0 * round(OUTSIDE[k] * scale)
        outside = nest.Create("poisson_generator", params={"rate": rate})
        to = {"weight": 87.8 / np.sqrt(scale), "delay": 1.5}
        nest.Connect(outside, population, "all_to_all", to)
        recorders.append(nest.Create("spike_recorder", params={"start": settled}))
        nest.Connect(population, recorders[-1])
        populations.append(population)
    for source in range(8):
        mean = 0.75 if source % 2 else 1.5
        # redrawn below half a step: what is left is at least one step
        delay = nest.math.redraw(nest.random.normal(mean, mean / 2), min=0.05, max=np.inf)
        for target in range(8):
            if counts[target, source]:
                weight = weights[target, source]
                synapse = {"weight": nest.random.normal(weight, abs(weight) / 10), "delay": delay}
                rule = {"rule": "fixed_total_number", "N": int(counts[target, source])}
                nest.Connect(populations[source], populations[target], rule, synapse)
    return recorders


def rates(recorders: list[object]) -> list[float]:
    """Return the mean rate of each population in Hz."""
    sizes = np.round(SIZES * chosen.scale)
    counts = np.array([recorder.n_events for recorder in recorders])
    return [float(rate) for rate in counts / sizes / (chosen.duration - settled) * 1000]


settled = min(100.0, chosen.duration / 2)
finish(chosen, build, rates)
