"""Integer laws as trials: each takes two uniforms and gives an integer, or -1 when the trial is rejected.

One text runs in CPython and, compiled by Numba, in loops. All arithmetic is plain and in order, the logarithm's and
exponential's too, so that a trial gives the same integer wherever it runs; no target may fuse or reorder it.

Sources: Hoermann, The transformed rejection method for generating Poisson random variables, Insurance: Mathematics and
Economics 12 (1993); Hoermann, The generation of binomial random variates, J. Statist. Comput. Simul. 46 (1993).
"""

from __future__ import annotations

from math import floor, frexp, sqrt

# below this mean a distribution is inverted, above it the rejection methods hold
SMALL_MEAN = 10.0
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
SQRT_HALF = 0.7071067811865476
# of tries that fail, so many that none succeeds; with 2^61 more it is still a 64-bit number
FAR = 1 << 61
LEAST_CHANCE = 1e-300
HALF_LOG_TWO_PI = 0.9189385332046728
# log(k!) - log(2 pi)/2 - (k + 1/2) log(k + 1) + (k + 1) for k below 10
TAILS = (
    0.08106146679532726,
    0.0413406959554093,
    0.02767792568499834,
    0.020790672103765093,
    0.016644691189821193,
    0.013876128823070748,
    0.01189670994589177,
    0.010411265261972096,
    0.009255462182712733,
    0.00833056343336287,
)


def log1p_of(f: float) -> float:
    """Return log(1 + f) for -1/2 <= f <= 1/2."""
    s = f / (2.0 + f)
    w = s * s
    total = 0.0
    for odd in range(35, 1, -2):
        total = (total + 1.0 / odd) * w
    return 2.0 * s * (1.0 + total)


def log_of(x: float) -> float:
    """Return log(x) for a positive x."""
    m, e = frexp(x)
    if m < SQRT_HALF:
        m, e = 2.0 * m, e - 1
    return e * LN2_HIGH + (log1p_of(m - 1.0) + e * LN2_LOW)


def exp_of(x: float) -> float:
    """Return e^x for -16 <= x <= 0, within 1e-14 of its size: the 16th power of e^(x/16)."""
    r = x * 0.0625
    value = 1.0
    for n in range(18, 0, -1):
        value = 1.0 + value * r / n
    value *= value
    value *= value
    value *= value
    return value * value


def stirling_tail(k: float) -> float:
    """Return log(k!) - log(2 pi)/2 - (k + 1/2) log(k + 1) + (k + 1)."""
    if k < 10.0:
        return TAILS[int(k)]
    inverse = 1.0 / (k + 1.0)
    square = inverse * inverse
    return (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - square / 1680.0) * square) * square) * inverse


def poisson_trial(u: float, v: float, lam: float) -> int:
    """Return an integer of the Poisson law with mean `lam`, or -1; 0 where `lam` is not above 0."""
    if not lam > 0.0:
        return 0
    if lam < SMALL_MEAN:
        return poisson_inverse(u, lam)
    return poisson_rejection(u, v, lam)


def poisson_inverse(u: float, lam: float) -> int:
    """Return the number of values whose cumulative probability does not exceed `u`."""
    count, term = 0, exp_of(-lam)
    total = term
    while u >= total:
        term = term * lam / (count + 1)
        if total + term == total:
            break
        total += term
        count += 1
    return count


def poisson_rejection(u: float, v: float, lam: float) -> int:
    """Return an integer of the Poisson law with mean `lam` >= 10, or -1 (Hoermann's PTRS)."""
    b = 0.931 + 2.53 * sqrt(lam)
    a = -0.059 + 0.02483 * b
    centred = u - 0.5
    rim = 0.5 - abs(centred)
    if rim <= 0.0:
        return -1
    k = floor((2.0 * a / rim + b) * centred + lam + 0.43)
    chance = 1.0 - v
    if rim >= 0.07 and chance <= 0.9277 - 3.6224 / (b - 2.0):
        return int(k)
    if k < 0 or (rim < 0.013 and chance > rim):
        return -1
    place = float(k)
    bound = chance * (1.1239 + 1.1328 / (b - 3.4)) / (a / (rim * rim) + b)
    density = place * log_of(lam / (place + 1.0)) - 0.5 * log_of(place + 1.0) - lam + (place + 1.0)
    if log_of(bound) <= density - HALF_LOG_TWO_PI - stirling_tail(place):
        return int(k)
    return -1


def geometric_inverse(u: float, p: float) -> int:
    """Return how many tries with chance `p` fail before one succeeds: `FAR` at most, and where `p` is not above 0."""
    if not p > LEAST_CHANCE:
        return FAR
    if p >= 1.0:
        return 0
    count = log_of(1.0 - u) / (log1p_of(-p) if p <= 0.5 else log_of(1.0 - p))
    return int(count) if count < FAR else FAR


def binomial_trial(u: float, v: float, n: int, p: float) -> int:
    """Return an integer of the binomial law of `n` tries with chance `p`, or -1; p beyond 0 and 1 means 0 and 1."""
    if n <= 0 or not p > 0.0:
        return 0
    if p >= 1.0:
        return n
    rarer = p if p <= 0.5 else 1.0 - p
    count = binomial_inverse(u, n, rarer) if n * rarer < SMALL_MEAN else binomial_rejection(u, v, n, rarer)
    return n - count if p > 0.5 and count >= 0 else count


def binomial_inverse(u: float, n: int, p: float) -> int:
    """Return the number of values whose cumulative probability does not exceed `u`; p <= 1/2."""
    odds = p / (1.0 - p)
    count, term = 0, exp_of(n * log1p_of(-p))
    total = term
    while u >= total:
        term = term * odds * (n - count) / (count + 1)
        if total + term == total:
            break
        total += term
        count += 1
    return count


def binomial_rejection(u: float, v: float, n: int, p: float) -> int:
    """Return an integer of the binomial law with n p >= 10 and p <= 1/2, or -1 (Hoermann's BTRS)."""
    odds = p / (1.0 - p)
    spread = sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    centred = u - 0.5
    rim = 0.5 - abs(centred)
    if rim <= 0.0:
        return -1
    k = floor((2.0 * a / rim + b) * centred + n * p + 0.5)
    chance = 1.0 - v
    if rim >= 0.07 and chance <= 0.92 - 4.2 / b:
        return int(k)
    if k < 0 or k > n:
        return -1
    place, tries, mode = float(k), float(n), float(floor((n + 1) * p))
    bound = chance * (2.83 + 5.1 / b) * spread / (a / (rim * rim) + b)
    density = (
        (mode + 0.5) * log_of((mode + 1.0) / (odds * (tries - mode + 1.0)))
        + (tries + 1.0) * log_of((tries - mode + 1.0) / (tries - place + 1.0))
        + (place + 0.5) * log_of(odds * (tries - place + 1.0) / (place + 1.0))
        + (stirling_tail(mode) + stirling_tail(tries - mode))
        - (stirling_tail(place) + stirling_tail(tries - place))
    )
    return int(k) if log_of(bound) <= density else -1
