"""Sine and square waves: values, edges, bias, columns, mistakes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import eqsim as es
from eqsim.units import Hz, kHz, ms, mV, nA, second
from tests.network.plain import plain

SINE, SQUARE = es.inputs.sinusoidal_input, es.inputs.square_input


def test_a_sine_wave_has_the_values_at_the_beginnings_of_steps():
    wave = SINE(2 * nA, 8 * Hz, 1 * second, dt=1 * ms)
    times = np.arange(1000) / 1000
    np.testing.assert_allclose(wave.values, 2 * np.sin(2 * np.pi * 8 * times), atol=1e-12)
    assert wave.duration == 1000 * ms
    assert plain(wave(125 / 4 * ms), "nA") == pytest.approx(2 * np.sin(2 * np.pi * 8 * 0.031))


def test_a_frequency_without_unit_counts_in_the_unit_of_time():
    np.testing.assert_array_equal(SINE(1, 0.008, 1000, dt=1).values, SINE(1, 8 * Hz, 1 * second, dt=1 * ms).values)
    np.testing.assert_array_equal(SINE(1, 0.008 * kHz, 1 * second, dt=1 * ms).values, SINE(1, 0.008, 1000, dt=1).values)


def test_waves_begin_with_their_part():
    wave = SINE(1 * nA, 25 * Hz, 100 * ms, t_start=20 * ms, t_end=70 * ms, dt=1 * ms).values
    assert not wave[:20].any()
    assert not wave[70:].any()
    np.testing.assert_allclose(wave[20:70], np.sin(2 * np.pi * 0.025 * np.arange(50)), atol=1e-12)
    square = SQUARE(3, 0.1, 20, t_start=4, t_end=12, dt=1).values
    assert square.tolist() == [0] * 4 + [3] * 5 + [-3] * 3 + [0] * 8


@pytest.mark.parametrize("make", [SINE, SQUARE])
def test_bias(make):
    wave = make(2 * nA, 8 * Hz, 1 * second, dt=1 * ms).values
    np.testing.assert_allclose(make(2 * nA, 8 * Hz, 1 * second, dt=1 * ms, bias=True).values, wave + 2)
    np.testing.assert_allclose(make(2 * nA, 8 * Hz, 1 * second, dt=1 * ms, bias=-1 * nA).values, wave - 1)
    np.testing.assert_array_equal(make(2 * nA, 8 * Hz, 1 * second, dt=1 * ms, bias=0).values, wave)


@pytest.mark.parametrize("make", [SINE, SQUARE])
def test_columns(make):
    wide = make([1, 2] * nA, [5, 10] * Hz, 0.4 * second, dt=1 * ms, bias=[0, 1] * nA).values
    assert wide.shape == (400, 2)
    for column, (size, frequency, bias) in enumerate([(1, 5, 0), (2, 10, 1)]):
        one = make(size * nA, frequency * Hz, 0.4 * second, dt=1 * ms, bias=bias * nA).values
        np.testing.assert_allclose(wide[:, column], one, rtol=1e-12)
    assert make(1 * nA, [5, 10] * Hz, 0.4 * second).values.shape == (4000, 2)


@given(st.integers(1, 200), st.integers(1, 5), st.floats(0.01, 10))
def test_halves_of_a_square_wave_are_equally_long(half, periods, dt):
    wave = SQUARE(1, 1 / (2 * half * dt), 2 * half * periods * dt, dt=dt).values
    assert wave.tolist() == ([1] * half + [-1] * half) * periods


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SINE(1, 10, 100, dt=0.1), "two steps"),
        (lambda: SINE(1, -0.1, 100, dt=0.1), "two steps"),
        (lambda: SQUARE(1 * nA, 6 * kHz, 100 * ms), "two steps"),
        (lambda: SINE(1 * nA, 10, 100 * ms), "another unit"),
        (lambda: SINE(1 * nA, 10 * ms, 100 * ms), "another unit"),
        (lambda: SINE(1, 10 * Hz, 100, dt=0.1), "another unit"),
        (lambda: SINE(1 * nA, 10 * Hz, 100 * ms, bias=1 * mV), "another unit"),
        (lambda: SINE([1, 2], [0.1, 0.2, 0.3], 100, dt=0.1), "numbers of columns differ"),
        (lambda: SINE(np.nan, 0.1, 100, dt=0.1), "amplitude is finite"),
        (lambda: SQUARE("1", 0.1, 100, dt=0.1), "numbers are due"),
        (lambda: SQUARE(1, 0.1, 100), "need a time step"),
        (lambda: SQUARE(1, 0.1, 0, dt=1), "shorter than half a step"),
    ],
)
def test_mistakes(call, message):
    with pytest.raises(es.EqsimError, match=message) as raised:
        call()
    assert raised.value.hint
