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
from eqsim.lowering.program import Address, Guard, Lanes, Launch, Program
from eqsim.lowering.threads import Turn, share
from eqsim.targets import cache, generate, intrinsics, meeting, numba_counts, numba_intervals, numba_names, queue
from eqsim.targets.blame import blame
from eqsim.targets.pace import Pace
from eqsim.targets.procedures import parameters
from eqsim.targets.render import SourceCode, arguments, driver_source, function_source, kernel_source
from eqsim.targets.target import Storages
from eqsim.vector import fingerprint
from eqsim.version import __version__

_SYNC = 64  # entries in which threads count their arrivals and tell of full lists
_FULL, _STOPPED = 24, 32  # those that say why a run ended
_PIECE_SECONDS = 0.02  # of work between two decisions on how many threads take part


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
    _pace: Pace = field(default_factory=lambda: Pace((1,)))  # how many threads carry out the lanes
    _piece: int = 16  # steps between two decisions on that
    _others: ThreadPoolExecutor | None = None
    _full: bool = False  # a list has no room for another step
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
        begin, reached = perf_counter(), first
        while reached < last and not self._full:
            members, piece = self._pace.next(), min(last - reached, self._piece if self.lanes > 1 else last)
            since, before = perf_counter(), reached
            reached, stopped = self._together(members, before, before + piece, (table, reals, integers))
            seconds = perf_counter() - since
            self._pace.took(seconds / max(1, reached - before))
            self._piece = max(1, min(4 * piece, int(piece * _PIECE_SECONDS / seconds))) if seconds else piece
            if stopped or reached < before + piece:
                break
        self._full = self._full and reached == last
        self._running += perf_counter() - begin
        return reached

    def _together(self, members: int, first: int, last: int, values: tuple[Any, ...]) -> tuple[int, bool]:
        """Carry out steps with so many threads; return the step reached, and whether a condition ended it there."""
        sync = np.zeros(_SYNC, np.int64)

        def work(member: int) -> int:
            return int(self.drive(first, last, *values, member, members, self.lanes, sync, self.ticks))

        if members > 1 and self._others is None:
            self._others = ThreadPoolExecutor(self.lanes - 1, "eqsim")
        others = [self._others.submit(work, member) for member in range(1, members)] if self._others else []
        reached = work(0)
        assert all(other.result() == reached for other in others)
        self._full = bool(sync[_FULL])
        return reached, bool(sync[_STOPPED])


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
        try:
            module = cache.load(driver.module, parts)
        except Exception as error:
            blame(program, context, error)
            raise
        seconds = {"render": rendered - start, "compile": perf_counter() - rendered}
        addresses = tuple(layout.arrays), tuple(layout.reals), tuple(layout.integers)
        objects = tuple(launch.object for launch in program.launches)
        ticks = np.zeros(len(objects), np.int64)
        lanes = program.lanes.count
        return NumbaRun(module.drive, *addresses, objects, ticks, lanes, seconds, Pace(_teams(lanes)))


def _teams(lanes: int) -> tuple[int, ...]:
    """Return the numbers of threads that may carry out so many lanes: all, half of them, and so on down to one."""
    return (lanes, *_teams(lanes // 2)) if lanes > 1 else (1,)


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
    """Render the run loop of several threads: stretches of calls between which they may have to meet."""
    turns = share(program)
    first = next((place for place, turn in enumerate(turns) if turn.meet), None)
    stretches: list[dict[str, Any]] = []
    steps = {
        a: _step(turn.launch) for turn in turns if turn.launch.call == "compress" for a in turn.launch.arrays.values()
    }
    for place, (turn, source) in enumerate(zip(turns, sources, strict=True)):
        if turn.meet or not stretches or stretches[-1]["shared"] != turn.shared:
            meeting = _meeting(program, layout, first=place == first) if turn.meet else []
            stretches.append({"shared": turn.shared, "meeting": meeting, "begin": [], "calls": []})
        stretch, launch = stretches[-1], turn.launch
        given, begin = _lane(turn, program.lanes, layout, steps)
        stretch["begin"] += [line for line in begin if line not in stretch["begin"]]
        text = _call(launch, layout, source, program.dtype, given)
        stretch["calls"].append({"text": text, "period": launch.when.period, "slot": launch.when.slot, "place": place})
    apart = program.lanes.private | program.lanes.alternating
    stops = [f"_eq.section({layout.whole(a)}, _from, _lanes)" if a in apart else layout.array(a) for a in program.stops]
    arrays = [
        {
            "name": layout.whole(address) if address in apart else layout.array(address),
            "dtype": layout.dtype_of(address),
            "path": address.variable,
        }
        for address in list(layout.arrays)
    ]
    fields = {
        "arrays": arrays,
        "stretches": stretches,
        "guards": bool(program.guards),
        "stops": stops,
        "full": _FULL,
        "stopped": _STOPPED,
        "imports": _imports(program, sources),
    }
    return driver_source("team", fields, __version__, context)


def _lane(turn: Turn, lanes: Lanes, layout: _Layout, steps: Mapping[Address, str]) -> tuple[dict[str, str], list[str]]:
    """Return what a call is given by the lane for which it is made, and the lines that say it."""
    launch = turn.launch
    given = {"_lane": "0", "_lanes": "1", "_begin": "0"}
    begin: list[str] = []
    if turn.shared and launch.arrays.get("start", launch.arrays.get("_start")) in lanes.divided:
        given |= {"_lane": "_lane", "_lanes": "_lanes"}
    size = launch.scalars.get("_n", launch.scalars.get("n"))
    if turn.shared and size is not None:
        text = layout.integer(size)
        number = text.removeprefix("_integers[").removesuffix("]")
        given |= {"_begin": f"_begin{number}", "_end": f"_end{number}"}
        begin.append(f"_begin{number}, _end{number} = _eq.part({text}, _lane, _lanes)")
    whole = {"parts", "part_counts"}  # what all threads found
    for name, address in launch.arrays.items():
        if name not in whole or launch.call != "gather":
            begin += _section(address, lanes, layout, steps.get(address, ""))
    return given, begin


def _section(address: Address, lanes: Lanes, layout: _Layout, step: str = "") -> list[str]:
    """Spell the part of an array that is a lane's; nothing where all share it."""
    name, whole = layout.array(address), layout.whole(address)
    if address in lanes.private:
        return [f"{name} = _eq.section({whole}, _lane, _lanes)"]
    if address in lanes.alternating:
        return [f"{name} = _eq.section({whole}, ({step} & 1)*_lanes + _lane, 2*_lanes)"]
    return []


def _meeting(program: Program, layout: _Layout, *, first: bool) -> list[str]:
    """Spell a meeting; at the first one of a step, threads say which lists may be too short for the next step."""
    lines = ["_met += 1", "_eq.meet(_sync, _met*_members)"]
    if not first or not program.guards:
        return lines
    word = "_sync[8 + 8*(_now & 1)]"  # one for even and one for odd steps: a thread may be a step ahead
    looks: list[str] = []
    for guard in program.guards:
        own = guard.used in program.lanes.private
        looks.append(
            "for _lane in _eq.range(_from, _to):" if own else "for _lane in _eq.range(_eq.int64(_member == 0)):"
        )
        parts = [a for a in (guard.values, guard.used, guard.freed) if a is not None]
        looks += [f"    {line}" for a in parts for line in _section(a, program.lanes, layout)]
        looks.append(f"    if {_guard(guard, layout, 2)}: {word} = _now + 1  # room in {guard.values.variable}")
    return [*looks, *lines, f"_full = {word} == _now + 1"]


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
