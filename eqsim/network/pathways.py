"""Synapses in a program: the layout of their connections, the queues of their pathways, and their kernels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.checked import CheckedPathway
from eqsim.connectivity.order import sources
from eqsim.lowering import synapses as lower_synapses
from eqsim.lowering.binding import Lowered, Of, Owner
from eqsim.lowering.kernel import Draw, flat
from eqsim.lowering.program import Address, Guard, Lanes, When
from eqsim.lowering.threads import COUNT, divisible
from eqsim.network.layout import in_steps
from eqsim.network.synapses import Synapses
from eqsim.network.variables import Variables
from eqsim.targets import queue
from eqsim.targets.rings import longer
from eqsim.targets.target import Storage

_RUNS = ("run_source", "run_begin", "run_end", "runs")


class SynapseParts:
    """The launches of one Synapses object."""

    def __init__(
        self,
        assembly: Any,
        synapses: Synapses,
        owner_of: Callable[[Any], Owner],
        prepare: Callable[[Variables, str, float], Storage],
    ) -> None:
        self.assembly, self.synapses = assembly, synapses
        self.key = assembly.key(synapses._variables)
        self.dt, self.period = assembly.steps[self.key], assembly.periods[self.key]
        self.storage = synapses._variables.storage
        self.layout = synapses._layout
        self.owners, self.keys = self._owners(owner_of)
        if self.layout.dt != self.dt:
            self.layout.count_steps(self.dt)
        lanes = assembly.lanes if assembly.lanes > 1 and self._divisible() else 1
        if self.layout.dt is None or self.layout.lanes != lanes:
            self.layout.count_steps(self.dt)
            self.layout.for_delivery(self.dt, lanes)
        self.lanes = lanes
        self.storage = prepare(synapses._variables, assembly.dtype, self.dt)
        self._lay_out()

    def add(self) -> None:
        """Add sums, updates and pathways."""
        synapses, checked = self.synapses, self.synapses._checked
        for definition in checked.definitions:
            if "summed" in definition.flags:
                self._sum(definition)
        update = self._update()
        if update is not None:
            lowered, alone = update
            when = When("groups", synapses._order, 1, self.period)
            if alone:
                self._launch(lowered, when, scalars={"_n": Address(self.key, "_N")})
            else:
                self._launch(lowered, when, arrays=self._all())
        for pathway in checked.pathways:
            self._pathway(pathway)

    # layout ----------------------------------------------------------------------------------------------------------

    def _divisible(self) -> bool:
        """Whether each thread may have the synapses onto its own targets to itself."""
        checked, synapses = self.synapses._checked, self.synapses
        if not self.layout.apart or isinstance(synapses.target, Synapses):
            return False
        spikes = Address(self.keys["post"], "_spike_events")
        if any(pathway.of == "post" for pathway in checked.pathways) and spikes not in self.assembly.parts:
            return False
        lowered = [lower_synapses.deliver(self.owners, pathway, "") for pathway in checked.pathways]
        lowered += [lower_synapses.gather(self.owners, d, "") for d in checked.definitions if "summed" in d.flags]
        update = self._update()
        if update is not None and not update[1]:
            lowered.append(update[0])
        if self.layout.varied and any(isinstance(one, Draw) for kernel in lowered for one in flat(kernel.kernel.body)):
            return False  # what is drawn follows the place of a synapse, and that would follow the threads
        when = When("synapses")
        launches = [self.assembly.made(one, self.key, when, self.keys) for one in lowered]
        return all(divisible(launch, Lanes()) for launch in launches)

    def _update(self) -> tuple[Lowered, bool] | None:
        """Return the kernel of clock-driven equations, and whether it needs nothing of the ends."""
        synapses, checked = self.synapses, self.synapses._checked
        if synapses._choice is None:
            return None
        values = tuple(s.drift for s in synapses._system.states if not s.event_driven)
        noise = tuple(g for s in synapses._system.states for g in s.diffusion.values())
        alone = not lower_synapses.sees_ends(checked, values + noise)
        own = replace(self.owners["own"], index="_i") if alone else self.owners["own"]
        title = f"update of {self.key}, {synapses._choice.scheme.name}"
        owners = {**self.owners, "own": own}
        return lower_synapses.update(owners, checked, synapses._choice, title, alone=alone), alone

    def _sections(self, name: str, size: int, dtype: type) -> None:
        """Give each thread that has synapses of its own a section of an array; one array for all where none has."""
        if self.lanes > 1:
            self.assembly.storages[self.key] = self.storage
            self.assembly.sections(self.key, name, size, dtype)
        elif len(self.storage.arrays.get(name, ())) < size:
            self.storage.arrays[name] = np.zeros(size, dtype)

    def _owners(self, owner_of: Callable[[Any], Owner]) -> tuple[dict[Of, Owner], dict[Of, str]]:
        synapses, assembly = self.synapses, self.assembly
        source, target = synapses.source, synapses.target
        variables = synapses._variables
        arrays = dict(variables.entries)
        for name in ("delay", "N_incoming", "N_outgoing"):
            if self._uses(name):
                arrays[name] = "count"
        shared = frozenset(name for name in variables.entries if variables.is_shared(name))
        own = replace(owner_of(synapses), arrays=arrays, index="_k", shared=shared, refractory="none")
        same = source._variables is target._variables
        pre = counted(
            source, "pre", replace(owner_of(source), index="_i", alias_of="post" if same else None), self.storage
        )
        post = counted(target, "post", replace(owner_of(target), index="_j"), self.storage)
        keys: dict[Of, str] = {
            "own": self.key,
            "pre": assembly.key(source._variables),
            "post": assembly.key(target._variables),
        }
        return {"own": own, "pre": pre, "post": post}, keys

    def _uses(self, name: str) -> bool:
        checked = self.synapses._checked
        return name in checked.symbols or any(name in pathway.code.symbols for pathway in checked.pathways)

    def _stored_targets(self) -> NDArray[Any]:
        """Return where each synapse's target is stored: at its index, unless it is a synapse laid out otherwise."""
        target, place = self.layout.connections.target, self.synapses.target._variables.place
        if place is None:
            return target
        stored: NDArray[Any] = place[target]
        return stored

    def _lay_out(self) -> None:
        connections, arrays = self.layout.connections, self.storage.arrays
        arrays["_start"], arrays["_target"] = connections.lane_start, _indexes(self._stored_targets())
        if self.lanes > 1:
            self.assembly.divided.add(Address(self.key, "_start"))
        checked = self.synapses._checked
        if any(pathway.of == "post" for pathway in checked.pathways):
            arrays["_source"] = _indexes(sources(connections.start))
        order = connections.permutation

        def stored(values: Any) -> NDArray[np.int64]:
            values = np.asarray(values, np.int64)
            return np.ascontiguousarray(values if order is None else values[order])

        if self._uses("N_outgoing"):
            arrays["N_outgoing"] = stored(self.synapses.N_outgoing[self.synapses.i])
        if self._uses("N_incoming"):
            arrays["N_incoming"] = stored(self.synapses.N_incoming[self.synapses.j])
        if self._uses("delay"):
            times = np.broadcast_to(self.layout.times("pre"), (len(self.synapses),))
            arrays["delay"] = stored(in_steps(times, self.dt))

    def _all(self) -> dict[str, Address]:
        return {"_start": Address(self.key, "_start"), "_target": Address(self.key, "_target")}

    # sums and pathways -----------------------------------------------------------------------------------------------

    def _sum(self, definition: Any) -> None:
        of: Of = "pre" if definition.name.endswith("_pre") else "post"
        variable = definition.name.removesuffix("_pre").removesuffix("_post")
        target = Address(self.keys[of], variable)
        if target not in self.assembly.cleared:
            self.assembly.cleared.add(target)
            owner = replace(self.owners[of], index="_i", alias_of=None)
            lowered = lower_synapses.clear(owner, variable, f"clear {target}")
            self.assembly.launch(
                lowered,
                target.object,
                When("groups", -1, 0, self.period),
                {"own": target.object},
                scalars={"_n": Address(target.object, "_N")},
            )
        lowered = lower_synapses.gather(self.owners, definition, f"sum of {self.key} onto {target}")
        self._launch(lowered, When("groups", -1, 1, self.period), arrays=self._all())

    def _pathway(self, pathway: CheckedPathway) -> None:
        name, storage = pathway.name, self.storage
        source = self.keys[pathway.of]
        order = {"pre": -1, "post": 1}.get(name, 0) + self.synapses._order
        when = When("synapses", order, 1, self.period)
        start, delays = self._reach(pathway)
        size = (len(storage.arrays[start]) - 1) // (self.lanes if pathway.of == "pre" else 1)
        runs = {argument: Address(self.key, f"_{argument}_{name}") for argument in _RUNS}
        spikes = {"events": Address(source, "_spike_events"), "count": Address(source, "_spike_count")}
        if pathway.of == "post" and self.lanes > 1:  # each thread the spikes of its own targets
            spikes = {part: self.assembly.parts[address] for part, address in spikes.items()}
        begin = {"start": Address(self.key, start)}
        title = f"{name} of {self.key}"
        first = len(self.assembly.launches)
        if isinstance(delays, np.ndarray):
            capacity = self._queue_varied(name, size, delays)
            ring = {a: Address(self.key, f"_{a}_{name}") for a in ("ring_source", "ring_cursor", "ring_due", "tail")}
            lag = {"delay": Address(self.key, f"_delay_{name}")}
            head = {"head": Address(self.key, f"_head_{name}")}
            self._procedure("push_varied", when, {**spikes, **begin, **lag, **ring}, {}, f"spikes into {title}")
            self._procedure("due_varied", when, {**begin, **lag, **ring, **head, **runs}, {}, f"arrivals of {title}")
            self._room(f"_ring_source_{name}", name, size)
        elif delays == 0:
            capacity = size
            self._procedure("due_now", when, {**spikes, **begin, **runs}, {}, f"arrivals of {title}")
        else:
            capacity = size
            self._queue_uniform(name, size, int(delays))
            ring = {a: Address(self.key, f"_{a}_{name}") for a in ("ring", "ring_count")}
            tail, head = {"tail": Address(self.key, f"_tail_{name}")}, {"head": Address(self.key, f"_head_{name}")}
            lag = {"delay": Address(self.key, f"_delay_{name}")}
            self._procedure("push_uniform", when, {**spikes, **begin, **ring, **tail}, {}, f"spikes into {title}")
            self._procedure("due_uniform", when, {**begin, **ring, **head, **runs}, lag, f"arrivals of {title}")
            self._room(f"_ring_{name}", name, size)
        self._run_lists(name, capacity)
        ones = runs
        if pathway.of == "pre" and f"_permutation_{name}" in storage.arrays:
            ones = self._singles(name, runs, when, title)
        self._deliver(pathway, when, ones, f"_permutation_{name}", title)
        self._deliver_late(pathway, when, first)

    def _deliver(
        self, pathway: CheckedPathway, when: When, runs: Mapping[str, Address], permutation: str, title: str
    ) -> None:
        """Add the kernel that carries out a pathway's statements for runs of synapses."""
        arrays = {f"_{argument}": address for argument, address in runs.items()}
        if pathway.of == "post":
            arrays |= {"_permutation": Address(self.key, permutation), "_source": Address(self.key, "_source")}
        else:
            arrays["_target"] = Address(self.key, "_target")
        self._launch(lower_synapses.deliver(self.owners, pathway, title), when, arrays=arrays)

    def _deliver_late(self, pathway: CheckedPathway, when: When, first: int) -> None:
        """Add what was emitted before the last change of connections: a list of runs, each of one synapse.

        It acts ahead of what was emitted later, the launches from ``first`` on.
        """
        name, arrays, connections = pathway.name, self.storage.arrays, self.layout.connections
        late = self.layout.under_way.get(name)
        if late is None or late[0].max() < self.synapses._variables.next_step():
            return
        due, synapse = late[:, np.argsort(late[0], kind="stable")]
        place = connections.place()
        stored = synapse if place is None else place[synapse]
        ends = sources(connections.start) if pathway.of == "pre" else arrays["_target"]
        values = {"source": ends[stored].astype(np.int32), "begin": np.array(stored, np.int64)}
        if pathway.of == "post":  # which lie one after another here, so that each is found at its own place
            arrays[f"_late_permutation_{name}"] = values["begin"]
            values["begin"] = np.arange(len(stored))
        values["end"] = values["begin"] + 1
        most = int(np.unique(due, return_counts=True)[1].max())
        arrays[f"_late_step_{name}"] = np.ascontiguousarray(due)
        arrays[f"_late_runs_{name}"] = np.zeros(1, np.int64)
        self.storage.constants["_late_period"] = 0
        later = len(self.assembly.launches)
        title = f"{name} of {self.key}, emitted before connections changed"
        runs = {"runs": Address(self.key, f"_late_runs_{name}")}
        for part, value in values.items():
            arrays[f"_late_{part}_{name}"], arrays[f"_late_cursor_{part}_{name}"] = value, np.zeros(1, np.int64)
            arrays[f"_late_run_{part}_{name}"] = np.zeros(most, value.dtype)
            runs[f"run_{part}"] = Address(self.key, f"_late_run_{part}_{name}")
            given = {
                "spike_step": Address(self.key, f"_late_step_{name}"),
                "spike_index": Address(self.key, f"_late_{part}_{name}"),
                "cursor": Address(self.key, f"_late_cursor_{part}_{name}"),
                "events": runs[f"run_{part}"],
                "count": runs["runs"],
            }
            period = {"period": Address(self.key, "_late_period")}
            self._procedure("emit", when, given, period, f"{part} of arrivals: {title}")
        self._deliver(pathway, when, runs, f"_late_permutation_{name}", title)
        launches = self.assembly.launches
        launches[first:] = launches[later:] + launches[first:later]

    def _reach(self, pathway: CheckedPathway) -> tuple[str, int | NDArray[Any]]:
        """Return the array in which each spiking neuron's synapses begin, and the pathway's delay in steps."""
        name, arrays = pathway.name, self.storage.arrays
        reach = self.layout.reach(name)
        arrays.pop(f"_permutation_{name}", None)
        if reach.order is not None:
            arrays[f"_permutation_{name}"] = reach.order
        if pathway.of == "pre":
            return "_start", reach.delay
        start = f"_start_{name}" if isinstance(reach.delay, np.ndarray) else "_post_start"
        arrays[start] = reach.start
        return start, reach.delay

    def _singles(self, name: str, runs: dict[str, Address], when: When, title: str) -> dict[str, Address]:
        arrays = self.storage.arrays
        count = len(arrays["_target"]) + 1
        for argument, dtype in (("source", np.int32), ("begin", np.int64), ("end", np.int64)):
            arrays[f"_one_{argument}_{name}"] = np.zeros(count, dtype)
        arrays[f"_ones_{name}"] = np.zeros(1, np.int64)
        ones = {a: Address(self.key, f"_{a}_{name}") for a in ("one_source", "one_begin", "one_end", "ones")}
        permutation = {"permutation": Address(self.key, f"_permutation_{name}")}
        self._procedure("single", when, {**permutation, **runs, **ones}, {}, f"order of {title}")
        return {
            "run_source": ones["one_source"],
            "run_begin": ones["one_begin"],
            "run_end": ones["one_end"],
            "runs": ones["ones"],
        }

    def _queue_uniform(self, name: str, size: int, steps: int) -> None:
        self._sections(f"_ring_{name}", self._capacity(f"_ring_{name}", size), np.int32)
        self._ends(name)
        self._sections(f"_ring_count_{name}", max(COUNT, queue.power_of_two(steps + 1)), np.int64)
        self.storage.constants[f"_delay_{name}"] = steps

    def _queue_varied(self, name: str, size: int, delays: NDArray[Any]) -> int:
        self.storage.arrays[f"_delay_{name}"] = delays
        capacity = self._capacity(f"_ring_source_{name}", size)
        for part, dtype in (("source", np.int32), ("cursor", np.int64), ("due", np.int64)):
            self._sections(f"_ring_{part}_{name}", capacity, dtype)
        self._ends(name)
        return capacity

    def _capacity(self, ring: str, size: int) -> int:
        """Return the length of each thread's ring: as it is, with what is under way in it, or for some steps."""
        before = self.storage.arrays.get(ring)
        return queue.power_of_two(4 * size) if before is None else len(before) // self.lanes

    def _ends(self, name: str) -> None:
        for part in ("head", "tail"):
            self._sections(f"_{part}_{name}", 1 if self.lanes == 1 else COUNT, np.int64)

    def _run_lists(self, name: str, capacity: int) -> None:
        for argument, dtype in (("run_source", np.int32), ("run_begin", np.int64), ("run_end", np.int64)):
            self._sections(f"_{argument}_{name}", capacity, dtype)
        self._sections(f"_runs_{name}", 1 if self.lanes == 1 else COUNT, np.int64)

    def _room(self, ring: str, name: str, size: int) -> None:
        self.storage.constants[f"_most_{name}"] = size
        values, used, most, freed = (
            Address(self.key, v) for v in (ring, f"_tail_{name}", f"_most_{name}", f"_head_{name}")
        )
        self.assembly.guards.append(Guard(values, used, most, freed, self.period))

    def _launch(self, lowered: Any, when: When, **given: Any) -> None:
        self.assembly.launch(lowered, self.key, when, self.keys, **given)

    def _procedure(
        self, name: str, when: When, arrays: dict[str, Address], scalars: dict[str, Address], title: str
    ) -> None:
        self.assembly.procedure(name, self.key, when, arrays, scalars, title)


def counted(end: Any, of: Of, owner: Owner, storage: Storage) -> Owner:
    """Return an end's owner with the way in which texts count its neurons; what it takes goes into the storage."""
    part: NDArray[np.int64] | None = end._elements()
    storage.constants[f"_{of}_N"] = end.N
    if part is None:
        part = end._variables.place  # synapses are counted by creation, wherever they lie
    if part is None:
        return owner
    if len(part) and (np.diff(part) == 1).all():
        storage.constants[f"_{of}_offset"] = int(part[0])
        return replace(owner, ordinal="offset")
    table = np.zeros(end._variables.size, np.int64)
    table[part] = np.arange(len(part))
    storage.arrays[f"_{of}_index"] = table
    return replace(owner, ordinal="table", arrays={**owner.arrays, "_index": "count"})


def lengthen(storage: Storage, name: str, lanes: int) -> None:
    """Make the queues of a pathway longer where they may be too short for the next two steps; the spikes in them stay.

    The queues of all threads have one length.
    """
    arrays = storage.arrays
    parts = [part for part in ("ring", "ring_source", "ring_cursor", "ring_due") if f"_{part}_{name}" in arrays]
    if not parts:
        return
    head, tail = arrays[f"_head_{name}"], arrays[f"_tail_{name}"]
    most = int(storage.constants[f"_most_{name}"])
    made = longer([arrays[f"_{part}_{name}"] for part in parts], head, tail, most, lanes)
    if made is None:
        return
    for part, ring in zip(parts, made, strict=True):
        arrays[f"_{part}_{name}"] = ring
    if "ring" not in parts:  # as many runs as entries
        for argument, dtype in (("run_source", np.int32), ("run_begin", np.int64), ("run_end", np.int64)):
            arrays[f"_{argument}_{name}"] = np.zeros(len(made[0]), dtype)


def _indexes(index: NDArray[Any]) -> NDArray[Any]:
    """Return indexes in a type that adds to 64-bit integers without becoming real."""
    return index.astype(np.int64) if index.dtype == np.uint64 else index
