"""A program in segments: compiled launches, and between them Python functions, in the order of a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from eqsim.lowering.program import Program, When, before
from eqsim.targets.target import Run, Storages, Target


@dataclass(frozen=True, slots=True)
class Call:
    """A Python function and its place in a step."""

    function: Callable[[int], None]  # takes the step of the network's clock
    when: When
    object: str  # the key of that whose doing it is


@dataclass
class SegmentedRun:
    """A program that returns to Python in the steps in which a function is due.

    ``compile_whole`` gives what carries out a step where none is; it is called when that is first needed, for a
    function may be due in every step.
    """

    compile_whole: Callable[[], Run]
    parts: Sequence[Run | Call]
    seconds: Mapping[str, float] = field(default_factory=dict)
    _whole: Run | None = None
    _called: dict[str, float] = field(default_factory=dict)  # seconds in Python functions

    @property
    def spent(self) -> dict[str, float]:
        """The seconds of running, by object."""
        total = dict(self._called)
        for part in (*self.parts, self._whole):
            for name, seconds in part.spent.items() if part is not None and not isinstance(part, Call) else ():
                total[name] = total.get(name, 0.0) + seconds
        return total

    def advance(self, first: int, last: int, storages: Storages) -> int:
        """Carry out the steps from ``first`` until ``last``; return early after a step with a call."""
        due = min((_next(call.when.period, first) for call in self.parts if isinstance(call, Call)), default=last)
        if due > first:
            self._whole = self._whole or self.compile_whole()
            return self._whole.advance(first, min(due, last), storages)
        for part in self.parts:
            if isinstance(part, Call):
                if first % part.when.period == 0:
                    begin = perf_counter()
                    part.function(first)
                    self._called[part.object] = self._called.get(part.object, 0.0) + perf_counter() - begin
            elif part.advance(first, first + 1, storages) == first:
                return first  # a list needs room; guards stand before the first launch alone
        return first + 1


def segmented(program: Program, calls: Sequence[Call], target: Target, storages: Storages) -> Run:
    """Compile a program with Python functions in it; without any, the program alone."""
    if not calls:
        return target.compile(program, storages)
    parts: list[Run | Call] = []
    rest, seconds = list(program.launches), 0.0
    guards = program.guards
    for call in sorted(calls, key=lambda call: before(call.when)):
        ahead = [launch for launch in rest if before(launch.when) < before(call.when)]
        rest = rest[len(ahead) :]
        if ahead:
            parts.append(target.compile(replace(program, launches=tuple(ahead), guards=guards), storages))
            guards = ()
        parts.append(call)
    if rest or guards:
        parts.append(target.compile(replace(program, launches=tuple(rest), guards=guards), storages))
    seconds = sum(sum(part.seconds.values()) for part in parts if not isinstance(part, Call))
    return SegmentedRun(lambda: target.compile(program, storages), parts, {"compile": seconds})


def _next(period: int, step: int) -> int:
    return -(-step // period) * period
