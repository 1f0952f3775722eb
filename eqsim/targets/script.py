"""The run loop of a program as data: what is called in a step and with which arguments, in lanes or not.

Arguments are words of 64 bits, one after the other: an array is its address and its length, a real number its bits. A
launch is given its first word; there are two sets of words for each lane, for even and for odd steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Address, Guard, Lanes, Launch, Program
from eqsim.lowering.slices import part
from eqsim.lowering.threads import Turn, share, stretches
from eqsim.targets.layout import Layout
from eqsim.targets.loop import WHOLE
from eqsim.targets.procedures import parameters
from eqsim.targets.render import arguments

Longs = NDArray[np.int64]

_OWN, _STEPS = 1, 2  # an array with a section for each lane; with one for each lane in even and one in odd steps


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of what a loop calls, and how its value is found: the step, or words of a form.

    The form of an array is the type of its entries.
    """

    name: str
    form: str  # "step", "parity", "real", "integer" or "array"
    dtype: str = ""

    @property
    def words(self) -> int:
        """How many words are its value."""
        return {"array": 2, "real": 1, "integer": 1}.get(self.form, 0)


def signature(launch: Launch, layout: Layout) -> tuple[Parameter, ...]:
    """Return the parameters of what a launch calls, in order."""
    return tuple(_parameter(name, launch, layout) for name in _names(launch))


def _names(launch: Launch) -> Sequence[str]:
    return arguments(launch.call) if isinstance(launch.call, Kernel) else parameters(launch.call)


def _parameter(name: str, launch: Launch, layout: Layout) -> Parameter:
    if name in launch.arrays:
        return Parameter(name, "array", layout.dtype_of(launch.arrays[name]))
    if name in {"_step", "step"}:
        return Parameter(name, "step")
    if name == "parity":
        return Parameter(name, "parity")
    if isinstance(launch.call, Kernel) and (name == "dt" or launch.call.scalars.get(name) == "real"):
        return Parameter(name, "real", "float64" if name == "dt" else layout.dtype)
    return Parameter(name, "integer")


@dataclass
class _Words:
    """The words of a script as they are collected."""

    layout: Layout
    kinds: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    modes: list[int] = field(default_factory=list)

    def add(self, kind: str, row: int = 0, mode: int = 0) -> None:
        self.kinds.append(kind)
        self.rows.append(row)
        self.modes.append(mode)

    def array(self, address: Address, mode: int) -> None:
        row = self.layout.row(address)
        self.add("address", row, mode)
        self.add("length", row, mode)


@dataclass(frozen=True)
class Script:
    """A run loop: its calls, the stretches of them between which threads may meet, and where its words come from.

    ``calls`` (n, 3): the first word of a launch, its period, and the period of the steps whose parity chooses its
    words. ``stretches`` (n, 5): the first call and the one after the last, whether threads meet before it, whether
    each lane has a share in it, and, of one that is carried out only where the loop is about to end, its period.
    ``guards`` (n, 2): the first of seven words (arrays that say how much of a list is used and how much of that is
    free again, the most that a step adds, the list), and whether each lane has its own. ``stops`` (n,): the first word
    of a count.
    """

    calls: Longs
    stretches: Longs
    guards: Longs
    stops: Longs
    lanes: int
    source: Longs  # of each word: where it stands among all values
    address: Longs  # the words that are addresses of sections; the word after each is a length
    alternating: NDArray[np.bool_]  # of these
    sizes: Longs  # of their entries, in bytes
    lane: Longs  # the words that are a lane's number
    begin: Longs  # the words that are where a lane's slice begins; the word after each is where it ends

    def words(self, arrays: Sequence[NDArray[Any]], reals: NDArray[np.float64], integers: Longs) -> Longs:
        """Return the words (2, lanes, n): for even and for odd steps."""
        table = [word for array in arrays for word in (array.ctypes.data, len(array))]
        values = np.concatenate([np.array([0, 1, self.lanes, *table], np.int64), reals.view(np.int64), integers])
        words = np.empty((2, self.lanes, len(self.source)), np.int64)
        words[:] = values[self.source]
        lanes = np.arange(self.lanes)[:, None]
        words[:, :, self.lane] = lanes
        if self.lanes > 1:
            count = np.where(self.alternating, 2, 1) * self.lanes
            length = words[0, 0, self.address + 1] // count
            for parity in range(2):
                words[parity][:, self.address] += (lanes + parity * self.lanes * self.alternating) * length * self.sizes
            words[:, :, self.address + 1] = length
            for place in self.begin:
                words[:, :, place : place + 2] = [
                    part(int(words[0, 0, place]), n, self.lanes) for n in range(self.lanes)
                ]
        return words


def script(program: Program, layout: Layout) -> Script:
    """Return the run loop of a program; the layout learns which arrays and constants it needs."""
    words = _Words(layout)
    calls: list[tuple[int, ...]] = []
    lanes = program.lanes
    alone = tuple(Turn(launch, shared=False, meet=False) for launch in program.launches)
    turns = share(program) if lanes.count > 1 else alone
    listing = [turn.launch for turn in turns if turn.launch.call == "compress"]
    periods = {address: launch.when.period for launch in listing for address in launch.arrays.values()}
    for turn in turns:
        first = len(words.kinds)
        _arguments(turn, lanes, words)
        rhythms = {periods[a] for a in turn.launch.arrays.values() if a in lanes.alternating and a in periods}
        assert len(rhythms) <= 1  # the parity of one list's steps chooses all words
        calls.append((first, turn.launch.when.period, *(rhythms or {1})))
    guards = [_guard(guard, lanes, words) for guard in program.guards]
    stops = [_stop(address, lanes, words) for address in program.stops]
    return Script(
        _longs(calls, 3), _longs(list(_stretches(turns)), 5), _longs(guards, 2), np.array(stops, np.int64), lanes.count,
        **_sources(words),
    )  # fmt: skip


def _stretches(turns: tuple[Turn, ...]) -> Iterator[tuple[int, int, bool, bool, int]]:
    """Yield of each stretch what a script says of it."""
    place = 0
    for stretch in stretches(turns):
        begins = stretch[0]
        late = begins.launch.when.period if begins.late else 0
        yield place, place + len(stretch), begins.meet or begins.late, begins.shared, late
        place += len(stretch)


def _longs(rows: Sequence[Sequence[int]], columns: int) -> Longs:
    return np.array(rows, np.int64).reshape(-1, columns)


def _arguments(turn: Turn, lanes: Lanes, words: _Words) -> None:
    """Add the words of a launch."""
    launch, layout = turn.launch, words.layout
    divided = turn.shared and launch.arrays.get("start", launch.arrays.get("_start")) in lanes.divided
    size = launch.scalars.get("_n", launch.scalars.get("n"))
    ends = {"_begin", "begin", "_end", "end"}
    for parameter in signature(launch, layout):
        name = parameter.name
        if parameter.form == "array":
            address = launch.arrays[name]
            words.array(address, 0 if launch.call == "gather" and name in WHOLE else _mode(address, lanes))
        elif parameter.form == "real":
            words.add("real", layout.real_row(launch.clock if name == "dt" else launch.scalars[name]))
        elif parameter.form != "integer":
            continue
        elif name in launch.scalars and name not in ends:
            words.add("integer", layout.integer_row(launch.scalars[name]))
        elif name == "_stream" and launch.stream is not None:
            words.add("integer", layout.integer_row(launch.stream))
        elif name in ends and size is not None and (turn.shared or name.endswith("end")):
            kind = ("begin" if name.endswith("begin") else "end") if turn.shared else "integer"
            words.add(kind, layout.integer_row(size))
        elif name in {"_lane", "lane"}:
            words.add("lane" if divided else "zero")
        elif name in {"_lanes", "lanes"}:
            words.add("lanes" if divided or launch.call == "gather" else "one")
        else:
            words.add("zero")


def _mode(address: Address, lanes: Lanes) -> int:
    return _STEPS if address in lanes.alternating else _OWN if address in lanes.private else 0


def _guard(guard: Guard, lanes: Lanes, words: _Words) -> tuple[int, int]:
    """Add the words of the question whether a list has room; return the first, and whether each lane asks its own."""
    first, layout = len(words.kinds), words.layout
    words.array(guard.used, _mode(guard.used, lanes))
    if guard.freed is None:
        words.add("zero")
        words.add("zero")
    else:
        words.array(guard.freed, _mode(guard.freed, lanes))
    words.add("integer", layout.integer_row(guard.most))
    words.array(guard.values, _mode(guard.values, lanes))
    return first, int(guard.used in lanes.private)


def _stop(address: Address, lanes: Lanes, words: _Words) -> int:
    first = len(words.kinds)
    words.array(address, _OWN if _mode(address, lanes) else 0)
    return first


def _sources(words: _Words) -> dict[str, Any]:
    """Return where words stand among the values: three constants, the table of arrays, reals, integers."""
    layout = words.layout
    table = 3 + 2 * len(layout.arrays)
    starts = {
        "zero": (0, 0), "one": (1, 0), "lanes": (2, 0), "lane": (0, 0), "address": (3, 2), "length": (4, 2),
        "real": (table, 1), "integer": (table + len(layout.reals), 1), "begin": (table + len(layout.reals), 1),
        "end": (table + len(layout.reals), 1),
    }  # fmt: skip
    kinds, modes = np.array(words.kinds), np.array(words.modes, np.int64)
    found = [starts[kind][0] + starts[kind][1] * row for kind, row in zip(words.kinds, words.rows, strict=True)]
    sections = np.flatnonzero((kinds == "address") & (modes > 0))
    arrays = list(layout.arrays)
    sizes = [np.dtype(layout.dtype_of(arrays[words.rows[place]])).itemsize for place in sections]
    return {
        "source": np.array(found, np.int64),
        "address": sections,
        "alternating": modes[sections] == _STEPS,
        "sizes": np.array(sizes, np.int64),
        "lane": np.flatnonzero(kinds == "lane"),
        "begin": np.flatnonzero(kinds == "begin"),
    }
