"""Numbers in twice the digits of their format, as unevaluated sums of two: the second is below the first's digits."""

from __future__ import annotations

import math

from eqsim.vector.emission import Real, fma

Pair = tuple[Real, Real | None]  # None for nothing


def product(a: Pair, b: Pair) -> tuple[Real, Real]:
    """Return the product of two sums."""
    high = a[0] * b[0]
    low = fma(a[0], b[0], -high)
    for below, other in ((a[1], b[0]), (b[1], a[0])):
        if below is not None:
            low = fma(below, other, low)
    return high, low


def sum_of(larger: Real, smaller: Real) -> tuple[Real, Real]:
    """Return the sum of two numbers without an error, the first larger than the second or 0."""
    high = larger + smaller
    return high, smaller - (high - larger)


def joined(pair: Pair) -> Real:
    """Return a sum as one number."""
    high, low = pair
    if low is None:
        return high
    # where the high part overflowed or never was finite the low one is not either; adding 0 would take the sign of -0
    size = low.magnitude()
    return ((size > 0.0) & (size < math.inf)).choose(high + low, high)
