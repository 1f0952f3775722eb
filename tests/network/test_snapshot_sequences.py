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
DELAY = 3  # steps until a spike adds the weight of each synapse to `got` of its target, unless it is changed
BACK = 2  # steps until a spike of a target adds the weight of each synapse to `back` of its source


class Plain:
    """The network in plain Python: lists, and queues of what is under way.

    A spike is under way to each synapse that there was when it was emitted, for as long as the delay was then.
    """

    def __init__(self):
        self.step, self.x, self.rate = 0, [0.0] * N, [1.0] * N
        self.got, self.back = [0.0] * N, [0.0] * N
        self.synapses = []  # [source, target, weight, delay, delay backwards]
        self.queue, self.queue_back = [], []  # (step due, synapse)
        self.trace, self.spikes, self.extra = [], [], None

    def advance(self, steps):
        for now in range(self.step, self.step + steps):
            self.trace.append((now, list(self.x), list(self.got)))
            if self.extra is not None:
                self.extra.append((now, list(self.x)))
            self.x = [x + rate for x, rate in zip(self.x, self.rate, strict=True)]
            fired = [k for k in range(N) if self.x[k] >= 5]
            self.spikes += [(now, k) for k in fired]
            # what is due comes in order of emission, of source and of synapse
            self.queue += [(now + one[3], one) for k in fired for one in self.synapses if one[0] == k]
            for one in [one for due, one in self.queue if due == now]:
                self.got[one[1]] = (3 * self.got[one[1]] + one[2]) % 1009
            self.queue = [(due, one) for due, one in self.queue if due > now]
            self.queue_back += [(now + one[4], one) for k in fired for one in self.synapses if one[1] == k]
            for one in [one for due, one in self.queue_back if due == now]:
                self.back[one[0]] = (3 * self.back[one[0]] + one[2]) % 1009
            self.queue_back = [(due, one) for due, one in self.queue_back if due > now]
            for k in fired:
                self.x[k] = 0.0
        self.step += steps

    def remove(self, gone):
        self.synapses = [one for one in self.synapses if not any(one is other for other in gone)]
        self.queue = [(due, one) for due, one in self.queue if not any(one is other for other in gone)]
        self.queue_back = [(due, one) for due, one in self.queue_back if not any(one is other for other in gone)]


class Sequences(RuleBasedStateMachine):
    """What can be done to a network between runs, done to both."""

    target = "numpy"

    @initialize()
    def begin(self):
        self.group = es.NeuronGroup(
            N, "dx/dt = rate/ms : 1\nrate : 1\ngot : 1\nback : 1", threshold="x >= 5", reset="x = 0", method="euler"
        )
        self.group.rate = 1
        self.synapses = es.Synapses(
            self.group,
            self.group,
            "w : 1",
            on_pre="got_post = mod(3*got_post + w, 1009)",
            on_post="back_pre = mod(3*back_pre + w, 1009)",
            delay={"pre": DELAY * ms, "post": BACK * ms},
        )
        self.synapses.connect(i=[0], j=[1])
        self.synapses.w = 1
        self.delays = [DELAY, BACK]  # of synapses to come; 0 from the moment on at which they differ
        self.trace = es.StateMonitor(self.group, ["x", "got"])
        self.spikes = es.SpikeMonitor(self.group)
        self.extra = es.StateMonitor(self.group, "x", name="extra")
        objects = self.group, self.synapses, self.trace, self.spikes, self.extra
        self.net = es.Network(*objects, dt=1 * ms, target=self.target)
        self.net.remove(self.extra)
        self.plain = Plain()
        self.plain.synapses, self.records = [[0, 1, 1.0, DELAY, BACK]], []
        self.stored = {}

    @rule(steps=st.integers(0, 12))
    def run(self, steps):
        self.net.run(steps * ms)
        self.plain.advance(steps)

    @precondition(lambda self: len(self.plain.synapses) < 30)
    @rule(pairs=st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)), min_size=1, max_size=3))
    def connect(self, pairs):
        self.synapses.connect(i=[i for i, _ in pairs], j=[j for _, j in pairs])
        self.plain.synapses += [[i, j, 0.0, *self.delays] for i, j in pairs]

    @precondition(lambda self: self.plain.synapses)
    @rule(k=st.integers(0, 10**6), count=st.integers(1, 2))
    def disconnect(self, k, count):
        k %= len(self.plain.synapses)
        self.synapses.disconnect(slice(k, k + count))
        self.plain.remove(self.plain.synapses[k : k + count])

    @precondition(lambda self: self.plain.synapses)
    @rule(limit=st.integers(-3, 3))
    def disconnect_some(self, limit):
        self.synapses.disconnect(f"w < {limit} and i != j")
        self.plain.remove([one for one in self.plain.synapses if one[2] < limit and one[0] != one[1]])

    @rule(backwards=st.booleans(), steps=st.integers(0, 6))
    def delay_all(self, backwards, steps):
        (self.synapses.post if backwards else self.synapses.pre).delay = steps * ms
        self.delays[backwards] = steps
        for one in self.plain.synapses:
            one[3 + backwards] = steps

    @precondition(lambda self: self.plain.synapses)
    @rule(k=st.integers(0, 10**6), backwards=st.booleans(), steps=st.integers(0, 6))
    def delay_one(self, k, backwards, steps):
        k %= len(self.plain.synapses)
        (self.synapses.post if backwards else self.synapses.pre).delay[k] = steps * ms
        self.delays[backwards] = 0
        self.plain.synapses[k][3 + backwards] = steps

    @precondition(lambda self: self.plain.synapses)
    @rule(k=st.integers(0, 10**6), weight=st.integers(-3, 3))
    def weigh(self, k, weight):
        k %= len(self.plain.synapses)
        self.synapses.w[k] = weight
        self.plain.synapses[k][2] = float(weight)

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
        self.stored[name] = copy.deepcopy((self.plain, self.delays))

    @precondition(lambda self: self.stored)
    @rule(data=st.data())
    def restore(self, data):
        name = data.draw(st.sampled_from(sorted(self.stored)))
        plain, delays = copy.deepcopy(self.stored[name])
        if (plain.extra is None) != (self.plain.extra is None):
            with pytest.raises(es.EqsimError, match="extra"):
                self.net.restore(name)
            return
        self.net.restore(name)
        self.plain, self.delays = plain, delays
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
        assert self.group.back_.tolist() == plain.back
        found = self.synapses.i, self.synapses.j, self.synapses.w_, self.synapses.delay[:], self.synapses.post.delay[:]
        assert [list(one) for one in zip(*(np.asarray(v).tolist() for v in found), strict=True)] == plain.synapses
        assert self.trace.t_.tolist() == [now for now, _, _ in plain.trace]
        np.testing.assert_array_equal(self.trace.x_.T, np.reshape([x for _, x, _ in plain.trace], (-1, N)))
        np.testing.assert_array_equal(self.trace.got_.T, np.reshape([got for _, _, got in plain.trace], (-1, N)))
        assert list(zip(self.spikes.t_.astype(int).tolist(), self.spikes.i.tolist(), strict=True)) == plain.spikes
        assert self.extra.t_.tolist() == [now for now, _ in self.records]


class Compiled(Sequences):
    """The same, compiled."""

    target = "numba"


FEW = settings(stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(("machine", "examples"), [(Sequences, 12), (Compiled, 5)])
def test_some_sequences(machine, examples):
    run_state_machine_as_test(machine, settings=settings(FEW, max_examples=examples))


@pytest.mark.parametrize("machine", [Sequences, Compiled])
def test_a_store_after_the_last_spike_under_way_was_taken_away(machine):
    sequence = machine()
    sequence.begin()
    sequence.run(5)
    sequence.disconnect(k=0, count=1)
    sequence.store("a")
    sequence.net.restore("a")
    sequence.run(5)
    sequence.alike()


@pytest.mark.slow
@pytest.mark.parametrize("machine", [Sequences, Compiled])
def test_many_sequences(machine):
    run_state_machine_as_test(machine, settings=settings(FEW, max_examples=200, stateful_step_count=50))
