"""The scheme that a user named, if it fits, or the best that does; and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from eqsim.analysis.linearity import Obstacle, linear_form
from eqsim.analysis.noise import noise_kind
from eqsim.analysis.system import Noise, State, System
from eqsim.language.model import Method
from eqsim.schemes.read import available, read
from eqsim.schemes.scheme import Reading, Scheme
from eqsim.text.errors import Mistake, SchemeError
from eqsim.text.nearest import nearest
from eqsim.text.source import Span

_NOISES = get_args(Noise)  # from the simplest to the most general
_CANDIDATES: Mapping[Noise, tuple[str, ...]] = MappingProxyType(
    {
        "none": ("exact", "exponential_euler", "rk4"),
        "additive": ("exponential_euler", "heun"),
        "diagonal": ("milstein", "heun"),
        "general": ("milstein", "heun"),
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A scheme and, in one sentence, why it was taken."""

    scheme: Scheme
    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a scheme does not fit, and where in the equations."""

    why: str
    span: Span | None
    hint: str


def choose(system: System, requested: Method | str | None, noise: Reading = "stratonovich") -> Choice:
    """Return the scheme for a system: the requested one, or the best that fits.

    ``requested`` is a scheme's name or the path of a .scheme file; ``noise`` is how the model reads its noise.
    Raises SchemeError where the requested scheme does not fit or is not known.
    """
    if requested is not None:
        scheme = find(requested)
        refusal = refused(scheme, system)
        if refusal is not None:
            summary = f"{scheme.name} does not fit these equations: {refusal.why}"
            raise SchemeError(Mistake(SchemeError, summary, refusal.span, system.name, hint=refusal.hint))
        return Choice(scheme, f"{scheme.name}, as asked for{_corrected(scheme, system, noise)}")
    schemes = available()
    if not system.stepped:
        return Choice(schemes["exact"], "exact: there is no differential equation to step")
    passed: list[str] = []
    for name in _CANDIDATES[system.traits.noise]:
        refusal = refused(schemes[name], system)
        if refusal is None:
            aside = f"; {'; '.join(passed)}" if passed else ""
            return Choice(
                schemes[name], f"{name}: {_praise(system, name)}{aside}{_corrected(schemes[name], system, noise)}"
            )
        passed.append(f"not {name}, since {refusal.why}")
    raise AssertionError("heun and rk4 take any equation")


def find(requested: Method | str) -> Scheme:
    """Return the scheme of a name or of a file's path; raise SchemeError with the nearest name."""
    span = requested.span if isinstance(requested, Method) else None
    requested = str(requested)
    schemes = available()
    names = {name: scheme for scheme in schemes.values() for name in (scheme.name, *scheme.also)}
    if requested in names:
        return names[requested]
    if requested.endswith(".scheme"):
        return read(Path(requested))
    close = nearest(requested, names)
    hint = f"did you mean {close}? " if close else ""
    hint += f"known are {', '.join(sorted(schemes))}, and paths of .scheme files"
    raise SchemeError(Mistake(SchemeError, f"there is no integration scheme '{requested}'", span, hint=hint))


def refused(scheme: Scheme, system: System) -> Refusal | None:
    """Return why a scheme does not fit a system, or ``None`` if it does."""
    states = system.stepped
    if not states:
        return None
    if "linear" in scheme.requires:
        together = frozenset(state.name for state in states)
        for state in states:
            form = linear_form(state.drift, together, system.formulas)
            if isinstance(form, Obstacle):
                hint = "exponential_euler takes it" if system.traits.conditionally_linear else "rk4 takes any equation"
                return Refusal(
                    f"{form} in d{state.name}/dt", form.term.span or state.span, f"{hint}; or name no method"
                )
    if "linear in own variable" in scheme.requires:
        for state in states:
            form = linear_form(state.drift, frozenset({state.name}), system.formulas)
            if isinstance(form, Obstacle):
                hint = "exponential_rosenbrock takes any equation; rk4 is the choice when no method is named"
                return Refusal(f"{form} in d{state.name}/dt", form.term.span or state.span, hint)
    if "no explicit time" in scheme.requires and system.traits.explicit_time:
        moving = next((state for state in states if state.name in system.traits.reasons), states[0])
        why = system.traits.reasons.get(moving.name, "the equations change during a step by themselves")
        return Refusal(why, moving.span, "exponential_euler and rk4 take it; a TimedArray is held over a step")
    return _noise_refused(scheme, system, states)


def _noise_refused(scheme: Scheme, system: System, states: tuple[State, ...]) -> Refusal | None:
    kind = system.traits.noise
    if _NOISES.index(kind) <= _NOISES.index(scheme.noise):
        return None
    noisy = [state for state in states if state.diffusion]
    if scheme.noise == "none":
        takes = (
            "exponential_euler, heun and euler take it" if kind == "additive" else "milstein, heun and euler take it"
        )
        return Refusal(
            f"it takes no noise, and d{noisy[0].name}/dt has {', '.join(noisy[0].diffusion)}", noisy[0].span, takes
        )
    reasons = noise_kind(states, system.formulas)[1]
    culprit = next((state for state in noisy if state.name in reasons), noisy[0])
    why = reasons.get(culprit.name, f"the noise of d{culprit.name}/dt is {kind}")
    takes = "milstein, heun and euler take it" if kind == "diagonal" else "heun and euler take it"
    return Refusal(f"it takes {scheme.noise} noise, and {why}", culprit.span, takes)


def _praise(system: System, name: str) -> str:
    """Return what speaks for a scheme that was chosen."""
    match name:
        case "exact":
            return "the equations are linear, so that every step is solved in closed form"
        case "exponential_euler":
            noisy = " and the noise is additive" if system.traits.noise != "none" else ""
            return f"every equation is linear in its own variable{noisy}"
        case "milstein":
            return "the noise depends on the state, one noise an equation"
        case "heun":
            return f"it takes any equation with {'additive' if system.traits.noise == 'additive' else 'any'} noise"
        case _:
            return "it takes any equation without noise"


def _corrected(scheme: Scheme, system: System, noise: Reading) -> str:
    if system.traits.noise in {"none", "additive"} or scheme.reading == noise:
        return ""
    return f"; the drift is corrected, for the scheme reads noise in {scheme.reading.capitalize()}'s sense"
