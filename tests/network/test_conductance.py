"""Channels and ions: one model from several texts."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import cm2, kelvin, mM, mS, ms, mV, nS, pF, uA, uF

NA = """
channel Na
I = g_max*m**3*h*(V - E) : uA/cm2
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
alpha_m = 1/exprel(-(V + 40*mV)/(10*mV))/ms : 1/ms
beta_m = 4*exp(-(V + 65*mV)/(18*mV))/ms : 1/ms
alpha_h = 0.07*exp(-(V + 65*mV)/(20*mV))/ms : 1/ms
beta_h = 1/(1 + exp(-(V + 35*mV)/(10*mV)))/ms : 1/ms
g_max = 120*mS/cm2 : mS/cm2 (parameter)
E = 50*mV : mV (parameter)
"""
K = """
I = g_max*n**4*(E - V) : uA/cm2 (inward)
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
alpha_n = 0.1/exprel(-(V + 55*mV)/(10*mV))/ms : 1/ms
beta_n = 0.125*exp(-(V + 65*mV)/(80*mV))/ms : 1/ms
g_max = 36*mS/cm2 : mS/cm2 (parameter)
E = -77*mV : mV (parameter)
"""
LEAK = "I = g_max*(V - E) : uA/cm2\ng_max = 0.3*mS/cm2 : mS/cm2 (parameter)\nE = -54.387*mV : mV (parameter)"
ONE_TEXT = """
dV/dt = (input - (g_Na*m**3*h*(V - E_Na) + g_K*n**4*(V - E_K) + g_L*(V - E_L)))/C_m : mV
C_m : uF/cm2
input : uA/cm2
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
alpha_m = 1/exprel(-(V + 40*mV)/(10*mV))/ms : 1/ms
beta_m = 4*exp(-(V + 65*mV)/(18*mV))/ms : 1/ms
alpha_h = 0.07*exp(-(V + 65*mV)/(20*mV))/ms : 1/ms
beta_h = 1/(1 + exp(-(V + 35*mV)/(10*mV)))/ms : 1/ms
g_Na = 120*mS/cm2 : mS/cm2 (parameter)
E_Na = 50*mV : mV (parameter)
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
alpha_n = 0.1/exprel(-(V + 55*mV)/(10*mV))/ms : 1/ms
beta_n = 0.125*exp(-(V + 65*mV)/(80*mV))/ms : 1/ms
g_K = 36*mS/cm2 : mS/cm2 (parameter)
E_K = -77*mV : mV (parameter)
g_L = 0.3*mS/cm2 : mS/cm2 (parameter)
E_L = -54.387*mV : mV (parameter)
V(0) = -65*mV
m(0) = alpha_m/(alpha_m + beta_m)
h(0) = alpha_h/(alpha_h + beta_h)
n(0) = alpha_n/(alpha_n + beta_n)
"""


def squid(size=1, **more):
    channels = {"INa": es.Channel(NA), "IK": es.Channel(K), "IL": es.Channel(LEAK)}
    return es.ConductanceNeuron(size, C=1 * uF / cm2, channels=channels, threshold="V > 0*mV", **more)


@pytest.mark.parametrize("target", ["numba", "numpy"])
def test_channels_are_the_same_as_one_text(target):
    size, current = 4, np.array([0, 6, 10, 20]) * uA / cm2
    parts = squid(size)
    whole = es.NeuronGroup(size, ONE_TEXT, threshold="V > 0*mV", refractory="V > 0*mV", method=parts.method)
    whole.C_m = 1 * uF / cm2
    parts.input = whole.input = current
    trace, other = es.StateMonitor(parts, ["V", "INa.m", "IK.n"], True), es.StateMonitor(whole, ["V", "m", "n"], True)
    spikes, others = es.SpikeMonitor(parts), es.SpikeMonitor(whole)
    es.Network(parts, whole, trace, other, spikes, others, dt=0.05 * ms, target=target).run(30 * ms)
    # the sum of currents is another order of terms
    np.testing.assert_allclose(trace.V_, other.V_, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(trace["INa.m"], other.m, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(trace.IK.n, other.n, rtol=1e-9)
    assert spikes.num_spikes == others.num_spikes >= 3
    np.testing.assert_array_equal(spikes.t_, others.t_)


def test_states_begin_where_they_rest():
    group = squid(2)
    group.V = [-80, -40] * mV
    v = np.array([-80.0, -40.0])
    alpha, beta = 0.1 * (v + 55) / 10 / -np.expm1(-(v + 55) / 10) * 10 / 10, 0.125 * np.exp(-(v + 65) / 80)
    np.testing.assert_allclose(group.IK.n, alpha / (alpha + beta), rtol=1e-12)
    group.INa.m = 0.3
    assert (np.asarray(group.INa.m) == 0.3).all()


def test_paths():
    group = squid(3)
    group.INa.g_max = [100, 110, 120] * mS / cm2
    group.IK.g_max[1] = 20 * mS / cm2
    group[1:].IL.E = -60 * mV
    assert group.INa.g_max_.tolist() == [100, 110, 120]
    assert group.IK.g_max_.tolist() == [36, 20, 36]
    assert group.IL.E_.tolist() == [-54.387, -60, -60]
    group.IK.n = "0.5*INa.m + 0.25"
    np.testing.assert_array_equal(group.IK.n, 0.5 * np.asarray(group.INa.m) + 0.25)
    assert "INa.m" in dir(group)
    assert dir(group.IL) == ["E", "I", "g_max"]
    states = group.get_states(units=False)
    assert states["IL.E"].tolist() == [-54.387, -60, -60]
    assert "INa.m" in group.model


def test_statements_and_conditions_name_parts():
    group = squid(2, reset="INa.h = 0.5; IK.n *= 0.5", events={"open": "INa.m > 0.9"})
    group.run_regularly("IL.g_max = (0.1 + 0.1*i)*mS/cm2")
    group.input = 10 * uA / cm2
    opened = es.EventMonitor(group, "open", ["INa.h"])
    net = es.Network(group, opened, dt=0.05 * ms)
    net.run(20 * ms)
    np.testing.assert_allclose(group.IL.g_max_, [0.1, 0.2])
    assert len(opened.i) > 0
    assert len(opened.values("INa.h")[0]) == len(opened.event_trains()[0])


CA = """
ion Ca
dC/dt = -I/(2*F*d) - (C - C_rest)/tau : mM
C_rest = 2.4e-4*mM : mM (parameter)
C_out = 2*mM : mM (parameter)
d = 1*um : um (parameter)
tau = 5*ms : ms (parameter)
"""
ICA = """
uses Ca
I = g_max*(V - Ca.E) : uA/cm2
g_max = 0.01*mS/cm2 : mS/cm2 (parameter)
"""


def test_an_ion_sees_the_currents_of_its_channels():
    channels = {
        "one": es.Channel(ICA),
        "other": es.Channel(ICA.replace("V - Ca.E", "Ca.E - V").replace("cm2\ng", "cm2 (inward)\ng")),
        "leak": es.Channel(LEAK),
    }
    gated = es.Channel("uses Ca.C\nI = g_max*Ca.C/(Ca.C + K)*(V + 90*mV) : uA/cm2\ng_max : mS/cm2", K=1 * mM)
    group = es.ConductanceNeuron(
        1, C=1 * uF / cm2, channels=channels | {"gated": gated}, ions={"Ca": es.Ion(CA, tau=10 * ms)}
    )
    trace = es.StateMonitor(group, ["V", "Ca.C", "Ca.E", "Ca.I", "I_channels"], True)
    es.Network(group, trace, dt=0.01 * ms).run(10 * ms)
    C, E, V = trace["Ca.C"][0].magnitude, trace["Ca.E"][0].magnitude, trace.V_[0]
    assert C[0] == 2.4e-4  # at rest, as long as no current flows
    np.testing.assert_allclose(E, 8.31446261815324 * 309.15 / (2 * 96485.33212331) * np.log(2 / C) * 1000, rtol=1e-12)
    np.testing.assert_allclose(trace["Ca.I"][0].magnitude, 2 * 0.01 * (V - E), rtol=1e-12)
    np.testing.assert_allclose(trace.I_channels_[0], trace["Ca.I"][0].magnitude + 0.3 * (V + 54.387), rtol=1e-9)
    # dC/dt in mM/ms: a density in uA/cm2 over 2 F and a depth of 1 um
    flow = -trace["Ca.I"][0].magnitude * 1e-2 / (2 * 96485.33212331 * 1e-6) * 1e-3
    np.testing.assert_allclose(np.diff(C) / 0.01, (flow - (C - 2.4e-4) / 10)[:-1], rtol=2e-3, atol=1e-9)


def test_a_fixed_ion_and_whole_currents():
    ion = es.Ion("E = 40*mV : mV (parameter)", E=45 * mV)
    channel = es.Channel("uses Na\nI = g*(V - Na.E) : pA\ng : nS", g=10 * nS)
    group = es.ConductanceNeuron(1, C=100 * pF, channels={"INa": channel}, ions={"Na": ion})
    es.Network(group, dt=0.1 * ms).run(1 * ms)
    assert group.V_[0] == pytest.approx(45 - 110 * np.exp(-0.1), rel=1e-9)


def test_a_text_of_its_own():
    text = """
    dV/dt = (input - I_channels - w)/C_m : mV
    dw/dt = (0.1*mS/cm2*(V + 65*mV) - w)/(50*ms) : uA/cm2
    V(0) = -70*mV
    """
    group = es.ConductanceNeuron(1, C=1 * uF / cm2, channels={"leak": es.Channel(LEAK, E=-60 * mV)}, model=text)
    es.Network(group, dt=0.1 * ms).run(1000 * ms)
    assert group.V_[0] == pytest.approx((0.3 * -60 + 0.1 * -65) / 0.4, abs=1e-6)


MISTAKES = {
    "the neuron has no ion 'Ca', which this channel uses": lambda: es.ConductanceNeuron(
        1, 1 * uF / cm2, {"a": es.Channel(ICA)}
    ),
    "this channel defines no current I": lambda: es.ConductanceNeuron(1, 1 * uF / cm2, {"a": es.Channel("x : 1")}),
    "'w' of the neuron is not seen here": lambda: es.ConductanceNeuron(
        1, 1 * uF / cm2, {"a": es.Channel("I = g*w : uA/cm2\ng : mS/cm2")}, model="dV/dt = -I_channels/C_m : mV\nw : mV"
    ),
    "a channel and an ion are both called 'Ca'": lambda: es.ConductanceNeuron(
        1, 1 * uF / cm2, {"Ca": es.Channel(LEAK)}, {"Ca": es.Ion("E : mV")}
    ),
    "'V' is a channel and a variable of the neuron": lambda: es.ConductanceNeuron(
        1, 1 * uF / cm2, {"V": es.Channel(LEAK)}
    ),
    "'Na.G' is not seen here": lambda: es.ConductanceNeuron(
        1, 1 * uF / cm2, {"a": es.Channel("uses Na\nI = g*(V - Na.G) : uA/cm2\ng : mS/cm2")}, {"Na": es.Ion("E : mV")}
    ),
    "the reversal potential of this ion follows from C_out": lambda: es.ConductanceNeuron(
        1, 1 * uF / cm2, {}, {"Ca": es.Ion("C : mM")}
    ),
    "there is no parameter 'gmax' in this text": lambda: es.Channel(LEAK, gmax=1 * mS / cm2),
    "a channel has no threshold": lambda: es.Channel(f"{LEAK}\nthreshold V > 0*mV"),
    "this is the text of a channel, not of an ion": lambda: es.Ion("channel a\nI : uA/cm2"),
    "this is the text of a channel, no model of its own": lambda: es.NeuronGroup(1, "channel a\nI : uA/cm2"),
    "the capacitance C is missing": lambda: es.ConductanceNeuron(1, channels={"a": es.Channel(LEAK)}),
    "C is no capacitance": lambda: es.ConductanceNeuron(1, 1 * mS / cm2, {"a": es.Channel(LEAK)}),
    "'a' in channels is no Channel": lambda: es.ConductanceNeuron(1, 1 * uF / cm2, {"a": LEAK}),
    "'a b' cannot be the name of one of the channels": lambda: es.ConductanceNeuron(
        1, 1 * uF / cm2, {"a b": es.Channel(LEAK)}
    ),
    "the terms of this sum have different units": lambda: es.ConductanceNeuron(
        1, 1 * uF / cm2, {"a": es.Channel(LEAK), "b": es.Channel("I = g*V : pA\ng : nS")}
    ),
    "there is no variable 'INa.q'": lambda: es.StateMonitor(squid(), ["INa.q"]),
    "there is no variable 'INa.q'.": lambda: squid().INa.q,
    "(inward) does not fit this line": lambda: es.ConductanceNeuron(
        1, 1 * uF / cm2, {"a": es.Channel(f"{LEAK}\nx = 1 : 1 (inward)")}
    ),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_mistakes(message):
    with pytest.raises(es.EqsimError) as caught:
        MISTAKES[message]()
    assert message.rstrip(".") in str(caught.value)
    assert "hint:" in str(caught.value)


def test_the_temperature_of_an_ion():
    group = es.ConductanceNeuron(1, 1 * uF / cm2, {}, {"K": es.Ion("C : mM\nC_out : mM")})
    group.K.C, group.K.C_out, group.K.T = 140 * mM, 4 * mM, 300 * kelvin
    assert float(group.K.E[0] / mV) == pytest.approx(8.31446261815324 * 300 / 96485.33212331 * np.log(4 / 140) * 1000)


def test_parts_in_synapses_states_on_disk_and_conditions(tmp_path):
    def network():
        group = squid(2)
        group.input = [10, 0] * uA / cm2
        synapses = es.Synapses(group, group, on_pre="IL.E_post = -50*mV; INa.h_post *= 0.9")
        synapses.connect(i=[0], j=[1])
        trace = es.StateMonitor(group, ["INa.m", "IL.E"], True)
        streamed = es.StateMonitor(group, "IK.I", True, file=tmp_path / f"{id(group)}.h5")
        return es.Network(group, synapses, trace, streamed, dt=0.05 * ms)

    net = network()
    net.run(10 * ms)
    group, trace = net["conductanceneuron"], net["statemonitor"]
    assert group.IL.E_.tolist() == [-54.387, -50]
    net.remove(net["statemonitor_1"])
    net.save(tmp_path / "state.h5")
    other = network()
    other.remove(other["statemonitor_1"])
    other.load(tmp_path / "state.h5")
    for one in (net, other):
        one.run(5 * ms)
    np.testing.assert_array_equal(trace["INa.m"], other["statemonitor"].INa.m)
    np.testing.assert_array_equal(group.IK.n, other["conductanceneuron"].IK.n)
    start = net.t_
    net.run(50 * ms, until="conductanceneuron.INa.m > 0.9")
    assert start < net.t_ < 65
    assert (np.asarray(group.INa.m) > 0.9).any()


def test_a_threshold_written_in_the_text_makes_refractory_too():
    """One action potential is one spike, wherever the threshold stands."""
    text = "dV/dt = (input - I_channels)/C_m : mV\nV(0) = -65*mV\nthreshold V > 0*mV"
    channels = {"INa": es.Channel(NA), "IK": es.Channel(K), "IL": es.Channel(LEAK)}
    written = es.ConductanceNeuron(1, C=1 * uF / cm2, channels=channels, model=text)
    given = squid()
    spikes = []
    for group in (written, given):
        group.input = 10 * uA / cm2
        monitor = es.SpikeMonitor(group)
        es.Network(group, monitor, dt=0.05 * ms).run(40 * ms)
        spikes.append(monitor.t_.tolist())
    assert spikes[0] == spikes[1]
    assert 2 <= len(spikes[0]) <= 4
