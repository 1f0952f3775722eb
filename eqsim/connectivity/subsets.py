"""Draw without replacement, compiled: the values that `distinct.distinct` gives, marked as bits and read in order."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.ends import REPEAT, Ends, Number
from eqsim.random import Kind
from eqsim.random.compiled import fraction, kernel, words
from eqsim.random.pieces import cores, shared_out

Longs = npt.NDArray[np.int64]
_CONNECT, _REPEAT = int(Kind.CONNECT), int(REPEAT)


def subsets(
    ends: Ends, population: Longs, size: Longs, kind: type[np.integer[Any]], number: int = Number.CHOSEN
) -> npt.NDArray[np.integer[Any]]:
    """Return for each row ``size[row]`` different values below ``population[row]``, ascending, row behind row.

    Takes as many bits for each thread as the largest population has members. Needs ``0 <= size <= population``.
    """
    drawn = np.minimum(size, population - size)
    ordinal, start = (np.concatenate([[0], np.cumsum(counts)]) for counts in (drawn, size))
    result = np.empty(int(start[-1]), kind)

    def draw(first: int, end: int) -> None:
        of_rows = (array[first:end] for array in (population, size, ordinal, start))
        _draw(np.uint64(ends.stream), ends.call, int(number), *of_rows, result)

    inner = np.searchsorted(start, np.linspace(0, result.size, 8 * cores() + 1)[1:-1])
    shared_out(draw, pairwise(np.unique(np.concatenate([[0], inner, [size.size]])).tolist()))
    return result


@kernel
def _draw(
    stream: Any, call: int, number: int, population: Any, size: Any, ordinal: Any, start: Any, result: Any
) -> None:  # pragma: no cover
    most, longest = 0, 0
    for row in range(size.size):
        most = max(most, population[row])
        longest = max(longest, min(size[row], population[row] - size[row]))
    bits = np.zeros((most + 63) // 64, np.uint64)
    value = np.empty(longest, np.int64)
    one = np.uint64(1)
    for row in range(size.size):
        members, drawn = population[row], min(size[row], population[row] - size[row])
        missing, attempt = drawn, number
        while missing > 0:
            first = ordinal[row] + drawn - missing
            for k in range(missing):
                w0, w1, _, _ = words(stream, _CONNECT, attempt, call, first + k)
                value[k] = np.int64(fraction(w0, w1) * members)
            again = 0
            for k in range(missing):
                chosen = min(value[k], members - 1)
                place, bit = chosen >> 6, one << np.uint64(chosen & 63)
                again += 1 if bits[place] & bit else 0
                bits[place] |= bit
            missing = again
            attempt += _REPEAT
        at = start[row]
        for place in range((members + 63) // 64):
            here = bits[place]
            bits[place] = np.uint64(0)
            if drawn < size[row]:  # those left out were drawn
                here = ~here
                if 64 * place + 64 > members:
                    here &= (one << np.uint64(members & 63)) - one
            while here:
                lowest = here & (~here + one)
                here ^= lowest
                # the exponent of a power of two is the number of its bit
                result[at] = 64 * place + (np.float64(lowest).view(np.int64) >> 52) - 1023
                at += 1
