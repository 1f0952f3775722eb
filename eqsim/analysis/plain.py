"""Strips units: a formula with units becomes a formula on plain numbers, and the power of ten between the two."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from eqsim.analysis.formula import number_of
from eqsim.analysis.scale import cost, rescaled
from eqsim.checking.checked import External, Role, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.language.expr import Binary, Call, Compare, Conditional, Expr, Logic, Name, Number, Unary, children, rebuild

_NO_EXTERNALS: Mapping[str, External] = MappingProxyType({})
_NOTHING = Fraction(0)
_KEEP = frozenset({"abs"})  # the value scales with the argument
_ALIGN = frozenset({"min", "max", "clip", "mod"})  # all arguments and the value have one scale
_RATIO = frozenset({"arctan2", "timestep"})  # all arguments have one scale, the value is a number
_SIGN = frozenset({"sign", "heaviside"})  # any scale gives the same number


def plain(
    expr: Expr, symbols: Mapping[str, Symbol], externals: Mapping[str, External] = _NO_EXTERNALS
) -> tuple[Expr, Fraction]:
    """Return a checked formula on plain numbers, and its scale: the value in SI units is ``plain * 10**scale``.

    Every symbol counts in its own unit. ``externals`` say in which units functions from outside take their arguments;
    one that is not listed takes plain numbers.
    """
    result, scale = _Stripper(symbols, externals).strip(expr)
    return result, _NOTHING if scale is None else scale


def plain_in(
    expr: Expr, symbols: Mapping[str, Symbol], unit: Unit, externals: Mapping[str, External] = _NO_EXTERNALS
) -> Expr:
    """Return a checked formula on plain numbers whose value counts in ``unit``."""
    return _Stripper(symbols, externals).strip_to(expr, unit.scale)


Scaled = tuple[Expr, Fraction | None]
"""A formula and its scale; ``None`` for 0, infinity and NaN, which fit any unit."""


@dataclass(frozen=True, slots=True)
class _Stripper:
    symbols: Mapping[str, Symbol]
    externals: Mapping[str, External]

    def strip(self, expr: Expr) -> Scaled:
        match expr:
            case Number(value):
                return expr, None if value == 0 or not math.isfinite(value) else _NOTHING
            case Name(name):
                return self._name(expr, self.symbols.get(name))
            case Unary(op="not") | Logic():
                return self._numbers(expr)
            case Unary():
                operand, scale = self.strip(expr.operand)
                return rebuild(expr, (operand,)), scale
            case Binary(op="*" | "/"):
                return self._product(expr)
            case Binary(op="**"):
                return self._power(expr)
            case Binary(op="//"):
                return rebuild(expr, self._aligned((expr.left, expr.right))[0]), _NOTHING
            case Binary():
                operands, scale = self._aligned((expr.left, expr.right))
                return rebuild(expr, operands), scale
            case Compare():
                return rebuild(expr, self._aligned((expr.left, expr.right))[0]), _NOTHING
            case Conditional():
                condition = self.to(self.strip(expr.condition), _NOTHING)
                branches, scale = self._aligned((expr.then, expr.otherwise))
                return rebuild(expr, (condition, *branches)), scale
            case Call():
                return self._call(expr)

    def strip_to(self, expr: Expr, target: Fraction) -> Expr:
        """Return a formula counted in a power of ten; terms of a sum that differ in scale get there each by itself."""
        if isinstance(expr, Binary) and expr.op in {"+", "-"}:
            scales = {scale for _, scale in map(self.strip, (expr.left, expr.right)) if scale is not None}
            if len(scales) == 2:
                return rebuild(expr, (self.strip_to(expr.left, target), self.strip_to(expr.right, target)))
        return self.to(self.strip(expr), target)

    def to(self, scaled: Scaled, target: Fraction) -> Expr:
        """Return a formula counted in another power of ten."""
        expr, scale = scaled
        return expr if scale is None else rescaled(expr, scale - target, self._is_scalar)

    def _name(self, expr: Name, symbol: Symbol | None) -> Scaled:
        if symbol is None:
            return expr, _NOTHING
        if symbol.role is Role.UNIT:
            return Number(1, expr.span), symbol.unit.scale
        if symbol.role is Role.CONSTANT and expr.name in {"inf", "nan"}:
            return expr, None
        return expr, symbol.unit.scale

    def _is_scalar(self, name: str) -> bool:
        symbol = self.symbols.get(name)
        return symbol is not None and (symbol.role in {Role.EXTERNAL, Role.CONSTANT} or symbol.shared or name == "dt")

    def _numbers(self, expr: Expr) -> Scaled:
        return rebuild(expr, tuple(self.to(self.strip(part), _NOTHING) for part in children(expr))), _NOTHING

    def _product(self, expr: Binary) -> Scaled:
        (left, above), (right, below) = self.strip(expr.left), self.strip(expr.right)
        if expr.op == "*":
            scale = None if above is None or below is None else above + below
            if _is_unit(left):
                return right, scale
            return (left if _is_unit(right) else rebuild(expr, (left, right))), scale
        scale = None if above is None or below is None else above - below
        return (left if _is_unit(right) else rebuild(expr, (left, right))), scale

    def _power(self, expr: Binary) -> Scaled:
        base, scale = self.strip(expr.left)
        exponent = self.to(self.strip(expr.right), _NOTHING)
        rational = _rational(exponent)
        if rational is None:
            return rebuild(expr, (self.to((base, scale), _NOTHING), exponent)), _NOTHING
        if _is_unit(base):
            return base, scale if scale is None else scale * rational
        return rebuild(expr, (base, exponent)), scale if scale is None else scale * rational

    def _aligned(self, operands: tuple[Expr, ...]) -> tuple[tuple[Expr, ...], Fraction | None]:
        """Return operands counted in one power of ten: the one that leaves the dearest operand as it is."""
        stripped = [self.strip(operand) for operand in operands]
        known = [(operand, scale) for operand, scale in stripped if scale is not None]
        if not known:
            return tuple(operand for operand, _ in stripped), None
        scale = max(known, key=lambda scaled: cost(scaled[0], self._is_scalar))[1]
        return tuple(self.to(scaled, scale) for scaled in stripped), scale

    def _call(self, expr: Call) -> Scaled:
        function, arguments = expr.function, expr.arguments
        if function in self.externals or function in self.symbols:
            return self._external(expr)
        if function in _ALIGN | _RATIO:
            aligned, scale = self._aligned(arguments)
            return rebuild(expr, aligned), scale if function in _ALIGN else _NOTHING
        stripped = tuple(self.strip(argument) for argument in arguments)
        if function in _KEEP:
            return rebuild(expr, (stripped[0][0],)), stripped[0][1]
        if function in _SIGN:
            return rebuild(expr, (stripped[0][0],)), _NOTHING
        if function == "sqrt":
            root, scale = stripped[0]
            inner = root if _is_unit(root) else rebuild(expr, (root,))
            return inner, scale if scale is None else scale / 2
        return rebuild(expr, tuple(self.to(scaled, _NOTHING) for scaled in stripped)), _NOTHING

    def _external(self, expr: Call) -> Scaled:
        """Return a call of a function from outside, each argument in the unit in which it is taken."""
        external, symbol = self.externals.get(expr.function), self.symbols.get(expr.function)
        held = external.kind == "timed_array" if external else True
        takes = [self._time()] if held else [unit.scale for unit in external.arguments] if external else []
        takes += [_NOTHING] * (len(expr.arguments) - len(takes))
        arguments = tuple(
            self.to(self.strip(argument), scale) for argument, scale in zip(expr.arguments, takes, strict=True)
        )
        unit = symbol.unit if symbol else external.result if external else Unit()
        return rebuild(expr, arguments), unit.scale

    def _time(self) -> Fraction:
        """Return the scale in which time counts: milliseconds, or plain numbers in a model without units."""
        if "t" in self.symbols:
            return self.symbols["t"].unit.scale
        return _NOTHING if all(symbol.unit.dimensionless for symbol in self.symbols.values()) else Fraction(-3)


def _is_unit(expr: Expr) -> bool:
    """Whether this is the integer 1, which is what a unit's name becomes."""
    return isinstance(expr, Number) and expr.value == 1 and type(expr.value) is int


def _rational(expr: Expr) -> Fraction | None:
    """Return the value of a literal exponent: 2, 0.5, -1, 1/3."""
    value = number_of(expr)
    if value is not None:
        return Fraction(repr(value)) if math.isfinite(value) else None
    if isinstance(expr, Binary) and expr.op == "/":
        above, below = _rational(expr.left), _rational(expr.right)
        return above / below if above is not None and below else None
    return -inner if isinstance(expr, Unary) and (inner := _rational(expr.operand)) is not None else None
