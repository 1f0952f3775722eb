"""Synapses between two groups: connections, per-synapse variables, pathways and their delays."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import FrameType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from eqsim.analysis.analyse import analyse
from eqsim.checking.checked import Role
from eqsim.checking.dimensions import Unit
from eqsim.checking.vocabulary import time_unit
from eqsim.connectivity.ends import Pairs
from eqsim.connectivity.pairs import pairs_matrix
from eqsim.connectivity.rows import Rows
from eqsim.lowering.synapses import storage
from eqsim.network.arguments import Sealed, check_flag, check_shared
from eqsim.network.capture import caller, usable
from eqsim.network.connecting import Joint, ends, requested_pairs, stands_alone
from eqsim.network.display import synapses_html
from eqsim.network.equations import Equations, model_text
from eqsim.network.labels import label
from eqsim.network.layout import Layout
from eqsim.network.library_model import LibraryModel
from eqsim.network.modelled import Modelled
from eqsim.network.pathway_rules import ends_are_groups, order_counts, pathways_fit
from eqsim.network.removal import remove
from eqsim.network.subsets import number_in_pair, selected, whole_pairs, within
from eqsim.network.synapse_model import checked_model, written
from eqsim.network.texts import Surroundings, parts_of, warn_of_hidden
from eqsim.network.variables import Variables
from eqsim.network.view import VariableView
from eqsim.random import next_stream
from eqsim.schemes.choose import choose, find
from eqsim.text.errors import ArgumentError, ConnectError, NetworkError
from eqsim.units import magnitude


class Delayed(Sealed):
    """A pathway of a Synapses object, for its delay: ``S.pre.delay``."""

    def __init__(self, synapses: Synapses, name: str) -> None:
        self._synapses, self._name, self._owner = synapses, name, f"pathway {name!r} of {synapses._owner}"

    @property
    def delay(self) -> VariableView:
        """The delays, one for each synapse."""
        return self._synapses._delay_view(self._name)

    @delay.setter
    def delay(self, value: Any) -> None:
        self._synapses._set_delay(self._name, value, None, caller())


class Synapses(Modelled):
    """Synapses from a source to a target group.

    Parameters
    ----------
    source, target
        Groups, parts of groups or ``Synapses``; the target is the source by default. Of synapses the variables are
        seen, as of any group; but they emit no spikes, so that no pathway follows them.
    model
        The equations, one set of variables a synapse: a text, ``Equations``, a model of the library, or the path of
        a ``.eqs`` file.
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

    _unchosen: ClassVar[str] = "there is nothing to integrate with the clock"

    def __init__(
        self,
        source: Any,
        target: Any = None,
        model: str | Equations | LibraryModel | os.PathLike[str] = "",
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
        ends_are_groups(source, target, owner)
        check_shared(owner, dt=dt, order=order, namespace=namespace, seed=seed)
        frame = caller()
        text, given = model_text(model, owner)
        pre, post = source._variables, target._variables
        parts = parts_of(pre.symbols, post.symbols)
        model_read = checked_model(
            written(text, owner, on_pre, on_post, method, parts), pre, post, given, namespace, frame
        )
        checked, values = model_read.checked, model_read.values
        pathways_fit(checked, source, target, owner, dir(Synapses))
        system = analyse(checked)
        clocked = [state for state in system.states if not state.event_driven]
        choice = choose(system, checked.method, checked.noise) if clocked else None
        if checked.method is not None and choice is None:
            find(checked.method)  # tells a misspelt name where there is nothing to integrate
        own = {name: symbol for name, symbol in checked.symbols.items() if symbol.of == "own"}
        warn_of_hidden(own, usable(model_read.offered, (), strict=False), owner)
        self._owner, self._source, self._target = owner, source, target
        self._checked, self._system, self._choice = checked, system, choice
        self._name, self._dt, self._order, self._seed, self._namespace = name, dt, order, seed, namespace
        self._revision, self._calls, self._connected = 0, 0, False
        variables = Variables(owner, system, storage(checked), 0, next_stream(seed))
        pathways = {pathway.name: pathway.of for pathway in checked.pathways}
        alike = order_counts(checked, pre is post)
        self._layout = layout = Layout(variables, {"pre": pre, "post": post}, pathways, as_created=alike)
        variables.waiting = {
            d.name: d.value for d in checked.definitions if d.kind == "parameter" and d.value is not None
        } | dict(checked.initials)
        self._initial = dict(variables.waiting)
        variables.links = {
            # a restored state brings connections of its own
            "pre": (pre, lambda index: layout.connections.source_of(index)),  # noqa: PLW0108
            "post": (post, lambda index: layout.connections.target_of(index)),  # noqa: PLW0108
        }
        variables.namespace.update({key: values[key] for key in checked.externals if key in values})
        variables.builtins = {
            "i": lambda index: within(source, layout.connections.source_of(index)),
            "j": lambda index: within(target, layout.connections.target_of(index)),
            "N_pre": lambda _: source.N,
            "N_post": lambda _: target.N,
            "N_outgoing": lambda index: self.N_outgoing[self.i[index]],
            "N_incoming": lambda index: self.N_incoming[self.j[index]],
            "delay": lambda index: np.broadcast_to(layout.times("pre"), (len(self),))[index],
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
    def N(self) -> int:
        """The number of synapses."""
        return len(self._layout.connections)

    @property
    def i(self) -> NDArray[Any]:
        """The source of each synapse, shape (synapses,), in order of creation."""
        return within(self._source, self._layout.connections.sources())

    @property
    def j(self) -> NDArray[Any]:
        """The target of each synapse, shape (synapses,), in order of creation."""
        return within(self._target, self._layout.connections.targets())

    @property
    def N_outgoing(self) -> NDArray[np.int64]:
        """How many synapses each neuron of the source has, shape (sources,)."""
        return np.bincount(self.i, minlength=self._source.N)

    @property
    def N_incoming(self) -> NDArray[np.int64]:
        """How many synapses each neuron of the target has, shape (targets,)."""
        return np.bincount(self.j, minlength=self._target.N)

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
        self._at_rest()
        frame = caller()
        check_flag(skip_if_invalid, "skip_if_invalid", self._owner)
        entries = None
        if matrix is not None:
            given = {"condition": condition, "i": i, "j": j, "rule": rule}
            given |= {name: value for name, value in (("p", p), ("n", n)) if isinstance(value, str) or value != 1}
            stands_alone("a matrix", given, self._owner, "the matrix says which pairs are joined")
            i, j, entries = pairs_matrix(ends(self._joint(), {}), matrix)
            pairs: Pairs | Rows = (i, j)
        else:
            pairs = requested_pairs(self._joint(), condition, i, j, p, n, rule, frame, skip_if_invalid=skip_if_invalid)
        if values is not None and not (isinstance(values, str) and self._is_variable(values)):
            raise self._unknown(str(values))
        if values is not None and entries is None:
            hint = "give matrix= too, or assign to the variable after connect"
            raise ConnectError("values= names the variable that takes a matrix's entries", owner=self._owner, hint=hint)
        self._calls += 1
        before = len(self)
        self._grow(whole_pairs(self._source, self._target, pairs))
        if values is not None and entries is not None:
            self._variables.write(values, entries, np.arange(before, len(self)))

    def disconnect(self, which: Any = None) -> None:
        """Remove synapses: all, or those that ``which`` means, written as in ``S.w[which]``.

        It is a condition (``'w < 0.1*nS'``, ``'i == j'``), indexes, a mask, or a pair: ``(i, j)`` for those from ``i``
        to ``j``. Those that stay keep their values, delays and order, and are counted anew from 0; what is under way
        to those removed is lost, and synapses onto or from them are removed too.

        Raises
        ------
        ConnectError
            Where a monitor records one of them; nothing changes then.
        ArgumentError, EqsimError
            For what means no synapses.

        """
        self._at_rest()
        remove(self, self._chosen(which, caller()))

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and "_layout" in self.__dict__ and name in self._layout.delays:
            return Delayed(self, name)
        return super().__getattr__(name)

    def _repr_html_(self) -> str:
        return synapses_html(self)

    def __repr__(self) -> str:
        return f"<{label('Synapses', self._name)}: {len(self)} synapses>"

    def _writable(self, name: str) -> None:
        super()._writable(name)
        if not self._connected and not self._variables.is_shared(name):
            hint = "call connect() first, or give a default: a line such as 'w = 1*mV : mV (parameter)'"
            raise ArgumentError(f"there are no synapses yet that could have {name!r}", owner=self._owner, hint=hint)

    # for connecting and the network ----------------------------------------------------------------------------------

    def _joint(self) -> Joint:
        return Joint(self._source, self._target, self._variables.stream, self._calls, self._surroundings())

    def _at_rest(self) -> None:
        """Raise NetworkError while the network runs."""
        network = self.__dict__.get("_network")
        if network is not None and network._running:
            raise NetworkError(
                "connections and delays cannot change during a run",
                owner=label("Synapses", self._name),
                hint="values may change while a network runs; change what it is made of between two runs",
            )

    def _grow(self, pairs: Pairs | Rows) -> None:
        before = len(self)
        self._layout.grow(pairs)
        self._connected = True
        self._revision += 1
        variables = self._variables
        for name, value in self._initial.items():
            if name not in variables.waiting and len(self) > before:
                fresh = np.arange(before, len(self))
                variables.write(
                    name, variables.draw_values(value, variables.symbols, variables.unit(name), fresh), fresh
                )

    def _delay_values(self, pathway: str) -> float | NDArray[Any]:
        """Return a pathway's delays in order of creation, in the network's unit of time."""
        return self._layout.times(pathway)

    def _delay_view(self, pathway: str) -> VariableView:
        if pathway not in self._layout.delays:
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
        self._at_rest()
        if pathway not in self._layout.delays:
            known = ", ".join(repr(name) for name in self._layout.delays) or "none: it has no on_pre or on_post"
            raise ArgumentError(
                f"there is no pathway {pathway!r} to delay", owner=self._owner, hint=f"pathways are {known}"
            )
        chosen = None if index is None else self._chosen(index, frame)
        every = range(len(self)) if chosen is None else chosen
        if isinstance(value, str):
            checked, values = self._surroundings().expression(value, "delay", self._time_unit(), frame)
            plain = self._evaluated(checked, values, self._time_unit(), every)
        else:
            value = value.values if isinstance(value, VariableView) else value
            plain = np.asarray(magnitude(value, self._time_unit(), self._owner))
        if not (plain.min(initial=0.0) >= 0 and plain.max(initial=0.0) < np.inf):  # what is no number is refused, too
            hint = "a spike arrives now or later: give a finite time"
            raise ArgumentError("a delay is a time of at least zero", owner=self._owner, hint=hint)
        if plain.ndim and plain.shape != (len(every),):
            hint = "give one delay for all, or one for each synapse"
            raise ArgumentError(f"{plain.size} delays for {len(every)} synapses", owner=self._owner, hint=hint)
        self._layout.delay(pathway, plain, chosen)
        self._revision += 1

    def _time_unit(self) -> Unit:
        return time_unit(self._system.unitless)

    def _chosen(self, index: Any, frame: FrameType | None) -> NDArray[np.int64]:
        if isinstance(index, tuple) and len(index) in {2, 3}:
            rows = selected(index[0], self._source.N, self.i, self._owner, "source")
            columns = selected(index[1], self._target.N, self.j, self._owner, "target")
            chosen: NDArray[np.int64] = np.flatnonzero(rows & columns)
            if len(index) == 3:
                number = number_in_pair(self.i[chosen], self.j[chosen])
                most = int(number.max(initial=-1)) + 1
                chosen = chosen[selected(index[2], most, number, self._owner, "synapses of a pair")]
            return chosen
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
