"""Event-driven equations: their closed solution over the time since the last event."""

from __future__ import annotations

from eqsim.analysis.analyse import linear_system
from eqsim.analysis.system import System
from eqsim.language.expr import Expr
from eqsim.lowering.integrate import Update, resolved
from eqsim.lowering.locals import Locals
from eqsim.lowering.propagate import propagate
from eqsim.lowering.stages import Equations

_SQUARINGS = 28  # the time between two events may be long


def flow(system: System, states: tuple[str, ...], elapsed: Expr, prefix: str) -> Update:
    """Return the exact solution of some states over a time; every local's name begins with ``prefix``.

    The analysis has refused equations that have none (``event_driven_mistakes``).
    """
    chosen = tuple(state for state in system.states if state.name in states)
    local = Locals.beside(set(system.symbols) | {alias.name for alias in system.aliases})
    linear = linear_system(chosen, system.formulas)
    if linear is None:
        raise AssertionError("event-driven equations are linear")
    equations = Equations.of(system, "ito", "ito", local, prefix)
    values = propagate(resolved(linear, equations), elapsed, local, prefix, squarings=_SQUARINGS)
    results = {name: local.bind(f"{prefix}_new_{name}", value).name for name, value in values.items()}
    return Update(tuple(local.instructions), results)
