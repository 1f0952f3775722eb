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
    r"|(?P<op>===|!==|<>|=>|=<|&&|\|\||\*\*|//|<<|>>|:=|->|[-+*/%<>=!]=|[-+*/%<>(),=.])"
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
        "&&": "write 'and'",
        "|": "write 'or'",
        "||": "write 'or'",
        "~": "write 'not'",
        "!": "write 'not', or != for 'is not equal'",
        "<>": "write != for 'is not equal'",
        "!==": "write != for 'is not equal'",
        "===": "write == to compare",
        "=>": "write >= for 'at least'",
        "=<": "write <= for 'at most'",
        "@": "write * for a product",
        "[": "write a name of its own; a formula has no indices and no lists",
        "{": "write round brackets; braces are filled in only where an f stands before the quotes of a text",
        ":": "a unit follows ':' once, at the end of a line of a model",
        ";": "one formula stands here; take the ';' away",
        "'": "write dx_dt for the first derivative of x in a formula; texts in quotes have no place in one",
        '"': "texts in quotes have no place in a formula",
        "\\": "a backslash may only end a line that goes on",
        "?": "write a if condition else b",
        "<<": "a formula has no shifts; multiply by 2**n",
        ">>": "a formula has no shifts; divide by 2**n",
        ":=": "assign in a statement of its own",
        "->": "a formula has no arrows",
        "is": "write == to compare",
        "in": "write a comparison, as in 0 <= x and x < 3",
        "lambda": "define a function with es.function and call it by its name",
        "for": "a formula has no loops; a sum over synapses is a (summed) variable",
        "None": "write 0, or leave the term out",
        ".": "a name holds letters, digits and underscores; nothing is looked up with '.'",
        "\u00b7": "write * for a product",
        "\u00d7": "write * for a product",
        "\u2022": "write * for a product",
        "\u2217": "write * for a product",
        "\u22c5": "write * for a product",
        "\u00f7": "write / for a quotient",
        "\u2044": "write / for a quotient",
        "\u2215": "write / for a quotient",
        "\u2212": "this is a typographic minus; write -",
        "\u2010": "this is a hyphen from printed text; write -",
        "\u2011": "this is a hyphen from printed text; write -",
        "\u2013": "this is a dash; write -",
        "\u2014": "this is a dash; write -",
        "\u2260": "write != for 'is not equal'",
        "\u2264": "write <= for 'at most'",
        "\u2265": "write >= for 'at least'",
        "\u221a": "write sqrt(...)",
        "\u221e": "write inf",
        "\u2018": "texts in quotes have no place in a formula",
        "\u2019": "texts in quotes have no place in a formula",
        "\u201c": "texts in quotes have no place in a formula",
        "\u201d": "texts in quotes have no place in a formula",
    }
)
_OTHERWISE = "a formula is made of names, numbers, functions, brackets and operators"
_MODULES = frozenset({"np", "numpy", "math", "eqsim", "es", "scipy", "random"})


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


def check_order(line: Line, dotted: frozenset[str] = frozenset(), *, before_unit: bool = False) -> None:
    """Raise FormulaMistake at the first word that cannot stand where it stands.

    ``dotted`` holds the names that may be followed by a point and a name: ions of a channel, as in ``Ca.E``.
    ``before_unit`` says that a ':' and a unit could follow and do not.
    """
    words = tokens(line.text)
    if not words:
        part = line.source.part
        hint = f"write a formula, or leave {part} out" if part else "write a formula, or 0"
        whole = not line.source.text.strip()
        raise FormulaMistake("a formula is missing here", line.source.span(0, 0) if whole else line.span(), hint=hint)
    _Order(line, words, dotted, before_unit=before_unit).run()


class _Order:
    """A walk over the words that knows whether an operand or an operator is due."""

    def __init__(self, line: Line, words: list[Token], dotted: frozenset[str], *, before_unit: bool) -> None:
        self.line, self.words, self.dotted, self.before_unit = line, words, dotted, before_unit
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
            self.refuse("this cannot stand in a formula", word, hint=_INSTEAD.get(word.text, _OTHERWISE))
        if word.text == "=" and before is None:
            self.refuse("this '=' cannot stand here", word, "'=' after '='", "remove one of the two")
        after = f"'{word.text}' after '{before.text}'" if before else f"'{word.text}' at the beginning"
        hint = (
            "write ** for a power" if before and before.text == word.text == "*" else "write a name or a number there"
        )
        if word.text in {"if", "else"}:
            hint = "write a if condition else b"
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
            hint = "write == to compare; what defines or assigns stands on a line of its own"
            if self.brackets and self.brackets[-1]:
                hint = "arguments of a function have no names here; write == to compare"
            self.refuse("one formula stands here, not an assignment", word, hint=hint)
        if word.text == ",":
            self.comma(word, before)
        if (word.kind in {"number", "name"} and word.text not in _INSTEAD) or word.text in {"(", "not"}:
            self.no_operator(word, before)
        if word.text == "." and before and before.text in _MODULES and (then := self.after(word)):
            self.refuse(
                "this cannot stand in a formula", word, hint=f"write {then.text} alone, without '{before.text}.'"
            )
        if word.text.endswith("=") and word.text not in _INSTEAD:
            hint = "a formula assigns nothing; statements stand on lines of their own, or between semicolons"
            self.refuse("this cannot stand in a formula", word, hint=hint)
        self.refuse("this cannot stand in a formula", word, hint=_INSTEAD.get(word.text, _OTHERWISE))

    def after(self, word: Token) -> Token | None:
        """Return the next word."""
        return next((other for other in self.words if other.start >= word.stop), None)

    def comma(self, word: Token, before: Token | None) -> None:
        then = self.after(word)
        summary = "a list of values cannot stand here" if self.brackets else "one formula stands here, not several"
        hint = "take the ',' away; conditions are joined with 'and', statements end with ';'"
        if before and then and before.kind == then.kind == "number":
            hint = "write a decimal point, not a comma"
        self.refuse(summary, word, hint=hint)

    def no_operator(self, word: Token, before: Token | None) -> None:
        if before is None:
            raise AssertionError("an operand is due at the beginning")
        left, after = before.text, f"'{word.text}' after '{before.text}'"
        if before.kind == "number" and before.stop == word.start:
            self.broken_number(word, before)
        if "\n" in self.line.source.text[self.line.start + before.stop : self.line.start + word.start]:
            hint = "one formula stands here; join conditions with 'and' or 'or', or end the line above with an operator"
            self.refuse("an operator is missing before this", word, after, hint)
        first = "..." if left == ")" else ""
        second = "(...)" if word.text == "(" else word.text
        hint = f"write {first}{left}*{second}"
        if self.before_unit and not self.brackets and word.kind == "name":
            hint = f"write ': {word.text}' if this is the unit of the line, or {first}{left}*{second} for a product"
            self.refuse("a ':' or an operator is missing before this", word, after, hint)
        self.refuse("an operator is missing before this", word, after, hint)

    def broken_number(self, word: Token, before: Token) -> None:
        """Tell of a number that goes on in a way that numbers do not."""
        both = Token("number", before.text + word.text, before.start, word.stop)
        if word.text in {"j", "J"}:
            self.refuse("a formula has real numbers only", both, hint="write two equations for a complex one")
        if word.kind == "number":
            self.refuse("this is no number", both, hint="a number has one decimal point, as in 1.5")
        if re.fullmatch(r"[eE]\d*", word.text):
            self.refuse("this is no number", both, hint="write the exponent behind the e, as in 1e-3")
