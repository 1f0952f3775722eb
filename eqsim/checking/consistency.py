"""Whether both sides of every equation, terms of every sum and arguments of every function agree in unit and type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from eqsim.checking.checked import External, Role, Symbol, Type
from eqsim.checking.dimensions import Unit
from eqsim.checking.measure import Measure, fitting, of_unit, term_span
from eqsim.checking.units import constant_number, due, kind_of, unit_text, usual_unit
from eqsim.checking.vocabulary import FUNCTIONS, Function, time_unit
from eqsim.language.expr import Binary, Call, Compare, Conditional, Expr, Logic, Name, Number, Unary
from eqsim.text.errors import EqsimError, Mistake, UnitsError
from eqsim.text.source import Span

_OF_TABLE = (1, 2)  # arguments of a TimedArray: the time, perhaps a column
_INTEGER, _BOOLEAN = Measure(type="integer"), Measure(type="boolean")


@dataclass(slots=True)
class Consistency:
    """Measures formulas over some symbols and keeps the mistakes; a formula with a mistake measures as ``None``."""

    symbols: Mapping[str, Symbol]
    externals: Mapping[str, External]
    unitless: bool
    mistakes: list[Mistake] = field(default_factory=list)

    def measured(self, expr: Expr, needed: Unit) -> Measure | None:
        """Return what a formula measures that should have a unit; on a mistake, that unit helps to find the culprit."""
        before = len(self.mistakes)
        measure = self.measure(expr)
        if measure is None:
            # units that are passed down are costly and only needed where something is wrong
            del self.mistakes[before:]
            self.measure(expr, needed)
        return measure

    def measure(self, expr: Expr, needed: Unit | None = None) -> Measure | None:
        """Return what a formula measures; ``needed`` is what its surroundings expect and changes messages only."""
        match expr:
            case Number(value=value):
                kind: Type = "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "real"
                return Measure(type=kind, open=kind != "boolean" and value == 0)
            case Name():
                return self._name(expr)
            case Unary(op="not"):
                return self._conditions(expr.operand)
            case Unary():
                operand = self._number(expr.operand, needed)
                return operand and Measure(operand.unit, operand.factors, operand.type, operand.open)
            case Binary():
                return self._binary(expr, needed)
            case Compare():
                return self._compare(expr)
            case Logic():
                return self._conditions(expr.left, expr.right)
            case Conditional():
                return self._conditional(expr, needed)
            case Call():
                return self._call(expr, needed)

    def _tell(
        self, summary: str, span: Span | None, found: str, hint: str, error: type[EqsimError] = UnitsError
    ) -> None:
        # the middle of a chained comparison is measured with both of its neighbours
        if all((one.summary, one.span) != (summary, span) for one in self.mistakes):
            self.mistakes.append(Mistake(error, summary, span, found=found, hint=hint))

    def _name(self, expr: Name) -> Measure:
        symbol = self.symbols[expr.name]
        if symbol.role is Role.CONSTANT:
            return Measure(open=expr.name in {"inf", "nan"})
        return of_unit(symbol.unit, symbol.type)

    def _number(self, expr: Expr, needed: Unit | None = None) -> Measure | None:
        """Return the measure of a formula that must not be a condition."""
        measure = self.measure(expr, needed)
        if measure is None or measure.type != "boolean":
            return measure
        self._tell(
            "a condition stands where a number is due", expr.span, f"'{expr}'", "write int(condition) for 1 or 0"
        )
        return None

    def condition(self, expr: Expr) -> Measure | None:
        """Return the measure of a formula that must be a condition."""
        measure = self.measure(expr)
        if measure is None or measure.type == "boolean":
            return measure
        hint = "compare it with something, as in V > -50*mV"
        if isinstance(expr, Number):
            hint = "write True or False, or a comparison"
        elif isinstance(expr, Name):
            limit = "0" if measure.unit.dimensionless else f"10*{unit_text(usual_unit(measure.unit))}"
            hint = f"compare it with something, as in {expr} > {limit}"
        found = f"'{expr}', a number" if measure.unit.dimensionless else f"'{expr}' in {measure}"
        self._tell("a number stands where a condition is due", expr.span, found, hint)
        return None

    def _conditions(self, *operands: Expr) -> Measure | None:
        measures = [self.condition(operand) for operand in operands]
        return None if None in measures else _BOOLEAN

    def _binary(self, expr: Binary, needed: Unit | None) -> Measure | None:
        match expr.op:
            case "+" | "-":
                return self._sum(expr, needed)
            case "*" | "/":
                return self._product(expr, needed)
            case "**":
                return self._power(expr)
            case "%" | "//":
                left, right = self._number(expr.left), self._number(expr.right)
                if left is None or right is None:
                    return None
                same = self._alike(expr, left, right, f"the two sides of '{expr.op}'", needed)
                if same is None or expr.op == "%":
                    return same
                return Measure(type=same.type)

    def _sum(self, expr: Binary, needed: Unit | None) -> Measure | None:
        left, right = self._number(expr.left, needed), self._number(expr.right, needed)
        if left is None or right is None:
            return None
        return self._alike(expr, left, right, "the terms of this sum", needed)

    def _alike(self, expr: Binary, left: Measure, right: Measure, what: str, needed: Unit | None) -> Measure | None:
        """Return the common measure of two terms; tell which of them does not fit."""
        kind: Type = "integer" if left.type == right.type == "integer" else "real"
        if left.open or left.unit.same_dimension(right.unit):
            chosen = right if left.open and not right.open else left
            return Measure(chosen.unit, chosen.factors, kind, left.open and right.open)
        if right.open:
            return Measure(left.unit, left.factors, kind)
        blamed, wrong, other, good = expr.right, right, expr.left, left
        # the term that does not have what the equation needs is the culprit; a bare number is the likelier one
        left_is_number = not left.factors and isinstance(expr.left, Number)
        if (needed is not None and right.unit.same_dimension(needed)) or (needed is None and left_is_number):
            blamed, wrong, other, good = expr.left, left, expr.right, right
        against = f"{good} of {other}" if len(str(other)) <= 30 else str(good)
        hint = fitting(blamed, wrong, good.unit, self.symbols)
        self._tell(f"{what} have different units", term_span(expr, blamed), f"{wrong}, against {against}", hint)
        return None

    def _product(self, expr: Binary, needed: Unit | None) -> Measure | None:
        sign = 1 if expr.op == "*" else -1
        # the factor that is no sum is measured first: it tells what the other one has to measure
        if isinstance(expr.right, Binary) and expr.right.op in {"+", "-"}:
            left = self._number(expr.left)
            inner = None if needed is None or left is None else (needed / left.unit) ** sign
            right = self._number(expr.right, inner)
        else:
            right = self._number(expr.right)
            inner = None if needed is None or right is None else needed / right.unit**sign
            left = self._number(expr.left, inner)
        return None if left is None or right is None else left.times(right, sign)

    def _power(self, expr: Binary) -> Measure | None:
        base, exponent = self._number(expr.left), self._number(expr.right)
        if base is None or exponent is None:
            return None
        if not exponent.unit.dimensionless:
            hint = "divide it by a value of the same unit"
            self._tell("an exponent is a number without unit", expr.right.span, str(exponent), hint)
            return None
        if base.unit == Unit() or base.open:
            counted = isinstance(expr.right, Number) and exponent.type == base.type == "integer"
            return Measure(type="integer" if counted else "real")
        number = constant_number(expr.right)
        if number is None or abs(number) > 100:
            if base.unit.dimensionless:
                return Measure()
            found = f"'{expr.right}' over {base}"
            hint = "write a number, as in x**2 or x**0.5, or divide the base by a value of the same unit"
            self._tell("a value with a unit has powers with a plain number only", expr.right.span, found, hint)
            return None
        return base.power(number)

    def _compare(self, expr: Compare) -> Measure | None:
        left, right = self.measure(expr.left), self.measure(expr.right)
        if left is None or right is None:
            return None
        if "boolean" in {left.type, right.type}:
            if left.type == right.type and expr.op in {"==", "!="}:
                return _BOOLEAN
            found = f"'{expr}'"
            hint = "write the condition alone, or join conditions with 'and', 'or', 'not'"
            self._tell("a condition cannot be compared with a number or by size", expr.span, found, hint)
            return None
        if left.open or right.open or left.unit.same_dimension(right.unit):
            return _BOOLEAN
        # a number on one side is what was forgotten to be given a unit
        number_left = isinstance(expr.left, Number)
        blamed, wrong, good = (expr.left, left, right) if number_left else (expr.right, right, left)
        other = expr.right if number_left else expr.left
        found = f"{wrong}, against {good} of {other}"
        hint = fitting(blamed, wrong, good.unit, self.symbols)
        self._tell("the two sides of this comparison have different units", blamed.span, found, hint)
        return None

    def _conditional(self, expr: Conditional, needed: Unit | None) -> Measure | None:
        condition = self.condition(expr.condition)
        then, otherwise = self.measure(expr.then, needed), self.measure(expr.otherwise, needed)
        if condition is None or then is None or otherwise is None:
            return None
        if "boolean" in {then.type, otherwise.type}:
            if then.type == otherwise.type:
                return _BOOLEAN
            found, hint = f"{then}, against {otherwise}", "write two conditions or two numbers"
            self._tell("one of these two values is a condition", expr.span, found, hint)
            return None
        kind: Type = "integer" if then.type == otherwise.type == "integer" else "real"
        if not (then.open or otherwise.open or then.unit.same_dimension(otherwise.unit)):
            hint = fitting(expr.otherwise, otherwise, then.unit, self.symbols)
            found = f"{otherwise}, against {then} of {expr.then}"
            self._tell("the two values of this choice have different units", expr.otherwise.span, found, hint)
            return None
        chosen = otherwise if then.open and not otherwise.open else then
        return Measure(chosen.unit, chosen.factors, kind, then.open and otherwise.open)

    def _call(self, expr: Call, needed: Unit | None) -> Measure | None:
        external = self.externals.get(expr.function)
        if external is not None and external.called:
            return self._external_call(expr, external)
        function = FUNCTIONS[expr.function]
        if not self._count(expr, function.count):
            return None
        inner = None
        if function.law in {"alike", "root"} and needed is not None:
            inner = needed if function.law == "alike" else needed**2
        if function.law == "truth":
            return self._truth(expr)
        arguments = [self._number(argument, inner) for argument in expr.arguments]
        measures = [argument for argument in arguments if argument is not None]
        return None if None in arguments else self._result(expr, function, measures)

    def _count(self, expr: Call, *counts: int) -> bool:
        given = len(expr.arguments)
        if given in counts:
            return True
        names = " or ".join(str(count) for count in counts)
        plural = "" if counts == (1,) else "s"
        summary = f"{expr.function} takes {names} argument{plural}"
        hint = f"write {expr.function}({', '.join('abc'[: counts[0]])})"
        external = self.externals.get(expr.function)
        if external is not None and external.kind == "timed_array":
            one, other = f"{expr.function}(t)", f"{expr.function}(t, i)"
            hint = f"write {one}, or {other} for one column a neuron"
            if len(counts) == 1:
                hint = f"write {one}: it has one value for each time" if counts == (1,) else f"write {other}"
        self._tell(summary, expr.span, f"{given} argument{'' if given == 1 else 's'}", hint)
        return False

    def _truth(self, expr: Call) -> Measure | None:
        measure = self.measure(expr.arguments[0])
        if measure is None:
            return None
        if measure.type != "boolean" and not measure.unit.dimensionless:
            self._without_unit(expr, expr.arguments[0], measure)
            return None
        return _INTEGER

    def _without_unit(self, expr: Call, argument: Expr, measure: Measure) -> None:
        hint = "divide by a value of the same unit"
        if kind_of(measure.unit):
            hint += f", as in {expr.function}(x/(10*{unit_text(usual_unit(measure.unit))}))"
        self._tell(f"{expr.function} takes a number without unit", argument.span, str(measure), hint)

    def _result(self, expr: Call, function: Function, measures: list[Measure]) -> Measure | None:
        counted = function.result is None and all(measure.type == "integer" for measure in measures)
        kind: Type = "integer" if counted else function.result or "real"
        if function.law == "number":
            for argument, measure in zip(expr.arguments, measures, strict=True):
                if not measure.unit.dimensionless:
                    self._without_unit(expr, argument, measure)
                    return None
            return Measure(type=kind)
        if function.law == "time":
            wrong = [self._argument(expr, number, measures[number], time_unit(self.unitless)) for number in (0, 1)]
            return None if any(wrong) else Measure(type=kind)
        if function.law == "root":
            return measures[0].power(Fraction(1, 2))
        first = next((number for number, measure in enumerate(measures) if not measure.open), 0)
        for number in range(first + 1, len(measures)):
            if self._argument(expr, number, measures[number], measures[first].unit):
                return None
        if function.law == "any":
            return Measure(type=kind)
        chosen = measures[first]
        return Measure(chosen.unit, chosen.factors, kind, all(measure.open for measure in measures))

    def _argument(self, expr: Call, number: int, measure: Measure, unit: Unit) -> bool:
        """Tell whether an argument does not have the unit that its place asks for."""
        if measure.open or measure.unit.same_dimension(unit):
            return False
        argument = expr.arguments[number]
        place = (
            f"argument {number + 1} of {expr.function}"
            if len(expr.arguments) > 1
            else f"the argument of {expr.function}"
        )
        summary, found = f"{place} has another unit", f"{measure}, where {due(unit)} is due"
        self._tell(summary, argument.span, found, fitting(argument, measure, unit, self.symbols))
        return True

    def _external_call(self, expr: Call, external: External) -> Measure | None:
        if external.kind == "timed_array":
            if not self._count(expr, *((len(external.arguments),) if external.arguments else _OF_TABLE)):
                return None
            units = (time_unit(self.unitless), Unit())[: len(expr.arguments)]
        else:
            units = external.arguments
            if not self._count(expr, len(units)):
                return None
        measures = [self._number(argument) for argument in expr.arguments]
        for number, (measure, unit) in enumerate(zip(measures, units, strict=True)):
            if measure is None or self._argument(expr, number, measure, unit):
                return None
        return of_unit(external.result, external.type)
