"""Read a formula: text to the expression tree, by way of Python's own grammar; nothing is ever evaluated."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from itertools import accumulate
from types import MappingProxyType

from eqsim.language.expr import (
    Binary,
    BinaryOp,
    Call,
    Compare,
    CompareOp,
    Conditional,
    Expr,
    Logic,
    Name,
    Number,
    Unary,
    UnaryOp,
)
from eqsim.language.lines import Line, text_source, whole_line
from eqsim.language.tokens import FormulaMistake, check_order, plain_name
from eqsim.text.source import Span

MAX_DEPTH = 150  # later stages walk the tree by recursion
_BINARY: Mapping[type[ast.operator], BinaryOp] = MappingProxyType(
    {
        ast.Add: "+",
        ast.Sub: "-",
        ast.Mult: "*",
        ast.Div: "/",
        ast.FloorDiv: "//",
        ast.Mod: "%",
        ast.Pow: "**",
    }
)
_UNARY: Mapping[type[ast.unaryop], UnaryOp] = MappingProxyType({ast.USub: "-", ast.UAdd: "+", ast.Not: "not"})
_COMPARE: Mapping[type[ast.cmpop], CompareOp] = MappingProxyType(
    {
        ast.Lt: "<",
        ast.LtE: "<=",
        ast.Gt: ">",
        ast.GtE: ">=",
        ast.Eq: "==",
        ast.NotEq: "!=",
    }
)


def parse_expression(text: str, owner: str = "", part: str = "", dotted: frozenset[str] = frozenset()) -> Expr:
    """Read one formula; raise ModelSyntaxError with the place of the first mistake.

    ``dotted`` names the channels and ions whose ``INa.m`` is a name.
    """
    return read_expression(whole_line(text_source(text, owner, part)), dotted)


def read_expression(line: Line, dotted: frozenset[str] = frozenset(), *, before_unit: bool = False) -> Expr:
    """Read the formula on a line; ``dotted`` names the ions whose ``Ca.E`` is a name.

    ``before_unit`` says that a ':' and a unit could follow and do not, which changes messages only.
    """
    line = line.part(0)
    try:
        check_order(line, dotted, before_unit=before_unit)
        return _Reader(line).read()
    except FormulaMistake as wrong:
        raise wrong.mistake.error(wrong.mistake) from None


class _Reader:
    """Turns the tree of Python's parser into ours; knows where the text stands."""

    def __init__(self, line: Line) -> None:
        self.line = line
        # Python counts columns in bytes of UTF-8; this maps them back to characters
        self.characters: dict[int, int] | None = None
        if not line.text.isascii():
            bytes_before = accumulate((len(c.encode("utf-8", "surrogatepass")) for c in line.text), initial=0)
            self.characters = {count: index for index, count in enumerate(bytes_before)}

    def read(self) -> Expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(self.line.text, mode="eval")
        except SyntaxError as error:
            raise self.unreadable(error) from None
        except (RecursionError, MemoryError):
            raise self.too_deep() from None
        except ValueError as error:  # surrogates, numbers of thousands of digits
            raise FormulaMistake("this formula cannot be read", self.line.span(), str(error)) from None
        return self.convert(tree.body, 0)

    def unreadable(self, error: SyntaxError) -> FormulaMistake:
        if "too many nested" in error.msg:
            return self.too_deep()
        text = self.line.text
        if "expected 'else'" in error.msg or ("if" in text.split() and "else" not in text.split()):
            start = max(text.find(" if "), 0)
            span = self.line.span(start, start + 3) if start else self.line.span()
            return FormulaMistake("this 'if' has no 'else'", span, hint="write a if condition else b")
        # the words are in order, so what is left is a 'not' behind an operator
        start = min(max((error.offset or 1) - 1, 0), max(len(text) - 1, 0))
        hint = "put a 'not' in brackets, as in a == (not b)"
        return FormulaMistake(
            "this cannot stand here", self.line.span(start, start + 1), f"'{text[start : start + 8]}'", hint
        )

    def too_deep(self) -> FormulaMistake:
        hint = "give parts of it names of their own: subexpressions"
        return FormulaMistake("this formula is nested too deeply", self.line.span(), hint=hint)

    def span(self, node: ast.expr) -> Span:
        start, stop = node.col_offset, node.end_col_offset or node.col_offset
        if self.characters is not None:
            start, stop = self.characters[start], self.characters[stop]
        return self.line.span(start, stop)

    def convert(self, node: ast.expr, depth: int) -> Expr:
        if depth > MAX_DEPTH:
            raise self.too_deep()
        span, deeper = self.span(node), depth + 1
        match node:
            case ast.Constant():
                return self.number(node, span)
            case ast.Name():
                return self.name(node.id, span)
            case ast.UnaryOp():
                return Unary(_UNARY[type(node.op)], self.convert(node.operand, deeper), span)
            case ast.BinOp(left=left, op=op, right=right):
                return Binary(_BINARY[type(op)], self.convert(left, deeper), self.convert(right, deeper), span)
            case ast.IfExp():
                parts = [self.convert(part, deeper) for part in (node.test, node.body, node.orelse)]
                return Conditional(parts[0], parts[1], parts[2], span)
            case ast.BoolOp():
                return self.logic(node, deeper)
            case ast.Compare():
                return self.comparison(node, deeper)
            case ast.Call(func=ast.Name(id=function)):
                if len(node.args) + depth > MAX_DEPTH:
                    raise self.too_deep()
                return self.call(function, tuple(self.convert(argument, deeper) for argument in node.args), span)
            case ast.Attribute(value=ast.Name(id=of), attr=attribute):
                return Name(f"{of}.{attribute}", span)
            case _:
                raise FormulaMistake("this cannot stand in a formula", span, hint="write names, numbers and functions")

    def number(self, node: ast.Constant, span: Span) -> Number:
        value = node.value
        # repr(inf) is a name, not a number; and what no float holds, no variable can
        if not isinstance(value, bool | int | float) or abs(value) > 1.7976931348623157e308:
            raise FormulaMistake("this number is too large", span, hint="write inf for infinity")
        return Number(float(value) if isinstance(value, int) and abs(value) >= 2**63 else value, span)

    def name(self, name: str, span: Span) -> Name:
        if plain_name(name) is None:  # a keyword in letters of another width
            raise FormulaMistake("this is no name", span, f"'{name}'", "write names in plain letters")
        return Name(name, span)

    def logic(self, node: ast.BoolOp, depth: int) -> Expr:
        if len(node.values) + depth > MAX_DEPTH:
            raise self.too_deep()
        values = [self.convert(value, depth) for value in node.values]
        result = values[0]
        for value in values[1:]:
            result = Logic("and" if isinstance(node.op, ast.And) else "or", result, value, _both(result, value))
        return result

    def comparison(self, node: ast.Compare, depth: int) -> Expr:
        if len(node.ops) + depth > MAX_DEPTH:
            raise self.too_deep()
        operands = [self.convert(operand, depth) for operand in (node.left, *node.comparators)]
        result: Expr | None = None
        for op, left, right in zip(node.ops, operands, operands[1:], strict=False):
            one = Compare(_COMPARE[type(op)], left, right, _both(left, right))
            result = one if result is None else Logic("and", result, one, _both(result, one))
        assert result is not None
        return result

    def call(self, function: str, arguments: tuple[Expr, ...], span: Span) -> Expr:
        if function == "where":
            if len(arguments) != 3:
                found = f"{len(arguments)} argument{'' if len(arguments) == 1 else 's'}"
                hint = "write where(condition, a, b)"
                raise FormulaMistake("where takes a condition and two values", span, found, hint)
            return Conditional(arguments[0], arguments[1], arguments[2], span)
        if function in {"min", "max"} and len(arguments) > 2:
            return Call(function, (self.call(function, arguments[:-1], span), arguments[-1]), span)
        return Call(function, arguments, span)


def _both(left: Expr, right: Expr) -> Span | None:
    return left.span.to(right.span) if left.span and right.span else None
