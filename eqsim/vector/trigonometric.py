"""Sine, cosine and tangent, by reduction to |r| <= pi/4 and one polynomial each for the sine and cosine of r."""

from __future__ import annotations

import math
from types import MappingProxyType

from eqsim.vector.emission import Bits, Real, fma, inlined, nearest, polynomial

# (sin(r)/r - 1)/r^2 and (cos(r) - 1 + r^2/2)/r^4 in powers of r^2 on |r| <= pi/4, highest power first: Chebyshev
# fits in 200 bits, rounded; relative errors 2^-56 and 2^-60, in float32 2^-26 and 2^-29
# (tests/vector/vector_coefficients.py makes and verifies them)
SINE = MappingProxyType(
    {
        64: (
            1.5918120730525138e-10,
            -2.5051131726126885e-08,
            2.755731610198204e-06,
            -0.00019841269836757476,
            0.008333333333330948,
            -0.16666666666666666,
        ),
        32: (-0.00019587876158766448, 0.008332747966051102, -0.166666641831398),
    }
)
COSINE = MappingProxyType(
    {
        64: (
            -1.1382627067744405e-11,
            2.087614619403547e-09,
            -2.755731727137296e-07,
            2.4801587298765e-05,
            -0.0013888888888887398,
            0.041666666666666664,
        ),
        32: (2.4547925931983627e-05, -0.001388830249197781, 0.0416666641831398),
    }
)
# pi/2 as the unevaluated sum of three numbers of the format: k pi/2 is subtracted by three fma, the first exact
HALF_PI = MappingProxyType(
    {
        64: (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33),
        32: (1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15),
    }
)
# from here on the neighbours of a number are so far apart that its sine says nothing, and k and r lose bits
LARGEST = MappingProxyType({64: 2.0**48, 32: 2.0**20})


def sine_and_cosine(x: Real) -> tuple[Real, Real, Bits]:
    """Return the sine and cosine of r, and a pattern with k in its low bits: x = k pi/2 + r, |r| <= pi/4."""
    width = x.emitter.format.width
    first, second, third = HALF_PI[width]
    k, shifted = nearest(x, 2.0 / math.pi)
    r = fma(k, -third, fma(k, -second, fma(k, -first, x)))
    # NaN from here on where x is too large
    r = (x.magnitude() < LARGEST[width]).choose(r, math.nan)
    z = r * r
    sine = fma(r * z, polynomial(SINE[width], z), r)
    half = z * 0.5
    near = 1.0 - half
    cosine = near + fma(z * z, polynomial(COSINE[width], z), (1.0 - near) - half)
    return sine, cosine, shifted.bits()


def quadrant(sine: Real, cosine: Real, k: Bits) -> Real:
    """Return sin(k pi/2 + r) from the sine and cosine of r."""
    value = k.is_odd().choose(cosine, sine)
    width = value.emitter.format.width
    return (value.bits() ^ ((k & 2) << (width - 2))).real()


@inlined
def sin(x: Real) -> Real:
    """Return the sine of an angle in radians; NaN from 2^48 on (float32: 2^20)."""
    value = quadrant(*sine_and_cosine(x))
    return (x.magnitude() < x.emitter.format.tiny).choose(x, value)  # keeps -0


@inlined
def cos(x: Real) -> Real:
    """Return the cosine of an angle in radians; NaN from 2^48 on (float32: 2^20)."""
    sine, cosine, k = sine_and_cosine(x)
    return quadrant(sine, cosine, k + 1)


@inlined
def tan(x: Real) -> Real:
    """Return the tangent of an angle in radians; NaN from 2^48 on (float32: 2^20)."""
    sine, cosine, k = sine_and_cosine(x)
    odd = k.is_odd()
    value = odd.choose(-cosine, sine) / odd.choose(sine, cosine)
    return (x.magnitude() < x.emitter.format.tiny).choose(x, value)  # keeps -0
