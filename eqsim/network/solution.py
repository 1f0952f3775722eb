"""What ``integrate`` returns: variables over time."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.network.arguments import Sealed
from eqsim.text.errors import UnknownVariableError
from eqsim.text.nearest import nearest
from eqsim.units import with_unit


class Solution(Sealed):
    """The recorded variables of a model that was integrated.

    ``r.v`` and ``r['v']`` are the values of ``v``, of shape (times,) or, for several neurons, (times, n): the first row
    at time 0, the last one at the end. ``r.t`` are the times. A name with ``_`` at its end gives plain numbers.
    """

    _owner = "Solution"

    def __init__(
        self,
        times: NDArray[np.float64],
        time_unit: Unit,
        values: Mapping[str, NDArray[Any]],
        units: Mapping[str, Unit],
        method: str,
        method_reason: str,
    ) -> None:
        self._times, self._time_unit = times, time_unit
        self._values = MappingProxyType(dict(values))
        self._units = units
        self._method, self._method_reason = method, method_reason

    @property
    def t(self) -> Any:
        """The times, shape (times,), with unit."""
        return with_unit(self._times, self._time_unit)

    @property
    def t_(self) -> NDArray[np.float64]:
        """The times as plain numbers: milliseconds, or the user's unit."""
        return self._times

    @property
    def names(self) -> tuple[str, ...]:
        """The recorded variables."""
        return tuple(self._values)

    @property
    def method(self) -> str:
        """The integration scheme."""
        return self._method

    @property
    def method_reason(self) -> str:
        """One sentence: which scheme was chosen for the equations, and why."""
        return self._method_reason

    def __getitem__(self, name: str) -> Any:
        """Return a variable's values, with unit."""
        if name not in self._values:
            near = nearest(str(name), self._values)
            hint = f"did you mean {near!r}?" if near else f"name it in record=; it has {', '.join(self._values)}"
            raise UnknownVariableError(f"{name!r} was not recorded", owner=self._owner, hint=hint)
        return with_unit(self._values[name], self._units[name])

    def __getattr__(self, name: str) -> Any:
        kept = self.__dict__.get("_values", {})
        if name.endswith("_") and name[:-1] in kept:
            return kept[name[:-1]]
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *self._values})

    def __repr__(self) -> str:
        return f"<Solution: {', '.join(self._values)} at {len(self._times)} times, {self._method}>"
