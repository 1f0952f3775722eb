"""Powers and log10: accuracy against mpmath, special values against the C library's, in the flags that kernels use."""

import math

import mpmath
import numba
import numpy as np
import pytest
import vector_coefficients

from eqsim import vector
from eqsim.vector import logarithm

FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}
BOTH = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def power(x, y, fastmath=FASTMATH):
    @numba.njit(fastmath=fastmath, error_model="numpy")
    def over(x, y, z):
        for i in range(x.shape[0]):
            z[i] = vector.pow(x[i], y[i])

    z = np.empty_like(x)
    over(x, y, z)
    return z


def literal_power(function, n, x):
    @numba.njit(fastmath=FASTMATH, error_model="numpy")
    def over(x, z):
        for i in range(x.shape[0]):
            z[i] = function(x[i], n)

    z = np.empty_like(x)
    over(x, z)
    return z


def errors(x, y, z):
    """Return each error in ulp; a result beyond the largest number must be infinite."""
    found = []
    with mpmath.workprec(200):
        for base, exponent, result in zip(x.tolist(), y.tolist(), z.tolist(), strict=True):
            exact = mpmath.mpf(base) ** mpmath.mpf(exponent)
            with np.errstate(over="ignore"):
                rounded = z.dtype.type(float(exact))
            if np.isinf(rounded):
                found.append(0.0 if result == rounded else math.inf)
            else:
                found.append(float(abs(mpmath.mpf(result) - exact) / mpmath.mpf(float(np.spacing(abs(rounded))))))
    return np.array(found)


def bases(dtype, count, rng):
    limits = np.finfo(dtype)
    return np.exp2(rng.uniform(limits.minexp - limits.nmant, limits.maxexp, count)).astype(dtype)


def sample(dtype):
    """Return bases and exponents whose powers are all over the format, from 0 to infinity."""
    rng, limits = np.random.default_rng(5), np.finfo(dtype)
    wide, near = bases(dtype, 1500, rng), rng.uniform(0.5, 2, 1000).astype(dtype)
    close = (1 + rng.choice([-1, 1], 600) * np.exp2(rng.uniform(-limits.nmant, -2, 600))).astype(dtype)
    usual = rng.uniform(0, 100, 1000).astype(dtype)
    x = np.concatenate([wide, near, close])
    x = x[x != 1]
    low, high = math.log(limits.smallest_subnormal) * 1.02, math.log(limits.max) * 1.02
    y = rng.uniform(low, high, x.size) / np.log(x.astype(np.float64))
    few = rng.choice([0.1, 0.3, 0.7, 1 / 3, 2 / 3, 1.2, 1.5, 2.5, 3.0, 4.0, -0.5, -1.0, -1.7, 10.0], usual.size)
    negative, odd = -rng.uniform(0, 20, 300), rng.integers(-12, 13, 300)
    limit = np.finfo(dtype).max
    parts = (x, y), (usual, few), (negative, odd), (wide, rng.uniform(-3, 3, wide.size))
    x, y = (np.concatenate([part[k] for part in parts]).clip(-limit, limit).astype(dtype) for k in (0, 1))
    return x, y


@BOTH
def test_power_is_within_two_ulp_all_over_the_format(dtype):
    x, y = sample(dtype)
    z = power(x, y)
    assert (z == 0).any() and np.isinf(z).any() and (z < 0).any()
    found = errors(x, y, z)
    k = found.argmax()
    assert found[k] < 1.0, f"{found[k]:.3f} ulp at {x[k]!r}**{y[k]!r}"


@BOTH
def test_power_does_not_depend_on_fast_math(dtype):
    x, y = sample(dtype)
    np.testing.assert_array_equal(power(x, y), power(x, y, fastmath=False))


@BOTH
def test_power_has_the_special_values_of_the_c_library(dtype):
    limits = np.finfo(dtype)
    whole = 2.0**limits.nmant
    numbers = [0.0, limits.smallest_subnormal, limits.tiny, 0.3, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.5, 1e10]
    numbers += [whole / 2 + 0.5, whole - 1, whole, whole + 1, 2 * whole, limits.max, math.inf]
    values = np.array([*numbers, *(-number for number in numbers), math.nan], dtype)
    x, y = (grid.ravel() for grid in np.meshgrid(values, values))
    # in double precision, then rounded: the library's own single precision is no reference for the last bit
    with np.errstate(all="ignore"):
        expected = np.power(x.astype(np.float64), y.astype(np.float64)).astype(dtype)
    found = power(x, y)
    special = ~np.isfinite(expected) | (expected == 0) | (np.abs(expected) == 1)
    assert special.sum() > 0.75 * x.size
    np.testing.assert_array_equal(found[special], expected[special])
    signed = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found[signed]), np.signbit(expected[signed]))
    np.testing.assert_allclose(found, expected, rtol=2 * limits.eps, atol=limits.smallest_subnormal)


def test_an_integer_exponent_keeps_single_precision():
    x, n = np.array([1.5, -2.5, 3], np.float32), np.array([3, 3, -2])

    @numba.njit
    def of(x, n):
        return vector.pow(x, n)

    found = [of(a, b) for a, b in zip(x, n, strict=True)]
    np.testing.assert_allclose(found, [1.5**3, (-2.5) ** 3, 3.0**-2], rtol=1e-7)
    assert numba.typeof(of(x[0], n[0])) == numba.float64  # as Python sees it
    assert of.nopython_signatures[0].return_type == numba.float32
    assert of(2, 10) == 1024.0


@BOTH
@pytest.mark.parametrize("n", [-63, -20, -3, -1, 5, 8, 15, 63])
def test_whole_powers_are_rounded_once_all_over_the_format(n, dtype):
    rng, limits = np.random.default_rng(n + 100), np.finfo(dtype)
    span = sorted(bound / n for bound in (limits.minexp - limits.nmant - 1, limits.maxexp + 1))
    low, high = max(span[0], limits.minexp), min(span[1], limits.maxexp)
    x = np.exp2(rng.uniform(low, high, 800)) * rng.choice([-1, 1], 800)
    x = np.concatenate([x, rng.uniform(0.5, 2, 800)]).astype(dtype)
    x = x[np.isfinite(x) & (np.abs(x) >= limits.tiny)]
    z = literal_power(vector.whole_power, n, x)
    found = errors(x, np.full_like(x, n), z)
    # below and a little above the smallest normal number the part that corrects the result is rounded itself
    bound = np.where(np.abs(z) < 256 * limits.tiny, 2.0, 0.52)
    k = (found / bound).argmax()
    assert found[k] < bound[k], f"{found[k]:.3f} ulp at {x[k]!r}**{n}"


@BOTH
@pytest.mark.parametrize("n", [2, 3, 4])
def test_small_powers_as_numba_makes_them_are_within_two_ulp(n, dtype):
    @numba.njit(fastmath=FASTMATH, error_model="numpy")
    def over(x, z):
        for i in range(x.shape[0]):
            z[i] = x[i] ** n

    x = np.random.default_rng(n).uniform(1, 4, 4000).astype(dtype)
    z = np.empty_like(x)
    over(x, z)
    assert errors(x, np.full_like(x, n), z).max() < 2.0


@BOTH
@pytest.mark.parametrize("n", [-1, 1, 5, 41])
def test_half_powers_are_within_two_ulp(n, dtype):
    rng, limits = np.random.default_rng(n + 100), np.finfo(dtype)
    span = sorted(2 * bound / n for bound in (limits.minexp - limits.nmant - 1, limits.maxexp + 1))
    x = np.exp2(rng.uniform(max(span[0], limits.minexp), min(span[1], limits.maxexp), 1500)).astype(dtype)
    x = x[np.isfinite(x)]
    found = errors(x, np.full_like(x, n / 2), literal_power(vector.half_power, n, x))
    k = found.argmax()
    assert found[k] < 2.0, f"{found[k]:.3f} ulp at {x[k]!r}**{n / 2}"


@BOTH
@pytest.mark.parametrize(
    ("function", "n", "denominator"),
    [(vector.whole_power, n, 1) for n in (-3, -2, 5, 6)] + [(vector.half_power, n, 2) for n in (-1, 1, 5)],
)
def test_literal_powers_have_the_special_values_of_powers(function, n, denominator, dtype):
    limits = np.finfo(dtype)
    x = [math.nan, math.inf, 0.0, limits.max, 1.0, -math.inf, -0.0, -limits.max, -1.0, -0.3]
    x = np.tile(np.array(x, dtype), 7)
    found, expected = literal_power(function, n, x), power(x, np.full_like(x, n / denominator))
    np.testing.assert_array_equal(found == 0, expected == 0)
    signed = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found[signed]), np.signbit(expected[signed]))
    np.testing.assert_allclose(found, expected, rtol=2 * limits.eps)


def test_whole_powers_of_integers_are_integers():
    @numba.njit
    def of(k):
        return vector.whole_power(k, 39), vector.whole_power(k, -2)

    assert of(3) == (3**39, pytest.approx(1 / 9, rel=1e-15))
    assert isinstance(of(3)[0], int)


def test_literal_powers_refuse_what_is_no_literal():
    @numba.njit
    def of(x, n):
        return vector.whole_power(x, n)

    with pytest.raises(numba.TypingError):
        of(2.0, 3)


@BOTH
def test_log10_is_within_one_ulp_and_exact_at_powers_of_ten(dtype):
    @numba.njit(fastmath=FASTMATH, error_model="numpy")
    def over(x, y):
        for i in range(x.shape[0]):
            y[i] = vector.log10(x[i])

    def log10(x):
        y = np.empty_like(x)
        over(x, y)
        return y

    rng = np.random.default_rng(2)
    x = np.concatenate([bases(dtype, 1200, rng), rng.uniform(0.5, 2, 1200).astype(dtype)])
    y = log10(x)
    with mpmath.workprec(140):
        exact = [mpmath.log10(mpmath.mpf(value)) for value in x.tolist()]
        pairs = zip(y.tolist(), exact, strict=True)
        found = [float(abs(mpmath.mpf(a) - b) / mpmath.mpf(float(np.spacing(abs(dtype(float(b))))))) for a, b in pairs]
    assert max(found) < 0.51
    decades = np.arange(23 if dtype is np.float64 else 11)  # those that are numbers of the format
    np.testing.assert_array_equal(log10(np.array([10.0**k for k in decades], dtype)), decades)
    special = np.array([math.nan, math.inf, 0.0, -0.0, -1.0, -math.inf], dtype)
    expected = [math.nan, math.inf, -math.inf, -math.inf, math.nan, math.nan]
    np.testing.assert_array_equal(log10(special), np.array(expected, dtype))


@pytest.mark.parametrize(("bits", "width"), [(53, 64), (24, 32)])
def test_constants_are_sums_of_numbers_of_the_format(bits, width):
    short = bits - (11 if width == 64 else 8)  # times an exponent it is exact
    for number, parts, first in (
        (mpmath.log(2), logarithm.SHORT_LN2[width], short),
        (mpmath.mpf(2) / 3, logarithm.TWO_THIRDS[width], bits),
        (1 / mpmath.log(10), logarithm.LOG10_E[width], bits),
    ):
        rest = number
        for part, digits in zip(parts, (first, bits), strict=True):
            with mpmath.workprec(digits):
                assert part == +rest
            rest -= mpmath.mpf(part)


@pytest.mark.parametrize("bits", [53, 24])
def test_coefficients_are_those_of_the_fit(bits):
    fitted, relative = vector_coefficients.fitted("log pair", bits)
    assert list(logarithm.TAIL[64 if bits == 53 else 32]) == fitted
    assert relative < mpmath.mpf(2) ** -(bits + 9)  # times the largest exponent of e, 2^9.5 or 2^6.5
