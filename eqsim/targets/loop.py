"""The run loop of a program in the words of a target: what is called in a step, where threads meet, when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Address, Guard, Lanes, Launch, Program
from eqsim.lowering.threads import Turn, share, stretches
from eqsim.targets.layout import Layout
from eqsim.targets.procedures import LENGTHS, parameters
from eqsim.targets.render import arguments, measured
from eqsim.targets.team import FULL, STOPPED

WHOLE = frozenset({"parts", "part_counts"})  # what all threads found


class Words(Protocol):
    """How a target spells what Python leaves open."""

    def first(self, array: str) -> str:
        """Spell the first entry of an array."""
        ...

    def length(self, array: str) -> str:
        """Spell how many entries an array has."""
        ...

    def passed(self, array: str, *, measured: bool) -> str:
        """Spell an array as an argument; ``measured`` says that the callee reads its length."""
        ...

    def single(self, real: str) -> str:
        """Spell a real constant in single precision."""
        ...

    def slice(self, number: str, size: str) -> list[str]:
        """Spell the lines that bind ``_begin`` and ``_end`` of that number to a lane's slice of a group."""
        ...

    def step(self, period: int) -> str:
        """Spell the step of a clock that has a step in every ``period`` ones of the network's."""
        ...

    def section(self, whole: str, dtype: str, number: str, count: str) -> str:
        """Spell one of so many equal sections of an array."""
        ...

    def bound(self, array: str, dtype: str, section: str) -> str:
        """Spell the line that lets an array be a section."""
        ...

    def look(self, sections: list[str], test: str, path: str, word: str, *, own: bool) -> list[str]:
        """Spell the lines that tell of a list too short for the next step, its ``own`` for each lane or one for all."""
        ...

    def meeting(self, word: str) -> list[str]:
        """Spell the lines with which threads meet and then, with a word, look whether one told of a list."""
        ...

    def meeting_if(self, condition: str) -> list[str]:
        """Spell the lines with which threads meet where a condition holds."""
        ...

    def each_lane(self, *, shared: bool, condition: str) -> str:
        """Spell the head of a loop over a member's lanes, or the one of all; over none where the condition fails."""
        ...


class AddressAndLength:
    """The words that targets share whose arrays are those of C: an address and a length."""

    def first(self, array: str) -> str:
        """Spell the first entry."""
        return f"{array}.at[0]"

    def length(self, array: str) -> str:
        """Spell the length."""
        return f"{array}.size"

    def passed(self, array: str, *, measured: bool) -> str:
        """Spell an array as an argument."""
        return f"{array}.at, {array}.size" if measured else f"{array}.at"


class InPython:
    """The words that targets share whose run loops are Python, or look like it."""

    def step(self, period: int) -> str:
        """Spell the step of a clock."""
        return "_now" if period == 1 else f"_now // {period}"

    def section(self, whole: str, dtype: str, number: str, count: str) -> str:  # noqa: ARG002 - of no concern here
        """Spell a section of an array."""
        return f"_eq.section({whole}, {number}, {count})"

    def bound(self, array: str, dtype: str, section: str) -> str:  # noqa: ARG002
        """Spell that an array is a section."""
        return f"{array} = {section}"

    def look(self, sections: list[str], test: str, path: str, word: str, *, own: bool) -> list[str]:
        """Spell a look at a list."""
        head = "for _lane in range(_from, _to):" if own else "for _lane in range(_eq.int64(_member == 0)):"
        told = [f"    if {test}:  # room in {path}", f"        {word} = _now + 1"]
        return [head, *(f"    {line}" for line in sections), *told]

    def meeting(self, word: str) -> list[str]:
        """Spell a meeting."""
        lines = ["_met += 1", "_eq.meet(_sync, _met*_members)"]
        return [*lines, f"_full = {word} == _now + 1"] if word else lines

    def meeting_if(self, condition: str) -> list[str]:
        """Spell a meeting that takes place where a condition holds."""
        return [f"if {condition}:", *(f"    {line}" for line in self.meeting(""))]

    def each_lane(self, *, shared: bool, condition: str) -> str:
        """Spell the head of a loop over lanes."""
        last = f"_to if {condition} else _from" if condition else "_to"
        return f"for _lane in range({f'_from, {last}' if shared else '_eq.int64(_member == 0)'}):"


def loop(program: Program, layout: Layout, functions: list[str], words: Words) -> tuple[str, dict[str, Any]]:
    """Return the name of the template for a program's run loop, and its fields.

    ``functions`` names what each launch calls.
    """
    if program.lanes.count > 1:
        return "team", _team(program, layout, functions, words)
    calls: list[dict[str, Any]] = []
    for launch, function in zip(program.launches, functions, strict=True):
        given = {"_lane": "0", "_lanes": "1", "_begin": "0"}
        calls.append(_entry(launch, _call(launch, layout, function, given, words)))
    guards = [{"test": _guard(guard, layout, 1, words), "path": guard.values.variable} for guard in program.guards]
    stops = [words.first(layout.array(address)) for address in program.stops]
    arrays = [_array(layout.array(address), address, layout) for address in list(layout.arrays)]
    return "driver", {"arrays": arrays, "calls": calls, "guards": guards, "stops": stops}


def _entry(launch: Launch, text: str) -> dict[str, Any]:
    return {"text": text, "period": launch.when.period, "slot": launch.when.slot}


def _array(name: str, address: Address, layout: Layout) -> dict[str, str]:
    return {"name": name, "dtype": layout.dtype_of(address), "path": address.variable, "section": ""}


def _team(program: Program, layout: Layout, functions: list[str], words: Words) -> dict[str, Any]:
    """Return the run loop of several threads: stretches of calls between which they may have to meet."""
    turns = share(program)
    first = next((turn for turn in turns if turn.meet), None)
    made: list[dict[str, Any]] = []
    slices: set[str] = set()
    listing = [turn.launch for turn in turns if turn.launch.call == "compress"]
    steps = {a: words.step(launch.when.period) for launch in listing for a in launch.arrays.values()}
    places = iter(enumerate(functions))
    for stretch in stretches(turns):
        begins, calls, lines = stretch[0], list[dict[str, Any]](), list[str]()
        ending = f"_now >= _last - {begins.launch.when.period}" if begins.late else ""
        meeting = _meeting(program, layout, words, first=begins is first) if begins.meet else []
        meeting = words.meeting_if(ending) if begins.late else meeting
        for turn in stretch:
            launch, (place, function) = turn.launch, next(places)
            given, begin = _lane(turn, program.lanes, layout, steps, words)
            slices |= {given["_end"].removeprefix("_end")} if "_end" in given else set()
            lines += [line for line in begin if line not in lines]
            calls.append(_entry(launch, _call(launch, layout, function, given, words)) | {"place": place})
        head = words.each_lane(shared=begins.shared, condition=ending)
        made.append({"head": head, "meeting": meeting, "begin": lines, "calls": calls})
    apart = program.lanes.private | program.lanes.alternating
    stops = [
        words.first(
            words.section(layout.whole(a), layout.dtype_of(a), "_from", "_lanes") if a in apart else layout.array(a)
        )
        for a in program.stops
    ]
    arrays = [
        _array(layout.whole(a), a, layout) | {"section": layout.array(a)}
        if a in apart
        else _array(layout.array(a), a, layout)
        for a in list(layout.arrays)
    ]
    return {
        "arrays": arrays,
        "slices": sorted(slices, key=int),
        "stretches": made,
        "guards": bool(program.guards),
        "stops": stops,
        "full": FULL,
        "stopped": STOPPED,
    }


def _lane(
    turn: Turn, lanes: Lanes, layout: Layout, steps: Mapping[Address, str], words: Words
) -> tuple[dict[str, str], list[str]]:
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
        begin += words.slice(number, text)
    for name, address in launch.arrays.items():
        if name not in WHOLE or launch.call != "gather":
            begin += _section(address, lanes, layout, words, steps.get(address, ""))
    return given, begin


def _section(address: Address, lanes: Lanes, layout: Layout, words: Words, step: str = "") -> list[str]:
    """Spell the part of an array that is a lane's; nothing where all share it."""
    if address not in lanes.private and address not in lanes.alternating:
        return []
    one, of = ("_lane", "_lanes") if address in lanes.private else (f"({step} & 1)*_lanes + _lane", "2*_lanes")
    dtype = layout.dtype_of(address)
    return [words.bound(layout.array(address), dtype, words.section(layout.whole(address), dtype, one, of))]


def _meeting(program: Program, layout: Layout, words: Words, *, first: bool) -> list[str]:
    """Spell a meeting; at the first one of a step, threads say which lists may be too short for the next step."""
    if not first or not program.guards:
        return words.meeting("")
    word = "_sync[8 + 8*(_now & 1)]"  # one for even and one for odd steps: a thread may be a step ahead
    looks: list[str] = []
    for guard in program.guards:
        parts = [a for a in (guard.values, guard.used, guard.freed) if a is not None]
        sections = [line for a in parts for line in _section(a, program.lanes, layout, words)]
        test, own = _guard(guard, layout, 2, words), guard.used in program.lanes.private
        looks += words.look(sections, test, guard.values.variable, word, own=own)
    return [*looks, *words.meeting(word)]


def _call(launch: Launch, layout: Layout, function: str, given: Mapping[str, str], words: Words) -> str:
    """Spell a call; ``given`` says which lane of how many carries it out, and for which elements."""
    if not isinstance(launch.call, Kernel):
        return _procedure(launch, layout, function, given, words)
    kernel, lengths = launch.call, measured(launch.call)
    step = words.step(launch.when.period)
    texts = {"_step": step, "dt": layout.real(launch.clock)}
    texts["_stream"] = layout.integer(launch.stream) if launch.stream is not None else "0"
    for name, address in launch.arrays.items():
        texts[name] = words.passed(layout.array(address), measured=name in lengths)
    for name, address in launch.scalars.items():
        if kernel.scalars.get(name, "integer") == "real":
            real = layout.real(address)
            texts[name] = words.single(real) if layout.dtype == "float32" else real
        else:
            texts[name] = layout.integer(address)
    texts = {"_end": texts.get("_n", "0")} | texts | dict(given)
    return f"{function}({', '.join(texts[name] for name in arguments(kernel))})"


def _procedure(launch: Launch, layout: Layout, function: str, given: Mapping[str, str], words: Words) -> str:
    name, lengths = str(launch.call), LENGTHS.get(str(launch.call), frozenset())
    texts = {
        array: words.passed(layout.whole(a) if array in WHOLE else layout.array(a), measured=array in lengths)
        for array, a in launch.arrays.items()
    }
    texts |= {scalar: layout.integer(address) for scalar, address in launch.scalars.items()}
    if name == "gather":
        texts["lanes"] = "_lanes"
    step = words.step(launch.when.period)
    texts |= {"step": step, "parity": f"{step} & 1"}
    texts = {"end": texts.get("n", "0")} | {key.removeprefix("_"): text for key, text in given.items()} | texts
    return f"{function}({', '.join(texts[parameter] for parameter in parameters(name))})"


def _guard(guard: Guard, layout: Layout, steps: int, words: Words) -> str:
    """Spell the question whether a list has too little room for so many steps."""
    used = words.first(layout.array(guard.used))
    if guard.freed is not None:
        used += f" - {words.first(layout.array(guard.freed))}"
    most = layout.integer(guard.most)
    return f"{used} + {most if steps == 1 else f'{steps}*{most}'} > {words.length(layout.array(guard.values))}"
