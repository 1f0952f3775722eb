"""Philox against the known answers of its authors, and the layout of the counter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqsim import random
from eqsim.random.draws import pair
from eqsim.random.philox import philox

ONES = 0xFFFFFFFF
KNOWN = [
    ((0,) * 6, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 6, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
word = st.integers(0, ONES)


@pytest.mark.parametrize(("counter_and_key", "answer"), KNOWN)
def test_known_answers(counter_and_key, answer):
    assert tuple(map(int, philox(*map(np.uint64, counter_and_key)))) == answer
    arrays = [np.full(3, value, np.uint64) for value in counter_and_key]
    for result, expected in zip(philox(*arrays), answer, strict=True):
        assert result.dtype == np.uint64 and (result == expected).all()


def plain(counter, key):
    """Return the same with Python's integers, from the definition."""
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(10):
        high_0, low_0 = divmod(0xD2511F53 * c0, 2**32)
        high_1, low_1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high_1 ^ c1 ^ k0, low_1, high_0 ^ c3 ^ k1, low_0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


@given(
    st.integers(0, 2**64 - 1), st.integers(0, 255), st.integers(0, 2**24 - 1),
    st.integers(0, 2**48 - 1), st.integers(0, 2**48 - 1),
)  # fmt: skip
def test_counter_has_the_documented_layout(stream, kind, number, step, element):
    counter = (element & ONES, step & ONES, (element >> 32) | (step >> 32) << 16, kind << 24 | number)
    expected = plain(counter, (stream & ONES, stream >> 32))
    assert tuple(map(int, random.words(stream, kind, number, step, element))) == expected
    w0, w1, _, _ = expected
    assert random.uniform(stream, kind, number, step, element) == ((w0 >> 5) * 67108864 + (w1 >> 6)) / 2**53


@given(st.integers(0, 2**16 - 1), st.integers(0, 255))
def test_a_trial_is_the_high_byte_of_the_number(number, trial):
    u, v = pair(99, 1, number, 2, 3, trial)
    assert u == random.uniform(99, 1, number | trial << 16, 2, 3)
    w = plain((3, 2, 0, 1 << 24 | trial << 16 | number), (99, 0))
    assert v == ((w[2] >> 5) * 67108864 + (w[3] >> 6)) / 2**53


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint16, np.uint64])
def test_arrays_and_scalars_agree_for_every_integer_type(dtype):
    elements = np.arange(17, dtype=dtype)
    drawn = random.uniform(2**63 + 5, random.Kind.INITIAL, 4, 9, elements)
    assert drawn.dtype == np.float64
    assert drawn.tolist() == [random.uniform(2**63 + 5, 1, 4, 9, int(element)) for element in elements]


def test_uniform_reaches_neither_below_0_nor_1():
    from eqsim.random.draws import fraction

    assert fraction(np.uint64(0), np.uint64(0)) == 0.0
    assert fraction(np.uint64(ONES), np.uint64(ONES)) == 1.0 - 2.0**-53
