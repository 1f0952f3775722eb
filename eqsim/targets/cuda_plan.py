"""From a program to the launches of one step on a device: which kernel, with what, on how many threads."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.connectivity.order import sources, transpose
from eqsim.lowering.kernel import Kernel, Load, touches
from eqsim.lowering.program import Address, Launch, Program
from eqsim.targets import cache
from eqsim.targets import cuda_procedures as procedures
from eqsim.targets.cuda_calls import Argument, Call, Machine, Own, Scalar, Schedule
from eqsim.targets.cuda_render import arguments, end_arguments, function_source, kernel_source, turn_source
from eqsim.targets.render import SourceCode
from eqsim.targets.spread import Spread, spread
from eqsim.targets.target import Storages
from eqsim.text.errors import EqsimWarning

_MANY = 1000  # elements, from which on one thread of a device takes too long to go without a word
_QUEUES = frozenset({"push_uniform", "due_uniform", "push_varied", "due_varied"})
# arguments that are made when a network is built and replaced, never written to, when it changes
_STRUCTURE = frozenset({"_start", "_target", "_source", "_permutation", "start", "delay", "permutation"})


def _load(source: SourceCode, function: str) -> Any:
    """Return a function of a module, kept in the cache."""
    cache.keep(source.module, source.text)
    return getattr(cache.load(source.module), function)


@dataclass
class Plan:
    """The launches of a step in order, and what they work on."""

    program: Program
    storages: Storages
    context: str
    machine: Machine
    fast: bool
    calls: list[Call] = field(default_factory=list)
    own: dict[str, NDArray[Any]] = field(default_factory=dict)  # what the run's own arrays begin with
    structure: set[Address] = field(default_factory=set)
    written: set[Address] = field(default_factory=set)
    queues: set[Address] = field(default_factory=set)
    singles: dict[Address, Launch] = field(default_factory=dict)  # runs over a permutation, by the count of their ones
    emitted: set[Address] = field(default_factory=set)  # counts of what is taken from lists of times
    load: Callable[[SourceCode, str], Any] = _load

    @property
    def schedule(self) -> Schedule:
        """What a run of it must know."""
        records = {
            launch.arrays[name]: launch.arrays[f"{name}_count"]
            for launch in self.program.launches
            if isinstance(launch.call, Kernel)
            for name in launch.call.lists
        }
        ends = [a for guard in self.program.guards for a in (guard.used, guard.freed) if a is not None]
        watched = tuple(dict.fromkeys((*ends, *records.values(), *self.program.stops)))
        given = frozenset(self.structure), frozenset(self.written), frozenset(self.queues)
        return Schedule(tuple(self.calls), self.own, *given, records, watched, self.machine)

    def array(self, address: Address) -> NDArray[Any]:
        """Return an array as the host has it."""
        return self.storages[address.object].arrays[address.variable]

    def add(self, function: Any, given: tuple[Argument, ...], grid: tuple[int, int], launch: Launch | None) -> None:
        """Add a launch; what every kernel takes first is put before its arguments."""
        period = launch.when.period if launch is not None else 1
        self.calls.append(Call(function, (Own("now"), Own("halt"), period, *given), *grid, launch))


def plan(
    program: Program,
    storages: Storages,
    context: str,
    machine: Machine,
    *,
    fast: bool,
    load: Callable[[SourceCode, str], Any] = _load,
) -> Plan:
    """Return the launches of a step; kernels are rendered, not compiled. ``load`` makes functions of their sources."""
    made = Plan(program, storages, context, machine, fast, load=load)
    made.own |= {"now": np.zeros(1, np.int64), "halt": np.zeros(1, np.int64), "nothing": np.zeros(1, np.int64)}
    for launch in program.launches:
        if isinstance(launch.call, Kernel):
            _kernel(made, launch)
        else:
            _procedure(made, launch)
    _turn(made)
    return made


# kernels -----------------------------------------------------------------------------------------------------------


def _kernel(made: Plan, launch: Launch) -> None:
    assert isinstance(launch.call, Kernel)
    single = made.singles.get(launch.arrays.get("_runs", Address("", "")))
    given: dict[str, Argument] = dict(launch.arrays)
    if single is not None:
        order = ("run_source", "run_begin", "run_end", "runs", "permutation")
        given |= {f"_{name}": single.arrays[name] for name in order}
    permuted = "_permutation" in given
    twice = launch.arrays.get("_runs") in made.emitted
    for function in launch.call.functions.values():
        made.load(function_source(function.python, made.context), "value")
    _note(made, launch, given)
    for one in spread(launch.call, fast=made.fast, twice=twice):
        kernel = one.kernel
        if one.way == "alone" and not twice:
            _warn(made, launch, given)
        values = given | _reserved(launch, made.program.dtype)
        if one.way == "owned":
            values |= _owned(made, one, values, permuted=permuted)
        source = kernel_source(one, made.program.dtype, made.context, permuted=permuted)
        names = arguments(one, permuted=permuted)[3:]
        if one.way == "owned" and kernel.domain != "synapses":
            _link(made, launch, one, values, permuted=permuted)
        made.add(
            made.load(source, kernel.name), tuple(values[name] for name in names), _grid(made, one, values), launch
        )
        if one.way == "apart" and one.lists:
            ends = tuple(values[name] for name in end_arguments(kernel, one.lists)[3:])
            made.add(made.load(source, f"{kernel.name}_end"), ends, (1, 1), launch)


def _warn(made: Plan, launch: Launch, given: Mapping[str, Argument]) -> None:
    """Warn of what a single thread has to carry out for many elements."""
    lists = [given[name] for name in ("_events", "_target", "_source") if name in given]
    size = max([len(made.array(_address(values))) for values in lists], default=0)
    if "_n" in launch.scalars:
        number = launch.scalars["_n"]
        size = int(made.storages[number.object].constants[number.variable])
    if size > _MANY:
        text = f"{launch.title or launch.object}: a single thread carries this out, for up to {size} elements"
        hint = "what it writes at one end of a synapse, or to a shared variable, it also reads elsewhere"
        warnings.warn(f"{text} ({hint}; target='numba' may be faster)", EqsimWarning, stacklevel=2)


def _reserved(launch: Launch, dtype: str) -> dict[str, Argument]:
    """Return the scalar arguments of a kernel."""
    assert isinstance(launch.call, Kernel)
    values: dict[str, Argument] = {"_dt": Scalar(launch.clock, "float64")}
    values["_stream"] = Scalar(launch.stream, "uint64") if launch.stream is not None else 0
    for name, address in launch.scalars.items():
        real = launch.call.scalars.get(name, "integer") == "real"
        values[name] = (
            Scalar(address, "float32" if dtype == "float32" else "float64") if real else Scalar(address, "int64")
        )
    return values


def _note(made: Plan, launch: Launch, given: Mapping[str, Argument]) -> None:
    """Note what a kernel writes, and which of its arrays belong to the structure of a network."""
    assert isinstance(launch.call, Kernel)
    stored = {touch.array for touch in touches(launch.call.body) if not isinstance(touch, Load)}
    lists = {*launch.call.lists, *(f"{name}_count" for name in launch.call.lists)}
    made.written |= {address for name, address in launch.arrays.items() if name in stored | lists}
    made.structure |= {a for name, a in given.items() if name in _STRUCTURE and isinstance(a, Address)}


def _grid(made: Plan, one: Spread, values: Mapping[str, Argument]) -> tuple[int, int]:
    machine, domain = made.machine, one.kernel.domain

    def length(name: str) -> int:
        argument = values[name]
        if isinstance(argument, Own):
            return len(made.own[argument.name])
        assert isinstance(argument, Address)
        return len(made.array(argument))

    if one.way == "alone":
        return 1, 1
    if one.way == "picked":
        return 1, machine.threads  # few enough for a kernel that takes all registers a thread may have
    if one.way == "owned":
        rows = "_heads" if domain != "synapses" else "_onto" if one.owner == "_j" else "_start"
        return machine.over(length(rows))
    if domain == "each":
        size = values["_n"]
        assert isinstance(size, Scalar)
        return machine.over(int(made.storages[size.address.object].constants[size.address.variable]))
    if domain == "listed":
        return machine.over_some(length("_events"))
    return machine.over_rows(length("_start") if domain == "synapses" else length("_run_source"))


def _owned(made: Plan, one: Spread, values: Mapping[str, Argument], *, permuted: bool) -> dict[str, Argument]:
    """Return the arrays by which each neuron finds the synapses of its own, and make them."""
    kernel = one.kernel
    if kernel.domain == "synapses":
        if one.owner == "_i":
            return {}
        start, target = (made.array(_address(values[name])) for name in ("_start", "_target"))
        key = f"{_address(values['_target'])}"
        size = int(target.max()) + 1 if len(target) else 0
        made.own[f"onto {key}"], made.own[f"order {key}"] = transpose(target, size)
        made.own[f"source {key}"] = sources(start)
        return {"_onto": Own(f"onto {key}"), "_order": Own(f"order {key}"), "_source": Own(f"source {key}")}
    written = {t.array for t in touches(kernel.body) if not isinstance(t, Load) and t.index == one.owner}
    neurons = max(len(made.array(_address(values[name]))) for name in written)
    synapses = len(made.array(_address(values["_target" if kernel.domain == "arrivals" else "_source"])))
    places = len(made.array(_address(values["_permutation"]))) if permuted else synapses
    whole = np.int32 if places < 1 << 31 else np.int64
    made.own[f"heads {neurons} {whole.__name__}"] = np.full(neurons, -1, whole)
    made.own[f"following {places}"] = np.zeros(places, whole)
    made.own[f"run_of {places}"] = np.zeros(places, np.int32)
    names = {"_heads": f"heads {neurons} {whole.__name__}", "_following": f"following {places}"}
    return {name: Own(own) for name, own in {**names, "_run_of": f"run_of {places}"}.items()}


def _link(made: Plan, launch: Launch, one: Spread, values: Mapping[str, Argument], *, permuted: bool) -> None:
    """Add the kernel that gives each neuron the list of its arrivals."""
    forward = one.kernel.domain == "arrivals"
    by_run = one.owner == ("_i" if forward else "_j")
    given = tuple(values[name] for name in ("_run_source", "_run_begin", "_run_end", "_runs"))
    given += (int(permuted), values["_permutation"] if permuted else Own("nothing"))
    given += (int(by_run), values["_target" if forward else "_source"])
    given += tuple(values[name] for name in ("_heads", "_following", "_run_of"))
    rows = len(made.array(_address(values["_run_source"])))
    made.add(procedures.link, given, made.machine.over_rows(rows), launch)


def _address(argument: Argument) -> Address:
    assert isinstance(argument, Address)
    return argument


# procedures --------------------------------------------------------------------------------------------------------


def _procedure(made: Plan, launch: Launch) -> None:
    name = str(launch.call)
    if name == "single":  # kernels over its runs find the order themselves
        made.singles[launch.arrays["ones"]] = launch
        return
    adders: Mapping[str, Callable[[Plan, Launch], None]] = {
        "compress": _compress, "emit": _emit, "due_now": _due_now, "push_uniform": _in_one_block,
        "due_uniform": _in_one_block, "push_varied": _in_one_block, "due_varied": _due_varied,
        "draw_counts": _draw, "draw_spikes": _draw,
    }  # fmt: skip
    adders[name](made, launch)
    made.structure |= {address for argument, address in launch.arrays.items() if argument in _STRUCTURE}
    made.written |= {a for argument, a in launch.arrays.items() if argument not in {"words", *_READ}}
    if name in _QUEUES:
        read = {"events", "count", "start", "delay"}
        made.queues |= {address for argument, address in launch.arrays.items() if argument not in read}


_READ = frozenset({"start", "delay", "permutation", "marks", "bounds", "factor", "rates", "spike_step", "spike_index"})


def _given(launch: Launch, function: Any) -> tuple[Argument, ...]:
    """Return the arguments of a procedure behind those that every kernel takes, as its parameters are named."""
    code = function.py_func.__code__
    named: dict[str, Argument] = dict(launch.arrays)
    for name, address in launch.scalars.items():
        named["again" if name == "period" else name] = Scalar(address, "uint64" if name == "stream" else "int64")
    named |= {"found": Own("found"), "oldest_left": Own("oldest_left")}
    return tuple(named[name] for name in code.co_varnames[3 : code.co_argcount])


def _compress(made: Plan, launch: Launch) -> None:
    flags = len(made.array(launch.arrays["flags"]))
    grid = made.machine.over_some(-(-flags // 8))  # so that a block has several tiles to itself
    _counted(made, launch, procedures.count_flags, procedures.compress, grid)


def _due_varied(made: Plan, launch: Launch) -> None:
    made.own["oldest_left"] = np.full(1, procedures.FAR)
    entries = len(made.array(launch.arrays["ring_source"]))
    _counted(made, launch, procedures.count_due, procedures.due_varied, made.machine.over_some(-(-entries // 8)))
    made.add(procedures.forget, _given(launch, procedures.forget), (1, 1), launch)


def _counted(made: Plan, launch: Launch, count: Any, write: Any, grid: tuple[int, int]) -> None:
    """Add a procedure in which blocks write one behind the other, and before it the one that counts for them."""
    made.own["found"] = np.zeros(max(grid[0], len(made.own.get("found", ()))), np.int64)
    if grid[0] > 1:
        made.add(count, _given(launch, count), grid, launch)
    made.add(write, _given(launch, write), grid, launch)


def _emit(made: Plan, launch: Launch) -> None:
    made.emitted.add(launch.arrays["count"])
    _in_one_block(made, launch)


def _in_one_block(made: Plan, launch: Launch) -> None:
    function = getattr(procedures, str(launch.call))
    made.add(function, _given(launch, function), (1, made.machine.single), launch)


def _due_now(made: Plan, launch: Launch) -> None:
    grid = made.machine.over_some(len(made.array(launch.arrays["events"])))
    made.add(procedures.due_now, _given(launch, procedures.due_now), grid, launch)


def _draw(made: Plan, launch: Launch) -> None:
    function = getattr(procedures, str(launch.call))
    size = len(made.array(launch.arrays["drawn" if launch.call == "draw_counts" else "rates"]))
    made.add(function, _given(launch, function), made.machine.over(size), launch)


# the end of a step -------------------------------------------------------------------------------------------------


def _turn(made: Plan) -> None:
    program, names, given = made.program, dict[Argument, str](), list[Argument]()

    def named(argument: Argument) -> str:
        if argument not in names:
            names[argument] = f"a{len(names)}"
            given.append(argument)
        return names[argument]

    guards = []
    for guard in program.guards:
        used = f"{named(guard.used)}[0]" + (f" - {named(guard.freed)}[0]" if guard.freed is not None else "")
        test = f"{used} + {named(Scalar(guard.most, 'int64'))} > {named(guard.values)}.shape[0]"
        guards.append({"test": test, "path": guard.values.variable})
    stops = [named(address) for address in program.stops]
    source = turn_source({"guards": guards, "stops": stops, "arguments": list(names.values())}, made.context)
    function = made.load(source, "turn")
    made.calls.append(Call(function, (Own("now"), Own("halt"), 1, *given), 1, 1))
