"""The two groups that a connection joins, as the formulas of a rule see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.language.expr import Expr, names
from eqsim.lowering.evaluate import evaluate
from eqsim.random import Kind, binomial, normal, poisson, uniform, words
from eqsim.random.draws import fraction
from eqsim.random.pieces import many
from eqsim.text.errors import ConnectError, Mistake

Array = npt.NDArray[Any]
Index = npt.NDArray[np.integer[Any]]
Pairs = tuple[Index, Index]
"""Source and target index of each synapse, in order of creation."""

_LAWS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"uniform": uniform, "normal": normal, "poisson": poisson, "binomial": binomial}
)
_PIECE = 2**14  # drawn at a time: a dozen arrays of this size stay in the cache
FORMULA_DRAWS = 16  # a formula's draws take as many numbers
REPEAT = 256  # from one attempt to the next of the same draw


class Number(IntEnum):
    """What a number is drawn for within one call of ``connect``; a formula's draws follow its own number."""

    TAKEN = 0  # whether a pair, or how many candidates lie between two pairs
    THINNED = 1  # whether a candidate stays where probabilities differ
    CHOSEN = 2  # a member drawn without replacement; each attempt adds REPEAT
    REFINED = 4  # whether a pair is taken, where 32 bits cannot tell
    SOURCE = 5  # the source of a synapse, drawn with replacement
    TARGET = 6  # the target of a synapse, drawn with replacement
    STAYS = 3  # whether a synapse of a ring is not rewired
    CONDITION = 1 * FORMULA_DRAWS
    PROBABILITY = 2 * FORMULA_DRAWS
    MULTIPLICITY = 3 * FORMULA_DRAWS
    SIZE = 4 * FORMULA_DRAWS
    ELEMENT = 5 * FORMULA_DRAWS
    FIRST_BOUND = 6 * FORMULA_DRAWS
    SECOND_BOUND = 7 * FORMULA_DRAWS
    THIRD_BOUND = 8 * FORMULA_DRAWS


@dataclass(frozen=True, slots=True)
class Ends:
    """Sizes and variables of a source and a target group, and the stream of the synapses' random numbers.

    ``pre`` and ``post`` hold arrays (one entry a neuron, plain numbers) under the names by which formulas know them:
    ``x_pre``, ``x_post``, and ``x`` for the post-synaptic one; ``scalars`` the captured constants. ``call`` counts the
    calls of ``connect``, so that each draws numbers of its own. Where the ends share neurons, source ``i`` is
    target ``i + shift``; ``shift`` is ``None`` where they do not. ``owner`` names the synapses in messages.
    """

    n_pre: int
    n_post: int
    stream: int
    call: int = 0
    pre: Mapping[str, Array] = field(default_factory=dict)
    post: Mapping[str, Array] = field(default_factory=dict)
    scalars: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    shift: int | None = None
    owner: str = ""

    @property
    def dtype(self) -> type[np.int32 | np.int64]:
        """The type of indexes: 32 bits where they suffice."""
        return np.int32 if max(self.n_pre, self.n_post) < 2**31 else np.int64

    @property
    def pair_type(self) -> type[np.integer[Any]]:
        """The type of indexes where there are many: as they are stored, 16 bits where they suffice."""
        return np.uint16 if max(self.n_pre, self.n_post) <= 2**16 else self.dtype

    def uniform(self, number: int, element: Array) -> Array:
        """Return one number in [0, 1) for each element; ``number`` tells the draws of one call apart."""
        flat, drawn = element.ravel(), np.empty(element.size)
        if many(flat.size):
            from eqsim.random.compiled import first_fractions  # noqa: PLC0415 - Numba is loaded for many synapses

            first_fractions(np.uint64(self.stream), int(Kind.CONNECT), int(number), self.call, flat, drawn)
            return drawn.reshape(element.shape)
        for start in range(0, flat.size, _PIECE):
            piece = slice(start, start + _PIECE)
            drawn[piece] = uniform(self.stream, Kind.CONNECT, number, self.call, flat[piece])
        return drawn.reshape(element.shape)

    def occurs(self, pair: npt.NDArray[np.int64], chance: Array) -> npt.NDArray[np.bool]:
        """Return for each pair whether an event of this chance happened; pairs have a word of 32 bits each.

        Where 32 bits cannot tell, further ones are drawn, so that chances hold to 2^-85.
        """
        happened = np.empty(pair.size, np.bool)
        for start in range(0, pair.size, _PIECE):
            piece = slice(start, start + _PIECE)
            word, threshold = self._word(pair[piece]), chance[piece] * 2.0**32
            happened[piece] = word + 1 <= threshold
            (open_,) = np.nonzero((word <= threshold) & ~happened[piece])
            if open_.size:
                more = self.uniform(Number.REFINED, pair[piece][open_])
                happened[start + open_] = word[open_] + more < threshold[open_]
        return happened

    def _word(self, pair: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return 32 random bits for each pair, as a whole number; four neighbours share one block of words."""
        if pair.size and pair[-1] - pair[0] == pair.size - 1:
            first, last = int(pair[0]), int(pair[-1])
            block = np.stack(
                words(self.stream, Kind.CONNECT, Number.TAKEN, self.call, np.arange(first // 4, last // 4 + 1))
            )
            return block.T.ravel()[first % 4 : first % 4 + pair.size].astype(np.float64)
        block = np.stack(words(self.stream, Kind.CONNECT, Number.TAKEN, self.call, pair // 4))
        return block[pair % 4, np.arange(pair.size)].astype(np.float64)

    def uniforms(self, number: int, first: int, size: int) -> Array:
        """Return ``size`` numbers in [0, 1), those from ordinal ``first`` on of one sequence; both are even."""
        half = np.arange(first // 2, (first + size) // 2)
        w0, w1, w2, w3 = words(self.stream, Kind.CONNECT, number, self.call, half)
        return np.stack([fraction(w0, w1), fraction(w2, w3)], axis=1).ravel()

    def evaluate(
        self, expr: Expr, i: Any, j: Any, element: Array, number: int, *, known: Mapping[str, Any] | None = None
    ) -> Any:
        """Return a formula's value for neurons ``i`` and ``j``, arrays that broadcast against each other, or ``None``.

        ``element`` identifies what is evaluated in draws and has the shape of the result; the draws of the formula take
        the numbers from ``number`` on.
        """
        values: dict[str, Any] = {**self.scalars, "N_pre": self.n_pre, "N_post": self.n_post}
        values |= {name: at for name, at in (("i", i), ("j", j)) if at is not None}
        for index, columns in ((i, self.pre), (j, self.post)):
            if index is not None:
                values |= {name: columns[name][index] for name in names(expr) & columns.keys()}
        drawn = number

        def draw(law: str, arguments: tuple[Any, ...]) -> Array:
            nonlocal drawn
            drawn += 1
            if drawn > number + FORMULA_DRAWS:
                summary = f"a formula of a connection draws at most {FORMULA_DRAWS} random numbers"
                hint = "draw fewer times, for instance one normal() for a sum of them"
                raise ConnectError(Mistake(ConnectError, summary, expr.span, self.owner, hint=hint))
            flat = (np.broadcast_to(np.asarray(a), element.shape).ravel() for a in arguments)
            result: Array = _LAWS[law](self.stream, Kind.CONNECT, drawn - 1, self.call, element.ravel(), *flat)
            return result.reshape(element.shape)

        return evaluate(expr, {**values, **(known or {})}, self.functions, draw)
