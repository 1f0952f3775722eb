"""Read statements: the assignments of a reset, a pathway or an event."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn, get_args

from eqsim.language.expression import read_expression
from eqsim.language.lines import Line, in_order, split_lines, text_source
from eqsim.language.model import AssignOp, Code, Statement
from eqsim.language.tokens import plain_name
from eqsim.text.errors import EqsimError, Mistake, ModelSyntaxError, raise_mistakes
from eqsim.text.source import Source, Span

_ASSIGNMENT = re.compile(r"((?:(?P<part>[^\W\d]\w*)\.)?[^\W\d]\w*)\s*(?P<op>\*\*=|//=|[-+*/%]=|=(?!=))")
_OTHER_OP = re.compile(r"[^\W\d]\w*\s*(<<=|>>=|[&|^@:]=|\+\+|--|==)")
_COMPOUND = re.compile(r"(if|for|while|def|return|import|from|with|try|pass|del|print|else|elif)\b")
_CALLS = MappingProxyType(
    {
        "for": "statements are carried out for every neuron or synapse; leave the loop out",
        "while": "statements are carried out in every step; leave the loop out",
        "print": "record values with a StateMonitor",
    }
)
_OPS: Mapping[str, AssignOp] = MappingProxyType({op: op for op in get_args(AssignOp)})


def parse_statements(text: str, owner: str = "", part: str = "", dotted: frozenset[str] = frozenset()) -> Code:
    """Read statements, one per line or separated by semicolons; raise all their mistakes together.

    ``dotted`` names the channels and ions whose ``INa.m`` is a name.
    """
    source = text_source(text, owner, part)
    lines, mistakes = split_lines(source)
    return _read_all(lines, source, mistakes, dotted)


def read_statements(line: Line) -> Code:
    """Read the statements on one line of a model, separated by semicolons."""
    pieces, start = [], 0
    for piece in line.text.split(";"):
        pieces.append(line.part(start, start + len(piece)))
        start += len(piece) + 1
    return _read_all(tuple(piece for piece in pieces if piece.text), line.source, [])


def _read_all(
    lines: tuple[Line, ...], source: Source, mistakes: list[Mistake], dotted: frozenset[str] = frozenset()
) -> Code:
    statements: list[Statement] = []
    for line in lines:
        try:
            statements.append(_read(line, dotted))
        except EqsimError as error:
            mistakes += error.mistakes
    raise_mistakes(sorted(mistakes, key=in_order))
    return Code(tuple(statements), source)


def _read(line: Line, dotted: frozenset[str]) -> Statement:
    match = _ASSIGNMENT.match(line.text)
    if match is None or (match["part"] and match["part"] not in dotted):
        _explain(line)
    target = ".".join(name or "" for name in map(plain_name, match.group(1).split(".")))
    if not target.strip("."):
        _refuse("this cannot be the name of a variable", line.span(*match.span(1)), "", "choose another name")
    if not line.text[match.end() :].strip():
        hint = "write a formula after it"
        _refuse(f"nothing stands after this '{match['op']}'", line.span(*match.span("op")), "", hint)
    value = read_expression(line.part(match.end()), dotted)
    return Statement(target, _OPS[match["op"]], value, line.span(), line.span(*match.span(1)))


def _explain(line: Line) -> NoReturn:
    if word := _COMPOUND.match(line.text):
        hint = _CALLS.get(word.group(), "write x = a if condition else b, or x += int(condition)*a")
        _refuse(f"'{word.group()}' cannot stand in a statement", line.span(*word.span()), "", hint)
    if other := _OTHER_OP.match(line.text):
        hint = "write x = formula, or one of += -= *= /= **= //= %="
        _refuse("this is no assignment", line.span(*other.span(1)), f"'{other.group(1)}'", hint)
    if target := re.match(r"[^=]*?(?=\s*(?:\*\*|//|[-+*/%])?=(?!=))", line.text):
        hint = "on the left stands the name of one variable"
        if derivative := re.fullmatch(r"d(\w+)\s*/\s*dt|(\w+)'", target.group()):
            hint = f"equations belong to the model; write {derivative[1] or derivative[2]} = ... to set the variable"
        span = line.span(0, max(target.end(), 1))
        _refuse("this cannot be assigned to", span, f"'{target.group()}'" if target.group() else "", hint)
    _refuse("this is no statement", line.span(), "", "write name = formula, or name += formula")


def _refuse(summary: str, span: Span, found: str, hint: str) -> NoReturn:
    raise ModelSyntaxError(Mistake(ModelSyntaxError, summary, span, found=found, hint=hint))
