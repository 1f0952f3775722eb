"""Variables of an object as its attributes: ``G.V``, ``G.V = '…'``, ``G.get_states()``."""

from __future__ import annotations

from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.checked import Role
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.checking.vocabulary import time_unit
from eqsim.network.capture import caller
from eqsim.network.texts import Surroundings, elements
from eqsim.network.variables import Variables
from eqsim.network.view import VariableView
from eqsim.text.errors import ArgumentError, ReadOnlyError, UnitsError, UnknownVariableError
from eqsim.text.nearest import nearest
from eqsim.units import has_unit, magnitude, unit_of, with_unit

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
        index = self._elements()
        return self._variables.read(name, index)

    def _read(self, name: str, index: Any) -> NDArray[Any]:
        variables = self._variables
        if variables.is_shared(name):
            return variables.read(name)[0] if index is None else variables.read(name)
        if isinstance(index, int | np.integer):
            return variables.read(name, self._chosen(np.array([index]), None))[0]  # type: ignore[no-any-return]
        return variables.read(name, self._chosen(index, caller(3) if isinstance(index, str) else None))

    # writing ---------------------------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or name in type(self).__dict__ or "_variables" not in self.__dict__:
            object.__setattr__(self, name, value)
        elif name.endswith("_") and self._is_variable(name[:-1]):
            self._variables.write(name[:-1], np.asarray(value), self._elements())
        elif self._is_variable(name):
            if not (isinstance(value, VariableView) and value._name == name):
                self._assign(name, value, None, caller())
        elif name in _READABLE:
            raise ReadOnlyError(f"{name!r} is read-only", owner=self._owner)
        else:
            raise self._unknown(name)

    def _assign(self, name: str, value: Any, index: Any, frame: FrameType) -> None:
        variables = self._variables
        symbol = variables.symbols[name]
        if name in variables.linkable:
            hint = f"assign es.linked(group, 'variable') to {name}; change the variable itself where it lives"
            raise ReadOnlyError(f"{name!r} is linked: it has no values of its own", owner=self._owner, hint=hint)
        if symbol.role is Role.SUBEXPRESSION:
            raise ReadOnlyError(f"{name!r} is a subexpression: it follows from its equation", owner=self._owner)
        chosen = None if index is None and self._elements() is None else self._chosen(index, frame)
        every = np.arange(variables.size) if chosen is None else chosen
        if variables.is_shared(name):
            every, chosen = np.arange(1), None
        if isinstance(value, str):
            expect = "boolean" if symbol.type == "boolean" else symbol.unit
            checked, values = self._surroundings().expression(value, f"value of {name}", expect, frame)  # type: ignore[arg-type]
            saved = dict(variables.namespace)
            variables.namespace.update(values)
            try:
                plain = variables.evaluate(checked, symbol.unit, every)
            finally:
                variables.namespace.clear()
                variables.namespace.update(saved)
        else:
            plain = self._number(name, value)
        if np.ndim(plain) and np.shape(plain) != every.shape and np.size(plain) != 1:
            raise ArgumentError(
                f"{np.size(plain)} values of shape {np.shape(plain)} for {len(every)} elements of {name!r}",
                owner=self._owner,
            )
        variables.write(name, plain if np.size(plain) != 1 else np.ravel(plain)[0], chosen)

    def _number(self, name: str, value: Any) -> NDArray[Any]:
        unit = self._variables.unit(name)
        if isinstance(value, VariableView):
            value = value.values
        given = unit_of(value)
        plain = np.asarray(value.magnitude if has_unit(value) else value)
        if plain.dtype.kind not in "biuf":
            raise ArgumentError(f"{name!r} takes numbers, not {type(value).__name__}", owner=self._owner)
        if not given.same_dimension(unit) and not (not has_unit(value) and np.all((plain == 0) | ~np.isfinite(plain))):
            raise UnitsError(
                f"the value of {name!r} has another unit",
                owner=self._owner,
                found=f"{unit_text(given)}, against {unit_text(unit)} of {name}",
                hint=f"write for instance 10*{unit_text(unit)}" if not unit.dimensionless else "give a plain number",
            )
        return plain if not has_unit(value) and not unit.dimensionless else np.asarray(magnitude(value, unit))

    # all at once -----------------------------------------------------------------------------------------------------

    def get_states(self, names: list[str] | None = None, units: bool = True) -> dict[str, Any]:
        """Return a copy of every stored variable (or those named), by name."""
        chosen = names or [name for name in self._variables.entries if self._is_variable(name)]
        plain = {name: np.array(self._plain(name)) for name in chosen}
        return {n: with_unit(v, self._variables.unit(n)) for n, v in plain.items()} if units else plain

    def set_states(self, values: dict[str, Any], units: bool = True) -> None:
        """Set variables from a dictionary as ``get_states`` returns it."""
        for name, value in values.items():
            if not self._is_variable(name):
                raise self._unknown(name)
            if units:
                self._assign(name, value, None, caller())
            else:
                self._variables.write(name, np.asarray(value), self._elements())

    # within ----------------------------------------------------------------------------------------------------------

    def _chosen(self, index: Any, frame: FrameType | None) -> NDArray[np.int64]:
        own = self._elements()
        size = self._variables.size if own is None else len(own)
        if isinstance(index, str):
            every = np.arange(self._variables.size) if own is None else own
            checked, values = self._surroundings().expression(index, "index", "boolean", frame)
            saved = dict(self._variables.namespace)
            self._variables.namespace.update(values)
            try:
                holds = np.broadcast_to(self._variables.evaluate(checked, Unit(), every), every.shape)
            finally:
                self._variables.namespace.clear()
                self._variables.namespace.update(saved)
            selected: NDArray[np.int64] = every[holds.astype(bool)]
            return selected
        chosen = elements(index, size, self._owner)
        return chosen if own is None else own[chosen]

    def _is_variable(self, name: str) -> bool:
        symbol = self._variables.symbols.get(name)
        own = {Role.STATE, Role.PARAMETER, Role.SUBEXPRESSION}
        return symbol is not None and symbol.of == "own" and symbol.role in own

    def _has_builtin(self, name: str) -> bool:
        return name in {"i", "t", "dt"} or name in self._variables.entries or name in self._variables.builtins

    def _builtin(self, name: str) -> Any:
        own = self._elements()
        index = np.arange(self._variables.size) if own is None else own
        values = self._variables._builtin(name, index)
        if name in {"t", "dt", "lastspike", "lastupdate"}:
            return with_unit(values, time_unit(self._variables.system.unitless))
        return values

    def _unknown(self, name: str) -> UnknownVariableError:
        known = sorted(n for n in self._variables.symbols if self._is_variable(n))
        near = nearest(name, known)
        hint = f"did you mean {near!r}?" if near else f"its variables are {', '.join(known) or 'none'}"
        return UnknownVariableError(f"there is no variable {name!r}", owner=self._owner, hint=hint)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *(n for n in self._variables.symbols if self._is_variable(n))})
