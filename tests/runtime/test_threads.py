"""The same results, to the last bit, for any number of threads; where threads must meet."""

from dataclasses import replace

import numpy as np
import pytest

import eqsim as es
from eqsim.lowering.program import Address
from eqsim.lowering.slices import bounds
from eqsim.lowering.threads import share
from eqsim.network.teams import threads_for
from eqsim.units import Hz, ms, mV
from tests.runtime.everything import Everything
from tests.targets.compiled import COMPILED

SIZE = 300  # several slices


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


@pytest.fixture(scope="module", params=COMPILED)
def target(request):
    return request.param


@pytest.fixture(scope="module")
def one_thread(target):
    everything = Everything(target, size=SIZE, threads=1)
    everything.net.run(60 * ms)
    return everything.results()


@pytest.mark.parametrize("threads", [2, 3, 5])
def test_everything_is_the_same(one_thread, threads, target):
    everything = Everything(target, size=SIZE, threads=threads)
    for piece in (0.5, 17, 0, 1.5, 41):
        everything.net.run(piece * ms)
    assert len(one_thread["i"]) > SIZE
    assert_same(everything.results(), one_thread)


def driven(threads, target="numba"):
    """Run a network that is driven in all ways; return what came of it."""
    model = """
    dV/dt = (I + J - V)/(10*ms) : 1 (unless refractory)
    dg/dt = -g/(5*ms) : 1
    I : 1
    J : 1
    total : 1
    seen : 1 (linked)
    mean : 1 (shared)
    """
    values = {"ms": ms}
    source = es.PoissonGroup(SIZE, "(20 + i)*Hz", seed=1)
    cells = es.NeuronGroup(SIZE, model, "V > 1", "V = 0; g += 1", 2 * ms, method="exact", seed=2, namespace=values)
    other = es.NeuronGroup(SIZE, "x : 1")
    other.x = "i/300.0"
    cells.seen = es.linked(other, "x", index=np.arange(SIZE)[::-1])
    cells.I = "0.5 + i/300.0"
    cells.run_regularly("V += 0.01*seen*rand()", dt=2 * ms)
    cells.run_regularly("mean = mean + 1")
    feed = es.Synapses(source, cells, "w : 1", on_pre="V += w", delay=1 * ms, seed=3)
    feed.connect(p=0.05)
    feed.w = "0.2*rand()"
    back = es.Synapses(cells[10:], cells[:200], on_pre="g_post += 0.1", on_post="g_pre += 0.01", seed=4)
    back.connect(p=0.05)
    sums = es.Synapses(cells, cells, "total_post = g_pre*0.1 : 1 (summed)", seed=5)
    sums.connect("i != j", p=0.02)
    part = es.PoissonInput(cells[37:211], "V", 50, 40 * Hz, 0.05, seed=6)
    whole = es.PoissonInput(cells, "V", 50, 10 * Hz, "0.01*seen", seed=7)
    pulse = es.Input(cells[5:90], "J", np.repeat([[0.0], [0.5]], 20, axis=0) * np.ones(85))
    records = [
        es.StateMonitor(cells, ["V", "total", "mean"], record=True, dt=1 * ms),
        es.SpikeMonitor(cells, "V"),
        es.SpikeMonitor(source),
        es.PopulationRateMonitor(cells[20:100]),
        es.PopulationRateMonitor(cells),
    ]
    objects = source, cells, other, feed, back, sums, part, whole, pulse, *records
    net = es.Network(*objects, dt=0.5 * ms, threads=threads, target=target)
    net.run(30 * ms)
    cells.V[3] = 0.5
    net.run(50 * ms)
    states, spikes, inputs, some, rate = records
    return {
        "V": states.V_, "total": states.total_, "mean": states.mean_, "i": spikes.i, "t": spikes.t_, "at": spikes.V_,
        "pi": inputs.i, "pt": inputs.t_, "some": some.rate_, "rate": rate.rate_,
    } | {f"final {name}": values for name, values in cells.get_states(units=False).items()}  # fmt: skip


def test_inputs_links_and_sums(target):
    expected = driven(1, target)
    assert len(expected["i"]) > SIZE
    for threads in (2, 4):
        assert_same(driven(threads, target), expected)


def interrupted(threads, target):
    """Run a network with a function of Python in each of its parts, to where a condition ends it."""
    cells = es.NeuronGroup(SIZE, "dV/dt = (1.5 - V)/(10*ms) : 1\ng : 1", "V > 1", "V = 0", method="exact", seed=2)
    cells.V = "i/300.0"
    back = es.Synapses(cells, cells, on_pre="g_post += 0.1; V_post += 0.02", delay=1 * ms, seed=4)
    back.connect(p=0.05)
    called = []

    @es.network_operation(dt=5 * ms)
    def look(t):
        called.append((float(t / ms), float(cells.g_[7])))
        cells.V[3] = 0.5

    spikes = es.SpikeMonitor(cells)
    net = es.Network(cells, back, look, spikes, dt=0.5 * ms, threads=threads, target=target)
    net.run(200 * ms, until="neurongroup.g > 12")
    return {"i": spikes.i, "t": spikes.t_, "V": cells.V_, "called": np.array(called), "end": np.array(net.t_)}


def test_functions_of_python_and_a_condition_that_ends(target):
    expected = interrupted(1, target)
    assert len(expected["i"]) > SIZE
    assert len(expected["called"]) > 2
    assert expected["end"] < 200
    for threads in (2, 4):
        assert_same(interrupted(threads, target), expected)


@pytest.mark.parametrize(("size", "lanes"), [(0, 2), (1, 2), (64, 2), (65, 2), (1000, 3), (4000, 7)])
def test_slices(size, lanes):
    edges = bounds(size, lanes)
    assert edges[0] == 0
    assert edges[-1] == size
    assert len(edges) == lanes + 1
    assert (np.diff(edges) >= 0).all()
    assert all(edge % 64 == 0 or edge == size for edge in edges)


def meetings(*objects):
    net = es.Network(*objects, dt=0.1 * ms, threads=2)
    return [(turn.launch.title, turn.shared, turn.meet) for turn in share(net._build()[1])]


def test_neurons_alone_never_meet():
    group = es.NeuronGroup(500, "dV/dt = (I - V)/(10*ms) : 1\nI : 1", "V > 1", "V = 0", method="exact")
    plan = meetings(group)
    assert all(shared for _, shared, _ in plan)
    assert not any(meet for *_, meet in plan)


def listed_spikes(threads, target):
    """Run two groups, whose lists of spikes nothing else reads; return the lists after each of several pieces."""
    model = "dV/dt = (I - V)/(10*ms) : 1\nI : 1 (constant)"
    groups = [
        es.NeuronGroup(SIZE, model, "V > 1", "V = 0", method="exact", dt=dt * ms, namespace={"ms": ms})
        for dt in (0.5, 1.5)
    ]
    for group in groups:
        group.I = "1.1 + i/300.0"
    net = es.Network(*groups, dt=0.5 * ms, threads=threads, target=target)
    found = {}
    for piece in (0.5, 7, 1, 12.5, 20):
        net.run(piece * ms)
        for key, storage in net._build()[2].items():
            if "_spike_events" in storage.arrays:
                count = storage.arrays["_spike_count"][0]
                found[f"{key} at {net.t}"] = storage.arrays["_spike_events"][:count].copy()
    return found


def test_the_list_of_all_is_there_when_the_loop_ends(target):
    expected = listed_spikes(1, target)
    assert sum(len(events) > 0 for events in expected.values()) > 4
    for threads in (2, 5):
        assert_same(listed_spikes(threads, target), expected)


def test_who_reads_the_list_of_all_must_meet():
    def program(*monitors):
        group = es.NeuronGroup(500, "V : 1", "V > 1", "V = 0")
        return es.Network(group, *(monitor(group) for monitor in monitors), dt=0.1 * ms, threads=2)._build()[1]

    ends = replace(program(), stops=(Address("neurongroup", "count"),))  # after a step that is not known before
    for made, late in ((program(), True), (ends, False), (program(es.SpikeMonitor), False)):
        gathered = [turn for turn in share(made) if turn.launch.call == "gather"]
        assert [(turn.late, turn.meet) for turn in gathered] == [(late, not late)]


def test_a_network_meets_once_a_step():
    group = es.NeuronGroup(500, "dV/dt = -V/(10*ms) : 1", "V > 1", "V = 0", method="exact")
    synapses = es.Synapses(group, group, "w : 1", on_pre="V += w", delay=1 * ms)
    synapses.connect(p=0.1)
    plan = meetings(group, synapses, es.SpikeMonitor(group))
    assert sum(meet for *_, meet in plan) == 1
    assert [title for title, shared, _ in plan if not shared] == ["record spikes of neurongroup"]


def test_counts_of_arrivals_are_drawn_by_those_who_add_them():
    def plan(start):
        cells = es.NeuronGroup(500, "V : 1")
        found = meetings(cells, es.PoissonInput(cells if start == 0 else cells[start:], "V", 50, 40 * Hz, 0.05))
        return [(shared, meet) for _, shared, meet in found]

    assert plan(0) == [(True, False), (True, False)]
    # those for a part are drawn in slices of the part, which are not those of the group
    assert plan(5) == [(True, True), (True, True)]


def test_what_each_thread_does_is_the_whole(monkeypatch):
    # with as many threads as slices, and more than processors, nothing is done twice or left out
    group = es.NeuronGroup(1000, "n : 1\nI : nA", "n >= 0*I/nA", "n += 1")
    net = es.Network(group, dt=0.1 * ms, threads=16)
    net.run(5 * ms)
    assert (np.asarray(group.n) == 50).all()


def test_full_lists_stop_all_threads_at_once(target):
    # a source whose spikes, all of them in every step, soon need more room than there is
    group = es.NeuronGroup(640, "V : mV", "V >= 0*mV", "V = 1*mV")
    other = es.NeuronGroup(640, "n : 1")
    synapses = es.Synapses(group, other, on_pre="n_post += 1", delay=5 * ms)
    synapses.connect(j="i")
    spikes = es.SpikeMonitor(group)
    net = es.Network(group, other, synapses, spikes, dt=0.1 * ms, threads=2, target=target)
    net.run(50 * ms)
    assert spikes.num_spikes == 640 * 500
    assert (np.asarray(other.n) == 450).all()
    assert group.V[0] == 1 * mV


@pytest.mark.parametrize("seconds", [1e-9, 1e-4])
def test_full_lists_at_the_end_of_a_chunk(monkeypatch, seconds):
    monkeypatch.setattr("eqsim.runtime.run._CHUNK_SECONDS", seconds)  # chunks of one step, and of a few
    group = es.NeuronGroup(640, "V : mV", "V >= 0*mV", "V = 1*mV")
    other = es.NeuronGroup(640, "n : 1")
    synapses = es.Synapses(group, other, on_pre="n_post += 1", delay=5 * ms)
    synapses.connect(j="i")
    spikes = es.SpikeMonitor(group)
    es.Network(group, other, synapses, spikes, dt=0.1 * ms, threads=2).run(50 * ms)
    assert spikes.num_spikes == 640 * 500
    assert spikes.i.reshape(500, 640).tolist() == [list(range(640))] * 500
    assert (np.asarray(other.n) == 450).all()


@pytest.mark.parametrize("threads", [2, 5])
def test_how_many_take_part_does_not_matter(monkeypatch, one_thread, threads, target):
    taking_part, draw = set(), np.random.default_rng(1)

    def chosen(pace):
        taking_part.add(way := int(draw.choice(pace.ways)))
        return way

    monkeypatch.setattr("eqsim.targets.pace.Pace.next", chosen)
    monkeypatch.setattr("eqsim.targets.team._PIECE_SECONDS", 1e-4)
    everything = Everything(target, size=SIZE, threads=threads)
    everything.net.run(60 * ms)
    assert taking_part == {1, 2, threads}
    assert_same(everything.results(), one_thread)


@pytest.mark.parametrize(("size", "processors", "threads"), [(100, 8, 1), (10**6, 8, 8), (10**6, 1, 1)])
def test_the_choice_follows_the_work(size, processors, threads):
    group = es.NeuronGroup(size, "dV/dt = -V*exp(-V)/(10*ms) : 1", method="euler")
    assert threads_for({"group": group}, processors, 0.1) == threads


def plastic(threads):
    """Return a network whose synapses have delays of their own, act on both ends' spikes and draw nothing."""
    source = es.PoissonGroup(SIZE, 60 * Hz, seed=1)
    cells = es.NeuronGroup(SIZE, "dV/dt = -V/(10*ms) : 1", "V > 1", "V = 0", method="exact", namespace={"ms": ms})
    stdp = "w : 1\ndA/dt = -A/(9*ms) : 1 (event-driven)\ndB/dt = -B/(6*ms) : 1 (event-driven)"
    synapses = es.Synapses(
        source, cells, stdp, on_pre="V += w; A += 1; w += 0.01*B", on_post="B += 1; w += 0.01*A",
        delay={"post": 1 * ms}, method="exact", seed=2, namespace={"ms": ms},
    )  # fmt: skip
    synapses.connect(p=0.1)
    synapses.w, synapses.delay = "0.2*rand()", "rand()*9*ms"
    spikes = es.SpikeMonitor(cells)
    return es.Network(source, cells, synapses, spikes, dt=0.5 * ms, threads=threads), synapses, spikes


def outcome(synapses, spikes):
    return {"i": spikes.i, "t": spikes.t_, "w": np.asarray(synapses.w), "A": np.asarray(synapses.A)}


@pytest.mark.slow
def test_a_saved_run_goes_on_with_another_number_of_threads(tmp_path):
    net, *seen = plastic(1)
    net.run(60 * ms)
    expected = outcome(*seen)
    assert len(expected["i"]) > SIZE
    for before, after in ((1, 2), (3, 1), (2, 3), (2, 2)):
        net, *seen = plastic(before)
        net.run(31 * ms)  # with spikes under way
        net.save(tmp_path / "state.npz")
        other, *others = plastic(after)
        other.load(tmp_path / "state.npz")
        assert seen[0]._layout.lanes == before  # synapses did lie apart
        for continued, found in ((net, seen), (other, others)):
            continued.run(29 * ms)
            assert_same(outcome(*found), expected)
        assert others[0]._layout.lanes == after


def test_the_profile_says_whose_the_time_was():
    slow = es.NeuronGroup(3000, "dx/dt = sin(exp(-x))*xi/ms**0.5 : 1", method="heun", namespace={"ms": ms})
    quick = es.NeuronGroup(10, "dx/dt = -x/ms : 1", method="exact", namespace={"ms": ms})

    @es.network_operation(dt=2 * ms)
    def look():
        assert quick.N == 10

    net = es.Network(slow, quick, look, dt=0.1 * ms, threads=1)
    net.run(50 * ms)
    spent = net.profile
    assert set(spent) >= {"build", "compile", "run", "run of neurongroup", "run of neurongroup_1"}
    parts = {name: seconds for name, seconds in spent.items() if name.startswith("run of ")}
    assert max(parts, key=parts.get) == "run of neurongroup"
    assert 0 < sum(parts.values()) <= spent["run"] * 1.01
    net.remove(look)
    net.run(1 * ms)
    assert net.profile["run of neurongroup"] >= parts["run of neurongroup"]  # what was spent before is kept
