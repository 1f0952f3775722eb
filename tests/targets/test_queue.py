"""Every spike reaches every synapse in its step, once, and in the order (step of emission, source, synapse)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.targets import queue
from tests.targets.compiled import CYTHON
from tests.targets.runtime_in_c import library, procedure

SOURCES = 5


@pytest.fixture(scope="module", params=["python", "numba", pytest.param("c", marks=CYTHON.marks)])
def functions(request, tmp_path_factory):
    """Return the functions as they stand, compiled without a change, and as they are written in C."""
    names = ["compress", "gather", "due_now", "push_uniform", "due_uniform", "push_varied", "due_varied"]
    if request.param == "python":
        return {name: getattr(queue, name) for name in names}
    if request.param == "c":
        found = library(tmp_path_factory.mktemp("runtime"))
        return {name: procedure(found, name) for name in names}
    from eqsim.targets import numba_procedures

    return {name: getattr(numba_procedures, name) for name in names}


def longs(*values):
    return np.array(values, np.int64)


def events_of(spikes):
    return np.array([*spikes, -1], np.int32), longs(len(spikes))


def buffers(size):
    return np.zeros(size, np.int32), np.zeros(size, np.int64), np.zeros(size, np.int64), longs(0)


def longer(head, tail):
    return queue.power_of_two(int(tail[0] - head[0]) + SOURCES)


def synapses_of(runs):
    """Return the storage positions that runs reach, in order, checking that each run is its source's."""
    source, begin, end, count = runs
    return [(int(source[r]), k) for r in range(count[0]) for k in range(begin[r], end[r])]


def expected(trains, start, delay, step):
    """Return what arrives in a step, by looking at every spike and synapse there has ever been."""
    return [
        (source, k)
        for emission, spikes in enumerate(trains[: step + 1])
        for source in spikes
        for k in range(start[source], start[source + 1])
        if emission + delay[k] == step
    ]


trains = st.lists(st.frozensets(st.integers(0, SOURCES - 1)).map(sorted), min_size=1, max_size=40)
degrees = st.lists(st.integers(0, 4), min_size=SOURCES, max_size=SOURCES)


@settings(max_examples=100)
@given(
    trains=trains, degree=degrees, delay=st.integers(0, 9), first=st.sampled_from([0, 1000]), extra=st.integers(0, 2)
)
def test_one_delay(functions, trains, degree, delay, first, extra):
    start = longs(0, *np.cumsum(degree))
    ring = np.zeros(1, np.int32)
    ring_count = np.zeros(queue.power_of_two(delay + 1) << extra, np.int64)
    head, tail, runs = longs(0), longs(0), buffers(SOURCES)
    for step, spikes in enumerate(trains):
        if tail[0] - head[0] + SOURCES > ring.size:
            ring = queue.relaid(ring, head, tail, longer(head, tail))
        events, count = events_of(spikes)
        functions["push_uniform"](events, count, start, 0, 1, first + step, ring, ring_count, tail)
        functions["due_uniform"](first + step, delay, start, 0, 1, ring, ring_count, head, *runs)
        assert synapses_of(runs) == expected(trains, start, [delay] * start[-1], step)
    assert tail[0] - head[0] == sum(degree[s] > 0 for spikes in trains[max(0, len(trains) - delay) :] for s in spikes)


@settings(max_examples=100)
@given(trains=trains, data=st.data(), kind=st.sampled_from([np.uint8, np.uint16, np.int32]))
def test_a_delay_for_each_synapse(functions, trains, data, kind):
    of_source = [sorted(data.draw(st.lists(st.integers(0, 7), max_size=5))) for _ in range(SOURCES)]
    start, delay = (
        longs(0, *np.cumsum([len(d) for d in of_source])),
        np.array([d for ds in of_source for d in ds], kind),
    )
    rings = (np.zeros(1, np.int32), np.zeros(1, np.int64), np.zeros(1, np.int64))
    head, tail = longs(0), longs(0)
    silence = [[]] * 8
    for step, spikes in enumerate(trains + silence):
        if tail[0] - head[0] + SOURCES > rings[0].size:
            rings = tuple(queue.relaid(ring, head, tail, longer(head, tail)) for ring in rings)
        events, count = events_of(spikes)
        functions["push_varied"](events, count, start, 0, 1, delay, step, *rings, tail)
        runs = buffers(rings[0].size)
        functions["due_varied"](step, start, 0, 1, delay, *rings, head, tail, *runs)
        assert synapses_of(runs) == expected(trains + silence, start, delay.astype(int), step)
    assert head[0] == tail[0], "after the longest delay nothing is under way"


def test_a_spike_that_waits_does_not_keep_later_ones(functions):
    # source 0 has one late synapse; those of source 1 leave the queue behind it, and it is let go in the end
    start, delay = longs(0, 1, 2), np.array([6, 0], np.uint8)
    rings = tuple(np.zeros(16, t) for t in (np.int32, np.int64, np.int64))
    head, tail, runs = longs(0), longs(0), buffers(16)
    for step in range(7):
        events, count = events_of([0, 1] if step == 0 else [1])
        functions["push_varied"](events, count, start, 0, 1, delay, step, *rings, tail)
        functions["due_varied"](step, start, 0, 1, delay, *rings, head, tail, *runs)
        assert synapses_of(runs) == ([(0, 0)] if step == 6 else []) + [(1, 1)]
        assert head[0] == (8 if step == 6 else 0)


@given(spikes=st.frozensets(st.integers(0, SOURCES - 1)).map(sorted), degree=degrees)
def test_no_delay(functions, spikes, degree):
    start, runs = longs(0, *np.cumsum(degree)), buffers(SOURCES)
    functions["due_now"](*events_of(spikes), start, 0, 1, *runs)
    assert synapses_of(runs) == expected([spikes], start, [0] * start[-1], 0)


@given(
    size=st.integers(0, 400),
    begin=st.sampled_from([0, 0, 64, 192]),
    spikes=st.dictionaries(st.integers(0, 399), st.sampled_from([1, 128, 255]), max_size=20),
    waste=st.booleans(),
)
def test_compress_finds_the_bytes_that_are_set(functions, size, begin, spikes, waste):
    padded = np.full((size + 7) // 8 * 8, waste, np.uint8)  # what stands behind the last does not count
    padded[:size] = [spikes.get(place, 0) for place in range(size)]
    events, count = np.full(size + 1, -1, np.int32), longs(-1)
    functions["compress"](padded, padded.view(np.uint64), min(begin, size // 64 * 64), size, events, count)
    assert events[: count[0]].tolist() == [at for at in sorted(spikes) if min(begin, size // 64 * 64) <= at < size]


@settings(max_examples=50)
@given(trains=trains, data=st.data(), lanes=st.integers(1, 3), uniform=st.booleans())
def test_lanes_share_out_what_one_would_do(functions, trains, data, lanes, uniform):
    # each source's synapses lie by lane; what all lanes find in a step, source by source, is what one would find
    degree = [[data.draw(st.integers(0, 3)) for _ in range(lanes)] for _ in range(SOURCES)]
    of_lane = longs(0, *np.cumsum(np.ravel(degree)))
    of_source = of_lane[::lanes]
    delay = np.full(of_source[-1], 2)
    if not uniform:
        parts = [
            sorted(data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))) for n in np.ravel(degree).tolist()
        ]
        delay = np.array([d for part in parts for d in part], np.int64)
    found = []
    for lane in range(lanes):
        rings = tuple(np.zeros(256, kind) for kind in (np.int32, np.int64, np.int64))
        ring_count, head, tail, runs = np.zeros(4, np.int64), longs(0), longs(0), buffers(256)
        for step, spikes in enumerate(trains):
            events, count = events_of(spikes)
            if uniform:
                ring = rings[0]
                functions["push_uniform"](events, count, of_lane, lane, lanes, step, ring, ring_count, tail)
                functions["due_uniform"](step, 2, of_lane, lane, lanes, ring, ring_count, head, *runs)
            else:
                functions["push_varied"](events, count, of_lane, lane, lanes, delay, step, *rings, tail)
                functions["due_varied"](step, of_lane, lane, lanes, delay, *rings, head, tail, *runs)
            found += [(step, *synapse) for synapse in synapses_of(runs)]
    wanted = [(step, *s) for step in range(len(trains)) for s in expected(trains, of_source, delay, step)]
    assert sorted(found) == sorted(wanted)


@given(
    spikes=st.frozensets(st.integers(0, 199)).map(sorted), lanes=st.integers(1, 4), parity=st.integers(0, 1),
    width=st.integers(1, 8),
)  # fmt: skip
def test_gather_joins_what_threads_found(functions, spikes, lanes, parity, width):
    flags = np.zeros(200, np.uint8)
    flags[spikes] = 1
    parts, counts = np.full(2 * lanes * 200, -1, np.int32), np.full(2 * lanes * width, -1, np.int64)
    edges = [200 * lane // lanes for lane in range(lanes + 1)]
    for lane in range(lanes):
        section = parity * lanes + lane
        own, count = parts[200 * section : 200 * section + 200], counts[width * section : width * section + 1]
        functions["compress"](flags, flags.view(np.uint64), edges[lane], edges[lane + 1], own, count)
    events, count = np.full(201, -1, np.int32), longs(-1)
    functions["gather"](parts, counts, parity, lanes, events, count)
    assert events[: count[0]].tolist() == spikes


def test_growth_keeps_what_is_under_way():
    ring = np.array([4, 5, 2, 3], np.int32)  # entries 2, 3, 4, 5 of a ring of four
    grown = queue.relaid(ring, longs(2), longs(6), 8)
    assert (grown.size, [int(grown[entry % 8]) for entry in range(2, 6)]) == (8, [2, 3, 4, 5])
    assert [queue.power_of_two(n) for n in (0, 1, 2, 3, 4, 5, 1025)] == [1, 1, 2, 4, 4, 8, 2048]
