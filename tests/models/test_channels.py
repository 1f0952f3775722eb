"""Each channel: gates and currents against BrainPy's numbers and the papers' formulas, and runs within neurons."""

import json
from pathlib import Path

import numpy as np
import pytest

import eqsim as es
from eqsim.language.parse import parse
from eqsim.text.errors import DefinitionError, UnitsError, UnknownNameError
from eqsim.units import cm2, kelvin, mM, mS, ms, mV, second, uA, uF

PEER = json.loads((Path(__file__).parent / "brainpy_channels.json").read_text(encoding="utf-8"))
V = np.array(PEER["V"])  # among them all potentials at which a rate as printed is 0/0
CONDUCTANCE = mS / cm2
UNITS = {"E": mV, "beta": 1 / ms}
NAMES = [
    "INa_HH1952", "INa_TM1991", "INa_Ba2002", "IK_HH1952", "IK_TM1991", "IKDR_Ba2002", "IKA1_HM1992", "IKA2_HM1992",
    "IKK2A_HM1992", "IKK2B_HM1992", "IKNI_Ya1989", "IKL", "IL", "ICaN_IS2008", "ICaL_IS2008", "ICaT_HM1992",
    "ICaT_HP1992", "ICaHT_HM1992", "ICaHT_Re1993", "IAHP_De1994", "Ih_HM1992", "Ih_De1996",
]  # fmt: skip
# BrainPy has them otherwise than their paper
OF_PAPERS = {"IKA2_HM1992", "IKK2A_HM1992", "IKK2B_HM1992"}
# in Celsius, where the formulas of the text hold as they are printed; and how much faster gates are for 10 degrees more
TEMPERATURES = {
    "INa_Ba2002": (36, {"m": 3, "h": 3}),
    "IKDR_Ba2002": (36, {"n": 3}),
    "ICaT_HM1992": (24, {"p": 3.55, "q": 3}),
    "ICaHT_HM1992": (24, {"p": 3.55, "q": 3}),
    "ICaT_HP1992": (24, {"p": 5, "q": 3}),
    "ICaL_IS2008": (24, {"p": 3.55, "q": 3}),
    "ICaHT_Re1993": (23, {"p": 2.3, "q": 2.3}),
}


def channel(name, **given):
    return getattr(es.channels, name)(**given)


def states(name):
    lines = parse(getattr(es.channels, name).text).definitions
    return [line.name for line in lines if line.kind == "derivative"]


def clamped(name, at=V, C=PEER["C"], **given):
    """Return neurons that are held at potentials (mV), with one channel X and a calcium that does not change."""
    calcium = {"Ca": es.ions.CalciumFixed(C=C * mM, E=PEER["E_Ca"] * mV)}
    group = es.ConductanceNeuron(len(at), 1 * uF / cm2, {"X": channel(name, **given)}, calcium, "V : mV")
    group.V = at * mV
    return group


def at_rest(group, gate):
    return np.array(np.asarray(getattr(group.X, gate)))


def time_constants(group, gate, T=0.2):
    """Return the time constants (ms) by which a gate that begins 1 above its rest comes down within ``T`` ms."""
    rest = at_rest(group, gate)
    setattr(group.X, gate, rest + 1)
    es.Network(group, dt=T * ms, target="numpy").run(T * ms)
    return -T / np.log(at_rest(group, gate) - rest)


def current(group):
    return np.asarray(group.X.I.rescale("uA/cm**2").magnitude)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_names():
    assert set(NAMES) == set(es.channels)
    assert set(PEER) - {"note", "V", "C", "E_Ca"} == set(NAMES) - OF_PAPERS


@pytest.mark.parametrize("name", sorted(set(NAMES) - OF_PAPERS))
def test_gates_and_currents_are_those_of_brainpy(name):
    peer = dict(PEER[name])
    given = {key: value * UNITS[key] for key, value in peer.pop("given").items()}
    group = clamped(name, g_max=1 * CONDUCTANCE, **given)
    np.testing.assert_allclose(current(group), peer.pop("current"), rtol=1e-9, atol=1e-12)
    assert set(peer) == set(states(name))
    for gate, expected in peer.items():
        np.testing.assert_allclose(at_rest(group, gate), expected["inf"], rtol=1e-9, atol=1e-15)
        if "tau" in expected:
            np.testing.assert_allclose(time_constants(clamped(name, **given), gate), expected["tau"], rtol=1e-6)


A_late = 1 / (np.exp((V + 46) / 5) + np.exp(-(V + 238) / 37.5))
K2_late = 120 + 1 / (np.exp((V - 1329) / 200) + np.exp(-(V + 130) / 7.1))
# steady states and time constants of p and q as the paper has them
FORMULAS = {
    "IKA2_HM1992": {
        "p": (sigmoid((V + 36) / 20), 0.37 + 1 / (np.exp((V + 35.8) / 19.7) + np.exp(-(V + 79.7) / 12.7))),
        "q": (sigmoid(-(V + 78) / 6), np.where(V < -73, A_late, 60)),
    },
    "IKK2A_HM1992": {
        "p": (sigmoid((V + 43) / 17) ** 4, 9.9 + 1 / (np.exp((V - 81) / 25.6) + np.exp(-(V + 132) / 18))),
        "q": (sigmoid(-(V + 58) / 10.6), K2_late),
    },
    "IKK2B_HM1992": {"q": (sigmoid(-(V + 58) / 10.6), np.where(V < -70, K2_late, 8900))},
}
FORMULAS["IKK2B_HM1992"]["p"] = FORMULAS["IKK2A_HM1992"]["p"]


@pytest.mark.parametrize("name", sorted(OF_PAPERS))
def test_gates_and_currents_are_those_of_the_paper(name):
    rest = {}
    for gate, (expected, tau) in FORMULAS[name].items():
        rest[gate] = expected
        np.testing.assert_allclose(at_rest(clamped(name), gate), expected, rtol=1e-12)
        np.testing.assert_allclose(time_constants(clamped(name), gate), tau, rtol=1e-6)
    power = 4 if "KA" in name else 1
    expected = 2 * rest["p"] ** power * rest["q"] * (V + 100)
    np.testing.assert_allclose(current(clamped(name, g_max=2 * CONDUCTANCE, E=-100 * mV)), expected, rtol=1e-12)


def test_the_squid_s_rates_at_rest():
    """At -65 mV: alpha and beta of the paper's equations at no displacement, per ms."""
    group = clamped("INa_HH1952", np.array([-65.0]))
    found = [at_rest(group, rate)[0] for rate in ("alpha_m", "beta_m", "alpha_h", "beta_h")]
    assert found == pytest.approx([2.5 / np.expm1(2.5), 4, 0.07, 1 / (np.exp(3) + 1)], rel=1e-12)
    group = clamped("IK_HH1952", np.array([-65.0]))
    assert [at_rest(group, rate)[0] for rate in ("alpha_n", "beta_n")] == pytest.approx([0.1 / np.expm1(1), 0.125])


def test_calcium_augments_the_h_current():
    """The paper's curve at rest: g = (1 + g_inc P/Pc) / (1 + beta/alpha + P/Pc) with P/Pc of the bound factor."""
    C = np.array([0.1, 1, 2, 5]) * 1e-3
    for calcium in C:
        group = clamped("Ih_De1996", np.array([-80.0]), C=calcium)
        bound = 1 / (1 + (2e-3 / calcium) ** 4)
        locked = bound / 0.01
        expected = (1 + 2 * locked) / (1 + np.exp(-5 / 5.5) + locked)
        assert current(group)[0] == pytest.approx(0.02 * expected * (-80 + 40), rel=1e-9)
        before = [at_rest(group, state)[0] for state in states("Ih_De1996")]
        es.Network(group, dt=0.1 * ms, target="numpy").run(5 * ms)
        assert [at_rest(group, state)[0] for state in states("Ih_De1996")] == pytest.approx(before, rel=1e-9)


def test_the_h_current_s_time_constant_at_36_degrees():
    """5.3 + 267/(...) ms in the paper, which rounds."""
    group = clamped("Ih_De1996")
    expected = 5.3 + 267 / (np.exp((V + 71.5) / 14.2) + np.exp(-(V + 89) / 11.6))
    np.testing.assert_allclose(at_rest(group, "tau"), expected, rtol=0.012)


@pytest.mark.parametrize("name", NAMES)
def test_currents_reverse_and_are_positive_outward(name):
    """No current at the reversal potential; below it flows in, above it out."""
    reversal = PEER["E_Ca"] if "uses Ca\n" in getattr(es.channels, name).text else None
    if reversal is None:
        reversal = float(np.asarray(clamped(name).X.E)[0])
    # where the channels of each are open
    at = reversal + np.array([-20.0, 0, 20])
    found = current(clamped(name, at))
    assert found[1] == 0
    assert found[0] < 0 < found[2]


@pytest.mark.parametrize("name", [name for name in NAMES if "V_sh" in getattr(es.channels, name).text])
def test_the_shift_moves_the_gates_along_the_voltage(name):
    default = float(np.asarray(clamped(name).X.V_sh)[0])
    shifted, plain = clamped(name, V_sh=(default + 7) * mV), clamped(name, V - 7)
    for gate in states(name):
        np.testing.assert_allclose(at_rest(shifted, gate), at_rest(plain, gate), rtol=1e-9)
    gate = states(name)[0]
    np.testing.assert_allclose(time_constants(shifted, gate), time_constants(plain, gate), rtol=1e-6)


@pytest.mark.parametrize("name", TEMPERATURES)
def test_temperature(name):
    base, factors = TEMPERATURES[name]
    for gate, factor in factors.items():
        colder, warmer = (clamped(name, T=(273.15 + T) * kelvin) for T in (base, base + 10))
        phi = f"phi_{gate}" if "phi_p" in getattr(es.channels, name).text else "phi"
        assert at_rest(colder, phi)[0] == pytest.approx(1)
        assert at_rest(warmer, phi)[0] == pytest.approx(factor)
        np.testing.assert_allclose(
            time_constants(colder, gate), factor * time_constants(warmer, gate), rtol=1e-6, atol=1e-9
        )
        given = clamped(name, **{phi: 2})  # wins over the temperature
        np.testing.assert_allclose(
            time_constants(clamped(name, T=(273.15 + base) * kelvin), gate), 2 * time_constants(given, gate), rtol=1e-6
        )


@pytest.mark.slow
def test_a_second_in_neurons_without_nan():
    """Neuron k has the channel k and a leak, others conduct nothing; a run stops when a state is not finite."""
    gated = [name for name in NAMES if name != "IL"]
    channels = {name: channel(name) for name in NAMES} | {"IL": channel("IL", g_max=0.05 * CONDUCTANCE)}
    group = es.ConductanceNeuron(2 * len(gated), 1 * uF / cm2, channels, {"Ca": es.ions.CalciumDetailed()})
    assert group.method == "exponential_euler"
    for k, name in enumerate(gated):
        part = getattr(group, name)
        part.g_max = np.where(np.arange(group.N) % len(gated) == k, part.g_max_, 0) * CONDUCTANCE
    group.input = np.repeat([0, 2], len(gated)) * uA / cm2
    trace = es.StateMonitor(group, ["V", "Ca.C"], record=True, dt=1 * ms)
    es.Network(group, trace, dt=0.1 * ms, threads=1).run(1 * second)
    values = group.get_states(units=False)
    assert all(np.all(np.isfinite(value)) for value in values.values())
    for name in gated:
        for state in states(name):
            gate = values[f"{name}.{state}"]
            assert np.all((gate >= 0) & (gate <= 1))
    assert np.all((trace.V_ > -96) & (trace.V_ < 130))  # between the reversal potentials
    assert np.ptp(trace["Ca.C"].magnitude, axis=1).max() > 1e-3


def squid(N):
    channels = {"INa": channel("INa_HH1952"), "IK": channel("IK_HH1952")}
    channels["IL"] = channel("IL", E=-54.387 * mV, g_max=0.3 * CONDUCTANCE)
    return es.ConductanceNeuron(N, C=1 * uF / cm2, channels=channels, threshold="V > 0*mV")


def test_the_squid_s_channels_make_the_squid_s_neuron():
    drive = np.array([0, 6.5, 10, 30]) * uA / cm2
    parts, whole = squid(4), es.neurons.HH(4, I=drive)
    parts.input = drive
    traces = es.StateMonitor(parts, ["V", "INa.m", "INa.h", "IK.n"], True), es.StateMonitor(whole, list("Vmhn"), True)
    spikes = es.SpikeMonitor(parts), es.SpikeMonitor(whole)
    es.Network(parts, whole, *traces, *spikes, dt=0.02 * ms).run(60 * ms)
    for part, name in zip(("V", "INa.m", "INa.h", "IK.n"), "Vmhn", strict=True):
        expected = np.asarray(traces[1][name])
        np.testing.assert_allclose(np.asarray(traces[0][part]), expected, rtol=1e-7, atol=1e-8)
    assert spikes[0].num_spikes > 8
    np.testing.assert_array_equal(spikes[0].t_, spikes[1].t_)


@pytest.mark.parametrize("name", [name for name in NAMES if "\nuses " in getattr(es.channels, name).text])
def test_a_channel_without_its_ion(name):
    with pytest.raises(DefinitionError, match="the neuron has no ion 'Ca', which this channel uses") as caught:
        es.ConductanceNeuron(1, 1 * uF / cm2, {"X": channel(name)})
    assert caught.value.object == f"Channel '{name}'"
    assert caught.value.excerpt.strip().startswith("uses Ca")
    assert "give it in ions={'Ca': ...}" in caught.value.hint


def test_only_currents_of_calcium_are_the_ion_s():
    names = [name for name in NAMES if "\nuses " in getattr(es.channels, name).text]
    group = es.ConductanceNeuron(
        1, 1 * uF / cm2, {name: channel(name) for name in names}, {"Ca": es.ions.CalciumFixed()}
    )
    carried = [name for name in names if name.startswith(("ICaT", "ICaL", "ICaHT"))]
    assert len(carried) == 5
    total = sum(np.asarray(getattr(group, name).I)[0] for name in carried)
    assert np.asarray(group.Ca.I)[0] == pytest.approx(total)


def test_a_call_makes_a_channel():
    made = es.channels.INa_HH1952(g_max=100 * CONDUCTANCE)
    assert isinstance(made, es.Channel)
    assert made.text == es.channels.INa_HH1952.text
    assert made.name == "INa_HH1952"
    assert made.reference.startswith("Hodgkin & Huxley (1952)")
    group = es.ConductanceNeuron(2, 1 * uF / cm2, {"Na": made})
    assert group.Na.g_max_.tolist() == [100, 100]
    assert group.Na.E_.tolist() == [50, 50]
    several = es.ConductanceNeuron(2, 1 * uF / cm2, {"Na": channel("INa_HH1952", E="(40 + 10*i)*mV", m=0.25)})
    assert several.Na.E_.tolist() == [40, 50]
    assert np.asarray(several.Na.m).tolist() == [0.25, 0.25]


def test_names_of_the_caller_mean_nothing_to_a_library_text():
    F = R = T = V_sh = 3
    group = es.ConductanceNeuron(1, 1 * uF / cm2, {"X": channel("ICaT_HM1992")}, {"Ca": es.ions.CalciumDetailed()})
    assert group.Ca.E_[0] == pytest.approx(120.26, abs=0.01)
    assert group.X.V_sh_[0] == -3


def test_unknown_and_unfit_parameters():
    with pytest.raises(UnknownNameError, match="there is no parameter or variable 'gmax'") as caught:
        es.channels.INa_HH1952(gmax=1 * CONDUCTANCE)
    assert caught.value.object == "es.channels.INa_HH1952"
    assert caught.value.hint.startswith("did you mean 'g_max'? it has g_max (mS/cm2), E (mV)")
    with pytest.raises(UnitsError):
        es.ConductanceNeuron(1, 1 * uF / cm2, {"X": channel("ICaT_HM1992", T=36)}, {"Ca": es.ions.CalciumFixed()})
    with pytest.raises(es.EqsimError, match="this is the text of a channel, not of an ion"):
        es.Ion(es.channels.IL)
    with pytest.raises(es.EqsimError, match="this is the text of a channel, no model of its own"):
        es.NeuronGroup(1, es.channels.IL)


def test_printed_and_shown():
    assert str(es.channels.INa_HH1952).startswith("channel INa_HH1952\n# Fast sodium current")
    assert "reference Hodgkin & Huxley (1952) J Physiol 117:500" in str(es.channels.INa_HH1952)
    assert "INa_HH1952 " in repr(es.channels)
    for name in NAMES:
        model = getattr(es.channels, name)
        html = model._repr_html_()
        assert f"es.channels.{name}" in html
        assert "g_{\\mathrm{max}}" in html or "g_{max}" in html
        assert "&=" in model._repr_latex_()
