"""The natural logarithm, by x = 2^k m with m in [sqrt(1/2), sqrt(2)) and a polynomial in ((m - 1)/(m + 1))^2."""

from __future__ import annotations

import math
from types import MappingProxyType

from eqsim.vector.emission import Real, fma, inlined, polynomial
from eqsim.vector.exponential import LN2

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
SQRT_HALF = MappingProxyType({64: 0x3FE6A09E667F3BCD, 32: 0x3F3504F3})


def split(x: Real) -> tuple[Real, Real]:
    """Return k and m with x = 2^k m and m in [sqrt(1/2), sqrt(2)), for a positive normal number."""
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
    form = x.emitter.format
    smallest = 2.0 ** (1 - form.bias)
    subnormal = x < smallest
    k, m = split(subnormal.choose(x * 2.0**form.mantissa, x))
    k = k - subnormal.choose(float(form.mantissa), 0.0)
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
    k, m = split(u)
    value = with_poles(u, log_sum(k, m - 1.0, lost / u))
    return (x.magnitude() < x.emitter.format.tiny).choose(x, value)  # keeps subnormals and -0
