"""Drift, diffusion and traits of a model, in plain numbers.

Units are gone here: every variable counts in its declared unit, time in the time unit (milliseconds; the user's own in
a unitless model), and the factors between them are folded into the formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from eqsim.checking.checked import Symbol, Type
from eqsim.language.expr import Expr
from eqsim.text.source import Span

Noise = Literal["none", "additive", "diagonal", "general"]


@dataclass(frozen=True, slots=True)
class Alias:
    """A subexpression: a name for a formula, in order of dependence.

    ``constant_over_dt`` marks one that is stored: within a step its name is a value like a parameter's.
    """

    name: str
    value: Expr
    type: Type
    constant_over_dt: bool = False


@dataclass(frozen=True, slots=True)
class Linear:
    """``drift = coefficient*x + constant`` for one state, both free of that state."""

    coefficient: Expr
    constant: Expr


@dataclass(frozen=True, slots=True)
class State:
    """One differential variable: ``dx = drift dt + sum of diffusion[name] dW_name``.

    ``held`` marks ``(unless refractory)``. ``linear`` is set when the drift is linear in this variable itself.
    """

    name: str
    drift: Expr
    diffusion: Mapping[str, Expr] = field(default_factory=dict)
    held: bool = False
    event_driven: bool = False
    linear: Linear | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LinearSystem:
    """``dx/dt = A x + b`` over some states; entries are free of all states (``None`` in A is zero)."""

    states: tuple[str, ...]
    matrix: tuple[tuple[Expr | None, ...], ...]
    constant: tuple[Expr | None, ...]


@dataclass(frozen=True, slots=True)
class Traits:
    """What decides which schemes take a system; ``reasons`` says in words why not, by state."""

    linear: bool
    conditionally_linear: bool
    explicit_time: bool
    noise: Noise
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class System:
    """The equations of a model in plain numbers.

    ``aliases`` holds every subexpression, in order of dependence; ``symbols`` as in the checked model. ``states`` are
    the clock-driven and event-driven differential variables as written. ``linear`` is set when all of them are.
    """

    name: str
    states: tuple[State, ...]
    aliases: tuple[Alias, ...]
    symbols: Mapping[str, Symbol]
    traits: Traits
    linear: LinearSystem | None = None
    unitless: bool = False

    @property
    def formulas(self) -> Mapping[str, Expr]:
        """The subexpressions that follow the states within a step, by name."""
        return {alias.name: alias.value for alias in self.aliases if not alias.constant_over_dt}

    @property
    def stepped(self) -> tuple[State, ...]:
        """The clock-driven states: those that a scheme advances in every step."""
        return tuple(state for state in self.states if not state.event_driven)

    def __str__(self) -> str:
        """Return the equations in plain numbers, and what is known of them."""
        lines = [f"system {self.name or '(unnamed)'}"]
        lines += [f"  {alias.name} = {alias.value}" for alias in self.aliases]
        for state in self.states:
            noise = "".join(f" + ({g})*{name}" for name, g in state.diffusion.items())
            lines.append(f"  d{state.name}/dt = {state.drift}{noise}")
            if state.linear is not None:
                lines.append(f"    = ({state.linear.coefficient})*{state.name} + {state.linear.constant}")
        kind = "linear" if self.traits.linear else "linear in own variables" if self.traits.conditionally_linear else ""
        lines.append(f"  {kind or 'not linear'}; noise: {self.traits.noise}")
        lines += [f"  {name}: {reason}" for name, reason in self.traits.reasons.items()]
        return "\n".join(lines)
