"""Fit the polynomial coefficients of eqsim.vector: near-minimax (Chebyshev) fits of smooth kernels, in 200 bits.

Run it to print the literals that stand in the package; the tests import KERNELS to verify them.
"""

import mpmath

mpmath.mp.prec = 200
HALF_LN2 = mpmath.log(2) / 2 * (1 + mpmath.mpf(2) ** -15)
QUARTER_PI = mpmath.pi / 4 * (1 + mpmath.mpf(2) ** -15)
ATANH_EDGE = (mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1) * (1 + mpmath.mpf(2) ** -15)


def exp_kernel(r):
    """(e^r - 1 - r) / r^2."""
    return mpmath.mpf(1) / 2 + r / 6 if abs(r) < 1e-30 else (mpmath.expm1(r) - r) / r**2


def sin_kernel(z):
    """(sin(r)/r - 1) / z with z = r^2."""
    r = mpmath.sqrt(z)
    return -mpmath.mpf(1) / 6 if z < 1e-30 else (mpmath.sin(r) / r - 1) / z


def cos_kernel(z):
    """(cos(r) - 1 + z/2) / z^2 with z = r^2."""
    return mpmath.mpf(1) / 24 if z < 1e-30 else (mpmath.cos(mpmath.sqrt(z)) - 1 + z / 2) / z**2


def log_kernel(w):
    """(2 atanh(s)/s - 2) / w with w = s^2: log((1 + s)/(1 - s)) = 2 s + s w kernel(w)."""
    s = mpmath.sqrt(w)
    return mpmath.mpf(2) / 3 if w < 1e-30 else (2 * mpmath.atanh(s) / s - 2) / w


def log_tail(w):
    """(log_kernel(w) - 2/3) / w."""
    return mpmath.mpf(2) / 5 if w < 1e-20 else (log_kernel(w) - mpmath.mpf(2) / 3) / w


# name: function, interval, number of coefficients for float64 and float32, what its error counts in the result
KERNELS = {
    "exp": (exp_kernel, [-HALF_LN2, HALF_LN2], (10, 5), HALF_LN2**2),
    "sin": (sin_kernel, [0, QUARTER_PI**2], (6, 3), QUARTER_PI**2),
    "cos": (cos_kernel, [0, QUARTER_PI**2], (6, 3), QUARTER_PI**4 * mpmath.sqrt(2)),
    "log": (log_kernel, [0, ATANH_EDGE**2], (7, 3), ATANH_EDGE**2 / 2),
    "log pair": (log_tail, [0, ATANH_EDGE**2], (8, 3), ATANH_EDGE**4 / 2),
}


def fitted(name, bits):
    """Return the coefficients, highest power first, rounded to `bits` bits, and the fit's relative error."""
    function, interval, counts, scale = KERNELS[name]
    count = counts[0] if bits == 53 else counts[1]
    coefficients, error = mpmath.chebyfit(function, interval, count, error=True)
    with mpmath.workprec(bits):
        rounded = [float(+c) for c in coefficients]
    return rounded, error * scale


if __name__ == "__main__":
    for kernel in KERNELS:
        for precision in (53, 24):
            literals, relative = fitted(kernel, precision)
            print(f"{kernel}, {precision} bits, relative error 2^{float(mpmath.log(relative, 2)):.1f}:")
            print("   ", ",\n    ".join(map(repr, literals)))
    for symbol, number in (("ln2", mpmath.log(2)), ("pi", mpmath.pi), ("half pi", mpmath.pi / 2)):
        for precision in (53, 24):
            rest, parts = number, []
            for _ in range(3):
                with mpmath.workprec(precision):
                    part = +rest
                parts.append(repr(float(part)))
                rest -= part
            print(f"{symbol}, {precision} bits:", ", ".join(parts))
