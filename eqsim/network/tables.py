"""TimedArrays in the texts of an object, held against its time step and the number of its elements."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from eqsim.checking.checked import CheckedCode, CheckedModel
from eqsim.language.expr import Call, Expr, Name, walk
from eqsim.network.captured import time_in_model
from eqsim.network.timed_array import TimedArray
from eqsim.network.variables import Variables
from eqsim.text.errors import ArgumentError, EqsimWarning, SchemeError

_SAME = 1e-3  # of a step: how exactly two grids of time must agree


def check_tables(thing: Any, step: float) -> None:
    """Raise EqsimError for TimedArrays that have no column for an element, or change within a step that is ``exact``.

    Where another scheme is used, a TimedArray that changes within a step gives a warning: it is read at the times at
    which the scheme looks.
    """
    checked, held = thing.__dict__.get("_checked"), thing.__dict__.get("_variables")
    if not isinstance(checked, CheckedModel) or not isinstance(held, Variables):
        return
    for name, table in held.namespace.items():
        if isinstance(table, TimedArray):
            _check_columns(name, table, checked, held)
            _check_grid(name, table, thing, step)


def _check_columns(name: str, table: TimedArray, checked: CheckedModel, held: Variables) -> None:
    if checked.kind != "neuron" or table.columns >= held.size:
        return
    for formula in _formulas(checked):
        for node in walk(formula):
            if isinstance(node, Call) and node.function == name and node.arguments[1:] == (Name("i"),):
                hint = "give one column for each neuron, or choose among them, as in mod(i, 2)"
                what = f"'{name}(t, i)' reads {held.size} columns"
                raise ArgumentError(what, owner=held.owner, found=f"{name} has {table.columns}", hint=hint)


def _check_grid(name: str, table: TimedArray, thing: Any, step: float) -> None:
    choice, owner = thing.__dict__.get("_choice"), thing._variables.owner
    time = time_in_model(table)
    steps = time / step
    whole = round(steps) >= 1 and abs(steps - round(steps)) <= _SAME
    if whole or choice is None or not _in_equations(name, thing._checked):
        return
    found = f"a value of {name} holds for {time:g}, a step is {step:g}"
    if choice.scheme.name == "exact" and thing._checked.method is not None:
        hint = "let each value hold for a whole number of steps, or use exponential_euler"
        raise SchemeError(f"{name!r} changes within a step: exact does not fit", owner=owner, found=found, hint=hint)
    what = f"{owner}: {name!r} changes within a step, so that values are skipped or come late ({found})"
    warnings.warn(what, EqsimWarning, stacklevel=2)


def _in_equations(name: str, checked: CheckedModel) -> bool:
    values = [definition.value for definition in checked.definitions if definition.value is not None]
    return any(isinstance(node, Call) and node.function == name for value in values for node in walk(value))


def _formulas(checked: CheckedModel) -> Iterator[Expr]:
    """Yield every formula of a model that neurons evaluate."""
    alone = [checked.threshold, checked.refractory, *(event.condition for event in checked.events)]
    yield from (formula for formula in alone if formula is not None)
    yield from (definition.value for definition in checked.definitions if definition.value is not None)
    if isinstance(checked.reset, CheckedCode):
        yield from (statement.value for statement in checked.reset.statements)
