"""The headers that generated C calls: their numbers are those of the other targets, whatever is drawn or computed."""

import re

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.random import Kind, binomial, geometric, normal, poisson, tables, uniform
from eqsim.random.intervals import UNDECIDED
from eqsim.targets import counts, generate, intervals
from eqsim.targets.render import TEMPLATES
from eqsim.vector import exponential, logarithm, trigonometric
from tests.targets.compiled import REASON
from tests.targets.runtime_in_c import function, library, procedure

pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)
SERIES = {"EXP": exponential.KERNEL, "LOG": logarithm.KERNEL, "TAIL": logarithm.TAIL}
SERIES |= {"SINE": trigonometric.SINE, "COSINE": trigonometric.COSINE}
PAIRS = {"LN2": exponential.LN2, "TWO_THIRDS": logarithm.TWO_THIRDS}
PAIRS |= {"SHORT_LN2": logarithm.SHORT_LN2, "LOG10_E": logarithm.LOG10_E}


@pytest.fixture(scope="module")
def lib(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EQSIM_CFLAGS")
        return library(tmp_path_factory.mktemp("runtime"))


@pytest.mark.parametrize(("file", "width"), [("double", 64), ("single", 32)])
def test_the_coefficients_are_those_of_the_numba_target(file, width):
    text = (TEMPLATES / "c" / f"{file}.h").read_text(encoding="utf-8").replace("\\\n", " ")
    defined = {m[1]: m[2] for m in re.finditer(r"#define (\w+)(?:\(_\))? +(.*)", text)}

    def numbers(*names):
        return tuple(float(x) for name in names for x in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", defined[name]))

    for name, expected in SERIES.items():
        assert numbers(f"{name}_FIRST", f"{name}_REST") == tuple(expected[width]), name
    for name, expected in PAIRS.items():
        assert numbers(f"{name}_HIGH", f"{name}_LOW") == tuple(expected[width]), name
    assert numbers("HALF_PI_1", "HALF_PI_2", "HALF_PI_3") == tuple(trigonometric.HALF_PI[width])


FUNCTIONS = {
    "exp": mpmath.exp, "expm1": mpmath.expm1, "exprel": lambda x: mpmath.expm1(x) / x if x else mpmath.mpf(1),
    "exprel_reciprocal": lambda x: x / mpmath.expm1(x) if x else mpmath.mpf(1),
    "log": mpmath.log, "log10": mpmath.log10, "log1p": mpmath.log1p, "sin": mpmath.sin, "cos": mpmath.cos,
    "tan": mpmath.tan, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh,
}  # fmt: skip
ULPS = {"sinh": 3, "tan": 4, **dict.fromkeys(("exp", "log", "log10", "log1p"), 1)}


@pytest.mark.parametrize(("suffix", "real", "kind"), [("", np.float64, "d"), ("f", np.float32, "f")])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_within_units_in_the_last_place(name, suffix, real, kind, lib):
    computed = function(lib, name + suffix, kind, kind)
    random = np.random.default_rng(1)
    points = np.concatenate([random.normal(size=60) * scale for scale in (1e-9, 1e-3, 0.3, 3, 30)]).astype(real)
    points = np.abs(points) if name.startswith("log") else points
    with mpmath.workdps(40):
        for x in points.tolist():
            expected = FUNCTIONS[name](mpmath.mpf(x))
            if abs(expected) > np.finfo(real).max:
                assert abs(computed(x)) == np.inf, x
                continue
            if name in {"sin", "cos", "tan"} and abs(expected) < 1e-6 * abs(x):
                continue  # near multiples of pi/2 the argument's own rounding counts
            unit = float(np.spacing(real(abs(expected))))
            assert abs(computed(x) - expected) <= ULPS.get(name, 2) * unit, x


@pytest.mark.parametrize(("suffix", "kind"), [("", "d"), ("f", "f")])
def test_where_functions_end(suffix, kind, lib):
    def value(name, *x):
        return function(lib, name + suffix, kind * len(x), kind)(*x)

    inf = np.inf
    assert (value("exp", -1e9), value("exp", 1e9), value("exp", -inf), value("exp", inf)) == (0, inf, 0, inf)
    assert (value("log", 0.0), value("log", inf), value("log1p", -1.0)) == (-inf, inf, -inf)
    assert all(np.isnan(value(name, np.nan)) for name in FUNCTIONS)
    assert np.isnan([value("log", -1.0), value("sin", 1e30), value("cos", inf)]).all()
    assert (value("exprel", 0.0), value("exprel_reciprocal", 0.0), value("tanh", 50.0)) == (1, 1, 1)
    assert (value("pow", 2.0, 10.0), value("pow", -2.0, 3.0), value("pow", 0.0, -1.0)) == (1024, -8, inf)
    assert np.isnan(value("pow", -2.0, 0.5))
    assert (value("pow", 1.0, np.nan), value("pow", np.nan, 0.0)) == (1, 1)


@given(x=st.floats(0.01, 30), n=st.integers(1, 63))
def test_whole_powers(lib, x, n):
    power, negative = function(lib, "whole_power", "dn", "d")(x, n), function(lib, "whole_power", "dn", "d")(x, -n)
    with mpmath.workdps(40):
        assert abs(power - mpmath.mpf(x) ** n) <= np.spacing(power)
        assert abs(negative - mpmath.mpf(x) ** -n) <= np.spacing(negative)


@given(x=st.integers(-50, 50), y=st.integers(-9, 9))
def test_quotients_and_rests_are_those_of_python(lib, x, y):
    names = ("modl", "floor_quotientl"), ("mod", "floor_quotient")
    for (rest, quotient), kind, number in zip(names, "id", (int, float), strict=True):
        found = [function(lib, name, kind * 2, kind)(number(x), number(y)) for name in (rest, quotient)]
        expected = [np.remainder(number(x), number(y)), np.floor_divide(number(x), number(y))] if y else found
        assert found == [float(value) for value in expected] or (y == 0 and number is float)


KEYS = st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**40), st.integers(0, 2**40))


@given(key=KEYS, number=st.integers(0, 60000))
def test_draws_are_those_of_every_target(lib, key, number):
    stream, step, element = key
    place, signed = (stream, Kind.RUN, number, step, element), np.uint64(stream).astype(np.int64)
    given = (int(signed), 0, number, step, element)
    assert function(lib, "uniform", "inniin"[:3] + "ii", "d")(*given) == uniform(*place)
    drawn = function(lib, "normal", "innii", "d")(*given)
    assert drawn == pytest.approx(float(normal(*place)), rel=1e-14, abs=1e-15)


@settings(max_examples=60)
@given(key=KEYS, lam=st.floats(0.01, 500), n=st.integers(1, 2000), p=st.floats(0.001, 0.999))
def test_integers_that_are_drawn_are_the_same(lib, key, lam, n, p):
    stream, step, element = key
    place = (stream, Kind.RUN, 3, step, element)
    given = (int(np.uint64(stream).astype(np.int64)), 0, 3, step, element)
    assert function(lib, "poisson", "inniid", "i")(*given, lam) == poisson(*place, lam)
    assert function(lib, "binomial", "inniiid", "i")(*given, n, p) == binomial(*place, n, p)
    assert function(lib, "geometric", "inniid", "i")(*given, p / 10) == geometric(*place, p / 10)


@pytest.mark.parametrize(("n", "p", "begin", "end"), [(1000, 0.002, 0, 777), (50, 0.4, 64, 2000), (5, 0.5, 8, 9)])
def test_counts_from_a_table(lib, n, p, begin, end):
    table = tables.binomial_table(n, p)
    found, expected = np.zeros(2000, np.uint16), np.zeros(2000, np.uint16)
    for step in range(40):
        arguments = (-3, step, begin, end, table.start, table.marks, table.bounds)
        procedure(lib, "draw_counts")(*arguments, found)
        counts.draw_counts(*arguments, expected)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("real", [np.float64, np.float32])
def test_sources_that_wait(lib, real):
    random = np.random.default_rng(2)
    rates = random.choice([0.0, 3.0, 20.0, 400.0], 500).astype(real)
    factor = np.array([1e-3])
    states = [
        (rates.copy(), np.full(500, -1, real), np.full(500, UNDECIDED), np.zeros(504, np.uint8)) for _ in range(2)
    ]
    for step in range(200):
        if step % 50 == 20:
            for given, *_ in states:
                given[step : step + 40] = 7.0
        for call, (given, drawn_for, following, flags) in zip(
            (procedure(lib, "draw_spikes"), intervals.draw_spikes), states, strict=True
        ):
            call(11, step, 64, 500, factor, given, drawn_for, following, flags, flags.view(np.uint64))
        for found, expected in zip(*states, strict=True):
            np.testing.assert_array_equal(found, expected)
    assert states[0][2].max() > 200


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("period", [0, 30])
def test_spikes_at_given_times(lib, period, dtype):
    random = np.random.default_rng(3)
    order = np.unique(random.integers(0, 30, 60))
    steps, indexes = np.repeat(order, 2), np.tile(np.array([1, 4], dtype), order.size)
    states = [(np.zeros(1, np.int64), np.zeros(9, dtype), np.zeros(1, np.int64)) for _ in range(2)]
    for step in [*range(40), 3, 70]:
        for call, state in zip((procedure(lib, "emit"), generate.emit), states, strict=True):
            call(steps, indexes, *state, period, step)
        for found, expected in zip(*states, strict=True):
            np.testing.assert_array_equal(found, expected)
