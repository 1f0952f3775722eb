"""The voltage clamp against the closed form of gates, and gates fitted to what it measures."""

import subprocess
import sys

import numpy as np
import pytest

import eqsim as es
from eqsim.text.errors import UnitsError, UnknownVariableError
from eqsim.units import Mohm, cm2, mS, ms, mV, nA, nS, pF, uA, uF

bio = es.biophysics
STEPS = np.array([-100, -80, -50, -20, 0, 20, 60.0])


def rates(V):
    """Return what each gate of Hodgkin and Huxley tends to, and how fast, by the paper's rates."""
    linear = lambda x: np.where(np.abs(x) < 1e-9, 1, x / -np.expm1(-np.where(np.abs(x) < 1e-9, 1, x)))
    alpha = {"m": linear((V + 40) / 10), "h": 0.07 * np.exp(-(V + 65) / 20), "n": 0.1 * linear((V + 55) / 10)}
    beta = {"m": 4 * np.exp(-(V + 65) / 18), "h": 1 / (1 + np.exp(-(V + 35) / 10)), "n": 0.125 * np.exp(-(V + 65) / 80)}
    return {name: (alpha[name] / (alpha[name] + beta[name]), 1 / (alpha[name] + beta[name])) for name in alpha}


def relaxing(t, V, held=-65.0):
    """Return the gates after a step from where they rest at a potential."""
    before, after = rates(held), rates(V)
    return {
        name: after[name][0] + (before[name][0] - after[name][0]) * np.exp(-t[:, None] / after[name][1])
        for name in after
    }


def clamped(model=None, **given):
    return bio.voltage_clamp(model or es.neurons.HH, [-65, list(STEPS)] * mV, [1, 8] * ms, **given)


@pytest.fixture(scope="module")
def squid():
    return clamped()


def test_the_clamp_current_is_that_of_relaxing_gates(squid):
    t, after = squid.t_, squid.t_ >= 1 - 1e-9
    gates = relaxing(t[after] - 1, STEPS)
    for name, expected in gates.items():
        assert squid[name][after] == pytest.approx(expected, abs=1e-12)
    current = 120 * gates["m"] ** 3 * gates["h"] * (STEPS - 50) + 36 * gates["n"] ** 4 * (STEPS + 77)
    assert squid.I_[after] == pytest.approx(current + 0.3 * (STEPS + 54.387), abs=1e-9)
    assert squid.I.units == uA / cm2
    assert squid.V_[0].tolist() == [-65] * len(STEPS)
    assert squid.V_[-1].tolist() == STEPS.tolist()
    assert squid.I_[50] == pytest.approx(squid.I_[0], abs=1e-12)  # all rest at the holding potential


CHANNELS = {
    "IK": es.Channel(
        """dn/dt = alpha*(1 - n) - beta*n : 1
        alpha = 0.1/exprel(-(V + 55*mV)/(10*mV))/ms : 1/ms
        beta = 0.125*exp(-(V + 65*mV)/(80*mV))/ms : 1/ms
        I = g_max*n**4*(V - E) : uA/cm2
        g_max = 20*mS/cm2 : mS/cm2 (parameter)
        E = -77*mV : mV (parameter)""",
        g_max=36 * mS / cm2,
    ),
    "IL": es.Channel("I = 0.3*mS/cm2*(V + 54.387*mV) : uA/cm2"),
}


def test_a_neuron_of_channels_under_clamp():
    """Parameters are those of the group, which stays as it is; names are paths."""
    cell = es.ConductanceNeuron(1, C=1 * uF / cm2, channels=CHANNELS, threshold="V > 0*mV")
    cell.IK.E = -80 * mV
    cell.input = 3 * uA / cm2
    r = clamped(cell)
    after = r.t_ >= 1 - 1e-9
    n = relaxing(r.t_[after] - 1, STEPS)["n"]
    assert r["IK.n"][after] == pytest.approx(n, abs=1e-12)
    assert r.I_[after] == pytest.approx(36 * n**4 * (STEPS + 80) + 0.3 * (STEPS + 54.387), abs=1e-9)
    assert cell.V_[0] == -65
    many = es.ConductanceNeuron(3, C=1 * uF / cm2, channels=CHANNELS)
    many.IK.g_max = [0, 10, 20] * mS / cm2
    r = bio.voltage_clamp(many, -20 * mV, 30 * ms)
    n = rates(-20.0)["n"][0]
    assert r.I_[-1] == pytest.approx(np.array([0, 10, 20]) * n**4 * 57 + 0.3 * 34.387, rel=1e-6)
    assert r.I.shape == (3000, 3)


def test_texts_other_names_and_parameters():
    text = """
        dU/dt = (-70*mV - U + R*J - w)/(10*ms) : mV (unless refractory)
        dw/dt = -w**3/(mV**2*ms) : mV
        R : Mohm
        J : nA
        w(0) = 1*mV"""
    r = bio.voltage_clamp(
        text, [-70, -50] * mV, [1, 2] * ms, dt=0.1 * ms, voltage="U", current="J", params={"R": 10 * Mohm}
    )
    assert r.I.units == nA
    assert r.I_.shape == (30,)
    assert r.w_[0] == 1  # no linear equation: as the text says
    assert pytest.approx((r.V_ + 70 + r.w_) / 10) == r.I_
    group = es.NeuronGroup(1, "dV/dt = (g*(E - V) + I)/C : mV\nI : nA\nC : pF\ng : nS", namespace={"E": -60 * mV})
    group.g, group.C = 5 * nS, 20 * pF
    r = bio.voltage_clamp(group, [-40] * mV, [1] * ms)
    assert r.I_[-1] == pytest.approx(5e-3 * 20)
    command = es.inputs.ramp_input(-80 * mV, -40 * mV, 4 * ms, dt=0.1 * ms)
    r = bio.voltage_clamp(group, command)
    assert pytest.approx(5e-3 * (command.values + 60)) == r.I_


def test_a_fit_recovers_the_gates_of_potassium(squid):
    after = squid.t_ >= 1 - 1e-9
    t, n = (squid.t_[after] - 1)[::20], squid.n_[after][::20]
    g = 36 * n**4 * mS / cm2
    m_inf, tau = rates(STEPS)["n"]
    fit = bio.fit_gate(t * ms, g, STEPS * mV, g_max=36 * mS / cm2)
    assert fit.p == pytest.approx(4, abs=1e-5)
    assert fit.m_inf == pytest.approx(m_inf, abs=1e-5)
    assert fit.m_0 == pytest.approx(rates(-65.0)["n"][0], abs=1e-5)
    assert np.asarray(fit.tau.rescale("ms").magnitude) == pytest.approx(tau, rel=1e-4)
    assert float(fit.residual.rescale("mS/cm**2").magnitude) < 1e-6
    assert fit.fitted.shape == g.shape
    relative = bio.fit_gate(t * ms, g, p=4)
    assert relative.m_inf == pytest.approx(m_inf / m_inf.max(), rel=1e-4)
    assert relative.p_error == 0
    assert float(relative.g_max.rescale("mS/cm**2").magnitude) == pytest.approx(36 * m_inf.max() ** 4, rel=1e-4)


def test_a_fit_to_noise_knows_its_errors(squid):
    after = squid.t_ >= 1 - 1e-9
    t, clean = (squid.t_[after] - 1)[::12], 36 * squid.n_[after][::12, 2:] ** 4
    m_inf, tau = rates(STEPS[2:])["n"]
    rng = np.random.default_rng(2)
    off = []
    for _ in range(20):
        noisy = clean + rng.normal(0, 0.05, clean.shape)
        fit = bio.fit_gate(t * ms, noisy * mS / cm2, g_max=36 * mS / cm2)
        assert fit.p == pytest.approx(4, abs=0.4)
        assert fit.m_inf[1:] == pytest.approx(m_inf[1:], abs=0.03)
        off += [(fit.p - 4) / fit.p_error, *((fit.m_inf - m_inf) / fit.m_inf_error)]
        off += list(
            (np.asarray(fit.tau.rescale("ms").magnitude) - tau) / np.asarray(fit.tau_error.rescale("ms").magnitude)
        )
        assert float(fit.residual.rescale("mS/cm**2").magnitude) == pytest.approx(0.05, rel=0.15)
    assert 0.7 < np.sqrt(np.mean(np.square(off))) < 1.4  # errors are neither larger nor smaller than what they tell


def test_a_fit_with_inactivation():
    """With m(0) = 0 and h = 1 at the step, m**3*h of sodium is told apart."""
    t = np.linspace(0, 12, 300)
    m_inf, tau = np.array([0.5, 0.8, 1.0]), np.array([0.5, 0.3, 0.2])
    h_inf, tau_h = np.array([0.3, 0.1, 0.02]), np.array([4, 2, 1.0])
    m = m_inf * (1 - np.exp(-t[:, None] / tau))
    h = h_inf + (1 - h_inf) * np.exp(-t[:, None] / tau_h)
    fit = bio.fit_gate(t * ms, 120 * m**3 * h * mS / cm2, p=3, q=1, g_max=120 * mS / cm2)
    assert fit.m_inf == pytest.approx(m_inf, rel=1e-4)
    assert fit.h_inf == pytest.approx(h_inf, abs=1e-4)
    assert np.asarray(fit.tau.rescale("ms").magnitude) == pytest.approx(tau, rel=1e-3)
    assert np.asarray(fit.tau_h.rescale("ms").magnitude) == pytest.approx(tau_h, rel=1e-3)
    assert bio.fit_gate(t * ms, m[:, 0], p=1).h_inf is None


T, G = np.arange(20) * ms, np.linspace(0, 1, 20) * nS
LEAK = "dV/dt = I*Mohm/ms - V/ms : mV\nI : nA"
CASES = {
    "no durations": (es.EqsimError, "how long each command lasts", lambda: bio.voltage_clamp(LEAK, [0, 1] * mV)),
    "no potential": (
        UnknownVariableError,
        "no derivative 'U', its potential",
        lambda: bio.voltage_clamp(LEAK, 0 * mV, 1 * ms, voltage="U"),
    ),
    "no current": (
        UnknownVariableError,
        "no parameter 'J', its external current",
        lambda: bio.voltage_clamp(LEAK, 0 * mV, 1 * ms, current="J"),
    ),
    "no such parameter": (
        UnknownVariableError,
        "no parameter 'Q'",
        lambda: bio.voltage_clamp(LEAK, 0 * mV, 1 * ms, params={"Q": 1}),
    ),
    "a command in nA": (UnitsError, "unit", lambda: bio.voltage_clamp(LEAK, 0 * nA + 1 * nA, 1 * ms)),
    "a square of the current": (
        es.EqsimError,
        "no I holds V",
        lambda: bio.voltage_clamp("dV/dt = I**2*mV/(nA**2*ms) : mV\nI : nA", 0 * mV, 1 * ms),
    ),
    "too few commands": (
        es.EqsimError,
        "do not fit the group",
        lambda: bio.voltage_clamp(es.NeuronGroup(3, LEAK), [[0, 1]] * mV, [1] * ms),
    ),
    "times of a TimedArray": (
        es.EqsimError,
        "has its own times",
        lambda: bio.voltage_clamp(LEAK, es.TimedArray([0] * mV, 1 * ms), 1 * ms),
    ),
    "times in mV": (UnitsError, "another unit", lambda: bio.fit_gate(np.arange(20) * mV, G)),
    "other lengths": (es.EqsimError, "times and traces do not fit", lambda: bio.fit_gate(T[:-1], G)),
    "times that fall": (es.EqsimError, "no times of a trace", lambda: bio.fit_gate(T[::-1], G)),
    "nothing open": (es.EqsimError, "no conductances", lambda: bio.fit_gate(T, 0 * G)),
    "not a number": (es.EqsimError, "no conductances", lambda: bio.fit_gate(T, G * np.nan)),
    "another g_max": (UnitsError, "another unit", lambda: bio.fit_gate(T, G, g_max=1 * mV)),
    "another number of potentials": (es.EqsimError, "potentials and traces", lambda: bio.fit_gate(T, G, [1, 2] * mV)),
    "no exponent": (es.EqsimError, "p is no exponent", lambda: bio.fit_gate(T, G, p=-1)),
}


@pytest.mark.parametrize("case", CASES)
def test_mistakes(case):
    kind, summary, call = CASES[case]
    with pytest.raises(kind, match=summary) as caught:
        call()
    assert len(caught.value.mistakes) == 1


def test_it_is_light():
    code = (
        "import sys, eqsim; eqsim.biophysics; assert not {'scipy', 'sympy', 'numba', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
