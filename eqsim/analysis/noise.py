"""Noise taken out of an equation, and what kind it is: additive, diagonal or general."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eqsim.analysis.dependence import depends, reach
from eqsim.analysis.differentiate import differentiate
from eqsim.analysis.formula import ZERO, is_zero, plus, times
from eqsim.analysis.linearity import Obstacle, linear_form
from eqsim.analysis.system import Noise, State
from eqsim.language.expr import Expr
from eqsim.text.errors import Mistake, SchemeError


def split_noise(expr: Expr, noises: frozenset[str], aliases: Mapping[str, Expr]) -> tuple[Expr, Mapping[str, Expr]]:
    """Return the drift and, for each noise, its factor; an equation without noise comes back as it is.

    Raises SchemeError where noise does not stand as a factor of a term.
    """
    form = linear_form(expr, noises, aliases)
    if isinstance(form, Obstacle):
        summary = f"white noise must be a factor of a term, which '{form.names[0]}' in '{form.term}' is not"
        hint = "a stochastic equation reads dx/dt = f + g*xi with f and g free of xi"
        raise SchemeError(Mistake(SchemeError, summary, form.term.span, hint=hint))
    factors = {name: form[name] for name in sorted(noises) if name in form and not is_zero(form[name])}
    return form.get("", ZERO), factors


def noise_kind(states: Sequence[State], aliases: Mapping[str, Expr]) -> tuple[Noise, Mapping[str, str]]:
    """Return the kind of noise of some equations, and in words why it is no simpler, by state.

    Additive: no factor depends on a state. Diagonal: one noise an equation, and no factor depends on a state that
    another noise drives, so that a step of order 1 needs no area integrals.
    """
    moving = frozenset(state.name for state in states)
    noisy = [state for state in states if state.diffusion]
    if not noisy:
        return "none", {}
    reasons: dict[str, str] = {}
    kind: Noise = "additive"
    for state in noisy:
        dependent = [g for g in state.diffusion.values() if depends(g, moving, aliases)]
        if dependent:
            kind = "diagonal" if kind == "additive" else kind
            reasons[state.name] = f"the noise's factor '{dependent[0]}' depends on the state"
    if kind == "additive":
        return kind, reasons
    for state in noisy:
        why = _mixed(state, noisy, aliases)
        if why:
            kind = "general"
            reasons[state.name] = why
    return kind, reasons


def _mixed(state: State, noisy: Sequence[State], aliases: Mapping[str, Expr]) -> str:
    """Return why an equation's noise is not diagonal, nothing if it is."""
    if len(state.diffusion) > 1:
        return f"d{state.name}/dt has several noises: {', '.join(state.diffusion)}"
    ((noise, factor),) = state.diffusion.items()
    used = reach((factor,), aliases)
    for other in noisy:
        if other.name in used and set(other.diffusion) != {noise}:
            return f"the factor of {noise} in d{state.name}/dt depends on {other.name}, which another noise drives"
    return ""


def along(states: Sequence[State], state: State, noise: str, aliases: Mapping[str, Expr]) -> Expr:
    """Return the derivative of a noise's factor along that noise: the sum of g_j * dg/dx_j over all states.

    Half of it, for every noise, is what Stratonovich's reading adds to Ito's drift.
    """
    factor = state.diffusion[noise]
    result: Expr = ZERO
    for other in states:
        if noise in other.diffusion and depends(factor, frozenset({other.name}), aliases):
            slope = differentiate(factor, other.name, aliases)
            result = plus(result, times(other.diffusion[noise], slope))
    return result
