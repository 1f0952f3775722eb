"""Each neuron against a closed form, a published number or a run by SciPy."""

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from eqsim.units import cm2, mS, ms, mV, nA, nS, pA, pF, uA, uS
from tests.models.simulate import independent, prepared, run

CURRENT, CONDUCTANCE = uA / cm2, mS / cm2
REFERENCE = Path(__file__).parent.parent / "reference" / "adex_patterns.npz"


# integrate and fire --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "held"), [("neurons.LIF", 0), ("neurons.LIFRef", 5)])
def test_lif_rate(path, held):
    """The exact scheme crosses the threshold in the first step after tau*log((RI - V_reset)/(RI - V_th))."""
    currents = np.array([20, 20.5, 25, 30, 80])
    found = run(path, 400, 5, dt=0.01, I=currents * nA)
    assert len(found.times(0)) == 0  # V comes near the threshold and never above it
    for neuron, current in enumerate(currents[1:], 1):
        rise = 10 * np.log((current + 5) / (current - 20))
        step = np.ceil(rise / 0.01) * 0.01
        expected = step + max(held - 0.01, 0)  # the step in which a neuron is free again is one of the rise
        assert found.intervals(neuron) == pytest.approx(expected, abs=1e-6)
        assert len(found.intervals(neuron)) > 5


def quadratic(current, low=-68, high=-30, c=0.07, tau=10):
    """Return the time from one potential to another, the integral of 1/(c (V - V_rest) (V - V_c) + R I)."""
    width = np.sqrt(current / c - 7.5**2)
    return tau / (c * width) * (np.arctan((high + 57.5) / width) - np.arctan((low + 57.5) / width))


@pytest.mark.parametrize(("path", "held"), [("neurons.QuaIF", 0), ("neurons.QuaIFRef", 2)])
def test_quaif_rate(path, held):
    currents = np.array([3.9, 4.0, 6, 10, 30])  # it fires from c*(V_c - V_rest)**2/(4*R) = 3.9375 nA on
    found = run(path, 400, 5, dt=0.01, I=currents * nA)
    assert len(found.times(0)) == 0
    for neuron, current in enumerate(currents[1:], 1):
        assert found.intervals(neuron) == pytest.approx(quadratic(current) + held, abs=0.015)
    assert len(found.intervals(3)) > 5


def test_quaif_period_of_a_neuron_without_bounds():
    """Between far reset and threshold the period is pi*tau/sqrt(c*(R*I) - c**2*(V_c - V_rest)**2/4)."""
    found = run("neurons.QuaIF", 300, dt=0.005, I=10 * nA, V_reset=-3000 * mV, V_th=3000 * mV)
    period = np.pi * 10 / np.sqrt(0.07 * 10 - (0.07 * 7.5) ** 2)
    assert found.intervals() == pytest.approx(period, rel=0.01)
    assert found.intervals() == pytest.approx(quadratic(10, -3000, 3000), abs=0.02)


def exponential(current):
    """Return the time from reset to a spike."""
    speed = lambda V: (-65 - V + 3.48 * np.exp((V + 59.9) / 3.48) + current) / 10
    return quad(lambda V: 1 / speed(V), -68, -30, epsabs=1e-10, limit=200)[0]


@pytest.mark.parametrize(("path", "held"), [("neurons.ExpIF", 0), ("neurons.ExpIFRef", 1.7)])
def test_expif_rate(path, held):
    currents = np.array([1.6, 1.65, 3, 5, 15])  # it fires from (V_T - V_rest - delta_T)/R = 1.62 nA on
    found = run(path, 400, 5, dt=0.01, I=currents * nA)
    assert len(found.times(0)) == 0
    for neuron, current in enumerate(currents[1:], 1):
        assert found.intervals(neuron) == pytest.approx(exponential(current) + held, rel=2e-4, abs=0.015)
    assert len(found.intervals(3)) > 5


@pytest.mark.parametrize("path", ["neurons.ExpIF", "neurons.AdExIF"])
@pytest.mark.parametrize("height", [-30, 0, 30])
def test_a_high_threshold_does_not_overflow(path, height):
    """The step in which V runs away ends in a reset, whatever the exponential has become."""
    found = run(path, 300, V_th=height * mV, I=5 * nA)
    assert len(found.times()) > 5


def adex(**more):
    values = np.load(REFERENCE)
    given = {
        "C": values["C"] * pF, "g_L": values["gl"] * nS, "E_L": values["El"] * mV, "V_T": values["VT"] * mV,
        "delta_T": values["DT"] * mV, "a": values["a"] * nS, "tau_w": values["tw"] * ms, "b": values["b"] * pA,
        "V_reset": values["Vr"] * mV, "I": values["I"] * pA, "V_th": -40 * mV,
    }  # fmt: skip
    return values, run("neurons.AdExIF", 400, 6, **{**given, **more})


def test_adexif_equals_an_independent_simulator():
    values, found = adex(dt=0.05, method="rk4")
    expected = np.stack([values["spike_i"], np.rint(values["spike_t_ms"] / 0.05)])
    told = np.stack([np.asarray(found.spikes.i), np.rint(found.spikes.t_ / 0.05)])
    assert told[:, np.lexsort(told)].tolist() == expected[:, np.lexsort(expected)].tolist()
    assert expected.shape[1] > 20


def test_adexif_by_its_own_scheme():
    values, found = adex(dt=0.01)
    for neuron in range(6):
        expected = values["spike_t_ms"][values["spike_i"] == neuron]
        first = min(len(expected), 5)
        assert len(found.times(neuron)) == pytest.approx(len(expected), abs=1)
        assert found.times(neuron)[:first] == pytest.approx(expected[:first], rel=0.02)


def test_adexif_starts_to_fire_where_its_stationary_curve_ends():
    """Without adaptation that is at g_L*(V_T - E_L - delta_T) = 546 pA."""
    found = run("neurons.AdExIF", 2000, 2, I=[540, 552] * pA, a=0 * nS, b=0 * pA)
    assert [len(found.times(neuron)) > 0 for neuron in range(2)] == [False, True]


def test_adexifref_adds_the_refractory_period():
    same = {"a": 0 * nS, "b": 0 * pA, "I": 1000 * pA}
    free = run("neurons.AdExIF", 300, dt=0.01, **same).intervals()
    held = run("neurons.AdExIFRef", 300, dt=0.01, **same).intervals()
    assert held - 2 == pytest.approx(free[: len(held)], abs=0.021)


@pytest.mark.parametrize(("path", "held"), [("neurons.AdQuaIF", 0), ("neurons.AdQuaIFRef", 2)])
def test_adquaif_without_adaptation_is_quaif(path, held):
    found = run(path, 400, dt=0.01, I=10 * nA, a=0 * uS, b=0 * nA)
    assert found.intervals() == pytest.approx(quadratic(10) + held, abs=0.015)


def test_adquaif_equals_an_independent_run():
    def slope(V, w):
        return [(0.07 * (V + 65) * (V + 50) + 25 - w) / 10, (V + 65 - w) / 10]

    def reset(state):
        state[:] = -68, state[1] + 0.1

    expected = independent(slope, [-65, 0], 200, -30, reset)
    found = run("neurons.AdQuaIF", 200, dt=0.01, I=25 * nA).times()
    assert len(expected) > 5
    assert found == pytest.approx(expected, abs=0.02 * len(expected))


def test_gif_tonic_spiking():
    """Panel A of the paper's figure 1: the threshold stays, so that the period is tau*log(RI/(RI - 20 mV))."""
    found = run("neurons.Gif", 400, dt=0.01, I=1.5 * nA)
    assert found.intervals() == pytest.approx(np.ceil(2000 * np.log(3)) / 100, abs=1e-6)


def test_gif_starts_to_fire_where_its_paper_says():
    """Panels B (class 1, a = 0) and H (class 2, a = 5/s) put the onset at I_e/C = 1 V/s and 2 V/s."""
    a = np.array([0, 0, 0.005, 0.005]) / ms
    start = {"V": "V_rest + R*I", "V_th": "V_th_inf + a/b*(V - V_rest)"}
    found = run("neurons.Gif", 1000, 4, a=a, I=[0.99, 1.01, 1.99, 2.01] * nA, **start)
    late = [np.sum(found.times(neuron) > 500) for neuron in range(4)]
    assert late[0] == late[2] == 0
    assert late[1] > 3
    assert late[3] > 3


def test_gif_patterns():
    """Panels C, D, K, L, M, N and P of the paper's figure 1, by the values of its table 1."""
    a = np.array([5, 5, 30, 30, 5, 5, 5]) * 1e-3 / ms
    first = np.array([0, 0, 0, 10, 10, 10, 5]) * nA
    second = np.array([0, 0, 0, -0.6, -0.6, -0.6, -0.3]) * nA
    found = run("neurons.Gif", 500, 7, a=a, A1=first, A2=second, I=[2, 1.5, -1, -1, 2, 1.5, 2] * nA)
    adapting = found.intervals(0)
    assert len(adapting) > 5
    assert np.all(np.diff(adapting[:4]) > 0)  # spike-frequency adaptation
    assert len(found.times(1)) > 0  # phasic spiking
    assert found.times(1)[-1] < 250
    assert len(found.times(2)) > 2  # spikes at hyperpolarisation
    for neuron in (3, 4):  # bursts at hyperpolarisation, tonic bursts
        intervals = found.intervals(neuron)
        assert np.sum(intervals > 4 * np.min(intervals)) >= 2
        assert np.sum(intervals < 2 * np.min(intervals)) >= 4
    burst = found.times(5)  # one burst and no more
    assert len(burst) >= 2
    assert burst[-1] < 100
    mixed = found.intervals(6)  # a burst, then single spikes
    assert np.max(mixed[:4]) < 10
    assert np.min(mixed[-4:]) > 30


PATTERNS = {  # a, b, c, d, and the mean rates that the pattern has at I = 10, in Hz
    "regular spiking": (0.02, 0.2, -65, 8),
    "intrinsically bursting": (0.02, 0.2, -55, 4),
    "chattering": (0.02, 0.2, -50, 2),
    "fast spiking": (0.1, 0.2, -65, 2),
    "low-threshold spiking": (0.02, 0.25, -65, 2),
}


def izhikevich(T=300):
    a, b, c, d = np.array(list(PATTERNS.values())).T
    return run("neurons.Izhikevich", T, 5, dt=0.01, a=a / ms, b=b, c=c * mV, d=d * mV, I=10 * mV)


def test_izhikevich_equals_an_independent_run():
    found = izhikevich()
    for neuron, (a, b, c, d) in enumerate(PATTERNS.values()):

        def slope(V, u, a=a, b=b):
            return [0.04 * V**2 + 5 * V + 140 - u + 10, a * (b * V - u)]

        def reset(state, c=c, d=d):
            state[:] = c, state[1] + d

        expected = independent(slope, [-65, -65 * b], 300, 30, reset)
        assert len(expected) > 5
        assert found.times(neuron) == pytest.approx(expected, abs=0.02 * len(expected))


def test_izhikevich_patterns():
    """What figure 2 of the paper shows at I = 10."""
    found = izhikevich()
    regular, bursting, chattering, fast, low = (found.intervals(neuron) for neuron in range(5))
    assert regular[0] < 0.6 * regular[1]
    assert np.std(regular[2:]) < 0.2 * np.mean(regular[2:])
    assert np.max(bursting[:2]) < 0.5 * np.min(bursting[3:])  # a burst, then single spikes
    assert np.sum(chattering < 10) > 10  # bursts again and again
    assert np.sum(chattering > 20) >= 3
    assert np.mean(fast[3:]) < 0.5 * np.mean(regular[3:])
    assert np.mean(low[3:]) < np.mean(regular[3:])


def test_resonate_and_fire_swings_in_its_own_rhythm():
    """A pulse A of x gives V = A*exp(b*t)*sin(omega*t)."""
    found = run("neurons.ResonateAndFire", 30, 2, x=[0.8, 0.8], omega=[1, 2] / ms)
    t = found.trace.t_
    for neuron, omega in enumerate((1, 2)):
        assert found.trace.V_[neuron] == pytest.approx(0.8 * np.exp(-0.1 * t) * np.sin(omega * t), abs=1e-9)
        assert found.trace.x_[neuron] == pytest.approx(0.8 * np.exp(-0.1 * t) * np.cos(omega * t), abs=1e-9)
    assert found.spikes.num_spikes == 0


def test_resonate_and_fire_answers_a_doublet_in_its_own_rhythm():
    made = prepared("neurons.ResonateAndFire", 2, x=0.8)
    for pause, neuron in ((3.1, 1), (3.2, 0)):  # half a turn, and a whole one, after the first pulse
        made.network.run(pause * ms)
        made.group.x[neuron] = made.group.x_[neuron] + 0.8
    made.network.run(20 * ms)
    assert np.asarray(made.spikes.count).tolist() == [1, 0]


def test_resonate_and_fire_begins_again_after_a_spike():
    """The first step beyond V = 1 is that of 0.9 ms."""
    swing = 1.5 * np.exp(-0.1 * np.array([0.8, 0.9])) * np.sin([0.8, 0.9])
    assert swing[0] < 1 < swing[1]
    assert run("neurons.ResonateAndFire", 0.8, x=1.5).spikes.num_spikes == 0
    found = run("neurons.ResonateAndFire", 0.9, x=1.5)
    assert found.spikes.num_spikes == 1
    assert found.group.V_[0] == 1
    assert found.group.x_[0] == 0


def test_theta_rate():
    """The period is pi*tau/sqrt(I); what is left of a step after a spike counts."""
    currents = np.array([0.04, 0.25, 1, 4])
    found = run("neurons.Theta", 1000, 4, dt=0.01, I=currents)
    for neuron, current in enumerate(currents):
        assert np.mean(found.intervals(neuron)) == pytest.approx(np.pi * 10 / np.sqrt(current), abs=0.02)


def test_theta_is_the_quadratic_neuron():
    """Below threshold V = tan(theta/2) follows tau dV/dt = V**2 + I, which is known in closed form."""
    found = run("neurons.Theta", 30, 2, I=[-1, 0.01], theta=[0.5, -1])
    rest = np.tan(found.group.theta_ / 2)
    start, t = np.tan([0.25, -0.5]), 3
    swing = 0.1 * np.tan(0.1 * t + np.arctan(start[1] / 0.1))
    ratio = (start[0] + 1) / (1 - start[0]) * np.exp(-2 * t)
    assert rest == pytest.approx([(ratio - 1) / (ratio + 1), swing], rel=1e-6)


def test_alif_settles_where_its_rate_and_its_threshold_agree():
    """V goes from V_rest + beta*a to V_th + beta*a between spikes, and a = 1/(exp(T/tau_a) - 1) at each of them."""

    def excess(period, current):
        raised = 1.6 / np.expm1(period / 2000)
        return period - 20 * np.log((current - raised) / (current - 10 - raised))

    currents = np.array([20, 40])
    found = run("neurons.ALIF", 20000, 2, I=currents * nA)
    for neuron, current in enumerate(currents):
        shortest = 2000 * np.log1p(1.6 / (current - 10))  # with a threshold at R*I
        expected = brentq(excess, shortest * (1 + 1e-9), 5000, args=(current,))
        assert np.mean(found.intervals(neuron)[-50:]) == pytest.approx(expected, rel=0.005)
        first = 20 * np.log(current / (current - 10))
        assert found.times(neuron)[0] == pytest.approx(first, abs=0.11)
        assert expected > 2 * first


# neurons without resets ----------------------------------------------------------------------------------------------


def test_hindmarsh_rose_equals_an_independent_run():
    def slope(V, y, z):
        return [y - V**3 + 3 * V**2 - z + 2, 1 - 5 * V**2 - y, 0.001 * (4 * (V + 1.6) - z)]

    expected = independent(slope, [-1.6, 1 - 5 * 1.6**2, 0], 400, 1)
    found = run("neurons.HindmarshRose", 400, dt=0.02, I=2).times()
    assert len(expected) > 10
    assert found == pytest.approx(expected, abs=0.5)


def test_hindmarsh_rose_patterns():
    found = run("neurons.HindmarshRose", 4000, 3, I=[0, 2, 4])
    assert len(found.times(0)) == 0
    bursts = found.intervals(1)[found.times(1)[1:] > 1000]
    assert np.max(bursts) > 5 * np.median(bursts)
    single = found.intervals(2)[found.times(2)[1:] > 2000]
    assert np.max(single) < 1.5 * np.median(single)


def test_fhn_fires_between_its_two_hopf_bifurcations():
    """The trace 1 - V**2 - b/tau of the Jacobian vanishes there; I follows from where the nullclines meet."""
    V = np.array([-1, 1]) * np.sqrt(1 - 0.8 / 12.5)
    onset = (V + 0.7) / 0.8 - V + V**3 / 3
    assert onset == pytest.approx([0.331, 1.419], abs=0.001)
    found = run("neurons.FHN", 1000, 5, I=[0, onset[0] - 0.03, onset[0] + 0.03, onset[1] - 0.03, onset[1] + 0.03])
    late = [np.sum(found.times(neuron) > 500) for neuron in range(5)]
    assert [count > 8 for count in late] == [False, False, True, True, False]
    assert late[0] == late[1] == late[4] == 0
    assert found.group.V_[0] == pytest.approx(-1.1994, abs=1e-4)


CLASS_1 = {"g_Ca": 4 * CONDUCTANCE, "phi": 1 / (15 * ms), "V3": 12 * mV, "V4": 17.4 * mV}


def test_morris_lecar_of_class_2():
    """Rinzel and Ermentrout: a subcritical Hopf bifurcation at 94 uA/cm2, from where the rate starts above zero."""
    found = run("neurons.MorrisLecar", 2000, 3, I=[80, 97, 110] * CURRENT)
    late = [found.times(neuron)[found.times(neuron) > 1000] for neuron in range(3)]
    assert len(late[0]) == 0
    assert np.mean(np.diff(late[1])) < 120
    assert np.mean(np.diff(late[2])) > 0.7 * np.mean(np.diff(late[1]))


def test_morris_lecar_of_class_1():
    """Rinzel and Ermentrout: a saddle-node on a circle at 40 uA/cm2, whence the square of the rate grows linearly."""
    found = run("neurons.MorrisLecar", 3000, 3, I=[39.5, 40.3, 40.6] * CURRENT, **CLASS_1)
    assert np.sum(found.times(0) > 1000) == 0
    squares = [1 / np.mean(found.intervals(neuron)[2:]) ** 2 for neuron in (1, 2)]
    onset = 40.3 - 0.3 * squares[0] / (squares[1] - squares[0])
    assert onset == pytest.approx(39.96, abs=0.1)


def hodgkin_huxley(current):
    """Return the slope of the paper's equations, with its rates as they are usually written."""

    def slope(V, m, h, n):
        alpha_m = 0.1 * (V + 40) / (1 - np.exp(-(V + 40) / 10))
        alpha_n = 0.01 * (V + 55) / (1 - np.exp(-(V + 55) / 10))
        alpha_h, beta_h = 0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))
        beta_m, beta_n = 4 * np.exp(-(V + 65) / 18), 0.125 * np.exp(-(V + 65) / 80)
        ionic = 120 * m**3 * h * (V - 50) + 36 * n**4 * (V + 77) + 0.3 * (V + 54.387)
        rates = ((alpha_m, beta_m, m), (alpha_h, beta_h, h), (alpha_n, beta_n, n))
        return [current - ionic, *(alpha * (1 - x) - beta * x for alpha, beta, x in rates)]

    return slope


def test_hh_equals_an_independent_run():
    found = run("neurons.HH", 100, 2, dt=0.002, I=[10, 30] * CURRENT)
    for neuron, current in enumerate((10, 30)):
        expected = independent(hodgkin_huxley(current), [-65, 0.0529, 0.5961, 0.3177], 100, 0)
        assert len(expected) > 5
        assert found.times(neuron) == pytest.approx(expected, rel=0.005)


def test_hh_rests_and_fires_where_it_should():
    """It rests at -65 mV; it fires without end from 6.3 uA/cm2 on, and at 10 uA/cm2 with 68 Hz."""
    found = run("neurons.HH", 1000, 4, dt=0.02, I=[0, 5.8, 6.8, 10] * CURRENT)
    assert found.group.V_[0] == pytest.approx(-65, abs=0.02)
    late = [np.sum(found.times(neuron) > 500) for neuron in range(4)]
    assert late[:2] == [0, 0]
    assert late[2] > 20
    assert 1000 / np.mean(found.intervals(3)[3:]) == pytest.approx(68.3, abs=0.7)


def wang_buzsaki(current):
    def slope(V, h, n):
        alpha_m, beta_m = 0.1 * (V + 35) / (1 - np.exp(-0.1 * (V + 35))), 4 * np.exp(-(V + 60) / 18)
        m = alpha_m / (alpha_m + beta_m)
        alpha_h, beta_h = 0.07 * np.exp(-(V + 58) / 20), 1 / (np.exp(-0.1 * (V + 28)) + 1)
        alpha_n, beta_n = 0.01 * (V + 34) / (1 - np.exp(-0.1 * (V + 34))), 0.125 * np.exp(-(V + 44) / 80)
        ionic = 35 * m**3 * h * (V - 55) + 9 * n**4 * (V + 90) + 0.1 * (V + 65)
        gates = [5 * (alpha_h * (1 - h) - beta_h * h), 5 * (alpha_n * (1 - n) - beta_n * n)]
        return [current - ionic, *gates]

    return slope


def test_wang_buzsaki_equals_an_independent_run():
    found = run("neurons.WangBuzsakiHH", 200, 2, dt=0.02, I=[1, 5] * CURRENT)
    h = 0.07 * np.exp(7 / 20) / (0.07 * np.exp(7 / 20) + 1 / (np.exp(3.7) + 1))
    alpha_n, beta_n = 0.01 * -31 / (1 - np.exp(3.1)), 0.125 * np.exp(21 / 80)
    for neuron, current in enumerate((1, 5)):
        expected = independent(wang_buzsaki(current), [-65, h, alpha_n / (alpha_n + beta_n)], 200, 0)
        assert len(expected) > 5
        assert found.times(neuron) == pytest.approx(expected, abs=0.1)


def test_wang_buzsaki_starts_to_fire_at_any_rate():
    """From 0.16 uA/cm2 on, as slowly as one likes: class 1."""
    found = run("neurons.WangBuzsakiHH", 2000, 3, I=[0.155, 0.165, 20] * CURRENT)
    assert np.sum(found.times(0) > 500) == 0
    assert 1 < np.sum(found.times(1) > 500) / 1.5 < 15
    assert 1000 / np.mean(found.intervals(2)) == pytest.approx(400, rel=0.15)  # the paper's figure 1


def pinsky_rinzel(soma):
    """Return the slope of the paper's equations, with potentials counted from rest."""

    def linear(x, a, b, k):
        return a * (b - x) / (np.exp((b - x) / k) - 1)

    def slope(Vs, Vd, h, n, s, c, q, Ca):
        alpha_m, beta_m = linear(Vs, 0.32, 13.1, 4), linear(-Vs, 0.28, -40.1, 5)
        alpha_n, beta_n = linear(Vs, 0.016, 35.1, 5), 0.25 * np.exp(0.5 - 0.025 * Vs)
        alpha_h, beta_h = 0.128 * np.exp((17 - Vs) / 18), 4 / (1 + np.exp((40 - Vs) / 5))
        alpha_s, beta_s = 1.6 / (1 + np.exp(-0.072 * (Vd - 65))), linear(-Vd, 0.02, -51.1, 5)
        fast = 2 * np.exp((6.5 - Vd) / 27)
        alpha_c = np.exp((Vd - 10) / 11 - (Vd - 6.5) / 27) / 18.975 if Vd <= 50 else fast
        beta_c = fast - alpha_c if Vd <= 50 else 0
        m, calcium = alpha_m / (alpha_m + beta_m), 10 * s**2 * (Vd - 140)
        soma_out = 0.1 * Vs + 30 * m**2 * h * (Vs - 120) + 15 * n * (Vs + 15)
        potassium = (0.8 * q + 15 * c * min(Ca / 250, 1)) * (Vd + 15)
        gates = ((alpha_h, beta_h, h), (alpha_n, beta_n, n), (alpha_s, beta_s, s), (alpha_c, beta_c, c))
        gates += ((min(0.00002 * Ca, 0.01), 0.001, q),)
        return [
            (-soma_out + (2.1 * (Vd - Vs) + soma) / 0.5) / 3,
            (-0.1 * Vd - calcium - potassium + 2.1 * (Vs - Vd) / 0.5) / 3,
            *(alpha * (1 - x) - beta * x for alpha, beta, x in gates),
            -0.13 * calcium - 0.075 * Ca,
        ]

    return slope


PAPER = {"h": 0.999, "n": 0.001, "s": 0.009, "c": 0.007, "q": 0.01, "Ca": 0.2}


def test_pinsky_rinzel_equals_an_independent_run():
    start = [-4.6, -4.5, *PAPER.values()]
    expected = independent(pinsky_rinzel(0.75), start, 700, 30)
    made = run("neurons.PinskyRinzel", 700, dt=0.02, I_s=0.75 * CURRENT, V_s=-64.6 * mV, V_d=-64.5 * mV, **PAPER)
    assert len(expected) >= 8
    assert made.times() == pytest.approx(expected, abs=0.5)


def test_pinsky_rinzel_bursts():
    """At 0.75 uA/cm2 bursts come at a low rate, at 2.5 uA/cm2 single spikes; at -0.5 uA/cm2 it is silent."""
    found = run("neurons.PinskyRinzel", 3000, 3, dt=0.05, I_s=[-0.5, 0.75, 2.5] * CURRENT)
    assert len(found.times(0)) == 0
    intervals = found.intervals(1)[found.times(1)[1:] > 500]
    pauses = intervals > 50
    assert 1000 / np.mean(np.diff(found.times(1)[1:][found.intervals(1) > 50])[1:]) == pytest.approx(2, abs=0.5)
    assert np.sum(~pauses) > 2 * np.sum(pauses)
    assert np.max(intervals[~pauses]) < 10
    single = found.intervals(2)[found.times(2)[1:] > 1000]
    assert np.max(single) < 1.2 * np.min(single)
