"""A model that comes with eqsim: its text, and what the text says about itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eqsim.language.parse import parse
from eqsim.text.errors import UnknownNameError
from eqsim.text.nearest import nearest


@dataclass(frozen=True, repr=False)
class LibraryModel:
    """A model of the library.

    Attributes
    ----------
    library
        Where it is found, such as ``neurons``.
    name, reference, about
        Its name, the paper that it is from, and in one sentence what it is.
    text
        The lines of its file. Whatever takes a text takes the model as well.

    """

    library: str
    name: str
    reference: str
    about: str
    text: str

    @property
    def path(self) -> str:
        """Where users find it, such as ``es.neurons.LIF``."""
        return f"es.{self.library}.{self.name}"

    @property
    def settable(self) -> Mapping[str, str]:
        """The units of the parameters, then of the variables with a derivative, by name."""
        lines = parse(self.text, self.path).definitions
        chosen = [line for kind in ("parameter", "derivative") for line in lines if line.kind == kind]
        return MappingProxyType({line.name: line.unit.text if line.unit else "1" for line in chosen})

    def refuse_unknown(self, names: Collection[str]) -> None:
        """Raise UnknownNameError for the first name that no parameter, variable or subexpression of the text has."""
        own = {definition.name for definition in parse(self.text, self.path).definitions}
        for name in names:
            if name not in own:
                raise self._unknown(name, self.settable)

    def _unknown(self, name: str, units: Mapping[str, str]) -> UnknownNameError:
        """Return the mistake of a name, given the units of those that may be set."""
        close = nearest(name, units)
        known = ", ".join(f"{one} ({unit})" for one, unit in units.items())
        hint = f"{f'did you mean {close!r}? ' if close else ''}it has {known}"
        return UnknownNameError(f"there is no parameter or variable {name!r}", owner=self.path, hint=hint)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<{self.path}: {self.about} {self.reference}>"
