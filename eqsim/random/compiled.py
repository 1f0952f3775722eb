"""Philox compiled, for long arrays: the bits that ``eqsim.random.draws`` gives, at a few nanoseconds each.

Logarithm and cosine stay those of NumPy, so that every number is the same whichever way it was drawn.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from eqsim.random import draws
from eqsim.random import philox as generator
from eqsim.random.pieces import cut

Reals = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
PIECE = 2**14  # drawn at a time: a few arrays of this size stay in a core's cache


def inlined(function: Any, **replaced: Any) -> Any:
    """Compile a function's text into its callers, some of the names it uses bound to compiled functions."""
    bound = FunctionType(function.__code__, {**function.__globals__, **replaced}, function.__name__)
    return numba.njit(error_model="numpy", forceinline=True)(bound)


def kernel(function: Any) -> Any:
    """Compile a function that loops over arrays: without the GIL, kept on disk where there is a place for it."""
    try:
        return numba.njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:  # neither the folder of the module nor the user's cache can be written
        return numba.njit(nogil=True, error_model="numpy")(function)


philox = inlined(generator.philox)
words = inlined(draws.words, philox=philox)
fraction = inlined(draws.fraction)


@kernel
def first_fractions(stream: Any, kind: int, number: int, step: int, element: Any, u: Any) -> None:  # pragma: no cover
    """Write the first uniform number of each element."""
    for k in range(u.size):
        w0, w1, _, _ = words(stream, kind, number, step, element[k])
        u[k] = fraction(w0, w1)


@kernel
def both_fractions(
    stream: Any, kind: int, number: int, step: int, element: Any, u: Any, v: Any
) -> None:  # pragma: no cover
    """Write both uniform numbers of each element."""
    for k in range(u.size):
        w0, w1, w2, w3 = words(stream, kind, number, step, element[k])
        u[k] = fraction(w0, w1)
        v[k] = fraction(w2, w3)


@kernel
def row_of_fractions(stream: Any, kind: int, number: int, step: int, first: int, u: Any) -> None:  # pragma: no cover
    """Write two uniform numbers for each of the elements from ``first`` on, one behind the other."""
    for k in range(u.size // 2):
        w0, w1, w2, w3 = words(stream, kind, number, step, first + k)
        u[2 * k] = fraction(w0, w1)
        u[2 * k + 1] = fraction(w2, w3)


def uniform(stream: int, kind: int, number: int, step: int, element: Longs) -> Reals:
    """Return what ``eqsim.random.uniform`` returns, for an array of elements."""
    result = np.empty(element.size)
    first_fractions(np.uint64(stream), int(kind), number, step, element, result)
    return result


def normal(stream: int, kind: int, number: int, step: int, element: Longs) -> Reals:
    """Return what ``eqsim.random.normal`` returns, for an array of elements."""
    result, angles = np.empty(element.size), np.empty(min(element.size, PIECE))
    for first, end in cut(element.size, PIECE):
        radius, angle = result[first:end], angles[: end - first]
        both_fractions(np.uint64(stream), int(kind), number, step, element[first:end], radius, angle)
        # the operations of `draws.normal`, one by one
        np.log(np.subtract(1.0, radius, out=radius), out=radius)
        np.sqrt(np.multiply(-2.0, radius, out=radius), out=radius)
        np.cos(np.multiply(2.0 * np.pi, angle, out=angle), out=angle)
        np.multiply(radius, angle, out=radius)
    return result
