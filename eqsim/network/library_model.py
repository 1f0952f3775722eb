"""A model that comes with eqsim: its text, and what the text says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eqsim.language.parse import parse


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

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<{self.path}: {self.about} {self.reference}>"
