"""Counts of a binomial law by comparison: its cumulative probabilities as integers, and the random bits against them.

A count is how many cumulative probabilities do not exceed a uniform number of 64 bits. Its upper 16 bits, the *half* of
a word, almost always tell: one block of random numbers serves eight elements. Where a half equals that of a probability
the 48 bits below it decide, which come from a block of the element's own, so that the law is exact to 2^-64.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.random.draws import Kind, words

EIGHT = 8  # elements that a block serves
GROUP = 4  # marks that compiled code compares at a time
LAST = 0xFFFF
LOW_16, SIXTEEN, FORTY_EIGHT = np.uint64(LAST), np.uint64(16), np.uint64(48)


@dataclass(frozen=True, slots=True)
class Table:
    """The cumulative probabilities of a law, ascending.

    ``bounds`` (uint64) are they, times 2^64. ``marks`` (uint16) are their upper halves between a 0 and one or more
    65535: an element whose half is no mark has the count ``start`` and one more for each mark below its half.
    """

    start: int
    marks: NDArray[np.uint16]
    bounds: NDArray[np.uint64]


def binomial_table(n: int, p: float) -> Table:
    """Return the table of the number of successes in `n` tries with chance `p` <= 1/2, in integers throughout.

    What is more improbable than 2^-64 has no place in it. The time is proportional to the mean.
    """
    bits = 192 + 2 * ceil(n * p)  # no success at all has a probability of at least 2^(-2 n p)
    one = 1 << bits
    above, below = p.as_integer_ratio()
    success = (above << bits) // below
    failure = one - success
    term, total, bounds = _power(failure, n, bits), 0, list[int]()
    for k in range(n + 1):
        total += term
        if one - total < 1 << (bits - 64):
            break
        bounds.append(total >> (bits - 64))
        term = term * success * (n - k) // (failure * (k + 1))
    halves = [bound >> 48 for bound in bounds]
    marks = [0, *(half for half in halves if 0 < half < LAST), LAST]
    marks += [LAST] * (-len(marks) % GROUP)
    return Table(halves.count(0) - 1, np.array(marks, np.uint16), np.array(bounds, np.uint64))


def _power(base: int, exponent: int, bits: int) -> int:
    """Return a power of a number that counts in units of 2^-bits."""
    result = 1 << bits
    while exponent:
        if exponent & 1:
            result = result * base >> bits
        base = base * base >> bits
        exponent >>= 1
    return result


def counts(stream: Any, step: Any, begin: int, end: int, table: Table) -> NDArray[np.int64]:
    """Return the counts of the elements from ``begin``, a multiple of eight, until ``end``."""
    blocks = np.arange(begin // EIGHT, -(-end // EIGHT))
    four = words(stream, Kind.COUNTS, 0, step, blocks)
    halves = np.stack([half for word in four for half in (word & LOW_16, word >> SIXTEEN)], axis=1).ravel()
    halves = halves[: end - begin]
    result = table.start + np.searchsorted(table.marks, halves)
    tied = np.flatnonzero(np.isin(halves, table.marks))
    high, low, _, _ = words(stream, Kind.COUNTS, 1, step, begin + tied)
    number = halves[tied] << FORTY_EIGHT | high << SIXTEEN | low >> SIXTEEN
    result[tied] = np.searchsorted(table.bounds, number, side="right")
    return result
