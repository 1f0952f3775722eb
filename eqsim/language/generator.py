"""Read the generator of a connection: ``k for k in range(i-3, i+4) if i != k``."""

from __future__ import annotations

import re
from typing import Literal, NoReturn

from eqsim.language.expr import Expr, Name
from eqsim.language.expression import read_expression
from eqsim.language.lines import Line, text_source, whole_line
from eqsim.language.model import Generator
from eqsim.language.tokens import plain_name, tokens
from eqsim.text.errors import Mistake, ModelSyntaxError
from eqsim.text.source import Span

_FORM = "write j='k for k in range(i - 3, i + 4) if k != i', or sample(N_post, p=0.1)"
_LAW = re.compile(r"(?:range|sample)\s*\(")
_KEYWORD = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")


def parse_generator(text: str, owner: str = "", part: str = "") -> Generator:
    """Read ``element [for variable in range(...)|sample(...)] [if condition]``; raise ModelSyntaxError.

    ``range(...)`` or ``sample(...)`` alone stands for its own elements.
    """
    line = whole_line(text_source(text, owner, part))
    words = _outer_words(line.text)
    loop = next((place for word, place in words if word == "for"), None)
    if loop is None and _LAW.match(line.text):
        law, bounds, named = _law(line)
        return Generator(Name("_k"), "_k", law, bounds, named.get("p"), named.get("size"))
    if loop is None:
        return _single(line, words)
    within = next((place for word, place in words if word == "in" and place > loop), None)
    if within is None:
        _refuse("this 'for' has no 'in'", line.span(loop, loop + 3), hint=_FORM)
    test = next((place for word, place in words if word == "if" and place > within), None)
    again = [place for word, place in words if word == "for"][1:]
    if again:
        _refuse("a generator has one 'for'", line.span(again[0], again[0] + 3), hint=_FORM)
    element = read_expression(line.part(0, loop))
    variable, span = line.text[loop + 3 : within].strip(), line.span(loop + 3, within)
    name = plain_name(variable)
    if name is None:
        _refuse("one name stands between 'for' and 'in'", span, f"'{variable}'", _FORM)
    condition = read_expression(line.part(test + 2)) if test is not None else None
    law, bounds, named = _law(line.part(within + 2, test))
    return Generator(element, name, law, bounds, named.get("p"), named.get("size"), condition)


def _single(line: Line, words: list[tuple[str, int]]) -> Generator:
    """Read one element, perhaps with a condition that has no 'else'."""
    tests = [place for word, place in words if word == "if"]
    if tests and len(tests) > sum(word == "else" for word, _ in words):
        return Generator(read_expression(line.part(0, tests[-1])), condition=read_expression(line.part(tests[-1] + 2)))
    return Generator(read_expression(line))


def _outer_words(text: str) -> list[tuple[str, int]]:
    """Return the names and keywords outside all brackets, with their places."""
    depth, found = 0, []
    for token in tokens(text):
        if token.text in {"(", ")"}:
            depth += 1 if token.text == "(" else -1
        elif depth == 0 and token.kind == "name":
            found.append((token.text, token.start))
    return found


def _law(line: Line) -> tuple[Literal["range", "sample"], tuple[Expr, ...], dict[str, Expr]]:
    call = re.fullmatch(r"([^\W\d]\w*)\s*\((.*)\)\s*", line.text)
    name = call.group(1) if call else ""
    if call is None or name not in {"range", "sample"}:
        _refuse("'in' is followed by range(...) or sample(...)", line.span(), f"'{line.text}'", _FORM)
    bounds: list[Expr] = []
    named: dict[str, Expr] = {}
    for argument in _arguments(line.part(*call.span(2))):
        keyword = _KEYWORD.match(argument.text)
        if keyword is None:
            bounds.append(read_expression(argument))
        elif name == "range" or keyword.group(1) not in {"p", "size"} or keyword.group(1) in named:
            found = f"'{keyword.group(1)}'"
            _refuse("only sample has named arguments: p and size, once", argument.span(*keyword.span(1)), found, _FORM)
        else:
            named[keyword.group(1)] = read_expression(argument.part(keyword.end()))
    if not 1 <= len(bounds) <= 3:
        _refuse(f"{name} takes one to three bounds", line.span(), f"{len(bounds)}", _FORM)
    if name == "sample" and len(named) != 1:
        hint = "write sample(N_post, p=0.1), or sample(N_post, size=10)"
        _refuse("sample takes either p or size", line.span(), "both" if named else "neither", hint)
    return "range" if name == "range" else "sample", tuple(bounds), named


def _arguments(line: Line) -> list[Line]:
    """Split at the commas outside all brackets."""
    depth, cuts = 0, [-1]
    for index, character in enumerate(line.text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            cuts.append(index)
    ends = [*cuts[1:], len(line.text)]
    return [line.part(a + 1, b) for a, b in zip(cuts, ends, strict=True) if line.text]


def _refuse(summary: str, span: Span, found: str = "", hint: str = "") -> NoReturn:
    raise ModelSyntaxError(Mistake(ModelSyntaxError, summary, span, found=found, hint=hint))
