"""What monitors record, in a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from eqsim.analysis.system import System, Traits
from eqsim.lowering import inputs as lower_inputs
from eqsim.lowering.binding import Owner
from eqsim.lowering.kernel import Entry, identifier
from eqsim.lowering.program import Address, Guard, When
from eqsim.lowering.record import record_events, record_states
from eqsim.network.assemble import Assembly, listed, neuron_owner
from eqsim.network.event_monitor import EventMonitor
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.variables import Variables
from eqsim.targets.target import Storage

_NO_SYSTEM = System("", (), (), MappingProxyType({}), Traits(True, True, False, "none"))


def add_state_monitor(assembly: Assembly, monitor: StateMonitor) -> None:
    """Add the recording of variables."""
    key, source = assembly.key(monitor), assembly.key(monitor._source._variables)
    owner = neuron_owner(monitor._source)
    storage = monitor._storage
    assembly.storages[key] = storage
    variables: Variables = monitor._source._variables
    part = monitor._source._elements()
    chosen = monitor._record if part is None else part[monitor._record]
    chosen = chosen if variables.place is None else variables.place[chosen]
    storage.arrays["_events"] = chosen.astype(np.int32)
    storage.arrays["_count"] = np.array([len(chosen)])
    storage.constants |= {"dt": assembly.steps[key], "_most": len(chosen), "_stream": 0}
    lowered = record_states({"own": owner}, monitor._variables, f"record {', '.join(monitor._variables)} of {source}")
    records = _records(key, monitor._variables)
    arrays = {**records, "_events": Address(key, "_events"), "_count": Address(key, "_count")}
    period = assembly.periods[key]
    when = When(monitor._when, monitor._order, 2, period)
    assembly.launch(lowered, source, when, {"own": source}, arrays, of=key)
    _as_dtype(storage, monitor._variables, variables, assembly.dtype)
    for variable in monitor._variables:
        _guard(assembly, key, f"_record_{variable}", Address(key, "_most"), period)


def add_event_monitor(assembly: Assembly, monitor: EventMonitor) -> None:
    """Add the recording of events."""
    key, source = assembly.key(monitor), assembly.key(monitor._source._variables)
    storage = monitor._storage
    assembly.storages[key] = storage
    held: Variables = monitor._source._variables
    owner = neuron_owner(monitor._source)
    part = monitor._source._elements()
    entries: dict[str, Entry] = {**owner.arrays, "_member": "flag", "_counted": "count"}
    owner = replace(owner, arrays=entries)
    if part is not None:
        storage.arrays["_member"] = np.zeros((held.size + 7) // 8 * 8, np.uint8)
        storage.arrays["_member"][part] = 1
    storage.constants |= {"dt": assembly.steps[key], "_most": held.size, "_stream": 0}
    title = f"record {monitor._event}s of {source}"
    lowered = record_events(owner, monitor._variables, title, member=part is not None, keep=monitor._keep)
    series = tuple(monitor._series)
    records = _records(key, series)
    own = {f"_own_{name}": Address(key, name) for name in ("_member", "_counted") if name in storage.arrays}
    arrays = {**records, **own, **listed(source, monitor._event)}
    when = When(monitor._when, monitor._order, 1, assembly.periods[key])
    assembly.launch(lowered, source, when, {"own": source}, arrays, of=key)
    _as_dtype(storage, monitor._variables, held, assembly.dtype)
    for name in series:
        _guard(assembly, key, f"_record_{name}", Address(key, "_most"), assembly.periods[key])


def add_population_rate(assembly: Assembly, monitor: PopulationRateMonitor) -> None:
    """Add the counting of spikes in each step."""
    key, source = assembly.key(monitor), assembly.key(monitor._source._variables)
    storage, held = monitor._storage, monitor._source._variables
    assembly.storages[key] = storage
    storage.constants |= {"dt": assembly.steps[key], "_most": 1, "_stream": 0}
    owner = Owner(_NO_SYSTEM, {"_member": "flag", "_found": "count", "_spike_count": "count"}, shared=frozenset())
    part, period = monitor._source._elements(), assembly.periods[key]
    when, title = When("end", 0, 0, period), f"rate of {source}"
    arrays = {name: Address(key, name) for name in ("_record_count", "_record_count_count")}
    if part is None:
        lowered = lower_inputs.record_count(owner, "_spike_count", title, clear=False)
        assembly.launch(lowered, source, when, {"own": source}, arrays, of=key)
    else:
        storage.arrays["_member"] = np.zeros((held.size + 7) // 8 * 8, np.uint8)
        storage.arrays["_member"][part] = 1
        storage.arrays["_found"] = np.zeros(1, np.int64)
        counting = lower_inputs.count_spikes(owner, f"spikes of a part of {source}")
        assembly.launch(counting, key, when, {"own": key}, listed(source, "spike"))
        lowered = lower_inputs.record_count(owner, "_found", title, clear=True)
        assembly.launch(lowered, key, when, {"own": key}, arrays)
    _guard(assembly, key, "_record_count", Address(key, "_most"), period)


def _records(key: str, variables: Sequence[str]) -> dict[str, Address]:
    """Return where a kernel's lists of records, and their lengths, are kept."""
    ends = ("", "_count")
    return {identifier(f"_record_{v}") + end: Address(key, f"_record_{v}{end}") for v in variables for end in ends}


def _as_dtype(storage: Storage, recorded: Sequence[str], variables: Variables, dtype: str) -> None:
    for variable in recorded:
        name = f"_record_{variable}"
        if variables.symbols[variable].type == "real" and storage.arrays[name].dtype != dtype:
            storage.arrays[name] = storage.arrays[name].astype(dtype)


def _guard(assembly: Assembly, key: str, name: str, most: Address, period: int) -> None:
    assembly.guards.append(Guard(Address(key, name), Address(key, f"{name}_count"), most, None, period))
