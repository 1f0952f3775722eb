"""Source text and the spans that point into it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    r"""A text that a user wrote, and where: the object it belongs to and which of its texts it is.

    ``owner`` reads like ``NeuronGroup 'exc'`` or the path of a file; ``part`` names the argument
    (``threshold``, ``on_pre``) and is empty for a model's equations. Line ends of any system are kept as ``\n``.
    """

    text: str
    owner: str = ""
    part: str = ""

    def __post_init__(self) -> None:
        """Make all line ends alike, so that lines and columns are those that an editor shows."""
        if "\r" in self.text:
            object.__setattr__(self, "text", self.text.replace("\r\n", "\n").replace("\r", "\n"))

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of a character, both counted from 1."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def line(self, number: int) -> str:
        """Return a line's text, without its newline; lines count from 1."""
        lines = self.text.split("\n")
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def span(self, start: int = 0, stop: int | None = None) -> Span:
        """Return the span of the characters ``start`` to ``stop`` (the end of the text by default)."""
        return Span(self, start, len(self.text) if stop is None else stop)


@dataclass(frozen=True, slots=True)
class Span:
    """The characters ``start`` to ``stop`` of a source."""

    source: Source
    start: int
    stop: int

    @property
    def line(self) -> int:
        """The line of the first character, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """The column of the first character, from 1."""
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.stop]

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the stop of the other."""
        return Span(self.source, min(self.start, other.start), max(self.stop, other.stop))
