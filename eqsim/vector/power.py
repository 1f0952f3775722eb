"""Powers: x**y by logarithm and exponential, in twice the format's digits between; literal exponents by products."""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import mul
from typing import TypeVar

from eqsim.vector.emission import Real, Truth, fma, inlined, inlined_with_literal, nearest, polynomial
from eqsim.vector.exponential import KERNEL, LN2, LOG2_E, scaled
from eqsim.vector.logarithm import log_pair
from eqsim.vector.pair import Pair, joined, product

T = TypeVar("T")


@inlined
def pow(x: Real, y: Real) -> Real:  # noqa: A001 - its name everywhere
    """Return x**y as IEEE 754 has it: 1 for x = 1 or y = 0 whatever the other, NaN for x < 0 and y not whole."""
    size = x.magnitude()
    high, low = log_pair(size)
    high = size.equals(0.0).choose(-math.inf, (size < math.inf).choose(high, size))
    exponent = y * high
    value = exp_of_sum(exponent, fma(y, low, fma(y, high, -exponent)))
    value = size.equals(1.0).choose(1.0, value)  # also where y is infinite or NaN
    # an odd y keeps the sign of x; a y that is not whole has no use for one
    whole, half_whole = is_whole(y), is_whole(y * 0.5)
    value = value.with_sign_of((whole & ~half_whole).choose(x, 0.0))
    value = ((x < 0.0) & (size < math.inf) & ~whole).choose(math.nan, value)
    return y.equals(0.0).choose(1.0, value)


def exp_of_sum(high: Real, low: Real) -> Real:
    """Return e^(high + low), whatever low is where high is beyond the exponents of numbers."""
    form = high.emitter.format
    # beyond this bound the result is 0 or infinity, and 2^k still a product of two normal numbers
    bound = form.pick(746.0, 105.0)
    low = (high.magnitude() < bound).choose(low, 0.0)
    high = high.at_least(-bound).at_most(bound)
    k, shifted = nearest(high, LOG2_E)
    ln2 = LN2[form.width]
    first, rest = fma(k, -ln2[0], high), fma(k, -ln2[1], low)
    r = first + rest
    lost = (first - r) + rest
    return scaled(1.0 + (r + fma(r * r, polynomial(KERNEL[form.width], r), lost)), shifted)


def is_whole(x: Real) -> Truth:
    """Return whether a number is an integer; infinity is one."""
    return x.emitter.call("llvm.trunc", x).equals(x)


def raised(base: T, n: int, times: Callable[[T, T], T]) -> T:
    """Return a power of at least 1, by squares."""
    if n == 1:
        return base
    power = raised(times(base, base), n // 2, times)
    return times(power, base) if n & 1 else power


@inlined_with_literal(of_integer=lambda x, n: raised(x, n, mul))
def whole_power(x: Real, n: int) -> Real:
    """Return x**n; an integer for an integer and n > 0."""
    base: Pair = x, None
    if n < 0:
        reciprocal = 1.0 / x
        base = reciprocal, reciprocal * fma(-x, reciprocal, 1.0)
    return joined(raised(base, abs(n), product))


@inlined_with_literal()
def half_power(x: Real, n: int) -> Real:
    """Return x**(n/2) for odd n from -1 on."""
    # a square root that is 0 at -0 and infinite at -inf, as powers are
    root = x.emitter.call("llvm.sqrt", x.equals(-math.inf).choose(math.inf, x) + 0.0)
    if n == -1:
        return 1.0 / root
    size: Pair = x.magnitude(), None
    return root if n == 1 else joined(product(raised(size, n // 2, product), (root, None)))
