"""Names that a text uses and does not define: what its surroundings may have to offer."""

from __future__ import annotations

from collections.abc import Iterable

from eqsim.language.expr import Binary, Call, Compare, Conditional, Expr, Logic, Name, Number, Unary, calls, names
from eqsim.language.model import Code, Generator, Model


def free_names(text: Model | Code | Expr | Generator) -> frozenset[str]:
    """Return the names and called functions that a text does not define itself; units and built-ins are among them."""
    match text:
        case Model():
            return _of_model(text)
        case Code():
            return _of_code(text)
        case Generator():
            formulas = (text.element, *text.bounds, text.p, text.size, text.condition)
            return _of(formula for formula in formulas if formula is not None) - {text.variable or ""}
        case Number() | Name() | Unary() | Binary() | Compare() | Logic() | Conditional() | Call():
            return _of((text,))


def called_names(model: Model) -> frozenset[str]:
    """Return the functions that a model calls, a ``TimedArray`` among them."""
    codes = [pathway.code for pathway in model.pathways] + ([model.reset] if model.reset else [])
    formulas = [*_formulas(model), *(statement.value for code in codes for statement in code.statements)]
    return frozenset().union(*(calls(formula) for formula in formulas))


def _of(formulas: Iterable[Expr]) -> frozenset[str]:
    return frozenset().union(*(names(formula) | calls(formula) for formula in formulas))


def _of_code(code: Code) -> frozenset[str]:
    used: set[str] = set()
    assigned: set[str] = set()
    for statement in code.statements:
        used |= _of((statement.value,)) - assigned
        if statement.op == "=":
            assigned.add(statement.target)
        else:
            used |= {statement.target} - assigned
    return frozenset(used)


def _of_model(model: Model) -> frozenset[str]:
    codes = [pathway.code for pathway in model.pathways] + ([model.reset] if model.reset else [])
    used = _of(_formulas(model)).union(*(_of_code(code) for code in codes))
    return used - {definition.name for definition in model.definitions}


def _formulas(model: Model) -> list[Expr]:
    formulas = [definition.value for definition in model.definitions]
    formulas += [initial.value for initial in model.initials]
    formulas += [event.condition for event in model.events]
    formulas += [model.threshold, model.refractory]
    return [formula for formula in formulas if formula is not None]
