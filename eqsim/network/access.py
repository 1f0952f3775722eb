"""Variables of an object as its attributes: ``G.V``, ``G.V = '…'``, ``G.get_states()``."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.checked import CheckedExpression, Role, Type
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.checking.vocabulary import time_unit
from eqsim.language.expr import Name, names, walk
from eqsim.network.arguments import names_of
from eqsim.network.capture import caller
from eqsim.network.indexes import elements
from eqsim.network.paths import Path
from eqsim.network.texts import Surroundings
from eqsim.network.variables import Variables
from eqsim.network.view import VariableView
from eqsim.text.errors import ArgumentError, Mistake, ReadOnlyError, UnitsError, UnknownVariableError
from eqsim.text.nearest import nearest
from eqsim.units import has_unit, joined, magnitude, unit_of, with_unit

_READABLE = frozenset({"i", "j", "t", "dt", "lastspike", "not_refractory", "lastupdate"})


class Access:
    """Attributes that stand for variables; what is not a variable is an error that names the nearest one."""

    _variables: Variables
    _owner: str

    def _surroundings(self) -> Surroundings:
        raise NotImplementedError

    def _elements(self) -> NDArray[np.int64] | None:
        raise NotImplementedError

    # reading ---------------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "_variables" not in self.__dict__:
            raise AttributeError(name)
        if name in _READABLE and self._has_builtin(name):
            return self._builtin(name)
        if name.endswith("_") and self._is_variable(name[:-1]):
            return self._plain(name[:-1])
        if not self._is_variable(name):
            if any(variable.startswith(f"{name}.") for variable in self._variables.symbols):
                return Path(self, name)
            raise self._unknown(name)
        return self._view(name)

    def _view(self, name: str) -> VariableView:
        return VariableView(
            name,
            self._variables.unit(name),
            lambda index: self._read(name, index),
            lambda index, value, depth: self._assign(name, value, index, caller(depth)),
        )

    def _plain(self, name: str) -> NDArray[Any]:
        """Return the stored array itself where the elements lie in order, else a copy."""
        if self._variables.is_shared(name):
            return self._variables.read(name)[0]  # type: ignore[no-any-return]
        index = self._elements()
        if index is not None and len(index) and self._variables.place is None and (np.diff(index) == 1).all():
            return self._variables.read(name)[index[0] : index[-1] + 1]  # a view, so that it can be written
        return self._variables.read(name, index)

    def _read(self, name: str, index: Any) -> NDArray[Any]:
        variables = self._variables
        if variables.is_shared(name):
            return variables.read(name)[0]  # type: ignore[no-any-return]
        if isinstance(index, int | np.integer):
            return variables.read(name, self._chosen(np.array([index]), None))[0]  # type: ignore[no-any-return]
        return variables.read(name, self._chosen(index, caller(3) if isinstance(index, str) else None))

    # writing ---------------------------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        attribute = getattr(type(self), name, None)
        fixed = isinstance(attribute, property) and attribute.fset is None
        if name.startswith("_") or "_variables" not in self.__dict__ or (attribute is not None and not fixed):
            object.__setattr__(self, name, value)
        elif fixed and not self._is_variable(name):
            hint = "it follows from how the object was made"
            raise ReadOnlyError(f"{name!r} is read-only", owner=self._owner, hint=hint)
        else:
            self._set(name, value, caller())

    def _set(self, name: str, value: Any, frame: FrameType) -> None:
        if name.endswith("_") and self._is_variable(name[:-1]):
            self._put(name[:-1], *self._plain_values(name[:-1], value))
        elif self._is_variable(name):
            if not (isinstance(value, VariableView) and value._name == name):
                self._assign(name, value, None, frame)
        elif name in _READABLE:
            raise ReadOnlyError(f"{name!r} is read-only", owner=self._owner, hint="it follows from the run")
        else:
            raise self._unknown(name)

    def _assign(self, name: str, value: Any, index: Any, frame: FrameType) -> None:
        self._put(name, *self._prepared(name, value, index, frame))

    def _prepared(self, name: str, value: Any, index: Any, frame: FrameType) -> tuple[NDArray[Any], Any]:
        """Return the plain values that an assignment stores, and for which elements; raise for what cannot be."""
        self._writable(name)
        variables, symbol = self._variables, self._variables.symbols[name]
        chosen = None if index is None and self._elements() is None else self._chosen(index, frame)
        every: NDArray[np.int64] | range = range(variables.size) if chosen is None else chosen
        if variables.is_shared(name):
            every, chosen = range(1), None
        if isinstance(value, str):
            plain = self._text_values(name, value, every, frame)
        else:
            plain = _of_type(self._number(name, value), symbol.type, name, self._owner)
        self._fits(name, plain, every)
        return plain, chosen

    def _put(self, name: str, plain: NDArray[Any], chosen: Any) -> None:
        self._variables.write(name, plain if np.size(plain) != 1 else np.ravel(plain)[0], chosen)

    def _plain_values(self, name: str, value: Any) -> tuple[NDArray[Any], Any]:
        """Return plain values given for a variable, and for which elements; raise for what cannot be."""
        self._writable(name)
        plain = np.asarray(value)
        if has_unit(value) or plain.dtype.kind not in "biuf":
            hint = "give plain numbers in the declared unit"
            raise ArgumentError(f"{name!r} takes numbers, not {value!r}", owner=self._owner, hint=hint)
        plain = _of_type(plain, self._variables.symbols[name].type, name, self._owner)
        chosen = None if self._variables.is_shared(name) else self._elements()
        every = range(1 if self._variables.is_shared(name) else self._variables.size) if chosen is None else chosen
        self._fits(name, plain, every)
        return plain, chosen

    def _writable(self, name: str) -> None:
        if name in self._variables.linkable:
            hint = f"assign es.linked(group, 'variable') to {name}; change the variable itself where it lives"
            raise ReadOnlyError(f"{name!r} is linked: it has no values of its own", owner=self._owner, hint=hint)
        if self._variables.symbols[name].role is Role.SUBEXPRESSION:
            hint = "change what it is made of"
            raise ReadOnlyError(
                f"{name!r} is a subexpression: it follows from its equation", owner=self._owner, hint=hint
            )

    def _fits(self, name: str, plain: NDArray[Any], every: NDArray[np.int64] | range) -> None:
        if np.ndim(plain) and np.shape(plain) != (len(every),) and np.size(plain) != 1:
            raise ArgumentError(
                f"{np.size(plain)} values of shape {np.shape(plain)} for {len(every)} elements of {name!r}",
                owner=self._owner,
                hint="give one value for all, or one for each element",
            )

    def _text_values(self, name: str, text: str, every: NDArray[np.int64] | range, frame: FrameType) -> NDArray[Any]:
        variables, symbol = self._variables, self._variables.symbols[name]
        expect: Any = symbol.unit if symbol.type == "real" else symbol.type
        checked, values = self._surroundings().expression(text, f"value of {name}", expect, frame)
        if variables.is_shared(name):
            self._same_for_all(name, checked)
        plain = self._evaluated(checked, values, symbol.unit, every)
        return _of_type(plain, symbol.type, name, self._owner)

    def _same_for_all(self, name: str, checked: CheckedExpression) -> None:
        """Raise for a text that differs between elements, given for a value that all share."""
        for used in sorted(names(checked.value)):
            symbol = checked.symbols[used]
            own = symbol.role in {Role.STATE, Role.PARAMETER, Role.SUBEXPRESSION} and not symbol.shared
            if own or used in {"i", "j"}:
                span = next(n.span for n in walk(checked.value) if isinstance(n, Name) and n.name == used)
                summary = f"{name!r} is shared: one value cannot follow {used!r}, which differs between elements"
                hint = "use shared variables and constants alone, or take (shared) away from its line"
                raise ArgumentError(Mistake(ArgumentError, summary, span, self._owner, hint=hint))

    def _evaluated(
        self, checked: CheckedExpression, values: dict[str, Any], unit: Unit, every: NDArray[np.int64] | range
    ) -> NDArray[Any]:
        """Return a checked text's values for elements (a range for all); ``i`` and ``N`` are those of this part."""
        return self._variables.evaluate(checked, unit, every, values, self._elements())

    def _number(self, name: str, value: Any) -> NDArray[Any]:
        unit = self._variables.unit(name)
        value = value.values if isinstance(value, VariableView) else joined(value)
        given = unit_of(value)
        plain = np.asarray(value.magnitude if has_unit(value) else value)
        if plain.dtype.kind not in "biuf":
            hint = (
                f"give a text, or numbers in {unit_text(unit)}" if not unit.dimensionless else "give a text or numbers"
            )
            raise ArgumentError(f"{name!r} takes numbers, not {type(value).__name__}", owner=self._owner, hint=hint)
        if not given.same_dimension(unit) and not (not has_unit(value) and np.all((plain == 0) | ~np.isfinite(plain))):
            raise UnitsError(
                f"the value of {name!r} has another unit",
                owner=self._owner,
                found=f"{unit_text(given)}, against {unit_text(unit)} of {name}",
                hint=f"write for instance 10*{unit_text(unit)}" if not unit.dimensionless else "give a plain number",
            )
        return plain if not has_unit(value) else np.asarray(magnitude(value, unit))

    # all at once -----------------------------------------------------------------------------------------------------

    def get_states(self, names: list[str] | None = None, units: bool = True) -> dict[str, Any]:
        """Return a copy of every stored variable (or those named), by name."""
        own = {Role.STATE, Role.PARAMETER}
        every = [n for n in self._variables.entries if self._is_variable(n) and self._variables.symbols[n].role in own]
        chosen = every if names is None else names_of(names, "variables", self._owner)
        for name in chosen:
            if not self._is_variable(name):
                raise self._unknown(name)
        plain = {name: np.array(self._plain(name)) for name in chosen}
        return {n: with_unit(v, self._variables.unit(n)) for n, v in plain.items()} if units else plain

    def set_states(self, values: Mapping[str, Any], units: bool = True) -> None:
        """Set variables from a dictionary as ``get_states`` returns it; all of them or, when one does not fit, none."""
        if not isinstance(values, Mapping):
            hint = "give what get_states returns"
            raise ArgumentError(f"states are a dictionary, not {values!r}", owner=self._owner, hint=hint)
        frame = caller()
        prepared: dict[str, tuple[NDArray[Any], Any]] = {}
        for name, value in values.items():
            if not self._is_variable(name):
                raise self._unknown(name)
            prepared[name] = self._prepared(name, value, None, frame) if units else self._plain_values(name, value)
        for name, (plain, chosen) in prepared.items():
            self._put(name, plain, chosen)

    # within ----------------------------------------------------------------------------------------------------------

    def _chosen(self, index: Any, frame: FrameType | None) -> NDArray[np.int64]:
        own = self._elements()
        size = self._variables.size if own is None else len(own)
        if isinstance(index, str):
            every = np.arange(self._variables.size) if own is None else own
            checked, values = self._surroundings().expression(index, "index", "boolean", frame)
            holds = np.broadcast_to(self._evaluated(checked, values, Unit(), every), every.shape)
            selected: NDArray[np.int64] = every[holds.astype(bool)]
            return selected
        chosen = elements(index, size, self._owner)
        return chosen if own is None else own[chosen]

    def _is_variable(self, name: str) -> bool:
        symbol = self._variables.symbols.get(name)
        own = {Role.STATE, Role.PARAMETER, Role.SUBEXPRESSION}
        return symbol is not None and symbol.of == "own" and symbol.role in own

    def _has_builtin(self, name: str) -> bool:
        if name == "not_refractory":
            return "_spike" in self._variables.entries
        return name in {"i", "t", "dt"} or name in self._variables.entries or name in self._variables.builtins

    def _builtin(self, name: str) -> Any:
        own = self._elements()
        index = np.arange(self._variables.size) if own is None else own
        self._variables.part = own
        try:
            values = self._variables._builtin(name, index)
        finally:
            self._variables.part = None
        if name in {"t", "dt", "lastspike", "lastupdate"}:
            return with_unit(values, time_unit(self._variables.system.unitless))
        return values

    def _unknown(self, name: str) -> UnknownVariableError:
        known = sorted(n for n in self._variables.symbols if self._is_variable(n))
        near = nearest(str(name), known)
        hint = f"did you mean {near!r}?" if near else f"its variables are {', '.join(known) or 'none'}"
        return UnknownVariableError(f"there is no variable {name!r}", owner=self._owner, hint=hint)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *(n for n in self._variables.symbols if self._is_variable(n))})


def _of_type(plain: NDArray[Any], kind: Type, name: str, owner: str) -> NDArray[Any]:
    """Return values as a variable's type stores them; raise for numbers that are no conditions, or not whole."""
    if kind == "boolean" and plain.dtype.kind != "b":
        if plain.dtype.kind in "iu" and np.isin(plain, (0, 1)).all():
            return plain
        hint = "give True or False, or a condition as a text"
        raise ArgumentError(f"{name!r} is boolean: it takes no numbers", owner=owner, hint=hint)
    if kind == "integer" and plain.dtype.kind == "f":
        if not np.all(np.isfinite(plain) & (plain == np.floor(plain)) & (np.abs(plain) < 2.0**63)):
            hint = "round it, for instance with int() in a text"
            raise ArgumentError(f"{name!r} is an integer: it takes whole numbers", owner=owner, hint=hint)
        return plain.astype(np.int64)
    return plain
