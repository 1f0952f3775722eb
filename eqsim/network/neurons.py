"""Groups of neurons and parts of them."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import FrameType, MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eqsim.analysis.analyse import analyse
from eqsim.analysis.system import System
from eqsim.checking.check import check
from eqsim.checking.checked import CheckedCode, CheckedModel, Scope, Symbol
from eqsim.checking.units import unit_text
from eqsim.language.expr import Name, Number
from eqsim.language.model import Model
from eqsim.language.names import free_names
from eqsim.language.parse import parse, with_arguments
from eqsim.lowering.kernel import Entry
from eqsim.lowering.neurons import storage
from eqsim.lowering.program import check_slot
from eqsim.network.access import Access
from eqsim.network.arguments import check_order, check_shared, whole_number
from eqsim.network.capture import caller, externals, found, nearby, scalar, usable
from eqsim.network.display import group_html, model_latex, subgroup_html
from eqsim.network.equations import Equations, model_text
from eqsim.network.indexes import part_of
from eqsim.network.labels import label
from eqsim.network.library_model import LibraryModel
from eqsim.network.linked import Linked
from eqsim.network.modelled import Modelled
from eqsim.network.texts import Surroundings, warn_of_hidden
from eqsim.network.variables import Variables
from eqsim.random import next_stream
from eqsim.schemes.choose import Choice, choose, find
from eqsim.text.errors import ArgumentError, EqsimWarning
from eqsim.text.source import Source
from eqsim.units import has_unit

_NOTHING: Mapping[str, Entry] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Operation:
    """Statements that a group carries out regularly or when an event happened."""

    code: CheckedCode
    name: str
    event: str | None = None
    dt: Any = None
    when: str = "start"
    order: int = 0


class NeuronGroup(Modelled):
    """A group of neurons that share their equations.

    Parameters
    ----------
    N
        How many neurons: an integer, or a tuple whose product it is.
    model
        The equations: a text, ``Equations``, a model of the library, or the path of a ``.eqs`` file.
    threshold, reset, refractory
        The condition of a spike; the statements after it; and a time (quantity or text), a parameter's name or a
        condition for which no further spike is emitted.
    events
        Names and conditions of further events.
    method
        The integration scheme; chosen automatically by default (see ``method_reason``).
    noise
        ``'stratonovich'`` (default) or ``'ito'``: how state-dependent noise is read.
    namespace
        Values of external names; taken from the caller's variables by default.
    dt, order, seed, name
        The group's own time step; its rank among others in a slot; the stream of its random numbers; its name.

    Raises
    ------
    EqsimError
        For any mistake in a text, before anything is built.

    """

    def __init__(
        self,
        N: int | tuple[int, ...] | list[int],
        model: str | Equations | LibraryModel | os.PathLike[str] = "",
        threshold: str | None = None,
        reset: str | None = None,
        refractory: Any = None,
        events: Mapping[str, str] | None = None,
        method: str | None = None,
        method_options: Mapping[str, Any] | None = None,
        noise: Literal["stratonovich", "ito"] | None = None,
        namespace: Mapping[str, Any] | None = None,
        dt: Any = None,
        order: int = 0,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        owner = label("NeuronGroup", name)
        size, shape = size_of(N, owner)
        check_shared(owner, dt=dt, order=order, namespace=namespace, seed=seed)
        text, given = model_text(model, owner)
        if method_options is not None and (not isinstance(method_options, Mapping) or method_options):
            raise ArgumentError("no scheme has options", owner=owner, hint="leave out method_options")
        if events is not None and not isinstance(events, Mapping):
            found, hint = type(events).__name__, "write for instance events={'up': 'V > -40*mV'}"
            raise ArgumentError("events give conditions by name", owner=owner, found=found, hint=hint)
        frame = caller()
        written, extra = written_model(text, owner, threshold, reset, refractory, events, method, noise)
        around = offered(written, namespace, frame)
        values = {**usable({**around, **given}, defined_names(written), strict=True), **extra}
        checked = self._follow(owner, size, shape, written, values, namespace, frame)
        warn_of_hidden(checked.symbols, usable(around, (), strict=False), owner)
        if checked.threshold is not None and checked.reset is None and checked.refractory_kind == "none":
            warnings.warn(
                f"{owner} has a threshold but neither reset nor refractoriness: it spikes in every step above it",
                EqsimWarning,
                stacklevel=2,
            )
        self._name, self._dt, self._order, self._seed = name, dt, order, seed
        self._variables.stream = next_stream(seed)

    def _follow(
        self,
        owner: str,
        size: int,
        shape: tuple[int, ...],
        written: Model,
        values: Mapping[str, Any],
        namespace: Mapping[str, Any] | None,
        frame: FrameType,
    ) -> CheckedModel:
        """Check a model, choose its scheme, and make the storage; ``values`` are what its names may stand for."""
        checked = check(written, Scope("neuron", externals(values), nearby=nearby(namespace, frame)))
        system = analyse(checked)
        choice = choose(system, checked.method, checked.noise) if system.states else None
        if checked.method is not None and choice is None:
            find(checked.method)  # tells a misspelt name where there is nothing to integrate
        self._setup(owner, size, shape, checked, system, choice)
        self._variables.namespace.update({key: values[key] for key in checked.externals if key in values})
        self._namespace = namespace
        return checked

    def _setup(
        self,
        owner: str,
        size: int,
        shape: tuple[int, ...],
        checked: CheckedModel,
        system: System,
        choice: Choice | None,
        kept: Mapping[str, Entry] = _NOTHING,
    ) -> None:
        """Make the storage: of the model's variables, and of what else is ``kept`` beside them."""
        self._owner, self._shape = owner, shape
        self._checked, self._system, self._choice = checked, system, choice
        self._operations: list[Operation] = []
        self._revision = 0
        variables = Variables(owner, system, {**storage(checked), **kept}, size, 0)
        variables.waiting = {
            d.name: d.value for d in checked.definitions if d.kind == "parameter" and d.value is not None
        } | dict(checked.initials)
        if "not_refractory" in variables.entries:
            variables.storage.arrays["not_refractory"][:] = 1
        variables.linkable = frozenset(d.name for d in checked.definitions if "linked" in d.flags)
        self._variables = variables

    # what users see --------------------------------------------------------------------------------------------------

    @property
    def N(self) -> int:
        """The number of neurons."""
        return self._variables.size

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of neurons as it was given, a tuple."""
        return self._shape

    @property
    def method(self) -> str | None:
        """The integration scheme."""
        return self._choice.scheme.name if self._choice else None

    @property
    def model(self) -> str:
        """The text of the equations."""
        return self._checked.source.text if self._checked.source else ""

    def __getitem__(self, index: Any) -> Subgroup:
        """Return a part of the group: a slice, a mask, indices."""
        return Subgroup(self, part_of(index, self.N, self._owner))

    def run_regularly(self, code: str, dt: Any = None, when: str = "start", order: int = 0) -> None:
        """Carry out statements for every neuron in each step, or every ``dt``."""
        check_slot(when, self._owner)
        check_shared(self._owner, dt=dt, order=order)
        checked = self._statements(code, "run_regularly", caller())
        self._operations.append(Operation(checked, f"run_regularly_{len(self._operations)}", None, dt, when, order))
        self._revision += 1

    def run_on_event(self, event: str, code: str, when: str = "after_resets", order: int = 0) -> None:
        """Carry out statements for each neuron for which an event happened in this step."""
        known = [e.name for e in self._checked.events] + (["spike"] if self._checked.threshold is not None else [])
        if not isinstance(event, str) or event not in known:
            raise ArgumentError(
                f"there is no event {event!r}", owner=self._owner, hint=f"events are {', '.join(known) or 'none'}"
            )
        check_slot(when, self._owner)
        check_order(order, self._owner)
        checked = self._statements(code, f"run_on_event {event!r}", caller())
        self._operations.append(Operation(checked, f"on_{event}_{len(self._operations)}", event, None, when, order))
        self._revision += 1

    def _repr_html_(self) -> str:
        return group_html(self)

    def __repr__(self) -> str:
        return f"<{label('NeuronGroup', self._name)}: {self.N} neurons, {self.method or 'no equations'}>"

    # for the network -------------------------------------------------------------------------------------------------

    def _statements(self, text: str, part: str, frame: FrameType) -> CheckedCode:
        code, values = self._surroundings().statements(text, part, frame)
        return self._variables.capture(code, values)

    def _assign(self, name: str, value: Any, index: Any, frame: FrameType) -> None:
        if isinstance(value, Linked):
            if name not in self._variables.linkable:
                hint = f"write its line as '{name} : {unit_text(self._variables.unit(name))} (linked)'"
                raise ArgumentError(f"{name!r} is not marked (linked)", owner=self._owner, hint=hint)
            self._variables.link(name, value.group, value.variables, value.name, value.index)
            self._revision += 1
            return
        super()._assign(name, value, index, frame)

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            self._owner, "neuron", self._checked.symbols, self._namespace, unitless=self._checked.unitless
        )


class Subgroup(Access):
    """A part of a group: reads and writes the group's own values; nothing is copied."""

    def __init__(self, group: NeuronGroup, index: NDArray[np.int64]) -> None:
        if len(np.unique(index)) != len(index):
            hint = "name each neuron once"
            raise ArgumentError("a neuron stands twice in this subgroup", owner=group._owner, hint=hint)
        self._group, self._index = group, index
        self._variables = group._variables
        self._owner = f"a subgroup of {group._owner}"

    @property
    def N(self) -> int:
        """The number of neurons."""
        return len(self._index)

    @property
    def name(self) -> str | None:
        """The name of the group that this is a part of."""
        return self._group.name

    @property
    def group(self) -> NeuronGroup:
        """The group that this is a part of."""
        return self._group

    @property
    def indices(self) -> NDArray[np.int64]:
        """Which neurons of the group these are."""
        return self._index.copy()

    def __len__(self) -> int:
        return self.N

    def __getitem__(self, index: Any) -> Subgroup:
        """Return a part of this part."""
        return Subgroup(self._group, self._index[part_of(index, self.N, self._owner)])

    def _surroundings(self) -> Surroundings:
        return self._group._surroundings()

    def _elements(self) -> NDArray[np.int64] | None:
        return self._index

    def _repr_html_(self) -> str:
        return subgroup_html(self)

    def _repr_latex_(self) -> str:
        return model_latex(self._group)

    def __repr__(self) -> str:
        return f"<{self.N} neurons of {self._group!r}>"


def size_of(N: Any, owner: str) -> tuple[int, tuple[int, ...]]:
    """Return how many elements a group has, from the number or shape that was given, and the shape."""
    shape = tuple(N) if isinstance(N, tuple | list) else (N,)
    if not shape or not all(isinstance(n, int | np.integer) and not isinstance(n, bool) and n > 0 for n in shape):
        hint = "write how many neurons there are, such as 100"
        summary = f"N must be a positive whole number or a tuple of them, not {N!r}"
        raise ArgumentError(summary, owner=owner, hint=hint)
    return whole_number(math.prod(int(n) for n in shape), "N", owner), tuple(int(n) for n in shape)


def written_model(
    model: str,
    owner: str,
    threshold: str | None,
    reset: str | None,
    refractory: Any,
    events: Mapping[str, str] | None,
    method: str | None,
    noise: Literal["stratonovich", "ito"] | None,
    parts: frozenset[str] = frozenset(),
) -> tuple[Model, dict[str, Any]]:
    """Return the model with its keyword texts, and a refractory time that is no text as a value."""
    as_text = refractory if isinstance(refractory, str) else None
    written = with_arguments(
        parse(model, owner, parts=parts),
        owner,
        threshold=threshold,
        reset=reset,
        refractory=as_text,
        events=events or {},
        on_pre=None,
        on_post=None,
        method=method,
        noise=noise,
        parts=parts,
    )
    if refractory is None or as_text is not None or refractory is False:
        return written, {}
    span = Source(str(refractory), owner, "refractory").span()
    if isinstance(refractory, bool) or not scalar(refractory) or refractory < 0:
        hint = "write a time such as 5*ms, a parameter's name, or a condition such as 'V > -20*mV'"
        raise ArgumentError("refractoriness is a time or a text", owner=owner, found=str(refractory), hint=hint)
    if not has_unit(refractory) and refractory == 0:  # fits any unit, as a literal 0 does
        return replace(written, refractory=Number(0, span)), {}
    return replace(written, refractory=Name("_refractory", span)), {"_refractory": refractory}


def offered(model: Model, namespace: Mapping[str, Any] | None, frame: FrameType) -> dict[str, Any]:
    """Return what the surroundings offer for the names of a model."""
    names = free_names(model) | defined_names(model)
    if namespace is not None:
        return {name: namespace[name] for name in names if name in namespace}
    return found(names, frame)


def defined_names(model: Model) -> frozenset[str]:
    """Return the names that a model's lines define."""
    return frozenset(definition.name for definition in model.definitions)


def symbols_of(source: Any) -> Mapping[str, Symbol]:
    """Return the variables that synapses may see of a source or target."""
    variables = source._variables
    symbols: Mapping[str, Symbol] = variables.symbols
    return symbols
