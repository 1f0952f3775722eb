"""What monitors have in common: what they record, the times, and variables as attributes."""

from __future__ import annotations

from types import FrameType
from typing import Any

from numpy.typing import NDArray

from eqsim.checking.vocabulary import time_unit
from eqsim.network.arguments import Sealed
from eqsim.network.paths import Path
from eqsim.text.errors import UnknownVariableError
from eqsim.units import with_unit


class Monitor(Sealed):
    """A record of what happens in a source."""

    _owner: str
    _name: str | None
    _source: Any

    @property
    def source(self) -> Any:
        """What is recorded."""
        return self._source

    @property
    def name(self) -> str | None:
        """The name, given or from the network."""
        return self._name

    @property
    def t(self) -> Any:
        """The times of the records, with unit."""
        return with_unit(self.t_, time_unit(self._source._variables.system.unitless))

    @property
    def t_(self) -> NDArray[Any]:
        """The times of the records as plain numbers: milliseconds, or the user's unit in a unitless network."""
        raise NotImplementedError


class VariableMonitor(Monitor):
    """A record of variables, each an attribute: with its unit, or plain with an underscore behind the name."""

    _variables: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        kept = self.__dict__.get("_variables", ())
        if name in kept:
            return with_unit(self._recorded(name), self._source._variables.unit(name))
        if name.endswith("_") and name[:-1] in kept:
            return self._recorded(name[:-1])
        if name.startswith("_"):
            raise AttributeError(name)
        if any(variable.startswith(f"{name}.") for variable in kept):
            return Path(self, name)
        hint = f"it records {', '.join(kept)}" if kept else f"name it when the monitor is made: variables={name!r}"
        raise UnknownVariableError(f"{name!r} was not recorded", owner=self.__dict__.get("_owner", ""), hint=hint)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *self._variables})

    def _set(self, name: str, value: Any, _: FrameType) -> None:
        setattr(self, name, value)  # refuses

    def _recorded(self, variable: str) -> NDArray[Any]:
        """Return the plain records of a variable."""
        raise NotImplementedError
