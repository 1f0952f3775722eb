"""Counts from tables: exact tables, the decision between equal bits, the law, and the same counts compiled."""

import math
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llvmlite import binding
from scipy import stats

from eqsim import random
from eqsim.random import Kind
from eqsim.random.tables import LAST, Table, binomial_table, counts
from eqsim.targets import numba_counts

STREAM = random.stream_of(2024, 7) | 1 << 63
MANY = 200_000
LAWS = [
    (1, 0.3),
    (5, 0.5),
    (1000, 0.002),
    (999, 0.009),
    (10**6, 6e-5),
    (1000, 0.25),
    (7, 0.0),
    (0, 0.1),
    (10**9, 1e-12),
]


@given(n=st.integers(0, 30), p=st.floats(0, 0.5))
def test_a_table_holds_the_exact_cumulative_probabilities(n, p):
    exact, chance = Fraction(0), Fraction(p)
    bounds = []
    for k in range(n + 1):
        exact += math.comb(n, k) * chance**k * (1 - chance) ** (n - k)
        bounds.append(exact * 2**64)
    table = binomial_table(n, p)
    assert all(0 <= bound - int(found) <= 1 for bound, found in zip(bounds, table.bounds, strict=False))
    assert all(2**64 - bound < 2 for bound in bounds[len(table.bounds) :])
    assert (np.diff(table.marks.astype(int)) >= 0).all()


@pytest.mark.parametrize(("n", "p"), [(1000, 0.002), (1000, 0.25), (512, 0.5), (10**9, 2.56e-7)])
def test_a_table_of_many_tries(n, p):
    table = binomial_table(n, p)
    np.testing.assert_allclose(table.bounds / 2.0**64, stats.binom(n, p).cdf(np.arange(len(table.bounds))), atol=1e-12)
    assert stats.binom(n, p).sf(len(table.bounds)) < 1e-18


def compiled(begin, end, table, step=9):
    drawn = np.full(end + 3, 7777, np.uint16)
    signed = int(np.uint64(STREAM).astype(np.int64))
    numba_counts.draw_counts(signed, step, begin, end, table.start, table.marks, table.bounds, drawn)
    assert (drawn[:begin] == 7777).all()
    assert (drawn[end:] == 7777).all()
    return drawn[begin:end]


@pytest.mark.parametrize(("n", "p"), LAWS)
def test_halves_decide_as_all_bits_would(n, p):
    table = binomial_table(n, p)
    blocks = random.words(STREAM, Kind.COUNTS, 0, 9, np.arange(MANY // 8))
    halves = np.stack([half for word in blocks for half in (word % 2**16, word >> np.uint64(16))], axis=1).ravel()
    high, low, _, _ = random.words(STREAM, Kind.COUNTS, 1, 9, np.arange(MANY))
    numbers = halves * np.uint64(2**48) + high * np.uint64(2**16) + low // np.uint64(2**16)
    expected = np.searchsorted(table.bounds, numbers, side="right")
    assert np.isin(halves, [0, LAST]).any()
    np.testing.assert_array_equal(counts(STREAM, 9, 0, MANY, table), expected)
    np.testing.assert_array_equal(compiled(0, MANY, table), expected)


def test_bits_below_the_half_matter():
    # all probabilities have the upper half 1, so that a half of 1 is decided by the rest: its upper two bits here
    table = Table(
        -1, np.array([0, 1, 1, 1, LAST, LAST, LAST, LAST], np.uint16), np.uint64(2**48 + 2**46 * np.arange(1, 4))
    )
    drawn = np.concatenate([counts(STREAM, step, 0, MANY, table) for step in range(30)])
    assert set(drawn.tolist()) == {0, 1, 2, 3}
    between = np.bincount(drawn)[1:3]
    expected = 30 * MANY * 2.0**-18
    assert (abs(between - expected) < 4 * np.sqrt(expected)).all()


@pytest.mark.parametrize(("begin", "end"), [(0, 0), (0, 1), (0, 511), (0, 512), (64, 1300), (512, 520), (1024, 4003)])
def test_any_slice_is_that_part_of_the_whole(begin, end):
    table = binomial_table(1000, 0.002)
    whole = counts(STREAM, 9, 0, 5000, table)
    np.testing.assert_array_equal(counts(STREAM, 9, begin, end, table), whole[begin:end])
    np.testing.assert_array_equal(compiled(begin, end, table), whole[begin:end])


@pytest.mark.parametrize(("n", "p"), LAWS)
def test_counts_follow_the_binomial_law(n, p):
    drawn, law = compiled(0, MANY, binomial_table(n, p)), stats.binom(n, p)
    values = np.arange(int(law.ppf(1e-4)), int(law.ppf(1 - 1e-4)) + 1)
    expected = np.array([law.cdf(values[0]), *law.pmf(values[1:]), law.sf(values[-1])]) * MANY
    found = np.bincount(np.clip(drawn, values[0], values[-1] + 1) - values[0], minlength=len(expected))
    if len(values) == 1:
        assert found.tolist() == pytest.approx(expected.tolist(), abs=1)
    else:
        assert stats.chisquare(found[expected > 0], expected[expected > 0]).pvalue > 1e-4


def test_elements_and_steps_are_independent():
    table = binomial_table(1000, 0.002)
    drawn = np.array([compiled(0, 4000, table, step) for step in range(200)], float)
    for lag in (1, 2, 4, 8, 16):
        for one, other in ((drawn[:, lag:], drawn[:, :-lag]), (drawn[lag:], drawn[:-lag])):
            assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 4 / np.sqrt(one.size)


@pytest.mark.skipif(not binding.get_host_cpu_features().get("avx2"), reason="packed instructions are those of AVX2")
def test_bits_and_comparisons_are_vectorised():
    bits = np.zeros(64, np.uint32)
    numba_counts._fill(np.uint64(STREAM), 9, 0, 16, bits)
    assert re.search(r"vpmuludq.*[yz]mm", "".join(numba_counts._fill.inspect_asm().values()))
    numba_counts._compare(bits.view(np.uint16), -1, binomial_table(1000, 0.002).marks, np.zeros(128, np.uint16))
    assert re.search(r"vpcmp\w*w\s.*[yz]mm", "".join(numba_counts._compare.inspect_asm().values()))
