"""Words of a formula, and whether they can follow each other: so that a mistake is told where it stands."""

from __future__ import annotations

import keyword
import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from eqsim.language.lines import Line
from eqsim.text.errors import Mistake, ModelSyntaxError
from eqsim.text.source import Span

_TOKEN = re.compile(
    r"\s*(?:(?P<number>0[xX][0-9a-fA-F]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<op>\*\*|//|<<|>>|:=|->|[-+*/%<>=!]=|[-+*/%<>(),=.])"
    r"|(?P<other>\S))"
)
_BINARY = frozenset({"+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!="})
_WORDS = frozenset({"and", "or", "if", "else"})
_CONSTANTS = frozenset({"True", "False"})
MAX_BRACKETS = 100
MAX_DIGITS = 100

# what people write out of habit from other notations, and what this one has instead
_INSTEAD = MappingProxyType(
    {
        "^": "write ** for a power",
        "&": "write 'and'",
        "|": "write 'or'",
        "~": "write 'not'",
        "!": "write 'not', or != for 'is not equal'",
        "@": "write * for a product",
        "[": "write a name of its own; a formula has no indices and no lists",
        "{": "write round brackets",
        ":": "a unit follows ':' once, at the end of the line",
        ";": "one formula stands here; take the ';' away",
        "'": "write dx_dt for the first derivative of x in a formula; texts in quotes have no place in one",
        '"': "texts in quotes have no place in a formula",
        "\\": "a backslash may only end a line that goes on",
        "·": "write * for a product",
        "×": "write * for a product",  # noqa: RUF001
        "−": "this is a typographic minus; write -",  # noqa: RUF001
        "–": "this is a dash; write -",  # noqa: RUF001
        "<<": "a formula has no shifts; multiply by 2**n",
        ">>": "a formula has no shifts; divide by 2**n",
        ":=": "assign in a statement of its own",
        "->": "a formula has no arrows",
        "is": "write == to compare",
        "in": "write a comparison, as in 0 <= x and x < 3",
        "lambda": "define a function with eqsim.function and call it by its name",
        "for": "a formula has no loops; a sum over synapses is a (summed) variable",
        "None": "write 0, or leave the term out",
        ".": "a name holds letters, digits and underscores; nothing is looked up with '.'",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a formula: a ``number``, a ``name``, an ``op`` or some ``other`` character."""

    kind: str
    text: str
    start: int
    stop: int


class FormulaMistake(Exception):  # noqa: N818 - caught where the formula's error is made
    """The first place where a formula cannot be read."""

    def __init__(self, summary: str, span: Span, found: str = "", hint: str = "") -> None:
        super().__init__(summary)
        self.mistake = Mistake(ModelSyntaxError, summary, span, found=found, hint=hint)


def tokens(text: str) -> list[Token]:
    """Return the words of a formula, in order."""
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        found.append(Token(kind, match.group(kind), match.start(kind), match.end(kind)))
    return found


def plain_name(text: str) -> str | None:
    """Return a name in its one spelling (NFKC), or ``None`` if this cannot be a name."""
    name = unicodedata.normalize("NFKC", text)
    return name if name.isidentifier() and text.isidentifier() and not keyword.iskeyword(name) else None


def check_order(line: Line, dotted: frozenset[str] = frozenset()) -> None:
    """Raise FormulaMistake at the first word that cannot stand where it stands.

    ``dotted`` holds the names that may be followed by a point and a name: ions of a channel, as in ``Ca.E``.
    """
    words = tokens(line.text)
    if not words:
        raise FormulaMistake("a formula is missing here", line.span(), hint="write a formula, or 0")
    _Order(line, words, dotted).run()


class _Order:
    """A walk over the words that knows whether an operand or an operator is due."""

    def __init__(self, line: Line, words: list[Token], dotted: frozenset[str]) -> None:
        self.line, self.words, self.dotted = line, words, dotted
        self.operand_due = True
        self.brackets: list[bool] = []  # whether each open bracket holds the arguments of a call

    def run(self) -> None:
        for number, word in enumerate(self.words):
            before = self.words[number - 1] if number else None
            if self.operand_due:
                self.operand(word, before)
            else:
                self.operator(word, before)
        if self.operand_due:
            last = self.words[-1]
            self.refuse("an operand is missing here", last, f"nothing after '{last.text}'", "complete the formula")

    def refuse(self, summary: str, word: Token, found: str = "", hint: str = "") -> None:
        quoted = f'"{word.text}"' if "'" in word.text else f"'{word.text}'"
        raise FormulaMistake(summary, self.line.span(word.start, word.stop), found or quoted, hint)

    def operand(self, word: Token, before: Token | None) -> None:
        if word.kind == "number":
            self.number(word)
        elif word.text in _CONSTANTS:
            self.operand_due = False
        elif word.kind == "name" and (word.text not in keyword.kwlist):
            if plain_name(word.text) is None:
                hint = "write x**2 for a power; a name begins with a letter and holds letters, digits and underscores"
                self.refuse("this is no name", word, hint=hint)
            self.operand_due = False
        elif word.text == "(":
            self.open(word, call=False)
        elif word.text == ")" and before and before.text == "(" and self.brackets[-1]:
            self.brackets.pop()
            self.operand_due = False
        elif word.text not in {"+", "-", "not"}:
            self.misplaced(word, before)

    def number(self, word: Token) -> None:
        self.operand_due = False
        if len(word.text) > MAX_DIGITS:
            self.refuse("this number is too long", word, f"{len(word.text)} characters", "write 1e3 for a thousand")
        if re.fullmatch(r"0[\d_]*[1-9][\d_]*", word.text) or "__" in word.text or word.text.endswith("_"):
            self.refuse("a whole number begins with another digit than 0", word, hint=f"write {word.text.strip('_0')}")

    def misplaced(self, word: Token, before: Token | None) -> None:
        ordinary = word.text in _BINARY | _WORDS or word.text in {")", ",", "="}
        if not ordinary:
            self.refuse("this cannot stand in a formula", word, hint=_INSTEAD.get(word.text, "see 'functions'"))
        after = f"'{word.text}' after '{before.text}'" if before else f"'{word.text}' at the beginning"
        hint = (
            "write ** for a power" if before and before.text == word.text == "*" else "write a name or a number there"
        )
        self.refuse("an operand is missing before this", word, after, hint)

    def operator(self, word: Token, before: Token | None) -> None:
        if word.text in _BINARY or word.text in _WORDS:
            self.operand_due = True
        elif word.text == ")" and self.brackets:
            self.brackets.pop()
        elif word.text == "," and self.brackets and self.brackets[-1]:
            self.operand_due = True
        elif word.text == "(" and before and before.kind == "name" and before.text not in _CONSTANTS:
            self.open(word, call=True)
        elif word.text == "." and before and before.text in self.dotted:
            self.operand_due = True
        else:
            self.unexpected(word, before)

    def open(self, word: Token, *, call: bool) -> None:
        self.brackets.append(call)
        self.operand_due = True
        if len(self.brackets) > MAX_BRACKETS:
            hint = "give parts of it names of their own: subexpressions"
            self.refuse("this formula is nested too deeply", word, f"more than {MAX_BRACKETS} open brackets", hint)

    def unexpected(self, word: Token, before: Token | None) -> None:
        if word.text == "=":
            hint = "write == to compare"
            if self.brackets and self.brackets[-1]:
                hint = "arguments of a function have no names here; write == to compare"
            self.refuse("one formula stands here, not an assignment", word, hint=hint)
        if word.text == "," and self.brackets:
            self.refuse("a list of values cannot stand here", word, hint="write a decimal point, not a comma")
        if word.text == ",":
            self.refuse("one formula stands here, not several", word, hint="write a decimal point, not a comma")
        if (word.kind in {"number", "name"} and word.text not in _INSTEAD) or word.text in {"(", "not"}:
            self.no_operator(word, before)
        if word.text.endswith("="):
            hint = "a formula assigns nothing; statements stand on lines of their own, or between semicolons"
            self.refuse("this cannot stand in a formula", word, hint=hint)
        self.refuse("this cannot stand in a formula", word, hint=_INSTEAD.get(word.text, "remove it"))

    def no_operator(self, word: Token, before: Token | None) -> None:
        left = before.text if before else ""
        joined = (
            before is not None and before.kind == "number" and word.text in {"j", "J"} and before.stop == word.start
        )
        if joined:
            both = Token("number", left + word.text, word.start - len(left), word.stop)
            self.refuse("a formula has real numbers only", both, hint="write two equations for a complex one")
        hint = f"write {left}*{word.text}" if word.text != "(" else f"write {left}*(...)"
        if left == ")":
            hint = f"write ...)*{word.text}"
        self.refuse("an operator is missing before this", word, f"'{word.text}' after '{left}'", hint)
