"""Each ion: concentrations under a constant current in closed form, potentials by Nernst's equation."""

import numpy as np
import pytest

import eqsim as es
from eqsim.text.errors import UnknownNameError
from eqsim.units import cm2, kelvin, mM, ms, mV, uA, uF, um

DENSITY = uA / cm2
FARADAY = 96485.33212
MOLAR = 25.6926  # R T/F in mV at 25 degrees Celsius, as textbooks have it
CARRIER = "uses {ion}\nI = I_0 : uA/cm2\nI_0 : uA/cm2"


def bathed(ion, currents=(0.0,), name="Ca"):
    """Return neurons whose ion is carried by constant currents (uA/cm2, outward), and otherwise do nothing."""
    carrier = es.Channel(CARRIER.format(ion=name))
    group = es.ConductanceNeuron(len(currents), 1 * uF / cm2, {"X": carrier}, {name: ion}, "V : mV")
    group.X.I_0 = np.array(currents) * DENSITY
    return group


def plain(values, unit):
    return np.asarray(values.rescale(unit).magnitude)


def nernst(out, inside, z, celsius):
    return MOLAR * (273.15 + celsius) / 298.15 / z * np.log(out / inside)


def test_names():
    wanted = {"CalciumFixed", "CalciumFirstOrder", "CalciumDetailed", "SodiumFixed", "PotassiumFixed", "Nernst"}
    assert set(es.ions) == wanted


@pytest.mark.parametrize(
    ("name", "E", "C"), [("CalciumFixed", 120, 2.4e-4), ("SodiumFixed", 50, 12), ("PotassiumFixed", -95, 155)]
)
def test_fixed(name, E, C):
    """Whatever flows, both stay."""
    group = bathed(getattr(es.ions, name)(), [0, -10, 10], "X_")
    es.Network(group, dt=0.1 * ms, target="numpy").run(200 * ms)
    assert plain(group.X_.E, "mV").tolist() == [E] * 3
    assert plain(group.X_.C, "mM").tolist() == [C] * 3
    given = bathed(getattr(es.ions, name)(E=1 * mV, C=2 * mM))
    assert (plain(given.Ca.E, "mV")[0], plain(given.Ca.C, "mM")[0]) == (1, 2)


def test_a_shell_that_a_current_fills_and_a_pump_empties():
    """C = C_rest + tau*I/(2*F*d)*(1 - exp(-t/tau)); 1 uA/cm2 into 1 um is 5.18e-5 mM/ms."""
    currents = np.array([0, -1, -20, 5])
    group = bathed(es.ions.CalciumDetailed(tau=20 * ms, d=0.5 * um, C_rest=1e-4 * mM), currents)
    trace = es.StateMonitor(group, ["Ca.C", "Ca.E"], True)
    es.Network(group, trace, dt=0.1 * ms, target="numpy").run(200 * ms)
    into = np.maximum(-currents, 0) * 1e-2 / (2 * FARADAY * 0.5e-6) * 1e-3  # A/m2 over m: mol/m3 in a ms
    assert into[1] == pytest.approx(2 * 5.182e-5, rel=1e-4)
    expected = 1e-4 + 20 * into[:, None] * (1 - np.exp(-trace.t_ / 20))
    np.testing.assert_allclose(plain(trace["Ca.C"], "mM"), expected, rtol=1e-7)
    np.testing.assert_allclose(plain(group.Ca.C, "mM"), 1e-4 + 20 * into, rtol=1e-4)
    np.testing.assert_allclose(plain(trace["Ca.E"], "mV"), nernst(2, expected, 2, 36), rtol=1e-5)


def test_defaults_of_the_shell():
    """240 nM at rest: 120 mV, the paper's potential of calcium, at 36 degrees Celsius."""
    group = bathed(es.ions.CalciumDetailed(), [-10])
    assert plain(group.Ca.C, "mM")[0] == 2.4e-4
    assert plain(group.Ca.E, "mV")[0] == pytest.approx(120.26, abs=0.01)
    es.Network(group, dt=0.1 * ms, target="numpy").run(100 * ms)
    assert plain(group.Ca.C, "mM")[0] == pytest.approx(2.4e-4 + 5 * 5.182e-4, rel=1e-3)


def test_first_order():
    """C = alpha*I/beta + (C(0) - alpha*I/beta)*exp(-beta*t); an outward current takes none out."""
    currents = np.array([-0.1, 0, 1])
    group = bathed(es.ions.CalciumFirstOrder(), currents)
    trace = es.StateMonitor(group, ["Ca.C", "Ca.E"], True)
    es.Network(group, trace, dt=0.1 * ms, target="numpy").run(200 * ms)
    final = np.array([[0.013 / 0.075], [0], [0]])
    expected = final + (2.4e-4 - final) * np.exp(-0.075 * trace.t_)
    np.testing.assert_allclose(plain(trace["Ca.C"], "mM"), expected, rtol=1e-7)
    np.testing.assert_allclose(plain(trace["Ca.E"], "mV"), nernst(2, expected, 2, 36), rtol=1e-5)


def test_first_order_by_rate_or_time_constant():
    slow = bathed(es.ions.CalciumFirstOrder(tau=50 * ms))
    assert plain(slow.Ca.beta, "1/ms")[0] == pytest.approx(0.02)
    assert plain(bathed(es.ions.CalciumFirstOrder()).Ca.beta, "1/ms")[0] == pytest.approx(0.075)
    assert plain(bathed(es.ions.CalciumFirstOrder(beta=0.5 / ms)).Ca.beta, "1/ms")[0] == 0.5


@pytest.mark.parametrize(
    ("out", "inside", "z", "celsius"),
    [(4, 155, 1, 36), (145, 12, 1, 37), (2, 2.4e-4, 2, 36), (123, 4.2, -1, 37), (20, 400, 1, 6.3), (5, 5, 2, 20)],
)
def test_nernst(out, inside, z, celsius):
    ion = es.ions.Nernst(C=inside * mM, C_out=out * mM, z=z, T=(273.15 + celsius) * kelvin)
    group = bathed(ion, [-10])
    expected = nernst(out, inside, z, celsius)
    assert plain(group.Ca.E, "mV")[0] == pytest.approx(expected, rel=1e-5, abs=1e-12)
    es.Network(group, dt=0.1 * ms, target="numpy").run(100 * ms)
    assert plain(group.Ca.E, "mV")[0] == pytest.approx(expected, rel=1e-5, abs=1e-12)


def test_nernst_s_textbook_values():
    """Mammalian muscle at 37 degrees Celsius (Hille 2001, table 1.3): K -98, Na +67, Cl -90, Ca +129 mV."""
    table = {(155, 4, 1): -98, (12, 145, 1): 67, (4.2, 123, -1): -90, (1e-4, 1.5, 2): 129}
    for (inside, out, z), expected in table.items():
        group = bathed(es.ions.Nernst(C=inside * mM, C_out=out * mM, z=z, T=310.15 * kelvin))
        assert plain(group.Ca.E, "mV")[0] == pytest.approx(expected, abs=0.6)
    assert plain(bathed(es.ions.Nernst()).Ca.E, "mV")[0] == pytest.approx(-97.4, abs=0.05)


def test_potentials_follow_the_temperature():
    for name in ("CalciumDetailed", "CalciumFirstOrder", "Nernst"):
        cold, warm = (bathed(getattr(es.ions, name)(T=T * kelvin)) for T in (250, 300))
        assert plain(warm.Ca.E, "mV") == pytest.approx(1.2 * plain(cold.Ca.E, "mV"))


def test_a_call_makes_an_ion():
    ion = es.ions.CalciumDetailed(tau=10 * ms)
    assert isinstance(ion, es.Ion)
    assert ion.text == es.ions.CalciumDetailed.text
    assert ion.reference.startswith("Destexhe, Babloyantz & Sejnowski (1993)")
    with pytest.raises(UnknownNameError, match="there is no parameter or variable 'taus'") as caught:
        es.ions.CalciumDetailed(taus=10 * ms)
    assert caught.value.object == "es.ions.CalciumDetailed"
    assert caught.value.hint.startswith("did you mean 'tau'? it has d (um), tau (ms)")


def test_several_ions_in_a_neuron():
    """Each has its own current and its own potential."""
    channels = {"one": es.Channel(CARRIER.format(ion="Na"), I_0=3 * DENSITY)}
    channels["other"] = es.Channel(CARRIER.format(ion="K"), I_0=-1 * DENSITY)
    ions = {"Na": es.ions.Nernst(C=12 * mM, C_out=145 * mM), "K": es.ions.PotassiumFixed()}
    group = es.ConductanceNeuron(1, 1 * uF / cm2, channels, ions)
    assert [plain(ion.I, "uA/cm**2")[0] for ion in (group.Na, group.K)] == [3, -1]
    assert plain(group.Na.E, "mV")[0] == pytest.approx(nernst(145, 12, 1, 36), rel=1e-5)
    assert plain(group.K.E, "mV")[0] == -95


@pytest.mark.parametrize("name", es.ions)
def test_printed_and_shown(name):
    model = getattr(es.ions, name)
    assert str(model).startswith(f"ion {name}\n# ")
    assert f"es.ions.{name}" in model._repr_html_()
    assert "&=" in model._repr_latex_() or "Fixed" in name
