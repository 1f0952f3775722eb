"""Take pairs with a probability of their own, compiled: those that ``Ends.occurs`` takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.ends import Ends, Number, Pairs
from eqsim.random import Kind
from eqsim.random.compiled import fraction, kernel, words

_CONNECT, _TAKEN, _REFINED = int(Kind.CONNECT), int(Number.TAKEN), int(Number.REFINED)
_NO_CONDITION = np.ones(1, np.bool)


def pairs_thinned(
    ends: Ends, first: int, chance: npt.NDArray[np.float64], holds: npt.NDArray[np.bool] | None
) -> tuple[Pairs, int]:
    """Return the pairs taken among those of some sources, from ``first`` on, and where a chance is no number.

    ``chance`` has shape (sources, targets), and so has ``holds``, which says which pairs count at all. The place is an
    index of the flat array, or -1 where all are numbers.
    """
    width = chance.shape[1]
    word = np.empty((first * width + chance.size) // 4 * 4 + 4 - first * width // 4 * 4)
    _words(np.uint64(ends.stream), ends.call, first * width // 4, word)
    i, j = np.empty(chance.size, ends.pair_type), np.empty(chance.size, ends.pair_type)
    numbers = word[first * width % 4 :]
    condition = _NO_CONDITION if holds is None else holds.ravel()
    count, wrong = _choose(np.uint64(ends.stream), ends.call, first, numbers, chance, condition, i, j)
    return (i[:count].copy(), j[:count].copy()), wrong


@kernel
def _words(stream: Any, call: int, block: int, word: Any) -> None:  # pragma: no cover
    """Write the four words of each block."""
    for k in range(word.size // 4):
        w0, w1, w2, w3 = words(stream, _CONNECT, _TAKEN, call, block + k)
        word[4 * k] = w0
        word[4 * k + 1] = w1
        word[4 * k + 2] = w2
        word[4 * k + 3] = w3


@kernel
def _choose(
    stream: Any, call: int, first: int, word: Any, chance: Any, holds: Any, i: Any, j: Any
) -> Any:  # pragma: no cover
    rows, width = chance.shape
    conditional = holds.size == chance.size
    count, wrong = 0, -1
    for row in range(rows):
        for column in range(width):
            k = row * width + column
            here = chance[row, column]
            threshold = here * 2.0**32
            taken = word[k] + 1.0 <= threshold
            counts = holds[k] if conditional else True
            if not taken:
                if word[k] <= threshold and here > 0.0:
                    w0, w1, _, _ = words(stream, _CONNECT, _REFINED, call, first * width + k)
                    taken = word[k] + fraction(w0, w1) < threshold
                elif here != here and counts and wrong < 0:  # noqa: PLR0124 - NaN
                    wrong = k
            i[count] = first + row
            j[count] = column
            count += 1 if taken and counts else 0
    return count, wrong
