"""A system's drift and noise at the points of a step: state and time bound first, then subexpressions, then rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from eqsim.analysis.dependence import depends, reach
from eqsim.analysis.differentiate import differentiate
from eqsim.analysis.formula import is_zero, minus, over, plus, times, where
from eqsim.analysis.noise import along
from eqsim.analysis.system import State, System
from eqsim.language.expr import Expr, Name, Number, names, substitute
from eqsim.lowering.locals import Locals
from eqsim.schemes.scheme import Reading

FREE = Name("not_refractory")
_CLOCK = frozenset({"t"})
_ZERO = Number(0.0)


@dataclass(frozen=True, slots=True)
class Stage:
    """A point of state and time: which local stands for each name, and what its locals are called."""

    label: str
    values: Mapping[str, Expr]
    aliases: dict[str, Expr] = field(default_factory=dict)
    bound: dict[tuple[str, str, str], Expr] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Equations:
    """Drift and diffusion of the clock-driven states as a scheme needs them: held, and in its reading of noise."""

    system: System
    states: tuple[State, ...]
    formulas: Mapping[str, Expr]
    moving: frozenset[str]  # subexpressions that follow the states or the time
    local: Locals
    now: Stage
    unheld: Mapping[str, Expr]  # drift before holding, whose slope J is
    prefix: str = ""

    @classmethod
    def of(cls, system: System, reads: Reading, wants: Reading, local: Locals, prefix: str = "") -> Equations:
        """Take the equations of a system that reads noise one way for a scheme that wants it the other way."""
        formulas = system.formulas
        held = tuple(_hold_noise(state) for state in system.stepped)
        corrected = (
            held if reads == wants else tuple(_corrected(s, held, formulas, to_ito=wants == "ito") for s in held)
        )
        changing = frozenset(state.name for state in held) | _CLOCK
        moving = frozenset(name for name, formula in formulas.items() if depends(formula, changing, formulas))
        states = tuple(replace(s, drift=where(FREE, s.drift, _ZERO)) if s.held else s for s in corrected)
        unheld = {state.name: state.drift for state in corrected}
        return cls(system, states, formulas, moving, local, Stage("", {}), unheld, prefix)

    def drift(self, state: State, stage: Stage, name: str) -> Expr:
        """Return a state's rate of change at a stage, bound."""
        return self._rate(("f", state, ""), stage, state.drift, name)

    def noise(self, state: State, noise: str, stage: Stage) -> Expr:
        """Return a noise's factor in an equation at a stage, bound."""
        return self._rate(("g", state, noise), stage, state.diffusion[noise])

    def along(self, state: State, noise: str, stage: Stage) -> Expr:
        """Return the derivative of a noise's factor along that noise at a stage, bound."""
        return self._rate(("Dg", state, noise), stage, along(self.states, state, noise, self.formulas))

    def slope(self, state: State, stage: Stage) -> Expr:
        """Return the derivative of a state's drift in its own variable at a stage, bound."""
        if state.linear is not None and self._is_own(state):
            slope = state.linear.coefficient
        else:
            slope = differentiate(self.unheld[state.name], state.name, self.formulas)
        return self._rate(("J", state, ""), stage, slope)

    def decays(self, state: State) -> bool:
        """Whether a state's drift is its slope times the state itself."""
        return state.linear is not None and self._is_own(state) and is_zero(state.linear.constant)

    def _is_own(self, state: State) -> bool:
        """Whether the drift is the one that was found linear: no correction was added."""
        original = next(s for s in self.system.states if s.name == state.name)
        return self.unheld[state.name] is original.drift

    def _rate(self, key: tuple[str, State, str], stage: Stage, formula: Expr, name: str = "") -> Expr:
        """Return a formula at a stage, bound once; the key is its word, its state and its noise."""
        word, state, noise = key
        if (word, state.name, noise) not in stage.bound:
            several = noise if len(state.diffusion) > 1 else ""
            own = "_".join(part for part in (word, stage.label, state.name, several) if part)
            stage.bound[word, state.name, noise] = self.local.let(name or f"_{own}", self.resolve(formula, stage))
        return stage.bound[word, state.name, noise]

    def resolve(self, formula: Expr, stage: Stage) -> Expr:
        """Return a formula on the locals of a stage, the subexpressions that it needs bound first."""
        needed = reach((formula,), self.formulas) & self.formulas.keys()
        for alias in self.system.aliases:
            home = stage if alias.name in self.moving else self.now
            if alias.name in needed and alias.name not in home.aliases:
                name = f"{self.prefix}_{home.label or 'now'}_{alias.name}"
                home.aliases[alias.name] = self.local.bind(name, substitute(alias.value, self._known(home)), alias.type)
        known = self._known(stage)
        return substitute(formula, {name: known[name] for name in names(formula) & known.keys()})

    def _known(self, stage: Stage) -> Mapping[str, Expr]:
        still = {name: local for name, local in self.now.aliases.items() if name not in self.moving}
        return {**stage.values, **still, **stage.aliases}


def _hold_noise(state: State) -> State:
    if not state.held:
        return state
    return replace(state, diffusion={name: where(FREE, g, _ZERO) for name, g in state.diffusion.items()})


def _corrected(state: State, states: Sequence[State], formulas: Mapping[str, Expr], *, to_ito: bool) -> State:
    """Return an equation whose drift is right for the other reading of its noise: by half of ``Dg``."""
    drift = state.drift
    for noise in state.diffusion:
        term = along(states, state, noise, formulas)
        if not is_zero(term):
            half = over(term, Number(2)) if not isinstance(term, Number) else times(Number(0.5), term)
            drift = plus(drift, half) if to_ito else minus(drift, half)
    return replace(state, drift=drift)
