"""A checked model: names resolved, every definition with a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from eqsim.checking.dimensions import Unit
from eqsim.language.expr import Expr
from eqsim.language.model import AssignOp, Kind, Method
from eqsim.text.source import Source, Span

Type = Literal["real", "integer", "boolean"]


class Role(Enum):
    """What a name stands for."""

    STATE = "differential variable"
    PARAMETER = "parameter"
    SUBEXPRESSION = "subexpression"
    BUILTIN = "always there"  # t, dt, t_in_timesteps, i, j, N, N_pre, lastspike, not_refractory, delay ...
    NOISE = "noise"  # xi, xi_NAME
    EXTERNAL = "external constant"  # a captured scalar or an entry of the namespace
    UNIT = "unit"
    CONSTANT = "constant"  # pi, e, inf, nan
    LOCAL = "local of a statement"


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name in a text means.

    ``unit`` is the unit in which the value is kept: the declared one; for ``t``, ``dt``, ``lastspike`` milliseconds (1
    in a unitless model); for an EXTERNAL the unit into which the captured value is converted; for a UNIT itself.
    ``of`` and ``variable`` say whose variable it is: in a synapse ``x_pre`` is variable ``x`` of ``pre``.
    """

    name: str
    role: Role
    unit: Unit
    type: Type = "real"
    of: Literal["own", "pre", "post"] = "own"
    variable: str = ""
    shared: bool = False
    constant: bool = False
    held: bool = False  # marked (unless refractory)


@dataclass(frozen=True, slots=True)
class External:
    """A name that the surroundings offer: a scalar, a TimedArray or a registered function.

    ``result`` is the unit of the value (of the function's result); ``arguments`` the units of a function's arguments.
    Anything else is of kind ``other``, which no text can use; ``what`` says in words what it is (``a list``).
    """

    kind: Literal["scalar", "timed_array", "function", "other"]
    result: Unit = field(default_factory=Unit)
    type: Type = "real"
    arguments: tuple[Unit, ...] = ()
    what: str = ""

    @property
    def called(self) -> bool:
        """Whether a text uses this with arguments."""
        return self.kind in {"timed_array", "function"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What surrounds a text: the kind of its owner, captured names, and for a synapse the variables at its ends."""

    kind: Literal["neuron", "synapse"] = "neuron"
    externals: Mapping[str, External] = field(default_factory=dict)
    pre: Mapping[str, Symbol] = field(default_factory=dict)
    post: Mapping[str, Symbol] = field(default_factory=dict)
    unitless: bool | None = None  # None: as the model's own lines say
    nearby: frozenset[str] = frozenset()  # further names that the surroundings hold, which a misspelt one may mean


@dataclass(frozen=True, slots=True)
class CheckedDefinition:
    """A definition whose names are known and whose units agree."""

    name: str
    kind: Kind
    value: Expr | None
    unit: Unit
    type: Type
    flags: frozenset[str]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A statement whose target is writable and whose units agree; a local has its unit inferred."""

    target: Symbol
    op: AssignOp
    value: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CheckedCode:
    """Checked statements, in order, with every name that they use (locals among them)."""

    statements: tuple[CheckedStatement, ...]
    symbols: Mapping[str, Symbol]
    source: Source = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CheckedExpression:
    """One checked formula outside a model: a condition, an assigned text, a connection rule."""

    value: Expr
    unit: Unit
    type: Type
    symbols: Mapping[str, Symbol]


@dataclass(frozen=True, slots=True)
class CheckedEvent:
    """A checked condition with a name; the threshold is the event ``spike``."""

    name: str
    condition: Expr


@dataclass(frozen=True, slots=True)
class CheckedPathway:
    """A checked pathway."""

    name: str
    of: Literal["pre", "post"]
    code: CheckedCode
    event: str = "spike"


@dataclass(frozen=True, slots=True)
class CheckedModel:
    """A model whose names are resolved and whose units agree.

    ``definitions`` keep the order in which they were written, ``subexpressions`` is their names in order of dependence.
    ``refractory`` is a formula of time (``refractory_kind == 'time'``) or a condition.
    """

    kind: Literal["neuron", "synapse"]
    name: str
    definitions: tuple[CheckedDefinition, ...]
    subexpressions: tuple[str, ...]
    initials: Mapping[str, Expr]
    symbols: Mapping[str, Symbol]
    unitless: bool
    threshold: Expr | None = None
    reset: CheckedCode | None = None
    refractory: Expr | None = None
    refractory_kind: Literal["none", "time", "condition"] = "none"
    events: tuple[CheckedEvent, ...] = ()
    pathways: tuple[CheckedPathway, ...] = ()
    method: Method | None = None
    noise: Literal["stratonovich", "ito"] = "stratonovich"
    source: Source | None = field(default=None, compare=False, repr=False)
    externals: Mapping[str, External] = field(default_factory=dict)  # those that the model uses

    def __str__(self) -> str:
        """Return every variable with its unit, and every name that the texts use with its meaning."""
        lines = [f"{self.kind} model {self.name or '(unnamed)'}{', without units' if self.unitless else ''}"]
        for definition in self.definitions:
            flags = f" ({', '.join(sorted(definition.flags))})" if definition.flags else ""
            value = f" = {definition.value}" if definition.value is not None else ""
            lines.append(f"  {definition.kind} {definition.name}{value} : {definition.unit.name or '1'}{flags}")
        lines += [f"  initial value of {name} = {value}" for name, value in self.initials.items()]
        lines += [f"  threshold {self.threshold}"] if self.threshold is not None else []
        lines += [f"  refractory ({self.refractory_kind}) {self.refractory}"] if self.refractory is not None else []
        lines += [f"  event {event.name}: {event.condition}" for event in self.events]
        lines += [f"  {symbol.name}: {symbol.role.value}, {symbol.type}" for symbol in self.symbols.values()]
        return "\n".join(lines)
