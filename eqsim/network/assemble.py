"""From the objects of a network to its program: every kernel and procedure of a step, and what they work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from eqsim.checking.vocabulary import time_unit
from eqsim.lowering import neurons as lower_neurons
from eqsim.lowering.binding import Lowered, Of, Owner
from eqsim.lowering.kernel import Kernel, renamed
from eqsim.lowering.program import Address, Guard, Lanes, Launch, Program, When, in_order
from eqsim.lowering.threads import COUNT
from eqsim.lowering.tidy import numbered, tidy
from eqsim.network.capture import externals
from eqsim.network.captured import time_in_model
from eqsim.network.functions import Function
from eqsim.network.inputs import SpikeGeneratorGroup
from eqsim.network.neurons import NeuronGroup, Operation
from eqsim.network.pathways import SynapseParts
from eqsim.network.synapses import Synapses
from eqsim.network.timed_array import TimedArray
from eqsim.network.variables import Variables
from eqsim.targets.target import Storage
from eqsim.text.errors import NetworkError

BETWEEN_UPDATE_AND_THRESHOLD = frozenset({"groups", "after_groups", "before_thresholds", "thresholds"})


@dataclass
class Assembly:
    """The launches of a network under construction, and where each object's storage is."""

    keys: Mapping[int, str]  # by identity of the object that holds the storage
    periods: Mapping[str, int]
    steps: Mapping[str, float]  # the dt of each object's clock
    dtype: str = "float64"
    launches: list[Launch] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    stops: list[Address] = field(default_factory=list)
    storages: dict[str, Storage] = field(default_factory=dict)
    cleared: set[Address] = field(default_factory=set)
    drawn: dict[str, int] = field(default_factory=dict)  # how many numbers each object's kernels draw
    links: dict[Address, Address] = field(default_factory=dict)  # linked variables to what they refer to
    lanes: int = 1  # how many threads share the work
    private: set[Address] = field(default_factory=set)
    alternating: set[Address] = field(default_factory=set)
    divided: set[Address] = field(default_factory=set)
    parts: dict[Address, Address] = field(default_factory=dict)
    follows: dict[Address, str] = field(default_factory=dict)

    def key(self, thing: Any) -> str:
        """Return the key of the object that holds a thing's storage."""
        return self.keys[id(thing)]

    def link(self, groups: Sequence[Variables]) -> None:
        """Note what the linked variables of groups refer to."""
        for variables in groups:
            missing = sorted(variables.linkable - variables.linked.keys())
            if missing:
                hint = "assign es.linked(group, 'variable') to it"
                raise NetworkError(f"{missing[0]!r} is linked to nothing", owner=variables.owner, hint=hint)
            key = self.key(variables)
            for name, (group, other, variable, seen) in variables.linked.items():
                if id(other) not in self.keys:
                    raise NetworkError(
                        f"{name!r} is linked to {group!r}, which is not in the network",
                        owner=variables.owner,
                        hint="add it: Network(…, the group)",
                    )
                self.links[Address(key, name)] = Address(self.key(other), variable)
                if seen is not None:
                    variables.storage.arrays[f"_index_{name}"] = seen.astype(np.int64)

    def launch(
        self,
        lowered: Lowered,
        key: str,
        when: When,
        keys: Mapping[Of, str],
        arrays: Mapping[str, Address] | None = None,
        scalars: Mapping[str, Address] | None = None,
        clock: str = "dt",
        of: str | None = None,
    ) -> None:
        """Add a kernel; ``keys`` says which object each owner is, ``of`` whose doing it is if not ``key``'s."""
        made = self.made(lowered, key, when, keys, arrays, scalars, clock, of)
        assert isinstance(made.call, Kernel)
        kernel, self.drawn[key] = numbered(made.call, self.drawn.get(key, 0))
        self.launches.append(replace(made, call=kernel))

    def made(
        self,
        lowered: Lowered,
        key: str,
        when: When,
        keys: Mapping[Of, str],
        arrays: Mapping[str, Address] | None = None,
        scalars: Mapping[str, Address] | None = None,
        clock: str = "dt",
        of: str | None = None,
    ) -> Launch:
        """Return the launch of a kernel without adding it."""
        kernel = tidy(lowered.kernel)
        wanted = [*kernel.arrays, *(n for name in kernel.lists for n in (name, f"{name}_count"))]
        given = {name: _address(name, lowered, keys, key) for name in wanted if name not in (arrays or {})}
        given |= dict(arrays or {})
        given = {name: self.links.get(address, address) for name, address in given.items()}
        kernel, given = _one_name(kernel, given)
        constants = {name: _constant(name, lowered, keys, key) for name in kernel.scalars} | dict(scalars or {})
        clocked, stream = Address(key, clock), Address(key, "_stream")
        return Launch(kernel, when, given, constants, clocked, stream, kernel.title, of or key)

    def procedure(
        self, name: str, key: str, when: When, arrays: Mapping[str, Address], scalars: Mapping[str, Address], title: str
    ) -> None:
        """Add a procedure of the runtime."""
        self.launches.append(Launch(name, when, arrays, scalars, Address(key, "dt"), None, title, key))

    def program(self, titles: Mapping[str, str]) -> Program:
        """Return the finished program."""
        lanes = Lanes(
            self.lanes,
            frozenset(self.private),
            frozenset(self.alternating),
            frozenset(self.divided),
            self.parts,
            self.follows,
        )
        return Program(in_order(self.launches), tuple(self.guards), tuple(self.stops), self.dtype, titles, lanes)

    def sections(self, key: str, name: str, size: int, dtype: type, *, alternating: bool = False) -> None:
        """Give an object an array with a section of its own for each thread (for even and odd steps).

        Where there is one with fewer or more sections, each begins with what the first one holds.
        """
        address, arrays = Address(key, name), self.storages[key].arrays
        count = self.lanes * (2 if alternating else 1)
        if self.lanes > 1:
            (self.alternating if alternating else self.private).add(address)
        before = arrays.get(name, np.zeros(0, dtype))
        if len(before) != size * count:
            arrays[name] = np.zeros(size * count, dtype)
            held = before[:size]
            arrays[name].reshape(count, size)[:, : len(held)] = held

    def events(self, key: str, event: str, size: int) -> None:
        """Give an event a list of the elements for which it happened in this step."""
        width = 1 if self.lanes == 1 else COUNT
        self.sections(key, f"_{event}_events", size, np.int32)
        self.sections(key, f"_{event}_count", width, np.int64)


def _one_name(kernel: Kernel, given: dict[str, Address]) -> tuple[Kernel, dict[str, Address]]:
    """Give arrays that are one piece of memory one name, for kernels are compiled on the promise that none overlap."""
    first: dict[Address, str] = {}
    names = {name: first.setdefault(address, name) for name, address in given.items()}
    if all(name == one for name, one in names.items()):
        return kernel, given
    arrays = {name: entry for name, entry in kernel.arrays.items() if names[name] == name}
    body = tuple(renamed(instruction, names) for instruction in kernel.body)
    return replace(kernel, arrays=arrays, body=body), {name: a for name, a in given.items() if names[name] == name}


def _address(name: str, lowered: Lowered, keys: Mapping[Of, str], key: str) -> Address:
    place = lowered.places[name]
    if place.of != "own" and place.variable == "_index":  # how these synapses count the neurons of an end
        return Address(key, f"_{place.of}_index")
    return Address(keys[place.of], place.variable)


def _constant(name: str, lowered: Lowered, keys: Mapping[Of, str], key: str) -> Address:
    place = lowered.places[name]
    if place.of != "own" and place.variable in {"_N", "_offset"}:  # those of the end as these synapses see it
        return Address(key, f"_{place.of}{place.variable}")
    return Address(keys[place.of], place.variable)


# what all objects with variables have


def prepare(variables: Variables, dtype: str, dt: float) -> Storage:
    """Bring an object's arrays and constants into the state in which a run takes them."""
    variables.settle_all()
    variables.own_all(dtype)
    storage = variables.storage
    for name, entry in variables.entries.items():
        if name.startswith("_") and entry == "flag":
            storage.arrays[f"{name}_words"] = storage.arrays[name].view(np.uint64)
    for name, symbol in variables.captured.items():
        storage.constants[name] = variables.constant(name, symbol)
    for name, value in variables.namespace.items():
        if isinstance(value, TimedArray):
            storage.arrays[name] = np.ascontiguousarray(value.values.ravel(), dtype)
            storage.constants[f"_columns_{name}"] = value.columns
            storage.constants[f"_dt_{name}"] = time_in_model(value)
    storage.constants |= {"dt": dt, "_N": variables.size, "_stream": signed(variables.stream)}
    return storage


def signed(stream: int) -> int:
    """Return a 64-bit number as the signed integer with the same bits."""
    return stream - (1 << 64) if stream >= 1 << 63 else stream


def neuron_owner(group: Any) -> Owner:
    """Return a group as kernels see it."""
    variables: Variables = group._variables
    shared = {name for name in variables.entries if variables.is_shared(name)}
    entries, indirect = dict(variables.entries), set()
    for name, (_, other, variable, seen) in variables.linked.items():
        entries[name] = other.entries[variable]
        if other.is_shared(variable) or (seen is None and other.size == 1):
            shared.add(name)
        elif seen is not None:
            indirect.add(name)
            entries[f"_index_{name}"] = "count"
    checked = getattr(group, "_checked", None)
    kind: Literal["none", "time", "condition"] = "none" if checked is None else checked.refractory_kind
    functions = {name: value.source for name, value in variables.namespace.items() if isinstance(value, Function)}
    return Owner(
        variables.system,
        entries,
        "_i",
        frozenset(shared),
        kind,
        externals=externals(variables.namespace),
        functions=functions,
        indirect=frozenset(indirect),
    )


def listed(key: str, event: str) -> dict[str, Address]:
    """Return the arguments of a kernel that runs over an event's list."""
    return {"_events": Address(key, f"_{event}_events"), "_count": Address(key, f"_{event}_count")}


# groups


def add_neurons(assembly: Assembly, group: NeuronGroup) -> None:
    """Add a group's updates, thresholds, resets and operations."""
    key = assembly.key(group._variables)
    checked, owner, order = group._checked, neuron_owner(group), group._order
    title, period = f"of {key}", assembly.periods[key]
    size = {"_n": Address(key, "_N")}
    operations: Sequence[Operation] = group._operations

    def when(slot: str, rank: int = 0, extra: int = 0) -> When:
        return When(slot, order + extra, rank, period)

    hold = lower_neurons.hold_over_step(owner, checked, f"values held over a step {title}")
    if hold is not None:
        assembly.launch(hold, key, when("before_start"), {"own": key}, scalars=size)
    integrates, spikes = group._choice is not None, checked.threshold is not None
    fused = integrates and spikes and not any(o.when in BETWEEN_UPDATE_AND_THRESHOLD for o in operations)
    update = lower_neurons.update(
        owner, checked, group._choice, f"update {title}, {group.method or 'no equations'}", threshold=fused
    )
    if update is not None:
        assembly.launch(update, key, when("groups"), {"own": key}, scalars=size)
    if checked.threshold is not None:
        if "_next" in owner.arrays:
            _draw_spikes(assembly, group, key, when("thresholds"))
        elif not fused:
            test = lower_neurons.threshold(owner, checked, "spike", f"threshold {title}")
            assembly.launch(test, key, when("thresholds"), {"own": key}, scalars=size)
        compress(assembly, key, "spike", when("thresholds"), group.N)
        mark = lower_neurons.mark(owner, checked, f"refractoriness {title}")
        assembly.launch(mark, key, when("thresholds"), {"own": key}, listed(key, "spike"))
    for event in checked.events:
        test = lower_neurons.threshold(owner, checked, event.name, f"event {event.name} {title}")
        assembly.launch(test, key, when("after_thresholds"), {"own": key}, scalars=size)
        compress(assembly, key, event.name, when("after_thresholds"), group.N)
    if checked.reset is not None and checked.reset.statements:
        reset = lower_neurons.statements(owner, checked.reset, "reset", f"reset {title}", listed=True, hold=False)
        assembly.launch(reset, key, when("resets"), {"own": key}, listed(key, "spike"))
    for operation in operations:
        _operate(assembly, owner, operation, key)


def _draw_spikes(assembly: Assembly, group: NeuronGroup, key: str, when: When) -> None:
    """Add the spikes of sources that keep when they spike next."""
    tries = group._variables.unit("rates") * time_unit(group._variables.system.unitless)
    names = {"factor": "_factor", "rates": "rates", "drawn_for": "_rate", "following": "_next"}
    names |= {"flags": "_spike", "words": "_spike_words"}
    assembly.storages[key].arrays["_factor"] = np.array([assembly.steps[key] * 10.0 ** float(tries.scale)])
    scalars = {"n": Address(key, "_N"), "stream": Address(key, "_stream")}
    arrays = {argument: Address(key, name) for argument, name in names.items()}
    assembly.procedure("draw_spikes", key, when, arrays, scalars, f"threshold of {key}")


def _operate(assembly: Assembly, owner: Owner, operation: Operation, key: str) -> None:
    listed_only = operation.event is not None
    name = f"on {operation.event}" if listed_only else "regularly"
    lowered = lower_neurons.statements(
        owner, operation.code, operation.name, f"{name} of {key}", listed=listed_only, hold=True
    )
    period = assembly.periods.get(f"{key}/{operation.name}", assembly.periods[key])
    place = When(operation.when, operation.order, 0, period)
    if listed_only:
        assembly.launch(lowered, key, place, {"own": key}, listed(key, operation.event or ""))
    else:
        clock = f"_dt_of_{operation.name}"
        step = assembly.steps.get(f"{key}/{operation.name}", assembly.steps[key])
        assembly.storages[key].constants[clock] = step
        assembly.launch(lowered, key, place, {"own": key}, scalars={"_n": Address(key, "_N")}, clock=clock)


def compress(assembly: Assembly, key: str, event: str, when: When, size: int) -> None:
    """Add the making of an event's list from the bytes that its condition wrote."""
    assembly.events(key, event, size)
    flags = {"flags": Address(key, f"_{event}"), "words": Address(key, f"_{event}_words")}
    found = {"events": Address(key, f"_{event}_events"), "count": Address(key, f"_{event}_count")}
    title, scalars = f"list of {event}s of {key}", {"n": Address(key, "_N")}
    if assembly.lanes == 1:
        assembly.procedure("compress", key, when, flags | found, scalars, title)
        return
    own = {"events": Address(key, f"_{event}_parts"), "count": Address(key, f"_{event}_part_counts")}
    assembly.sections(key, own["events"].variable, size, np.int32, alternating=True)
    assembly.sections(key, own["count"].variable, COUNT, np.int64, alternating=True)
    assembly.parts |= {found[name]: own[name] for name in found}
    assembly.follows[own["events"]] = key
    assembly.procedure("compress", key, when, flags | own, scalars, title)
    parts = {"parts": own["events"], "part_counts": own["count"]}
    assembly.procedure("gather", key, when, parts | found, {}, f"{title}, of all threads")


def add_generator(assembly: Assembly, group: SpikeGeneratorGroup) -> None:
    """Add the spikes of a generator."""
    key = assembly.key(group._variables)
    assembly.events(key, "spike", group.N)
    assembly.sections(key, "_cursor", 1, np.int64)  # each thread goes through the list of times by itself
    names = {
        "spike_step": "_times",
        "spike_index": "_indices",
        "cursor": "_cursor",
        "events": "_spike_events",
        "count": "_spike_count",
    }
    arrays = {name: Address(key, variable) for name, variable in names.items()}
    when = When("thresholds", group._order, 0, assembly.periods[key])
    assembly.procedure("emit", key, when, arrays, {"period": Address(key, "_period")}, f"spikes of {key}")


def add_synapses(assembly: Assembly, synapses: Synapses) -> None:
    """Add the pathways, sums and updates of synapses."""
    SynapseParts(assembly, synapses, neuron_owner, prepare).add()
