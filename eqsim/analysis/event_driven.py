"""What keeps an event-driven equation from being solved in closed form between two events."""

from __future__ import annotations

from collections.abc import Iterator

from eqsim.analysis.dependence import reach
from eqsim.analysis.linearity import Obstacle, linear_form
from eqsim.analysis.system import State, System
from eqsim.checking.checked import Role
from eqsim.text.errors import Mistake, SchemeError

_HINT = "mark it (clock-driven), so that it is integrated in every step"


def event_driven_mistakes(system: System) -> Iterator[Mistake]:
    """Yield one mistake for each event-driven equation that is not linear, has noise, or follows what moves."""
    chosen = tuple(state for state in system.states if state.event_driven)
    for state in chosen:
        mistake = _mistake(state, chosen, system)
        if mistake is not None:
            yield mistake


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
