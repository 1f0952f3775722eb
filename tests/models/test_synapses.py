"""Each synapse against a closed form, a recursion or a run by SciPy; and what a call makes of a model's text."""

import re
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import eqsim as es
from eqsim.network.receptors import ReceptorSynapses
from eqsim.text.errors import UnitsError, UnknownModelError, UnknownNameError, UnknownVariableError
from eqsim.units import Hz, Mohm, cm2, mM, mS, ms, mV, nA, nS, pA, second, uA, uS

DT = 0.1
ADDING = ["Alpha", "DualExpon", "Expon", "STD", "STP"]
CLAMPED = "V : mV\nI : nA"


def source(*times):
    """Return a source that fires at times in milliseconds; what it does is seen from one step later on."""
    return es.SpikeGeneratorGroup(1, np.zeros(len(times), int), (np.array(times) - DT) * ms)


def clamped(held=-60, count=1):
    group = es.NeuronGroup(count, CLAMPED)
    group.V = held * mV
    return group


def fires(held=-60):
    """Return a target that could fire, as rules need that follow its spikes, and does not."""
    group = es.NeuronGroup(np.size(held), CLAMPED, threshold="V > 1*volt", reset="V = V")
    group.V = held * mV
    return group


def simulate(synapses, *objects, length, of=None, record=("g",), dt=DT):
    """Run synapses between their ends; return the times and what was recorded, in declared units."""
    recorded = of or (synapses.receptors if isinstance(synapses, ReceptorSynapses) else synapses)
    monitor = es.StateMonitor(recorded, list(record), record=True)
    network(*objects, synapses, monitor, length=length, dt=dt)
    return monitor.t_, *(getattr(monitor, f"{name}_") for name in record)


def network(*objects, length, dt=DT):
    """Run a network; what is short is not compiled."""
    target = "numpy" if length / dt <= 1000 else "numba"
    es.Network(*objects, dt=dt * ms, target=target, threads=1).run(length * ms)


def after(t, start):
    """Return how long ago something began, and nothing before."""
    return np.maximum(t - start, 0) * (t > start - DT / 2)


def response(name, length=60, times=(10,), V=-60, record=("g",), **given):
    """Return what is recorded of one synapse onto a neuron whose potential is held."""
    pre, post = source(*times), clamped(V)
    synapses = getattr(es.synapses, name)(pre, post, **given)
    synapses.connect()
    t, *values = simulate(synapses, pre, post, length=length, record=record)
    return t, *(one[0] for one in values)


def current(name, length=60, times=(10,), V=-60, **given):
    """Return the current into a neuron whose potential is held, in nA; into several, shape (times, n)."""
    pre, post = source(*times), fires(V)
    synapses = getattr(es.synapses, name)(pre, post, **given)
    synapses.connect()
    t, values = simulate(synapses, pre, post, length=length, of=post, record=("I",))
    return t, values.T if np.ndim(V) else values[0]


# closed forms --------------------------------------------------------------------------------------------------------


def test_expon_decays_exponentially_and_adds_up():
    t, g = response("Expon", times=(10, 14), w=2 * nS, tau=5 * ms)
    expected = sum(2 * np.exp(-(t - at) / 5) * (t > at - DT / 2) for at in (10, 14))
    assert g == pytest.approx(expected, abs=1e-12)


def test_alpha_is_highest_after_its_time_constant():
    t, g = response("Alpha", w=3 * nS, tau=4 * ms)
    since = after(t, 10)
    assert g == pytest.approx(3 * since / 4 * np.exp(1 - since / 4), abs=1e-12)
    assert t[np.argmax(g)] == pytest.approx(14)
    assert g.max() == pytest.approx(3, rel=1e-9)


@pytest.mark.parametrize(("rise", "decay"), [(1, 10), (0.5, 3), (10, 1)])
def test_dualexpon_has_its_peak_where_both_exponentials_say(rise, decay):
    t, g = response("DualExpon", w=2 * nS, tau_rise=rise * ms, tau_decay=decay * ms)
    since = after(t, 10)
    peak = rise * decay / (decay - rise) * np.log(decay / rise)
    height = np.exp(-peak / decay) - np.exp(-peak / rise)
    assert g == pytest.approx(2 * (np.exp(-since / decay) - np.exp(-since / rise)) / height, abs=1e-11)
    assert t[np.argmax(g)] - 10 == pytest.approx(peak, abs=DT)


def test_delta_adds_at_once():
    pre, post = source(10), es.NeuronGroup(1, "dV/dt = -V/(10*ms) : mV")
    synapses = es.synapses.Delta(pre, post, w=2 * mV)
    synapses.connect()
    t, V = simulate(synapses, pre, post, length=30, of=post, record=("V",))
    assert V[0] == pytest.approx(2 * np.exp(-(t - 10) / 10) * (t > 10 - DT / 2), abs=1e-12)


def two_states(t, on, off, last, start=10):
    """Return the open fraction under a pulse: two exponentials."""
    rising = on / (on + off) * (1 - np.exp(-(on + off) * np.minimum(after(t, start), last)))
    return rising * np.exp(-off * np.maximum(t - start - last, 0))


@pytest.mark.parametrize(
    ("name", "alpha", "beta", "T", "T_dur"), [("AMPA", 0.98, 0.18, 0.5, 0.5), ("GABAa", 0.53, 0.18, 1, 1)]
)
def test_kinetic_receptors_under_one_pulse(name, alpha, beta, T, T_dur):
    t, g = response(name)
    assert g == pytest.approx(two_states(t, alpha * T, beta, T_dur), abs=1e-12)
    given = {"alpha": 2 / (mM * ms), "beta": 0.3 / ms, "T": 0.2 * mM, "T_dur": 3 * ms}
    t, g = response(name, **given)
    assert g == pytest.approx(two_states(t, 0.4, 0.3, 3), abs=1e-12)


@pytest.mark.parametrize(("name", "level"), [("AMPA", 0.49 / 0.67), ("GABAa", 0.53 / 0.71)])
def test_kinetic_receptors_rest_under_constant_transmitter(name, level):
    """Where transmitter stays, alpha*T/(alpha*T + beta) of the receptors are open."""
    _, g = response(name, length=200, T_dur=1000 * ms)
    assert g[-1] == pytest.approx(level, rel=1e-9)


def test_a_spike_in_a_pulse_makes_it_last():
    t, g = response("AMPA", times=(10, 10.3), T_dur=0.5 * ms)
    assert g == pytest.approx(two_states(t, 0.49, 0.18, 0.8), abs=1e-12)


def by_scipy(slope, size, T, pulses, last):
    """Return times and states under pulses of transmitter; each stretch is solved by itself."""
    edges = sorted({0.0, T, *pulses, *(pulse + last for pulse in pulses)})
    times, states, state = [np.zeros(0)], [np.zeros((size, 0))], np.zeros(size)
    for first, last_one in pairwise(edges):
        on = any(pulse - 1e-9 <= first < pulse + last - 1e-9 for pulse in pulses)
        at = np.arange(np.rint(first / DT), np.rint(last_one / DT)) * DT
        stretch = (first, last_one)
        found = solve_ivp(
            lambda t, y, on=on: slope(on, *y), stretch, state, t_eval=[*at, last_one], rtol=1e-10, atol=1e-12
        )
        times.append(at)
        states.append(found.y[:, :-1])
        state = found.y[:, -1]
    return np.concatenate(times), np.concatenate(states, axis=1)


def test_gabab_equals_an_independent_run():
    pulses = tuple(range(10, 110, 5))
    t, R, G, g = gabab(pulses)
    _, states = by_scipy(
        lambda on, R, G: [0.045 * on * (1 - R) - 0.0012 * R, 0.18 * R - 0.034 * G], 2, 600, pulses, 0.3
    )
    assert pytest.approx(states[0], abs=1e-9) == R
    assert pytest.approx(states[1], abs=0.01 * states[1].max()) == G
    assert g == pytest.approx(G**4 / (G**4 + 100), rel=1e-12)
    assert 100 < t[np.argmax(g)] < 250


def gabab(pulses):
    return response("GABAb", length=600, times=pulses, record=("R", "G", "g"))


def test_gabab_needs_a_burst():
    """Four G proteins must bind, so that the response grows faster than the number of pulses."""
    heights = [gabab(tuple(range(10, 10 + 5 * count, 5)))[3].max() for count in (1, 2, 10)]
    assert heights[1] > 10 * heights[0]
    assert heights[2] > 100 * heights[1]


def test_bionmda_equals_an_independent_run():
    _, g, x = response("BioNMDA", length=200, times=(10, 40), record=("g", "x"))
    _, states = by_scipy(
        lambda on, g, x: [2 * x * (1 - g) - 0.01 * g, on * (1 - x) - 0.5 * x], 2, 200, (10.0, 40.0), 0.5
    )
    assert x == pytest.approx(states[1], abs=1e-9)
    assert g == pytest.approx(states[0], abs=0.06)
    finer = g_of_bionmda(0.01)
    coarse, fine = (np.abs(values - states[0]).max() for values in (g, finer))
    assert fine < 0.15 * coarse


def g_of_bionmda(dt):
    pre = es.SpikeGeneratorGroup(1, [0, 0], (np.array([10, 40]) - dt) * ms)
    post = clamped()
    synapses = es.synapses.BioNMDA(pre, post)
    synapses.connect()
    _, g = simulate(synapses, pre, post, length=200, dt=dt)
    return g[0, :: round(DT / dt)]


def test_nmda_saturates_as_its_equations_do():
    t, g = response("NMDA", length=200, times=(10, 12, 14))
    solution = np.zeros_like(t)
    x, state, begin = 0.0, 0.0, 0.0
    for at, end in zip((10, 12, 14), (12, 14, 200), strict=True):
        x = x * np.exp(-(at - begin) / 2) + 1
        within = (t > at - DT / 2) & (t < end - DT / 2)
        slope = lambda s, y, x=x, at=at: -y / 100 + 0.5 * x * np.exp(-(s - at) / 2) * (1 - y)
        found = solve_ivp(slope, (at, end), [state], t_eval=[*t[within], end], rtol=1e-10, atol=1e-12)
        solution[within], state, begin = found.y[0, :-1], found.y[0, -1], at
    assert g == pytest.approx(solution, abs=1e-6)
    assert 0.8 < g.max() < 1


def test_the_block_by_magnesium():
    """What flows with and without magnesium differs by 1/(1 + [Mg]/3.57*exp(-0.062*V))."""
    V = np.array([-80, -60, -20, 0, 40])
    _, blocked = current("NMDA", V=V, E=10 * mV, cc_Mg=1 * mM)
    _, free = current("NMDA", V=V, E=10 * mV, output="COBA")
    assert np.abs(free).max() > 0
    assert blocked == pytest.approx(free / (1 + np.exp(-0.062 * V) / 3.57), rel=1e-9)
    _, shifted = current("Expon", V=V, E=10 * mV, output="MgBlock", V_offset=5 * mV)
    _, plain = current("Expon", V=V, E=10 * mV)
    assert shifted == pytest.approx(plain / (1 + 1.2 / 3.57 * np.exp(-0.062 * (V - 5))), rel=1e-9)


# plasticity ----------------------------------------------------------------------------------------------------------


def test_std_settles_where_its_recursion_does():
    """At a regular rate, x before a spike tends to (1 - d)/(1 - (1 - U)*d) with d = exp(-period/tau)."""
    times = np.arange(1, 40) * 20.0
    _, g = response("STD", length=800, times=times, w=1 * nS, tau=100 * ms, U=0.3, tau_decay=1 * ms)
    x, heights = 1.0, []
    for _ in times:
        heights.append(x)
        x = 1 - (1 - 0.7 * x) * np.exp(-0.2)
    decays = np.exp(-20 / 1)
    found = g[np.rint(times / DT).astype(int)]
    assert found == pytest.approx(np.array(heights) + np.r_[0, heights[:-1]] * decays, rel=1e-6)
    assert found[-1] == pytest.approx((1 - np.exp(-0.2)) / (1 - 0.7 * np.exp(-0.2)), rel=1e-3)


def test_stp_follows_its_recursion_to_the_steady_state():
    U, tau_f, tau_d, period = 0.2, 300, 150, 25
    times = np.arange(1, 81) * float(period)
    pre, post = source(*times), clamped()
    synapses = es.synapses.STP(pre, post, U=U, tau_f=tau_f * ms, tau_d=tau_d * ms, w=1 * nS)
    synapses.connect()
    network(pre, post, synapses, length=times[-1] + DT / 2)
    u, x, first = 0.0, 1.0, True
    for _ in times:
        if not first:
            u, x = u * np.exp(-period / tau_f), 1 - (1 - x) * np.exp(-period / tau_d)
        first = False
        u += U * (1 - u)
        x -= u * x
    assert synapses.u_[0] == pytest.approx(u, rel=1e-12)
    assert synapses.x_[0] == pytest.approx(x, rel=1e-12)
    steady = U / (1 - (1 - U) * np.exp(-period / tau_f))
    assert u == pytest.approx(steady, rel=1e-6)
    kept = np.exp(-period / tau_d)
    assert x == pytest.approx((1 - steady) * (1 - kept) / (1 - (1 - steady) * kept), rel=1e-4)


def paired(name, pre_times, post_times, T, **given):
    """Return the weights of synapses, each between two neurons that fire at given times in milliseconds."""
    count = len(pre_times)
    generator = lambda trains: es.SpikeGeneratorGroup(
        count, np.repeat(np.arange(count), [len(train) for train in trains]), np.concatenate(trains) * ms
    )
    first, second = generator(pre_times), generator([np.array(train) - DT for train in post_times])
    post = es.NeuronGroup(count, "V : mV\nI : nA\nx : 1", threshold="x > 0", reset="x = 0")
    kick = es.Synapses(second, post, on_pre="x += 1")
    kick.connect(j="i")
    synapses = getattr(es.synapses, name)(first, post, **given)
    synapses.connect(j="i")
    network(first, second, post, kick, synapses, length=T)
    return synapses.w_


GAPS = np.array([-60.0, -20, -5, -0.5, 0.5, 5, 20, 60])


@pytest.mark.parametrize("mu", [0, 0.5, 1])
def test_stdp_window_of_pairs(mu):
    """A pair changes w by w_max*A1*(1 - w/w_max)**mu*exp(-gap/tau), or by -w_max*A2*(w/w_max)**mu*exp(gap/tau)."""
    pre, post = [[100.0]] * len(GAPS), [[100.0 + gap] for gap in GAPS]
    given = {"w": 0.6 * nS, "w_max": 2 * nS, "A1": 0.01, "A2": 0.02, "mu": mu, "tau_s": 15 * ms, "tau_t": 30 * ms}
    w = paired("STDP", pre, post, 200, **given)
    up = 2 * 0.01 * 0.7**mu * np.exp(-GAPS / 15)
    down = -2 * 0.02 * 0.3**mu * np.exp(GAPS / 30)
    assert w - 0.6 == pytest.approx(np.where(GAPS > 0, up, down), rel=1e-9)


def test_stdp_keeps_weights_between_their_bounds():
    train = np.arange(10, 500, 10.0)
    given = {"A1": 0.2, "A2": 0.2, "w_max": 1 * nS}
    w = paired("STDP", [train, train], [train + 2, train - 2], 520, w=0.5 * nS, **given)
    assert w.tolist() == [1, 0]
    soft = paired("STDP", [train, train], [train + 2, train - 2], 520, w=0.5 * nS, mu=1, **given)
    assert np.all((soft > 0) & (soft < 1))
    assert soft[0] > 0.6 > 0.4 > soft[1]


def triplet(pre, post, w, A2_plus, A3_plus, A2_minus, A3_minus, tau_plus, tau_minus, tau_x, tau_y):
    """Return a weight after all spikes, in the order of their times, by the paper's equations 3 and 4."""
    r1 = r2 = o1 = o2 = before = 0.0
    for at, kind in sorted([(at, 0) for at in pre] + [(at, 1) for at in post]):
        gap = at - before
        r1, r2 = r1 * np.exp(-gap / tau_plus), r2 * np.exp(-gap / tau_x)
        o1, o2 = o1 * np.exp(-gap / tau_minus), o2 * np.exp(-gap / tau_y)
        before = at
        if kind == 0:
            w -= o1 * (A2_minus + A3_minus * r2)
            r1, r2 = r1 + 1, r2 + 1
        else:
            w += r1 * (A2_plus + A3_plus * o2)
            o1, o2 = o1 + 1, o2 + 1
        w = min(max(w, 0), 1)
    return w


def test_triplets_follow_their_rule():
    rng = np.random.default_rng(3)
    trains = [np.sort(rng.choice(np.arange(5, 4950), 60, replace=False)) / 5 for _ in range(8)]
    pre, post = trains[:4], trains[4:]
    amplitudes = {"A2_plus": 0.003, "A3_plus": 0.008, "A2_minus": 0.004, "A3_minus": 0.002}
    constants = {"tau_plus": 16.8, "tau_minus": 33.7, "tau_x": 101.0, "tau_y": 125.0}
    w = paired("TripletSTDP", pre, post, 1000, **amplitudes, w=0.5 * nS)
    expected = [triplet(a, b, 0.5, **amplitudes, **constants) for a, b in zip(pre, post, strict=True)]
    assert w == pytest.approx(expected, rel=1e-9)
    assert np.ptp(expected) > 0.01


# electrical ----------------------------------------------------------------------------------------------------------


def test_gap_junctions_take_from_one_what_they_give_to_the_other():
    cells = es.NeuronGroup(2, "dV/dt = R*I/(10*ms) : mV\nI : nA\nR = 100*Mohm : Mohm (parameter)")
    cells.V = [-70, -50] * mV
    junction = es.synapses.GapJunction(cells, w=5 * nS)
    junction.connect("i != j")
    t, V, into = simulate(junction, cells, length=30, of=cells, record=("V", "I"))
    assert into[0] == pytest.approx(-into[1], abs=1e-12)
    assert into[0, 1] == pytest.approx(5e-3 * 20)
    assert V.sum(axis=0) == pytest.approx(-120, abs=1e-9)
    difference = -20 * (1 - 2 * 100 * 5e-3 * DT / 10) ** (np.rint(t / DT))
    assert V[0] - V[1] == pytest.approx(difference, rel=1e-6)


# outputs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(es.synapses) - {"Delta", "GapJunction"}))
def test_conductances_drive_towards_their_reversal_potential(name):
    """The current changes with V as E - V does, and the response itself is the current where there is no such."""
    given = {"times": (2, 5), "length": 12}
    _, below = current(name, **given, V=-70, E=-60 * mV, output="COBA", w=1 * nS)
    _, above = current(name, **given, V=-40, E=-60 * mV, output="COBA", w=1 * nS)
    _, response = current(name, **given, V=-70, output="CUBA", w=1 * nA)
    assert below.max() > 0
    assert above == pytest.approx(-2 * below, rel=1e-9)
    assert response == pytest.approx(below * 100, rel=1e-9)  # 1 nS by 10 mV is 0.01 nA


UNITS = {"nA": nA, "pA": pA, "uA/cm2": uA / cm2, "mV": mV}


@pytest.mark.parametrize(("unit", "w"), [("nA", 1 * uS), ("pA", 1 * nS), ("uA/cm2", 1 * mS / cm2), ("mV", 1)])
def test_the_weight_has_the_unit_that_the_target_asks_for(unit, w):
    for output, weight, expected in (("COBA", w, 60), ("CUBA", 1 * UNITS[unit], 1)):
        pre, post = source(10), es.NeuronGroup(1, f"V : mV\nI : {unit}")
        post.V = -60 * mV
        synapses = es.synapses.Expon(pre, post, output=output, w=weight)
        synapses.connect()
        t, into = simulate(synapses, pre, post, length=11, of=post, record=("I",))
        assert into[0, np.argmin(np.abs(t - 10.1))] == pytest.approx(expected)


def test_a_variable_that_decays_in_the_target_is_added_to():
    pre, post = source(10, 12), es.NeuronGroup(1, "V : mV\ndg_e/dt = -g_e/(5*ms) : nS")
    synapses = es.synapses.STD(pre, post, target="g_e", w=2 * nS, tau=100 * ms, U=0.5)
    assert not isinstance(synapses, ReceptorSynapses)
    synapses.connect()
    t, g = simulate(synapses, pre, post, length=20, of=post, record=("g_e",))
    second = 1 - 0.5 * np.exp(-2 / 100)
    expected = 2 * np.exp(-after(t, 10) / 5) * (t > 9.95) + 2 * second * np.exp(-after(t, 12) / 5) * (t > 11.95)
    assert g[0] == pytest.approx(expected, rel=1e-9)


def test_other_names_and_paths_of_a_target():
    pre, post = source(10), es.NeuronGroup(1, "V_d : mV\nI_d : nA")
    post.V_d = -50 * mV
    synapses = es.synapses.Expon(pre, post, target="I_d", voltage="V_d", w=1 * uS)
    synapses.connect()
    t, into = simulate(synapses, pre, post, length=11, of=post, record=("I_d",))
    assert into[0, np.argmin(np.abs(t - 10.1))] == pytest.approx(50)
    channels = {
        "IL": es.Channel("I = g*(V - E) : uA/cm2\ng = 1*mS/cm2 : mS/cm2 (parameter)\nE = -60*mV : mV (parameter)")
    }
    cell = es.ConductanceNeuron(1, C=1 * uA * ms / mV / cm2, channels=channels)
    into = es.synapses.AMPA(source(1), cell, w=1 * mS / cm2)
    into.connect()
    es.Network(into.source, cell, into, target="numpy").run(5 * ms)
    assert cell.V_[0] > -60


# responses that add up -----------------------------------------------------------------------------------------------


def population(make, **how):
    """Return the currents and potentials of a small network, excited by synapses that ``make`` makes."""
    es.seed(5)
    pre = es.PoissonGroup(20, 100 * Hz)
    post = es.neurons.LIF(10, R=500 * Mohm, V_th=5 * mV)
    synapses = make(pre, post)
    synapses.connect(i=np.arange(40) % 20, j=np.arange(40) * 7 % 10)
    synapses.delay = np.arange(40) % 7 * 0.3 * ms
    synapses.w = np.linspace(0.5, 5, 40) * nS
    monitor, spikes = es.StateMonitor(post, ["I", "V"], record=True), es.SpikeMonitor(post)
    es.Network(pre, post, synapses, monitor, spikes, **how).run(60 * ms)
    assert spikes.num_spikes > 5
    return monitor.I_, monitor.V_


@pytest.mark.parametrize("name", ADDING)
def test_kept_once_for_each_target_responses_are_the_same(name):
    model = getattr(es.synapses, name)
    together = population(lambda pre, post: model(pre, post, E=20 * mV), target="numpy")
    text = str(model).replace("E         = 0*mV", "E = 20*mV").replace("E   = 0*mV", "E = 20*mV")
    assert "20*mV" in text
    apart = population(lambda pre, post: es.Synapses(pre, post, text), target="numpy")
    for one, other in zip(together, apart, strict=True):
        assert one == pytest.approx(other, rel=1e-7, abs=1e-9)


@pytest.mark.slow
def test_threads_and_targets_agree_on_receptors():
    runs = [population(lambda pre, post: es.synapses.STP(pre, post, E=20 * mV), threads=n) for n in (1, 2)]
    for one, other in zip(*runs, strict=True):
        assert one.tobytes() == other.tobytes()
    plain = population(lambda pre, post: es.synapses.STP(pre, post, E=20 * mV), target="numpy")
    assert runs[0][1] == pytest.approx(plain[1], rel=1e-9, abs=1e-9)


def test_which_models_are_kept_once_for_each_target():
    for name in set(es.synapses) - {"Delta"}:
        pre, post = (clamped() if name == "GapJunction" else source(1)), fires()
        assert isinstance(getattr(es.synapses, name)(pre, post), ReceptorSynapses) == (name in ADDING), name


def test_receptors_are_reached_through_their_synapses():
    pre, post = source(5), clamped(count=3)
    synapses = es.synapses.Expon(pre, post, tau=5 * ms, w=2 * nS, name="exc")
    synapses.connect(j=[0, 2], i=[0, 0])
    assert "g" in dir(synapses)
    assert (synapses.receptors.N, len(synapses)) == (3, 2)
    assert synapses.tau_.tolist() == [5, 5, 5]
    synapses.tau = [5, 6, 7] * ms
    synapses.tau_[1] = 8
    assert synapses.receptors.tau_.tolist() == [5, 8, 7]
    assert synapses.w_.tolist() == [2, 2]
    synapses.w[1] = 3 * nS
    net = es.Network(pre, post, synapses, target="numpy")
    assert {"exc", "exc_receptors", "exc_currents"} <= {thing.name for thing in net}
    net.run(10 * ms)
    assert synapses.g_ == pytest.approx([2 * np.exp(-1), 0, 3 * np.exp(-5 / 7)])
    assert synapses.receptors.I_syn_ == pytest.approx(60e-3 * synapses.g_)
    with pytest.raises(UnknownVariableError, match="tauu"):
        _ = synapses.tauu
    net.remove(synapses)
    assert len(net) == 2


def test_texts_of_connections_see_the_neurons():
    line = "V : mV\nI : nA\nx : 1"
    pre, post = es.NeuronGroup(4, line, threshold="x > 9", reset="x = 0"), es.NeuronGroup(6, line)
    pre.x, post.x = "i", "i"
    for target, reached in ((post, "x_post"), (post[2:5], "x_post - 2")):
        synapses = es.synapses.Expon(pre, target)
        synapses.connect("x_pre == x_post")
        assert synapses.i.tolist() == (synapses.j + (0 if target is post else 2)).tolist()
        assert len(synapses) == (4 if target is post else 2)
        synapses.w = "x_post*nS"
        assert synapses.w_.tolist() == synapses.i.tolist()
    within = es.synapses.Expon(pre)
    within.connect(rule=es.rules.all_to_all(self_connections=False))
    assert len(within) == 12


def test_a_part_of_a_group_as_target():
    pre, post = source(5), clamped(count=4)
    synapses = es.synapses.Expon(pre, post[1:3], w=1 * nS)
    synapses.connect(j="1")
    es.Network(pre, post, synapses, target="numpy").run(5 * ms + 2 * DT * ms)
    assert np.flatnonzero(post.I_).tolist() == [2]


def test_a_network_with_receptors_is_stored_and_left_out_aloud():
    pre, post = source(5), clamped()
    synapses = es.synapses.Expon(pre, post, w=1 * nS)
    synapses.connect()
    net = es.Network(pre, post, synapses, target="numpy")
    net.run(6 * ms)
    net.store()
    net.run(4 * ms)
    first = synapses.g_.copy()
    net.restore()
    net.run(4 * ms)
    assert synapses.g_ == pytest.approx(first, rel=0)
    assert first[0] > 0
    other = source(5)
    left = es.synapses.Expon(other, post, name="left")
    with pytest.warns(es.EqsimWarning, match=r"without effect: ReceptorSynapses 'left' "):
        net.run(1 * ms)
    assert len(left) == 0


# calls ---------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_second_without_nan():
    """One network of all; a run stops by itself when a state is not finite."""
    noisy, steady = es.PoissonGroup(5, 40 * Hz), es.neurons.LIF(5, I=40 * nA)
    given = {"V_rest": -60 * mV, "V_reset": -60 * mV, "V_th": -40 * mV, "R": 100 * Mohm, "V": -60 * mV}
    posts, made = {}, {}
    for name in es.synapses:
        posts[name] = es.neurons.LIF(2, **given)
        pulse = {"T_dur": 2 * ms} if "T_dur" in getattr(es.synapses, name).settable else {}
        made[name] = getattr(es.synapses, name)(steady if name == "GapJunction" else noisy, posts[name], **pulse)
        made[name].connect()
    es.Network(noisy, steady, *posts.values(), *made.values(), dt=1 * ms, target="numpy").run(1 * second)
    for name, post in posts.items():
        states = {**post.get_states(units=False), **made[name].get_states(units=False)}
        assert all(np.all(np.isfinite(values)) for values in states.values())
        assert np.all(post.V_ != -60), name


def test_the_library_lists_and_shows_its_models():
    names = "Delta Expon DualExpon Alpha AMPA GABAa GABAb NMDA BioNMDA GapJunction STD STP STDP TripletSTDP"
    assert set(es.synapses) == set(names.split())
    assert repr(es.synapses).startswith("es.synapses: 14 models\nAlpha ")
    shown = str(es.synapses.AMPA)
    assert "reference Destexhe, Mainen & Sejnowski (1994) Neural Comput 6:14" in shown
    assert "dg/dt = alpha*T*present*(1 - g) - beta*g" in shown
    assert es.synapses.NMDA.settable["a"] == "1/ms"
    html = es.synapses.STP._repr_html_()
    assert "on_pre" in html
    assert r"\frac{\mathrm{d}x}{\mathrm{d}t}" in es.synapses.STP._repr_latex_()
    with pytest.raises(UnknownModelError, match="did you mean 'AMPA'"):
        _ = es.synapses.AMPPA


@pytest.mark.parametrize("name", sorted(set(es.synapses) - {"Delta"}))
def test_a_text_stands_for_itself(name):
    """Whatever takes a text takes the model: COBA onto I, each synapse with states of its own."""
    pre, post = es.neurons.LIF(3), es.neurons.LIF(2)
    synapses = es.Synapses(pre, post, str(getattr(es.synapses, name)))
    synapses.connect()
    assert len(synapses) == 6
    given = es.Synapses(pre, post, getattr(es.synapses, name))
    given.connect()
    assert given.w_.tolist() == synapses.w_.tolist()


def test_values_may_be_texts_that_see_the_caller():
    most = 3 * nS
    pre, post = source(1), clamped(count=4)
    synapses = es.synapses.AMPA(pre, post, w="most*j", g=0.25, alpha="2*beta/mM")
    synapses.connect()
    assert synapses.w_.tolist() == [0, 3, 6, 9]
    assert synapses.g_.tolist() == [0.25] * 4
    assert synapses.alpha_ == pytest.approx([0.36] * 4)
    assert set(synapses.namespace) == {"most"}
    shift = 1 * nS
    synapses.w = "w + shift"
    assert synapses.w_.tolist() == [1, 4, 7, 10]
    given = es.synapses.Expon(pre, post, w="most", namespace={"most": 1 * nS})
    given.connect()
    assert given.w_.tolist() == [1] * 4


def test_delays_are_those_of_synapses():
    pre, post = source(5), clamped()
    synapses = es.synapses.Expon(pre, post, delay=2 * ms, w=1 * nS)
    synapses.connect()
    t, g = simulate(synapses, pre, post, length=10)
    assert t[np.argmax(g[0])] == pytest.approx(7)


CASES = {
    "an unknown keyword": (
        UnknownNameError,
        "'taus'",
        "did you mean 'tau'",
        lambda a, b: es.synapses.Expon(a, b, taus=1 * ms),
    ),
    "no reversal of a current": (
        UnknownNameError,
        "'E'",
        "it has g",
        lambda a, b: es.synapses.Expon(a, b, output="CUBA", E=0 * mV),
    ),
    "another unit": (UnitsError, "another unit", "", lambda a, b: es.synapses.Expon(a, b, w=1 * nA)),
    "no such variable": (
        UnknownVariableError,
        "no variable 'J'",
        "target=: V \\(mV\\), I \\(nA\\)",
        lambda a, b: es.synapses.Expon(a, b, target="J"),
    ),
    "no such output": (
        es.EqsimError,
        "no output 'NMDA'",
        "COBA, CUBA, MgBlock",
        lambda a, b: es.synapses.Expon(a, b, output="NMDA"),
    ),
    "one output": (
        es.EqsimError,
        "one output alone",
        "leave out",
        lambda a, b: es.synapses.GapJunction(b, b, output="COBA"),
    ),
    "no potential": (
        es.EqsimError,
        "no variable 'U'",
        "output='CUBA'",
        lambda a, b: es.synapses.Expon(a, b, voltage="U"),
    ),
    "no potential of the source": (
        UnknownVariableError,
        "source has no variable 'V'",
        "neurons",
        es.synapses.GapJunction,
    ),
    "a subexpression": (
        es.EqsimError,
        "'A' is a subexpression",
        "made of",
        lambda a, b: es.synapses.DualExpon(a, b, A=2),
    ),
    "an array": (
        es.EqsimError,
        "'w' takes one value",
        "after connect",
        lambda a, b: es.synapses.Expon(a, b, w=[1, 2] * nS),
    ),
    "no group": (es.EqsimError, "a target must be a group", "", lambda a, b: es.synapses.Expon(a, 5)),
    "no derivative": (
        es.EqsimError,
        "'I' of the target has no derivative",
        "dI/dt",
        lambda a, b: es.synapses.Delta(a, b, target="I"),
    ),
    "no spikes of the target": (es.EqsimError, "no threshold", "", es.synapses.STDP),
}


@pytest.mark.parametrize("case", CASES)
def test_mistakes(case):
    kind, summary, hint, call = CASES[case]
    with pytest.raises(kind, match=summary) as caught:
        call(source(1), clamped())
    assert len(caught.value.mistakes) == 1
    assert re.search(hint, caught.value.hint or "")


def test_mistakes_of_targets():
    pre = source(1)
    with pytest.raises(es.EqsimError, match="'V' of the target has a derivative, and these synapses decay"):
        es.synapses.Expon(pre, es.neurons.LIF(1), target="V")
    with pytest.raises(UnitsError, match="the target has no units"):
        es.synapses.Expon(pre, es.NeuronGroup(1, "dV/dt = I - V\nI"))
    with pytest.raises(es.EqsimError, match="potential is no voltage"):
        es.synapses.Expon(pre, es.neurons.FHN(1))
    current = es.synapses.Expon(pre, es.neurons.FHN(1), output="CUBA", w=0.5)
    current.connect()
    assert current.w_.tolist() == [0.5]


def test_nothing_is_read_by_the_import():
    code = (
        "import eqsim; from eqsim.network.library import _read; eqsim.synapses; assert _read.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
