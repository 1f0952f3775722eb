"""Check statements: targets that may be written, names that are known, units that agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from eqsim.checking.checked import CheckedCode, CheckedStatement, Role, Symbol
from eqsim.checking.consistency import Consistency
from eqsim.checking.dimensions import Unit
from eqsim.checking.measure import Measure, fitting
from eqsim.checking.names import VARIABLES, Names, name_mistakes, unknown_hint
from eqsim.checking.units import unit_text
from eqsim.checking.vocabulary import reserved
from eqsim.language.expr import Expr, Name, walk
from eqsim.language.expr import names as used_names
from eqsim.language.model import Code, Statement
from eqsim.text.errors import DefinitionError, Mistake, ReadOnlyError, UnitsError, UnknownNameError

_WHY = MappingProxyType(
    {
        Role.SUBEXPRESSION: "it follows from its formula",
        Role.BUILTIN: "it is always there and read-only",
        Role.CONSTANT: "it is a constant",
        Role.NOISE: "it is noise",
        Role.EXTERNAL: "it comes from outside the model",
        Role.UNIT: "it is a unit",
    }
)


def statement_name_mistakes(code: Code, names: Names, told: set[str], *, forbidden_shared: bool) -> list[Mistake]:
    """Return what is wrong with the names and targets of statements; ``told`` keeps unknown names of earlier texts."""
    mistakes: list[Mistake] = []
    locals_: dict[str, Symbol] = {}
    for number, statement in enumerate(code.statements):
        seen = replace(names, locals=locals_)
        mistakes += [*name_mistakes(statement.value, seen, told), *noise_outside(statement.value)]
        symbol = seen.find(statement.target)
        if symbol is None:
            mistakes += _new_local(statement, code.statements[number + 1 :], seen, told)
            # known from here on either way: a name is told once
            locals_[statement.target] = Symbol(statement.target, Role.LOCAL, Unit(), variable=statement.target)
        elif symbol.role is not Role.LOCAL:
            mistakes += _target_mistakes(statement, symbol, forbidden_shared=forbidden_shared)
    return mistakes


def noise_outside(formula: Expr) -> list[Mistake]:
    """Return the mistake of noise that stands outside a differential equation."""
    for node in walk(formula):
        if isinstance(node, Name) and (node.name == "xi" or node.name.startswith("xi_")):
            hint = "write it in dx/dt = ...; for a random number in each step write randn()"
            return [
                Mistake(DefinitionError, f"'{node.name}' stands outside a differential equation", node.span, hint=hint)
            ]
    return []


def _new_local(statement: Statement, later: tuple[Statement, ...], names: Names, told: set[str]) -> Iterator[Mistake]:
    """Take a new name on the left for a local, if it can be one and something reads it."""
    name, span, kind = statement.target, statement.target_span, names.scope.kind
    reason = reserved(name, kind)
    read = any((name == other.target and other.op != "=") or name in used_names(other.value) for other in later)
    if reason:
        yield Mistake(DefinitionError, f"'{name}' cannot be defined", span, found=reason, hint="choose another name")
    elif name in told:
        return
    elif statement.op != "=" or (kind == "synapse" and name.endswith(("_pre", "_post"))):
        told.add(name)
        hint = unknown_hint(name, names)
        if not hint.startswith(("did", "the")):
            hint = f"add the line '{name} : unit' to the model, or write {name} = ... first for a local name"
        yield Mistake(UnknownNameError, f"'{name}' is not known", span, hint=hint)
    elif not read:
        told.add(name)
        summary = f"'{name}' is no variable, and nothing uses it"
        yield Mistake(UnknownNameError, summary, span, hint=unknown_hint(name, names))


def _target_mistakes(statement: Statement, symbol: Symbol, *, forbidden_shared: bool) -> list[Mistake]:
    name, why, hint = symbol.name, "", "write a parameter or a variable with a derivative"
    if symbol.role not in VARIABLES or symbol.role is Role.SUBEXPRESSION:
        why = _WHY[symbol.role]
        if symbol.role is Role.EXTERNAL:
            hint = f"make it a parameter: add the line '{name} : {unit_text(symbol.unit)}' to the model"
    elif symbol.constant:
        why, hint = "it is declared (constant)", "remove the flag"
    elif symbol.shared and forbidden_shared:
        why = "it is shared, and each neuron or synapse would write it"
        hint = "remove the flag (shared), or write it with run_regularly"
    if not why:
        return []
    return [Mistake(ReadOnlyError, f"'{name}' cannot be written here", statement.target_span, found=why, hint=hint)]


def statement_units(code: Code, names: Names) -> tuple[CheckedCode, list[Mistake]]:
    """Return checked statements, and what is wrong with their units; their names are known to be right."""
    locals_: dict[str, Symbol] = {}
    symbols: dict[str, Symbol] = {}
    checked: list[CheckedStatement] = []
    failed: set[str] = set()  # locals whose unit is not known, because of a mistake that is told already
    consistency = Consistency(symbols, names.scope.externals, names.unitless)
    for statement in code.statements:
        seen = replace(names, locals=locals_)
        used = used_names(statement.value)
        symbols |= {name: symbol for name in sorted(used - failed) if (symbol := seen.find(name))}
        target = seen.find(statement.target)
        measure = None
        if not used & failed and statement.target not in failed:
            value = statement.value
            measure = consistency.measured(value, target.unit) if target else consistency.measure(value)
        if measure is None:
            failed |= {statement.target} if target is None else set()
            continue
        if target is None:
            target = Symbol(statement.target, Role.LOCAL, _unit_of(measure), measure.type, variable=statement.target)
            locals_[statement.target] = target
        else:
            consistency.mistakes += _assignment_mistakes(statement, target, measure, symbols)
        symbols[target.name] = target
        checked.append(CheckedStatement(target, statement.op, statement.value, statement.span))
    return CheckedCode(tuple(checked), symbols, code.source), consistency.mistakes


def _unit_of(measure: Measure) -> Unit:
    return Unit(measure.unit.exponents, measure.unit.scale, str(measure) if measure.factors else "")


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
