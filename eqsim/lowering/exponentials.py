"""One exponential where several are powers of one another, as in ``exp(-(V + 65)/20)`` and ``exp(-(V + 65)/80)``.

Rates of voltage-dependent gates are full of them. Where arguments are the same linear formula times k plus a literal,
exp(k u + b) = exp(u)^k exp(b): a few products instead of some twenty-five operations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from eqsim.analysis.formula import literal, number_of, power, times
from eqsim.language.expr import Binary, Call, Expr, Name, Unary, names, transform, walk
from eqsim.lowering.kernel import Add, Append, Instruction, Kernel, Let, Store

# A power of k has k times the rounding error, and a shift moves where it becomes infinite: neither may count.
_HIGHEST_POWER = 8
_LARGEST_SHIFT = 8.0
_SAME = 1e-12  # of ratios of literals, which were rounded when units were folded


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of formulas times literals, plus a literal."""

    factors: Mapping[Expr, float]
    shift: float = 0.0

    def __add__(self, other: Linear) -> Linear:
        """Return the sum."""
        terms = {**self.factors}
        for term, factor in other.factors.items():
            terms[term] = terms.get(term, 0.0) + factor
        return Linear(terms, self.shift + other.shift)

    def times(self, factor: float) -> Linear:
        """Return a multiple."""
        return Linear({term: value * factor for term, value in self.factors.items()}, self.shift * factor)

    @property
    def size(self) -> float:
        """The largest factor."""
        return max(map(abs, self.factors.values()))

    def multiple_of(self, base: Linear) -> int | None:
        """Return the whole number by which all factors of the other are multiplied, ``None`` where there is none."""
        if self.factors.keys() != base.factors.keys() or 0.0 in base.factors.values():
            return None
        ratios = [factor / base.factors[term] for term, factor in self.factors.items()]
        power = round(ratios[0])
        fits = 1 <= power <= _HIGHEST_POWER and all(abs(ratio / power - 1) <= _SAME for ratio in ratios)
        return power if fits and abs(self.shift - power * base.shift) <= _LARGEST_SHIFT else None


@dataclass(frozen=True, slots=True)
class Power:
    """How an exponential is computed: a factor times a local to a power."""

    base: Let
    power: int
    factor: float

    @property
    def formula(self) -> Expr:
        """The product."""
        return times(literal(self.factor), power(Name(self.base.name), literal(self.power)))


def with_shared_exponentials(kernel: Kernel) -> Kernel:
    """Return the kernel with each exponential that is a power of another one's computed as such."""
    constant = set(kernel.scalars) | {"t", "dt", "_step"} | {let.name for let in kernel.invariant}
    arguments = {
        argument: linear(argument)
        for instruction in kernel.body
        for argument in _arguments(instruction)
        if not names(argument) <= constant
    }
    powers = _powers(arguments)
    body: list[Instruction] = []
    bound: set[str] = set()
    for instruction in kernel.body:
        for argument in _arguments(instruction):
            # the arguments have the same names: where one is known, the base is
            if argument in powers and (base := powers[argument].base).name not in bound:
                bound.add(base.name)
                body.append(base)
        body.append(_rewritten(instruction, powers))
    return replace(kernel, body=tuple(body)) if powers else kernel


def _powers(arguments: Mapping[Expr, Linear]) -> dict[Expr, Power]:
    """Return how exponentials are computed that share a base, the one whose argument changes least."""
    found: dict[Expr, Power] = {}
    rest = sorted(arguments, key=lambda argument: arguments[argument].size)
    while rest:
        base = rest[0]
        alike = {one: whole for one in rest if (whole := arguments[one].multiple_of(arguments[base]))}
        rest = [one for one in rest if one != base and one not in alike]
        if len(alike) > 1:
            let = Let(f"_exp_{len(found)}", Call("exp", (base,)))
            for one, whole in alike.items():
                factor = math.exp(arguments[one].shift - whole * arguments[base].shift)
                found[one] = Power(let, whole, factor)
    return found


def _arguments(instruction: Instruction) -> list[Expr]:
    """Return the arguments of an instruction's exponentials; conditional statements keep theirs."""
    match instruction:
        case Let(_, value) | Store(_, _, value) | Add(_, _, value) | Append(_, value):
            return [node.arguments[0] for node in walk(value) if isinstance(node, Call) and node.function == "exp"]
        case _:
            return []


def _rewritten(instruction: Instruction, powers: Mapping[Expr, Power]) -> Instruction:
    def change(node: Expr) -> Expr:
        if isinstance(node, Call) and node.function == "exp" and node.arguments[0] in powers:
            return powers[node.arguments[0]].formula
        return node

    match instruction:
        case Let() | Store() | Add() | Append():
            return replace(instruction, value=transform(instruction.value, change))
        case _:
            return instruction


def linear(expr: Expr) -> Linear:
    """Return a formula as a sum of terms; what is neither a sum nor a multiple is a term by itself."""
    if (value := number_of(expr)) is not None:
        return Linear({}, float(value))
    match expr:
        case Unary("-", operand):
            return linear(operand).times(-1.0)
        case Binary("+", left, right):
            return linear(left) + linear(right)
        case Binary("-", left, right):
            return linear(left) + linear(right).times(-1.0)
        case Binary("*", left, right) if not (factor := linear(left)).factors:
            return linear(right).times(factor.shift)
        case Binary("*" | "/" as op, left, right) if not (factor := linear(right)).factors and factor.shift:
            return linear(left).times(factor.shift if op == "*" else 1 / factor.shift)
        case _:
            return Linear({expr: 1.0})
