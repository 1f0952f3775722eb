"""Uniform and normal draws, keyed by what they are drawn for.

The key is the stream, a 64-bit number that belongs to one object. The counter's words are

==== ===========================================================================================
c0   the element's low 32 bits
c1   the step's low 32 bits
c2   bits 32-47 of the element, then bits 32-47 of the step
c3   the draw's number in its kernel (24 bits), then the kind (8 bits)
==== ===========================================================================================

so each of 2^48 elements has draws of its own in each of 2^48 steps. The number's high 8 bits count the trials of a
``poisson`` or ``binomial`` draw, whose uniforms they keep apart; a kernel's own numbers are below 2^16 = ``NUMBERS``.

Counts from a table (``eqsim.random.tables``) have a kind of their own. A block of number 0 has the *element* ``b`` and
serves the elements 8b to 8b + 7, each with half a word; one of number 1 has the bits below that half, of one element.
So have the spikes of sources that keep when they spike next (``eqsim.random.intervals``): number 0 says whether two of
them spike in the step, the sources 64k + j and 64k + 32 + j having the element 32k + j; number 1 says of one source how
many steps pass from that step on.
"""

from __future__ import annotations

from enum import IntEnum
from math import pi
from typing import Any

import numpy as np
from numpy import cos, log, sqrt

from eqsim.random.philox import HALF, LOW, philox

NUMBERS = 1 << 16
FIVE, SIX, SIXTEEN, TWENTY_FOUR, TWENTY_SIX = (np.uint64(count) for count in (5, 6, 16, 24, 26))
LOW_16 = np.uint64(0xFFFF)
UNIT = 2.0**-53


class Kind(IntEnum):
    """What a number is drawn for; part of every draw's counter, so values never change."""

    RUN = 0  # kernels of a run
    INITIAL = 1  # initial values
    TEXT = 2  # a text that is assigned
    CONNECT = 3  # which synapses exist
    EVENT = 4  # run_on_event, run_regularly and other operations beside the equations
    COUNTS = 5  # counts from a table, eight elements to a block
    SPIKES = 6  # of sources that keep when they spike next


def words(stream: Any, kind: Any, number: Any, step: Any, element: Any) -> tuple[Any, Any, Any, Any]:
    """Return four words, uint64 below 2^32, for a stream and a counter: integers or integer arrays that broadcast."""
    key, place, time = np.uint64(stream), np.uint64(element), np.uint64(step)
    c2 = ((place >> HALF) & LOW_16) | (((time >> HALF) & LOW_16) << SIXTEEN)
    c3 = (np.uint64(kind) << TWENTY_FOUR) | np.uint64(number)
    return philox(place & LOW, time & LOW, c2, c3, key & LOW, key >> HALF)


def fraction(high: Any, low: Any) -> Any:
    """Return the float64 in [0, 1) that has the upper 27 bits of one word and the upper 26 of another."""
    return np.float64(((high >> FIVE) << TWENTY_SIX) | (low >> SIX)) * UNIT


def uniform(stream: Any, kind: Any, number: Any, step: Any, element: Any) -> Any:
    """Return a float64 in [0, 1), a multiple of 2^-53."""
    w0, w1, _, _ = words(stream, kind, number, step, element)
    return fraction(w0, w1)


def normal(stream: Any, kind: Any, number: Any, step: Any, element: Any) -> Any:
    """Return a float64 of the standard normal law (Box and Muller's cosine branch)."""
    w0, w1, w2, w3 = words(stream, kind, number, step, element)
    return sqrt(-2.0 * log(1.0 - fraction(w0, w1))) * cos(2.0 * pi * fraction(w2, w3))


def pair(stream: Any, kind: Any, number: Any, step: Any, element: Any, trial: Any) -> tuple[Any, Any]:
    """Return the two uniforms of one trial of a draw that may need several."""
    w0, w1, w2, w3 = words(stream, kind, np.uint64(number) | (np.uint64(trial) << SIXTEEN), step, element)
    return fraction(w0, w1), fraction(w2, w3)
