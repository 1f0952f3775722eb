"""CheckedModel to System: plain numbers, drift and diffusion, and what decides which scheme fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from eqsim.analysis.dependence import reach
from eqsim.analysis.event_driven import event_driven_mistakes
from eqsim.analysis.formula import is_zero
from eqsim.analysis.linearity import Form, Obstacle, linear_form
from eqsim.analysis.noise import noise_kind, split_noise
from eqsim.analysis.plain import plain_in
from eqsim.analysis.rewrite import rewrite
from eqsim.analysis.system import Alias, Linear, LinearSystem, State, System, Traits
from eqsim.checking.checked import CheckedDefinition, CheckedModel, External, Role
from eqsim.checking.dimensions import Unit
from eqsim.language.expr import Call, Expr, Name, Number, calls, rebuild, transform, walk
from eqsim.text.errors import Mistake, NotYetError, raise_mistakes

_SECOND = (Fraction(0), Fraction(0), Fraction(1), Fraction(0), Fraction(0), Fraction(0), Fraction(0))
_DRAWS = frozenset({"rand", "randn", "poisson", "binomial"})
_CLOCK = frozenset({"t", "t_in_timesteps"})


def analyse(checked: CheckedModel) -> System:
    """Return the equations of a checked model in plain numbers, with their traits.

    Raises SchemeError for noise that is no factor of a term and for event-driven equations without a closed solution,
    NotYetError for a delayed variable.
    """
    definitions = {definition.name: definition for definition in checked.definitions}
    aliases = tuple(_alias(definitions[name], checked) for name in checked.subexpressions)
    formulas = {alias.name: alias.value for alias in aliases if not alias.constant_over_dt}
    written = [definition for definition in checked.definitions if definition.kind == "derivative"]
    for definition in checked.definitions:
        _refuse_delay(definition, frozenset(state.name for state in written))
    states = tuple(_state(definition, checked, formulas) for definition in written)
    system = System(
        name=checked.name,
        states=states,
        aliases=aliases,
        symbols=checked.symbols,
        traits=_traits(tuple(s for s in states if not s.event_driven), formulas, checked.externals),
        linear=linear_system(states, formulas) if states else None,
        unitless=checked.unitless,
    )
    raise_mistakes(event_driven_mistakes(system))
    return system


def linear_system(states: Sequence[State], aliases: Mapping[str, Expr]) -> LinearSystem | None:
    """Return ``dx/dt = A x + b`` over some states, all else held; ``None`` when they are not linear jointly."""
    names = tuple(state.name for state in states)
    rows: list[Form] = []
    for state in states:
        form = linear_form(state.drift, frozenset(names), aliases)
        if isinstance(form, Obstacle):
            return None
        rows.append(form)
    entries = tuple(tuple(_entry(row, name) for name in names) for row in rows)
    return LinearSystem(names, entries, tuple(_entry(row, "") for row in rows))


def _entry(row: Form, name: str) -> Expr | None:
    entry = row.get(name)
    return None if is_zero(entry) else entry


def _alias(definition: CheckedDefinition, checked: CheckedModel) -> Alias:
    value = rewrite(plain_in(_written(definition), checked.symbols, definition.unit, checked.externals))
    return Alias(definition.name, value, definition.type, "constant over dt" in definition.flags)


def _written(definition: CheckedDefinition) -> Expr:
    """Return the right-hand side of an equation or a subexpression, which is always there."""
    if definition.value is None:
        raise AssertionError(f"{definition.name} has no right-hand side")
    return definition.value


def _state(definition: CheckedDefinition, checked: CheckedModel, aliases: Mapping[str, Expr]) -> State:
    time = Unit() if checked.unitless else Unit(_SECOND, Fraction(-3))
    value = rewrite(plain_in(_written(definition), checked.symbols, definition.unit / time, checked.externals))
    noises = frozenset(name for name, symbol in checked.symbols.items() if symbol.role is Role.NOISE)
    drift, diffusion = split_noise(value, noises, aliases)
    form = linear_form(drift, frozenset({definition.name}), aliases)
    zero = Number(0)
    return State(
        definition.name,
        drift,
        diffusion,
        held="unless refractory" in definition.flags,
        event_driven="event-driven" in definition.flags,
        linear=None if isinstance(form, Obstacle) else Linear(form.get(definition.name, zero), form.get("", zero)),
        span=definition.span,
    )


def _traits(states: Sequence[State], aliases: Mapping[str, Expr], externals: Mapping[str, External]) -> Traits:
    names = frozenset(state.name for state in states)
    noise, reasons = noise_kind(states, aliases)
    why = dict(reasons)
    joint = True
    explicit_time = False
    for state in states:
        moving = moves_in_time(state, aliases, externals)
        if moving is not None:
            explicit_time = True
            why[state.name] = f"'{moving}' in d{state.name}/dt changes during a step by itself"
        together = linear_form(state.drift, names, aliases)
        if isinstance(together, Obstacle):
            joint = False
            alone = linear_form(state.drift, frozenset({state.name}), aliases)
            why[state.name] = str(alone if isinstance(alone, Obstacle) else together)
    return Traits(
        linear=joint,
        conditionally_linear=all(state.linear is not None for state in states),
        explicit_time=explicit_time,
        noise=noise,
        reasons=why,
    )


def moves_in_time(state: State, aliases: Mapping[str, Expr], externals: Mapping[str, External]) -> Expr | None:
    """Return what in an equation changes during a step by itself: the time, or a draw.

    A TimedArray of the time itself, ``I(t)``, is held over a step and does not count.
    """
    formulas = [state.drift, *state.diffusion.values()]
    formulas += [aliases[name] for name in reach(formulas, aliases) if name in aliases]
    for formula in formulas:
        for node in walk(_without_held(formula, externals)):
            if (isinstance(node, Name) and node.name in _CLOCK) or (isinstance(node, Call) and node.function in _DRAWS):
                return node
    return None


def _without_held(expr: Expr, externals: Mapping[str, External]) -> Expr:
    tables = {name for name, external in externals.items() if external.kind == "timed_array"}
    if tables.isdisjoint(calls(expr)):
        return expr

    def change(node: Expr) -> Expr:
        if isinstance(node, Call) and node.function in tables and node.arguments[:1] == (Name("t"),):
            return rebuild(node, (Number(0), *node.arguments[1:]))
        return node

    return transform(expr, change)


def _refuse_delay(definition: CheckedDefinition, states: frozenset[str]) -> None:
    if definition.value is None:
        return
    for node in walk(definition.value):
        if isinstance(node, Call) and node.function in states:
            summary = f"{node.function}(t - ...) is a delayed variable, which this version cannot integrate yet"
            hint = "write an equation without delay, or carry the delay by synapses"
            raise NotYetError(Mistake(NotYetError, summary, node.span, hint=hint))
