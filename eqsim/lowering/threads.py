"""A program shared by several threads: which part of a step each carries out, and where they must meet.

Each thread owns a slice of every group's neurons, and the synapses onto them. A launch that touches nothing but what
its thread owns needs no word with the others; threads meet where one is about to touch what another has touched since
they last met. What is not made of parts, a recording for instance, is done by the first thread alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from eqsim.language.expr import names
from eqsim.lowering.kernel import Append, Kernel, Load, flat, touches
from eqsim.lowering.program import Address, Lanes, Launch, Program
from eqsim.lowering.tidy import expressions

COUNT = 8  # entries that a count of one entry takes where each thread has its own: a cache line of 64-bit numbers
# procedures that each thread carries out for its slice, and which of their arrays they write
_BY_SLICE: Mapping[str | Kernel, frozenset[str]] = MappingProxyType(
    {
        "draw_counts": frozenset({"drawn"}),
        "draw_spikes": frozenset({"drawn_for", "following", "flags", "words"}),
    }
)
_QUEUE = frozenset({"due_now", "push_uniform", "due_uniform", "push_varied", "due_varied"})


@dataclass(frozen=True, slots=True)
class Turn:
    """A launch as threads carry it out: each its part or the first all of it, after a meeting or not.

    A ``late`` one is carried out, after a meeting of its own, only where the loop is about to end: no launch reads what
    it makes.
    """

    launch: Launch
    shared: bool
    meet: bool
    late: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """Something that a launch reads or writes; ``owner`` says whose part of it a thread touches, or that it is any."""

    address: Address
    owner: tuple[str, str] | None
    writes: bool

    def disturbs(self, other: Access) -> bool:
        """Whether threads must meet between the two."""
        if self.address != other.address or not (self.writes or other.writes):
            return False
        return self.owner is None or self.owner != other.owner


def share(program: Program) -> tuple[Turn, ...]:
    """Return what threads do in a step, in order."""
    turns: list[Turn] = []
    made: set[Address] = set()  # the lists of this step that there are already
    for launch in program.launches:
        turns.append(_turn(launch, program.lanes, made))
        if launch.call == "compress":
            made |= set(launch.arrays.values())
    turns = [replace(turn, late=_unread(place, turns, program)) for place, turn in enumerate(turns)]
    meetings: set[int] = set()
    before = -1
    while len(meetings) != before:
        before = len(meetings)
        _find(turns, program.lanes, meetings)
    if program.guards and not meetings:
        meetings.add(0)  # all must know when one list is full
    return tuple(replace(turn, meet=place in meetings) for place, turn in enumerate(turns))


def stretches(turns: tuple[Turn, ...]) -> list[list[Turn]]:
    """Return turns in stretches, each carried out at a go: one begins where threads meet, or where others take part."""
    found: list[list[Turn]] = []
    for turn in turns:
        before = found[-1][-1] if found else None
        if before is None or turn.meet or turn.late or (before.shared, before.late) != (turn.shared, turn.late):
            found.append([])
        found[-1].append(turn)
    return found


def _unread(place: int, turns: list[Turn], program: Program) -> bool:
    """Whether a list of all threads' events serves none of them, and may be made when the loop ends, which is known."""
    launch = turns[place].launch
    if launch.call != "gather" or program.guards or program.stops:
        return False
    made = {launch.arrays[name] for name in ("events", "count")}
    others = [turn.launch for turn in turns if turn.launch is not launch]
    return not any(made & set(other.arrays.values()) for other in others)


def _find(turns: list[Turn], lanes: Lanes, meetings: set[int]) -> None:
    """Add the places before which threads must meet, looking at three steps in a row."""
    since: list[Access] = []
    for step in range(3):
        for place, turn in enumerate(turns):
            if turn.late:
                continue
            if place in meetings:
                since = []
            now = [_at(access, step, lanes) for access in accesses(turn, lanes)]
            if any(access.disturbs(earlier) for access in now for earlier in since):
                meetings.add(place)
                since = []
            since += now


def _at(access: Access, step: int, lanes: Lanes) -> Access:
    if access.address not in lanes.alternating:
        return access
    return replace(access, address=Address(access.address.object, f"{access.address.variable}/{step % 2}"))


def _turn(launch: Launch, lanes: Lanes, made: set[Address]) -> Turn:
    if not isinstance(launch.call, Kernel):
        apart = lanes.private | lanes.alternating
        alone = launch.call in _BY_SLICE or all(address in apart for address in written(launch))
        return Turn(launch, shared=alone, meet=False)
    if launch.call.domain == "listed" and lanes.parts.get(launch.arrays["_events"]) in made:
        own = {name: lanes.parts.get(address, address) for name, address in launch.arrays.items()}
        mine = replace(launch, arrays=own)
        return (
            Turn(mine, shared=True, meet=False) if _separable(mine, lanes) else Turn(launch, shared=False, meet=False)
        )
    return Turn(launch, shared=_separable(launch, lanes), meet=False)


def written(launch: Launch) -> list[Address]:
    """Return what a launch writes."""
    if isinstance(launch.call, Kernel):
        stored = {touch.array for touch in touches(launch.call.body) if not isinstance(touch, Load)}
        lists = set(launch.call.lists) | {f"{name}_count" for name in launch.call.lists}
        return [address for name, address in launch.arrays.items() if name in stored | lists]
    if launch.call in _QUEUE:
        return [a for name, a in launch.arrays.items() if name not in {"events", "count", "start", "delay"}]
    if launch.call == "single":
        return list(launch.arrays.values())
    if launch.call in _BY_SLICE:
        return [launch.arrays[name] for name in _BY_SLICE[launch.call]]
    return [a for name, a in launch.arrays.items() if name in {"events", "count", "cursor"}]


def _separable(launch: Launch, lanes: Lanes) -> bool:
    """Whether threads may carry out a kernel, each for the elements that it owns."""
    kernel = launch.call
    assert isinstance(kernel, Kernel)
    match kernel.domain:
        case "once":
            return False
        case "listed" if launch.arrays["_events"] not in lanes.follows:
            return False
        case "synapses" if launch.arrays["_start"] not in lanes.divided:
            return False
        case "arrivals" | "backward" if launch.arrays["_runs"] not in lanes.private:
            return False
    return divisible(launch, lanes)


def divisible(launch: Launch, lanes: Lanes) -> bool:
    """Whether a kernel's elements touch nothing that elements of another thread write."""
    kernel = launch.call
    assert isinstance(kernel, Kernel)
    if any(isinstance(instruction, Append) for instruction in flat(kernel.body)):
        return False
    found = list(_touched(launch, lanes))
    if any(access.writes and access.owner is None for access in found):
        return False
    return not any(one.disturbs(other) for one in found for other in found if one.writes)


def accesses(turn: Turn, lanes: Lanes) -> list[Access]:
    """Return what a launch touches of that which threads share."""
    launch = turn.launch
    if not turn.shared:
        changed = set(written(launch))
        arrays = set(launch.arrays.values()) - lanes.private
        return [Access(address, ("first", ""), writes=address in changed) for address in arrays]
    if isinstance(launch.call, Kernel):
        return [access for access in _touched(launch, lanes) if access.address not in lanes.private]
    if launch.call == "compress":
        owner = ("slice", launch.scalars["n"].object)
        own = [Access(launch.arrays[name], owner, writes=True) for name in ("events", "count")]
        return [Access(launch.arrays["flags"], owner, writes=False), *own]
    if launch.call in _BY_SLICE:
        owner, stored = ("slice", launch.scalars["n"].object), _BY_SLICE[launch.call]
        return [Access(address, owner, writes=name in stored) for name, address in launch.arrays.items()]
    if launch.call == "gather":
        return [Access(launch.arrays[name], None, writes=False) for name in ("parts", "part_counts")]
    return []


def _touched(launch: Launch, lanes: Lanes) -> Iterator[Access]:
    """Yield what a kernel reads and writes when each thread carries out its part."""
    kernel = launch.call
    assert isinstance(kernel, Kernel)
    owners: dict[str, str] = {}
    if kernel.domain == "each":
        owners["_i"] = launch.scalars["_n"].object
    elif kernel.domain == "listed":
        owners["_i"] = lanes.follows.get(launch.arrays["_events"], "")
    synaptic = kernel.domain in {"synapses", "arrivals", "backward"}
    for touch in touches(kernel.body):
        address = launch.arrays[touch.array]
        owner = ("slice", owners[touch.index]) if touch.index in owners else None
        if synaptic and touch.index in {"_j", "_k"}:
            owner = ("slice" if touch.index == "_j" else "synapses", address.object)
        yield Access(address, owner, writes=not isinstance(touch, Load))
    tables = kernel.arrays.keys() - {touch.array for touch in touches(kernel.body)}
    for name in {name for expr in expressions(kernel.body) for name in names(expr)} & tables:
        yield Access(launch.arrays[name], None, writes=False)
