"""Potentials against textbook values, closed forms and each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import eqsim as es
from eqsim.text.errors import UnitsError
from eqsim.units import cm, cm2, kelvin, mM, mS, ms, mV, nS, pA, second, uA, uM

bio = es.biophysics
SQUID = {  # Hodgkin & Katz (1949): permeabilities at rest, mM, at 20 degrees
    "P": {"K": 1, "Na": 0.04, "Cl": 0.45},
    "C_in": {"K": 400 * mM, "Na": 50 * mM, "Cl": 40 * mM},
    "C_out": {"K": 20 * mM, "Na": 440 * mM, "Cl": 560 * mM},
    "z": {"K": 1, "Na": 1, "Cl": -1},
}


def plain(value, unit="mV"):
    return np.asarray(value.rescale(unit).magnitude)


def test_nernst_potentials_of_a_mammalian_neuron():
    """61.5 mV a decade of concentrations at 37 degrees, half of it for calcium."""
    assert plain(bio.nernst(140 * mM, 4 * mM)) == pytest.approx(-95.0, abs=0.05)
    assert plain(bio.nernst(1 * mM, 10 * mM)) == pytest.approx(61.54, abs=0.01)
    assert plain(bio.nernst(100 * uM, 1 * mM, 2)) == pytest.approx(30.77, abs=0.01)
    assert plain(bio.nernst(10 * mM, 110 * mM, -1)) == pytest.approx(-64.1, abs=0.05)
    assert plain(bio.nernst([1, 10] * mM, 10 * mM, 1, 293.15 * kelvin)) == pytest.approx([58.17, 0], abs=0.01)


def test_ghk_of_the_squid_axon():
    """With P_K : P_Na : P_Cl = 1 : 0.04 : 0.45 the axon rests near -62 mV."""
    rest = bio.ghk(**SQUID, T=293.15 * kelvin)
    ratio = (1 * 20 + 0.04 * 440 + 0.45 * 40) / (1 * 400 + 0.04 * 50 + 0.45 * 560)
    assert plain(rest) == pytest.approx(1000 * 8.314462618 * 293.15 / 96485.33212 * np.log(ratio))
    assert plain(rest) == pytest.approx(-62, abs=0.5)
    as_lists = {name: list(values.values()) for name, values in SQUID.items()}
    assert plain(bio.ghk(**as_lists, T=293.15 * kelvin)) == pytest.approx(plain(rest))
    spike = bio.ghk(**{**SQUID, "P": {"K": 1, "Na": 20, "Cl": 0.45}}, T=293.15 * kelvin)
    assert plain(spike) == pytest.approx(42, abs=5)


concentration = st.floats(0.01, 1000)


@given(concentration, concentration, st.sampled_from([1, -1]), st.floats(270, 320))
def test_ghk_of_one_ion_is_nernst(inside, outside, z, kelvins):
    T = kelvins * kelvin
    alone = bio.ghk([2.5], [inside] * mM, [outside] * mM, z, T)
    assert plain(alone) == pytest.approx(plain(bio.nernst(inside * mM, outside * mM, z, T)), abs=1e-9)


@given(
    st.lists(
        st.tuples(st.floats(0.01, 1), concentration, concentration, st.sampled_from([1, -1])), min_size=1, max_size=4
    )
)
def test_currents_cancel_at_the_potential_of_ghk(ions):
    P, inside, outside, z = (np.array(column) for column in zip(*ions, strict=True))
    V = bio.ghk(P, inside * mM, outside * mM, z)
    flows = plain(bio.ghk_current(V, P * cm / second, inside * mM, outside * mM, z), "uA/cm**2")
    assert abs(flows.sum()) <= 1e-10 * 0.1 * 96485 * np.sum(P * (inside + outside))


def test_ghk_current_between_its_limits():
    P, inside, outside = 1e-6 * cm / second, 100 * mM, 10 * mM
    at_rest = bio.ghk_current(0 * mV, P, inside, outside)
    assert plain(at_rest, "uA/cm**2") == pytest.approx(1e-6 * 96485.33212 * 90 * 1e-6 * 1e6)  # P*F*(C_in - C_out)
    near = bio.ghk_current([-1e-7, 1e-7] * mV, P, inside, outside)
    assert plain(near, "uA/cm**2") == pytest.approx([float(plain(at_rest, "uA/cm**2"))] * 2, rel=1e-6)
    far = plain(bio.ghk_current([500, 1000] * mV, P, inside, outside), "uA/cm**2")
    assert far[1] / far[0] == pytest.approx(2, rel=1e-6)  # a conductance of the inner concentration alone
    reversal = bio.nernst(inside, outside)
    assert plain(bio.ghk_current(reversal, P, inside, outside), "uA/cm**2") == pytest.approx(0, abs=1e-9)


def test_the_rest_of_an_equivalent_circuit():
    rest = bio.steady_state({"K": 3 * nS, "Cl": 1 * nS}, {"K": -90 * mV, "Cl": -60 * mV})
    assert (plain(rest.V), plain(rest.g, "nS")) == (pytest.approx(-82.5), pytest.approx(4))
    driven = bio.steady_state([3, 1] * nS, [-90, -60] * mV, I=10 * pA)
    assert plain(driven.V) == pytest.approx(-80)
    leak = es.NeuronGroup(1, "dV/dt = (3*nS*(-90*mV - V) + 1*nS*(-60*mV - V) + 10*pA)/(20*pF) : mV")
    es.Network(leak, target="numpy").run(100 * ms)
    assert leak.V_[0] == pytest.approx(float(plain(driven.V)), abs=1e-6)
    dense = bio.steady_state([0.36, 0.3] * mS / cm2, [-77, -54.4] * mV, I=1 * uA / cm2)
    assert plain(dense.V) == pytest.approx((0.36 * -77 + 0.3 * -54.4 + 1) / 0.66)


CASES = {
    "a concentration in mV": (UnitsError, "another unit", lambda: bio.nernst(1 * mV, 1 * mM)),
    "a concentration of 0": (es.EqsimError, "C_out is not above 0", lambda: bio.nernst(1 * mM, 0 * mM)),
    "no valence": (es.EqsimError, "a valence is a whole number", lambda: bio.nernst(1 * mM, 1 * mM, 0)),
    "half a valence": (es.EqsimError, "a valence is a whole number", lambda: bio.nernst(1 * mM, 1 * mM, 0.5)),
    "no temperature": (UnitsError, "another unit", lambda: bio.nernst(1 * mM, 1 * mM, 1, 37)),
    "shapes": (es.EqsimError, "shapes do not fit", lambda: bio.nernst([1, 2] * mM, [1, 2, 3] * mM)),
    "other ions": (es.EqsimError, "not of the same names", lambda: bio.ghk({"K": 1}, {"Na": 1 * mM}, {"K": 1 * mM})),
    "another number": (es.EqsimError, "numbers differ", lambda: bio.ghk([1, 2], [1] * mM, [1, 2] * mM)),
    "calcium": (es.EqsimError, "valences are 1 or -1", lambda: bio.ghk([1], [1] * mM, [1] * mM, 2)),
    "below 0": (es.EqsimError, "P is below 0", lambda: bio.ghk([-1], [1] * mM, [1] * mM)),
    "impermeable": (es.EqsimError, "no potential holds", lambda: bio.ghk([0], [1] * mM, [1] * mM)),
    "a permeability without unit": (UnitsError, "another unit", lambda: bio.ghk_current(0 * mV, 1, 1 * mM, 1 * mM)),
    "no conductance": (UnitsError, "g is no conductance", lambda: bio.steady_state([1, 2] * mV, [1, 2] * mV)),
    "no branch": (es.EqsimError, "give no rest", lambda: bio.steady_state([0, 0] * nS, [1, 2] * mV)),
    "another current": (UnitsError, "another unit", lambda: bio.steady_state([1] * nS, [1] * mV, I=1 * uA / cm2)),
}


@pytest.mark.parametrize("case", CASES)
def test_mistakes(case):
    kind, summary, call = CASES[case]
    with pytest.raises(kind, match=summary) as caught:
        call()
    assert len(caught.value.mistakes) == 1
