"""Procedures on a simulated device leave behind what those of the runtime do, on grids of all shapes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numba import cuda

from eqsim.random.tables import binomial_table
from eqsim.targets import counts, cuda_procedures, generate, intervals, queue
from eqsim.targets.cuda_grid import in_order
from tests.cuda.conftest import CASES

GRIDS = [(1, 1), (1, 3), (3, 1), (2, 4)]
NOW = np.array([12])
some = settings(max_examples=CASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
sets = st.sets(st.integers(0, 22))


def launched(kernel, grid, *arguments, now=NOW):
    """Carry out a kernel on copies of its arrays; return those."""
    given = [cuda.to_device(a) if isinstance(a, np.ndarray) else a for a in arguments]
    kernel[grid[0], grid[1]](now, np.zeros(1, np.int64), 1, *given)
    return [a.copy_to_host() if hasattr(a, "copy_to_host") else a for a in given]


@pytest.mark.parametrize("grid", GRIDS)
@given(marked=sets)
@some
def test_a_list_of_events_is_in_order(several_threads, grid, marked):
    flags = np.zeros(24, np.uint8)
    flags[list(marked)] = 1
    found, events, count = np.zeros(grid[0], np.int64), np.zeros(23, np.int32), np.zeros(1, np.int64)
    found = launched(cuda_procedures.count_flags, grid, flags, 23, found)[2]
    *_, events, count = launched(cuda_procedures.compress, grid, flags, 23, found, events, count)
    assert events[: count[0]].tolist() == sorted(marked)


def synapses(random, sources=9, most=7):
    """Return where each source's synapses begin, and their delays, ascending for each source."""
    lengths = random.integers(0, most, sources)
    start = np.concatenate([[0], np.cumsum(lengths)])
    delays = [np.sort(random.integers(0, 5, length)) for length in lengths]
    return start, np.concatenate(delays).astype(np.uint8)


def lists(size):
    return np.zeros(size, np.int32), np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(1, np.int64)


def runs_of(lists):
    source, begin, end, count = lists
    rows = zip(source[: count[0]].tolist(), begin[: count[0]].tolist(), end[: count[0]].tolist(), strict=True)
    return [row for row in rows if row[1] < row[2]]  # a spike without synapses may be a run without any


@pytest.mark.parametrize("grid", GRIDS)
def test_spikes_with_delays_of_their_own_arrive_in_order(several_threads, grid):
    random = np.random.default_rng(grid[0])
    start, delay = synapses(random)
    rings = [np.zeros(64, np.int32), np.zeros(64, np.int64), np.zeros(64, np.int64)]
    here, there = ([ring.copy() for ring in rings] + [np.zeros(1, np.int64), np.zeros(1, np.int64)] for _ in range(2))
    oldest, seen = np.full(1, cuda_procedures.FAR), 0
    for step in range(9):
        now, spikes = np.array([step]), np.flatnonzero(random.random(9) < 0.5).astype(np.int32)
        events, count = np.zeros(9, np.int32), np.array([len(spikes)])
        events[: len(spikes)] = spikes
        expected, found = lists(64), np.zeros(grid[0], np.int64)
        queue.push_varied(events, count, start, 0, 1, delay, step, *here[:3], here[4])
        queue.due_varied(step, start, 0, 1, delay, *here, *expected)
        pushed = (events, count, start, delay, *there[:3], there[4])
        *_, there[0], there[1], there[2], there[4] = launched(
            cuda_procedures.push_varied, (1, grid[1]), *pushed, now=now
        )
        found = launched(cuda_procedures.count_due, grid, start, *there, found, now=now)[-1]
        made = launched(cuda_procedures.due_varied, grid, start, delay, *there, *lists(64), found, oldest, now=now)
        there[:3], runs = made[2:5], made[7:11]
        there[3], _, oldest = launched(cuda_procedures.forget, (1, 1), there[3], there[4], made[-1], now=now)
        assert runs_of(runs) == runs_of(expected)
        seen += len(runs_of(runs))
    assert seen > 10


@pytest.mark.parametrize("grid", [(1, 1), (1, 3)])
@pytest.mark.parametrize("steps", [0, 2])
def test_spikes_with_one_delay_arrive_in_order(several_threads, grid, steps):
    random = np.random.default_rng(steps)
    start, _ = synapses(random)
    here, there = (
        [np.zeros(32, np.int32), np.zeros(4, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64)] for _ in range(2)
    )
    for step in range(7):
        now, spikes = np.array([step]), np.flatnonzero(random.random(9) < 0.4).astype(np.int32)
        events, count = np.zeros(9, np.int32), np.array([len(spikes)])
        events[: len(spikes)] = spikes
        expected = lists(16)
        queue.push_uniform(events, count, start, 0, 1, step, here[0], here[1], here[3])
        queue.due_uniform(step, steps, start, 0, 1, here[0], here[1], here[2], *expected)
        pushed = events, count, there[0], there[1], there[3]
        *_, there[0], there[1], there[3] = launched(cuda_procedures.push_uniform, grid, *pushed, now=now)
        made = launched(cuda_procedures.due_uniform, grid, steps, start, *there[:3], *lists(16), now=now)
        there[2] = made[4]
        assert runs_of(made[5:]) == runs_of(expected)


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("period", [0, 5])
def test_spikes_at_given_times(several_threads, grid, period):
    steps, index = np.array([1, 1, 2, 4, 4, 4]), np.array([0, 2, 1, 0, 1, 2], np.int32)
    for step in (0, 1, 2, 4, 6, 9):
        events, count, cursor = np.zeros(3, np.int32), np.zeros(1, np.int64), np.zeros(1, np.int64)
        generate.emit(steps, index, cursor, events, count, period, step)
        given = steps, index, np.zeros(1, np.int64), np.zeros(3, np.int32), np.zeros(1, np.int64), period
        *_, found, many, _ = launched(cuda_procedures.emit, (1, grid[1]), *given, now=np.array([step]))
        assert found[: many[0]].tolist() == events[: count[0]].tolist()


@pytest.mark.parametrize("grid", GRIDS)
def test_counts_from_a_table(several_threads, grid):
    table = binomial_table(100, 0.04)
    marks = np.unique(np.concatenate([table.marks, np.arange(0, 1 << 16, 8)])).astype(np.uint16)
    for start, edges in ((table.start, table.marks), (0, marks)):  # so many marks that many a half is one
        bounds = table.bounds if start or edges is table.marks else edges.astype(np.uint64) << np.uint64(48)
        expected, drawn = np.zeros(37, np.uint16), np.zeros(37, np.uint16)
        counts.draw_counts(-5, 12, 0, 37, start, edges, bounds, expected)
        stream = np.uint64(-5 & (1 << 64) - 1)
        drawn = launched(cuda_procedures.draw_counts, grid, stream, 37, start, edges, bounds, drawn)[-1]
        assert drawn.tolist() == expected.tolist()


@pytest.mark.parametrize("grid", GRIDS)
def test_spikes_by_chance(several_threads, grid):
    factor, rates = np.array([0.01]), np.linspace(0, 3, 130)
    flags, held = np.zeros(136, np.uint8), [np.full(130, -1.0), np.full(130, -1, np.int64)]
    mine, kept = flags.copy(), [a.copy() for a in held]
    for step in range(4):
        intervals.draw_spikes(-7, step, 0, 130, factor, rates, *held, flags, flags.view(np.uint64))
        given = np.uint64(-7 & (1 << 64) - 1), 130, factor, rates, *kept, mine
        *_, kept[0], kept[1], mine = launched(cuda_procedures.draw_spikes, grid, *given, now=np.array([step]))
        assert mine.tolist() == flags.tolist()
        for one, other in zip(kept, held, strict=True):
            np.testing.assert_array_equal(one, other)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=40).flatmap(
        lambda runs: st.permutations(range(len(runs))).map(lambda order: (runs, order))
    )
)
@some
def test_a_list_of_arrivals_is_sorted(arrivals):
    runs, order = arrivals
    following = np.full(len(runs), -1)
    for one, other in pairwise(order):
        following[one] = other
    place, found = in_order(order[0], following, runs), []
    while place >= 0:
        found.append(place)
        place = following[place]
    assert found == sorted(order, key=lambda place: (runs[place], place))
