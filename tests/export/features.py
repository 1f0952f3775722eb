"""A small network with what `lively` leaves out: events, sums, parts, draws, integers, conditions, inputs, clocks."""

import numpy as np

import eqsim as es
from eqsim.units import ms, mV


def build(target="numba", **more):
    """Return it."""
    es.seed(5)
    cells = es.NeuronGroup(
        30,
        """dV/dt = (E - V + R*g + drive(t, i))/tau : mV
           g = total/nS : 1
           total : nS
           E : mV (shared)
           R : mV
           tau : ms
           up : boolean
           seen : integer
           bursts : integer (shared)
           x = sin(V/mV)**2 + abs(V/mV)**1.5 + (seen % 7)//2 + int(up)/3 + 3000000000*seen*1e-9 : 1
           V(0) = -60*mV + i*0.5*mV""",
        threshold="V > -50*mV and not (seen == 3)",
        reset="V = -60*mV; seen += 1; up = not up",
        refractory="V > -52*mV",
        events={"low": "V < -58*mV and rand() < 0.2"},
        namespace={"drive": es.TimedArray(np.arange(90).reshape(3, 30) % 13 * mV, dt=7 * ms)},
        name="cells",
    )
    cells.tau, cells.E, cells.R = "5*ms + i*0.2*ms", -52 * mV, 3 * mV
    cells.run_on_event("low", "V += 0.5*mV*randn(); seen = seen + poisson(0.3) - binomial(4, 0.05)")
    cells.run_regularly("bursts = bursts + 1; E = E + 0.01*mV", dt=2 * ms)
    slow = es.Synapses(
        cells[:20],
        cells[5:],
        """ds/dt = -s/(4*ms) : nS (clock-driven)
           n : integer
           total_post = s*(1 + 0.1*sin(V_post/mV)) : nS (summed)""",
        on_pre={"go": "s += 0.3*nS; n += 1", "late": "s += 0.1*nS*rand()"},
        delay={"late": 3 * ms},
        name="slow",
    )
    slow.connect(condition="i != j", p=0.4)
    slow.go.delay = "1*ms + rand()*6*ms"
    push = es.Input(cells, "R", [0, 1, 2, 0.5] * mV, name="push")
    low = es.EventMonitor(cells, "low", ["V", "up", "seen"], name="low")
    spikes = es.SpikeMonitor(cells[[4, 9, 2, 17]], name="spikes")
    trace = es.StateMonitor(cells[10:20], ["V", "x", "up", "seen", "g"], record=[0, 3, 9], dt=0.4 * ms, name="trace")
    shared = es.StateMonitor(cells, ["E", "bursts"], record=[0], dt=1 * ms, name="shared")
    synaptic = es.StateMonitor(slow, ["s", "n"], record=[0, 5, 11], dt=1 * ms, name="synaptic")
    few = es.EventMonitor(cells[3:12], "low", record=False, name="few")
    return es.Network(cells, slow, push, low, spikes, trace, shared, synaptic, few, dt=0.1 * ms, target=target, **more)
