"""The objects of one simulation, held explicitly, and their run."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import numpy as np

from eqsim.checking.vocabulary import time_unit
from eqsim.lowering.program import Program
from eqsim.network import assemble
from eqsim.network.event_monitor import EventMonitor
from eqsim.network.inputs import SourcePart, SpikeGeneratorGroup
from eqsim.network.labels import free_name, label
from eqsim.network.neurons import NeuronGroup, Subgroup
from eqsim.network.pathways import grow
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.variables import Variables
from eqsim.random import stream_of
from eqsim.runtime.clock import grid, whole_steps
from eqsim.runtime.run import advance, interruptible
from eqsim.targets.find import target_named
from eqsim.targets.target import Run, Storage
from eqsim.text.errors import ArgumentError, NetworkError, NumericalError
from eqsim.units import has_unit, magnitude, with_unit

_KINDS = (NeuronGroup, SpikeGeneratorGroup, Synapses, StateMonitor, EventMonitor)
_BEFORE_EVER = 1e7  # milliseconds: lastspike of a neuron that never spiked is -10^4 s
_ROOM = 1 << 22  # entries that a record is given at once at most


class Network:
    """The objects of one simulation.

    Parameters
    ----------
    *objects
        Groups, synapses and monitors, or lists of them. An object belongs to one network at a time.
    dt
        The time step: 0.1 ms by default; a number, which must be given, where the models have no units.
    seed
        Makes the run's random numbers depend on it instead of the objects' own seeds.
    dtype
        ``'float64'`` or ``'float32'``: the type in which models count.
    target
        ``'numba'`` or ``'numpy'``; the environment variable ``EQSIM_TARGET`` sets the default.
    threads
        How many threads may work; 0 lets eqsim choose.

    Raises
    ------
    NetworkError
        For objects that do not belong together.

    """

    def __init__(
        self,
        *objects: Any,
        dt: Any = None,
        seed: int | None = None,
        dtype: str = "float64",
        target: str | None = None,
        threads: int = 0,
    ) -> None:
        if dtype not in {"float64", "float32"}:
            raise ArgumentError(f"dtype is 'float64' or 'float32', not {dtype!r}", owner="Network")
        self._target = target_named(target or os.environ.get("EQSIM_TARGET") or "numba")
        if threads < 0:
            raise ArgumentError("threads must be at least 0", owner="Network")
        self._dt, self._seed, self._dtype, self._threads = dt, seed, dtype, threads
        self._objects: dict[str, Any] = {}
        self._step = 0
        self._base: float | None = None
        self._built: tuple[Any, Program, dict[str, Storage], Run] | None = None
        self._seconds: dict[str, float] = {}
        self._stop = False
        self.add(*objects)

    # what is in it ---------------------------------------------------------------------------------------------------

    def add(self, *objects: Any) -> None:
        """Add objects; all of them or, when one does not fit, none."""
        flat = list(_flat(objects))
        names: dict[str, Any] = {}
        for thing in flat:
            if not isinstance(thing, _KINDS):
                hint = "list the group itself" if isinstance(thing, Subgroup | SourcePart) else ""
                raise NetworkError(f"a {type(thing).__name__} cannot be part of a network", owner="Network", hint=hint)
            if any(thing is other for other in (*self._objects.values(), *names.values())):
                continue
            held = thing.__dict__.get("_network")
            if held is not None and held is not self:
                raise NetworkError(
                    f"{thing!r} belongs to another network", owner="Network", hint="remove it from that network first"
                )
            name = thing.name or free_name(type(thing).__name__, {**self._objects, **names})
            if name in self._objects or name in names:
                raise NetworkError(f"two objects are called {name!r}", owner="Network", hint="give one another name=")
            names[name] = thing
        for name, thing in names.items():
            thing._network, thing._name = self, name
            self._objects[name] = thing
        self._built = None

    def remove(self, *objects: Any) -> None:
        """Take objects out of the network."""
        for thing in _flat(objects):
            name = next((key for key, other in self._objects.items() if other is thing), None)
            if name is None:
                raise NetworkError(f"{thing!r} is not in this network", owner="Network")
            del self._objects[name]
            thing._network = None
        self._built = None

    def __getitem__(self, name: str) -> Any:
        """Return an object by name."""
        if name not in self._objects:
            known = ", ".join(repr(key) for key in self._objects)
            raise NetworkError(f"there is no object {name!r}", owner="Network", hint=f"it holds {known}")
        return self._objects[name]

    def __contains__(self, thing: Any) -> bool:
        return any(thing is other for other in self._objects.values())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._objects.values())

    def __len__(self) -> int:
        return len(self._objects)

    def __repr__(self) -> str:
        return f"<Network: {', '.join(self._objects) or 'empty'}>"

    # time ------------------------------------------------------------------------------------------------------------

    @property
    def t(self) -> Any:
        """The time reached."""
        return with_unit(self.t_, self._time_unit())

    @property
    def t_(self) -> float:
        """The time reached as a plain number: milliseconds, or the user's unit."""
        return self._step * (self._base or 0.0)

    @property
    def dt(self) -> Any:
        """The time step of objects that have none of their own."""
        return with_unit(self._default_step(), self._time_unit())

    @property
    def schedule(self) -> str:
        """The order of a step as a table: slot, order, what happens."""
        return str(self._build()[1])

    @property
    def profile(self) -> dict[str, float]:
        """Seconds spent so far, by phase of start-up and run."""
        return dict(self._seconds)

    # running ---------------------------------------------------------------------------------------------------------

    def run(self, duration: Any, progress: bool = False) -> None:
        """Run for a duration: a quantity of time, or a number where the models have no units.

        Ctrl-C stops between two steps: what was recorded stays readable and another ``run`` goes on from there.

        Raises
        ------
        NetworkError
            For objects that do not make a network.
        NumericalError
            When a state became NaN or infinite.

        """
        length = self._plain_time(duration, "a duration")
        begin = perf_counter()
        _, _, storages, run = self._build()
        self._spent("build", perf_counter() - begin)
        assert self._base is not None
        first = self._step
        last = first + whole_steps(length, self._base)
        self._stop = False
        begin = perf_counter()
        with _bar(last - first, progress) as tick, interruptible() as pressed:

            def reached(start: int, end: int) -> None:
                self._step = end
                self._note_times(start, end)
                tick(end - start)
                self._check_numbers(storages)

            def room(steps: int) -> None:
                self._make_room(steps, storages)

            advance(run, storages, first, last, room, reached, lambda: pressed() or self._stop)
        self._spent("run", perf_counter() - begin)

    def stop(self) -> None:
        """Stop the run under way at the end of its current chunk of steps."""
        self._stop = True

    # building --------------------------------------------------------------------------------------------------------

    def _build(self) -> tuple[Any, Program, dict[str, Storage], Run]:
        revisions = tuple((name, thing._revision) for name, thing in self._objects.items())
        if self._built is not None and self._built[0] == revisions:
            for name, thing in self._objects.items():
                if isinstance(thing, NeuronGroup | Synapses | SpikeGeneratorGroup):
                    assemble.prepare(thing._variables, self._dtype, self._steps[name])
                    self._override_stream(name, thing._variables)
            return self._built
        self._check()
        self._set_clocks()
        assembly = self._assemble()
        program = assembly.program({})
        begin = perf_counter()
        run = self._target.compile(program, assembly.storages)
        for phase, seconds in (run.seconds or {"compile": perf_counter() - begin}).items():
            self._spent(phase, seconds)
        revisions = tuple((name, thing._revision) for name, thing in self._objects.items())
        self._built = (revisions, program, assembly.storages, run)
        return self._built

    def _assemble(self) -> assemble.Assembly:
        keys: dict[int, str] = {}
        for name, thing in self._objects.items():
            held = thing._variables if isinstance(getattr(thing, "_variables", None), Variables) else thing
            keys[id(held)] = name
        assembly = assemble.Assembly(keys, self._periods, self._steps, self._dtype)
        grouped = [thing for thing in self._objects.values() if isinstance(thing, NeuronGroup | SpikeGeneratorGroup)]
        for thing in grouped:
            name = thing._name or ""
            assembly.storages[name] = assemble.prepare(thing._variables, self._dtype, self._steps[name])
            self._first_time(thing, self._steps[name])
        adders: tuple[tuple[type, Callable[..., None]], ...] = (
            (NeuronGroup, assemble.add_neurons),
            (SpikeGeneratorGroup, assemble.add_generator),
            (Synapses, assemble.add_synapses),
            (StateMonitor, assemble.add_state_monitor),
            (EventMonitor, assemble.add_event_monitor),
        )
        for kind, add in adders:
            for name, thing in self._objects.items():
                if isinstance(thing, kind):
                    add(assembly, thing)
                    held = thing.__dict__.get("_variables")
                    if isinstance(held, Variables):
                        assembly.storages[name] = held.storage
                        self._override_stream(name, held)
        return assembly

    def _override_stream(self, name: str, variables: Variables) -> None:
        if self._seed is not None:
            number = list(self._objects).index(name)
            variables.storage.constants["_stream"] = assemble.signed(stream_of(self._seed, number))

    def _first_time(self, thing: Any, dt: float) -> None:
        arrays = thing._variables.storage.arrays
        if not thing.__dict__.get("_ran"):
            thing._ran = True
            if "lastspike" in arrays:
                arrays["lastspike"][:] = -round(_BEFORE_EVER / dt)
        if isinstance(thing, SpikeGeneratorGroup):
            self._time_spikes(thing, dt)

    def _time_spikes(self, group: SpikeGeneratorGroup, dt: float) -> None:
        scale = group._times_unit
        times = magnitude(with_unit(group._times, scale), self._time_unit())
        steps = np.floor(np.asarray(times) / dt + 1e-3).astype(np.int64)
        order = np.lexsort((group._indices, steps))
        steps, which = steps[order], group._indices[order]
        twice = np.flatnonzero((np.diff(steps) == 0) & (np.diff(which) == 0))
        if len(twice):
            raise ArgumentError(
                f"source {which[twice[0]]} spikes twice in the step at {steps[twice[0]] * dt:g}", owner=group._owner
            )
        arrays = group._variables.storage.arrays
        arrays["_times"], arrays["_indices"] = steps, which
        arrays["_cursor"] = np.zeros(1, np.int64)
        period = 0 if group._period is None else whole_steps(self._plain_time(group._period, "a period"), dt)
        group._variables.storage.constants["_period"] = period

    def _check(self) -> None:
        for name, thing in self._objects.items():
            ends = [thing._source, thing._target] if isinstance(thing, Synapses) else []
            ends += [thing._source] if isinstance(thing, StateMonitor | EventMonitor) else []
            for end in ends:
                whole = end.group if isinstance(end, Subgroup | SourcePart) else end
                if whole not in self:
                    what = label(type(whole).__name__, whole.name)
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
        kinds = {self._unitless(thing) for thing in self._objects.values()} - {None}
        if len(kinds) > 1:
            names = [name for name, thing in self._objects.items() if self._unitless(thing)]
            raise NetworkError(
                "models with units and models without cannot be in one network",
                owner="Network",
                found=f"without units: {', '.join(names)}",
            )

    @staticmethod
    def _unitless(thing: Any) -> bool | None:
        checked = thing.__dict__.get("_checked")
        return checked.unitless if checked is not None and checked.definitions else None

    def _is_unitless(self) -> bool:
        return any(self._unitless(thing) for thing in self._objects.values())

    def _time_unit(self) -> Any:
        return time_unit(self._is_unitless())

    def _plain_time(self, value: Any, what: str) -> float:
        unitless = self._is_unitless()
        if isinstance(value, str) or np.ndim(value) != 0:
            raise ArgumentError(f"{what} is one time, not {value!r}", owner="Network")
        if unitless == has_unit(value) and not (unitless is False and value == 0):
            hint = "the models have no units: give a number" if unitless else f"write for instance {value}*ms"
            raise ArgumentError(f"{what} must be a {'number' if unitless else 'time'}", owner="Network", hint=hint)
        plain = float(magnitude(value, self._time_unit()))
        if not plain >= 0 or np.isinf(plain):
            raise ArgumentError(f"{what} must be at least zero and finite, not {value}", owner="Network")
        return plain

    def _default_step(self) -> float:
        if self._dt is None:
            if self._is_unitless():
                raise NetworkError("models without units need a time step: Network(…, dt=0.1)", owner="Network")
            return 0.1
        return self._plain_time(self._dt, "dt")

    def _set_clocks(self) -> None:
        default = self._default_step()
        steps = {"": default}
        for name, thing in self._objects.items():
            own = thing.__dict__.get("_dt")
            ends = thing.__dict__.get("_source")
            if own is not None:
                steps[name] = self._plain_time(own, "dt")
            elif isinstance(thing, EventMonitor | Synapses) and ends is not None:
                steps[name] = steps.get(self._key_of(ends), default)
            else:
                steps[name] = default
            for operation in thing.__dict__.get("_operations", ()):
                if operation.dt is not None:
                    steps[f"{name}/{operation.name}"] = self._plain_time(operation.dt, "dt")
        base, periods = grid(steps)
        if self._base is not None and base != self._base and self._step:
            self._step = round(self._step * self._base / base)
        self._base, self._periods, self._steps = base, periods, steps
        for name, thing in self._objects.items():
            held = thing.__dict__.get("_variables")
            if isinstance(held, Variables):
                held.time = lambda name=name: (self._step // self._periods[name], self._steps[name])  # type: ignore[misc]
            if isinstance(thing, StateMonitor | EventMonitor):
                thing._clock = steps[name]

    def _key_of(self, end: Any) -> str:
        whole = end.group if isinstance(end, Subgroup | SourcePart) else end
        return whole._name or ""

    # between chunks --------------------------------------------------------------------------------------------------

    def _make_room(self, steps: int, storages: dict[str, Storage]) -> None:
        for name, thing in self._objects.items():
            if isinstance(thing, StateMonitor):
                records = steps // self._periods[name] + 1
                width = max(1, len(thing._record))
                for series in thing._series.values():
                    if series.room < width:
                        series.make_room(width * min(records, max(1, _ROOM // width)))
            elif isinstance(thing, EventMonitor):
                most = storages[name].constants["_most"]
                for series in thing._series.values():
                    if series.room < most:
                        series.make_room(max(2 * int(most), 1 << 16))
            elif isinstance(thing, Synapses):
                arrays = thing._variables.storage.arrays
                for pathway in thing._delays:
                    ring = arrays.get(f"_ring_{pathway}", arrays.get(f"_ring_source_{pathway}"))
                    if ring is None:
                        continue
                    used = int(arrays[f"_tail_{pathway}"][0] - arrays[f"_head_{pathway}"][0])
                    if used + thing._variables.storage.constants[f"_most_{pathway}"] > len(ring):
                        grow(thing._variables.storage, pathway)

    def _note_times(self, start: int, end: int) -> None:
        for name, thing in self._objects.items():
            if isinstance(thing, StateMonitor):
                period = self._periods[name]
                thing._times.append(np.arange(-(-start // period), -(-end // period)))

    def _check_numbers(self, storages: dict[str, Storage]) -> None:
        for name, thing in self._objects.items():
            if not isinstance(thing, NeuronGroup | Synapses):
                continue
            for state in thing._system.states:
                values = storages[name].arrays[state.name]
                if np.isfinite(np.sum(values)) or np.isfinite(values).all():
                    continue
                wrong = int(np.flatnonzero(~np.isfinite(values))[0])
                raise NumericalError(
                    f"{state.name} of element {wrong} became {values[wrong]} by t = {self.t}",
                    owner=label(type(thing).__name__, name),
                    hint="a smaller dt or another method may help; look for divisions by zero",
                )

    def _spent(self, phase: str, seconds: float) -> None:
        self._seconds[phase] = self._seconds.get(phase, 0.0) + seconds


def _flat(objects: Any) -> Iterator[Any]:
    for thing in objects:
        if isinstance(thing, list | tuple):
            yield from _flat(thing)
        else:
            yield thing


@contextmanager
def _bar(steps: int, progress: bool) -> Iterator[Callable[[int], Any]]:
    if not progress:
        yield lambda _: None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without widgets a notebook shows the bar as text
        from tqdm.auto import tqdm  # noqa: PLC0415 - only those who watch pay for it

        bar = tqdm(total=steps, unit="step", unit_scale=True, leave=True)
    try:
        yield bar.update
    finally:
        bar.close()
