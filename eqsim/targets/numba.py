"""The Numba target: kernels and run loop as modules in the cache, compiled when they are first imported."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numba
import numpy as np

from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Address, Guard, Launch, Program
from eqsim.targets import cache, generate, intrinsics, numba_names, queue
from eqsim.targets.procedures import parameters
from eqsim.targets.render import SourceCode, arguments, driver_source, function_source, kernel_source
from eqsim.targets.target import Storages
from eqsim.vector import fingerprint
from eqsim.version import __version__


@dataclass
class NumbaRun:
    """A compiled network: the run loop and the order of what it reads."""

    drive: Any
    arrays: tuple[Address, ...]
    reals: tuple[Address, ...]
    integers: tuple[Address, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)  # spent on rendering and compiling

    def advance(self, first: int, last: int, storages: Storages) -> int:
        """Carry out the steps from ``first`` until ``last``; return the step reached, less when a list needs room."""
        values = [storages[a.object].arrays[a.variable] for a in self.arrays]
        table = np.array([(value.ctypes.data, len(value)) for value in values], np.int64).reshape(-1, 2)
        reals = np.array([storages[a.object].constants[a.variable] for a in self.reals], np.float64)
        integers = np.array([storages[a.object].constants[a.variable] for a in self.integers], np.int64)
        return int(self.drive(first, last, table, reals, integers))


@dataclass(frozen=True, slots=True)
class NumbaTarget:
    """Compile programs with Numba."""

    name: str = "numba"

    def compile(self, program: Program, storages: Storages) -> NumbaRun:
        """Return a compiled program, each of its kernels taken from the cache if it was ever compiled here."""
        start = perf_counter()
        context = _context()
        layout = _Layout(program, storages)
        sources = [
            kernel_source(launch.call, layout.dtypes(launch), program.dtype, __version__, context)
            if isinstance(launch.call, Kernel)
            else None
            for launch in program.launches
        ]
        driver = _driver(program, layout, sources, context)
        rendered = perf_counter()
        texts = {
            t for launch in program.launches if isinstance(launch.call, Kernel) for t in launch.call.functions.values()
        }
        functions = [function_source(text, context) for text in sorted(texts)]
        parts = {source.module: source.text for source in (*sources, *functions) if source is not None}
        for name, text in {**parts, driver.module: driver.text}.items():
            cache.keep(name, text)
        module = cache.load(driver.module, parts)
        seconds = {"render": rendered - start, "compile": perf_counter() - rendered}
        return NumbaRun(module.drive, tuple(layout.arrays), tuple(layout.reals), tuple(layout.integers), seconds)


def _context() -> str:
    """Return what compiled code depends on besides its source: versions, and what it calls and takes in."""
    called = (numba_names, intrinsics, queue, generate)
    texts = [Path(str(module.__file__)).read_bytes() for module in called]
    own = hashlib.sha256(b"".join(texts)).hexdigest()
    return f"{numba.__version__}|{np.__version__}|{fingerprint()}|{own}"


class _Layout:
    """Which row of the table, and which entry of the constants, each argument of a program is."""

    def __init__(self, program: Program, storages: Storages) -> None:
        self.storages = storages
        self.arrays: dict[Address, int] = {}
        self.reals: dict[Address, int] = {}
        self.integers: dict[Address, int] = {}
        self.dtype = program.dtype

    def array(self, address: Address) -> str:
        """Return the name of an array in the run loop."""
        return f"a{self.arrays.setdefault(address, len(self.arrays))}"

    def real(self, address: Address) -> str:
        """Return a real constant."""
        return f"_reals[{self.reals.setdefault(address, len(self.reals))}]"

    def integer(self, address: Address) -> str:
        """Return an integer constant."""
        return f"_integers[{self.integers.setdefault(address, len(self.integers))}]"

    def dtype_of(self, address: Address) -> str:
        """Return the entry type of an array."""
        return str(self.storages[address.object].arrays[address.variable].dtype)

    def dtypes(self, launch: Launch) -> dict[str, str]:
        """Return the entry type of every array argument of a launch."""
        return {name: self.dtype_of(address) for name, address in launch.arrays.items()}


def _driver(program: Program, layout: _Layout, sources: list[SourceCode | None], context: str) -> SourceCode:
    calls: list[dict[str, Any]] = []
    imports: dict[str, None] = {}
    for launch, source in zip(program.launches, sources, strict=True):
        if source is not None:
            imports[f"from {cache.PACKAGE}.{source.module} import {source.function} as {_alias(source)}"] = None
            text = _call(launch, layout, source, program.dtype)
        else:
            imports[f"from eqsim.targets.numba_procedures import {launch.call} as _{launch.call}"] = None
            given = {name: layout.array(a) for name, a in launch.arrays.items()}
            given |= {name: layout.integer(a) for name, a in launch.scalars.items()} | {"step": _step(launch)}
            given |= {"lane": "0", "lanes": "1", "begin": "0", "end": given.get("n", "0")}
            text = f"_{launch.call}({', '.join(given[name] for name in parameters(str(launch.call)))})"
        calls.append({"text": text, "period": launch.when.period, "slot": launch.when.slot})
    guards = [{"test": _guard(guard, layout), "path": guard.values.variable} for guard in program.guards]
    stops = [layout.array(address) for address in program.stops]
    arrays = [
        {"name": name, "dtype": layout.dtype_of(address), "path": address.variable}
        for address, name in [(a, layout.array(a)) for a in layout.arrays]
    ]
    fields = {"arrays": arrays, "calls": calls, "guards": guards, "stops": stops, "imports": sorted(imports)}
    return driver_source(fields, __version__, context)


def _alias(source: SourceCode) -> str:
    return f"_{source.module}"


def _step(launch: Launch) -> str:
    return "_now" if launch.when.period == 1 else f"_now // {launch.when.period}"


def _call(launch: Launch, layout: _Layout, source: SourceCode, dtype: str) -> str:
    kernel = launch.call
    assert isinstance(kernel, Kernel)
    given = {"_step": _step(launch), "dt": layout.real(launch.clock)}
    given |= {"_lane": "0", "_lanes": "1", "_begin": "0"}
    given["_stream"] = layout.integer(launch.stream) if launch.stream is not None else "0"
    for name, address in launch.arrays.items():
        given[name] = layout.array(address)
    for name, address in launch.scalars.items():
        if kernel.scalars.get(name, "integer") == "real":
            given[name] = f"_eq.float32({layout.real(address)})" if dtype == "float32" else layout.real(address)
        else:
            given[name] = layout.integer(address)
    given["_end"] = given.get("_n", "0")
    return f"{_alias(source)}({', '.join(given[name] for name in arguments(kernel))})"


def _guard(guard: Guard, layout: _Layout) -> str:
    used = f"{layout.array(guard.used)}[0]"
    if guard.freed is not None:
        used += f" - {layout.array(guard.freed)}[0]"
    return f"{used} + {layout.integer(guard.most)} > {layout.array(guard.values)}.shape[0]"
