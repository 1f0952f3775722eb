"""Synapses are stored by source, delay, target and creation, and found again from their targets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqsim.connectivity.order import narrowest, sort_synapses, sources, transpose

N_PRE, N_POST = 6, 5
synapses = st.lists(st.tuples(st.integers(0, N_PRE - 1), st.integers(0, N_POST - 1), st.integers(0, 3)), max_size=30)


def columns(rows):
    return np.array(rows, np.int32).reshape(-1, 3).T


@given(synapses, st.booleans())
def test_storage_order(rows, delays):
    i, j, delay = columns(rows)
    start, target, permutation = sort_synapses(i, j, delay.astype(np.uint8) if delays else None, N_PRE)
    expected = sorted(range(len(rows)), key=lambda k: (i[k], delay[k] if delays else 0, j[k], k))
    found = np.arange(len(rows)) if permutation is None else permutation
    assert found.tolist() == expected
    assert (permutation is None) == (expected == list(range(len(rows))))
    assert target.tolist() == j[expected].tolist()
    assert target.dtype == np.uint16
    assert start.dtype == np.int64
    assert [start[s + 1] - start[s] for s in range(N_PRE)] == [(i == s).sum() for s in range(N_PRE)]
    assert sources(start).tolist() == i[expected].tolist()


@given(synapses, st.booleans())
def test_back_from_targets(rows, delays):
    i, j, delay = columns(rows)
    _, target, _ = sort_synapses(i, j, None, N_PRE)
    begin, permutation = transpose(target, N_POST, delay if delays else None)
    expected = sorted(range(len(rows)), key=lambda k: (target[k], delay[k] if delays else 0, k))
    assert permutation.tolist() == expected
    assert [target[permutation[q]] for n in range(N_POST) for q in range(begin[n], begin[n + 1])] == sorted(j.tolist())


@pytest.mark.parametrize(
    ("largest", "kind"), [(0, "u2"), (255, "u2"), (256, "u2"), (65535, "u2"), (65536, "u4"), (2**32, "u8")]
)
def test_the_narrowest_type(largest, kind):
    assert np.dtype(narrowest(largest)) == np.dtype(kind)


def test_keys_too_wide_for_one_word():
    rng = np.random.default_rng(0)
    i, j, delay = rng.integers(0, 3, 50), rng.integers(0, 2**30, 50) // 2**29 * 2**29, rng.integers(0, 2**31, 50)
    wide = sort_synapses(i, j, delay * 2**5, 3)[2]
    assert wide.tolist() == sorted(range(50), key=lambda k: (i[k], delay[k], j[k], k))


def test_a_million_synapses():
    rng = np.random.default_rng(1)
    i, j = rng.integers(0, 1000, 10**6).astype(np.int32), rng.integers(0, 1000, 10**6).astype(np.int32)
    _, target, permutation = sort_synapses(i, j, None, 1000)
    key = i[permutation].astype(np.int64) * 1000 + j[permutation]
    assert (np.diff(key) >= 0).all()
    assert (np.diff(permutation)[np.diff(key) == 0] > 0).all(), "those alike stay in order of creation"
    assert np.array_equal(np.bincount(permutation), np.ones(10**6))
    assert np.array_equal(target, j[permutation])
