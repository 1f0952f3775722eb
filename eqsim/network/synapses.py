"""Synapses between two groups: connections, per-synapse variables, pathways and their delays."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.analysis.analyse import analyse
from eqsim.checking.check import check
from eqsim.checking.checked import Role, Scope
from eqsim.checking.dimensions import Unit
from eqsim.checking.names import VARIABLES
from eqsim.checking.vocabulary import time_unit
from eqsim.connectivity.delays import in_steps
from eqsim.connectivity.order import rearrange, taken
from eqsim.connectivity.pairs import pairs_matrix
from eqsim.language.names import free_names
from eqsim.language.parse import parse, with_arguments
from eqsim.lowering.synapses import storage
from eqsim.network.access import Access
from eqsim.network.capture import caller, externals, found, nearby, usable
from eqsim.network.connecting import Joint, ends, requested_pairs, stands_alone
from eqsim.network.connections import Connections
from eqsim.network.display import model_latex, synapses_html
from eqsim.network.equations import Equations, model_text
from eqsim.network.labels import label
from eqsim.network.pathway_rules import order_counts, pathways_fit
from eqsim.network.texts import Surroundings, warn_of_hidden
from eqsim.network.variables import Indices, Variables
from eqsim.network.view import VariableView
from eqsim.random import next_stream
from eqsim.schemes.choose import choose
from eqsim.text.errors import ArgumentError, ConnectError
from eqsim.units import magnitude


class Delayed:
    """A pathway of a Synapses object, for its delay: ``S.pre.delay``."""

    def __init__(self, synapses: Synapses, name: str) -> None:
        self._synapses, self._name = synapses, name

    @property
    def delay(self) -> VariableView:
        """The delays, one for each synapse."""
        return self._synapses._delay_view(self._name)

    @delay.setter
    def delay(self, value: Any) -> None:
        self._synapses._set_delay(self._name, value, None, caller())


class Synapses(Access):
    """Synapses from a source to a target group.

    Parameters
    ----------
    source, target
        Groups or parts of groups; the target is the source by default.
    model
        The equations, one set of variables a synapse: a text, ``Equations``, or the path of a ``.eqs`` file.
    on_pre, on_post
        Statements carried out when a spike of the source (of the target) arrives; a mapping gives several pathways.
    delay
        The time from spike to arrival: one quantity for all synapses of pathway ``pre``, or a mapping by pathway.
    method, namespace, dt, order, seed, name
        As for a ``NeuronGroup``.

    Raises
    ------
    EqsimError
        For any mistake in a text, before anything is built.

    """

    def __init__(
        self,
        source: Any,
        target: Any = None,
        model: str | Equations | os.PathLike[str] = "",
        on_pre: str | Mapping[str, str] | None = None,
        on_post: str | Mapping[str, str] | None = None,
        delay: Any = None,
        method: str | None = None,
        namespace: Mapping[str, Any] | None = None,
        dt: Any = None,
        order: int = 0,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        owner = label("Synapses", name)
        target = source if target is None else target
        for end, what in ((source, "source"), (target, "target")):
            if not isinstance(getattr(end, "_variables", None), Variables):
                raise ArgumentError(f"a {what} must be a group, not {type(end).__name__}", owner=owner)
        if isinstance(source, Synapses):
            hint = "synapses emit no spikes; they can be the target"
            raise ArgumentError("synapses cannot be a source", owner=owner, hint=hint)
        if isinstance(target, Synapses) and on_post is not None:
            raise ArgumentError("a target of synapses emits no spikes", owner=owner, hint="leave out on_post")
        frame = caller()
        text, given = model_text(model, owner)
        pre, post = source._variables, target._variables
        written = with_arguments(
            parse(text, owner),
            owner,
            threshold=None,
            reset=None,
            refractory=None,
            events={},
            on_pre=on_pre,
            on_post=on_post,
            method=method,
            noise=None,
        )
        names = free_names(written) | {d.name for d in written.definitions}
        offered = {n: namespace[n] for n in names if n in namespace} if namespace is not None else found(names, frame)
        offered |= given
        defined = {d.name for d in written.definitions} | {
            n for n, symbol in post.symbols.items() if symbol.role in VARIABLES
        }
        values = usable(offered, defined, strict=True)
        unitless = bool(post.system.unitless or pre.system.unitless)
        scope = Scope("synapse", externals(values), pre.symbols, post.symbols, unitless, nearby(namespace, frame))
        checked = check(written, scope)
        pathways_fit(checked, pre, post, owner, dir(Synapses))
        system = analyse(checked)
        clocked = [state for state in system.states if not state.event_driven]
        choice = choose(system, checked.method, checked.noise) if clocked else None
        warn_of_hidden(
            {n: s for n, s in checked.symbols.items() if s.of == "own"}, usable(offered, (), strict=False), owner
        )
        self._owner, self._source, self._target = owner, source, target
        self._checked, self._system, self._choice = checked, system, choice
        self._name, self._dt, self._order, self._seed, self._namespace = name, dt, order, seed, namespace
        self._revision, self._calls, self._connected = 0, 0, False
        self._connections = Connections(pre.size, as_created=order_counts(checked, pre is post))
        self._delays: dict[str, float | NDArray[Any]] = dict.fromkeys((p.name for p in checked.pathways), 0.0)
        self._laid: float | None = None  # the dt for which synapses lie sorted for delivery
        self._steps: dict[str, float] = {}  # the dt in which a pathway's array of delays counts, once it counts steps
        variables = Variables(owner, system, storage(checked), 0, next_stream(seed))
        variables.waiting = {
            d.name: d.value for d in checked.definitions if d.kind == "parameter" and d.value is not None
        } | dict(checked.initials)
        self._initial = dict(variables.waiting)
        variables.links = {
            "pre": (pre, self._connections.source_of),
            "post": (post, self._connections.target_of),
        }
        variables.namespace.update({key: values[key] for key in checked.externals if key in values})
        variables.builtins = {
            "i": lambda index: _within(source, self._connections.source_of(index)),
            "j": lambda index: _within(target, self._connections.target_of(index)),
            "N_pre": lambda _: source.N,
            "N_post": lambda _: target.N,
            "N_outgoing": lambda index: np.bincount(self.i, minlength=source.N)[self.i[index]],
            "N_incoming": lambda index: np.bincount(self.j, minlength=target.N)[self.j[index]],
            "delay": lambda index: np.broadcast_to(self._delay_values("pre"), (len(self),))[index],
        }
        self._variables = variables
        for end in (pre, post):
            end.dependents.add(self)
        for pathway, time in delay.items() if isinstance(delay, Mapping) else [("pre", delay)]:
            if time is not None:
                self._set_delay(pathway, time, None, frame)

    # what users see --------------------------------------------------------------------------------------------------

    @property
    def source(self) -> Any:
        """The group, or part of one, from which synapses come."""
        return self._source

    @property
    def target(self) -> Any:
        """The group, or part of one, to which synapses go."""
        return self._target

    @property
    def name(self) -> str | None:
        """The name, given or from the network."""
        return self._name

    @property
    def N(self) -> int:
        """The number of synapses."""
        return len(self._connections)

    @property
    def i(self) -> NDArray[Any]:
        """The source of each synapse, shape (synapses,), in order of creation."""
        return _within(self._source, self._connections.sources())

    @property
    def j(self) -> NDArray[Any]:
        """The target of each synapse, shape (synapses,), in order of creation."""
        return _within(self._target, self._connections.targets())

    @property
    def N_outgoing(self) -> NDArray[np.int64]:
        """How many synapses each neuron of the source has, shape (sources,)."""
        return np.bincount(self.i, minlength=self._source.N)

    @property
    def N_incoming(self) -> NDArray[np.int64]:
        """How many synapses each neuron of the target has, shape (targets,)."""
        return np.bincount(self.j, minlength=self._target.N)

    @property
    def method_reason(self) -> str:
        """One sentence: which scheme was chosen for equations that run with the clock, and why."""
        return self._choice.reason if self._choice else "there is nothing to integrate with the clock"

    @property
    def namespace(self) -> dict[str, Any]:
        """The captured values that the texts use; may be changed between runs."""
        return self._variables.namespace

    @property
    def delay(self) -> VariableView:
        """The delays of pathway ``pre``, one for each synapse."""
        return self._delay_view("pre")

    @delay.setter
    def delay(self, value: Any) -> None:
        self._set_delay("pre", value, None, caller(2))  # assigned through __setattr__, which lies between

    def connect(
        self,
        condition: str | None = None,
        i: Any = None,
        j: Any = None,
        p: Any = 1.0,
        n: Any = 1,
        skip_if_invalid: bool = False,
        rule: Any = None,
        matrix: Any = None,
        values: str | None = None,
    ) -> None:
        """Create synapses.

        Parameters
        ----------
        condition, p, n
            Texts (or numbers) of ``i``, ``j`` and the variables of both ends: which pairs are joined, with which
            probability, by how many synapses.
        i, j
            Arrays of indexes, or a text that gives the other index: ``j='i'``, ``j='k for k in range(i - 3, i + 4)'``.
        skip_if_invalid
            Leave out pairs that a text gives and that do not exist, instead of raising.
        rule
            A rule of ``eqsim.rules``.
        matrix, values
            A SciPy sparse matrix or array whose rows are sources; the variable that takes its entries.

        Raises
        ------
        ConnectError, ArgumentError, EqsimError
            For what cannot be carried out; no synapse is created then.

        """
        frame = caller()
        entries = None
        if matrix is not None:
            given = {"condition": condition, "i": i, "j": j, "rule": rule}
            given |= {name: value for name, value in (("p", p), ("n", n)) if isinstance(value, str) or value != 1}
            stands_alone("a matrix", given, self._owner, "the matrix says which pairs are joined")
            source, target, entries = pairs_matrix(ends(self._joint(), {}), matrix)
        else:
            source, target = requested_pairs(
                self._joint(), condition, i, j, p, n, rule, frame, skip_if_invalid=skip_if_invalid
            )
        if values is not None and not self._is_variable(values):
            raise self._unknown(values)
        if values is not None and entries is None:
            hint = "give matrix= too, or assign to the variable after connect"
            raise ConnectError("values= names the variable that takes a matrix's entries", owner=self._owner, hint=hint)
        self._calls += 1
        self._grow(_whole(self._source, source), _whole(self._target, target))
        if values is not None and entries is not None:
            self._variables.write(values, entries, np.arange(len(self) - len(source), len(self)))

    def __len__(self) -> int:
        return self.N

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in self.__dict__.get("_delays", {}):
            return Delayed(self, name)
        return super().__getattr__(name)

    def _repr_html_(self) -> str:
        return synapses_html(self)

    def _repr_latex_(self) -> str:
        return model_latex(self)

    def __repr__(self) -> str:
        return f"<{label('Synapses', self._name)}: {len(self)} synapses>"

    # for connecting and the network ----------------------------------------------------------------------------------

    def _joint(self) -> Joint:
        return Joint(self._source, self._target, self._variables.stream, self._calls, self._surroundings())

    def _grow(self, source: NDArray[Any], target: NDArray[Any]) -> None:
        before = len(self)
        self._to_creation_order()
        self._connections.grow(source, target)
        self._connected = True
        self._revision += 1
        variables = self._variables
        variables.resize(len(self))
        for pathway, delays in self._delays.items():
            if isinstance(delays, np.ndarray):
                self._delays[pathway] = np.concatenate([delays, np.zeros(len(source))])
        for name, value in self._initial.items():
            if name not in variables.waiting and len(self) > before:
                fresh = np.arange(before, len(self))
                variables.write(
                    name, variables.draw_values(value, variables.symbols, variables.unit(name), fresh), fresh
                )

    def _to_creation_order(self) -> None:
        """Lay values out in order of creation again, so that synapses can be added or sorted anew."""
        place = self._connections.place() if self._connections.sorted else None
        for pathway in self._delays:
            self._delays[pathway] = self._delay_values(pathway)
        self._steps.clear()
        self._laid = None
        if place is not None:
            arrays = self._variables.storage.arrays
            for name in self._variables.entries:
                if not self._variables.is_shared(name):
                    arrays[name][: len(self)] = taken(arrays[name], place)
        if self._connections.sorted:
            self._connections.unsort()
        self._variables.place = None

    def _sort(self, dt: float) -> None:
        """Lay synapses out for delivery: by source, delay, target; delays count steps from here on."""
        self._to_creation_order()
        for pathway, delays in self._delays.items():
            if isinstance(delays, np.ndarray):
                steps = in_steps(delays, dt)
                if len(steps) and steps.min() == steps.max():
                    self._delays[pathway] = float(int(steps[0]) * dt)
                else:
                    self._delays[pathway], self._steps[pathway] = steps, dt
        first = next((p.name for p in self._checked.pathways if p.of == "pre" and p.name in self._steps), None)
        self._connections.sort(self._delays[first] if first else None)  # type: ignore[arg-type]
        order = self._connections.permutation
        if order is not None:
            arrays = self._variables.storage.arrays
            for name in self._variables.entries:
                if not self._variables.is_shared(name):
                    rearrange(arrays[name], order, self._connections.start)
            for pathway in self._steps:
                rearrange(self._delays[pathway], order, self._connections.start)  # type: ignore[arg-type]
        self._variables.place = None if order is None else self._connections.place
        self._laid = dt

    def _delay_values(self, pathway: str) -> float | NDArray[Any]:
        """Return a pathway's delays in order of creation, in the network's unit of time."""
        delays = self._delays[pathway]
        if pathway not in self._steps or not isinstance(delays, np.ndarray):
            return delays
        place = self._connections.place()
        return (delays if place is None else taken(delays, place)) * self._steps[pathway]

    def _delay_view(self, pathway: str) -> VariableView:
        if pathway not in self._delays:
            raise ArgumentError(f"there is no pathway {pathway!r}", owner=self._owner)
        return VariableView(
            "delay",
            self._time_unit(),
            lambda index: np.broadcast_to(self._delay_values(pathway), (len(self),))[self._some(index, 3)],
            lambda index, value, depth: self._set_delay(pathway, value, index, caller(depth)),
        )

    def _some(self, index: Any, depth: int) -> Any:
        if isinstance(index, int | np.integer):
            return index
        return self._chosen(index, caller(depth) if isinstance(index, str) else None)

    def _set_delay(self, pathway: str, value: Any, index: Any, frame: FrameType) -> None:
        if pathway not in self._delays:
            known = ", ".join(repr(name) for name in self._delays) or "none: it has no on_pre or on_post"
            raise ArgumentError(
                f"there is no pathway {pathway!r} to delay", owner=self._owner, hint=f"pathways are {known}"
            )
        chosen: Indices = self._chosen(index, frame)
        if isinstance(value, str):
            checked, values = self._surroundings().expression(value, "delay", self._time_unit(), frame)
            saved = dict(self._variables.namespace)
            self._variables.namespace.update(values)
            plain = self._variables.evaluate(checked, self._time_unit(), chosen)
            self._variables.namespace.clear()
            self._variables.namespace.update(saved)
        else:
            value = value.values if isinstance(value, VariableView) else value
            plain = np.asarray(magnitude(value, self._time_unit(), self._owner), np.float64)
        if not (plain.min(initial=0.0) >= 0 and plain.max(initial=0.0) < np.inf):  # what is no number is refused, too
            hint = "a spike arrives now or later: give a finite time"
            raise ArgumentError("a delay is a time of at least zero", owner=self._owner, hint=hint)
        if plain.ndim and plain.shape != chosen.shape:
            hint = "give one delay for all, or one for each synapse"
            raise ArgumentError(f"{plain.size} delays for {len(chosen)} synapses", owner=self._owner, hint=hint)
        self._to_creation_order()
        if index is None and plain.ndim == 0:
            self._delays[pathway] = float(plain)
        elif index is None and isinstance(value, str):
            self._delays[pathway] = np.asarray(plain, np.float64)
        else:
            full = np.array(np.broadcast_to(self._delays[pathway], (len(self),)), np.float64)
            full[slice(None) if index is None else chosen] = plain
            self._delays[pathway] = full
        self._revision += 1

    def _time_unit(self) -> Unit:
        return time_unit(self._system.unitless)

    def _chosen(self, index: Any, frame: FrameType | None) -> NDArray[np.int64]:
        if isinstance(index, tuple) and len(index) in {2, 3}:
            rows = _selected(index[0], self._source.N, self.i, self._owner, "source")
            columns = _selected(index[1], self._target.N, self.j, self._owner, "target")
            return np.flatnonzero(rows & columns)
        return super()._chosen(index, frame)

    def _surroundings(self) -> Surroundings:
        own = {name: symbol for name, symbol in self._checked.symbols.items() if symbol.role is not Role.EXTERNAL}
        return Surroundings(
            self._owner,
            "synapse",
            own,
            self._namespace,
            self._source._variables.symbols,
            self._target._variables.symbols,
            self._system.unitless or None,
        )

    def _elements(self) -> NDArray[np.int64] | None:
        return None


def _selected(index: Any, size: int, ends: NDArray[Any], owner: str, end: str) -> NDArray[np.bool_]:
    wanted = np.zeros(size, bool)
    try:
        wanted[index] = True
    except IndexError:
        hint = "S.w[i, j] takes an index, a slice, a mask or an array for either end"
        raise ArgumentError(
            f"{index!r} is out of range: the {end} has {size} neurons", owner=owner, hint=hint
        ) from None
    selected: NDArray[np.bool_] = wanted[ends]
    return selected


def _within(group: Any, index: NDArray[Any]) -> NDArray[Any]:
    """Return indexes of a whole group as indexes of a part of it."""
    part = group._elements()
    if part is None:
        return index.astype(np.int64)
    if len(part) and (np.diff(part) == 1).all():
        offset = int(part[0])
        return index.astype(np.int64) - offset
    table = np.zeros(group._variables.size, np.int64)
    table[part] = np.arange(len(part))
    within: NDArray[Any] = table[index]
    return within


def _whole(group: Any, index: NDArray[Any]) -> NDArray[Any]:
    """Return indexes of a part of a group as indexes of the whole group."""
    part = group._elements()
    whole: NDArray[Any] = index if part is None else np.take(part.astype(index.dtype), index)
    return whole
