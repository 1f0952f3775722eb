"""What users write, for the type checker: this file is checked, not run."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms, mV, nA, nS, second


def network() -> es.Network:
    es.seed(42)
    neurons = es.NeuronGroup(
        100,
        "dV/dt = (-60*mV - V)/tau : mV (unless refractory)\ndg_e/dt = -g_e/(5*ms) : nS",
        threshold="V > -50*mV",
        reset="V = -60*mV",
        refractory=5 * ms,
        method="exponential_euler",
        namespace={"tau": 20 * ms, "weight": 3},
    )
    neurons.V = -60 * mV
    neurons.V = "-60*mV + rand()*10*mV"
    neurons.g_e = np.zeros(100) * nS
    synapses = es.Synapses(neurons[:80], neurons, "w : nS", on_pre="g_e += w", delay=1.5 * ms)
    synapses.connect(p=0.1)
    synapses.connect(i=np.array([0, 1]), j=[2, 3])
    synapses.w = 6 * nS
    spikes = es.SpikeMonitor(neurons)
    trace = es.StateMonitor(neurons, ["V", "g_e"], record=[0, 10])
    net = es.Network(neurons, synapses, spikes, trace, dt=0.1 * ms, target="numba")
    net.run(1 * second, progress=True)
    rate = spikes.num_spikes / 100 / second
    print(rate.rescale(Hz), spikes.count, spikes.i, spikes.t, trace.V, neurons.V, neurons.V_, len(synapses))
    return net


def library(name: str) -> es.NeuronGroup:
    print(es.neurons, *es.rates, es.neurons.LIF, es.neurons.LIF.reference, len(es.neurons), name in es.neurons)
    es.NeuronGroup(10, es.neurons.AdExIF)
    es.Equations(es.neurons.LIF, tau="tau_m")
    return es.neurons.LIF(100, tau=np.linspace(5, 20, 100) * ms, V="V_rest", refractory=2 * ms, name=name)


def mistake(text: str) -> tuple[str | None, int | None]:
    try:
        es.NeuronGroup(1, text)
    except es.EqsimError as error:
        return error.hint, error.line
    return None, None


def solution(path: Path) -> es.Solution:
    current = es.inputs.section_input([0, [1, 2], 0] * nA, [10, 20, 10] * ms, dt=0.1 * ms)
    noise: es.TimedArray = es.inputs.ou_process(0 * nA, 1 * nA / second**0.5, 10 * ms, current.duration, n=2, seed=1)
    params = {"I": current, "J": noise, "tau": [10, 20] * ms, "k": 3, "f": lambda t: t}
    for model in ("dv/dt = (I + J)/tau", es.Equations("dv/dt = (I + J)/tau"), path):
        r = es.integrate(model, 10 * ms, init={"v": 0.1}, params=params, record=["v"], n=2, noise="ito")
        print(r.t, r["v"].shape, r.v, r.v_, r.names, r.method_reason)
    return es.integrate("v' = -v", 10, dt=0.1)
