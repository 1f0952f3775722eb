"""The objects of one simulation, held explicitly, and their run."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any
from weakref import WeakSet

from eqsim.checking.vocabulary import time_unit
from eqsim.lowering.program import CALL_RANK, Program, When
from eqsim.network import snapshot_file
from eqsim.network.arguments import Sealed, check_flag, check_path, check_shared, whole_number
from eqsim.network.assemble import Assembly, prepare
from eqsim.network.building import assembled, override_streams
from eqsim.network.capture import caller
from eqsim.network.chunks import Watch
from eqsim.network.clocks import Clocks, clocks
from eqsim.network.display import network_html
from eqsim.network.drive import Drive
from eqsim.network.driven_input import Input
from eqsim.network.event_monitor import EventMonitor
from eqsim.network.exporting import export
from eqsim.network.inputs import SpikeGeneratorGroup
from eqsim.network.labels import label
from eqsim.network.members import check_members, flat, left_out, named, unitless
from eqsim.network.memory import MemoryEstimate, memory_estimate
from eqsim.network.neurons import NeuronGroup
from eqsim.network.operations import NetworkOperation
from eqsim.network.plain_time import plain_time
from eqsim.network.poisson import PoissonGroup
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.progress import progress_bar
from eqsim.network.segments import Call, segmented
from eqsim.network.snapshot import Snapshot, apply, capture
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.sweep import sweep
from eqsim.network.synapses import Synapses
from eqsim.network.teams import threads_for
from eqsim.network.until import Until, add_until, read_until
from eqsim.network.variables import Variables
from eqsim.random.seed import checked
from eqsim.runtime.clock import whole_steps
from eqsim.runtime.run import advance, interruptible
from eqsim.targets.find import target_named
from eqsim.targets.target import Run, Storage
from eqsim.text.errors import ArgumentError, EqsimWarning, NetworkError
from eqsim.units import with_unit


class Network(Sealed):
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
        ``'numba'``, ``'cython'``, ``'numpy'``, or ``'cuda'`` for an NVIDIA device (``'cuda-fast'`` adds in any order);
        the environment variable ``EQSIM_TARGET`` sets the default.
    threads
        How many threads share the work at most; 0 lets eqsim choose by the size of the network. Fewer take part while
        that is faster, on a machine that is busy. Results are the same, to the last bit, for any number.
    check_finite
        Whether to stop a run with an error when a state has become NaN or infinite; looked at every so many steps.

    Raises
    ------
    NetworkError
        For objects that do not belong together.

    """

    _owner = "Network"

    def __init__(
        self,
        *objects: Any,
        dt: Any = None,
        seed: int | None = None,
        dtype: str = "float64",
        target: str | None = None,
        threads: int = 0,
        check_finite: bool = True,
    ) -> None:
        if not isinstance(dtype, str) or dtype not in {"float64", "float32"}:
            hint = "float64 is the default; float32 takes half the memory"
            found = repr(dtype)
            raise ArgumentError("dtype is 'float64' or 'float32'", owner=self._owner, found=found, hint=hint)
        if target is not None and not isinstance(target, str):
            found, hint = type(target).__name__, "write for instance target='numba'"
            raise ArgumentError("a target is a word", owner=self._owner, found=found, hint=hint)
        self._target = target_named((target if target is not None else os.environ.get("EQSIM_TARGET")) or "numba")
        check_shared(self._owner, dt=dt, seed=seed)
        self._dt, self._dtype, self._threads = dt, dtype, whole_number(threads, "threads", self._owner, least=0)
        self._seed = None if seed is None else checked(seed)
        check_flag(check_finite, "check_finite", self._owner)
        self._check_finite = bool(check_finite)
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
            if isinstance(thing, PoissonGroup):
                thing._forget_intervals()
        self._forget_program()

    def remove(self, *objects: Any) -> None:
        """Take objects out of the network; all of them or, when one is not in it, none."""
        things = list(flat(objects))
        for thing in things:
            if thing not in self:
                hint = "its objects are listed by print(network)"
                raise NetworkError(f"{thing!r} is not in this network", owner="Network", hint=hint)
        for name, member in list(self._objects.items()):
            if any(member is thing for thing in things):
                del self._objects[name]
                member._network = None
                self._told.add(member)
        self._forget_program()

    def __getitem__(self, name: str) -> Any:
        """Return an object by name."""
        if not isinstance(name, str) or name not in self._objects:
            known = ", ".join(repr(key) for key in self._objects) or "nothing"
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
        return self._time_of(self._step)

    @property
    def t_(self) -> float:
        """The time reached as a plain number: milliseconds, or the user's unit."""
        return self._step * self._clocks.base

    def _time_of(self, step: int) -> Any:
        return with_unit(step * self._clocks.base, self._time_unit())

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
            When a state became NaN or infinite, unless that is not looked for; names the times between which it did.

        """
        self._at_rest("run on from")
        check_flag(progress, "progress", self._owner)
        check_members(self._objects)
        self._warn_of_left_out()
        length = self._plain_time(duration, "a duration")
        begin = perf_counter()
        self._until = None if until is None else read_until(until, self._objects, caller())
        _, _, storages, run = self._build()
        self._spent("build", perf_counter() - begin)
        first = self._step
        last = first + whole_steps(length, self._clocks.base)
        if last >= 2**62:
            found, hint = f"{last:.3g} steps", "run for a shorter time"
            raise ArgumentError("this run would never end", owner=self._owner, found=found, hint=hint)
        self._stop = False
        begin = perf_counter()
        with progress_bar(last - first, progress) as tick, interruptible() as pressed:
            check = self._check_finite
            given = self._objects, self._clocks, storages, tick, first, self._time_of
            watch = Watch(*given, run=run, check_finite=check)

            def reached(_: int, end: int) -> None:
                self._step = end
                watch.reached(end)

            self._running = True
            try:
                advance(run, storages, first, last, watch.room, reached, lambda: pressed() or self._stopped())
            finally:
                self._running = False
                watch.settle(self._step)
            watch.look(self._step)
        self._spent("run", perf_counter() - begin)

    def sweep(
        self,
        params: Mapping[str, Any],
        duration: Any,
        measure: Mapping[str, Callable[[Network], Any]] | None = None,
        repeats: int = 1,
        workers: int = 0,
        client: Any = None,
        progress: bool = False,
    ) -> Any:
        """Run for all combinations of parameter values, each from the state as it is now, which is left as it was.

        Parameters
        ----------
        params
            Lists of values by name: ``'neurons.tau_m'`` is a parameter, the initial value of a state, or a value that
            the equations captured, of the object of that name; ``'synapses.delay'`` and ``'synapses.post.delay'`` are
            delays; ``'poissoninput.rate'`` is what an argument gave. A name without a point is a captured value of
            all objects that use it. No value makes anything compile again.
        duration
            How long each run takes.
        measure
            Functions of the network, called after each run, by name; each returns a number, a quantity or an array of
            one shape. By default the mean rate of each spike monitor's source.
        repeats
            How many runs each point has. Each run draws random numbers of its own, which follow from the network's
            seed and the places of its values in the lists; connections are those that there are.
        workers
            How many processes share the runs; 1 means the process at hand, 0 that too or, if it takes long, one for
            each processor. Results are the same for any number. A run whose process was killed is repeated once.
        client
            A ``dask.distributed.Client``, whose cluster carries out the runs instead.
        progress
            Whether to show how many runs were done.

        Returns
        -------
        xarray.Dataset
            A variable for each measure, with a dimension for each parameter, ``repeat`` where there are several, and
            ``NAME_dim_0``, … for arrays; units are attributes. Where a run failed it is NaN, and ``error`` says why.

        Raises
        ------
        EqsimError
            For names, values and measures that cannot be, before anything runs.

        """
        return sweep(self, params, duration, measure, repeats, workers, client, progress)

    def export(self, folder: str | os.PathLike[str], target: str = "numba") -> None:
        """Write the network, in the state in which it is, as a project that runs without eqsim.

        Parameters
        ----------
        folder
            The folder to write; one that is there is replaced if it holds an earlier export, without its results.
        target
            ``'c'``: C99 and a Makefile, which needs a C compiler and no Python; ``'numba'``, ``'cython'`` and
            ``'cuda'``: Python programs that need NumPy and the package of that name.

        Its README says how to run it and what each file is; ``eqsim.load_results`` reads what it writes.

        Raises
        ------
        EqsimError
            For what cannot be exported, by name, and for folders that hold something else; nothing is written then.

        """
        export(self, folder, target)

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
        if not isinstance(name, str):
            hint = "write for instance store('before')"
            raise ArgumentError("a state has a name", owner=self._owner, found=type(name).__name__, hint=hint)
        self._stored[name] = capture(self._at_rest("store"))

    def restore(self, name: str = "default") -> None:
        """Go back to a stored state: what follows is the same, bit for bit, as what followed then.

        Raises
        ------
        NetworkError
            Where there is no such state, or the network has other objects than it had; nothing changes then.

        """
        if not isinstance(name, str) or name not in self._stored:
            known = ", ".join(repr(key) for key in self._stored)
            hint = f"stored states are {known}" if known else "call store() first; load(file) reads a saved state"
            raise NetworkError(f"no state {name!r} was stored", owner="Network", hint=hint)
        apply(self._stored[name], self._at_rest("restore"))

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write the state to a file, from which ``load`` goes on in a network that is built alike, in any process."""
        check_path(file, "file", self._owner)
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
        check_path(file, "file", self._owner)
        apply(snapshot_file.read(file), self._at_rest("load"))

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled (by cloudpickle): all but compiled code, which is built again when first needed."""
        return self._at_rest("copy").__dict__ | {"_built": None, "_until": None}

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
                    prepare(thing._variables, self._dtype, self._clocks.steps[name])
            self._override_streams()
            return self._built
        assembly = self._assembled()
        if self._until is not None:
            add_until(assembly, self._until)
        program = assembly.program({})
        begin = perf_counter()
        run = segmented(program, self._calls(), self._target, assembly.storages)
        for phase, seconds in (run.seconds or {"compile": perf_counter() - begin}).items():
            self._spent(phase, seconds)
        self._built = (self._revisions(), program, assembly.storages, run)
        return self._built

    def _assembled(self) -> Assembly:
        """Return all launches and where they find what they work on, laid out and not compiled."""
        check_members(self._objects)
        self._forget_program()
        self._set_clocks()
        lanes = self._threads_that_share()
        assembly = assembled(self._objects, self._clocks, self._dtype, self._plain_time, self._time_unit(), lanes)
        self._override_streams()
        return assembly

    def _forget_program(self) -> None:
        if self._built is not None:
            for name, seconds in self._built[3].spent.items():
                self._spent_by[name] = self._spent_by.get(name, 0.0) + seconds
        self._built = None

    def _threads_that_share(self) -> int:
        if self._team is None:  # stays as it is: synapses lie in memory as threads own them
            most = self._target.threads
            self._team = 1 if most == 1 else self._threads or threads_for(self._objects, most, self._clocks.base)
        return self._team

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

    def _override_streams(self) -> None:
        if self._seed is not None:
            override_streams(self._objects, self._seed)

    def _is_unitless(self) -> bool:
        return any(unitless(thing) for thing in self._objects.values())

    def _time_unit(self) -> Any:
        return time_unit(self._is_unitless())

    def _plain_time(self, value: Any, what: str) -> float:
        return plain_time(value, what, unitless=self._is_unitless())

    def _default_step(self) -> float:
        if self._dt is None:
            if self._is_unitless():
                hint = "write for instance Network(…, dt=0.1)"
                raise NetworkError("models without units need a time step", owner="Network", hint=hint)
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
                held.next_step = lambda name=name: -(-self._step // made.periods[name])  # type: ignore[misc]
                if isinstance(thing, SpikeGeneratorGroup):
                    held.system = replace(held.system, unitless=self._is_unitless())  # it has no lines that could tell
            if isinstance(thing, StateMonitor | EventMonitor | PopulationRateMonitor):
                thing._clock = made.steps[name]

    def _spent(self, phase: str, seconds: float) -> None:
        self._seconds[phase] = self._seconds.get(phase, 0.0) + seconds
