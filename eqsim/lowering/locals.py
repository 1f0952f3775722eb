"""The locals of a step under construction: each bound once, under a name that nothing else has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from eqsim.analysis.formula import number_of
from eqsim.checking.checked import Type
from eqsim.language.expr import Expr, Name
from eqsim.lowering.kernel import Draw, Instruction, Let, identifier


@dataclass(slots=True)
class Locals:
    """Instructions in order, and the names that are taken; lives as long as one step is being lowered."""

    instructions: list[Instruction] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    @classmethod
    def beside(cls, names: Iterable[str]) -> Locals:
        """Return an empty collection that leaves some names alone."""
        return cls(taken=set(names))

    def let(self, name: str, value: Expr, kind: Type = "real") -> Expr:
        """Bind a formula and return the local; a name or a number needs no local and comes back as it is."""
        if isinstance(value, Name) or number_of(value) is not None:
            return value
        return self.bind(name, value, kind)

    def bind(self, name: str, value: Expr, kind: Type = "real") -> Name:
        """Bind a formula, whatever it is."""
        name = self._free(name)
        self.instructions.append(Let(name, value, kind))
        return Name(name)

    def draw(self, name: str, number: int, element: str) -> Name:
        """Draw a normal number for the element."""
        name = self._free(name)
        self.instructions.append(Draw(name, "normal", number, element))
        return Name(name)

    def _free(self, name: str) -> str:
        first, count = identifier(name), 1
        free = first
        while free in self.taken:
            count += 1
            free = f"{first}_{count}"
        self.taken.add(free)
        return free
