"""The objects of a network by name: who may be in, how they are called, and whether they belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eqsim.network.drive import Drive
from eqsim.network.event_monitor import EventMonitor
from eqsim.network.inputs import SourcePart, SpikeGeneratorGroup
from eqsim.network.labels import free_name, label
from eqsim.network.neurons import NeuronGroup, Subgroup
from eqsim.network.operations import NetworkOperation
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.variables import Variables
from eqsim.text.errors import NetworkError

KINDS = (
    NeuronGroup,
    SpikeGeneratorGroup,
    Synapses,
    Drive,
    StateMonitor,
    EventMonitor,
    PopulationRateMonitor,
    NetworkOperation,
)
Members = Mapping[str, Any]


def named(objects: Any, members: Members, network: object) -> dict[str, Any]:
    """Return new objects by the names that they get in a network; raise NetworkError for one that does not fit."""
    fresh: list[Any] = []
    for thing in flat(objects):
        if not isinstance(thing, KINDS):
            part = isinstance(thing, Subgroup | SourcePart)
            hint = "list the group itself" if part else "list groups, synapses, inputs, monitors and operations"
            what = "this cannot be part of a network"
            raise NetworkError(what, owner="Network", found=f"an object of class {type(thing).__name__}", hint=hint)
        if any(thing is other for other in (*members.values(), *fresh)):
            continue
        held = thing.__dict__.get("_network")
        if held is not None and held is not network:
            raise NetworkError(
                f"{thing!r} belongs to another network", owner="Network", hint="remove it from that network first"
            )
        fresh.append(thing)
    given = [thing.name for thing in fresh if thing.name]
    for place, name in enumerate(given):
        if name in members or name in given[:place]:
            raise NetworkError(f"two objects are called {name!r}", owner="Network", hint="give one another name=")
    names: dict[str, Any] = {}
    for thing in fresh:
        names[thing.name or free_name(type(thing).__name__, {*members, *given, *names})] = thing
    return names


def flat(objects: Any) -> Iterator[Any]:
    """Yield objects, those in lists and tuples of them, and what an object brings with it."""
    for thing in objects:
        if isinstance(thing, list | tuple):
            yield from flat(thing)
        else:
            yield thing
            yield from getattr(thing, "_brings", ())


def whole(end: Any) -> Any:
    """Return the group of which an end of synapses, or a monitor's source, is a part."""
    return end.group if isinstance(end, Subgroup | SourcePart) else end


def depth(thing: Any) -> int:
    """Return 0 for all but synapses onto or from synapses, whose depth is one more than that of those."""
    if not isinstance(thing, Synapses):
        return 0
    return max(1 + depth(end) if isinstance(end, Synapses) else 0 for end in (thing.source, thing.target))


def unitless(thing: Any) -> bool | None:
    """Whether an object's model has no units; ``None`` where it has no lines that could tell."""
    checked = thing.__dict__.get("_checked")
    return checked.unitless if checked is not None and checked.definitions else None


def check_members(members: Members) -> None:
    """Raise NetworkError for objects that do not make a network: ends that are missing, synapses never connected."""
    for name, thing in members.items():
        for end in _ends(thing):
            if not any(whole(end) is other for other in members.values()):
                what = label(type(whole(end)).__name__, whole(end).name)
                raise NetworkError(
                    f"{label(type(thing).__name__, name)} needs {what}, which is not in the network",
                    owner="Network",
                    hint="add it: Network(…, the group)",
                )
        if isinstance(thing, Synapses) and not thing._connected:
            raise NetworkError(
                "these synapses were never connected",
                owner=label("Synapses", name),
                hint="call connect(), for instance connect(p=0.1)",
            )
    _refuse_shared_files(members)
    if len({unitless(thing) for thing in members.values()} - {None}) > 1:
        names = [name for name, thing in members.items() if unitless(thing)]
        raise NetworkError(
            "models with units and models without cannot be in one network",
            owner="Network",
            found=f"without units: {', '.join(names)}",
            hint="give units to all or to none; rates of a PoissonGroup have the unit Hz",
        )


def left_out(members: Members) -> dict[str, Any]:
    """Return what hangs on the groups of a network and is not in it, by how messages call it, in that order."""
    missing: dict[str, Any] = {}
    for thing in members.values():
        held = thing.__dict__.get("_variables")
        for one in held.dependents if isinstance(held, Variables) else ():
            if not any(one is other for other in members.values()):
                missing[label(type(one).__name__, one.name)] = one
    return dict(sorted(missing.items()))


def _refuse_shared_files(members: Members) -> None:
    """Raise NetworkError for two monitors that would write one file."""
    taken: dict[Any, str] = {}
    for name, thing in members.items():
        file = thing.__dict__.get("_file")
        if file is not None and taken.setdefault(file.path, name) != name:
            what = f"{taken[file.path]!r} and {name!r} record to one file, {file.path}"
            raise NetworkError(what, owner="Network", hint="give each a file of its own")


def _ends(thing: Any) -> list[Any]:
    if isinstance(thing, Synapses):
        return [thing.source, thing.target]
    if isinstance(thing, Drive):
        return [thing.target]
    return [thing.source] if isinstance(thing, StateMonitor | EventMonitor | PopulationRateMonitor) else []
