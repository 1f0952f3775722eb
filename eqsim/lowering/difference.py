"""Divided differences of exp, good to the last digits wherever the points lie: apart, close or equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import factorial

from eqsim.analysis.formula import ONE, ZERO, call, is_zero, literal, minus, negative, over, plus, times, where
from eqsim.language.expr import Compare, Expr
from eqsim.lowering.locals import Locals

_CLOSE = 0.5  # points within this distance take the series, others the recurrence
_TERMS = 13  # of the series: 0.25**13/13! is below rounding


@dataclass(slots=True)
class Differences:
    """Divided differences of exp over locals, each bound once.

    ``exp[a] = exp(a)``, ``exp[a, b] = (exp(a) - exp(b))/(a - b)``, and so on (McCurdy, Ng & Parlett, Math. Comp.
    43:501, 1984). They are what couples linear equations: the response of rate ``a`` to an input that decays with
    rate ``b`` is ``exp[a*h, b*h]*h``, whether the two rates differ or not.
    """

    locals: Locals
    prefix: str
    _known: dict[tuple[str, ...], Expr] = field(default_factory=dict)

    def over(self, points: Sequence[Expr]) -> Expr:
        """Return the divided difference over some points; they are names of locals or 0."""
        key = tuple(sorted("" if is_zero(point) else str(point) for point in points))
        if key not in self._known:
            ordered = sorted(points, key=lambda point: "" if is_zero(point) else str(point))
            self._known[key] = self._made(ordered)
        return self._known[key]

    def _made(self, points: Sequence[Expr]) -> Expr:
        count = len(points)
        if all(is_zero(point) for point in points):
            return ONE if count < 3 else literal(1 / factorial(count - 1))
        if all(point == points[0] for point in points):
            value = call("exp", points[0])
            return self._let("exp", value if count < 3 else over(value, literal(factorial(count - 1))))
        if count == 2 and is_zero(points[0]):
            return self._let("phi1", call("exprel", points[1]))
        if count == 2:
            # scaled by the larger one, so that nothing overflows on the way
            distance = negative(call("abs", minus(points[0], points[1])))
            return self._let("dexp", times(call("exp", call("max", *points)), call("exprel", distance)))
        return self._table(self._sorted(points))

    def _let(self, name: str, value: Expr) -> Expr:
        return self.locals.let(f"{self.prefix}_{name}", value)

    def _sorted(self, points: Sequence[Expr]) -> list[Expr]:
        """Return the points in ascending order, by comparisons that are the same for any values."""
        ordered: list[Expr] = []
        for point in points:
            moving = point
            for position, other in enumerate(ordered):
                ordered[position] = self._let("low", call("min", other, moving))
                moving = self._let("high", call("max", other, moving))
            ordered.append(moving)
        return ordered

    def _table(self, points: Sequence[Expr]) -> Expr:
        """Return the divided difference over sorted points, from those over fewer."""
        count, top = len(points), points[-1]
        table: dict[tuple[int, int], Expr] = {}
        for left in range(count - 1):
            gap = minus(points[left], points[left + 1])
            shift = call("exp", minus(points[left + 1], top))
            table[left, left + 1] = self._let("pair", times(shift, call("exprel", gap)))
        for width in range(2, count):
            for left in range(count - width):
                right = left + width
                spread = self._let("spread", minus(points[right], points[left]))
                fall = minus(table[left + 1, right], table[left, right - 1])
                recurrence = over(fall, call("max", spread, literal(_CLOSE)))
                close = self._let("series", self._series(points[left : right + 1], top))
                value = where(Compare("<", spread, literal(_CLOSE)), close, recurrence)
                table[left, right] = self._let("dexp", value)
        return self._let("dexp", times(call("exp", top), table[0, count - 1]))

    def _series(self, points: Sequence[Expr], top: Expr) -> Expr:
        """Return the Taylor series about the middle of the points, by complete symmetric polynomials."""
        centre = self._let("centre", times(literal(0.5), plus(points[0], points[-1])))
        apart = [self._let("apart", minus(point, centre)) for point in points]
        row: list[Expr] = [ONE, *([ZERO] * (_TERMS - 1))]
        for point in apart:
            for degree in range(1, _TERMS):
                row[degree] = self._let("h", plus(row[degree], times(point, row[degree - 1])))
        total: Expr = ZERO
        for degree in reversed(range(_TERMS)):
            total = plus(times(literal(1 / factorial(degree + len(points) - 1)), row[degree]), total)
        return times(call("exp", minus(centre, top)), total)
