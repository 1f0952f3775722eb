"""The order within a time step: a tiny network in which every slot leaves its digit.

Each thing that happens appends its digit to the shared trace ``y``: y = 10*y + digit. What a step leaves behind is then
a number that reads as the order in which things happened.
"""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms
from tests.network.plain import network, plain, source
from tests.targets.compiled import TARGETS

ADD = "y = 10*y + {}"


def digits(*extra, build, duration=1, target="numpy"):
    """Run the cell that ``build`` makes, with what belongs to it, and return its trace as a list of digits."""
    cell, others = build()
    network(cell, *others, *extra, target=target).run(duration * ms)
    return [int(digit) for digit in str(int(np.asarray(cell.y)[0]))]


def every_slot():
    """Return a cell on which everything that can happen in a step happens, each with the digit of its rank."""
    model = """
    dx/dt = 1/ms : 1
    y : 1
    seen_before = x : 1 (constant over dt)
    before_start : 1
    at_update : 1
    total : 1
    """
    cell = es.NeuronGroup(1, model, threshold="x > 0.5", reset=ADD.format(7), events={"late": "x > 0.5"})
    cell.run_regularly(
        "y = 10*y + 1 + int(seen_before != x)", order=0
    )  # 1: the held value is already that of this step
    cell.run_regularly(ADD.format(2), when="before_groups")
    cell.run_regularly(ADD.format(3) + "; at_update = x", when="after_groups")
    cell.run_regularly(ADD.format(9), when="after_end")
    cell.run_on_event("late", ADD.format(8))
    before = es.Synapses(cell, on_pre=ADD.format(4))
    between = es.Synapses(cell, on_pre={"other": ADD.format(5)})
    after = es.Synapses(cell, on_post=ADD.format(6))
    for S in (after, between, before):
        S.connect()
    return cell, [after, between, before]


@pytest.mark.parametrize("target", TARGETS)
def test_the_whole_step(target):
    assert digits(build=every_slot, target=target) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


SLOTS = [
    f"{prefix}{slot}"
    for slot in ("start", "groups", "thresholds", "synapses", "resets", "end")
    for prefix in ("before_", "", "after_")
]


def test_slots_follow_one_another():
    cell = es.NeuronGroup(1, "y : 1")
    for number in np.random.default_rng(1).permutation(len(SLOTS)):
        cell.run_regularly(f"y = 20*y + {number + 1}", when=SLOTS[number])
    network(cell).run(1 * ms)
    expected = 0
    for number in range(len(SLOTS)):
        expected = 20 * expected + number + 1
    assert np.asarray(cell.y)[0] == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("when", ["whenever", "before", "Start", "before_before_start", "", 5, None])
def test_other_slots_are_errors_that_name_the_slots(when):
    cell = es.NeuronGroup(1, "y : 1")
    with pytest.raises(es.EqsimError) as raised:
        cell.run_regularly("y += 1", when=when)
        network(cell).run(1 * ms)
    assert "start" in str(raised.value)
    assert "thresholds" in str(raised.value)


def test_within_a_slot_order_comes_first_and_position_last():
    first, other = es.NeuronGroup(1, "y : 1"), es.NeuronGroup(1, "y : 1")
    cell = es.NeuronGroup(1, "y : 1")
    cell.run_regularly(ADD.format(3), order=1)
    cell.run_regularly(ADD.format(2))
    cell.run_regularly(ADD.format(1), order=-1)
    cell.run_regularly(ADD.format(4), order=1)
    network(first, cell, other).run(1 * ms)
    assert np.asarray(cell.y).tolist() == [1234]


def test_groups_of_one_slot_act_by_their_order_then_position():
    cells = [es.NeuronGroup(1, "y : 1\ndx/dt = 1/ms : 1", order=order) for order in (0, 2, -1, 0)]
    gen = source((0, 0))
    for cell in cells:
        assert np.asarray(cell.y).tolist() == [0]
    # each cell's operation writes into itself alone; what links them is a chain of synapses of zero delay
    links = [es.Synapses(gen, cells[0], on_pre=ADD.format(k), order=cell._order) for k, cell in enumerate(cells, 1)]
    for S in links:
        S.connect()
    network(gen, *cells, *links).run(1 * ms)
    assert np.asarray(cells[0].y).tolist() == [3142]


def test_synapses_update_by_their_rank_after_groups():
    pre = es.NeuronGroup(1, "dx/dt = 1/ms : 1")
    post = es.NeuronGroup(1, "y : 1")
    S = es.Synapses(pre, post, "dg/dt = x_pre/ms : 1", method="euler")
    S.connect()
    network(S, pre, post).run(1 * ms)  # though listed first
    assert np.asarray(S.g).tolist() in ([0], [1])
    assert "groups" in network(es.NeuronGroup(1, "dx/dt = 1/ms : 1")).schedule


def test_state_monitors_see_the_values_before_the_update_but_after_operations():
    cell = es.NeuronGroup(1, "dx/dt = 1/ms : 1")
    cell.run_regularly("x += 100")
    M, N = es.StateMonitor(cell, "x"), es.StateMonitor(cell, "x", order=-1)
    network(M, N, cell).run(2 * ms)
    assert np.asarray(M.x).tolist() == [[100, 201]]
    assert np.asarray(N.x).tolist() == [[0, 101]]


def test_spike_monitors_see_the_values_after_the_update_and_before_synapses_and_resets():
    gen = source(*[(k, 0) for k in range(5)])
    cell = es.NeuronGroup(1, "dx/dt = 1/ms : 1", threshold="x > 1.5", reset="x = 0")
    S = es.Synapses(gen, cell, on_pre="x += 0.25")
    S.connect()
    at_threshold, at_end = es.SpikeMonitor(cell, "x"), es.SpikeMonitor(cell, "x", when="end")
    after_synapses = es.SpikeMonitor(cell, "x", when="after_synapses")
    network(gen, cell, S, at_threshold, after_synapses, at_end).run(4 * ms)
    # 1 → 1.25 | 2.25 spike → 2.5 → 0 | 1 → 1.25 | 2.25 spike …
    assert np.asarray(at_threshold.x).tolist() == [2.25, 2.25]
    assert np.asarray(after_synapses.x).tolist() == [2.5, 2.5]
    assert np.asarray(at_end.x).tolist() == [0, 0]


def test_conditions_of_events_come_after_thresholds_and_before_synapses():
    cell = es.NeuronGroup(1, "dx/dt = 1/ms : 1\ny : 1", threshold="x > 0.5", reset="x = 0", events={"big": "x > 5"})
    S = es.Synapses(cell, on_pre="x_post += 10")
    S.connect()
    M = es.EventMonitor(cell, "big")
    cell.run_on_event("big", "y += 1")
    network(cell, S, M).run(3 * ms)
    assert M.num_events == 0
    assert np.asarray(cell.y).tolist() == [0]


def test_values_held_over_a_step_are_taken_before_operations():
    cell = es.NeuronGroup(1, "x : 1\nheld = x : 1 (constant over dt)\ny : 1")
    cell.run_regularly("x += 1; y = 10*y + held")
    network(cell).run(4 * ms)
    assert np.asarray(cell.y).tolist() == [123]


def test_sums_come_before_all_updates_whatever_the_position():
    cells = es.NeuronGroup(2, "dx/dt = total/ms : 1\ntotal : 1", method="euler")
    cells.x = [1, 10]
    S = es.Synapses(cells, model="total_post = x_pre : 1 (summed)")
    S.connect("i != j")
    for objects in ((cells, S), (S, cells)):
        cells.x = [1, 10]
        net = network(*objects)
        net.run(2 * ms)
        assert np.asarray(cells.x).tolist() == [1 + 10 + 11, 10 + 1 + 11]
        net.remove(*objects)


def test_a_table_of_two_cells_counted_by_hand():
    """V rises by 1 a step; threshold at 3; a spike adds 1 to the other cell at once, and 10 to y two steps later."""
    cells = es.NeuronGroup(2, "dV/dt = 1/ms : 1\ny : 1", threshold="V >= 2.5", reset="V = 0")
    cells.V = [1, 0]
    fast = es.Synapses(cells, on_pre="V_post += 1")
    slow = es.Synapses(cells, on_pre="y_post += 10", delay=2 * ms)
    for S in (fast, slow):
        S.connect("i != j")
    trace, spikes = es.StateMonitor(cells, ["V", "y"]), es.SpikeMonitor(cells)
    network(cells, fast, slow, trace, spikes).run(8 * ms)
    # step   0  1  2  3  4  5  6  7
    # V[0]   1  2  0  2  0  1  3→…      step 1: cell 0 reaches 3, spikes: V[1] 2 → 3
    # V[1]   0  1  3  0  …              step 2: cell 1 at 4, spikes: V[0] 1 → 2
    V, y, spiked = [1.0, 0.0], [0.0, 0.0], []
    due, rows, ys = [], [], []
    for step in range(8):
        rows.append(list(V))
        ys.append(list(y))
        V = [v + 1 for v in V]
        now = [k for k in (0, 1) if V[k] >= 2.5]
        spiked += [(step, k) for k in now]
        due += [(step + 2, 1 - k) for k in now]
        for k in now:
            V[1 - k] += 1
        for when, k in due:
            y[k] += 10 * (when == step)
        for k in now:
            V[k] = 0.0
    assert spiked[:2] == [(1, 0), (2, 1)]
    assert np.asarray(trace.V).T.tolist() == rows
    assert np.asarray(trace.y).T.tolist() == ys
    assert list(zip(np.rint(plain(spikes.t, "ms")).astype(int).tolist(), spikes.i.tolist(), strict=True)) == spiked


def test_what_decays_ends_at_zero_and_costs_no_more_there():
    # results below the smallest normal number count as 0 within a run, and nowhere else
    group = es.NeuronGroup(2, "dI/dt = -I/(1*ms) : 1", method="exact")
    group.I = 1
    net = es.Network(group, target="numba", dt=1 * ms)
    net.run(700 * ms)
    assert 0 < group.I_[0] < 1e-303
    net.run(10 * ms)
    assert group.I_[0] == 0
    smallest = np.finfo(np.float64).tiny
    assert smallest / 2 > 0
