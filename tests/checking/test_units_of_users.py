"""Quantities come in and go out with the exact numbers that the user wrote."""

import copy
import pickle

import numpy as np
import pytest
import quantities as pq
from hypothesis import given
from hypothesis import strategies as st

from eqsim import units
from eqsim.checking.units import parse_unit, unit_table
from eqsim.text.errors import ArgumentError, UnitsError
from eqsim.units import (
    Mohm,
    cm2,
    has_unit,
    magnitude,
    mS,
    ms,
    mV,
    nS,
    radian,
    regular,
    second,
    uF,
    unit_of,
    volt,
    with_unit,
)


def unit(text):
    return parse_unit(text)[0]


def test_every_name_is_there_and_measures_one_of_itself():
    assert sorted(unit_table()) == units.__all__
    for name in units.__all__:
        quantity = getattr(units, name)
        assert unit_of(quantity) == unit(name)
        assert magnitude(3 * quantity, unit(name)) == 3
        assert magnitude(quantity, unit_of(quantity)) == 1
        assert has_unit(quantity) is not name.endswith("radian")


def test_names_that_are_no_units():
    with pytest.raises(AttributeError, match="did you mean mV"):
        units.mv  # noqa: B018


def test_arithmetic():
    assert magnitude([1, 2, 3] * mV, unit("mV")).tolist() == [1, 2, 3]
    assert unit_of(10 * ms / mV) == unit("ms/mV")
    assert unit_of(mV * mS) == unit("uA")
    assert unit_of(1 * uF / cm2) == unit("uF/cm2")
    assert unit_of(1 / second**0.5) == unit("1/sqrt(second)")
    assert 10 * mV + 1 * volt == 1010 * mV
    assert (10 * mV > np.array([3, 30]) * mV).tolist() == [True, False]


@pytest.mark.parametrize(
    ("value", "into", "number"),
    [
        (10 * mV, "mV", 10.0),
        (-60 * mV, "volt", -0.06),
        (0.1 * ms, "second", 0.0001),
        (0.1 * second, "ms", 100.0),
        (1 * volt, "mV", 1000.0),
        (1 * uF / cm2, "farad/meter**2", 0.01),
        (120 * mS / cm2, "mS/cm2", 120.0),
        (100 * Mohm, "Gohm", 0.1),
        (3 * nS * mV, "pA", 3.0),
        (2 * pq.mV, "uV", 2000.0),
        (2 * pq.minute, "second", 120.0),
        (180 * pq.degree, "1", np.pi),
        (3 * radian, "1", 3.0),
        (7, "1", 7.0),
        (np.float32(0.5), "1", 0.5),
        (True, "1", 1.0),
        (0, "mV", 0.0),
        (float("inf"), "ms", float("inf")),
    ],
)
def test_magnitudes_are_exact(value, into, number):
    assert magnitude(value, unit(into)) == number
    assert isinstance(magnitude(value, unit(into)), float)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["volt", "mV", "uV", "nV", "kV"]), st.integers(-9, 3))
def test_conversions_are_rounded_once(digits, name, scale):
    from fractions import Fraction

    source = unit(name)
    target = type(source)(source.exponents, Fraction(scale))
    exact = Fraction(digits) * Fraction(10) ** (source.scale - target.scale)
    assert magnitude(digits * getattr(units, name), target) == float(exact)


def test_lists_keep_the_units_of_their_items():
    assert magnitude([10 * mV, 1 * volt], unit("mV")).tolist() == [10, 1000]
    assert magnitude(([1, 2] * mV, [3, 4] * volt), unit("mV")).tolist() == [[1, 2], [3000, 4000]]
    with pytest.raises(UnitsError):
        magnitude([10 * mV, 1], unit("mV"))


@pytest.mark.parametrize(
    ("value", "into", "error"),
    [
        (10, "mV", UnitsError),
        (10 * ms, "mV", UnitsError),
        (10 * mV, "1", UnitsError),
        ("10*mV", "mV", ArgumentError),
        (None, "1", ArgumentError),
        (1j, "1", ArgumentError),
        ([1, [2, 3]], "1", ArgumentError),
        (np.array(["a"]), "1", ArgumentError),
        ([[1 * mV], [2 * mV, 3 * mV]], "mV", ArgumentError),
    ],
)
def test_values_that_do_not_fit(value, into, error):
    with pytest.raises(error) as raised:
        magnitude(value, unit(into), "NeuronGroup 'exc'")
    assert raised.value.object == "NeuronGroup 'exc'"
    assert raised.value.hint


TABLE = [[0, 0, 0, 0], [1, 2, 4, 8], [0, 0, 0, 0]]


@pytest.mark.parametrize("middle", [[1, 2, 4, 8], (1, 2, 4, 8), np.array([1, 2, 4, 8])])
@pytest.mark.parametrize("kind", [list, tuple])
def test_a_number_beside_rows_is_a_row(middle, kind):
    ragged = kind([0, middle, 0])
    for quantity, into in (
        (ragged * mV, "mV"),
        (mV * ragged, "mV"),
        (ragged * uF / cm2, "uF/cm2"),
        (ragged * (uF / cm2), "uF/cm2"),
        (ragged * (mV**2 / ms / cm2), "mV**2/ms/cm2"),
        (ragged / ms, "1/ms"),
        (ragged / (ms * mV), "1/(ms*mV)"),
    ):
        assert magnitude(quantity, unit(into)).tolist() == TABLE
        assert type(quantity) is pq.Quantity


def test_lists_without_numbers_beside_rows_are_as_they_were():
    assert magnitude([[1, 2], [3, 4]] * mV, unit("mV")).tolist() == [[1, 2], [3, 4]]
    assert magnitude([1, [2]] * mV, unit("mV")).tolist() == [[1], [2]]
    assert magnitude([[1], [2, 3]] * mV, unit("mV")).tolist() == [[1, 1], [2, 3]]
    assert regular([1, 2]) == [1, 2]
    assert regular("12") == "12"
    with pytest.raises(ArgumentError, match="differ in length") as raised:
        [0, [1, 2], [1, 2, 3]] * mV
    assert raised.value.hint


@pytest.mark.parametrize("name", ["mV", "second", "uA", "cm2", "uM", "radian", "gram"])
def test_units_are_those_of_the_library(name):
    ours, theirs = getattr(units, name), getattr(pq, name, None)
    assert isinstance(ours, pq.UnitQuantity)
    assert pickle.loads(pickle.dumps(ours)) is ours
    assert copy.deepcopy(ours) is copy.copy(ours) is ours
    assert copy.deepcopy(3 * ours) == pickle.loads(pickle.dumps(3 * ours)) == 3 * ours
    assert (3 * ours).rescale(ours).magnitude == 3
    assert pq.Quantity(3, ours) == 3 * ours
    if theirs is not None and name != "gram":
        assert (3 * ours).dimensionality == (3 * theirs).dimensionality
        assert repr(ours) == repr(theirs)
        assert pq.unit_registry[ours.name] is theirs
    with pytest.raises(TypeError):
        ours *= 2
    with pytest.raises(ValueError, match="read-only"):
        ours[()] = 2 * ours


def test_products_of_units_are_units():
    product = uF / cm2
    assert pickle.loads(pickle.dumps(product)) == product
    assert magnitude(2 * product * cm2, unit("uF")) == 2
    assert magnitude((3 * uF / cm2).rescale(product), unit("uF/cm2")) == 3
    assert magnitude(np.sqrt(mV**2) + 1 * mV, unit("mV")) == 2
    assert magnitude(1 / product, unit("cm2/uF")) == 1
    assert magnitude(product + 2 * product, unit("uF/cm2")) == 3


def test_values_go_out_in_their_declared_unit():
    values = with_unit(np.arange(3.0), unit("mS/cm2"))
    assert str(values.dimensionality) == "mS/cm2"
    assert values.magnitude.tolist() == [0, 1, 2]
    assert type(with_unit(np.arange(3), unit("1"))) is np.ndarray
    assert with_unit(2.5, unit("1")) == 2.5
    assert not has_unit(with_unit(2.5, unit("1")))


@pytest.mark.parametrize(
    "text", ["mV", "mV*Mohm", "1/sqrt(second)", "second**-0.5", "(mm)/ms", "ms**-0.5", "1/second", "mV/volt"]
)
def test_out_and_in_again(text):
    assert magnitude(with_unit(np.array([1.5, -2.0]), unit(text)), unit(text)).tolist() == pytest.approx(
        [1.5, -2.0], rel=1e-15
    )


def test_a_unit_without_a_name_goes_out_in_si():
    product = unit("mV") * unit("ms") * unit("nS") * unit("cm2")
    assert magnitude(with_unit(2.0, product), product) == pytest.approx(2.0, rel=1e-15)
