"""Reads a .scheme file: a line with name and citation, facts, and mathematics.

::

    # rk2 - the midpoint rule.  Runge (1895) Math. Ann. 46:167
    order = 2
    noise = none

    k1 = f(x, t)
    k2 = f(x + dt/2*k1, t + dt/2)
    x' = x + dt*k2

Facts: ``order``, ``strong order``, ``noise`` (none, additive, diagonal, general), ``reading`` (Ito, Stratonovich),
``requires`` (linear; linear in own variable; no explicit time), ``also`` (other names). Words of the mathematics:
``f(x, t)`` drift, ``g(x, t)`` a noise's factor, ``Dg(x, t)`` its derivative along itself, ``J(x, t)`` df/dx of each
state by itself, ``dW`` the noise's increment, ``phi1(z) = (exp(z) - 1)/z``, ``flow(x, dt)`` the solution of linear
equations. Terms with ``g`` or ``dW`` are summed over the noises of an equation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from eqsim.analysis.system import Noise
from eqsim.language import lines as text_lines
from eqsim.language.expr import Call, Name, calls, names, walk
from eqsim.language.expression import read_expression
from eqsim.schemes.scheme import Line, Reading, Requirement, Scheme
from eqsim.text.errors import Mistake, SchemeError
from eqsim.text.nearest import nearest
from eqsim.text.source import Source, Span

_FOLDER = Path(__file__).parent
_FACTS = frozenset({"order", "strong order", "noise", "reading", "requires", "also"})
_STAGED = frozenset({"f", "g", "J", "Dg"})
_FUNCTIONS = _STAGED | {"phi1", "flow", "sqrt", "exp", "abs", "min", "max"}
_GIVEN = frozenset({"x", "t", "dt", "dW"})
_TEMPORARY = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def available() -> Mapping[str, Scheme]:
    """Return the schemes that come with eqsim, by name; the files are read once."""
    return _shipped()


@cache
def _shipped() -> Mapping[str, Scheme]:
    schemes = (read(path) for path in sorted(_FOLDER.glob("*.scheme")))
    return MappingProxyType({scheme.name: scheme for scheme in schemes})


def read(path: Path | str) -> Scheme:
    """Read a scheme's file; raise SchemeError with the line of the first mistake."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = "give the name of a scheme, or the path of a .scheme file in UTF-8"
        raise SchemeError(f"the scheme's file cannot be read: {error}", owner=str(path), hint=hint) from None
    return _Reader(Source(text, str(path)), path.stem).read()


class _Reader:
    """Collects facts and lines; the source is kept for the places of mistakes."""

    def __init__(self, source: Source, name: str) -> None:
        self.source = source
        self.name = name
        self.facts: dict[str, tuple[str, Span]] = {}
        self.lines: list[Line] = []

    def read(self) -> Scheme:
        offset = 0
        for text in self.source.text.split("\n"):
            self.line(text.partition("#")[0], offset)
            offset += len(text) + 1
        if not self.lines or self.lines[-1].target != "x'":
            hint = "end with a line such as x' = x + dt*k"
            raise self.wrong("the last line must give x', the state after the step", self.source.span(), hint)
        return Scheme(
            name=self.name,
            citation=self.source.text.split("\n")[0].removeprefix("#").partition(" - ")[2].strip(),
            order=self.number("order"),
            lines=tuple(self.lines),
            noise=self.word("noise", get_args(Noise), "none"),  # type: ignore[arg-type]
            reading=self.word("reading", get_args(Reading), "ito"),  # type: ignore[arg-type]
            strong_order=self.number("strong order") if "strong order" in self.facts else None,
            requires=self.requirements(),
            also=self.words("also"),
        )

    def line(self, text: str, offset: int) -> None:
        left, equals, right = text.partition("=")
        if not text.strip():
            return
        span = self.source.span(offset, offset + len(text.rstrip()))
        target = left.strip()
        if not equals:
            hint = "write order = 2, or k = f(x, t)"
            raise self.wrong("a line of a scheme reads 'fact = value' or 'name = formula'", span, hint)
        if target in _FACTS:
            self.facts[target] = (right.strip(), span)
            return
        if self.lines and self.lines[-1].target == "x'":
            hint = "move this line up, or take it away"
            raise self.wrong("nothing can follow x', the state after the step", span, hint)
        known = _GIVEN | {line.target for line in self.lines}
        if target != "x'" and (not _TEMPORARY.fullmatch(target) or target in known | {"now", "new"}):
            hint = "a new name of letters and digits, or x' for the state after the step"
            raise self.wrong(f"'{target}' cannot be given a value here", span, hint)
        formula = read_expression(text_lines.Line(self.source, offset + len(left) + 1, right))
        self.lines.append(self.mathematics(Line(target, formula), span))

    def mathematics(self, line: Line, span: Span) -> Line:
        """Return a line whose words are all known."""
        known = _GIVEN | {earlier.target for earlier in self.lines}
        for unknown in sorted(names(line.value) - known):
            raise self.wrong(f"'{unknown}' is not known here", span, _meant(unknown, known))
        for unknown in sorted(calls(line.value) - _FUNCTIONS):
            raise self.wrong(f"'{unknown}' is no word of a scheme", span, _meant(unknown, _FUNCTIONS))
        for node in walk(line.value):
            if isinstance(node, Call) and node.function in _STAGED and len(node.arguments) != 2:
                raise self.wrong(f"{node.function} takes a state and a time", span, f"write {node.function}(x, t)")
            if (
                isinstance(node, Call)
                and node.function == "flow"
                and line.value != Call("flow", (Name("x"), Name("dt")))
            ):
                raise self.wrong("flow stands alone", span, "write x' = flow(x, dt)")
        return line

    def number(self, fact: str) -> float:
        text, span = self.facts.get(fact, ("", self.source.span(0, 0)))
        try:
            return float(text)
        except ValueError:
            raise self.wrong(f"'{fact}' must be a number", span, f"write {fact} = 2, or inf where exact") from None

    def word(self, fact: str, allowed: tuple[str, ...], default: str) -> str:
        text, span = self.facts.get(fact, (default, self.source.span(0, 0)))
        if text.lower() not in allowed:
            raise self.wrong(f"'{fact}' cannot be '{text}'", span, f"one of {', '.join(allowed)}")
        return text.lower()

    def words(self, fact: str) -> tuple[str, ...]:
        text = self.facts[fact][0] if fact in self.facts else ""
        return tuple(word.strip() for word in text.split(",") if word.strip())

    def requirements(self) -> frozenset[Requirement]:
        found = self.words("requires")
        for word in found:
            if word not in get_args(Requirement):
                hint = f"any of {', '.join(get_args(Requirement))}"
                raise self.wrong(f"a scheme cannot require '{word}'", self.facts["requires"][1], hint)
        return frozenset(found)  # type: ignore[arg-type]

    def wrong(self, summary: str, span: Span, hint: str) -> SchemeError:
        return SchemeError(Mistake(SchemeError, summary, span, hint=hint))


def _meant(word: str, known: frozenset[str] | set[str]) -> str:
    close = nearest(word, known)
    return f"did you mean {close}?" if close else f"known are {', '.join(sorted(known))}"
