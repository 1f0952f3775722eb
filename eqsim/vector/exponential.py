"""The exponential function and its kin, by range reduction to |r| <= ln(2)/2 and a polynomial."""

from __future__ import annotations

from types import MappingProxyType

from eqsim.vector.emission import Bits, Real, fma, inlined, nearest, polynomial

LOG2_E = 1.4426950408889634
# (e^r - 1 - r)/r^2 on |r| <= ln(2)/2, highest power first: Chebyshev fits in 200 bits, rounded;
# relative errors in e^r 2^-56 and 2^-27 (tests/vector/vector_coefficients.py makes and verifies them)
KERNEL = MappingProxyType(
    {
        64: (
            2.5100378781356446e-08,
            2.7620079714513394e-07,
            2.755726847411165e-06,
            2.4801521314308523e-05,
            0.00019841269863044535,
            0.0013888888917201905,
            0.008333333333330063,
            0.04166666666662415,
            0.16666666666666669,
            0.5000000000000001,
        ),
        32: (0.0013926178216934204, 0.008363175205886364, 0.041666556149721146, 0.16666577756404877, 0.5),
    }
)
# ln(2) as the unevaluated sum of two numbers of the format: k*ln(2) is subtracted by two fma, the first exact
LN2 = MappingProxyType(
    {64: (0.6931471805599453, 2.3190468138462996e-17), 32: (0.6931471824645996, -1.9046542121259336e-09)}
)


def power_of_two(k: Bits) -> Real:
    """Return 2^k for the k in the low bits of a pattern, where that is a normal number."""
    form = k.emitter.format
    return ((k + form.bias) << form.mantissa).real()


@inlined
def exp(x: Real) -> Real:
    """Return e^x, rounded to subnormals and to infinity where it must be."""
    form = x.emitter.format
    # beyond these bounds the result is 0 or infinity, and both halves of k stay exponents of normal numbers
    x = x.at_least(form.pick(-746.0, -105.0)).at_most(form.pick(710.0, 89.0))
    high, low = LN2[form.width]
    k, shifted = nearest(x, LOG2_E)
    r = fma(k, -low, fma(k, -high, x))
    return scaled(fma(r * r, polynomial(KERNEL[form.width], r), r) + 1.0, shifted)


def scaled(value: Real, shifted: Real) -> Real:
    """Return value * 2^k for the k that ``nearest`` gave."""
    form = value.emitter.format
    # 2^k in two factors, since 2^k itself may be subnormal or beyond the largest number
    both = shifted.bits() + (2 * form.bias - form.magic_bits)
    half = both >> 1
    return value * (half << form.mantissa).real() * ((both - half) << form.mantissa).real()


def expm1_parts(x: Real) -> tuple[Real, Bits]:
    """Return e^r - 1 and a pattern with k in its low bits: x = k*ln(2) + r, |r| <= ln(2)/2."""
    width = x.emitter.format.width
    high, low = LN2[width]
    k, shifted = nearest(x, LOG2_E)
    first = fma(k, -high, x)
    r = fma(k, -low, first)
    # what rounding took from r counts where e^x - 1 cancels
    lost = fma(k, -low, first - r)
    return r + fma(r * r, polynomial(KERNEL[width], r), lost), shifted.bits()


@inlined
def expm1(x: Real) -> Real:
    """Return e^x - 1, accurate near 0."""
    form = x.emitter.format
    part, k = expm1_parts(x.at_least(form.pick(-50.0, -25.0)).at_most(form.pick(710.0, 89.0)))
    # 2^k (e^r - 1) + (2^k - 1), all halved: at the largest results 2^k itself is beyond the largest number
    scale = power_of_two(k - 1)
    value = fma(scale, part, scale - 0.5) * 2.0
    return (x.magnitude() < form.tiny).choose(x, value)  # keeps subnormals and -0


@inlined
def exprel(x: Real) -> Real:
    """Return (e^x - 1)/x, which is 1 at 0."""
    form = x.emitter.format
    upper = x.at_most(form.pick(718.0, 94.0))
    part, k = expm1_parts(upper.at_least(form.pick(-50.0, -25.0)))
    # as in expm1, but all divided by 2^16: e^x alone passes the largest number before (e^x - 1)/x does
    scale = power_of_two(k - 16)
    value = fma(scale, part, scale - 2.0**-16) / upper * 2.0**16
    return (x.magnitude() < form.tiny).choose(1.0, value)


@inlined
def exprel_reciprocal(x: Real) -> Real:
    """Return x/(e^x - 1), which is 1 at 0, with one division."""
    form = x.emitter.format
    # as in exprel; the bound above is where the result is 0, and the scale keeps e^x finite up to there
    down = form.pick(2.0**-128, 2.0**-64)
    upper = x.at_most(form.pick(760.0, 112.0))
    part, k = expm1_parts(upper.at_least(form.pick(-50.0, -25.0)))
    scale = power_of_two(k - int(form.pick(128, 64)))
    value = upper * down / fma(scale, part, scale - down)
    return (x.magnitude() < form.tiny).choose(1.0, value)


@inlined
def tanh(x: Real) -> Real:
    """Return the hyperbolic tangent."""
    form = x.emitter.format
    size = x.magnitude()
    part, k = expm1_parts((size * -2.0).at_least(form.pick(-50.0, -25.0)))
    scale = power_of_two(k)
    # with E = e^(-2|x|): (1 - E)/(1 + E), each from its own rounding
    value = fma(-scale, part, 1.0 - scale) / fma(scale, part, 1.0 + scale)
    return (size < form.tiny).choose(x, value.with_sign_of(x))


def sixteenth(x: Real) -> Real:
    """Return (e^x - 1)/16 for x >= 0, which is finite wherever cosh(x) is."""
    form = x.emitter.format
    part, k = expm1_parts(x.at_most(form.pick(712.0, 91.0)))
    scale = power_of_two(k - 4)
    return fma(scale, part, scale - 0.0625)


@inlined
def sinh(x: Real) -> Real:
    """Return the hyperbolic sine."""
    size = x.magnitude()
    share = sixteenth(size)
    # with E = e^|x| - 1: (E + E/(1 + E))/2
    value = fma(share / (share + 0.0625), 0.0625, share) * 8.0
    return (size < x.emitter.format.tiny).choose(x, value.with_sign_of(x))


@inlined
def cosh(x: Real) -> Real:
    """Return the hyperbolic cosine."""
    share = sixteenth(x.magnitude()) + 0.0625
    return (share + 2.0**-8 / share) * 8.0
