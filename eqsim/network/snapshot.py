"""All that a run changes, as one value: taken from a network, and put back into one that has the same objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.network.clocks import clocks
from eqsim.network.connections import Connections
from eqsim.network.inputs import SpikeGeneratorGroup
from eqsim.network.labels import label
from eqsim.network.poisson_input import PoissonInput
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.record_file import RecordFile
from eqsim.network.series import Series
from eqsim.network.snapshot_check import check_state
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.traits import traits_of
from eqsim.network.variables import Variables
from eqsim.targets.target import Storage
from eqsim.text.errors import NetworkError

# what the layout of synapses follows from: made anew whenever a network is built
_REBUILT = re.compile(
    r"_start|_target|_source|_post_start|_(pre|post)_index|N_incoming|N_outgoing|delay"
    r"|_(permutation|start|delay|late|run_\w+?|runs|one_\w+?|ones)_\w+"
)
# attributes that are replaced, never changed in place (lists are copied), and are kept by reference
_ATTRIBUTES = (
    (SpikeGeneratorGroup, ("_indices", "_times", "_times_unit", "_period")),
    (Synapses, ("_calls", "_connected")),
    (StateMonitor, ("_rows",)),
    (StateMonitor | PopulationRateMonitor, ("_times",)),
)
_LAYOUT = ("delays", "steps", "dt", "lanes", "under_way")  # of synapses, likewise
_HARMLESS = frozenset({"_calls", "_times"})  # attributes that take no part in building
State = Mapping[str, Any]
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One object: ``traits`` say what it is and must be the same in both networks, ``state`` is what a run changes."""

    traits: Mapping[str, str]
    state: State


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a network between two steps."""

    traits: Mapping[str, str]
    step: int
    seed: int | None
    parts: Mapping[str, Part]


class Unsaved:
    """A value that a file cannot hold, such as a function: the one that a network has stays."""


def capture(network: Any) -> Snapshot:
    """Return the state of a network."""
    network._set_clocks()
    seed = network._seed
    return Snapshot(_network_traits(network), network._step, None if seed is None else int(seed), {
        name: Part(_traits(network, name), _state(thing)) for name, thing in network._objects.items()
    })  # fmt: skip


def apply(snapshot: Snapshot, network: Any) -> None:
    """Put a state back into a network, all of it or, after an error, none.

    Raises NetworkError where the network has other objects than the state, naming the first that differs.
    """
    try:
        _compare(snapshot, network)
        pairs = [(network._objects[name], part.state) for name, part in snapshot.parts.items()]
        changes = [change for thing, state in pairs for change in _file_changes(thing, state)]
        changes += [change for thing, state in pairs for change in _changes(thing, state)]
        alike = all(_built_alike(thing, state) for thing, state in pairs)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:  # a file may hold anything
        found = f"{type(error).__name__}: {error}"
        raise NetworkError("the state is damaged", owner="Network", found=found) from None
    if not alike or network._seed != snapshot.seed:
        network._forget_program()
    for change in changes:  # what may yet fail, the files, comes first; then assignments of values that are ready
        change()
    network._step, network._seed = 0, snapshot.seed
    network._set_clocks()
    network._step = snapshot.step


# what must be the same --------------------------------------------------------------------------------------------


def _network_traits(network: Any) -> dict[str, str]:
    return {
        "the dtype": network._dtype,
        "the smallest step": repr(_clocks(network).base),
        "the models": "without units" if network._is_unitless() else "with units",
    }


def _traits(network: Any, name: str) -> dict[str, str]:
    return {**traits_of(network._objects[name]), "the time step": repr(_clocks(network).steps[name])}


def _clocks(network: Any) -> Any:
    return clocks(network._objects, network._default_step(), network._plain_time)


def _compare(snapshot: Snapshot, network: Any) -> None:
    theirs, ours = list(snapshot.parts), list(network._objects)
    for names, others, text in (
        (theirs, ours, "the state has an object {!r}, which the network does not have"),
        (ours, theirs, "the network has an object {!r}, of which the state knows nothing"),
    ):
        missing = [name for name in names if name not in others]
        if missing:
            raise NetworkError(text.format(missing[0]), owner="Network", hint=f"the state is of {', '.join(theirs)}")
    if theirs != ours:
        raise NetworkError(
            "the state has the objects in another order", owner="Network", hint=f"add them as {', '.join(theirs)}"
        )
    _same_traits(snapshot.traits, _network_traits(network), "Network")
    if snapshot.step < 0:
        raise NetworkError("the state is damaged: its time", owner="Network")
    sizes = {
        id(network._objects[name]._variables): int(part.state["variables"]["size"])
        for name, part in snapshot.parts.items()
        if "variables" in part.state
    }
    for name, part in snapshot.parts.items():
        thing = network._objects[name]
        owner = label(type(thing).__name__, name)
        _same_traits(part.traits, _traits(network, name), owner)
        check_state(thing, part.state, sizes, owner)


def _same_traits(theirs: Mapping[str, str], ours: Mapping[str, str], owner: str) -> None:
    for trait in {**ours, **theirs}:
        if theirs.get(trait) != ours.get(trait):
            there, here = theirs.get(trait, "nothing"), ours.get(trait, "nothing")
            raise NetworkError(
                f"the state is of another network: {trait} differs", owner=owner, found=f"{there}, against {here} here"
            )


# the state of an object -------------------------------------------------------------------------------------------


def _state(thing: Any) -> dict[str, Any]:
    state: dict[str, Any] = {"attributes": {name: _kept(thing.__dict__.get(name)) for name in _attributes(thing)}}
    held = thing.__dict__.get("_variables")
    if isinstance(held, Variables):
        held.own_all()
        place, namespace = held.place, dict(held.namespace)
        state["variables"] = {
            "size": held.size,
            "stream": held.stream,
            "assignments": held._assignments,
            "waiting": sorted(held.waiting),
            "place": place,
            "namespace": namespace,
        }
    if isinstance(thing, Synapses):
        layout, connections = thing._layout, thing._layout.connections
        state["layout"] = {name: _kept(getattr(layout, name)) for name in _LAYOUT}
        state["connections"] = {
            "grown": None if connections.sorted else [connections.sources(), connections.targets()],
            "n_pre": connections.n_pre,
            "start": connections.start,
            "target": connections.target,
            "lane_start": connections.lane_start,
            "permutation": connections.permutation,
            "source_order": connections.source_order,
        }
    series: Mapping[str, Series] = thing.__dict__.get("_series", {})
    file: RecordFile | None = thing.__dict__.get("_file")
    state["rows"] = None if file is None else file.rows  # in a file, they stay there
    state["records"] = {name: _copy(one.values()) for name, one in series.items() if file is None}
    state["arrays"] = {name: _copy(values) for name, values in _arrays(thing)}
    return state


def _attributes(thing: Any) -> Iterator[str]:
    return (name for kind, names in _ATTRIBUTES if isinstance(thing, kind) for name in names)


def _arrays(thing: Any) -> Iterator[tuple[str, Array]]:
    """Yield the arrays of an object that are neither records nor made anew by building."""
    held = thing.__dict__.get("_variables")
    storage = held.storage if isinstance(held, Variables) else thing.__dict__.get("_storage", Storage())
    known = held.entries if isinstance(held, Variables) else {}
    tables = held.namespace if isinstance(held, Variables) else {}
    for name, values in storage.arrays.items():
        view = name.endswith("_words") and name.removesuffix("_words") in storage.arrays
        rebuilt = isinstance(thing, Synapses) and _REBUILT.fullmatch(name) is not None
        if name in known or not (view or rebuilt or name in tables or name.startswith("_record_")):
            yield name, values


def _kept(value: Any) -> Any:
    if isinstance(value, list):
        return list(value)
    return dict(value) if isinstance(value, dict) else value


def _copy(values: Array) -> Array:
    copy = np.array(values)
    copy.flags.writeable = False
    return copy


# putting it back --------------------------------------------------------------------------------------------------


def _file_changes(thing: Any, state: State) -> Iterator[Callable[[], None]]:
    file: RecordFile | None = thing.__dict__.get("_file")
    if file is not None:
        yield file.going_back(state["rows"])


def _changes(thing: Any, state: State) -> Iterator[Callable[[], None]]:
    """Yield assignments that bring an object into a state; what they assign is made before they are carried out."""
    attributes = {name: _kept(value) for name, value in state["attributes"].items() if name in _attributes(thing)}
    arrays = {name: np.array(values) for name, values in state["arrays"].items()}
    derived = dict(_derived(thing))
    held = thing.__dict__.get("_variables")
    storage = held.storage if isinstance(held, Variables) else thing.__dict__.get("_storage", Storage())

    def put_arrays() -> None:
        thing.__dict__.update(attributes)
        storage.arrays.clear()
        storage.arrays.update({**derived, **arrays})

    yield put_arrays
    file: RecordFile | None = thing.__dict__.get("_file")
    series: Mapping[str, Series] = thing.__dict__.get("_series", {})
    for name, one in series.items():
        if file is not None:
            yield lambda one=one: one.replace(np.empty(0))  # type: ignore[misc]
            continue
        yield lambda one=one, values=state["records"][name]: one.replace(values)  # type: ignore[misc]
    if isinstance(held, Variables):
        yield _variables_change(held, state["variables"])
    if isinstance(thing, Synapses):
        made = state["connections"]
        connections = Connections(made["n_pre"], as_created=thing._layout.connections.as_created)
        connections._grown = None if made["grown"] is None else tuple(made["grown"])
        connections.start, connections.target = made["start"], made["target"]
        connections.permutation, connections.source_order = made["permutation"], made["source_order"]
        connections.lane_start = made["lane_start"]
        layout = {name: _kept(state["layout"][name]) for name in _LAYOUT}
        yield lambda: thing._layout.__dict__.update({"connections": connections, **layout})


def _variables_change(held: Variables, state: State) -> Callable[[], None]:
    waiting = {name: held.defaults[name] for name in state["waiting"]}
    namespace = {
        name: held.namespace.get(name) if isinstance(value, Unsaved) else value
        for name, value in state["namespace"].items()
    }

    def put() -> None:
        held._loose.clear()
        held.size, held.stream, held._assignments = state["size"], state["stream"], state["assignments"]
        held.place, held._waiting = state["place"], waiting
        held.namespace.clear()
        held.namespace.update(namespace)
        for name, entry in held.entries.items():  # the same bytes in whole words, as spike lists are read
            if name.startswith("_") and entry == "flag":
                held.storage.arrays[f"{name}_words"] = held.storage.arrays[name].view(np.uint64)

    return put


def _derived(thing: Any) -> Iterator[tuple[str, Array]]:
    """Yield the arrays that ``_arrays`` leaves out: still right if the layout is, made anew by building if not."""
    held = thing.__dict__.get("_variables")
    storage = held.storage if isinstance(held, Variables) else thing.__dict__.get("_storage", Storage())
    kept = {name for name, _ in _arrays(thing)}
    return ((name, values) for name, values in storage.arrays.items() if name not in kept)


def _built_alike(thing: Any, state: State) -> bool:
    """Whether what was built for an object as it is serves it in another state too."""
    now = dict(_arrays(thing))
    then: Mapping[str, Array] = state["arrays"]
    if {n: (v.shape, v.dtype) for n, v in now.items()} != {n: (v.shape, v.dtype) for n, v in then.items()}:
        return False
    if isinstance(thing, PoissonInput):  # the draw was chosen for its rate
        rates = thing._variables.namespace.get("_rate"), state["variables"]["namespace"].get("_rate")
        if rates[0] != rates[1]:
            return False
    for name in _attributes(thing):
        if name not in _HARMLESS and not _same(thing.__dict__.get(name), state["attributes"].get(name)):
            return False
    if isinstance(thing, Synapses):
        made, connections = state["connections"], thing._layout.connections
        kept = ("start", "lane_start", "target", "permutation", "source_order")
        return (
            made["grown"] is None
            and connections.sorted
            and all(_same(getattr(thing._layout, name), state["layout"][name]) for name in _LAYOUT)
            and all(getattr(connections, name) is made[name] for name in kept)
        )
    return True


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return one is other
    return bool(one == other)
