"""Values with units on the command line: the plain numbers that the same text means in process."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqsim.checking.units import parse_unit, unit_table
from eqsim.standalone.refused import Refused
from eqsim.standalone.units import Unit, Units
from eqsim.units import magnitude, with_unit

TABLE = {name: (int(unit.scale), [int(power) for power in unit.exponents]) for name, unit in unit_table().items()}
UNITS = Units(TABLE)


def plain(text, due, kind="real"):
    unit, _ = parse_unit(due)
    return UNITS.value(text, Unit(unit.exponents, Fraction(unit.scale)), "neurons.x", due, kind)


@pytest.mark.parametrize(
    ("text", "due", "expected"),
    [
        ("10ms", "ms", 10.0),
        ("-70 mV", "mV", -70.0),
        ("-0.07*volt", "mV", -70.0),
        ("5*nS", "siemens", 5e-9),
        ("1 uF/cm2", "farad/meter**2", 0.01),
        ("2.5 Hz", "1/second", 2.5),
        (".5/second", "Hz", 0.5),
        ("1e3 mV/ms", "volt/second", 1000.0),
        ("3 volt/second^0.5", "volt/second**0.5", 3.0),
        ("3 (volt)**(1/2)", "volt**0.5", 3.0),
        ("2 mV/(ms*nS)", "mV/ms/nS", 2.0),
        ("10", "1", 10.0),
        ("0", "mV", 0.0),
        ("inf", "mV", math.inf),
    ],
)
def test_values(text, due, expected):
    assert plain(text, due) == expected


@given(
    number=st.floats(-1e12, 1e12),
    units=st.sampled_from([("ms", "second"), ("mV", "volt"), ("nS", "uS"), ("uF/cm2", "farad/meter**2")]),
    back=st.booleans(),
)
def test_they_are_those_of_the_process(number, units, back):
    given_in, due = units[::-1] if back else units
    expected = magnitude(with_unit(number, parse_unit(given_in)[0]), parse_unit(due)[0])
    assert plain(f"{number!r} {given_in}", due) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"), [("true", "boolean", 1), ("False", "boolean", 0), ("7", "integer", 7)]
)
def test_other_kinds(text, kind, expected):
    assert plain(text, "1", kind) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no value"),
        ("ms", "is no value"),
        ("10", "another unit than ms, which is due\n  hint: write for instance '10 ms'"),
        ("10 mV", "another unit"),
        ("10 mss", "did you mean ms?"),
        ("10 *", "has no unit where one is due"),
        ("1 (ms", "bracket"),
        ("1 ms)", "bracket"),
        ("1 ms**x", "no unit"),
        ("1 ms**(1/0)", "power"),
        ("1 ms $", "is no unit"),
    ],
)
def test_what_is_none_is_refused(text, words):
    with pytest.raises(Refused) as caught:
        plain(text, "ms")
    assert words in str(caught.value)
    assert "neurons.x" in str(caught.value)


def test_whole_numbers_are_whole():
    with pytest.raises(Refused, match="no integer"):
        plain("1.5", "1", "integer")
    assert np.isnan(plain("nan", "1"))
