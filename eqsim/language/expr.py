"""The one expression tree, from the parser to the renderer.

Nodes are immutable; the span says where in the user's text a node stands and takes no part in comparison, so that
equal formulas are equal wherever they were written. ``str`` prints a formula that parses back to the same tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from eqsim.text.source import Span

BinaryOp = Literal["+", "-", "*", "/", "//", "%", "**"]
UnaryOp = Literal["-", "+", "not"]
CompareOp = Literal["<", "<=", ">", ">=", "==", "!="]
LogicOp = Literal["and", "or"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal: 3 (int), 0.5 (float), True (bool)."""

    value: float | int | bool
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the formula as text."""
        return text_of(self)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written; what it means is decided by checking."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the formula as text."""
        return self.name


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign or a negation."""

    op: UnaryOp
    operand: Expr
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the formula as text."""
        return text_of(self)


@dataclass(frozen=True, slots=True)
class Binary:
    """An arithmetic operation."""

    op: BinaryOp
    left: Expr
    right: Expr
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the formula as text."""
        return text_of(self)


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison; a chain ``a < b < c`` is read as ``a < b and b < c``."""

    op: CompareOp
    left: Expr
    right: Expr
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the formula as text."""
        return text_of(self)


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` or ``or`` of two conditions."""

    op: LogicOp
    left: Expr
    right: Expr
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the formula as text."""
        return text_of(self)


@dataclass(frozen=True, slots=True)
class Conditional:
    """``then if condition else otherwise``; ``where(condition, then, otherwise)`` is read as the same."""

    condition: Expr
    then: Expr
    otherwise: Expr
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the formula as text."""
        return text_of(self)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of arguments; also ``I(t)`` of a TimedArray and ``x(t - tau)`` of a delayed variable."""

    function: str
    arguments: tuple[Expr, ...]
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the formula as text."""
        return text_of(self)


Expr = Number | Name | Unary | Binary | Compare | Logic | Conditional | Call

_PRECEDENCE = MappingProxyType({"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "**": 8})
_COMPARE, _SIGN, _ATOM = 4, 7, 9


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the direct operands of a node."""
    match expr:
        case Unary():
            return (expr.operand,)
        case Binary() | Compare() | Logic():
            return (expr.left, expr.right)
        case Conditional():
            return (expr.condition, expr.then, expr.otherwise)
        case Call():
            return expr.arguments
        case _:
            return ()


def rebuild(expr: Expr, operands: tuple[Expr, ...]) -> Expr:
    """Return the same node over other operands; the span stays."""
    if operands == children(expr) and all(a is b for a, b in zip(operands, children(expr), strict=True)):
        return expr
    match expr:
        case Unary():
            return Unary(expr.op, operands[0], expr.span)
        case Binary():
            return Binary(expr.op, operands[0], operands[1], expr.span)
        case Compare():
            return Compare(expr.op, operands[0], operands[1], expr.span)
        case Logic():
            return Logic(expr.op, operands[0], operands[1], expr.span)
        case Conditional():
            return Conditional(operands[0], operands[1], operands[2], expr.span)
        case Call():
            return Call(expr.function, operands, expr.span)
        case _:
            return expr


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield a node and all below it, parents first."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def names(expr: Expr) -> frozenset[str]:
    """Return the names that stand in a formula, functions apart."""
    return frozenset(node.name for node in walk(expr) if isinstance(node, Name))


def calls(expr: Expr) -> frozenset[str]:
    """Return the functions that a formula calls."""
    return frozenset(node.function for node in walk(expr) if isinstance(node, Call))


def transform(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Return the formula with ``change`` applied to every node, operands first."""
    return change(rebuild(expr, tuple(transform(child, change) for child in children(expr))))


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """Return the formula with names replaced by formulas."""
    return transform(expr, lambda node: values.get(node.name, node) if isinstance(node, Name) else node)


def text_of(expr: Expr, spell: Callable[[Expr, Callable[[Expr], str]], str | None] | None = None) -> str:
    """Return a formula as text with the fewest brackets.

    ``spell`` may return the text of a node (an atom: a name, a literal, a call) and ``None`` to leave it to this
    function; it gets the node and a function that prints its operands.
    """
    return _print(expr, 0, spell)


def _print(expr: Expr, outer: int, spell: Callable[[Expr, Callable[[Expr], str]], str | None] | None) -> str:
    special = spell(expr, lambda operand: _print(operand, 0, spell)) if spell else None
    if special is not None:
        return special
    match expr:
        case Number():
            text, level = repr(expr.value), _ATOM
            if text.startswith("-"):
                level = _SIGN
        case Name():
            text, level = expr.name, _ATOM
        case Unary(op="not"):
            text, level = f"not {_print(expr.operand, _PRECEDENCE['not'], spell)}", _PRECEDENCE["not"]
        case Unary():
            text, level = f"{expr.op}{_print(expr.operand, _SIGN, spell)}", _SIGN
        case Binary(op="**"):
            text, level = f"{_print(expr.left, _ATOM, spell)}**{_print(expr.right, _SIGN, spell)}", 8
        case Binary():
            level = _PRECEDENCE[expr.op]
            gap = " " if level == _PRECEDENCE["+"] or expr.op == "//" else ""
            text = f"{_print(expr.left, level, spell)}{gap}{expr.op}{gap}{_print(expr.right, level + 1, spell)}"
        case Compare():
            text = f"{_print(expr.left, _COMPARE + 1, spell)} {expr.op} {_print(expr.right, _COMPARE + 1, spell)}"
            level = _COMPARE
        case Logic():
            level = _PRECEDENCE[expr.op]
            text = f"{_print(expr.left, level, spell)} {expr.op} {_print(expr.right, level + 1, spell)}"
        case Conditional():
            parts = (_print(expr.then, 1, spell), _print(expr.condition, 1, spell), _print(expr.otherwise, 0, spell))
            text, level = f"{parts[0]} if {parts[1]} else {parts[2]}", 0
        case Call():
            text, level = f"{expr.function}({', '.join(_print(a, 0, spell) for a in expr.arguments)})", _ATOM
    return f"({text})" if level < outer else text
