"""The models of one folder as attributes of one object, each read when it is first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from eqsim.language.parse import parse
from eqsim.network.library_model import LibraryModel
from eqsim.text.errors import UnknownModelError
from eqsim.text.nearest import nearest

_FOLDER = Path(__file__).parent.parent / "models"
_Kind = TypeVar("_Kind", bound=LibraryModel)


@dataclass(frozen=True, repr=False)
class Library(Generic[_Kind]):
    """The models of a folder: ``es.neurons.LIF`` is the file ``neurons/LIF.eqs``.

    ``dir()``, iteration and ``in`` know the names, ``len()`` counts them, and printed it is a table.

    Attributes
    ----------
    name
        The folder's name.
    kind
        The class of its models, which says what a call of one makes.

    """

    name: str
    kind: type[_Kind]

    def __getattr__(self, name: str) -> _Kind:
        """Return a model; raise UnknownModelError, an AttributeError, for a name that none has."""
        if name.startswith("_"):
            raise AttributeError(name)
        known = tuple(self)
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean {close!r}?" if close else f"there are {', '.join(known)}"
            raise UnknownModelError(f"there is no model {name!r}", owner=f"es.{self.name}", hint=hint)
        return self.kind(self.name, name, *_read(_FOLDER / self.name / f"{name}.eqs"))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted((path.stem for path in (_FOLDER / self.name).glob("*.eqs")), key=str.lower))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in tuple(self)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *self})

    def __repr__(self) -> str:
        rows = [(model.name, model.about, _first(model.reference)) for model in map(self.__getattr__, self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join([f"es.{self.name}: {len(rows)} models", *lines])


@cache
def _read(path: Path) -> tuple[str, str, str]:
    """Return a file's reference, the sentence of its first comment, and its text."""
    text = path.read_text(encoding="utf-8")
    comment = re.search(r"^#[ \t]*(.*)$", text, flags=re.MULTILINE)
    return parse(text, path.stem).reference, comment[1] if comment else "", text


def _first(reference: str) -> str:
    """Return authors and year of the first paper, more than two authors as ``et al.``."""
    authors, _, rest = reference.partition(" (")
    several = authors.split(", ")
    return f"{several[0] + ' et al.' if len(several) > 1 else authors} ({rest.partition(')')[0]})"
