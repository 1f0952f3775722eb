"""Each rate model and oscillator against a closed form, a published number or a population that it stands for."""

import numpy as np
import pytest
from scipy.optimize import brentq, fsolve

import eqsim as es
from eqsim.units import Hz, ms, pA
from tests.models.simulate import prepared, run


def rises(t, x, height=0):
    """Return when a trace rises through a height, between samples."""
    k = np.flatnonzero((x[:-1] < height) & (x[1:] >= height))
    return t[k] + (height - x[k]) / (x[k + 1] - x[k]) * (t[k + 1] - t[k])


def test_threshold_linear():
    """The rate is beta*(I - theta) above the threshold, 0 below, and is approached with tau."""
    given = {"I": [100, 300, 500] * pA, "theta": [200, 200, 0] * pA, "tau": [20, 20, 10] * ms}
    found = run("rates.ThresholdLinear", 200, 3, beta=[0.066, 0.066, 0.351] * Hz / pA, **given)
    final, tau = np.array([0, 6.6, 175.5]), np.array([20, 20, 10])
    expected = final * (1 - np.exp(-found.trace.t_[:, None] / tau))
    assert pytest.approx(expected, rel=1e-9, abs=1e-9) == found.trace.r_.T


def sigmoid(x, a, theta):
    return 1 / (1 + np.exp(-a * (x - theta))) - 1 / (1 + np.exp(a * theta))


def test_wilson_cowan_has_two_steady_states():
    """Figure 4 of the paper: with the same input, low and high activity persist, where the nullclines meet."""

    def slope(state):
        E, J = state
        first = -E + (1 - E) * sigmoid(12 * E - 4 * J, 1.2, 2.8)
        return [first, -J + (1 - J) * sigmoid(13 * E - 11 * J, 1, 4)]

    found = run("rates.WilsonCowan", 200, 2, E=[0.05, 0.5], I=[0, 0.2])
    final = np.stack([found.group.E_, found.group.I_])
    assert final[:, 0] == pytest.approx([0, 0], abs=1e-6)
    assert final[0, 1] > 0.3
    assert fsolve(slope, final[:, 1]) == pytest.approx(final[:, 1], abs=1e-6)


def test_wilson_cowan_oscillates():
    """Figure 11 of the paper."""
    given = {"c1": 16, "c2": 12, "c3": 15, "c4": 3, "a_e": 1.3, "theta_e": 4, "a_i": 2, "theta_i": 3.7}
    found = run("rates.WilsonCowan", 200, 2, P=[0, 1.25], **given)
    late = found.trace.E_[:, found.trace.t_ > 100]
    assert np.ptp(late[0]) < 1e-6
    assert np.ptp(late[1]) > 0.1
    periods = np.diff(rises(found.trace.t_, found.trace.E_[1], np.mean(late[1]))[10:])
    assert len(periods) > 5
    assert periods == pytest.approx(np.mean(periods), rel=1e-3)


def test_fhn_is_stable_where_its_jacobian_says():
    """The steady state, a root of a cubic, loses stability where trace or determinant of the Jacobian change sign."""
    inputs = np.array([0, 0.5, 1, 1.5])
    found = run("rates.FHN", 1000, 4, I_x=inputs)
    late = found.trace.x_[:, found.trace.t_ > 500]
    stable = []
    for neuron, current in enumerate(inputs):
        roots = np.roots([-3, 4, -1.5 - 2, current])
        x = roots[np.abs(roots.imag) < 1e-9].real
        assert len(x) == 1
        slope = -9 * x[0] ** 2 + 8 * x[0] - 1.5
        assert -slope * 0.5 / 20 + 1 / 20 > 0
        stable.append(bool(slope - 0.5 / 20 < 0))
        if stable[-1]:
            assert late[neuron] == pytest.approx(x[0], abs=1e-3)
        else:
            assert np.ptp(late[neuron]) > 0.1
    assert set(stable) == {True, False}


def test_stuart_landau_circle():
    """Radius sqrt(a), w radians per tau; nothing for a < 0."""
    a, w = np.array([0.25, 1, -0.2]), np.array([0.2, 0.5, 0.2])
    found = run("rates.StuartLandau", 200, 3, a=a, w=w)
    late = found.trace.t_ > 150
    radius = np.hypot(found.trace.x_, found.trace.y_)[:, late]
    assert pytest.approx(np.broadcast_to([0.5, 1], (radius.shape[1], 2)), abs=1e-4) == radius[:2].T
    assert np.max(radius[2]) < 1e-10
    angle = np.unwrap(np.arctan2(found.trace.y_, found.trace.x_)[:2, late], axis=1)
    speed = (angle[:, -1] - angle[:, 0]) / np.ptp(found.trace.t_[late])
    assert speed == pytest.approx(w[:2], rel=1e-5)


def test_kuramoto_turns():
    """Alone, an oscillator turns with its own frequency; a turn is a spike."""
    found = run("rates.Kuramoto", 1000, 2, omega=[0.1, 0.5] / ms, theta=0)
    assert np.asarray(found.spikes.count).tolist() == [15, 79]
    assert found.group.theta_ == pytest.approx(np.array([100, 500]) % (2 * np.pi), abs=1e-6)


def order(K, N=400, width=0.05):
    """Return the order parameter of oscillators whose frequencies have a Lorentzian distribution; K in 1/ms."""
    quantiles = (np.arange(N) + 0.5) / N - 0.5
    oscillators = es.rates.Kuramoto(N, omega=width * np.tan(np.pi * quantiles) / ms, seed=3)
    oscillators.theta = np.random.default_rng(1).uniform(0, 2 * np.pi, N)
    field = es.NeuronGroup(1, "x : 1\ny : 1")
    mean = "x_post = cos(theta_pre)/N_pre : 1 (summed)\ny_post = sin(theta_pre)/N_pre : 1 (summed)"
    there = es.Synapses(oscillators, field, mean)
    pull = "coupling_post = K*(y_pre*cos(theta_post) - x_pre*sin(theta_post)) : 1/ms (summed)"
    back = es.Synapses(field, oscillators, pull, namespace={"K": K / ms})
    there.connect()
    back.connect()
    trace = es.StateMonitor(field, ["x", "y"], record=True)
    es.Network(oscillators, field, there, back, trace, dt=0.1 * ms, threads=1).run(400 * ms)
    return np.mean(np.hypot(trace.x_[0], trace.y_[0])[trace.t_ > 200])


def test_kuramoto_synchronises_beyond_the_critical_coupling():
    """With a Lorentzian distribution of half width g the coupling is 2 g there, and r = sqrt(1 - K_c/K) beyond."""
    assert order(0.05) < 0.15
    assert order(0.2) == pytest.approx(np.sqrt(1 / 2), abs=0.04)


def test_jansen_rit_alpha_rhythm():
    """At 220 pulses a second, the middle of the paper's 120 to 320, the column swings at about 10 Hz."""
    found = run("rates.JansenRit", 4000, 3, p=[160, 220, 300] * Hz)
    for column in range(3):
        late = found.trace.t_ > 2000
        signal = found.trace.EEG_[column, late]
        periods = np.diff(rises(found.trace.t_[late], signal, np.mean(signal)))
        assert len(periods) > 10
        assert 1000 / np.mean(periods) == pytest.approx(10, abs=1.5)
    assert 3 < np.ptp(found.trace.EEG_[1, found.trace.t_ > 2000]) < 15  # millivolts


def test_jansen_rit_steady_state():
    """Beyond the oscillations (from 315.7 pulses a second on) it rests where the equations say."""

    def rate(v):
        return 5 / (1 + np.exp(0.56 * (6 - v)))

    def excess(signal, p):
        y0 = 3.25 / 100 * rate(signal)
        return 3.25 / 100 * (p + 108 * rate(135 * y0)) - 22 / 50 * 33.75 * rate(33.75 * y0) - signal

    found = run("rates.JansenRit", 6000, 2, p=[400, 500] * Hz)
    for column, p in enumerate((400, 500)):
        assert found.trace.EEG_[column, -1] == pytest.approx(brentq(excess, 0, 30, args=(p,)), abs=1e-3)


def test_van_der_pol_period():
    """2*pi*(1 + mu**2/16) for small mu, known numbers for larger ones; the amplitude stays near 2."""
    mu = np.array([0.1, 1, 5, 10])
    found = run("rates.VanDerPol", 300, 4, dt=0.01, mu=mu, x=2)
    expected = [2 * np.pi * (1 + 0.01 / 16), 6.6633, 11.6122, 19.0784]
    for oscillator in range(4):
        late = found.trace.t_ > 100
        periods = np.diff(rises(found.trace.t_[late], found.trace.x_[oscillator, late]))
        assert np.mean(periods) == pytest.approx(expected[oscillator], rel=2e-4)
        assert np.max(found.trace.x_[oscillator, late]) == pytest.approx(2, abs=0.03)


def test_qif_steady_states():
    """V = -delta/(2*pi*tau*r), which leaves one equation for r; with J = 0 it is solved in closed form."""

    def excess(x, eta, J):
        return (1 / (2 * np.pi * x)) ** 2 + eta + J * x - (np.pi * x) ** 2

    found = run("rates.QIF", 400, 4, eta=[-5, -5, 1, -2], J=[15, 15, 0, 0], r=[0, 100, 10, 10] * Hz, V=-0.15)
    x = found.group.r_ / 1000 * 10  # tau*r
    assert x[0] == pytest.approx(brentq(excess, 1e-3, 0.15, args=(-5, 15)), rel=1e-5)
    assert x[1] == pytest.approx(brentq(excess, 0.6, 3, args=(-5, 15)), rel=1e-5)
    eta = np.array([1, -2])
    assert x[2:] == pytest.approx(np.sqrt(eta + np.sqrt(eta**2 + 1)) / (np.pi * np.sqrt(2)), rel=1e-5)
    assert pytest.approx(-1 / (2 * np.pi * x), rel=1e-4) == found.group.V_


def test_qif_is_the_mean_field_of_quadratic_neurons():
    """Theta neurons (quadratic ones) with Lorentzian inputs fire at its rate, before and after a step of the input.

    Potentials have a Lorentzian distribution at first, of which pi*tau*r is the half width.
    """
    N = 2000
    place = np.arange(N) + 0.5
    inputs, potentials = (np.tan(np.pi * (part % 1 - 0.5)) for part in (place / N, place * (np.sqrt(5) - 1) / 2))
    neurons = prepared("neurons.Theta", N, dt=0.02, I=inputs, theta=2 * np.arctan(potentials))
    field = prepared("rates.QIF", dt=0.02, eta=0, J=0, r=100 / np.pi * Hz, V=0)
    for step in (0, 4):
        neurons.group.I = inputs + step
        field.group.I = step
        neurons.network.run(40 * ms)
        field.network.run(40 * ms)
    bins = np.arange(0, 81, 4)
    counted = np.histogram(neurons.spikes.t_, bins)[0] / N / 4 * 1000
    expected = [np.mean(field.trace.r_[0, (field.trace.t_ >= a) & (field.trace.t_ < a + 4)]) for a in bins[:-1]]
    assert np.ptp(expected) > 30
    assert counted == pytest.approx(expected, rel=0.03, abs=0.8)
