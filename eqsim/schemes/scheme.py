"""What an integration scheme is: facts about it, and its lines of mathematics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from eqsim.analysis.system import Noise
from eqsim.language.expr import Expr, calls

Reading = Literal["ito", "stratonovich"]
Requirement = Literal["linear", "linear in own variable", "no explicit time"]


@dataclass(frozen=True, slots=True)
class Line:
    """``target = value``; the target of the last line is ``x'``, the state after the step."""

    target: str
    value: Expr

    def __str__(self) -> str:
        """Return the line as text."""
        return f"{self.target} = {self.value}"


@dataclass(frozen=True, slots=True)
class Scheme:
    """An integration scheme.

    ``order`` is that of the error over a fixed time without noise (infinite for an exact one), ``strong_order`` that of
    the paths with noise, ``None`` where it takes none. ``noise`` is the most general kind that it takes, ``reading``
    the calculus in which it reads it.
    """

    name: str
    citation: str
    order: float
    lines: tuple[Line, ...]
    noise: Noise = "none"
    reading: Reading = "ito"
    strong_order: float | None = None
    requires: frozenset[Requirement] = frozenset()
    also: tuple[str, ...] = ()

    def uses(self, function: str) -> bool:
        """Whether a word of the vocabulary stands in one of the lines."""
        return any(function in calls(line.value) for line in self.lines)
