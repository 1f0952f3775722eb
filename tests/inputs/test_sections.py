"""Inputs of sections, ramps and pulses: each value at its time, in columns, with and without units; mistakes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import eqsim as es
from eqsim.units import cm2, ms, mV, nA, pA, second, uA
from tests.network.plain import network, plain

LIST = [0, [1, 2, 4, 8], 0]


@pytest.mark.parametrize(
    "values",
    [
        LIST * uA / cm2,
        LIST * (uA / cm2),
        [0, np.array([1, 2, 4, 8]) * uA / cm2, 0 * uA / cm2],
        (0, [1, 2, 4, 8] * uA / cm2, 0),
        np.outer([0, 1, 0], [1, 2, 4, 8]) * uA / cm2,
        [0, [1000, 2000, 4000, 8000] * (1e-3 * uA / cm2), 0],
    ],
)
def test_sections_with_columns(values):
    current = es.inputs.section_input(values=values, durations=[10, 25, 5] * ms, dt=0.1 * ms)
    assert current.values.shape == (400, 4)
    assert current.duration == 40 * ms
    for time, row in ((0, [0] * 4), (9.9, [0] * 4), (10, [1, 2, 4, 8]), (34.9, [1, 2, 4, 8]), (35, [0] * 4)):
        np.testing.assert_allclose(plain(current(time * ms, range(4)), uA / cm2), row, rtol=1e-14)


@pytest.mark.parametrize("middle", [[1.0, 2.0], (1, 2), np.array([1.0, 2.0])])
def test_sections_without_units(middle):
    current = es.inputs.section_input([0.0, middle, 0], [10, 20, 10], dt=0.5)
    assert current.duration == 40
    np.testing.assert_array_equal(current.values, np.repeat([[0, 0], [1, 2], [0, 0]], [20, 40, 20], axis=0))
    flat = es.inputs.section_input([0, 6.0, 0], [100, 200, 100], dt=0.1)
    assert flat.values.shape == (4000,)
    assert flat.values.sum() == pytest.approx(6 * 2000)


def test_the_step_is_that_of_networks_unless_given():
    assert es.inputs.section_input([1] * nA, [7] * ms).values.shape == (70,)
    assert es.inputs.ramp_input(0 * nA, 1 * nA, 7 * ms).values.shape == (70,)


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 30)), min_size=1, max_size=6), st.floats(0.01, 3))
def test_every_step_has_the_value_of_its_section(sections, dt):
    durations = [steps * dt for _, steps in sections]
    if not sum(durations):
        return
    current = es.inputs.section_input([value for value, _ in sections], durations, dt=dt)
    assert current.values.tolist() == [value for value, steps in sections for _ in range(steps)]
    same = es.inputs.constant_input([(value, steps * dt) for value, steps in sections], dt=dt)
    assert same.values.tolist() == current.values.tolist()


def test_changes_are_rounded_and_the_rounding_does_not_add_up():
    current = es.inputs.section_input(range(10), [0.14] * 10, dt=0.1)
    assert current.values.shape == (14,)
    changes = np.flatnonzero(np.diff(current.values)) + 1
    assert np.abs(changes * 0.1 - 0.14 * np.arange(1, 10)).max() <= 0.05 + 1e-9


def test_pairs_with_units():
    current = es.inputs.constant_input([(0 * nA, 1 * ms), ([1, 2] * nA, 0.002 * second), (500 * pA, 1 * ms)], dt=1 * ms)
    np.testing.assert_allclose(current.values, [[0, 0], [1, 2], [1, 2], [0.5, 0.5]])
    assert plain(current(1 * ms, 1), "nA") == 2


def test_a_neuron_gets_the_charge_of_its_column():
    current = es.inputs.section_input([0, [1, 2, 4], 0.5] * mV, [3, 5, 2] * ms, dt=1 * ms)
    group = es.NeuronGroup(3, "dv/dt = current(t, i)/ms : mV")
    network(group).run(current.duration)
    np.testing.assert_allclose(plain(group.v, "mV"), np.array([1, 2, 4]) * 5 + 1)


def test_ramps():
    ramp = es.inputs.ramp_input(1 * nA, 3 * nA, 10 * ms, t_start=2 * ms, t_end=7 * ms, dt=1 * ms)
    np.testing.assert_allclose(ramp.values, [0, 0, 1, 1.5, 2, 2.5, 3, 0, 0, 0])
    wide = es.inputs.ramp_input(0, [1.0, -2.0], 3, dt=1)
    np.testing.assert_allclose(wide.values, [[0, 0], [0.5, -1], [1, -2]])
    whole = es.inputs.ramp_input(0 * nA, 1 * nA, 100 * ms, dt=0.1 * ms)
    np.testing.assert_allclose(whole.values, np.arange(1000) / 999)


def test_pulses():
    pulses = es.inputs.spike_input([1, 4] * ms, 2 * ms, [1, 3] * nA, 8 * ms, dt=1 * ms)
    np.testing.assert_array_equal(pulses.values, [0, 1, 1, 0, 3, 3, 0, 0])
    pulses = es.inputs.spike_input([1, 2], [3, 1], 2, 4, dt=1)  # they overlap, and the first ends with the input
    np.testing.assert_array_equal(pulses.values, [0, 2, 4, 2])
    pulses = es.inputs.spike_input([0, 6], [1, 9], [[1, 2], 5], 8, dt=1)
    np.testing.assert_array_equal(pulses.values, [[1, 2], *[[0, 0]] * 5, [5, 5], [5, 5]])
    assert es.inputs.spike_input(3 * ms, 1 * ms, 2 * nA, 5 * ms, dt=1 * ms).values.tolist() == [0, 0, 0, 2, 0]
    assert not es.inputs.spike_input([], 1, 2.0, 5, dt=1).values.any()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10), st.integers(1, 9)), min_size=1, max_size=8))
def test_pulses_bring_their_charge(pulses):
    begins, lengths, sizes = (list(column) for column in zip(*pulses, strict=True))
    current = es.inputs.spike_input(begins, lengths, sizes, 50, dt=1)
    assert current.values.sum() == sum(length * size for _, length, size in pulses)


SECTIONS, RAMP, SPIKES = es.inputs.section_input, es.inputs.ramp_input, es.inputs.spike_input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SECTIONS([0, 1] * nA, [1, -1] * ms), "durations must be finite and at least 0"),
        (lambda: SECTIONS([0, 1] * nA, [1, np.nan] * ms), "durations must be finite"),
        (lambda: SECTIONS([0, 1] * nA, [1, np.inf] * ms), "durations must be finite"),
        (lambda: SECTIONS([0, 1] * nA, [1] * ms), "these values do not fit"),
        (lambda: SECTIONS([0, 1] * nA, []), "need a time step"),
        (lambda: SECTIONS([], [], dt=1 * ms), "shorter than half a step"),
        (lambda: SECTIONS([0, 1] * nA, [0.01, 0.02] * ms), "shorter than half a step"),
        (lambda: SECTIONS([0, 1], [1, 2]), "need a time step"),
        (lambda: SECTIONS([0, 1], [1, 2], dt=0), "dt is one positive time"),
        (lambda: SECTIONS([0, 1], [1, 2], dt=-0.1), "dt is one positive time"),
        (lambda: SECTIONS([0, 1], [1, 2], dt=1 * nA), "dt must be a time"),
        (lambda: SECTIONS([0, 1], [1, 2], dt=0.1 * ms), "another unit"),
        (lambda: SECTIONS([0, 1], [1, 2] * ms, dt=0.1), "another unit"),
        (lambda: SECTIONS([0, 1] * nA, [1, 2] * nA), "another unit"),
        (lambda: SECTIONS([0 * nA, 1 * mV], [1, 2] * ms), "another unit"),
        (lambda: SECTIONS([[1, 2], [1, 2, 3]], [1, 2], dt=1), "differ in length"),
        (lambda: SECTIONS([0, [[1, 2]]], [1, 2], dt=1), "these values do not fit"),
        (lambda: SECTIONS([0, np.nan], [1, 2], dt=1), "these values do not fit"),
        (lambda: SECTIONS("01", [1, 2], dt=1), "values are a list"),
        (lambda: SECTIONS(3, [1, 2], dt=1), "values are a list"),
        (lambda: SECTIONS([0, "1"], [1, 2], dt=1), "numbers are due"),
        (lambda: SECTIONS([0, None], [1, 2], dt=1), "numbers are due"),
        (lambda: es.inputs.constant_input([1, 2], dt=1), "pairs of value and duration"),
        (lambda: es.inputs.constant_input([], dt=1), "pairs of value and duration"),
        (lambda: es.inputs.constant_input(3, dt=1), "pairs of value and duration"),
        (lambda: RAMP(0 * nA, 1 * mV, 10 * ms), "another unit"),
        (lambda: RAMP([0, 1], [1, 2, 3], 10, dt=1), "numbers of columns differ"),
        (lambda: RAMP([[0, 1]], 1, 10, dt=1), "of shape"),
        (lambda: RAMP(0, np.inf, 10, dt=1), "is finite"),
        (lambda: RAMP(0, 1, [10, 20], dt=1), "duration is one time"),
        (lambda: RAMP(0, 1, 10, t_start=5, t_end=4, dt=1), "no such part"),
        (lambda: RAMP(0, 1, 10, t_end=11, dt=1), "no such part"),
        (lambda: RAMP(0, 1, 10, t_start=-1, dt=1), "t_start must be finite and at least 0"),
        (lambda: RAMP(0 * nA, 1 * nA, 10 * ms, t_start=1), "another unit"),
        (lambda: SPIKES([1, 9], 1, 1, 8, dt=1), "no place for this pulse"),
        (lambda: SPIKES([1, 2], 0.2, 1, 8, dt=1), "no place for this pulse"),
        (lambda: SPIKES([1, 2], [1, 2, 3], 1, 8, dt=1), "sp_lens do not fit"),
        (lambda: SPIKES([1, 2], 1, [1, 2, 3], 8, dt=1), "sp_sizes do not fit"),
        (lambda: SPIKES([-1, 2], 1, 1, 8, dt=1), "sp_times must be finite and at least 0"),
        (lambda: SPIKES([1, 2] * ms, 1, 1 * nA, 8 * ms), "another unit"),
    ],
)
def test_mistakes(call, message):
    with pytest.raises(es.EqsimError, match=message) as raised:
        call()
    assert raised.value.hint
