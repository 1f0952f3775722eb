"""What acts on one variable of a group from outside, in each step: the common part of the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import FrameType, MappingProxyType
from typing import Any, Literal

import numpy as np

from eqsim.analysis.system import System, Traits
from eqsim.checking.check import check_expression
from eqsim.checking.checked import CheckedExpression, Role, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.language.expr import Call, Expr, Name, Number
from eqsim.lowering.program import check_slot
from eqsim.network.arguments import Sealed, check_order
from eqsim.network.display import drive_html
from eqsim.network.labels import label
from eqsim.network.neurons import NeuronGroup, Subgroup
from eqsim.network.texts import Surroundings
from eqsim.network.timed_array import TimedArray
from eqsim.network.variables import Variables
from eqsim.random import next_stream
from eqsim.text.errors import ArgumentError, ReadOnlyError, UnknownVariableError
from eqsim.text.nearest import nearest
from eqsim.text.source import Source
from eqsim.units import has_unit, magnitude, unit_of


class Drive(Sealed):
    """One object that changes a variable of its target in each step.

    Its own constants and arrays lie in ``_variables``; the symbols of its formulas that are variables of the target
    are marked as those of ``post``.
    """

    _kind: str
    _variables: Variables

    def __init__(self, target: Any, variable: str, when: str, order: int, name: str | None) -> None:
        self._owner = label(self._kind, name)
        if not isinstance(target, NeuronGroup | Subgroup):
            hint = "give a group of neurons or a part of one"
            raise ArgumentError("this target takes no input", owner=self._owner, found=type(target).__name__, hint=hint)
        check_slot(when, self._owner)
        check_order(order, self._owner)
        self._target, self._symbol = target, _written(target, variable, self._owner)
        self._name, self._when, self._order, self._revision = name, when, order, 0
        self._values: dict[str, Any] = {}  # what the formulas captured, by name

    @property
    def target(self) -> Any:
        """The group, or part of one, that gets the input."""
        return self._target

    @property
    def variable(self) -> str:
        """The name of the variable that changes."""
        return self._symbol.name

    @property
    def name(self) -> str | None:
        """The name, given or from the network."""
        return self._name

    @property
    def namespace(self) -> dict[str, Any]:
        """The captured values that the texts use; may be changed between runs."""
        return self._variables.namespace

    def _repr_html_(self) -> str:
        return drive_html(self)

    def __repr__(self) -> str:
        return f"<{label(self._kind, self._name)}: onto {self.variable} of {self._target!r}>"

    # for the network -------------------------------------------------------------------------------------------------

    def _formulas(self) -> list[tuple[str, Expr]]:
        """Return what the input is made of, each formula with what it stands for."""
        raise NotImplementedError

    def _symbols(self) -> Mapping[str, Symbol]:
        """Return the symbols of the target and of what was captured."""
        return {**self._target._variables.symbols, **self._variables.symbols}

    def _surroundings(self) -> Surroundings:
        surroundings: Surroundings = self._target._surroundings()
        return replace(surroundings, owner=self._owner)

    def _formula(self, value: Any, part: str, unit: Unit, frame: FrameType | None) -> CheckedExpression:
        """Return a text, a value or a TimedArray as a checked formula counted in a unit, and note what it captured."""
        checked, captured = self._read(value, part, unit, frame)
        self._values |= captured
        return checked

    def _other_formula(self, value: Any, part: str, unit: Unit, frame: FrameType) -> CheckedExpression:
        """Return what a part is from now on as a checked formula, with what it captured in the namespace."""
        checked, captured = self._read(value, part, unit, frame)
        for known in (self._variables.namespace, self._variables.captured):
            known.pop(f"_{part}", None)
        self._revision += 1
        return self._variables.keep(checked, captured)

    def _read(
        self, value: Any, part: str, unit: Unit, frame: FrameType | None
    ) -> tuple[CheckedExpression, dict[str, Any]]:
        surroundings = self._surroundings()
        if isinstance(value, str):
            checked, captured = surroundings.expression(value, part, unit, frame)
        else:
            expr, captured = _named(value, part, self._owner)
            symbols = surroundings.symbols
            checked = check_expression(expr, surroundings.scope(captured), symbols, expect=unit)
        symbols = {name: _outside(symbol) for name, symbol in checked.symbols.items()}
        return replace(checked, symbols=symbols), captured

    def _keep(self, *formulas: CheckedExpression, arrays: dict[str, Literal["real"]], seed: int | None) -> None:
        """Make the storage for what formulas captured, and for arrays with one entry for each neuron of the group."""
        group: Variables = self._target._variables
        own = {n: s for formula in formulas for n, s in formula.symbols.items() if s.role is Role.EXTERNAL}
        shared = {n: Symbol(n, Role.PARAMETER, self._symbol.unit, shared=self._symbol.shared) for n in arrays}
        traits = Traits(True, True, False, "none")
        system = System("", (), (), MappingProxyType({**own, **shared}), traits, unitless=group.system.unitless)
        self._variables = Variables(self._owner, system, arrays, group.size, next_stream(seed))
        self._variables.namespace.update(self._values)


def _written(target: Any, name: str, owner: str) -> Symbol:
    """Return the symbol of the variable that an input changes; raise an error for what it cannot change."""
    symbols: Mapping[str, Symbol] = target._variables.symbols
    own = [n for n, s in symbols.items() if s.of == "own" and s.role in {Role.STATE, Role.PARAMETER}]
    symbol = symbols.get(name) if isinstance(name, str) else None
    if symbol is not None and symbol.role is Role.SUBEXPRESSION:
        hint = f"give the input a parameter of its own, and add it in the equation of {name}"
        raise ReadOnlyError(f"{name!r} is a subexpression: it follows from its equation", owner=owner, hint=hint)
    if not isinstance(name, str) or name not in own:
        near = nearest(str(name), own)
        hint = f"did you mean {near!r}?" if near else f"its variables are {', '.join(own) or 'none'}"
        raise UnknownVariableError(f"the target has no variable {name!r}", owner=owner, hint=hint)
    symbol = symbols[name]
    if name in target._variables.linkable:
        hint = "give the input to the group that has the variable"
        raise ReadOnlyError(f"{name!r} is linked: it has no values of its own", owner=owner, hint=hint)
    if symbol.constant:
        hint = f"take the flag (constant) from the line of {name}"
        raise ReadOnlyError(f"{name!r} is constant", owner=owner, hint=hint)
    if symbol.type != "real":
        hint = f"declare {name} with a unit, or with 1"
        raise ArgumentError("an input changes real numbers", owner=owner, found=f"{name} is {symbol.type}", hint=hint)
    return replace(symbol, of="post", variable=name)


def _named(value: Any, part: str, owner: str) -> tuple[Expr, dict[str, Any]]:
    """Return a formula that stands for a value, and the value by the name that it has in the formula."""
    source = Source(" ".join(str(value).split()) if not isinstance(value, TimedArray) else "TimedArray", owner, part)
    span, name = source.span(), f"_{part}"
    if isinstance(value, TimedArray):
        arguments = (Name("t", span), Name("i", span))[: value.values.ndim]
        return Call(name, arguments, span), {name: value}
    plain = magnitude(value, unit_of(value), owner)
    if np.ndim(plain):
        hint = "write a text for values that differ"
        raise ArgumentError(f"{part} is one value, not {np.size(plain)}", owner=owner, hint=hint)
    if plain == 0 and not has_unit(value):
        return Number(0.0, span), {}
    return Name(name, span), {name: value}


def _outside(symbol: Symbol) -> Symbol:
    """Return a symbol of the target as seen from the input."""
    if symbol.role in {Role.EXTERNAL, Role.CONSTANT, Role.UNIT} or symbol.name in {"t", "dt", "t_in_timesteps"}:
        return symbol
    return replace(symbol, of="post", variable=symbol.variable or symbol.name)
