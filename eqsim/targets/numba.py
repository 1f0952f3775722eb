"""The Numba target: kernels and run loop as modules in the cache, compiled when they are first imported."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numba
import numpy as np

from eqsim.lowering import slices
from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Program
from eqsim.targets import cache, generate, intrinsics, meeting, numba_counts, numba_intervals, numba_names, queue
from eqsim.targets.blame import blame
from eqsim.targets.compiled import CompiledRun, compiled_run
from eqsim.targets.layout import Layout
from eqsim.targets.loop import InPython, loop
from eqsim.targets.render import SourceCode, driver_source, function_source, kernel_source
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
        sources = [
            kernel_source(launch.call, layout.dtypes(launch), program.dtype, __version__, context)
            if isinstance(launch.call, Kernel)
            else None
            for launch in program.launches
        ]
        driver = _driver(program, layout, sources, context)
        rendered = perf_counter()
        texts = {
            function.python
            for launch in program.launches
            if isinstance(launch.call, Kernel)
            for function in launch.call.functions.values()
        }
        functions = [function_source(text, context) for text in sorted(texts)]
        parts = {source.module: source.text for source in (*sources, *functions) if source is not None}
        for name, text in {**parts, driver.module: driver.text}.items():
            cache.keep(name, text)
        try:
            module = cache.load(driver.module, parts)
        except Exception as error:
            blame(program, context, error)
            raise
        seconds = {"render": rendered - start, "compile": perf_counter() - rendered}
        return compiled_run(module.drive, program, layout, seconds)


def _context() -> str:
    """Return what compiled code depends on besides its source: versions, and what it calls and takes in."""
    called = (numba_names, intrinsics, meeting, slices, queue, generate, numba_counts, numba_intervals)
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


def _driver(program: Program, layout: Layout, sources: list[SourceCode | None], context: str) -> SourceCode:
    """Render the run loop: the kernels under the names of their modules, the procedures under their own."""
    imports: set[str] = set()
    functions: list[str] = []
    for launch, source in zip(program.launches, sources, strict=True):
        if source is not None:
            functions.append(f"_{source.module}")
            imports.add(f"from {cache.PACKAGE}.{source.module} import {source.function} as {functions[-1]}")
        else:
            functions.append(f"_{launch.call}")
            imports.add(f"from eqsim.targets.numba_procedures import {launch.call} as _{launch.call}")
    return run_loop(program, layout, functions, imports, context)


def run_loop(
    program: Program, layout: Layout, functions: list[str], imports: Iterable[str], context: str
) -> SourceCode:
    """Render the run loop of a program; ``functions`` names what each launch calls, ``imports`` are lines."""
    template, fields = loop(program, layout, functions, _Words())
    return driver_source(template, {**fields, "imports": sorted(imports)}, __version__, context)
