"""What an author wrote: Model, and the parts of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from eqsim.language.expr import Expr
from eqsim.text.source import Source, Span

Kind = Literal["derivative", "subexpression", "parameter"]
AssignOp = Literal["=", "+=", "-=", "*=", "/=", "**=", "//=", "%="]


@dataclass(frozen=True, slots=True)
class UnitText:
    """A unit as written: ``mS/cm2``, ``1``, ``boolean``."""

    text: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Flag:
    """A word in the bracket at the end of a line: ``unless refractory``."""

    text: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Method:
    """The integration scheme that an author asks for: its name, or the path of a .scheme file."""

    text: str
    span: Span = field(compare=False, repr=False)

    def __str__(self) -> str:
        """Return the name."""
        return self.text


@dataclass(frozen=True, slots=True)
class Definition:
    """One line that defines a variable.

    ``value`` is the right-hand side of a derivative or subexpression, the default of a parameter, or ``None``.
    ``order`` is 1 for ``dx/dt`` and ``x'`` (a second-order line has been split by the parser into two definitions),
    and the fractional order of ``d^0.8 x/dt^0.8``.
    """

    name: str
    kind: Kind
    value: Expr | None
    unit: UnitText | None
    flags: tuple[Flag, ...]
    span: Span = field(compare=False, repr=False)  # of the name on the left
    order: float = 1


@dataclass(frozen=True, slots=True)
class Initial:
    """``x(0) = expr``."""

    name: str
    value: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """One assignment of a reset, a pathway or an event."""

    target: str
    op: AssignOp
    value: Expr
    span: Span = field(compare=False, repr=False)  # of the whole statement
    target_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Code:
    """Statements, in order, and the text that they came from."""

    statements: tuple[Statement, ...]
    source: Source = field(compare=False, repr=False)

    def __str__(self) -> str:
        """Return the statements on one line."""
        return "; ".join(f"{s.target} {s.op} {s.value}" for s in self.statements)


@dataclass(frozen=True, slots=True)
class Event:
    """A condition with a name."""

    name: str
    condition: Expr


@dataclass(frozen=True, slots=True)
class Pathway:
    """Statements that a synapse carries out when a spike arrives from its source or its target."""

    name: str
    of: Literal["pre", "post"]
    code: Code
    event: str = "spike"


@dataclass(frozen=True, slots=True)
class Model:
    """What an author wrote: lines and directives, as written, each with its span.

    ``refractory`` is a formula (of time or a condition); which of the two is decided by checking.
    """

    source: Source = field(compare=False, repr=False)
    word: Literal["model", "channel", "ion", "synapse", "rate"] = "model"
    name: str = ""
    reference: str = ""
    definitions: tuple[Definition, ...] = ()
    initials: tuple[Initial, ...] = ()
    threshold: Expr | None = None
    reset: Code | None = None
    refractory: Expr | None = None
    events: tuple[Event, ...] = ()
    pathways: tuple[Pathway, ...] = ()
    method: Method | None = None
    noise: Literal["stratonovich", "ito"] | None = None
    uses: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the model as text that reads back as the same."""
        lines = [f"{self.word} {self.name}"] if self.name else []
        lines += [f"reference {self.reference}"] if self.reference else []
        lines += [_line(definition) for definition in self.definitions]
        lines += [f"{initial.name}(0) = {initial.value}" for initial in self.initials]
        lines += [f"threshold {self.threshold}"] if self.threshold is not None else []
        lines += [f"reset {self.reset}"] if self.reset is not None else []
        lines += [f"refractory {self.refractory}"] if self.refractory is not None else []
        lines += [f"event {event.name} {event.condition}" for event in self.events]
        lines += [f"on_{pathway.of} {pathway.code}" for pathway in self.pathways]
        lines += [f"{word} {value}" for word, value in (("method", self.method), ("noise", self.noise)) if value]
        return "\n".join(lines)

    @property
    def unitless(self) -> bool:
        """Whether no line declares a unit, so that all numbers are plain; a model without lines is not."""
        return bool(self.definitions) and all(d.unit is None for d in self.definitions)


def _line(definition: Definition) -> str:
    left = definition.name
    if definition.kind == "derivative":
        power = "" if definition.order == 1 else f"^{definition.order:g}"
        left = f"d{power}{' ' if power else ''}{left}/dt{power}"
    flags = f" ({', '.join(flag.text for flag in definition.flags)})" if definition.flags else ""
    unit = f" : {definition.unit.text}" if definition.unit is not None else ""
    value = f" = {definition.value}" if definition.value is not None else ""
    return f"{left}{value}{unit}{flags}"


@dataclass(frozen=True, slots=True)
class Generator:
    """``element for variable in range(…)|sample(…) if condition`` of ``connect(j=…)``; without ``for``, one element.

    ``law`` is ``None`` (no ``for``), ``range`` or ``sample``; ``bounds`` are the one to three positional arguments
    of either, ``p`` and ``size`` the keywords of ``sample``.
    """

    element: Expr
    variable: str | None = None
    law: Literal["range", "sample"] | None = None
    bounds: tuple[Expr, ...] = ()
    p: Expr | None = None
    size: Expr | None = None
    condition: Expr | None = None
