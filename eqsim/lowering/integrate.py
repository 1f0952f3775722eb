"""A scheme applied to a system: one step of every clock-driven state, as instructions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eqsim.analysis.analyse import linear_system
from eqsim.analysis.dependence import reach
from eqsim.analysis.formula import ZERO, call, is_zero, plus, times, where
from eqsim.analysis.system import LinearSystem, State, System
from eqsim.language.expr import Binary, Call, Expr, Name, Number, Unary, calls, children, names, rebuild
from eqsim.lowering.kernel import Instruction
from eqsim.lowering.locals import Locals
from eqsim.lowering.propagate import propagate
from eqsim.lowering.stages import FREE, Equations, Stage
from eqsim.schemes.choose import Choice
from eqsim.schemes.scheme import Line, Reading
from eqsim.text.errors import SchemeError

_DT = Name("dt")
_NOISY = frozenset({"g", "Dg"})


@dataclass(frozen=True, slots=True)
class Update:
    """Instructions, and the local that holds each state's new value after them."""

    instructions: tuple[Instruction, ...]
    results: Mapping[str, str]


def integrate(system: System, choice: Choice, noise: Reading = "stratonovich", element: str = "_i") -> Update:
    """Return one step of a scheme on all clock-driven states of a system.

    States, parameters, captured scalars, ``t``, ``dt`` and, where a state is held, ``not_refractory`` are locals
    on entry. ``noise`` is how the model reads its noise; ``element`` is the index for which noise is drawn ("0" for
    a noise that is one for all).
    """
    local = Locals.beside(set(system.symbols) | {alias.name for alias in system.aliases})
    if not system.stepped:
        return Update((), {})
    equations = Equations.of(system, noise, choice.scheme.reading, local)
    if choice.scheme.uses("flow"):
        return _exact(equations)
    return _Step(equations, choice.scheme.lines, element, slope=choice.scheme.uses("J")).update()


# schemes of mathematics ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Step:
    """Carries out the lines of a scheme for every state."""

    equations: Equations
    lines: tuple[Line, ...]
    element: str
    slope: bool
    temporaries: dict[str, dict[str, Expr]] = field(default_factory=dict)
    stages: dict[tuple[Expr, Expr], Stage] = field(default_factory=dict)
    increments: dict[str, Expr] = field(default_factory=dict)
    functions: dict[tuple[str, Expr], Expr] = field(default_factory=dict)

    def update(self) -> Update:
        """Return the instructions of all lines."""
        local = self.equations.local
        for noise in sorted({noise for state in self.equations.states for noise in state.diffusion}):
            self._draw(noise)
        for line in self.lines[:-1]:
            self.temporaries[line.target] = {
                state.name: local.let(f"_{line.target}_{state.name}", self._line(line, state))
                for state in self.equations.states
            }
        last = self.lines[-1]
        values = {state.name: self._line(last, state) for state in self.equations.states}
        results = {name: local.bind(f"_new_{name}", value).name for name, value in values.items()}
        return Update(tuple(local.instructions), results)

    def _draw(self, noise: str) -> None:
        local, symbol = self.equations.local, self.equations.system.symbols.get(noise)
        element = "0" if symbol is not None and symbol.shared else self.element
        root = self.functions.setdefault(("sqrt", _DT), local.let("_sqrt_dt", call("sqrt", _DT)))
        normal = local.draw(f"_normal_{noise}", len(self.increments), element)
        self.increments[noise] = local.bind(f"_dW_{noise}", times(root, normal))

    def _line(self, line: Line, state: State) -> Expr:
        """Return a line's value for one state: each term once, terms with noise once for every noise."""
        total: Expr = ZERO
        for term, positive in _terms(line.value):
            noisy = "dW" in names(term) or not _NOISY.isdisjoint(calls(term))
            for noise in state.diffusion if noisy else ("",):
                value = self._value(term, state, noise, line)
                total = plus(total, value if positive else Unary("-", value))
        return total

    def _value(self, expr: Expr, state: State, noise: str, line: Line) -> Expr:
        match expr:
            case Name("x"):
                return Name(state.name)
            case Name("dW"):
                return self.increments[noise]
            case Name(name) if name in self.temporaries:
                return self.temporaries[name][state.name]
            case Call("f" | "g" | "J" | "Dg"):
                return self._rate(expr, state, noise, line)
            case Call(function):
                arguments = tuple(self._value(argument, state, noise, line) for argument in expr.arguments)
                return self._function(function, arguments, state)
            case Binary(op="*"):
                return times(*(self._value(part, state, noise, line) for part in (expr.left, expr.right)))
            case _:
                return rebuild(expr, tuple(self._value(child, state, noise, line) for child in children(expr)))

    def _function(self, function: str, arguments: tuple[Expr, ...], state: State) -> Expr:
        """Return a function's value, bound, so that what holds for all elements stands by itself."""
        value = Call("exprel" if function == "phi1" else function, arguments)
        key = (function, value)
        if key not in self.functions:
            self.functions[key] = self.equations.local.let(f"_{function}_{state.name}", value)
        return self.functions[key]

    def _rate(self, expr: Call, state: State, noise: str, line: Line) -> Expr:
        stage = self._stage(expr.arguments[0], expr.arguments[1], line)
        match expr.function:
            case "f":
                alone = f"_{line.target}_{state.name}" if line.value == expr else ""
                if self.slope and not stage.values and self.equations.decays(state):
                    rate = times(self.equations.slope(state, stage), Name(state.name))
                    return where(FREE, rate, _FLAT) if state.held else rate
                return self.equations.drift(state, stage, alone)
            case "g":
                return self.equations.noise(state, noise, stage)
            case "Dg":
                return self.equations.along(state, noise, stage)
            case _:
                return self.equations.slope(state, stage)

    def _stage(self, point: Expr, time: Expr, line: Line) -> Stage:
        """Return the stage at a state and a time of the scheme's text, bound when first needed."""
        if (point, time) == (Name("x"), Name("t")):
            return self.equations.now
        key = (point, time)
        if key not in self.stages:
            local, equations = self.equations.local, self.equations
            label = "new" if line.target == "x'" else line.target
            at = Line(f"at_{label}", point)
            values = {s.name: local.let(f"_at_{label}_{s.name}", self._line(at, s)) for s in equations.states}
            if time != Name("t") and self._uses_time():
                values["t"] = local.let(f"_at_{label}_t", time)
            self.stages[key] = Stage(label, values)
        return self.stages[key]

    def _uses_time(self) -> bool:
        formulas = [f for state in self.equations.states for f in (state.drift, *state.diffusion.values())]
        return "t" in reach(formulas, self.equations.formulas)


_FLAT = Number(0.0)


def _terms(expr: Expr, positive: bool = True) -> list[tuple[Expr, bool]]:
    """Return the terms of a sum with their signs."""
    match expr:
        case Binary(op="+"):
            return _terms(expr.left, positive) + _terms(expr.right, positive)
        case Binary(op="-"):
            return _terms(expr.left, positive) + _terms(expr.right, not positive)
        case _:
            return [(expr, positive)]


# linear equations in closed form -------------------------------------------------------------------------------------


def _exact(equations: Equations) -> Update:
    """Return the closed solution; states that are held while refractory stand still in a second one."""
    system, local = equations.system, equations.local
    states = system.stepped
    linear = linear_system(states, equations.formulas)
    if linear is None:
        hint = "exponential_euler and rk4 take others"
        raise SchemeError("exact integrates linear equations alone", owner=system.name, hint=hint)
    linear = resolved(linear, equations)
    values = dict(propagate(linear, _DT, local))
    held = {state.name for state in states if state.held}
    if held:
        still = _standing(linear, held)
        follow = [name for name in linear.states if name not in held and _follows(linear, name, held)]
        other = propagate(still, _DT, local, "_held", wanted=follow) if follow else {}
        for name in (*held, *follow):
            values[name] = where(FREE, values[name], other.get(name, Name(name)))
    results = {state.name: local.bind(f"_new_{state.name}", values[state.name]).name for state in states}
    return Update(tuple(local.instructions), results)


def resolved(linear: LinearSystem, equations: Equations) -> LinearSystem:
    """Return a linear system whose entries stand on locals, their subexpressions bound."""

    def entry(formula: Expr | None) -> Expr | None:
        return None if formula is None or is_zero(formula) else equations.resolve(formula, equations.now)

    matrix = tuple(tuple(entry(formula) for formula in row) for row in linear.matrix)
    return LinearSystem(linear.states, matrix, tuple(entry(formula) for formula in linear.constant))


def _standing(linear: LinearSystem, held: set[str]) -> LinearSystem:
    """Return the system in which some states do not move."""
    empty: tuple[Expr | None, ...] = (None,) * len(linear.states)
    matrix = tuple(empty if name in held else row for name, row in zip(linear.states, linear.matrix, strict=True))
    constant = tuple(None if n in held else entry for n, entry in zip(linear.states, linear.constant, strict=True))
    return LinearSystem(linear.states, matrix, constant)


def _follows(linear: LinearSystem, name: str, held: set[str]) -> bool:
    """Whether a state depends on one that is held, through others too."""
    seen = {name}
    todo = [name]
    while todo:
        row = linear.matrix[linear.states.index(todo.pop())]
        for other, entry in zip(linear.states, row, strict=True):
            if entry is not None and other not in seen:
                seen.add(other)
                todo.append(other)
    return not held.isdisjoint(seen)
