"""The Numba target: kernels and run loop as modules in the cache, compiled when they are first imported."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from eqsim.lowering import threads
from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Address, Guard, Launch, Program
from eqsim.lowering.threads import share
from eqsim.targets import cache, generate, intrinsics, meeting, numba_counts, numba_intervals, numba_names, queue
from eqsim.targets.procedures import parameters
from eqsim.targets.render import SourceCode, arguments, driver_source, function_source, kernel_source
from eqsim.targets.target import Storages
from eqsim.vector import fingerprint
from eqsim.version import __version__

_SYNC = 64  # entries in which threads count their arrivals and tell of full lists


@dataclass
class NumbaRun:
    """A compiled network: the run loop and the order of what it reads."""

    drive: Any
    arrays: tuple[Address, ...]
    reals: tuple[Address, ...]
    integers: tuple[Address, ...]
    objects: tuple[str, ...]  # whose each launch is
    ticks: NDArray[np.int64]  # of each launch, in the steps that are timed
    lanes: int = 1
    seconds: Mapping[str, float] = field(default_factory=dict)  # spent on rendering and compiling
    _others: ThreadPoolExecutor | None = None
    _running: float = 0.0  # seconds in the run loop

    @property
    def spent(self) -> dict[str, float]:
        """The seconds in the run loop by object: the whole, shared out as the steps that were timed say."""
        ticks = dict.fromkeys(self.objects, 0)
        for name, number in zip(self.objects, self.ticks.tolist(), strict=True):
            ticks[name] += number
        total = sum(ticks.values())
        return {name: self._running * number / total for name, number in ticks.items()} if total else {}

    def advance(self, first: int, last: int, storages: Storages) -> int:
        """Carry out the steps from ``first`` until ``last``; return the step reached, less when a list needs room."""
        values = [storages[a.object].arrays[a.variable] for a in self.arrays]
        table = np.array([(value.ctypes.data, len(value)) for value in values], np.int64).reshape(-1, 2)
        reals = np.array([storages[a.object].constants[a.variable] for a in self.reals], np.float64)
        integers = np.array([storages[a.object].constants[a.variable] for a in self.integers], np.int64)
        sync = np.zeros(_SYNC, np.int64)

        def work(lane: int) -> int:
            return int(self.drive(first, last, table, reals, integers, lane, self.lanes, sync, self.ticks))

        begin = perf_counter()
        if self._others is None and self.lanes > 1:
            self._others = ThreadPoolExecutor(self.lanes - 1, "eqsim")
        others = [self._others.submit(work, lane) for lane in range(1, self.lanes)] if self._others else []
        reached = work(0)
        assert all(other.result() == reached for other in others)
        self._running += perf_counter() - begin
        return reached


@dataclass(frozen=True, slots=True)
class NumbaTarget:
    """Compile programs with Numba."""

    name: str = "numba"

    @property
    def threads(self) -> int:
        """How many threads may share a run: one for each processor that this process may use."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

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
        render_loop = _driver if program.lanes.count == 1 else _team
        driver = render_loop(program, layout, sources, context)
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
        addresses = tuple(layout.arrays), tuple(layout.reals), tuple(layout.integers)
        objects = tuple(launch.object for launch in program.launches)
        ticks = np.zeros(len(objects), np.int64)
        return NumbaRun(module.drive, *addresses, objects, ticks, program.lanes.count, seconds)


def _context() -> str:
    """Return what compiled code depends on besides its source: versions, and what it calls and takes in."""
    called = (numba_names, intrinsics, meeting, threads, queue, generate, numba_counts, numba_intervals)
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

    def whole(self, address: Address) -> str:
        """Return the name of an array with all its sections."""
        return f"{self.array(address)}_all"

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
    """Render the run loop of one thread."""
    calls: list[dict[str, Any]] = []
    for launch, source in zip(program.launches, sources, strict=True):
        given = {"_lane": "0", "_lanes": "1", "_begin": "0"}
        text = _call(launch, layout, source, program.dtype, given)
        calls.append({"text": text, "period": launch.when.period, "slot": launch.when.slot})
    guards = [{"test": _guard(guard, layout, 1), "path": guard.values.variable} for guard in program.guards]
    stops = [layout.array(address) for address in program.stops]
    arrays = [
        {"name": name, "dtype": layout.dtype_of(address), "path": address.variable}
        for address, name in [(a, layout.array(a)) for a in layout.arrays]
    ]
    imports = _imports(program, sources)
    fields = {"arrays": arrays, "calls": calls, "guards": guards, "stops": stops, "imports": imports}
    return driver_source("driver", fields, __version__, context)


def _team(program: Program, layout: _Layout, sources: list[SourceCode | None], context: str) -> SourceCode:
    """Render the run loop of several threads."""
    lanes, turns = program.lanes, share(program)
    sections = lanes.private | lanes.alternating
    first = next((place for place, turn in enumerate(turns) if turn.meet), None)
    calls: list[dict[str, Any]] = []
    slices: dict[str, dict[str, str]] = {}
    steps: dict[Address, str] = {}  # whose parity alternating arrays follow
    for place, (turn, source) in enumerate(zip(turns, sources, strict=True)):
        launch = turn.launch
        given = {"_lane": "0", "_lanes": "1", "_begin": "0"}
        if turn.shared and launch.arrays.get("start", launch.arrays.get("_start")) in lanes.divided:
            given |= {"_lane": "_lane", "_lanes": "_lanes"}
        size = launch.scalars.get("_n", launch.scalars.get("n"))
        if turn.shared and size is not None:
            text = layout.integer(size)
            slice_ = {"size": text, "begin": f"_begin{len(slices)}", "end": f"_end{len(slices)}"}
            slice_ = slices.setdefault(text, slice_)
            given |= {"_begin": slice_["begin"], "_end": slice_["end"]}
        if launch.call == "compress":
            steps |= {launch.arrays[name]: _step(launch) for name in ("events", "count")}
        conditions = ([] if turn.shared else ["_lane == 0"]) + (
            [f"_now % {launch.when.period} == 0"] if launch.when.period > 1 else []
        )
        calls.append(
            {
                "text": _call(launch, layout, source, program.dtype, given),
                "condition": " and ".join(conditions),
                "before": _meeting(program, layout, first=place == first) if turn.meet else [],
                "slot": launch.when.slot,
            }
        )
    stops = [layout.array(address) for address in program.stops]
    arrays = [
        {
            "name": layout.array(address),
            "whole": layout.whole(address) if address in sections else layout.array(address),
            "private": address in lanes.private,
            "dtype": layout.dtype_of(address),
            "path": address.variable,
        }
        for address in list(layout.arrays)
    ]
    alternating = [
        {"name": layout.array(address), "whole": layout.whole(address), "step": step} for address, step in steps.items()
    ]
    fields = {
        "arrays": arrays,
        "slices": list(slices.values()),
        "alternating": alternating,
        "calls": calls,
        "guards": bool(program.guards),
        "stops": stops,
        "imports": _imports(program, sources),
    }
    return driver_source("team", fields, __version__, context)


def _meeting(program: Program, layout: _Layout, *, first: bool) -> list[str]:
    """Spell a meeting; at the first one of a step, threads say which lists may be too short for the next step."""
    lines = ["_met += 1", "_eq.meet(_sync, _met*_lanes)"]
    if not first or not program.guards:
        return lines
    word = "_sync[8 + 8*(_now & 1)]"  # one for even and one for odd steps: a thread may be a step ahead
    for guard in program.guards:
        mine = "" if guard.used in program.lanes.private else "_lane == 0 and "
        lines.insert(0, f"if {mine}{_guard(guard, layout, 2)}: {word} = _now + 1  # room in {guard.values.variable}")
    return [*lines, f"_full = {word} == _now + 1"]


def _imports(program: Program, sources: list[SourceCode | None]) -> list[str]:
    imports: set[str] = set()
    for launch, source in zip(program.launches, sources, strict=True):
        if source is not None:
            imports.add(f"from {cache.PACKAGE}.{source.module} import {source.function} as {_alias(source)}")
        else:
            imports.add(f"from eqsim.targets.numba_procedures import {launch.call} as _{launch.call}")
    return sorted(imports)


def _alias(source: SourceCode) -> str:
    return f"_{source.module}"


def _step(launch: Launch) -> str:
    return "_now" if launch.when.period == 1 else f"_now // {launch.when.period}"


def _call(launch: Launch, layout: _Layout, source: SourceCode | None, dtype: str, given: Mapping[str, str]) -> str:
    """Spell a call; ``given`` says which lane of how many carries it out, and for which elements."""
    if source is None:
        return _procedure(launch, layout, given)
    kernel = launch.call
    assert isinstance(kernel, Kernel)
    texts = {"_step": _step(launch), "dt": layout.real(launch.clock)}
    texts["_stream"] = layout.integer(launch.stream) if launch.stream is not None else "0"
    for name, address in launch.arrays.items():
        texts[name] = layout.array(address)
    for name, address in launch.scalars.items():
        if kernel.scalars.get(name, "integer") == "real":
            texts[name] = f"_eq.float32({layout.real(address)})" if dtype == "float32" else layout.real(address)
        else:
            texts[name] = layout.integer(address)
    texts = {"_end": texts.get("_n", "0")} | texts | dict(given)
    return f"{_alias(source)}({', '.join(texts[name] for name in arguments(kernel))})"


def _procedure(launch: Launch, layout: _Layout, given: Mapping[str, str]) -> str:
    whole = {"parts", "part_counts"}  # what all threads found
    texts = {name: layout.whole(a) if name in whole else layout.array(a) for name, a in launch.arrays.items()}
    texts |= {name: layout.integer(address) for name, address in launch.scalars.items()}
    if launch.call == "gather":
        texts["lanes"] = "_lanes"
    texts |= {"step": _step(launch), "parity": f"{_step(launch)} & 1"}
    texts = {"end": texts.get("n", "0")} | {name.removeprefix("_"): text for name, text in given.items()} | texts
    return f"_{launch.call}({', '.join(texts[name] for name in parameters(str(launch.call)))})"


def _guard(guard: Guard, layout: _Layout, steps: int) -> str:
    """Spell the question whether a list has too little room for so many steps."""
    used = f"{layout.array(guard.used)}[0]"
    if guard.freed is not None:
        used += f" - {layout.array(guard.freed)}[0]"
    most = layout.integer(guard.most)
    return f"{used} + {most if steps == 1 else f'{steps}*{most}'} > {layout.array(guard.values)}.shape[0]"
