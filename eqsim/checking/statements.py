"""Check statements: targets that may be written, names that are known, units that agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from eqsim.checking.checked import CheckedCode, CheckedStatement, Role, Symbol
from eqsim.checking.consistency import Consistency
from eqsim.checking.dimensions import Unit
from eqsim.checking.measure import Measure, fitting
from eqsim.checking.names import VARIABLES, Names, name_mistakes, unknown_hint
from eqsim.checking.units import unit_text
from eqsim.checking.vocabulary import reserved
from eqsim.language.expr import Call, Expr, Name, walk
from eqsim.language.model import Code, Statement
from eqsim.text.errors import DefinitionError, Mistake, ReadOnlyError, UnitsError, UnknownNameError

_WHY = {
    Role.SUBEXPRESSION: "it follows from its formula",
    Role.BUILTIN: "it is always there and read-only",
    Role.CONSTANT: "it is a constant",
    Role.NOISE: "it is noise",
    Role.EXTERNAL: "it comes from outside the model",
    Role.UNIT: "it is a unit",
}


@dataclass(slots=True)
class _Work:
    """Code on its way to being checked."""

    names: Names
    forbidden_shared: bool
    locals: dict[str, Symbol] = field(default_factory=dict)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def checked_code(code: Code, names: Names, *, forbidden_shared: bool) -> tuple[CheckedCode, list[Mistake]]:
    """Return checked statements and their mistakes: those of names, or if there is none, those of units."""
    work = _Work(names, forbidden_shared)
    _check_names(code, work)
    if work.mistakes:
        return CheckedCode((), {}, code.source), work.mistakes
    statements = _check_units(code, work)
    return CheckedCode(tuple(statements), work.symbols, code.source), work.mistakes


def noise_outside(formula: Expr) -> list[Mistake]:
    """Return the mistake of noise that stands outside a differential equation."""
    for node in walk(formula):
        if isinstance(node, Name) and (node.name == "xi" or node.name.startswith("xi_")):
            hint = "write it in dx/dt = ...; for a random number in each step write randn()"
            return [Mistake(DefinitionError, f"'{node.name}' stands outside a differential equation", node.span, hint=hint)]
    return []


def _check_names(code: Code, work: _Work) -> None:
    told: set[str] = set()
    for number, statement in enumerate(code.statements):
        names = replace(work.names, locals=work.locals)
        found = [*name_mistakes(statement.value, names, told), *noise_outside(statement.value)]
        work.mistakes += found
        symbol = names.find(statement.target)
        if symbol is None:
            later = code.statements[number + 1 :]
            _new_local(statement, later, work, told)
        elif symbol.role is not Role.LOCAL:
            work.mistakes += _target_mistakes(statement, symbol, work)


def _new_local(statement: Statement, later: tuple[Statement, ...], work: _Work, told: set[str]) -> None:
    """Take a new name on the left for a local, if it can be one and something reads it."""
    name, span = statement.target, statement.target_span
    scope = work.names.scope.kind
    reason = reserved(name, scope)
    belongs = scope == "synapse" and name.endswith(("_pre", "_post"))
    used = any(
        name == other.target or any(isinstance(node, Name) and node.name == name for node in walk(other.value))
        for other in later
    )
    read = any(
        any(isinstance(node, Name) and node.name == name for node in walk(other.value))
        or (name == other.target and other.op != "=")
        for other in later
    )
    if reason:
        summary = f"'{name}' cannot be defined"
        hint = "choose another name"
        work.mistakes.append(Mistake(DefinitionError, summary, span, found=reason, hint=hint))
    elif statement.op != "=" or belongs:
        if name not in told:
            hint = unknown_hint(name, work.names)
            work.mistakes.append(Mistake(UnknownNameError, f"'{name}' is not known", span, hint=hint))
        told.add(name)
    elif not read:
        hint = unknown_hint(name, work.names)
        summary = f"'{name}' is no variable, and nothing uses it"
        if not (used and name in told):
            work.mistakes.append(Mistake(UnknownNameError, summary, span, hint=hint))
        told.add(name)
    # known from here on either way: a name is told once
    work.locals[name] = Symbol(name, Role.LOCAL, Unit(), variable=name)


def _target_mistakes(statement: Statement, symbol: Symbol, work: _Work) -> list[Mistake]:
    name, why, hint = symbol.name, "", "write a parameter or a variable with a derivative"
    if symbol.role not in VARIABLES or symbol.role is Role.SUBEXPRESSION:
        why = _WHY[symbol.role]
        if symbol.role is Role.EXTERNAL:
            hint = f"make it a parameter: add the line '{name} : {unit_text(symbol.unit)}' to the model"
    elif symbol.constant:
        why, hint = "it is declared (constant)", "remove the flag"
    elif symbol.shared and work.forbidden_shared:
        why = "it is shared, and each neuron or synapse would write it"
        hint = "remove the flag (shared), or write it with run_regularly"
    if not why:
        return []
    return [Mistake(ReadOnlyError, f"'{name}' cannot be written here", statement.target_span, found=why, hint=hint)]


def _check_units(code: Code, work: _Work) -> list[CheckedStatement]:
    names = work.names
    work.locals = {}
    checked: list[CheckedStatement] = []
    failed: set[str] = set()
    for statement in code.statements:
        seen = replace(names, locals=work.locals)
        used = {node.name for node in walk(statement.value) if isinstance(node, Name)}
        for name in sorted(used):
            found = seen.find(name)
            if found is not None:
                work.symbols[name] = found
        target = seen.find(statement.target)
        if used & failed or statement.target in failed:
            failed |= {statement.target} if target is None else set()
            continue
        consistency = Consistency(work.symbols, names.scope.externals, names.unitless, work.mistakes)
        needed = target.unit if target else None
        measure = consistency.measure(statement.value, needed)
        if measure is None:
            failed |= {statement.target} if target is None else set()
            continue
        if target is None:
            unit = measure.unit if measure.unit.name or names.unitless else _named(measure)
            target = Symbol(statement.target, Role.LOCAL, unit, measure.type, variable=statement.target)
            work.locals[statement.target] = target
        else:
            work.mistakes += _assignment_mistakes(statement, target, measure, work.symbols)
        work.symbols[target.name] = target
        checked.append(CheckedStatement(target, statement.op, statement.value, statement.span))
    return checked


def _named(measure: Measure) -> Unit:
    return Unit(measure.unit.exponents, measure.unit.scale, "1" if measure.unit.dimensionless else str(measure))


def _assignment_mistakes(
    statement: Statement, target: Symbol, value: Measure, symbols: Mapping[str, Symbol]
) -> list[Mistake]:
    name, op, span = target.name, statement.op, statement.value.span
    summary = found = hint = ""
    declared = unit_text(target.unit)
    if "boolean" in {target.type, value.type}:
        if target.type != value.type:
            summary = f"'{name}' is {'a condition' if target.type == 'boolean' else 'a number'}, its new value is not"
            hint = "write True, False or a condition" if target.type == "boolean" else "write int(condition) for 1 or 0"
        elif op != "=":
            summary, hint = f"'{op}' needs numbers", f"write {name} = condition"
    elif target.type == "integer" and (value.type != "integer" or op == "/="):
        summary = f"'{name}' is an integer, its new value is not"
        hint = f"write {name} = int(...), or declare {name} as 1"
    elif op in {"*=", "/=", "**=", "//="} and not value.unit.dimensionless:
        summary, found = f"'{op}' changes the unit of '{name}'", f"{value}, where a number without unit is due"
        hint = f"write {name} = ... with a formula in {declared}"
    elif op in {"**=", "//="} and not target.unit.dimensionless and not (op == "**=" and str(statement.value) == "1"):
        summary, found = f"'{op}' changes the unit of '{name}'", f"{name} is declared in {declared}"
        hint = f"write {name} = ... with a formula in {declared}"
    elif op in {"=", "+=", "-=", "%="} and not (value.open or value.unit.same_dimension(target.unit)):
        summary = "the two sides of this statement have different units"
        found = f"{value}, against {declared} of {name}"
        hint = fitting(statement.value, value, target.unit, symbols)
    if not summary:
        return []
    return [Mistake(UnitsError, summary, span, found=found or f"'{statement.value}'", hint=hint)]


def calls_of(formula: Expr) -> list[Call]:
    """Return the calls in a formula, in the order written."""
    return [node for node in walk(formula) if isinstance(node, Call)]
