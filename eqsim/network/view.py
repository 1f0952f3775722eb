"""What ``G.V`` gives: the values of a variable, with their unit, for reading, arithmetic and assignment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.units import with_unit

Indices = NDArray[np.int64]


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

    def __iter__(self) -> Any:
        return iter(self.values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        values = self.values
        return values if dtype is None else np.asarray(values, dtype=dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [value.values if isinstance(value, VariableView) else value for value in inputs]
        if "out" in options and any(isinstance(value, VariableView) for value in options["out"]):
            # G.V += x arrives here; the assignment that follows writes the result
            options.pop("out")
        return getattr(ufunc, method)(*plain, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.values, name)

    def __repr__(self) -> str:
        return f"<{self._name}: {self.values!r}>"
