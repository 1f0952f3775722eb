"""Every mistake that a user can make.

::

    EqsimError
    ├── ModelSyntaxError    a text that cannot be read
    ├── UnknownNameError    a name that nothing defines
    │   ├── UnknownVariableError    the same, where Python expects an AttributeError
    │   └── UnknownModelError       a model that the library does not have, likewise
    ├── DefinitionError     a definition that cannot stand: twice, reserved, circular, wrong flag
    ├── ReadOnlyError       a statement that writes what must not be written
    ├── UnitsError          two sides, terms or arguments that differ in dimension
    ├── SchemeError         an integration scheme that does not fit the equations
    ├── ConnectError        a connection rule that cannot be carried out
    ├── ArgumentError       a value handed to a call that does not fit
    ├── NetworkError        objects that do not make a network
    ├── TargetError         a target that cannot run here
    ├── NumericalError      a run that produced NaN or infinity
    └── NotYetError         something the language has and this version cannot run yet

What a user should know but may have meant is an ``EqsimWarning``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from eqsim.text.source import Span

_LONGEST = 160  # characters of a line that are shown
_BEFORE = 80  # of them, those before the mistake


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: what is wrong, where, what was found, and what would help."""

    error: type[EqsimError]
    summary: str
    span: Span | None = None
    owner: str = ""
    found: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """Return the message as it is shown: summary, place, excerpt with caret, found, hint."""
        lines = [f"{self.error.__name__}: {self.summary}"]
        if self.span is not None:
            lines += _excerpt(self.span)
        elif self.owner:
            lines.append(f"  --> {self.owner}")
        if self.found:
            lines.append(f"  found: {self.found}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


def _excerpt(span: Span) -> list[str]:
    """Return where a mistake is, the line that holds it, and a caret below each of its characters."""
    place = [part for part in (span.source.owner, span.source.part) if part]
    number, column = span.line, span.column
    text, start = span.source.line(number), column - 1
    stop = max(start + 1, min(start + span.stop - span.start, len(text)))
    shown, before = text, 0
    if len(text) > _LONGEST:
        before = max(min(start - _BEFORE, len(text) - _LONGEST), 0)
        shown = text[before : before + _LONGEST]
    cut = "…" if before else ""
    more = "…" if before + len(shown) < len(text) else ""
    stop = min(stop, max(before + len(shown), start + 1))
    shown = "".join("\N{REPLACEMENT CHARACTER}" if _hidden(c) else c for c in shown)
    marked = max(sum(_columns(c) for c in text[start:stop]), 1)
    # tabs are kept in the padding so that the caret stands under its character in a terminal
    padding = " " * len(cut) + "".join("\t" if c == "\t" else " " * _columns(c) for c in text[before:start])
    return [
        f"  --> {', '.join([*place, f'line {number}', f'column {column}'])}",
        f"{number:4d} | {cut}{shown}{more}",
        f"     | {padding}{'^' * marked}",
    ]


def _hidden(character: str) -> bool:
    """Whether a terminal would act on a character, or show nothing."""
    return unicodedata.category(character) in {"Cc", "Cf"} and character != "\t"


def _columns(character: str) -> int:
    """Return how many columns of a terminal a character takes."""
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


class EqsimError(Exception):
    """The root of all errors; carries one mistake or several independent ones.

    ``object``, ``line``, ``column``, ``excerpt`` and ``hint`` describe the first mistake; line and
    column count from 1 and are ``None`` where no text is concerned.
    """

    def __init__(
        self, summary: str | Mistake, *more: Mistake, owner: str = "", found: str = "", hint: str = ""
    ) -> None:
        first = summary if isinstance(summary, Mistake) else Mistake(type(self), summary, None, owner, found, hint)
        self.mistakes: tuple[Mistake, ...] = (first, *more)
        super().__init__("\n\n".join(str(mistake) for mistake in self.mistakes))

    def __str__(self) -> str:
        """Return every mistake's message; the exception's own name already stands in front."""
        text = "\n\n".join(str(mistake) for mistake in self.mistakes)
        return text.removeprefix(f"{type(self).__name__}: ")

    @property
    def object(self) -> str | None:
        """The object whose text or call is wrong."""
        first = self.mistakes[0]
        return (first.span.source.owner if first.span else first.owner) or None

    @property
    def line(self) -> int | None:
        """The line of the mistake, from 1."""
        span = self.mistakes[0].span
        return span.line if span else None

    @property
    def column(self) -> int | None:
        """The column of the mistake, from 1."""
        span = self.mistakes[0].span
        return span.column if span else None

    @property
    def excerpt(self) -> str | None:
        """The line of text that holds the mistake."""
        span = self.mistakes[0].span
        return span.source.line(span.line) if span else None

    @property
    def hint(self) -> str | None:
        """What would help."""
        return self.mistakes[0].hint or None


class ModelSyntaxError(EqsimError):
    """A text that cannot be read."""


class UnknownNameError(EqsimError):
    """A name that nothing defines."""


class UnknownVariableError(UnknownNameError, AttributeError):
    """A variable that an object does not have."""


class UnknownModelError(UnknownNameError, AttributeError):
    """A model that the library does not have."""


class DefinitionError(EqsimError):
    """A definition that cannot stand: twice, reserved, circular, with a flag that does not fit."""


class ReadOnlyError(EqsimError):
    """A statement that writes what must not be written."""


class UnitsError(EqsimError):
    """Two sides, terms or arguments that differ in dimension."""


class SchemeError(EqsimError):
    """An integration scheme that does not fit the equations."""


class ConnectError(EqsimError):
    """A connection rule that cannot be carried out."""


class ArgumentError(EqsimError):
    """A value handed to a call that does not fit."""


class NetworkError(EqsimError):
    """Objects that do not make a network."""


class TargetError(EqsimError):
    """A target that cannot run here."""


class NumericalError(EqsimError):
    """A run that produced NaN or infinity."""


class NotYetError(EqsimError):
    """Something that the language has and that this version cannot run yet."""


class EqsimWarning(UserWarning):
    """Something that works and may not be what was meant."""


def raise_mistakes(mistakes: Iterable[Mistake]) -> None:
    """Raise one error that holds all mistakes, of the class of the first; do nothing without any."""
    found = tuple(dict.fromkeys(mistakes))
    if found:
        raise found[0].error(*found) from None
