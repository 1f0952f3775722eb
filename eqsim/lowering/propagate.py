"""The solution of linear equations in closed form: ``dx/dt = A x + b`` over a time h.

Where no states drive each other in a circle, every entry of ``exp(A*h)`` is a sum over the paths of influence, each a
product of couplings and a divided difference of exp over the rates along the path. Circles (oscillators, adaptation
that acts back) and long chains take the exponential of their matrix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eqsim.analysis.formula import ONE, ZERO, plus, times
from eqsim.analysis.system import LinearSystem
from eqsim.language.expr import Expr, Name
from eqsim.lowering.difference import Differences
from eqsim.lowering.exponential import Exponential
from eqsim.lowering.locals import Locals

_LONGEST = 3  # states in a path of influence; longer ones cost more than the matrix
_MOST = 24  # paths that end in one state


def propagate(
    system: LinearSystem,
    elapsed: Expr,
    local: Locals,
    prefix: str = "",
    *,
    wanted: Sequence[str] = (),
    squarings: int = 16,
) -> Mapping[str, Expr]:
    """Return each state's value after a time, as formulas on locals; rates and propagators are bound on the way.

    ``wanted`` names the states to compute, all by default.
    """
    work = _Propagation.over(system, elapsed, local, prefix)
    positions = [system.states.index(name) for name in wanted or system.states]
    looped = [p for p in positions if work.paths(p) is None]
    solved = work.by_matrix(looped, squarings) if looped else {}
    return {system.states[p]: solved[p] if p in solved else work.by_paths(p, work.paths(p) or ()) for p in positions}


@dataclass(frozen=True, slots=True)
class _Propagation:
    states: tuple[str, ...]
    rates: Mapping[tuple[int, int], Expr]  # entries of A that are not zero
    inputs: Mapping[int, Expr]  # entries of b that are not zero
    points: tuple[Expr, ...]  # diagonal of A times h
    elapsed: Expr
    local: Locals
    prefix: str
    differences: Differences

    @classmethod
    def over(cls, system: LinearSystem, elapsed: Expr, local: Locals, prefix: str) -> _Propagation:
        """Bind rates and inputs."""
        states = system.states
        rates = {
            (i, j): local.let(f"{prefix}_A_{states[i]}" + (f"_{states[j]}" if i != j else ""), entry)
            for i, row in enumerate(system.matrix)
            for j, entry in enumerate(row)
            if entry is not None
        }
        inputs = {
            i: local.let(f"{prefix}_b_{states[i]}", entry)
            for i, entry in enumerate(system.constant)
            if entry is not None
        }
        points = tuple(
            local.let(f"{prefix}_z_{name}", times(rates[i, i], elapsed)) if (i, i) in rates else ZERO
            for i, name in enumerate(states)
        )
        return cls(states, rates, inputs, points, elapsed, local, prefix, Differences(local, prefix))

    def paths(self, end: int) -> tuple[tuple[int, ...], ...] | None:
        """Return the paths of influence that end in a state; ``None`` when they go in a circle, or are many or long."""
        found: list[tuple[int, ...]] = []
        todo: list[tuple[int, ...]] = [(end,)]
        while todo:
            path = todo.pop(0)
            found.append(path)
            for i, j in self.rates:
                if i == path[-1] and i != j:
                    if j in path or len(path) == _LONGEST or len(found) == _MOST:
                        return None
                    todo.append((*path, j))
        return tuple(found)

    def by_paths(self, end: int, paths: Sequence[tuple[int, ...]]) -> Expr:
        """Return a state's value as a sum over the paths of influence."""
        state: dict[int, Expr] = {}
        driven: dict[int, Expr] = {}
        for path in paths:
            start = path[-1]
            weight = self._weight(path)
            points = [self.points[i] for i in path]
            state[start] = plus(state.get(start, ZERO), times(weight, self.differences.over(points)))
            if start in self.inputs:
                response = times(times(weight, self.elapsed), self.differences.over([*points, ZERO]))
                driven[start] = plus(driven.get(start, ZERO), response)
        return self._value(end, state, driven)

    def _weight(self, path: tuple[int, ...]) -> Expr:
        """Return the product of couplings along a path, each times h."""
        weight: Expr | None = None
        for i, j in pairwise(path):
            coupling = self.local.let(
                f"{self.prefix}_c_{self.states[i]}_{self.states[j]}", times(self.rates[i, j], self.elapsed)
            )
            weight = coupling if weight is None else times(weight, coupling)
        return weight or ONE

    def _value(self, end: int, state: Mapping[int, Expr], driven: Mapping[int, Expr]) -> Expr:
        """Return ``sum of E_ij x_j + sum of P_ij b_j`` with the factors bound."""
        name = self.states[end]
        total: Expr = ZERO
        for j, factor in state.items():
            other = self.states[j]
            bound = self.local.let(f"{self.prefix}_E_{name}" + (f"_{other}" if j != end else ""), factor)
            total = plus(total, times(bound, Name(other)))
        for j, factor in driven.items():
            bound = self.local.let(f"{self.prefix}_P_{name}" + (f"_{self.states[j]}" if j != end else ""), factor)
            total = plus(total, times(bound, self.inputs[j]))
        return total

    def by_matrix(self, ends: Sequence[int], squarings: int) -> Mapping[int, Expr]:
        """Return the values of some states by the exponential of the matrix of all that they depend on."""
        chosen = list(ends)
        for i in chosen:
            chosen += [j for k, j in self.rates if k == i and j not in chosen]
        chosen.sort()
        place = {state: position for position, state in enumerate(chosen)}
        rates = {(place[i], place[j]): rate for (i, j), rate in self.rates.items() if i in place and j in place}
        exponential = Exponential(self.local, self.prefix, tuple(self.states[i] for i in chosen), squarings)
        state, driven = exponential.flow(rates, self.elapsed, [place[i] for i in self.inputs if i in place])
        return {
            end: self._value(
                end,
                {chosen[j]: entry for (i, j), entry in state.items() if i == place[end]},
                {chosen[j]: entry for (i, j), entry in driven.items() if i == place[end]},
            )
            for end in ends
        }
