"""Sources that keep when they spike next: the geometric law, and the same spikes compiled."""

import math

import numpy as np
import pytest
from scipy import stats

from eqsim import random
from eqsim.random.intervals import OFTEN, UNDECIDED
from eqsim.random.laws import FAR, geometric_inverse
from eqsim.targets import intervals, numba_intervals

STREAM = random.stream_of(2024, 11) | 1 << 63
SIGNED = STREAM - (1 << 64)
SIZE = 1003  # whole pieces, blocks and words, and remainders


@pytest.mark.parametrize("p", [1e-6, 0.001, 0.05, 0.5, 0.7, 0.999])
def test_intervals_follow_the_geometric_law(p):
    drawn = random.geometric(STREAM, 0, 0, 3, np.arange(200_000), p)
    edges = np.unique(np.append(stats.geom(p).ppf(np.linspace(0, 0.99, 40)), np.inf))
    expected = np.diff(stats.geom(p).cdf(edges)) * len(drawn)
    found = np.histogram(drawn + 1, np.append(edges[:-1], 1e18) + 0.5)[0]
    assert stats.chisquare(found, expected).pvalue > 1e-4


def test_the_first_try_succeeds_with_the_chance_itself():
    for p in (1e-12, 1e-3, 0.25, 0.5, 0.75, 1 - 2**-30):
        last = math.floor(p * 2**53)  # uniforms are multiples of 2^-53
        assert geometric_inverse((last - 1) * 2.0**-53, p) == 0
        assert geometric_inverse((last + 2) * 2.0**-53, p) == 1


def test_chances_that_are_none_and_certain_ones():
    last = 1 - 2**-53
    for p in (0.0, -1.0, math.nan, 5e-324, 1e-301):
        assert {geometric_inverse(u, p) for u in (0.0, 0.5, last)} == {FAR}
    for p in (1.0, 1.5, math.inf):
        assert {geometric_inverse(u, p) for u in (0.0, 0.5, last)} == {0}
    assert geometric_inverse(last, 1e-299) == FAR
    assert geometric_inverse(0.0, 1e-10) == 0
    assert FAR + FAR < 2**63


def kept(dtype=np.float64):
    flags = np.zeros((SIZE + 7) // 8 * 8, np.uint8)
    following = np.full(SIZE, FAR)
    return [np.array([1e-3]), np.zeros(SIZE, dtype), np.zeros(SIZE, dtype), following, flags, flags.view(np.uint64)]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_compiled_sources_spike_alike_whatever_happens_to_rates(dtype):
    plain, compiled, sliced = kept(dtype), kept(dtype), kept(dtype)
    rng = np.random.default_rng(4)
    total = 0
    for step in range(400):
        if step % 7 == 0:  # some change, some stay; none, rare, frequent, certain
            chosen = rng.random(SIZE) < 0.2
            new = rng.choice([0.0, -1.0, 1.0, 8.0, 1000 * OFTEN, 200.0, 1000.0, 3000.0, np.nan], SIZE).astype(dtype)
            for state in (plain, compiled, sliced):
                state[1][chosen] = new[chosen]
        intervals.draw_spikes(SIGNED, step, 0, SIZE, *plain)
        numba_intervals.draw_spikes(SIGNED, step, 0, SIZE, *compiled)
        for begin, end in ((640, SIZE), (0, 64), (64, 640)):
            numba_intervals.draw_spikes(SIGNED, step, begin, end, *sliced)
        for one, other, third in zip(plain, compiled, sliced, strict=True):
            np.testing.assert_array_equal(one, other)
            np.testing.assert_array_equal(one, third)
        assert set(plain[4].tolist()) <= {0, 1}
        total += plain[4].sum()
    assert total > 10_000


def test_sources_that_wait_draw_nothing():
    state = kept()
    state[1][:] = 1.0
    for step in (0, 1):
        intervals.draw_spikes(SIGNED, step, 0, SIZE, *state)
        assert (state[3] == UNDECIDED).all() == (step == 0)
    planned = state[3].copy()
    step = int(planned[planned > 1].min())
    intervals.draw_spikes(SIGNED + 1, step - 1, 0, SIZE, *state)
    waiting = planned >= step
    np.testing.assert_array_equal(state[3][waiting], planned[waiting])
    intervals.draw_spikes(SIGNED + 1, step, 0, SIZE, *state)
    np.testing.assert_array_equal(np.flatnonzero(state[4][:SIZE]), np.flatnonzero(planned == step))
