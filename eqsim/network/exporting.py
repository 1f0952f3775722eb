"""A network as a project that runs without eqsim: what of it goes along, and what is refused by name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from eqsim.checking.checked import Role, Type
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_table, unit_text
from eqsim.checking.vocabulary import time_unit
from eqsim.export import c
from eqsim.export.folder import fresh
from eqsim.export.project import Array, Column, FileNames, Project, Queue, Recorded, RecordKind, Settable
from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Address, Program
from eqsim.lowering.threads import written
from eqsim.network.arguments import check_path
from eqsim.network.capture import scalar
from eqsim.network.chunks import states
from eqsim.network.clocks import Clocks
from eqsim.network.driven_input import Input
from eqsim.network.event_monitor import EventMonitor, SpikeMonitor
from eqsim.network.labels import label
from eqsim.network.members import Members
from eqsim.network.neurons import NeuronGroup
from eqsim.network.operations import NetworkOperation
from eqsim.network.poisson_input import PoissonInput
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.variables import Variables
from eqsim.targets.target import Storage, Storages
from eqsim.text.errors import ArgumentError, NetworkError
from eqsim.text.nearest import nearest

_OWNER = "Network.export"
TARGETS = ("c", "numba", "cython", "cuda")
_OF_C = frozenset({"c", "cython"})  # targets that cannot call a function of Python
_MONITORS = (EventMonitor, StateMonitor, PopulationRateMonitor)
_AGAIN = "it is laid out at export: change it in eqsim and export again"
_UNUSED = "nothing that the program computes uses it"


def export(network: Any, folder: str | os.PathLike[str], target: str) -> None:
    """Write a network as a project for a target into a folder; all of it or, where something does not fit, nothing."""
    check_path(folder, "folder", _OWNER)
    made = project(network, target)
    with fresh(Path(folder)) as place:
        if target == "c":
            c.write(made, place)
        else:
            from eqsim.export import python  # noqa: PLC0415 - Numba is imported by those who use it

            python.write(made, place, target)


def project(network: Any, target: str) -> Project:
    """Return a network as a project for a target.

    Raises EqsimError for what is no target, and for objects that cannot be exported to it, by name.
    """
    _check_target(target)
    members: Members = network._objects
    _refuse_members(members)
    network._at_rest("export")
    assembly = network._assembled()
    program, storages = assembly.program({}), dict(assembly.storages)
    _refuse_functions(program, target)
    if target == "cuda" and program.lanes.count > 1:
        what, found = "a network is laid out for one device or for several threads", f"{program.lanes.count} threads"
        raise NetworkError(what, owner=_OWNER, found=found, hint="make it with Network(…, threads=1)")
    names = FileNames()
    used = _addresses(program)
    monitors = {name: thing for name, thing in members.items() if isinstance(thing, _MONITORS)}
    records = tuple(
        replace(_recorded(name, thing, network._clocks, names), elements=thing._source.N)
        for name, thing in monitors.items()
    )
    settables, fixed = _settables(members, program, storages, used)
    numbers = {name: number for number, name in enumerate(members)}
    return Project(
        title=_title(members),
        program=program,
        storages=storages,
        dt=network._clocks.base,
        unitless=network._is_unitless(),
        step=network._step,
        arrays=(*_arrays(program, storages, records, names), *_tables(records, members, names)),
        streams=MappingProxyType({a: numbers[a.object] for a in _streams(program) if _draws(members, a)}),
        records=records,
        settables=tuple(settables),
        fixed=MappingProxyType(fixed),
        queues=tuple(_queues(members, storages)),
        finite=tuple(a for a in states(members) if a in used) if network._check_finite else (),
        texts=MappingProxyType({name: text for name, thing in members.items() if (text := _text(thing))}),
    )


# what is refused -----------------------------------------------------------------------------------------------------


def _check_target(target: object) -> None:
    if not isinstance(target, str) or target not in TARGETS:
        near = nearest(target, TARGETS) if isinstance(target, str) else None
        hint = (f"did you mean {near!r}? " if near else "") + f"targets are {', '.join(map(repr, TARGETS))}"
        raise ArgumentError("there is no such target of an export", owner=_OWNER, found=repr(target), hint=hint)


def _refuse_members(members: Members) -> None:
    """Raise NetworkError for the first object that calls Python or writes a file of its own."""
    for name, thing in members.items():
        who = label(type(thing).__name__, name)
        if isinstance(thing, NetworkOperation):
            what = "a Python operation cannot be exported"
            raise NetworkError(what, owner=who, hint="write it as statements with run_regularly, or leave it out")
        if isinstance(thing, Input) and thing._function is not None:
            what, hint = "a Python function cannot be exported", "give the input as a text of t, or as a TimedArray"
            raise NetworkError(what, owner=who, hint=hint)
        if thing.__dict__.get("_file") is not None:
            hint = "leave out file=: an exported program keeps no records in memory, it writes them to its own files"
            raise NetworkError("a monitor with a file of its own cannot be exported", owner=who, hint=hint)


def _refuse_functions(program: Program, target: str) -> None:
    """Raise NetworkError for the first function of Python that a target cannot call."""
    for launch in program.launches:
        functions = launch.call.functions if isinstance(launch.call, Kernel) else {}
        for called in (called for called, one in functions.items() if target in _OF_C and not one.c):
            name = called.split("_", 3)[3]  # after _function_ and whose it is
            raise NetworkError(
                f"a Python function has no equivalent in C, and {launch.object!r} calls this one",
                owner=f"function {name!r}",
                hint="give es.function its equivalent, c=…; or export to target='numba'",
            )


# arrays --------------------------------------------------------------------------------------------------------------


def _addresses(program: Program) -> dict[Address, None]:
    """Return all arrays that a program reads or writes, in order of first use."""
    found: dict[Address, None] = {}
    for launch in program.launches:
        found |= dict.fromkeys(launch.arrays.values())
    for guard in program.guards:
        found |= dict.fromkeys(a for a in (guard.values, guard.used, guard.freed) if a is not None)
    return found | dict.fromkeys(program.stops)


def _arrays(program: Program, storages: Storages, records: tuple[Recorded, ...], names: FileNames) -> Iterator[Array]:
    lists = {column.values for record in records for column in record.columns}
    counts = {column.used for record in records for column in record.columns}
    changed = {address for launch in program.launches for address in written(launch)}
    memory: dict[tuple[int, int], Address] = {}
    for address in _addresses(program):
        values = storages[address.object].arrays[address.variable]
        if address in lists:
            yield Array(address, "", values, written=True, record=True)
            continue
        if address in counts:
            yield Array(address, names.free(str(address)), np.zeros_like(values), written=True)
            continue
        first = memory.setdefault((values.ctypes.data, values.nbytes), address) if values.nbytes else address
        if first == address:
            yield Array(address, names.free(str(address)), values, address in changed)
        else:
            yield Array(address, "", values, address in changed, view_of=first)


def _streams(program: Program) -> dict[Address, None]:
    """Return the constants that say where random numbers come from."""
    kernels = {launch.stream: None for launch in program.launches if launch.stream is not None}
    given = (address for launch in program.launches for address in launch.scalars.values())
    return kernels | {address: None for address in given if address.variable == "_stream"}


def _draws(members: Members, address: Address) -> bool:
    return isinstance(members[address.object].__dict__.get("_variables"), Variables)


def _queues(members: Members, storages: Storages) -> Iterator[Queue]:
    for name, thing in members.items():
        for pathway in thing._layout.delays if isinstance(thing, Synapses) else ():
            storage: Storage = storages[name]
            parts = ("ring", "ring_source", "ring_cursor", "ring_due")
            rings = tuple(Address(name, f"_{p}_{pathway}") for p in parts if f"_{p}_{pathway}" in storage.arrays)
            if rings:
                runs = ("run_source", "run_begin", "run_end") if len(rings) > 1 else ()
                yield Queue(
                    f"{name}.{pathway}",
                    rings,
                    Address(name, f"_head_{pathway}"),
                    Address(name, f"_tail_{pathway}"),
                    int(storage.constants[f"_most_{pathway}"]),
                    tuple(Address(name, f"_{run}_{pathway}") for run in runs),
                )


# records -------------------------------------------------------------------------------------------------------------


def _recorded(name: str, monitor: Any, clocks: Clocks, names: FileNames) -> Recorded:
    held: Variables = monitor._source._variables
    unitless, dt, period = held.system.unitless, clocks.steps[name], clocks.periods[name]
    time, part = time_unit(unitless), monitor._source._elements()

    def column(name_of: str, kind: Any, unit: Unit, listed: str | None = None, type_: Type = "real") -> Column:
        values, used = (
            (Address(name, f"_record_{listed}"), Address(name, f"_record_{listed}_count")) if listed else (None, None)
        )
        return Column(name_of, names.free(f"{name}.{name_of}"), kind, unit_text(unit), type_, values, used)

    def values() -> list[Column]:
        symbols = held.symbols
        return [column(v, "value", held.unit(v), v, symbols[v].type) for v in monitor._variables]

    if isinstance(monitor, PopulationRateMonitor):
        frequency, factor = Unit() if unitless else unit_table()["Hz"], dt * 10.0 ** float(time.scale)
        rates = column("t", "clock", time), column("rate", "rate", frequency, "count")
        return Recorded(name, "rates", rates, period, dt, size=monitor._source.N, factor=factor)
    if isinstance(monitor, StateMonitor):
        rows = np.array(monitor._record, np.int64)
        columns = column("t", "clock", time), *values()
        return Recorded(name, "states", columns, period, dt, len(rows), len(rows), monitor._source.N, indices=rows)
    assert isinstance(monitor, EventMonitor)
    kind: RecordKind = "spikes" if isinstance(monitor, SpikeMonitor) else "events"
    if not monitor._keep:
        members, counts = None if part is None else Address(name, "_members"), names.free(f"{name}.count")
        counted = Address(name, "_counted")
        return Recorded(name, kind, (), period, dt, size=held.size, counted=counted, members=members, counts=counts)
    events = column("i", "index", Unit(), "i", "integer"), column("t", "time", time, "step"), *values()
    within = None if part is None else Address(name, "_within")
    return Recorded(name, kind, events, period, dt, 1, held.size, held.size, within=within)


def _tables(records: tuple[Recorded, ...], members: Members, names: FileNames) -> Iterator[Array]:
    """Yield what turns indexes of a group into those of a part, for monitors of parts."""
    for record in records:
        part = members[record.name]._source._elements()
        if record.within is not None:
            table = np.zeros(record.size, np.int64)
            table[part] = np.arange(len(part))
            yield Array(record.within, names.free(str(record.within)), table, written=False)
        if record.members is not None:
            yield Array(record.members, names.free(str(record.members)), np.array(part, np.int64), written=False)


# what may be set -----------------------------------------------------------------------------------------------------


def _settables(
    members: Members, program: Program, storages: Storages, used: Mapping[Address, None]
) -> tuple[list[Settable], dict[str, str]]:
    """Return what may be set, and why the rest may not."""
    constants = {a for launch in program.launches for a in launch.scalars.values()}
    found: list[Settable] = []
    fixed: dict[str, str] = {}
    for name, thing in members.items():
        held = thing.__dict__.get("_variables")
        if not isinstance(held, Variables):
            continue
        for variable, symbol in held.symbols.items():
            if symbol.of != "own" or symbol.role not in {Role.PARAMETER, Role.STATE} or variable not in held.symbols:
                continue
            if variable in held.linkable:
                fixed[f"{name}.{variable}"] = "it is linked: set the variable that it is linked to"
            elif Address(name, variable) not in used:
                fixed[f"{name}.{variable}"] = _UNUSED
            else:
                found.append(_variable(name, variable, held, storages[name]))
        for variable, symbol in held.captured.items():
            if variable not in held.namespace or not scalar(held.namespace[variable]):
                continue
            path, address = f"{name}.{variable.removeprefix('_')}", Address(name, variable)
            if isinstance(thing, PoissonInput) and variable == "_rate":
                fixed[path] = _AGAIN
            elif address not in constants:
                fixed[path] = _UNUSED
            else:
                value, unit = float(storages[name].constants[variable]), symbol.unit
                about = "a captured value" if not variable.startswith("_") else "an argument"
                given = unit_text(unit), unit.exponents, Fraction(unit.scale), symbol.type, value, about
                found.append(Settable(path, address, "constant", 1, *given))
        for pathway in thing._layout.delays if isinstance(thing, Synapses) else ():
            fixed[f"{name}.{pathway}.delay"] = _AGAIN
            fixed |= {f"{name}.delay": _AGAIN} if pathway == "pre" else {}
    return found, fixed


def _variable(name: str, variable: str, held: Variables, storage: Storage) -> Settable:
    symbol, shared = held.symbols[variable], held.is_shared(variable)
    size = 1 if shared else held.size
    values = storage.arrays[variable][:size]
    value = float(values[0]) if size and (values == values[0]).all() else None
    parameter = symbol.role is Role.PARAMETER
    about = ("a parameter" if parameter else "the initial value of a state") + (", shared by all" if shared else "")
    unit, address = symbol.unit, Address(name, variable)
    given = unit_text(unit), unit.exponents, Fraction(unit.scale), symbol.type, value, about
    return Settable(f"{name}.{variable}", address, "array", size, *given)


# words ---------------------------------------------------------------------------------------------------------------


def _title(members: Members) -> str:
    neurons = sum(thing.N for thing in members.values() if isinstance(thing, NeuronGroup))
    synapses = sum(len(thing) for thing in members.values() if isinstance(thing, Synapses))
    return f"a network of {neurons} neurons and {synapses} synapses"


def _text(thing: Any) -> str:
    """Return an object's model as it was written: its equations, and its other texts after their names."""
    checked = thing.__dict__.get("_checked")
    if checked is None:
        return ""
    parts = [] if checked.source is None else [checked.source.text.strip("\n")]
    parts += [f"threshold: {checked.threshold}"] if checked.threshold is not None else []
    parts += [f"event {event.name}: {event.condition}" for event in checked.events]
    parts += [f"reset: {checked.reset.source.text.strip()}"] if checked.reset is not None else []
    parts += [f"refractory: {_spoken(str(checked.refractory), thing)}"] if checked.refractory is not None else []
    parts += [f"on {pathway.name}: {pathway.code.source.text.strip()}" for pathway in checked.pathways]
    return "\n".join(part for part in parts if part.strip())


def _spoken(text: str, thing: Any) -> str:
    """Return a text or, where it is the name that an argument has within the object, its value."""
    return str(thing._variables.namespace.get(text, text) if text.startswith("_") else text)
