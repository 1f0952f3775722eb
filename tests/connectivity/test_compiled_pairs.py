"""Pairs that compiled code gives are those of NumPy, one by one."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.connectivity import pairs, walk
from eqsim.connectivity.ends import Ends
from eqsim.connectivity.pairs import pairs_probability

STREAM = 2**63 + 12345


def assert_same(plain, compiled):
    for one, other in zip(plain, compiled, strict=True):
        np.testing.assert_array_equal(one, other)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from([(1, 1), (1, 5000), (5000, 1), (300, 400), (77, 1023)]),
    st.sampled_from([1e-6, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.999999]),
    st.integers(0, 5),
)
def test_geometric_skipping(sizes, p, call):
    ends = Ends(*sizes, STREAM, call)
    plain = pairs_probability(ends, p)
    with patch.object(walk, "PIECE", 64), patch.object(walk, "_GAPS", 256):
        assert_same(plain, walk.pairs_walked(ends, p))


@pytest.mark.parametrize(("sizes", "p"), [((1100, 1000), 0.95), ((2**16 + 1, 300), 0.06)])
def test_many_pairs(sizes, p):
    ends = Ends(*sizes, STREAM)
    compiled = pairs_probability(ends, p)
    assert compiled[0].dtype == (np.uint16 if sizes[0] < 2**16 else np.int32)
    with patch.object(pairs, "MANY", 10**9):
        assert_same(pairs_probability(ends, p), compiled)


def test_gaps_that_need_more_than_31_bits_are_left_to_numpy():
    assert walk.longest_gap(1e-8) > 2**31 > walk.longest_gap(1e-7)
