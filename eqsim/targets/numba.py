"""The Numba target: kernels as modules in the cache, compiled when first imported, and a run loop for all networks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from eqsim.lowering import slices
from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Program
from eqsim.targets import (
    cache,
    generate,
    intrinsics,
    meeting,
    numba_counts,
    numba_flags,
    numba_intervals,
    numba_names,
    queue,
)
from eqsim.targets.blame import blame
from eqsim.targets.compiled import CompiledRun, compiled_run
from eqsim.targets.entries import entry_source
from eqsim.targets.layout import Layout
from eqsim.targets.loop import InPython, loop
from eqsim.targets.render import SourceCode, function_source, kernel_source, source_code
from eqsim.targets.script import Script, script
from eqsim.targets.script_loop import SIGNATURE, alone, together
from eqsim.targets.target import Storages
from eqsim.targets.team import processors
from eqsim.vector import fingerprint
from eqsim.version import __version__


@dataclass(frozen=True, slots=True)
class NumbaTarget:
    """Compile programs with Numba."""

    name: str = "numba"

    @property
    def threads(self) -> int:
        """How many threads may share a run: one for each processor that this process may use."""
        return processors()

    def compile(self, program: Program, storages: Storages) -> CompiledRun:
        """Return a compiled program, each of its kernels taken from the cache if it was ever compiled here."""
        start = perf_counter()
        context = _context()
        layout = Layout(program, storages)
        kernels = [
            kernel_source(launch.call, layout.dtypes(launch), program.dtype, __version__, context)
            if isinstance(launch.call, Kernel)
            else None
            for launch in program.launches
        ]
        of_program = script(program, layout)
        entries = [
            entry_source(launch, kernel, layout, context)
            for launch, kernel in zip(program.launches, kernels, strict=True)
        ]
        rendered = perf_counter()
        texts = {
            function.python
            for launch in program.launches
            if isinstance(launch.call, Kernel)
            for function in launch.call.functions.values()
        }
        functions = [function_source(text, context) for text in sorted(texts)]
        sources = {source.module: source.text for source in (*functions, *kernels, *entries) if source is not None}
        for name, text in sources.items():
            cache.keep(name, text)
        try:
            called = tuple(cache.load(entry.module, sources).entry for entry in entries)
        except Exception as error:
            blame(program, context, error)
            raise
        carry_out = together if of_program.lanes > 1 else alone
        carry_out.compile(SIGNATURE)
        seconds = {"render": rendered - start, "compile": perf_counter() - rendered}
        drive = _Loop(carry_out, of_program, called)
        return compiled_run(drive, program, layout, seconds, drive.given)


@dataclass(frozen=True)
class _Loop:
    """A script, what carries it out, and the entries that it calls: kept, for their code lasts as long as they do."""

    carry_out: Callable[..., int]
    script: Script
    entries: tuple[Any, ...]

    @cached_property
    def addresses(self) -> NDArray[np.int64]:
        """Where the code of each entry begins."""
        return np.array([intrinsics.address_of(entry) for entry in self.entries], np.int64)

    def given(self, arrays: list[NDArray[Any]], reals: NDArray[np.float64], integers: NDArray[np.int64]) -> tuple[Any]:
        """Return the words of the script's calls."""
        return (self.script.words(arrays, reals, integers),)

    def __call__(self, first: int, last: int, words: NDArray[np.int64], *team: Any) -> int:
        """Carry out steps, as a member of a team or alone."""
        of = self.script
        return self.carry_out(first, last, self.addresses, of.calls, of.stretches, of.guards, of.stops, words, *team)


def _context() -> str:
    """Return what compiled code depends on besides its source: versions, and what it calls and takes in."""
    called = (numba_names, intrinsics, meeting, slices, queue, generate, numba_counts, numba_flags, numba_intervals)
    texts = [Path(str(module.__file__)).read_bytes() for module in called]
    own = hashlib.sha256(b"".join(texts)).hexdigest()
    return f"{numba.__version__}|{np.__version__}|{fingerprint()}|{own}"


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
    """Render the run loop of a program as a text, for exported programs.

    ``functions`` names what each launch calls, ``imports`` are lines.
    """
    template, fields = loop(program, layout, functions, _Words())
    fields |= {"imports": sorted(imports), "version": __version__}
    return source_code(f"numba/{template}.j2", "drive", fields, "")
