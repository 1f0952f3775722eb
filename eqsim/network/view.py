"""What ``G.V`` gives: the values of a variable, with their unit, for reading, arithmetic and assignment."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from quantities import Quantity

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.text.errors import UnitsError
from eqsim.units import with_unit

Indices = NDArray[np.int64]


_OPERATORS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "add": operator.add,
        "subtract": operator.sub,
        "greater": operator.gt,
        "greater_equal": operator.ge,
        "less": operator.lt,
        "less_equal": operator.le,
        "equal": operator.eq,
        "not_equal": operator.ne,
    }
)


class VariableView(np.lib.mixins.NDArrayOperatorsMixin):
    """The values of one variable for the elements of a group.

    Reads like an array with unit of shape (n,). ``view[index] = value`` and ``view['i > 10'] = 'rand()*mV'`` write.
    """

    # wins over the operators of quantities and arrays that stand on the left
    __array_priority__ = 100.0

    def __init__(
        self,
        name: str,
        unit: Unit,
        read: Callable[[Any], NDArray[Any]],
        write: Callable[[Any, Any, int], None],
    ) -> None:
        self._name = name
        self._unit = unit
        self._read = read
        self._write = write

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        # quantities convert the unit of what stands on their right only where it says that it is a quantity
        return VariableView if self._unit.dimensionless else Quantity

    @property
    def values(self) -> Any:
        """The values, with their unit; a copy."""
        return with_unit(np.array(self._read(None)), self._unit)

    def __getitem__(self, index: Any) -> Any:
        values = np.array(self._read(index))
        return with_unit(values[()] if values.ndim == 0 else values, self._unit)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._write(index, value, 2)

    def __len__(self) -> int:
        return len(self._read(None))

    def __float__(self) -> float:
        return float(self.values)

    def __iter__(self) -> Any:
        return iter(self.values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        values = np.asanyarray(self.values)
        return values if dtype is None else np.asarray(values, dtype=dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [value.values if isinstance(value, VariableView) else value for value in inputs]
        if "out" in options and any(isinstance(value, VariableView) for value in options["out"]):
            # G.V += x arrives here; the assignment that follows writes the result
            options.pop("out")
        operation = _OPERATORS.get(ufunc.__name__)
        if operation is not None and method == "__call__" and not options:
            # the operators of quantities convert units of one dimension into each other, which their ufuncs do not
            try:
                return operation(*plain)
            except ValueError as error:
                found, hint = str(error), "give a value of the variable's unit"
                what = f"{self._name!r} counts in {unit_text(self._unit)}"
                raise UnitsError(what, owner=self._name, found=found, hint=hint) from None
        return getattr(ufunc, method)(*plain, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") and name != "_dimensionality":  # which quantities ask of one another
            raise AttributeError(name)
        return getattr(self.values, name)

    def __repr__(self) -> str:
        return f"<{self._name}: {self.values!r}>"
