"""The compiled storage order is that of NumPy, whatever the number of synapses, threads and lanes."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.connectivity import layout, order
from eqsim.connectivity.order import sort_synapses, transpose
from eqsim.random import pieces


def made(seed, size, n_pre, n_post, delays, by_source):
    rng = np.random.default_rng(seed)
    i = rng.integers(0, n_pre, size).astype(np.uint16)
    j = rng.integers(0, n_post, size).astype(np.int32)
    return np.sort(i) if by_source else i, j, rng.integers(0, delays, size).astype(np.uint16) if delays else None


def both(sort, *arguments, **options):
    """Return what NumPy gives and what compiled code gives, in small pieces on several threads."""
    plain = sort(*arguments, **options)
    with (
        patch.object(pieces, "MANY", 1),
        patch.object(layout, "_AT_LEAST", 7),
        patch.object(layout, "cores", lambda: 3),
    ):
        return plain, sort(*arguments, **options)


def assert_same(plain, compiled):
    for one, other in zip(plain, compiled, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


synapses = st.builds(
    made,
    st.integers(0, 99),
    st.sampled_from([1, 2, 6, 7, 8, 48, 49, 50, 300, 2000]),
    st.sampled_from([1, 3, 40]),
    st.sampled_from([1, 5, 300, 70000]),
    st.sampled_from([0, 1, 4, 3000]),
    st.booleans(),
)
lanes = st.one_of(st.none(), st.lists(st.floats(0, 1), max_size=4))


@settings(deadline=None)
@given(synapses, st.booleans(), lanes)
def test_sorting(synapses, as_created, cuts):
    i, j, delay = synapses
    last = int(j.max()) + 1
    bounds = None if cuts is None else np.array([0, *sorted(int(cut * last) for cut in cuts), last])
    options = {"as_created": as_created} | ({} if bounds is None else {"bounds": bounds})
    assert_same(*both(sort_synapses, i, j, delay, 41, **options))


@settings(deadline=None)
@given(synapses, st.booleans(), lanes)
def test_sorting_targets_of_known_sources(synapses, as_created, cuts):
    i, j, delay = synapses
    i, last = np.sort(i), int(j.max()) + 1
    bounds = None if cuts is None else np.array([0, *sorted(int(cut * last) for cut in cuts), last])
    start = np.searchsorted(i, np.arange(42))

    def laid_out(grown, **known):
        given = None if delay is None else delay.copy()
        return (*order.lay_out(grown, given, 41, as_created=as_created, bounds=bounds, **known), given)

    plain, compiled = both(lambda: laid_out([j], start=start))
    assert_same(laid_out([i, j]), plain)
    assert_same(plain, compiled)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=50), st.booleans(), st.integers(1, 12))
def test_where_indexes_begin(indexes, ascend, n):
    i = np.array(sorted(indexes) if ascend else indexes, np.int32)
    with patch.object(layout, "_AT_LEAST", 3):
        start = layout.begins(i, n)
    if (np.diff(i) < 0).any():
        assert start is None
    else:
        assert start.tolist() == np.searchsorted(i, np.arange(max(n, i.max(initial=-1) + 1) + 1)).tolist()


@settings(deadline=None)
@given(synapses)
def test_the_way_back(synapses):
    _, j, delay = synapses
    assert_same(*both(transpose, j, int(j.max()) + 3, delay))


@settings(deadline=None)
@given(synapses, st.booleans(), st.lists(st.floats(0, 1), max_size=4))
def test_lanes(synapses, as_created, cuts):
    i, j, delay = synapses
    last = int(j.max()) + 1
    bounds = np.array([0, *sorted(int(cut * last) for cut in cuts), last])
    start, target, permutation, begin = sort_synapses(i, j, delay, 41, as_created=as_created, bounds=bounds)
    lane = np.searchsorted(bounds[1:], j, "right")
    keys = np.stack([i, lane, np.zeros_like(j) if delay is None else delay, 0 * j if as_created else j])
    expected = np.lexsort([np.arange(i.size), *keys[::-1]])
    assert (np.arange(i.size) if permutation is None else permutation).tolist() == expected.tolist()
    assert target.tolist() == j[expected].tolist()
    count = bounds.size - 1
    assert begin.shape == (41 * count + 1,)
    assert begin[::count].tolist() == start.tolist()
    found = i[expected] * count + lane[expected]
    assert begin.tolist() == [int((found < piece).sum()) for piece in range(41 * count + 1)]


def test_keys_too_wide_for_one_word_are_left_to_numpy():
    i, j, delay = made(0, 50, 3, 2**30, 2**15, False)
    wide = delay.astype(np.uint64) << np.uint64(20)
    assert_same(*both(sort_synapses, i, j, wide, 3))


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_number_of_threads_does_not_count(threads):
    i, j, delay = made(3, 10**6 + 1, 200, 3000, 40, False)
    with patch.object(pieces, "MANY", 10**9), patch.object(pieces, "SOME", 10**9):
        expected = sort_synapses(i, j, delay, 200)
    with patch.object(layout, "cores", lambda: threads):
        assert_same(expected, sort_synapses(i, j, delay, 200))


@settings(deadline=None)
@given(synapses)
def test_rearranging_and_back(synapses):
    i, j, delay = synapses
    start, _, permutation = sort_synapses(i, j, delay, 41)
    order_ = np.arange(i.size, dtype=np.int32) if permutation is None else permutation
    values = np.random.default_rng(0).random(i.size + 5)
    with patch.object(pieces, "MANY", 1), patch.object(order, "_PIECE", 5):
        found = values.copy()
        order.rearrange(found, order_, start)
        back = order.inverse(order_)
        np.testing.assert_array_equal(order.taken(found, back), values[: i.size])
    np.testing.assert_array_equal(found, np.concatenate([values[order_], values[i.size :]]))
