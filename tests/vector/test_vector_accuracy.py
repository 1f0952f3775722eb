"""Accuracy against mpmath in units in the last place, in functions compiled with the flags that kernels use."""

import math

import mpmath
import numba
import numpy as np
import pytest
import vector_coefficients

from eqsim import vector
from eqsim.vector import exponential, logarithm, trigonometric

FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}
BOTH = pytest.mark.parametrize("dtype", [np.float64, np.float32])
WORST = {
    "exp": 1.0, "log": 1.0, "log1p": 1.0,
    "expm1": 2.0, "exprel": 2.0, "exprel_reciprocal": 2.0,
    "tanh": 2.0, "cosh": 2.0, "sin": 2.0, "cos": 2.0, "sinh": 3.0, "tan": 4.0,
}  # fmt: skip
EXPONENTIALS = ("exp", "expm1", "exprel", "exprel_reciprocal", "tanh", "sinh", "cosh")
NAMES = sorted(WORST)


def compiled(name, fastmath=FASTMATH):
    function = getattr(vector, name)

    @numba.njit(fastmath=fastmath, error_model="numpy")
    def over(x, y):
        for i in range(x.shape[0]):
            y[i] = function(x[i])

    return over


def values(over, x):
    y = np.empty_like(x)
    over(x, y)
    return y


def reference(name):
    if name == "exprel":
        return lambda x: mpmath.expm1(x) / x if x else mpmath.mpf(1)
    if name == "exprel_reciprocal":
        return lambda x: x / mpmath.expm1(x) if x else mpmath.mpf(1)
    return getattr(mpmath, name)


def worst(name, x, y):
    """Return the largest error in ulp, and where it is; a result beyond the largest number must be infinite."""
    function, errors = reference(name), []
    with mpmath.workprec(140):
        for argument, result in zip(x.tolist(), y.tolist(), strict=True):
            exact = function(mpmath.mpf(argument))
            with np.errstate(over="ignore"):
                rounded = x.dtype.type(float(exact))
            if np.isinf(rounded):
                errors.append(0.0 if result == rounded else math.inf)
            else:
                errors.append(abs(float((mpmath.mpf(result) - exact) / mpmath.mpf(float(np.spacing(abs(rounded)))))))
    return max(zip(errors, x.tolist(), strict=True))


def sample(name, dtype):
    rng, limits = np.random.default_rng(7), np.finfo(dtype)
    sizes = lambda low, high, count=700: np.exp2(rng.uniform(low, high, count))
    signed = lambda x: x * rng.choice([-1.0, 1.0], x.size)
    smallest = limits.minexp - limits.nmant
    if name in EXPONENTIALS:
        edge = 1.05 * math.log(limits.max)
        # middles between multiples of ln(2): where the reduced argument is largest
        parts = [
            rng.uniform(-edge, edge, 1200),
            rng.uniform(-3, 3, 1200),
            signed(sizes(-80, 9)),
            np.arange(-40, 40) * math.log(2) / 2,
        ]
        parts += [
            np.linspace(1.0, 1.01, 50) * math.log(limits.max),
            np.linspace(0.99, 1.05, 100) * math.log(limits.tiny),
        ]
    elif name == "log":
        parts = [
            sizes(smallest, limits.maxexp),
            rng.uniform(0.5, 2, 1200),
            1 + signed(sizes(-limits.nmant, -1)),
            [limits.max, limits.tiny],
        ]
    elif name == "log1p":
        parts = [
            sizes(-limits.nmant, limits.maxexp),
            rng.uniform(-1, 2, 1200),
            signed(sizes(smallest, -0.1)),
            sizes(-20, -1) - 1,
        ]
    else:
        parts = [
            rng.uniform(-10, 10, 1000),
            rng.uniform(-1e5, 1e5, 1500),
            signed(sizes(-80, 16)),
            np.arange(1, 60000, 97) * math.pi / 2,
        ]
    return np.concatenate(parts).astype(dtype)


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_error_is_within_the_documented_bound(name, dtype):
    x = sample(name, dtype)
    error, place = worst(name, x, values(compiled(name), x))
    assert error < WORST[name], f"{error:.3f} ulp at {place!r}"


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_results_do_not_depend_on_fast_math(name, dtype):
    x = sample(name, dtype)
    np.testing.assert_array_equal(values(compiled(name), x), values(compiled(name, fastmath=False), x))


SPECIAL = {  # at nan, inf, -inf, 0, -0
    "exp": (math.nan, math.inf, 0, 1, 1),
    "expm1": (math.nan, math.inf, -1, 0, -0.0),
    "exprel": (math.nan, math.inf, 0, 1, 1),
    "exprel_reciprocal": (math.nan, 0, math.inf, 1, 1),
    "log": (math.nan, math.inf, math.nan, -math.inf, -math.inf),
    "log1p": (math.nan, math.inf, math.nan, 0, -0.0),
    "sin": (math.nan, math.nan, math.nan, 0, -0.0),
    "cos": (math.nan, math.nan, math.nan, 1, 1),
    "tan": (math.nan, math.nan, math.nan, 0, -0.0),
    "tanh": (math.nan, 1, -1, 0, -0.0),
    "sinh": (math.nan, math.inf, -math.inf, 0, -0.0),
    "cosh": (math.nan, math.inf, math.inf, 1, 1),
}


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_special_values(name, dtype):
    # tiled, so that both the vector loop and its remainder see them
    y = values(compiled(name), np.tile(np.array([math.nan, math.inf, -math.inf, 0.0, -0.0], dtype), 7)).reshape(7, 5)
    for row in y:
        np.testing.assert_array_equal(row, np.array(SPECIAL[name], dtype))
        np.testing.assert_array_equal(np.signbit(row[3:]), np.signbit(SPECIAL[name][3:]))


@BOTH
@pytest.mark.parametrize(("name", "edge"), [("log", 0.0), ("log1p", -1.0)])
def test_logarithms_below_their_domain_are_nan(name, edge, dtype):
    x = np.array([edge, np.nextafter(dtype(edge), dtype(-2)), -3.0, -np.finfo(dtype).max], dtype)
    np.testing.assert_array_equal(values(compiled(name), x), np.array([-math.inf, *[math.nan] * 3], dtype))


@BOTH
def test_exp_underflows_gradually(dtype):
    limits = np.finfo(dtype)
    x = np.linspace(math.log(limits.smallest_subnormal) - 1.5, math.log(limits.tiny), 300).astype(dtype)
    y = values(compiled("exp"), x)
    assert worst("exp", x, y)[0] < 1.0
    assert y[0] == 0 and 0 < y[100] < limits.tiny


@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, 2.0**48), (np.float32, 2.0**20)])
@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_large_angles_are_right_up_to_the_bound_and_nan_from_it_on(name, dtype, bound):
    x = np.random.default_rng(3).uniform(-bound, bound, 1500).astype(dtype)
    assert worst(name, x, values(compiled(name), x))[0] < WORST[name]
    assert np.isnan(values(compiled(name), np.array([bound, 1e30, -2 * bound], dtype))).all()


def test_integers_and_booleans_become_float64():
    @numba.njit
    def of(x):
        return vector.exp(x)

    assert [of(2), of(True), of(np.int32(-1))] == pytest.approx([math.exp(2), math.e, math.exp(-1)], rel=1e-15)
    assert isinstance(of(2), float)


def test_a_complex_number_is_refused():
    @numba.njit
    def of(x):
        return vector.exp(x)

    with pytest.raises(numba.TypingError):
        of(1j)


@pytest.mark.parametrize("bits", [53, 24])
@pytest.mark.parametrize(
    ("kernel", "literals"),
    [
        ("exp", exponential.KERNEL), ("log", logarithm.KERNEL),
        ("sin", trigonometric.SINE), ("cos", trigonometric.COSINE),
    ],
)  # fmt: skip
def test_coefficients_are_those_of_the_fit(kernel, literals, bits):
    fitted, relative = vector_coefficients.fitted(kernel, bits)
    assert list(literals[64 if bits == 53 else 32]) == fitted
    assert relative < mpmath.mpf(2) ** -(bits + 2)


@pytest.mark.parametrize(("bits", "width"), [(53, 64), (24, 32)])
def test_constants_are_sums_of_numbers_of_the_format(bits, width):
    for number, parts in ((mpmath.log(2), exponential.LN2[width]), (mpmath.pi / 2, trigonometric.HALF_PI[width])):
        rest = number
        for part in parts:
            with mpmath.workprec(bits):
                assert part == +rest
            rest -= mpmath.mpf(part)
