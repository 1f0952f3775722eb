"""Logarithms, by x = 2^k m with m in [sqrt(1/2), sqrt(2)) and a polynomial in ((m - 1)/(m + 1))^2."""

from __future__ import annotations

import math
from types import MappingProxyType

from eqsim.vector.emission import Real, fma, inlined, polynomial
from eqsim.vector.exponential import LN2
from eqsim.vector.pair import joined, product, sum_of

# (2 atanh(s)/s - 2)/s^2 in powers of s^2 for such m, highest power first: Chebyshev fits in 200 bits, rounded;
# relative errors in log(m) 2^-57 and 2^-28 (tests/vector/vector_coefficients.py makes and verifies them)
KERNEL = MappingProxyType(
    {
        64: (
            0.14616532535149446,
            0.15331714897507617,
            0.18182889326924725,
            0.22222211132027136,
            0.2857142862599244,
            0.39999999999899466,
            0.666666666666667,
        ),
        32: (0.295800119638443, 0.3998878002166748, 0.6666668653488159),
    }
)
# (2 atanh(s)/s - 2 - 2/3 s^2)/s^4, likewise; relative errors in log(m) 2^-70 and 2^-33
TAIL = MappingProxyType(
    {
        64: (
            0.11723128907370946,
            0.1170624109381011,
            0.1333480451630763,
            0.1538459496578276,
            0.18181818335362251,
            0.2222222222165602,
            0.28571428571429364,
            0.4,
        ),
        32: (0.2304820567369461, 0.28562235832214355, 0.4000001549720764),
    }
)
# unevaluated sums of two numbers of the format; the first of ln(2) is so short that its product with k is exact
TWO_THIRDS = MappingProxyType(
    {64: (0.6666666666666666, 3.700743415417188e-17), 32: (0.6666666865348816, -1.9868215517249155e-08)}
)
SHORT_LN2 = MappingProxyType(
    {64: (0.6931471805598903, 5.497923018708371e-14), 32: (0.693145751953125, 1.428606765330187e-06)}
)
LOG10_E = MappingProxyType(
    {64: (0.4342944819032518, 1.098319650216765e-17), 32: (0.4342944920063019, -1.0103049952192578e-08)}
)
SQRT_HALF = MappingProxyType({64: 0x3FE6A09E667F3BCD, 32: 0x3F3504F3})


def split(x: Real) -> tuple[Real, Real]:
    """Return k and m with x = 2^k m and m in [sqrt(1/2), sqrt(2)), for a positive number."""
    form = x.emitter.format
    subnormal = x < 2.0 ** (1 - form.bias)
    k, m = split_normal(subnormal.choose(x * 2.0**form.mantissa, x))
    return k - subnormal.choose(float(form.mantissa), 0.0), m


def split_normal(x: Real) -> tuple[Real, Real]:
    """Return what ``split`` does, for a number that is not subnormal."""
    form = x.emitter.format
    one, lowest = form.bias << form.mantissa, SQRT_HALF[form.width]
    moved = x.bits() + (one - lowest)
    m = ((moved & ((1 << form.mantissa) - 1)) + lowest).real()
    # an integer below 2^mantissa, put into the low bits of 2^mantissa, is that sum: no conversion instruction is needed
    exponent = (moved >> form.mantissa) | (form.bias + form.mantissa) << form.mantissa
    return exponent.real() - (2.0**form.mantissa + form.bias), m


def log_sum(k: Real, f: Real, rest: Real | float) -> Real:
    """Return k ln(2) + log(1 + f) + rest for a rest that is small beside one of the two."""
    width = f.emitter.format.width
    high, low = LN2[width]
    s = f / (f + 2.0)
    w = s * s
    half_square = f * f * 0.5
    tail = fma(s, fma(w, polynomial(KERNEL[width], w), half_square), fma(k, low, rest))
    # log(1 + f) = f - f^2/2 + s (f^2/2 + w kernel)
    return fma(k, high, f - (half_square - tail))


@inlined
def log(x: Real) -> Real:
    """Return the natural logarithm: -inf at 0, NaN below."""
    k, m = split(x)
    return with_poles(x, log_sum(k, m - 1.0, 0.0))


def with_poles(x: Real, value: Real) -> Real:
    """Return the logarithm of x where x is positive and finite, else what is due."""
    value = (x < math.inf).choose(value, x)  # infinity, and NaN
    value = x.equals(0.0).choose(-math.inf, value)
    return (x < 0.0).choose(math.nan, value)


@inlined
def log1p(x: Real) -> Real:
    """Return log(1 + x), accurate near 0: -inf at -1, NaN below."""
    u = x + 1.0
    # what rounding took from the sum, exactly, whichever of x and 1 is larger
    moved = u - 1.0
    lost = (1.0 - (u - moved)) + (x - moved)
    k, m = split_normal(u)
    value = with_poles(u, log_sum(k, m - 1.0, lost / u))
    return (x.magnitude() < x.emitter.format.tiny).choose(x, value)  # keeps subnormals and -0


def log_pair(x: Real) -> tuple[Real, Real]:
    """Return the natural logarithm of a positive and finite number in twice the digits."""
    form = x.emitter.format
    k, m = split(x)
    # s = (m - 1)/(m + 1), and what rounding takes from the sum and from the quotient
    above, below = m - 1.0, m + 1.0
    reciprocal = 1.0 / below
    s = above * reciprocal
    lost = m - (below - 1.0)
    quotient = s, reciprocal * fma(-s, lost, fma(-s, below, above))
    # log(m) = 2 s + s^3 (2/3 + s^2 tail(s^2))
    square = product(quotient, quotient)
    two_thirds, rest = TWO_THIRDS[form.width]
    factor, low = sum_of(x.emitter.real(two_thirds), square[0] * polynomial(TAIL[form.width], square[0]))
    cube = product(quotient, product(square, (factor, low + rest)))
    near, low = sum_of(s + s, cube[0])
    low = low + fma(quotient[1], 2.0, cube[1])
    # k ln(2) is 0, or larger than log(m)
    ln2, rest = SHORT_LN2[form.width]
    value, last = sum_of(k * ln2, near)
    return value, last + fma(k, rest, low)


@inlined
def log10(x: Real) -> Real:
    """Return the logarithm to base 10: -inf at 0, NaN below."""
    high, low = LOG10_E[x.emitter.format.width]
    return with_poles(x, joined(product(log_pair(x), (x.emitter.real(high), x.emitter.real(low)))))
