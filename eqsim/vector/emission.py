"""Emission of floating-point formulas as LLVM instructions that no optimiser may reorder.

Numba's ``fastmath`` option adds its flags to every instruction and call of a module that has none, those of an
intrinsic included, and a reassociated range reduction is a wrong one. So every instruction here is born with a
flag that means nothing to it, which keeps others away (``GUARD``), and every call refuses flags (``NoFlags``).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from llvmlite import ir
from llvmlite.ir.values import AttributeSet
from numba import types
from numba.extending import intrinsic

# arcp allows a division to become a multiplication by the reciprocal: nothing to an addition, product or comparison
GUARD = ("arcp",)
# contract allows a product and a sum to be fused: nothing to a division
GUARD_DIVISION = ("contract",)


class NoFlags(AttributeSet):  # type: ignore[misc]
    """Fast-math flags of a call: none, whatever is added."""

    def add(self, name: str) -> None:
        """Add nothing."""


@dataclass(frozen=True)
class Format:
    """A binary floating-point format and the LLVM types that carry it."""

    name: str  # as in the names of LLVM's intrinsics
    width: int
    mantissa: int  # stored bits
    bias: int

    @property
    def real(self) -> ir.Type:
        """Return the LLVM type of a number."""
        return ir.DoubleType() if self.width == 64 else ir.FloatType()

    @property
    def bits(self) -> ir.IntType:
        """Return the LLVM type of a number's bits."""
        return ir.IntType(self.width)

    @property
    def magic(self) -> float:
        """Return 1.5 * 2^mantissa: adding it rounds to an integer, which is then in the sum's low bits."""
        return 1.5 * 2.0**self.mantissa

    @property
    def magic_bits(self) -> int:
        """Return the bit pattern of ``magic``."""
        return (self.bias + self.mantissa) << self.mantissa | 1 << (self.mantissa - 1)

    @property
    def tiny(self) -> float:
        """Return a number whose square is nothing beside 1."""
        return 2.0 ** -(self.mantissa + 4)

    def pick(self, double: float, single: float) -> float:
        """Return the constant for this format."""
        return double if self.width == 64 else single


DOUBLE = Format("f64", 64, 52, 1023)
SINGLE = Format("f32", 32, 23, 127)


@dataclass(frozen=True)
class Emitter:
    """The block that instructions go to, and the format that they compute in."""

    builder: ir.IRBuilder
    format: Format

    def real(self, value: Real | float) -> Real:
        """Return a number, or a literal as a constant."""
        return value if isinstance(value, Real) else Real(self, ir.Constant(self.format.real, value))

    def bits(self, value: Bits | int) -> Bits:
        """Return a bit pattern, or a literal as a constant, modulo 2^width."""
        if isinstance(value, Bits):
            return value
        return Bits(self, ir.Constant(self.format.bits, value % (1 << self.format.width)))

    def call(self, intrinsic_name: str, *arguments: Real) -> Real:
        """Call an LLVM intrinsic on numbers, without fast-math flags."""
        real = self.format.real
        function = self.builder.module.declare_intrinsic(
            intrinsic_name, [real], ir.FunctionType(real, [real] * len(arguments))
        )
        call = self.builder.call(function, [argument.value for argument in arguments])
        call.fastmath = NoFlags()
        return Real(self, call)


@dataclass(frozen=True)
class Real:
    """A floating-point value in the code under construction."""

    emitter: Emitter
    value: Any

    def _binary(self, method: str, left: Real | float, right: Real | float, flags: tuple[str, ...] = GUARD) -> Real:
        operation = getattr(self.emitter.builder, method)
        return Real(self.emitter, operation(self.emitter.real(left).value, self.emitter.real(right).value, flags=flags))

    def __add__(self, other: Real | float) -> Real:
        return self._binary("fadd", self, other)

    def __radd__(self, other: float) -> Real:
        return self._binary("fadd", other, self)

    def __sub__(self, other: Real | float) -> Real:
        return self._binary("fsub", self, other)

    def __rsub__(self, other: float) -> Real:
        return self._binary("fsub", other, self)

    def __mul__(self, other: Real | float) -> Real:
        return self._binary("fmul", self, other)

    def __rmul__(self, other: float) -> Real:
        return self._binary("fmul", other, self)

    def __truediv__(self, other: Real | float) -> Real:
        return self._binary("fdiv", self, other, GUARD_DIVISION)

    def __rtruediv__(self, other: float) -> Real:
        return self._binary("fdiv", other, self, GUARD_DIVISION)

    def __neg__(self) -> Real:
        return Real(self.emitter, self.emitter.builder.fneg(self.value, flags=GUARD))

    def __lt__(self, other: Real | float) -> Truth:
        return self._compare("<", other)

    def __gt__(self, other: Real | float) -> Truth:
        return self._compare(">", other)

    def equals(self, other: Real | float) -> Truth:
        """Compare for equality; false for NaN."""
        return self._compare("==", other)

    def _compare(self, relation: str, other: Real | float) -> Truth:
        emitter = self.emitter
        compared = emitter.builder.fcmp_ordered(relation, self.value, emitter.real(other).value, flags=GUARD)
        return Truth(emitter, compared)

    def bits(self) -> Bits:
        """Return the bit pattern."""
        return Bits(self.emitter, self.emitter.builder.bitcast(self.value, self.emitter.format.bits))

    def at_least(self, bound: float) -> Real:
        """Return the larger of the two; NaN stays NaN."""
        return (self < bound).choose(bound, self)

    def at_most(self, bound: float) -> Real:
        """Return the smaller of the two; NaN stays NaN."""
        return (self > bound).choose(bound, self)

    def magnitude(self) -> Real:
        """Return the absolute value."""
        return (self.bits() & ((1 << (self.emitter.format.width - 1)) - 1)).real()

    def with_sign_of(self, other: Real) -> Real:
        """Return this non-negative number with another's sign."""
        return (self.bits() | (other.bits() & (1 << (self.emitter.format.width - 1)))).real()


@dataclass(frozen=True)
class Bits:
    """An unsigned integer of the format's width in the code under construction; arithmetic wraps."""

    emitter: Emitter
    value: Any

    def _binary(self, method: str, other: Bits | int) -> Bits:
        operation = getattr(self.emitter.builder, method)
        return Bits(self.emitter, operation(self.value, self.emitter.bits(other).value))

    def __add__(self, other: Bits | int) -> Bits:
        return self._binary("add", other)

    def __sub__(self, other: Bits | int) -> Bits:
        return self._binary("sub", other)

    def __mul__(self, other: Bits | int) -> Bits:
        return self._binary("mul", other)

    def __and__(self, other: Bits | int) -> Bits:
        return self._binary("and_", other)

    def __or__(self, other: Bits | int) -> Bits:
        return self._binary("or_", other)

    def __xor__(self, other: Bits | int) -> Bits:
        return self._binary("xor", other)

    def __lshift__(self, count: int) -> Bits:
        return self._binary("shl", count)

    def __rshift__(self, count: int) -> Bits:
        return self._binary("lshr", count)

    def is_odd(self) -> Truth:
        """Return whether the lowest bit is set."""
        lowest = self & 1
        return Truth(self.emitter, self.emitter.builder.icmp_unsigned("!=", lowest.value, self.emitter.bits(0).value))

    def real(self) -> Real:
        """Return the number that has this bit pattern."""
        return Real(self.emitter, self.emitter.builder.bitcast(self.value, self.emitter.format.real))


@dataclass(frozen=True)
class Truth:
    """A condition in the code under construction."""

    emitter: Emitter
    value: Any

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.emitter, self.emitter.builder.and_(self.value, other.value))

    def __invert__(self) -> Truth:
        return Truth(self.emitter, self.emitter.builder.not_(self.value))

    def choose(self, yes: Real | float, no: Real | float) -> Real:
        """Return one of two numbers, both of which are computed."""
        emitter = self.emitter
        return Real(emitter, emitter.builder.select(self.value, emitter.real(yes).value, emitter.real(no).value))


def fma(a: Real, b: Real | float, c: Real | float) -> Real:
    """Return a*b + c, rounded once."""
    return a.emitter.call("llvm.fma", a, a.emitter.real(b), a.emitter.real(c))


def polynomial(coefficients: Sequence[float], x: Real) -> Real:
    """Return a polynomial, the coefficient of the highest power first: even(x^2) + x odd(x^2), each by Horner's rule.

    One product more than Horner's rule for the whole, but half of its chain of operations that wait for each other:
    loops with functions of each other's results are bound by that chain.
    """
    square = x * x
    even, odd = (horner(coefficients[start::2], square) for start in (1 - len(coefficients) % 2, len(coefficients) % 2))
    return fma(x, odd, even)


def horner(coefficients: Sequence[float], x: Real) -> Real:
    """Return a polynomial by Horner's rule, the coefficient of the highest power first."""
    value = x.emitter.real(coefficients[0])
    for coefficient in coefficients[1:]:
        value = fma(value, x, coefficient)
    return value


def nearest(x: Real, factor: float) -> tuple[Real, Real]:
    """Return the integer nearest to x*factor, and the sum that has it in its low bits (see ``Format.magic``)."""
    shifted = fma(x, factor, x.emitter.format.magic)
    return shifted - x.emitter.format.magic, shifted


def function_of_module(
    name: str, formula: Callable[..., Real], count: int, module: ir.Module, form: Format
) -> ir.Function:
    """Return the module's inlined function for a formula of `count` numbers, made on its first use."""
    symbol = f"eqsim.{name}.{form.name}"
    if symbol in module.globals:
        return module.globals[symbol]
    function = ir.Function(module, ir.FunctionType(form.real, [form.real] * count), symbol)
    function.linkage = "internal"
    function.attributes.add("alwaysinline")
    function.attributes.add("nounwind")
    emitter = Emitter(ir.IRBuilder(function.append_basic_block()), form)
    emitter.builder.ret(formula(*(Real(emitter, argument) for argument in function.args)).value)
    return function


def inlined(formula: Callable[..., Real]) -> Any:
    """Return a function of one or two numbers for compiled loops: float32 of float32 (and integers), else float64."""
    name, count = formula.__name__, len(inspect.signature(formula).parameters)

    def typed(arguments: Sequence[Any]) -> Any:
        if not all(map(_is_real_number, arguments)):
            return None
        reals = {x for x in arguments if isinstance(x, types.Float)}
        single = reals == {types.float32}
        result = types.float32 if single else types.float64

        def codegen(_target: Any, builder: ir.IRBuilder, _signature: Any, values: Sequence[Any]) -> Any:
            form = SINGLE if single else DOUBLE
            return builder.call(function_of_module(name, formula, count, builder.module, form), values)

        return result(*[result] * count), codegen

    def of_one(_context: Any, x: Any) -> Any:
        return typed((x,))

    def of_two(_context: Any, x: Any, y: Any) -> Any:
        return typed((x, y))

    compiled = of_one if count == 1 else of_two
    compiled.__name__ = name
    compiled.__doc__ = formula.__doc__
    return intrinsic(compiled)


def inlined_with_literal(of_integer: Callable[[Bits, int], Bits] | None = None) -> Callable[..., Any]:
    """Return a decorator that makes a formula a function of a number and a literal integer for compiled loops.

    It is float32 of float32, else float64; with ``of_integer`` int64 of an integer where the literal is positive.
    """
    return partial(_with_literal, of_integer)


def _with_literal(of_integer: Callable[[Bits, int], Bits] | None, formula: Callable[[Real, int], Real]) -> Any:
    def compiled(_context: Any, x: Any, n: Any) -> Any:
        if not isinstance(n, types.IntegerLiteral) or not _is_real_number(x):
            return None
        literal = n.literal_value
        whole = of_integer is not None and isinstance(x, types.Integer | types.Boolean) and literal > 0
        result = types.int64 if whole else types.float32 if x == types.float32 else types.float64

        def codegen(_target: Any, builder: ir.IRBuilder, _signature: Any, values: Sequence[Any]) -> Any:
            if of_integer is not None and whole:
                return of_integer(Bits(Emitter(builder, DOUBLE), values[0]), literal).value
            name, form = f"{formula.__name__}.{literal}", SINGLE if x == types.float32 else DOUBLE
            function = function_of_module(name, lambda value: formula(value, literal), 1, builder.module, form)
            return builder.call(function, values[:1])

        return result(result, n), codegen

    compiled.__name__ = formula.__name__
    compiled.__doc__ = formula.__doc__
    return intrinsic(prefer_literal=True)(compiled)


def _is_real_number(kind: Any) -> bool:
    return isinstance(kind, types.Number | types.Boolean) and not isinstance(kind, types.Complex)
