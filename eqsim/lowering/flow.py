"""Event-driven equations: their closed solution over the time since the last event."""

from __future__ import annotations

from eqsim.analysis.analyse import linear_system
from eqsim.analysis.dependence import reach
from eqsim.analysis.linearity import Obstacle, linear_form
from eqsim.analysis.system import State, System
from eqsim.checking.checked import Role
from eqsim.language.expr import Expr
from eqsim.lowering.integrate import Update, resolved
from eqsim.lowering.locals import Locals
from eqsim.lowering.propagate import propagate
from eqsim.lowering.stages import Equations
from eqsim.text.errors import Mistake, SchemeError, raise_mistakes

_HINT = "mark it (clock-driven), so that it is integrated in every step"
_SQUARINGS = 28  # the time between two events may be long


def flow(system: System, states: tuple[str, ...], elapsed: Expr, prefix: str) -> Update:
    """Return the exact solution of some states over a time; every local's name begins with ``prefix``.

    Raises SchemeError for equations that have none: not linear, noisy, or following what moves between events.
    """
    chosen = tuple(state for state in system.states if state.name in states)
    raise_mistakes(mistake for state in chosen if (mistake := _mistake(state, chosen, system)))
    local = Locals.beside(set(system.symbols) | {alias.name for alias in system.aliases})
    linear = linear_system(chosen, system.formulas)
    if linear is None:
        raise SchemeError("event-driven equations must be linear", owner=system.name, hint=_HINT)
    equations = Equations.of(system, "ito", "ito", local, prefix)
    values = propagate(resolved(linear, equations), elapsed, local, prefix, squarings=_SQUARINGS)
    results = {name: local.bind(f"{prefix}_new_{name}", value).name for name, value in values.items()}
    return Update(tuple(local.instructions), results)


def _mistake(state: State, chosen: tuple[State, ...], system: System) -> Mistake | None:
    """Return what keeps an event-driven equation from being solved in closed form."""
    together = frozenset(other.name for other in chosen)
    if state.diffusion:
        summary = f"d{state.name}/dt has noise, and is event-driven: it has no closed solution"
        return Mistake(SchemeError, summary, state.span, system.name, hint=_HINT)
    form = linear_form(state.drift, together, system.formulas)
    if isinstance(form, Obstacle):
        summary = f"d{state.name}/dt is event-driven, but {form}"
        return Mistake(SchemeError, summary, form.term.span or state.span, system.name, hint=_HINT)
    for name in sorted(reach((state.drift,), system.formulas) - together):
        if _moves(name, system):
            summary = f"d{state.name}/dt is event-driven, but {name}, on which it depends, moves between events"
            return Mistake(SchemeError, summary, state.span, system.name, hint=_HINT)
    return None


def _moves(name: str, system: System) -> bool:
    if name in system.formulas:
        return False  # what it stands for is looked at by itself
    if name in {"t", "t_in_timesteps", "lastspike", "not_refractory"} or name in {
        state.name for state in system.states
    }:
        return True
    symbol = system.symbols.get(name)
    return symbol is not None and symbol.of != "own" and symbol.role in {Role.STATE, Role.SUBEXPRESSION}
