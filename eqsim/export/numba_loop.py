"""The run loop of an exported program for Numba: a text, to be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eqsim.lowering.program import Program
from eqsim.targets.layout import Layout
from eqsim.targets.loop import InPython, loop
from eqsim.targets.render import SourceCode, source_code
from eqsim.version import __version__


@dataclass(frozen=True, slots=True)
class _Words(InPython):
    """What Numba's arrays, which know their lengths, are called."""

    def first(self, array: str) -> str:
        return f"{array}[0]"

    def length(self, array: str) -> str:
        return f"{array}.shape[0]"

    def passed(self, array: str, *, measured: bool) -> str:  # noqa: ARG002 - of no concern here
        return array

    def single(self, real: str) -> str:
        return f"_eq.float32({real})"

    def slice(self, number: str, size: str) -> list[str]:
        return [f"_begin{number}, _end{number} = _eq.part({size}, _lane, _lanes)"]


def run_loop(program: Program, layout: Layout, functions: list[str], imports: Iterable[str]) -> SourceCode:
    """Render the run loop of a program; ``functions`` names what each launch calls, ``imports`` are lines."""
    template, fields = loop(program, layout, functions, _Words())
    fields |= {"imports": sorted(imports), "version": __version__}
    return source_code(f"numba/{template}.j2", "drive", fields, "")
