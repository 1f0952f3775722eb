"""The exponential of a small matrix in straight lines: a series of the scaled matrix, then the squarings needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import factorial

from eqsim.analysis.formula import ONE, ZERO, call, is_zero, literal, plus, times, where
from eqsim.language.expr import Compare, Expr, Number
from eqsim.lowering.locals import Locals

Matrix = Mapping[tuple[int, int], Expr]
"""Entries that are not zero."""

_SMALL = 0.25  # the norm up to which the series is good to the last digit
_DEGREE = 11  # 0.25**12/13! is below rounding


@dataclass(frozen=True, slots=True)
class Exponential:
    """Unrolls ``exp(A*h)`` and ``h*phi1(A*h)`` for a matrix of formulas, a row for each of ``labels``.

    Scaling and squaring (Moler & Van Loan, SIAM Rev. 45:3, 2003, method 3). The number of squarings depends on
    the norm, so each is carried out or not by a condition; ``squarings`` bounds the norm by ``2**(squarings - 2)``.
    """

    locals: Locals
    prefix: str
    labels: tuple[str, ...]
    squarings: int = 16

    def flow(self, rates: Matrix, elapsed: Expr, inputs: Iterable[int]) -> tuple[Matrix, Matrix]:
        """Return ``exp(A*h)`` and the columns of ``h*phi1(A*h)`` for some inputs.

        The first is what the state is multiplied by, the second what a constant input is.
        """
        columns = frozenset(inputs)
        norm = self._norm(rates, elapsed)
        step = self._let("h", times(elapsed, self._scale(norm)))
        small = self._bound("X", {place: times(entry, step) for place, entry in rates.items()})
        phi = self._series(small)
        state = self._bound("E", _sum(self._identity(), _product(small, phi)))
        driven = self._bound("P", {place: times(step, entry) for place, entry in phi.items() if place[1] in columns})
        for count in range(self.squarings):
            needed = Compare(">", norm, literal(_SMALL * 2**count))
            longer = _sum(driven, _product(state, driven))
            driven, state = (
                self._bound("P", _either(needed, longer, driven)),
                self._bound("E", _either(needed, _product(state, state), state)),
            )
        return state, driven

    def _norm(self, rates: Matrix, elapsed: Expr) -> Expr:
        """Return the largest sum of absolute values in a row."""
        rows: dict[int, Expr] = {}
        for (row, _), entry in rates.items():
            rows[row] = plus(rows.get(row, ZERO), call("abs", entry))
        first, *others = rows.values()
        for other in others:
            first = call("max", first, other)
        return self._let("norm", times(call("abs", elapsed), first))

    def _scale(self, norm: Expr) -> Expr:
        """Return 2**-n for n squarings, a product of halves, which rounds nothing."""
        scale: Expr = ONE
        for count in range(self.squarings):
            half = where(Compare(">", norm, literal(_SMALL * 2**count)), Number(0.5), Number(1.0))
            scale = self._let("scale", times(scale, half))
        return scale

    def _series(self, x: Matrix) -> Matrix:
        """Return the sum of ``x**k/(k + 1)!``, in blocks of three powers."""
        square = self._bound("X2", _product(x, x))
        cube = self._bound("X3", _product(square, x))
        result: Matrix = {}
        for block in reversed(range(0, _DEGREE + 1, 3)):
            result = _product(result, cube)
            for power, matrix in enumerate((self._identity(), x, square)):
                factor = literal(1 / factorial(block + power + 1))
                result = _sum(result, {place: times(factor, entry) for place, entry in matrix.items()})
            result = self._bound("phi", result)
        return result

    def _identity(self) -> Matrix:
        return {(row, row): ONE for row in range(len(self.labels))}

    def _bound(self, name: str, entries: Matrix) -> Matrix:
        return {
            (row, column): self._let(f"{name}_{self.labels[row]}_{self.labels[column]}", entry)
            for (row, column), entry in entries.items()
            if not is_zero(entry)
        }

    def _let(self, name: str, value: Expr) -> Expr:
        return self.locals.let(f"{self.prefix}_{name}", value)


def _product(left: Matrix, right: Matrix) -> Matrix:
    entries: dict[tuple[int, int], Expr] = {}
    for (row, inner), x in left.items():
        for (other, column), y in right.items():
            if inner == other:
                entries[row, column] = plus(entries.get((row, column), ZERO), times(x, y))
    return entries


def _sum(left: Matrix, right: Matrix) -> Matrix:
    return {place: plus(left.get(place, ZERO), right.get(place, ZERO)) for place in sorted({*left, *right})}


def _either(condition: Expr, then: Matrix, otherwise: Matrix) -> Matrix:
    return {place: where(condition, entry, otherwise.get(place, Number(0.0))) for place, entry in then.items()}
