"""Currents and other values given from outside, onto a variable of a group."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from eqsim.checking.checked import Role
from eqsim.checking.dimensions import Unit
from eqsim.checking.vocabulary import time_unit
from eqsim.language.expr import Expr
from eqsim.language.model import AssignOp
from eqsim.network.capture import caller
from eqsim.network.drive import Drive
from eqsim.network.operations import takes_time
from eqsim.network.timed_array import TimedArray
from eqsim.text.errors import ArgumentError
from eqsim.units import joined, magnitude, unit_of, with_unit

_OPERATIONS: Mapping[str, AssignOp] = MappingProxyType({"+": "+=", "-": "-=", "*": "*=", "/": "/=", "=": "="})


class Input(Drive):
    """A value from outside that is applied to a variable of a group at the start of each step.

    It is in force when the step's equations are evaluated, and a ``StateMonitor`` sees it. On a parameter, ``+ - * /``
    hold for the step alone: at its end the parameter is what it was, and what statements added to it meanwhile, so
    that ``Input(G, 'I', 5*nA)`` is a current of 5 nA on top of ``G.I``. On a differential variable every step changes
    the variable itself, as a jump; a neuron whose variable is held ``(unless refractory)`` takes none. With ``=`` the
    variable has the value, and keeps the last one.

    Parameters
    ----------
    target
        The group, or part of one, that gets the input.
    variable
        The name of the variable.
    value
        A quantity (a number in a network without units); an array of shape (times,) or (times, n) with a value for
        each step of the run and each neuron of the target, of which the last row is held; a ``TimedArray``; a text,
        which may use the variables of the target; or a Python function of the time, called in each step, that returns
        a value or one for each neuron (the run returns to Python for it, which takes time).
    op
        What to do with it: one of ``+ - * / =``.
    order, name
        The rank among inputs; the name.

    Raises
    ------
    EqsimError
        For a value of another unit or shape, a mistake in a text, or a variable that cannot be changed.

    """

    _kind = "Input"

    def __init__(
        self,
        target: Any,
        variable: str,
        value: Any,
        op: Literal["+", "-", "*", "/", "="] = "+",
        order: int = 0,
        name: str | None = None,
    ) -> None:
        super().__init__(target, variable, "start", order, name)
        if not isinstance(op, str) or op not in _OPERATIONS:
            found = repr(op)
            raise ArgumentError("op is one of + - * / =", owner=self._owner, found=found, hint="the default is '+'")
        self._op = op
        self._unit = Unit() if op in {"*", "/"} else self._symbol.unit  # of the value
        self._function = value if callable(value) and not isinstance(value, TimedArray) else None
        if self._function is not None and not takes_time(self._function, self._owner):
            hint = "write def current(t): …, or give the value itself"
            raise ArgumentError("the function takes no time", owner=self._owner, found="f()", hint=hint)
        value = joined(value)
        self._rows: Any = None  # an array with a value for each step
        if self._function is not None:
            shape = (1,) if self._symbol.shared else (1, target.N)
            given: Any = TimedArray(with_unit(np.zeros(shape), self._unit), self._step(1.0))
        elif not isinstance(value, TimedArray | str) and np.ndim(value):
            given = TimedArray(value, self._step(1.0))
            self._rows = given.values
        else:
            given = value
        if isinstance(given, TimedArray):
            self._check_columns(given.values)
        self._formula_of_value = self._formula(given, "value", self._unit, caller())
        self._check_shared()
        self._for_step = op != "=" and self._symbol.role is Role.PARAMETER
        self._keep(
            self._formula_of_value, arrays={"_before": "real", "_driven": "real"} if self._for_step else {}, seed=None
        )

    @property
    def op(self) -> str:
        """What is done with the value."""
        return self._op

    # for the network -------------------------------------------------------------------------------------------------

    def _formulas(self) -> list[tuple[str, Expr]]:
        return [(f"value ({self._op})", self._formula_of_value.value)]

    def _assigns(self) -> AssignOp:
        return _OPERATIONS[self._op]

    def _hold_rows(self, dt: float) -> None:
        """Let each row of an array hold for one step."""
        if self._rows is not None:
            unit = unit_of(1) if not isinstance(self._values["_value"], TimedArray) else self._values["_value"].unit
            self._variables.namespace["_value"] = TimedArray(with_unit(self._rows, unit), self._step(dt))

    def _call(self, time: Any) -> None:
        """Evaluate a function of the time for the step that begins."""
        assert self._function is not None
        plain = np.asarray(magnitude(self._function(time), self._unit, self._owner))
        values = self._variables.storage.arrays["_value"]
        if plain.shape not in {(), values.shape}:
            hint = "return one value" + (f", or one for each of {len(values)} neurons" if len(values) > 1 else "")
            what = "the function returns values that do not fit"
            raise ArgumentError(what, owner=self._owner, found=f"shape {plain.shape}", hint=hint)
        values[:] = plain

    def _step(self, dt: float) -> Any:
        return with_unit(dt, time_unit(self._target._variables.system.unitless))

    def _check_columns(self, values: Any) -> None:
        width = self._target.N
        if values.ndim == 2 and (self._symbol.shared or values.shape[1] != width):
            hint = "give shape (times,)" + ("" if self._symbol.shared else f" or (times, {width})")
            what = f"this is no input to {self.variable!r} of {width} neurons"
            raise ArgumentError(what, owner=self._owner, found=f"shape {values.shape}", hint=hint)

    def _check_shared(self) -> None:
        if self._symbol.shared:
            for name, symbol in self._formula_of_value.symbols.items():
                if symbol.of == "post" and not symbol.shared:
                    what = f"{name!r} differs between neurons, and {self.variable!r} has one value for all"
                    raise ArgumentError(what, owner=self._owner, hint="use shared values alone")
