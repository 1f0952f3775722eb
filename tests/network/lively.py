"""A network that has every kind of state, and all that can be seen of it: for tests that go back and on."""

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms, mV


def build(target, seed=3, n=20, dt=0.1 * ms, tau=10 * ms, threshold="V > 10*mV", record=True, of_network=None, **more):
    """Return it: noise, refractoriness, delays of both kinds, plasticity, operations, inputs, each monitor."""
    es.seed(seed)
    drive = es.TimedArray([12, 20, 16] * mV, dt=4 * ms)
    neurons = es.NeuronGroup(
        n,
        """dV/dt = (drive(t) + I - V)/tau + 3*mV*sqrt(2/tau)*xi : mV (unless refractory)
           dI/dt = -I/(5*ms) : mV
           jumps : 1
           V(0) = rand()*10*mV""",
        threshold=threshold,
        reset="V = 0*mV",
        refractory="1*ms + i*0.05*ms",
        method="heun",
        name="neurons",
    )
    neurons.run_regularly("jumps += rand()", dt=1 * ms)
    source = es.SpikeGeneratorGroup(4, [0, 1, 2, 3], [1, 2, 3, 4.5] * ms, period=5 * ms, name="source")
    fixed = es.Synapses(source, neurons, on_pre="I += 3*mV", delay=1.7 * ms, name="fixed")
    fixed.connect(p=0.5)
    own = es.Synapses(
        neurons,
        neurons,
        "w : mV\ndapre/dt = -apre/(20*ms) : 1 (event-driven)\ndapost/dt = -apost/(20*ms) : 1 (event-driven)",
        on_pre="I += w; apre += 1; w = clip(w + apost*0.01*mV, 0*mV, 2*mV)",
        on_post="apost -= 1; w = clip(w + apre*0.01*mV, 0*mV, 2*mV)",
        name="own",
    )
    own.connect(p=0.3)
    own.w = "rand()*mV"
    own.pre.delay = "0.5*ms + rand()*3*ms"
    chance = es.PoissonGroup(6, 200 * Hz, name="chance")
    random = es.Synapses(chance, neurons, on_pre="I += 1*mV", delay=0.4 * ms, name="random")
    random.connect(p=0.4)
    background = es.PoissonInput(neurons, "I", 50, 20 * Hz, weight=0.2 * mV, name="background")
    spikes = es.SpikeMonitor(neurons, ["V"], name="spikes")
    trace = es.StateMonitor(neurons, ["V", "I", "jumps"], record=record, dt=0.5 * ms, name="trace")
    weights = es.StateMonitor(own, "w", record=[0, 1, 2], dt=1 * ms, name="weights")
    counts = es.SpikeMonitor(neurons, record=False, name="counts")
    rate = es.PopulationRateMonitor(neurons[3:9], name="rate")
    groups = (neurons, source, fixed, own, chance, random, background)
    monitors = (spikes, trace, weights, counts, rate)
    return es.Network(*groups, *monitors, dt=dt, target=target, seed=of_network, **more)


def everything(net):
    """All that can be seen of a network, as bytes."""
    neurons, own, spikes, trace = net["neurons"], net["own"], net["spikes"], net["trace"]
    seen = [
        net.t_,
        neurons.V_,
        neurons.I_,
        neurons.jumps_,
        neurons.lastspike.magnitude,
        own.w_,
        own.i,
        own.j,
        own.pre.delay.values,
        spikes.i,
        spikes.t_,
        spikes.V_,
        trace.t_,
        trace.V_,
        trace.I_,
        trace.jumps_,
        net["weights"].w_,
        net["counts"].count,
        net["rate"].rate_,
        net["rate"].t_,
    ]
    return b"|".join(np.ascontiguousarray(value).tobytes() for value in seen)
