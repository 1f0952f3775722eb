"""The laws of the draws, against SciPy's, at fixed streams; independence of neighbouring counters."""

import math

import mpmath
import numpy as np
import pytest
from scipy import stats

from eqsim import random
from eqsim.random import laws

STREAM = random.stream_of(2024, 7)
MANY = 200_000
# seeds are fixed: a test with this chance of failing either always fails or never does
UNLIKELY = 1e-4


def u(number=0, step=0, element=None, stream=STREAM):
    return random.uniform(stream, 0, number, step, np.arange(MANY) if element is None else element)


def test_uniform_law():
    assert stats.kstest(u(), "uniform").pvalue > UNLIKELY
    assert u().mean() == pytest.approx(0.5, abs=4 / math.sqrt(12 * MANY))


def test_normal_law():
    x = random.normal(STREAM, 0, 0, 3, np.arange(MANY))
    assert stats.kstest(x, "norm").pvalue > UNLIKELY
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert (x**power).mean() == pytest.approx(moment, abs=4 * math.sqrt(variance / MANY))


def test_normal_of_the_smallest_and_largest_uniform_is_finite():
    # 1 - u lies in (0, 1]: the logarithm is never infinite
    assert math.sqrt(-2 * math.log(1 - (1 - 2**-53))) < 9


DRAWS = {
    "element": lambda: random.uniform(STREAM, 0, 0, 0, np.arange(MANY + 1)),
    "step": lambda: random.uniform(STREAM, 0, 0, np.arange(MANY + 1), 0),
    "number": lambda: random.uniform(STREAM, 0, np.arange(MANY + 1), 0, 0),
    "stream": lambda: random.uniform(np.arange(MANY + 1), 0, 0, 0, 0),
}


@pytest.mark.parametrize("axis", DRAWS)
def test_neighbouring_counters_are_independent(axis):
    x = DRAWS[axis]()
    assert stats.kstest(x, "uniform").pvalue > UNLIKELY
    for lag in (1, 2):
        first, second = x[:-lag], x[lag:]
        table = np.histogram2d(first, second, bins=16, range=[[0, 1], [0, 1]])[0]
        assert stats.chi2_contingency(table).pvalue > UNLIKELY
        # squares too: signs of dependence that a correlation of the values does not show
        for power in (1, 2):
            assert abs(np.corrcoef((first - 0.5) ** power, (second - 0.5) ** power)[0, 1]) < 4 / math.sqrt(MANY)


def test_kinds_numbers_steps_and_streams_draw_different_numbers():
    place = np.arange(100)
    sets = [
        random.uniform(STREAM, kind, number, step, place)
        for kind in (0, 1) for number in (0, 1) for step in (0, 1, 2**32)
    ] + [random.uniform(STREAM + 1, 0, 0, 0, place), random.uniform(STREAM, 0, 0, 0, place + 2**32)]  # fmt: skip
    assert len(np.unique(np.concatenate(sets))) == 100 * len(sets)


def agrees(counts, law):
    """Return whether counts follow a discrete law: chi-square over cells between quantiles, each well filled."""
    edges = np.unique(law.ppf(np.linspace(0, 1, 41)[1:-1]))
    edges = edges[law.sf(edges) * counts.size >= 10]
    expected = np.diff(law.cdf(edges), prepend=0.0, append=1.0) * counts.size
    observed = np.bincount(np.searchsorted(edges, counts), minlength=expected.size)
    return stats.chisquare(observed, expected).pvalue > UNLIKELY


@pytest.mark.parametrize("lam", [0.03, 0.7, 2.0, 9.99, 10.0, 31.5, 400.0, 1e5])
def test_poisson_law(lam):
    counts = random.poisson(STREAM, 0, 3, 5, np.arange(12_000), lam)
    assert counts.dtype == np.int64
    assert agrees(counts, stats.poisson(lam))
    assert counts.mean() == pytest.approx(lam, abs=4 * math.sqrt(lam / counts.size))


@pytest.mark.parametrize(
    ("n", "p"), [(1, 0.3), (10, 0.5), (40, 0.24), (40, 0.26), (40, 0.9), (1000, 0.001), (1000, 0.4), (10**6, 0.7)]
)
def test_binomial_law(n, p):
    counts = random.binomial(STREAM, 0, 4, 5, np.arange(12_000), n, p)
    assert counts.dtype == np.int64
    assert counts.min() >= 0 and counts.max() <= n
    assert agrees(counts, stats.binom(n, p))


def test_chi_square_check_tells_close_laws_apart():
    assert not agrees(random.poisson(STREAM, 0, 3, 5, np.arange(12_000), 10.5), stats.poisson(10.0))


@pytest.mark.parametrize("lam", [0.0, -1.0, -0.0, math.nan, -math.inf])
def test_poisson_of_no_mean_is_0(lam):
    assert random.poisson(STREAM, 0, 0, 0, 0, lam) == 0


@pytest.mark.parametrize(
    ("n", "p", "count"), [(0, 0.5, 0), (-3, 0.5, 0), (9, 0.0, 0), (9, -1.0, 0), (9, 1.0, 9), (9, 1.5, 9)]
)
def test_binomial_of_certain_outcomes(n, p, count):
    assert random.binomial(STREAM, 0, 0, 0, np.arange(50), n, p).tolist() == [count] * 50


def test_arguments_broadcast():
    lam = np.array([0.0, 1.0, 50.0])
    counts = random.poisson(STREAM, 0, 0, 0, np.arange(4)[:, None], lam)
    assert counts.shape == (4, 3)
    assert counts[2, 2] == random.poisson(STREAM, 0, 0, 0, 2, 50.0)
    assert isinstance(random.poisson(STREAM, 0, 0, 0, 2, 50.0), int)


def test_the_extreme_uniforms_end():
    last = 1.0 - 2.0**-53
    for corner in ((0.0, 0.0), (0.0, last), (last, 0.0), (last, last)):
        for lam in (1e-300, 0.5, 9.9, 10.0, 1e6):
            assert laws.poisson_trial(*corner, lam) <= lam + 40 * math.sqrt(lam) + 40
        for n, p in ((1, 0.5), (10, 0.999), (1000, 1e-9), (1000, 0.5), (10**9, 0.3)):
            assert -1 <= laws.binomial_trial(*corner, n, p) <= n


def test_plain_logarithm_and_exponential():
    for x in (1e-300, 3e-17, 0.5, 0.7071, 0.7072, 1.0, 1.0000001, 2.0, 1e9):
        assert laws.log_of(x) == pytest.approx(math.log(x), rel=4e-16, abs=1e-300)
    for f in (-0.5, -0.1, -1e-12, 1e-9, 0.3, 0.5):
        assert laws.log1p_of(f) == pytest.approx(math.log1p(f), rel=6e-16)
    for x in (0.0, -1e-20, -0.4, -3.0, -9.999, -16.0):
        assert laws.exp_of(x) == pytest.approx(math.exp(x), rel=1e-14)


def test_stirling_tail():
    for k in (0, 1, 5, 9, 10, 11, 50, 10**6):
        with mpmath.workprec(200):
            exact = (
                mpmath.loggamma(k + 1)
                - mpmath.log(2 * mpmath.pi) / 2
                - (k + mpmath.mpf(1) / 2) * mpmath.log(k + 1)
                + (k + 1)
            )
        assert laws.stirling_tail(float(k)) == pytest.approx(float(exact), rel=1e-9)
