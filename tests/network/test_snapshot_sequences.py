"""Any sequence of runs, changes, stores and restores gives what a plain model of the network gives."""

import copy

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import eqsim as es
from eqsim.units import ms

N = 4  # neurons; neuron i counts up by rate[i] in each step, spikes at 5 and begins again
DELAY = 3  # steps until a spike adds the weight of each synapse to `got` of its target


class Plain:
    """The network in plain Python: lists, and a queue of what is under way."""

    def __init__(self):
        self.step, self.x, self.rate, self.got = 0, [0.0] * N, [1.0] * N, [0.0] * N
        self.synapses, self.weights = [], []
        self.queue = []  # (step due, source)
        self.trace, self.spikes, self.extra = [], [], None

    def advance(self, steps):
        for now in range(self.step, self.step + steps):
            self.trace.append((now, list(self.x), list(self.got)))
            if self.extra is not None:
                self.extra.append((now, list(self.x)))
            self.x = [x + rate for x, rate in zip(self.x, self.rate, strict=True)]
            fired = [k for k in range(N) if self.x[k] >= 5]
            self.spikes += [(now, k) for k in fired]
            self.queue += [(now + DELAY, k) for k in fired if any(i == k for i, _ in self.synapses)]
            for source in [k for due, k in self.queue if due == now]:
                for (i, j), weight in zip(self.synapses, self.weights, strict=True):
                    if i == source:
                        self.got[j] += weight
            self.queue = [(due, k) for due, k in self.queue if due > now]
            for k in fired:
                self.x[k] = 0.0
        self.step += steps


class Sequences(RuleBasedStateMachine):
    """What can be done to a network between runs, done to both."""

    target = "numpy"

    @initialize()
    def begin(self):
        self.group = es.NeuronGroup(
            N, "dx/dt = rate/ms : 1\nrate : 1\ngot : 1", threshold="x >= 5", reset="x = 0", method="euler"
        )
        self.group.rate = 1
        self.synapses = es.Synapses(self.group, self.group, "w : 1", on_pre="got_post += w", delay=DELAY * ms)
        self.synapses.connect(i=[0], j=[1])
        self.synapses.w = 1
        self.trace = es.StateMonitor(self.group, ["x", "got"])
        self.spikes = es.SpikeMonitor(self.group)
        self.extra = es.StateMonitor(self.group, "x", name="extra")
        objects = self.group, self.synapses, self.trace, self.spikes, self.extra
        self.net = es.Network(*objects, dt=1 * ms, target=self.target)
        self.net.remove(self.extra)
        self.plain = Plain()
        self.plain.synapses, self.plain.weights, self.records = [(0, 1)], [1.0], []
        self.stored = {}

    @rule(steps=st.integers(0, 12))
    def run(self, steps):
        self.net.run(steps * ms)
        self.plain.advance(steps)

    @precondition(lambda self: len(self.plain.synapses) < 30)
    @rule(pairs=st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)), min_size=1, max_size=3))
    def connect(self, pairs):
        self.synapses.connect(i=[i for i, _ in pairs], j=[j for _, j in pairs])
        self.plain.synapses += pairs
        self.plain.weights += [0.0] * len(pairs)

    @rule(k=st.integers(0, 10**6), weight=st.integers(-3, 3))
    def weigh(self, k, weight):
        k %= len(self.plain.synapses)
        self.synapses.w[k] = weight
        self.plain.weights[k] = float(weight)

    @rule(k=st.integers(0, N - 1), value=st.integers(0, 4), rate=st.integers(0, 2))
    def set_values(self, k, value, rate):
        self.group.x[k], self.group.rate[k] = value, rate
        self.plain.x[k], self.plain.rate[k] = float(value), float(rate)

    @precondition(lambda self: self.plain.extra is None)
    @rule()
    def add(self):
        self.net.add(self.extra)
        self.plain.extra = self.records

    @precondition(lambda self: self.plain.extra is not None)
    @rule()
    def remove(self):
        self.net.remove(self.extra)
        self.plain.extra = None

    @rule(name=st.sampled_from("abc"))
    def store(self, name):
        self.net.store(name)
        self.stored[name] = copy.deepcopy(self.plain)

    @precondition(lambda self: self.stored)
    @rule(data=st.data())
    def restore(self, data):
        name = data.draw(st.sampled_from(sorted(self.stored)))
        plain = copy.deepcopy(self.stored[name])
        if (plain.extra is None) != (self.plain.extra is None):
            with pytest.raises(es.EqsimError, match="extra"):
                self.net.restore(name)
            return
        self.net.restore(name)
        self.plain = plain
        if plain.extra is not None:
            self.records = plain.extra

    @invariant()
    def alike(self):
        if not hasattr(self, "net"):
            return
        plain = self.plain
        assert self.net.t_ == plain.step
        assert self.group.x_.tolist() == plain.x
        assert self.group.got_.tolist() == plain.got
        assert list(zip(self.synapses.i.tolist(), self.synapses.j.tolist(), strict=True)) == plain.synapses
        assert self.synapses.w_.tolist() == plain.weights
        assert self.trace.t_.tolist() == [now for now, _, _ in plain.trace]
        np.testing.assert_array_equal(self.trace.x_.T, np.reshape([x for _, x, _ in plain.trace], (-1, N)))
        np.testing.assert_array_equal(self.trace.got_.T, np.reshape([got for _, _, got in plain.trace], (-1, N)))
        assert list(zip(self.spikes.t_.astype(int).tolist(), self.spikes.i.tolist(), strict=True)) == plain.spikes
        assert self.extra.t_.tolist() == [now for now, _ in self.records]


class Compiled(Sequences):
    """The same, compiled."""

    target = "numba"


FEW = settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("machine", [Sequences, Compiled])
def test_some_sequences(machine):
    run_state_machine_as_test(machine, settings=FEW)


@pytest.mark.slow
@pytest.mark.parametrize("machine", [Sequences, Compiled])
def test_many_sequences(machine):
    run_state_machine_as_test(machine, settings=settings(FEW, max_examples=200, stateful_step_count=50))
