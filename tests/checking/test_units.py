"""Unit names mean what SI says, unit texts multiply as written, and what they print reads as the same unit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import constant_number, parse_unit, unit_named, unit_table, unit_text, usual_unit
from eqsim.language.parse import parse_expression
from eqsim.text.errors import UnitsError


def unit(text):
    return parse_unit(text)[0]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("volt", "joule/coulomb"),
        ("volt", "amp*ohm"),
        ("siemens", "1/ohm"),
        ("farad", "second*siemens"),
        ("watt", "joule/second"),
        ("newton", "kilogram*meter/second**2"),
        ("pascal", "newton/meter**2"),
        ("weber", "volt*second"),
        ("henry", "weber/amp"),
        ("tesla", "weber/meter**2"),
        ("mV*mS", "uA"),
        ("mM", "mole/meter**3"),
        ("molar", "mmole/cm3"),
        ("Hz", "1/second"),
        ("cm2", "cm**2"),
        ("um3", "um*um2"),
        ("kgram", "kilogram"),
        ("metre", "meter"),
        ("umetre", "um"),
        ("msiemens", "mS"),
        ("1/sqrt(second)", "second**-0.5"),
        ("mV", "mvolt"),
        ("1", "radian"),
    ],
)
def test_equal_units(text, same):
    assert unit(text) == unit(same)


def test_scales():
    scales = {
        "mV": -3,
        "kvolt": 3,
        "pF": -12,
        "Mohm": 6,
        "cm2": -4,
        "um3": -18,
        "molar": 3,
        "mM": 0,
        "gram": -3,
        "fA": -15,
    }
    assert {name: unit(name).scale for name in scales} == scales
    assert unit("mS/cm2").scale == 1
    assert unit("ms**-0.5").scale == Fraction(3, 2)


def test_types():
    assert [parse_unit(text)[1] for text in ("1", "mV", "integer", "boolean", "bool")] == [
        "real", "real", "integer", "boolean", "boolean"
    ]  # fmt: skip


def test_every_name_of_the_language_is_there_and_no_single_letter():
    spelled = (
        "volt amp siemens farad ohm meter metre second kilogram gram hertz kelvin mole molar coulomb newton joule watt "
        "radian"
    )
    short = (
        "mV uV nV kV mA uA nA pA fA mS uS nS pS mF uF nF pF kohm Mohm Gohm mm cm um nm ms us ns Hz kHz MHz mM uM nM "
        "mmol umol cm2 um2 mm2 cm3"
    )
    prefixed = [prefix + name for prefix in "fpnumckMG" for name in spelled.split() if name != "kilogram"]
    assert set(spelled.split()) | set(short.split()) | set(prefixed) <= set(unit_table())
    assert all(len(name) > 1 for name in unit_table())


def test_a_declared_unit_keeps_its_spelling():
    assert unit_text(unit("mS / cm2")) == "mS/cm2"
    assert unit_text(unit("mV") * unit("mS")) == "uA"


@given(st.lists(st.tuples(st.sampled_from(sorted(unit_table())), st.integers(-3, 3)), min_size=1, max_size=4))
def test_printed_units_read_as_the_same_dimension(factors):
    product = Unit()
    for name, power in factors:
        product *= unit_named(name) ** power
    si = Unit(product.exponents)
    assert unit(unit_text(si)) == si


def test_usual_units_depend_on_the_dimension_alone():
    assert unit_text(usual_unit(unit("volt"))) == unit_text(usual_unit(unit("kV"))) == "mV"
    assert unit_text(usual_unit(unit("siemens/meter**2"))) == "mS/cm2"
    assert usual_unit(unit("kilogram*amp")).scale == 0
    assert usual_unit(unit("1")).scale == 0


@pytest.mark.parametrize(
    "text", ["V", "mv", "10*mV", "mV+mV", "mV**x", "exp(mV)", "", "mV mV", "boolean*mV", "mV**1000", "(("]
)
def test_what_is_no_unit_is_refused_with_a_hint(text):
    with pytest.raises(UnitsError) as raised:
        parse_unit(text, "G")
    assert raised.value.hint


def test_constant_exponents():
    values = {"2": 2, "-1": -1, "(1/2)": Fraction(1, 2), "0.5": Fraction(1, 2), "-(3-1)*2": -4, "+2": 2}
    assert {text: constant_number(parse_expression(text)) for text in values} == values
    assert all(constant_number(parse_expression(text)) is None for text in ("n", "1/0", "True", "2**3", "1e300"))
