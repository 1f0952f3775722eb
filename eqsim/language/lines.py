"""Logical lines of a text: comments and line ends inside a line become blanks, so that every offset stays true."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

from eqsim.text.errors import ArgumentError, Mistake, ModelSyntaxError, raise_mistakes
from eqsim.text.source import Source, Span

# characters that cannot be seen: control characters, blanks without width, marks of writing direction
_HIDDEN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
_MARK = re.compile(rf"#[^\n]*|\\[ \t]*(?:#[^\n]*)?\n|{_HIDDEN}|[()\[\]{{}}\n;]")
# blanks of other widths, as they come by copying; a byte order mark before a text
_BLANK = re.compile(r"\A\ufeff|[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
# one text of arguments holds semicolons of its own, another may hold anything
_CODE = re.compile(r"\s*(?:reset|on_pre|on_post)[ \t]+(?![ \t]*[:=])")
_REFERENCE = re.compile(r"[ \t]*reference[ \t]+(?![ \t]*[:=])[^\n]*")
_OPEN_END = re.compile(r"(?:[-+*/%<>=,]|\b(?:and|or|not|if|else))\s*\Z")
_OPEN_START = re.compile(r"\s*(?:[-+*/%<>:]|!=|==|(?:and|or|if|else)\b)")
_EQUATION = re.compile(r"\s*(?:d\s*\w+\s*/\s*dt|\w+\s*'?)\s*(?:\(\s*0\s*\))?\s*(?:\*\*|//|[-+*/%])?=(?!=)")
_CLOSING = MappingProxyType({"(": ")", "[": "]", "{": "}"})


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a source, cleaned; character ``k`` of ``text`` is character ``start + k`` of the source."""

    source: Source
    start: int
    text: str

    def span(self, start: int = 0, stop: int | None = None) -> Span:
        """Return the span of some of the characters, blanks at its ends left out."""
        stop = len(self.text) if stop is None else stop
        piece = self.text[start:stop]
        start += len(piece) - len(piece.lstrip())
        stop = max(stop - (len(piece) - len(piece.rstrip())), start)
        return Span(self.source, self.start + start, self.start + stop)

    def part(self, start: int, stop: int | None = None) -> Line:
        """Return a part of the line, blanks at its ends left out."""
        piece = self.text[start:stop]
        return Line(self.source, self.start + start + len(piece) - len(piece.lstrip()), piece.strip())


def text_source(text: object, owner: str, part: str) -> Source:
    """Return a text with what it belongs to; raise ArgumentError for what is no text."""
    if isinstance(text, str):
        return Source(text, owner, part)
    hint = "write it in quotes"
    if isinstance(text, bytes):
        hint = "write it without the b in front of the quotes"
    elif isinstance(text, list | tuple):
        hint = "write one text; a ';' or a line end separates its parts"
    found = type(text).__name__ if isinstance(text, dict | list | tuple) else f"{text!s:.60}, a {type(text).__name__}"
    raise ArgumentError(f"{part or 'the model'} must be a text", owner=owner, found=found, hint=hint)


def split_lines(source: Source, *, model: bool = False) -> tuple[tuple[Line, ...], list[Mistake]]:
    """Return the logical lines that hold something, and the mistakes of those that have no end or odd characters.

    A line goes on after an open bracket, a trailing backslash or a trailing binary operator, and before a leading one;
    semicolons separate lines. In a model, ``reference`` keeps its physical line and code keeps its semicolons.
    """
    scan = _Scan(source, model)
    scan.run()
    return tuple(line.part(0) for line in scan.lines if line.text.strip()), scan.mistakes


def in_order(mistake: Mistake) -> int:
    """Return the place of a mistake in its text, to sort by."""
    return mistake.span.start if mistake.span else 0


def whole_line(source: Source) -> Line:
    """Return a text that holds one formula as one line; its line ends and comments become blanks."""
    scan = _Scan(source, model=False, one=True)
    scan.run()
    raise_mistakes(scan.mistakes)
    return Line(source, 0, "".join(scan.characters)).part(0)


class _Scan:
    """One pass over a text; the state that this needs."""

    def __init__(self, source: Source, model: bool, *, one: bool = False) -> None:
        self.source, self.model, self.one = source, model, one
        self.text = _BLANK.sub(" ", source.text)
        self.characters = list(self.text)
        self.lines: list[Line] = []
        self.mistakes: list[Mistake] = []
        self.brackets: list[int] = []
        self.begin = 0
        self.told = 0  # mistakes in the lines before this one

    def run(self) -> None:
        position = 0
        while position < len(self.text):
            if self.model and position == self.begin and (reference := _REFERENCE.match(self.text, position)):
                self.close(reference.end())
                position = reference.end()
                continue
            mark = _MARK.search(self.text, position)
            if mark is None:
                break
            position = mark.end()
            if self.take(mark.group(), mark.start()):
                self.blank(mark.start(), mark.end())
        if self.brackets:
            self.unclosed()
        self.close(len(self.text))

    def take(self, mark: str, at: int) -> bool:
        """Act on one mark; return whether it is blanked."""
        if mark == "\n":
            return self.line_end(at)
        if mark in "([{":
            self.brackets.append(at)
        elif mark in ")]}":
            self.closing(mark, at)
        elif mark == ";":
            if self.one or self.brackets or (self.model and _CODE.match(self.so_far(at))):
                return False
            self.close(at)
            self.begin = at + 1
        elif len(mark) == 1 and mark not in "#\\":
            message = "a character that cannot be seen stands in this text"
            self.mistake(message, at, f"character U+{ord(mark):04X}", "remove it; it may have come in by copying")
        return len(mark) > 1 or mark in "#\\"

    def line_end(self, at: int) -> bool:
        if self.one:
            return True
        equation = _EQUATION.match(self.text, at + 1)
        if self.brackets:
            if not equation:
                return True
            self.unclosed()
        elif not equation:
            written = self.so_far(at)
            if written.strip() and (_OPEN_END.search(written) or _OPEN_START.match(self.text, at + 1)):
                return True
        self.close(at)
        self.begin = at + 1
        return False

    def closing(self, mark: str, at: int) -> None:
        if not self.brackets:
            self.mistake("this bracket closes nothing", at, f"'{mark}'", "remove it, or open it earlier in the line")
        elif mark != (expected := _CLOSING[self.text[self.brackets.pop()]]):
            self.mistake("this bracket does not fit the one that is open", at, f"'{mark}'", f"write '{expected}'")

    def unclosed(self) -> None:
        at, expected = self.brackets[0], _CLOSING[self.text[self.brackets[0]]]
        self.mistake("this bracket is never closed", at, f"'{self.text[at]}'", f"add '{expected}'")
        self.brackets.clear()

    def mistake(self, summary: str, at: int, found: str, hint: str) -> None:
        span = Span(self.source, at, at + 1)
        self.mistakes.append(Mistake(ModelSyntaxError, summary, span, found=found, hint=hint))

    def blank(self, start: int, stop: int) -> None:
        self.characters[start:stop] = " " * (stop - start)

    def so_far(self, stop: int) -> str:
        return "".join(self.characters[self.begin : stop])

    def close(self, stop: int) -> None:
        if len(self.mistakes) == self.told:
            self.lines.append(Line(self.source, self.begin, self.so_far(stop)))
        self.told = len(self.mistakes)
        self.begin = stop
