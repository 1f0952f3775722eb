"""Random inputs: laws, seeds, columns, units, mistakes."""

import numpy as np
import pytest
from scipy import stats

import eqsim as es
from eqsim.units import ms, mV, nA, pA, second, unit_of
from tests.network.plain import network, plain

WIENER, OU = es.inputs.wiener_process, es.inputs.ou_process


def spread_of(values, deviation):
    """Return the chance, on both sides, of so much spread around 0 of independent normal numbers."""
    total = np.sum((np.asarray(values) / deviation) ** 2)
    return 2 * min(stats.chi2.cdf(total, np.size(values)), stats.chi2.sf(total, np.size(values)))


@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_increments_are_normal_with_variance_dt(dt):
    noise = WIENER(1000 * dt, dt=dt, n=20, seed=1).values
    assert noise.shape == (1000, 20)
    assert stats.kstest(noise.ravel(), stats.norm(scale=np.sqrt(dt)).cdf).pvalue > 0.001
    assert spread_of(noise, np.sqrt(dt)) > 0.001
    sums = noise.sum(axis=0)  # the process at its end
    assert spread_of(sums, np.sqrt(1000 * dt)) > 0.001
    correlation = np.corrcoef(noise.T) - np.eye(20)
    assert np.abs(correlation).max() < 5 / np.sqrt(1000)
    assert abs(np.corrcoef(noise[1:].ravel(), noise[:-1].ravel())[0, 1]) < 4 / np.sqrt(noise.size)


def test_increments_count_in_the_root_of_time():
    noise = WIENER(1 * second, dt=0.1 * ms, seed=1)
    assert unit_of(noise(0 * ms)).same_dimension(unit_of(1 * ms**0.5))
    plain_noise = WIENER(1000, dt=0.1, seed=1).values
    np.testing.assert_allclose(plain([noise(k * ms) for k in range(3)][1], "ms**0.5"), plain_noise[10], rtol=1e-12)
    np.testing.assert_allclose(plain(noise(2 * ms), "s**0.5") * np.sqrt(1000), plain_noise[20], rtol=1e-12)


def test_white_noise_in_a_text():
    noise = WIENER(50 * ms, dt=1 * ms, n=3, seed=4)
    group = es.NeuronGroup(
        3, "dv/dt = sigma*noise(t, i)/dt : mV", namespace={"sigma": 2 * mV / ms**0.5, "noise": noise}
    )
    network(group).run(50 * ms)
    np.testing.assert_allclose(plain(group.v, "mV"), 2 * noise.values.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("make", [WIENER, lambda *a, **k: OU(1.0, 2.0, 5, *a, **k)])
def test_a_seed_gives_the_same_numbers(make):
    first = make(20, dt=0.1, n=5, seed=7).values
    np.testing.assert_array_equal(make(20, dt=0.1, n=5, seed=7).values, first)
    np.testing.assert_array_equal(make(30, dt=0.1, n=8, seed=7).values[:200, :5], first)
    np.testing.assert_array_equal(make(20, dt=0.1, seed=7).values, first[:, 0])
    assert not np.isin(make(20, dt=0.1, n=5, seed=8).values[1:], first).any()


@pytest.mark.parametrize("make", [WIENER, lambda *a, **k: OU(1.0, 2.0, 5, *a, **k)])
def test_the_seed_in_force(make):
    es.seed(42)
    one, two = make(20, dt=0.1).values, make(20, dt=0.1).values
    es.seed(42)
    np.testing.assert_array_equal(make(20, dt=0.1).values, one)
    np.testing.assert_array_equal(make(20, dt=0.1).values, two)
    assert not np.isin(two[1:], one).any()


def test_many_numbers_are_drawn_as_few_are():
    long = WIENER(9000, dt=1, n=11, seed=3).values  # in several pieces
    for column in (0, 10):
        short = WIENER(9000, dt=1, n=column + 1, seed=3).values.reshape(9000, -1)
        np.testing.assert_array_equal(long[:, column], short[:, column])


def test_parts():
    noise = WIENER(20, dt=1, t_start=5, t_end=15, seed=2).values
    assert not noise[:5].any()
    assert not noise[15:].any()
    np.testing.assert_array_equal(noise[5:15], WIENER(20, dt=1, seed=2).values[5:15])
    process = OU(3.0, 1.0, 4, 20, dt=1, t_start=5, t_end=15, seed=2).values
    assert process[5] == 3
    assert not process[[*range(5), *range(15, 20)]].any()
    assert process[6:15].all()


@pytest.mark.parametrize("dt", [0.5, 5, 20])
def test_the_law_of_an_ornstein_uhlenbeck_process_does_not_depend_on_dt(dt):
    mean, sigma, tau, lag = 2.0, 0.7, 10.0, 20
    process = OU(mean, sigma, tau, 4 * lag + dt, dt=dt, n=4000, seed=11).values
    assert (process[0] == mean).all()
    at = [process[round(time / dt)] - mean for time in (lag, 3 * lag, 4 * lag)]
    for time, values in zip((lag, 3 * lag, 4 * lag), at, strict=True):
        deviation = sigma * np.sqrt(tau / 2 * (1 - np.exp(-2 * time / tau)))
        assert spread_of(values, deviation) > 0.001
        assert stats.kstest(values, stats.norm(scale=deviation).cdf).pvalue > 0.001
    expected = np.exp(-lag / tau)
    assert np.corrcoef(at[1], at[2])[0, 1] == pytest.approx(expected, abs=4 / np.sqrt(4000))


def test_an_ornstein_uhlenbeck_process_over_time():
    process = OU(0 * nA, 0.3 * nA / ms**0.5, 5 * ms, 20 * second, dt=1 * ms, seed=5).values
    np.testing.assert_allclose(process.std(), 0.3 * np.sqrt(2.5), rtol=0.05)
    for lag in (1, 5, 10):
        assert np.corrcoef(process[lag:], process[:-lag])[0, 1] == pytest.approx(np.exp(-lag / 5), abs=0.05)


def test_columns_of_an_ornstein_uhlenbeck_process():
    wide = OU([0, 10] * nA, [1, 2] * nA / second**0.5, [5, 50] * ms, 100 * ms, dt=1 * ms, seed=6)
    assert wide.values.shape == (100, 2)
    again = OU(0 * pA, 1 * nA / second**0.5, 5 * ms, 100 * ms, dt=1 * ms, seed=6)
    np.testing.assert_allclose(wide.values[:, 0], again.values / 1000, rtol=1e-12)
    still = OU(2.0, 0, 10, 100, dt=1).values
    assert (still == 2).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: WIENER(10), "need a time step"),
        (lambda: WIENER(10 * mV, dt=1 * ms), "another unit"),
        (lambda: WIENER(10, dt=1, n=0), "n is a whole number"),
        (lambda: WIENER(10, dt=1, n=2.5), "n is a whole number"),
        (lambda: WIENER(10, dt=1, seed=-1), "a seed is an integer"),
        (lambda: WIENER(-10, dt=1), "duration must be finite and at least 0"),
        (lambda: OU(0, 1, 0, 10, dt=1), "tau is above 0"),
        (lambda: OU(0, 1, [10, -1], 10, dt=1), "tau is above 0"),
        (lambda: OU(0 * nA, 1 * nA, 10 * ms, 10 * ms), "another unit"),
        (lambda: OU(0 * nA, 1, 10 * ms, 10 * ms), "another unit"),
        (lambda: OU(0 * nA, 1 * nA / ms**0.5, 10, 10 * ms), "another unit"),
        (lambda: OU([0, 1], 1, 10, 10, dt=1, n=3), "numbers of columns differ"),
        (lambda: OU([0, 1], [1, 2, 3], 10, 10, dt=1), "numbers of columns differ"),
    ],
)
def test_mistakes(call, message):
    with pytest.raises(es.EqsimError, match=message) as raised:
        call()
    assert raised.value.hint
