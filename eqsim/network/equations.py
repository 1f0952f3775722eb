"""Equations as a value of their own: texts joined, names replaced; and the text of a model however it is given."""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eqsim.language.parse import parse
from eqsim.network.capture import scalar
from eqsim.network.functions import Function
from eqsim.network.library_model import LibraryModel
from eqsim.network.timed_array import TimedArray
from eqsim.text.errors import ArgumentError

_OWNER = "Equations"


class Equations:
    """The text of a model, some of its names replaced.

    Parameters
    ----------
    text
        Lines of a model, or a model of the library.
    **replacements
        By name: another name (a text), or the value (a quantity or number) that the name stands for.

    ``+`` joins equations, with other equations or with a text.

    Raises
    ------
    EqsimError
        For a text that cannot be read, and for replacements that fit no name of it.

    """

    def __init__(self, text: str | LibraryModel, **replacements: Any) -> None:
        if isinstance(text, LibraryModel):
            text = text.text
        if not isinstance(text, str):
            raise ArgumentError(f"equations are a text, not {text!r}", owner=_OWNER, hint="give the lines of a model")
        values: dict[str, Any] = {}
        names: dict[str, str] = {}
        for name, new in replacements.items():
            if not re.search(rf"\b(d2?)?{re.escape(name)}\b", text):
                raise ArgumentError(
                    f"there is no name {name!r} to replace", owner=_OWNER, hint="look for a misspelling"
                )
            if not isinstance(new, str):
                if not (isinstance(new, TimedArray | Function) or scalar(new)):
                    hint = "a name is replaced by another name, a number, a quantity, a TimedArray or a function"
                    found = f"{name} = {type(new).__name__}"
                    raise ArgumentError("a text cannot use this value", owner=_OWNER, found=found, hint=hint)
                values[name] = new
            elif new.isidentifier() and not keyword.iskeyword(new):
                names[name] = new
            else:
                hint = "a name is replaced by a name or by a value; write formulas into the text"
                raise ArgumentError(f"{new!r} is no name", owner=_OWNER, hint=hint)
        self._text = _renamed(text, names)
        self._values = values
        parse(self._text, _OWNER)

    @property
    def text(self) -> str:
        """The lines, names replaced."""
        return self._text

    @property
    def values(self) -> Mapping[str, Any]:
        """The values that names stand for."""
        return MappingProxyType(self._values)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the lines define, in order."""
        return tuple(definition.name for definition in parse(self._text, _OWNER).definitions)

    def __add__(self, other: Equations | str) -> Equations:
        """Return both joined."""
        joined = other if isinstance(other, Equations) else Equations(other)
        for name in self._values.keys() & joined._values.keys():
            if repr(self._values[name]) != repr(joined._values[name]):
                hint = "give one of them another name, as in Equations(text, tau='tau_m')"
                raise ArgumentError(f"{name!r} stands for two different values", owner=_OWNER, hint=hint)
        made = Equations(f"{self._text.rstrip()}\n{joined._text}")
        made._values = {**self._values, **joined._values}
        return made

    def __radd__(self, other: str) -> Equations:
        """Return a text and these joined."""
        return Equations(other) + self

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Equations({self._text!r})"


def model_text(model: Any, owner: str) -> tuple[str, Mapping[str, Any]]:
    """Return the lines of a model however it is given (a text, Equations, a path, the library's), and their values."""
    if isinstance(model, Equations):
        return model.text, model.values
    if isinstance(model, LibraryModel):
        return model.text, {}
    if isinstance(model, os.PathLike):
        try:
            return Path(model).read_text(encoding="utf-8"), {}
        except (OSError, UnicodeDecodeError) as error:
            what, hint = f"the model file {os.fspath(model)} cannot be read", "give the path of a text file"
            raise ArgumentError(what, owner=owner, found=str(error), hint=hint) from None
    if not isinstance(model, str):
        hint = "give the lines of a model as a text, Equations, a model of the library, or the path of a file"
        raise ArgumentError(f"a model is a text, not {_kind(model)}", owner=owner, hint=hint)
    return model, {}


def _kind(value: Any) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a text with whole words replaced, all at once, so that names can be exchanged."""
    if not names:
        return text
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    # dv/dt and d2v/dt2 hold the name v with nothing between it and the d
    pattern = rf"\b(d2?(?=\w+\s*/\s*dt2?\b))?({words})\b"
    return re.sub(pattern, lambda found: (found.group(1) or "") + names[found.group(2)], text)
