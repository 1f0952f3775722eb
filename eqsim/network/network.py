"""The objects of one simulation, held explicitly, and their run."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import Any
from weakref import WeakSet

import numpy as np

from eqsim.checking.vocabulary import time_unit
from eqsim.lowering.program import CALL_RANK, Program, When
from eqsim.network import assemble, assemble_inputs, snapshot_file
from eqsim.network.capture import caller
from eqsim.network.chunks import Watch
from eqsim.network.clocks import Clocks, clocks
from eqsim.network.display import network_html
from eqsim.network.drive import Drive
from eqsim.network.driven_input import Input
from eqsim.network.event_monitor import EventMonitor
from eqsim.network.inputs import SpikeGeneratorGroup
from eqsim.network.labels import label
from eqsim.network.members import check_members, depth, flat, left_out, named, unitless
from eqsim.network.memory import MemoryEstimate, memory_estimate
from eqsim.network.neurons import NeuronGroup
from eqsim.network.operations import NetworkOperation
from eqsim.network.poisson_input import PoissonInput
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.segments import Call, segmented
from eqsim.network.snapshot import Snapshot, apply, capture
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.teams import threads_for
from eqsim.network.until import Until, add_until, read_until
from eqsim.network.variables import BEFORE_EVER, NEVER, Variables
from eqsim.random import stream_of
from eqsim.random.seed import checked
from eqsim.runtime.clock import whole_steps
from eqsim.runtime.run import advance, interruptible
from eqsim.targets.find import target_named
from eqsim.targets.target import Run, Storage
from eqsim.text.errors import ArgumentError, EqsimWarning, NetworkError, UnitsError
from eqsim.units import has_unit, magnitude, unit_of, with_unit


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
        How many threads share the work; 0 lets eqsim choose, by the size of the network and the processors that are
        free. Results are the same, to the last bit, for any number.

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
        if isinstance(threads, bool) or not isinstance(threads, int | np.integer) or threads < 0:
            raise ArgumentError(f"threads must be a whole number of at least 0, not {threads!r}", owner="Network")
        self._dt, self._dtype, self._threads = dt, dtype, int(threads)
        self._seed = None if seed is None else checked(seed)
        self._objects: dict[str, Any] = {}
        self._step = 0
        self._clocks = Clocks(0.0)
        self._built: tuple[Any, Program, dict[str, Storage], Run] | None = None
        self._seconds: dict[str, float] = {}
        self._spent_by: dict[str, float] = {}  # seconds of earlier programs, by object
        self._told: WeakSet[Any] = WeakSet()  # what is left out on purpose, or was warned of
        self._team: int | None = None  # how many threads share the work, once that is settled
        self._stop = False
        self._until: Until | None = None
        self._running = False
        self._stored: dict[str, Snapshot] = {}
        self.add(*objects)

    # what is in it ---------------------------------------------------------------------------------------------------

    def add(self, *objects: Any) -> None:
        """Add objects; all of them or, when one does not fit, none."""
        names = named(objects, self._objects, self)
        for name, thing in names.items():
            thing._network, thing._name = self, name
            self._objects[name] = thing
        self._forget_program()

    def remove(self, *objects: Any) -> None:
        """Take objects out of the network; all of them or, when one is not in it, none."""
        things = list(flat(objects))
        for thing in things:
            if thing not in self:
                raise NetworkError(f"{thing!r} is not in this network", owner="Network")
        for name, member in list(self._objects.items()):
            if any(member is thing for thing in things):
                del self._objects[name]
                member._network = None
                self._told.add(member)
        self._forget_program()

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

    def _repr_html_(self) -> str:
        return network_html(self)

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
        return self._step * self._clocks.base

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
        """Seconds spent so far: by phase of start-up, the ``run`` as a whole, and ``run of NAME`` by object.

        One step of sixteen is timed, which costs nothing that could be seen, and the run's time is shared out by that.
        """
        running: dict[str, float] = {} if self._built is None else dict(self._built[3].spent)
        total = {name: running.get(name, 0.0) + self._spent_by.get(name, 0.0) for name in self._spent_by | running}
        return self._seconds | {f"run of {name}": seconds for name, seconds in total.items()}

    def memory_estimate(self, duration: Any = None) -> MemoryEstimate:
        """Return what a run will need memory for, as a table with ``rows`` and ``total``, before anything is built.

        With a duration, what monitors will keep in memory is part of it; of events only the first piece.
        """
        return memory_estimate(self, None if duration is None else self._plain_time(duration, "a duration"))

    # running ---------------------------------------------------------------------------------------------------------

    def run(self, duration: Any, until: str | None = None, progress: bool = False) -> None:
        """Run for a duration: a quantity of time, or a number where the models have no units.

        ``until`` is a condition on the variables of one group, such as ``'neurons.V > -50*mV'``: the run ends after the
        first step after which it holds for any of its neurons. It is compiled into the loop.

        Ctrl-C stops between two steps: what was recorded stays readable and another ``run`` goes on from there.

        Raises
        ------
        NetworkError
            For objects that do not make a network.
        NumericalError
            When a state became NaN or infinite.

        """
        check_members(self._objects)
        self._warn_of_left_out()
        length = self._plain_time(duration, "a duration")
        begin = perf_counter()
        self._until = None if until is None else read_until(until, self._objects, caller())
        _, _, storages, run = self._build()
        self._spent("build", perf_counter() - begin)
        first = self._step
        last = first + whole_steps(length, self._clocks.base)
        self._stop = False
        begin = perf_counter()
        with _bar(last - first, progress) as tick, interruptible() as pressed:
            watch = Watch(self._objects, self._clocks, storages, tick, first)

            def reached(_: int, end: int) -> None:
                self._step = end
                watch.reached(end, self.t)

            self._running = True
            try:
                advance(run, storages, first, last, watch.room, reached, lambda: pressed() or self._stopped())
            finally:
                self._running = False
                watch.settle(self._step)
            watch.look(self.t)
        self._spent("run", perf_counter() - begin)

    def stop(self) -> None:
        """Stop the run under way at the end of its current chunk of steps."""
        self._stop = True

    def _warn_of_left_out(self) -> None:
        fresh = {what: thing for what, thing in left_out(self._objects).items() if thing not in self._told}
        self._told.update(fresh.values())
        if fresh:
            text = f"made on objects of this network and not in it, so without effect: {', '.join(fresh)}"
            warnings.warn(f"{text} (list them in Network(…), or add them)", EqsimWarning, stacklevel=3)

    def _stopped(self) -> bool:
        return self._stop or (self._until is not None and self._until.holds)

    # state -----------------------------------------------------------------------------------------------------------

    def store(self, name: str = "default") -> None:
        """Keep the state in memory under a name: values, connections, delays, spikes under way, records, the time."""
        self._stored[name] = capture(self._at_rest("store"))

    def restore(self, name: str = "default") -> None:
        """Go back to a stored state: what follows is the same, bit for bit, as what followed then.

        Raises
        ------
        NetworkError
            Where there is no such state, or the network has other objects than it had; nothing changes then.

        """
        if name not in self._stored:
            known = ", ".join(repr(key) for key in self._stored)
            hint = f"stored states are {known}" if known else "call store() first; load(file) reads a saved state"
            raise NetworkError(f"no state {name!r} was stored", owner="Network", hint=hint)
        apply(self._stored[name], self._at_rest("restore"))

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write the state to a file, from which ``load`` goes on in a network that is built alike, in any process."""
        snapshot_file.write(capture(self._at_rest("save")), file)

    def load(self, file: str | os.PathLike[str]) -> None:
        """Read the state from a file that ``save`` wrote; no code in it is ever run.

        Raises
        ------
        ArgumentError
            For a file that cannot be read, is damaged, or holds something else.
        NetworkError
            For the state of another network, naming what differs; nothing changes then.

        """
        apply(snapshot_file.read(file), self._at_rest("load"))

    def _at_rest(self, verb: str) -> Network:
        if self._running:
            hint = "call stop(), and this after run() has returned"
            raise NetworkError(f"cannot {verb} a state while the network runs", owner="Network", hint=hint)
        return self

    # building --------------------------------------------------------------------------------------------------------

    def _build(self) -> tuple[Any, Program, dict[str, Storage], Run]:
        if self._built is not None and self._built[0] == self._revisions():
            for name, thing in self._objects.items():
                if isinstance(thing, NeuronGroup | Synapses | SpikeGeneratorGroup | Drive):
                    assemble.prepare(thing._variables, self._dtype, self._clocks.steps[name])
                    self._override_stream(name, thing._variables)
            return self._built
        check_members(self._objects)
        self._forget_program()
        self._set_clocks()
        assembly = self._assemble()
        if self._until is not None:
            add_until(assembly, self._until)
        program = assembly.program({})
        begin = perf_counter()
        run = segmented(program, self._calls(), self._target, assembly.storages)
        for phase, seconds in (run.seconds or {"compile": perf_counter() - begin}).items():
            self._spent(phase, seconds)
        self._built = (self._revisions(), program, assembly.storages, run)
        return self._built

    def _forget_program(self) -> None:
        if self._built is not None:
            for name, seconds in self._built[3].spent.items():
                self._spent_by[name] = self._spent_by.get(name, 0.0) + seconds
        self._built = None

    def _assemble(self) -> assemble.Assembly:
        keys: dict[int, str] = {}
        for name, thing in self._objects.items():
            held = thing._variables if isinstance(getattr(thing, "_variables", None), Variables) else thing
            keys[id(held)] = name
        if self._team is None:  # stays as it is: synapses lie in memory as threads own them
            most = self._target.threads
            self._team = 1 if most == 1 else self._threads or threads_for(self._objects, most, self._clocks.base)
        assembly = assemble.Assembly(keys, self._clocks.periods, self._clocks.steps, self._dtype, lanes=self._team)
        grouped = [thing for thing in self._objects.values() if isinstance(thing, NeuronGroup | SpikeGeneratorGroup)]
        for thing in grouped:
            name = thing._name or ""
            assembly.storages[name] = assemble.prepare(thing._variables, self._dtype, self._clocks.steps[name])
            self._first_time(thing, self._clocks.steps[name])
        assembly.link([thing._variables for thing in grouped])
        adders: tuple[tuple[type, Callable[..., None]], ...] = (
            (NeuronGroup, assemble.add_neurons),
            (SpikeGeneratorGroup, assemble.add_generator),
            (Synapses, assemble.add_synapses),
            (PoissonInput, assemble_inputs.add_poisson_input),
            (Input, assemble_inputs.add_input),
            (StateMonitor, assemble.add_state_monitor),
            (EventMonitor, assemble.add_event_monitor),
            (PopulationRateMonitor, assemble_inputs.add_population_rate),
        )
        for kind, add in adders:
            # synapses that others reach are laid out before those
            for name, thing in sorted(self._objects.items(), key=lambda item: depth(item[1])):
                if isinstance(thing, kind):
                    add(assembly, thing)
                    held = thing.__dict__.get("_variables")
                    if isinstance(held, Variables):
                        assembly.storages[name] = held.storage
                        self._override_stream(name, held)
        return assembly

    def _calls(self) -> list[Call]:
        return [
            Call(
                self._caller(thing, name), When(thing._when, thing._order, CALL_RANK, self._clocks.periods[name]), name
            )
            for name, thing in self._objects.items()
            if isinstance(thing, NetworkOperation) or (isinstance(thing, Input) and thing._function is not None)
        ]

    def _caller(self, operation: NetworkOperation | Input, name: str) -> Callable[[int], None]:
        def call(step: int) -> None:
            self._step = step
            built = self._revisions()
            operation._call(self.t)
            if self._revisions() != built:
                raise NetworkError(
                    "an operation changed connections or statements during a run",
                    owner=label(type(operation).__name__, name),
                    hint="values may change while a network runs; change what it is made of between two runs",
                )

        return call

    def _revisions(self) -> tuple[Any, ...]:
        return (self._until, *((name, thing._revision) for name, thing in self._objects.items()))

    def _override_stream(self, name: str, variables: Variables) -> None:
        if self._seed is not None:
            number = list(self._objects).index(name)
            variables.storage.constants["_stream"] = assemble.signed(stream_of(self._seed, number))

    def _first_time(self, thing: Any, dt: float) -> None:
        arrays = thing._variables.storage.arrays
        if "lastspike" in arrays:
            arrays["lastspike"][arrays["lastspike"] == NEVER] = -round(BEFORE_EVER / dt)
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

    def _is_unitless(self) -> bool:
        return any(unitless(thing) for thing in self._objects.values())

    def _time_unit(self) -> Any:
        return time_unit(self._is_unitless())

    def _plain_time(self, value: Any, what: str) -> float:
        plain_numbers = self._is_unitless()
        if isinstance(value, str) or np.ndim(value) != 0:
            raise ArgumentError(f"{what} is one time, not {value!r}", owner="Network")
        if plain_numbers == has_unit(value) and not (not plain_numbers and value == 0):
            hint = "the models have no units: give a number" if plain_numbers else f"write for instance {value}*ms"
            raise ArgumentError(f"{what} must be a {'number' if plain_numbers else 'time'}", owner="Network", hint=hint)
        if has_unit(value) and not unit_of(value).same_dimension(self._time_unit()):
            raise UnitsError(f"{what} must be a time, not {value}", owner="Network", hint="write for instance 10*ms")
        plain = float(magnitude(value, self._time_unit(), "Network"))
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
        made = clocks(self._objects, self._default_step(), self._plain_time)
        if self._step and made.base != self._clocks.base:
            self._step = round(self._step * self._clocks.base / made.base)
        self._clocks = made
        for name, thing in self._objects.items():
            held = thing.__dict__.get("_variables")
            if isinstance(held, Variables):
                held.time = lambda name=name: (self._step // made.periods[name], made.steps[name])  # type: ignore[misc]
                if isinstance(thing, SpikeGeneratorGroup):
                    held.system = replace(held.system, unitless=self._is_unitless())  # it has no lines that could tell
            if isinstance(thing, StateMonitor | EventMonitor | PopulationRateMonitor):
                thing._clock = made.steps[name]

    def _spent(self, phase: str, seconds: float) -> None:
        self._seconds[phase] = self._seconds.get(phase, 0.0) + seconds


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
