"""The units of the language: names to units, units to text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import NoReturn

from eqsim.checking.checked import Type
from eqsim.checking.dimensions import BASE, Unit
from eqsim.language.expr import Binary, Call, Expr, Name, Number, Unary
from eqsim.language.expression import parse_expression, read_expression
from eqsim.language.lines import Line
from eqsim.language.model import UnitText
from eqsim.text.errors import EqsimError, Mistake, UnitsError
from eqsim.text.nearest import nearest
from eqsim.text.source import Source, Span

# name: exponents of m, kg, s, A, K, mol; the decimal scale
_SPELLED: Mapping[str, tuple[tuple[int, ...], int]] = MappingProxyType(
    {
        "volt": ((2, 1, -3, -1, 0, 0), 0),
        "amp": ((0, 0, 0, 1, 0, 0), 0),
        "siemens": ((-2, -1, 3, 2, 0, 0), 0),
        "farad": ((-2, -1, 4, 2, 0, 0), 0),
        "ohm": ((2, 1, -3, -2, 0, 0), 0),
        "meter": ((1, 0, 0, 0, 0, 0), 0),
        "metre": ((1, 0, 0, 0, 0, 0), 0),
        "second": ((0, 0, 1, 0, 0, 0), 0),
        "gram": ((0, 1, 0, 0, 0, 0), -3),
        "hertz": ((0, 0, -1, 0, 0, 0), 0),
        "kelvin": ((0, 0, 0, 0, 1, 0), 0),
        "mole": ((0, 0, 0, 0, 0, 1), 0),
        "molar": ((-3, 0, 0, 0, 0, 1), 3),
        "coulomb": ((0, 0, 1, 1, 0, 0), 0),
        "newton": ((1, 1, -2, 0, 0, 0), 0),
        "joule": ((2, 1, -2, 0, 0, 0), 0),
        "watt": ((2, 1, -3, 0, 0, 0), 0),
        "radian": ((0, 0, 0, 0, 0, 0), 0),
        "pascal": ((-1, 1, -2, 0, 0, 0), 0),
        "henry": ((2, 1, -2, -2, 0, 0), 0),
        "weber": ((2, 1, -2, -1, 0, 0), 0),
        "tesla": ((0, 1, -2, -1, 0, 0), 0),
    }
)
_PREFIXES = MappingProxyType({"": 0, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "k": 3, "M": 6, "G": 9})
_SHORT = MappingProxyType(
    {
        "volt": "mV uV nV kV",
        "amp": "mA uA nA pA fA",
        "siemens": "mS uS nS pS",
        "farad": "mF uF nF pF",
        "ohm": "kohm Mohm Gohm",
        "meter": "mm cm um nm",
        "second": "ms us ns",
        "hertz": "Hz kHz MHz",
        "molar": "mM uM nM",
        "mole": "mmol umol",
    }
)
_POWERS = MappingProxyType({"2": 2, "3": 3})

# what the field measures a thing in: for values that come without a unit of the model, and for hints
_USUAL = (
    ("ms", "a time"),
    ("mV", "a voltage"),
    ("nS", "a conductance"),
    ("pF", "a capacitance"),
    ("pA", "a current"),
    ("Mohm", "a resistance"),
    ("Hz", "a rate"),
    ("mS/cm2", "a conductance density"),
    ("uF/cm2", "a capacitance density"),
    ("uA/cm2", "a current density"),
    ("mM", "a concentration"),
    ("um", "a length"),
    ("um2", "an area"),
    ("um3", "a volume"),
    ("pcoulomb", "a charge"),
    ("mV/ms", "a voltage per time"),
    ("pA/ms", "a current per time"),
    ("nS/ms", "a conductance per time"),
    ("mM/ms", "a concentration per time"),
    ("ohm*cm", "a resistivity"),
    ("kelvin", "a temperature"),
)
# what people write, and what the language has
MEANT = MappingProxyType(
    {
        "V": "volt",
        "A": "amp",
        "S": "siemens",
        "F": "farad",
        "s": "second",
        "sec": "second",
        "msec": "ms",
        "m": "meter",
        "C": "coulomb",
        "K": "kelvin",
        "N": "newton",
        "J": "joule",
        "W": "watt",
        "g": "gram",
        "kg": "kilogram",
        "M": "molar",
        "h": "second",
        "Ohm": "ohm",
        "rad": "radian",
        "mol": "mole",
        "dimensionless": "1",
        "unitless": "1",
        "int": "integer",
        "float": "1",
        "double": "1",
        "real": "1",
        "minute": "second",
        "hour": "second",
        "celsius": "kelvin",
        "liter": "meter**3",
        "litre": "meter**3",
    }
)
# the letters that stand for a prefix or a unit in print
_PRINTED = MappingProxyType({"\u00b5": "u", "\u03bc": "u", "\u03a9": "ohm", "\u2126": "ohm"})
_SPELLED_PREFIXES = MappingProxyType(
    {
        "femto": "f",
        "pico": "p",
        "nano": "n",
        "micro": "u",
        "milli": "m",
        "centi": "c",
        "kilo": "k",
        "mega": "M",
        "giga": "G",
    }
)
_TYPES: Mapping[str, Type] = MappingProxyType({"integer": "integer", "boolean": "boolean", "bool": "boolean"})
NUMBER = Unit(name="1")
_FORM = "write a product of names, as in mS/cm2, or 1"


@cache
def unit_table() -> dict[str, Unit]:
    """Return every named unit of the language, by name."""
    table: dict[str, Unit] = {}

    def add(name: str, exponents: tuple[int, ...], scale: int) -> None:
        table[name] = Unit((*map(Fraction, exponents), Fraction(0)), Fraction(scale), name)

    add("kilogram", _SPELLED["gram"][0], 0)
    for name, (exponents, scale) in _SPELLED.items():
        for prefix, power in _PREFIXES.items():
            add(prefix + name, exponents, scale + power)
    for spelled, short in _SHORT.items():
        exponents, scale = _SPELLED[spelled]
        for name in short.split():
            add(name, exponents, scale + _PREFIXES[name[0] if name != "Hz" else ""])
    lengths = [name for name, unit in table.items() if unit.exponents == table["meter"].exponents]
    for name in lengths:
        for suffix, power in _POWERS.items():
            unit = table[name] ** power
            table[name + suffix] = Unit(unit.exponents, unit.scale, name + suffix)
    return table


def unit_named(name: str) -> Unit | None:
    """Return the unit of a name, or ``None``."""
    return unit_table().get(name)


def meant_unit(name: str, likeness: float = 0.6) -> str | None:
    """Return the unit that was probably meant by a name that is none; ``likeness`` as ``nearest`` takes it."""
    plain = "".join(_PRINTED.get(letter, letter) for letter in name)
    if plain in unit_table():
        return plain
    for prefix, letter in _SPELLED_PREFIXES.items():
        rest = name.removeprefix(prefix)
        if rest != name and (unit := next((one for one in (rest, rest.removesuffix("s")) if one in _SPELLED), None)):
            return letter + unit
    return MEANT.get(name) or nearest(name, (*unit_table(), *_TYPES), likeness)


def parse_unit(text: str, owner: str = "", part: str = "") -> tuple[Unit, Type]:
    """Read a unit: ``mS/cm2``, ``1``, ``volt/second**0.5``, ``boolean``; raise UnitsError."""
    return read_unit(UnitText(text, Source(text, owner, part).span()))


def read_unit(unit: UnitText) -> tuple[Unit, Type]:
    """Return a declared unit and its type; raise UnitsError at the place of the mistake."""
    if unit.text in _TYPES:
        return NUMBER, _TYPES[unit.text]
    if re.fullmatch(r"[A-Za-z]\w*", unit.text) and (known := unit_named(unit.text)):
        return known, "real"
    # a unit that was derived from the written one has its place, not its text
    written = unit.span.text == unit.text
    line = Line(unit.span.source, unit.span.start, unit.text) if written else Line(Source(unit.text), 0, unit.text)
    try:
        found = _evaluate(read_expression(line))
    except EqsimError as error:
        first = error.mistakes[0]
        span = first.span if written and first.span else unit.span
        summary = first.summary if isinstance(error, UnitsError) else "this is no unit"
        helps = isinstance(error, UnitsError) or "*" in first.hint or "braces" in first.hint
        hint = first.hint if helps else _FORM
        raise UnitsError(Mistake(UnitsError, summary, span, found=first.found, hint=hint)) from None
    return Unit(found.exponents, found.scale, re.sub(r"\s+", "", unit.text)), "real"


def _refuse(summary: str, span: Span | None, found: str, hint: str) -> NoReturn:
    raise UnitsError(Mistake(UnitsError, summary, span, found=found, hint=hint))


def _evaluate(expr: Expr) -> Unit:
    match expr:
        case Name(name=name):
            unit = unit_named(name)
            if unit is None:
                _unknown(name, expr.span)
            return unit
        case Number(value=value) if value == 1 and not isinstance(value, bool):
            return NUMBER
        case Call(function="sqrt", arguments=(argument,)):
            return _evaluate(argument) ** Fraction(1, 2)
        case Binary(op="*", left=left, right=right):
            return _evaluate(left) * _evaluate(right)
        case Binary(op="/", left=left, right=right):
            return _evaluate(left) / _evaluate(right)
        case Binary(op="**", left=left, right=right):
            exponent = constant_number(right)
            if exponent is None or abs(exponent) > 100:
                _refuse("the power of a unit is a number", right.span, f"'{right}'", "write cm**2, or second**-0.5")
            return _evaluate(left) ** exponent
        case Number():
            hint = "choose a prefix, as in mV for 0.001*volt; write 1 for a plain number"
            _refuse("a unit holds no numbers but 1", expr.span, f"'{expr}'", hint)
        case Binary(op="-", left=left, right=Number() as right):
            _refuse("this is no unit", expr.span, f"'{expr}'", f"write {left}**-{right} for a power")
        case _:
            _refuse("this is no unit", expr.span, f"'{expr}'", _FORM)


def _unknown(name: str, span: Span | None) -> NoReturn:
    if name in _TYPES:
        _refuse(f"'{name}' is no factor of a unit", span, "", f"write {name} alone")
    meant = meant_unit(name)
    hint = "units are volt, mV, second, ms, nS, pF, Hz, ..., and 1 for a plain number"
    if name in MEANT and len(name) == 1:
        hint = f"write {meant}; single letters stay free for variables"
    elif name in MEANT and meant == "1":
        hint = "write 1 for a plain number"
    elif meant:
        hint = f"did you mean {meant}?"
    _refuse(f"'{name}' is no unit", span, "", hint)


def constant_number(expr: Expr) -> Fraction | None:
    """Return the value of ``2``, ``-1``, ``0.5``, ``(1/2)`` and the like, or ``None`` for another formula."""
    match expr:
        case Number(value=value) if not isinstance(value, bool):
            return Fraction(str(value)) if abs(value) < 1e6 else None
        case Unary(op="-" | "+" as op, operand=operand):
            number = constant_number(operand)
            return number if number is None or op == "+" else -number
        case Binary(op="+" | "-" | "*" | "/" as op, left=left, right=right):
            a, b = constant_number(left), constant_number(right)
            if a is None or b is None or (op == "/" and b == 0):
                return None
            return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else a}[op]
        case _:
            return None


@cache
def _usual() -> dict[tuple[Fraction, ...], tuple[Unit, str]]:
    usual: dict[tuple[Fraction, ...], tuple[Unit, str]] = {}
    for text, kind in _USUAL:
        unit, _ = parse_unit(text)
        usual[unit.exponents] = (unit, kind)
    return usual


def usual_unit(unit: Unit) -> Unit:
    """Return the unit in which the field measures this dimension; SI where it has no habit."""
    if unit.dimensionless:
        return NUMBER
    known = _usual().get(unit.exponents)
    if known:
        # a rate is kept per second, which is Hz
        return known[0]
    return Unit(unit.exponents, Fraction(0), unit_text(Unit(unit.exponents)))


def due(unit: Unit) -> str:
    """Return in words what has a unit: ``mV``, or a plain number."""
    return "a plain number" if unit.dimensionless and unit.scale == 0 else unit_text(unit)


def kind_of(unit: Unit) -> str | None:
    """Return what a dimension is called ('a conductance'), or ``None`` where the field has no word."""
    known = _usual().get(unit.exponents)
    return known[1] if known else None


@cache
def _spellings() -> Mapping[Unit, str]:
    """Return the best name of each unit that has one: the usual, else a short one, else a spelled one."""
    table = unit_table()
    short = [table[name] for names in _SHORT.values() for name in names.split()]
    spellings: dict[Unit, str] = {}
    for unit in (*(usual for usual, _ in _usual().values()), *short, *table.values()):
        spellings.setdefault(unit, unit.name)
    return MappingProxyType(spellings)


def unit_text(unit: Unit) -> str:
    """Return a unit as text: as declared, else a named unit, else a product of SI units with a power of ten."""
    if unit.name:
        return unit.name
    if unit.dimensionless and unit.scale == 0:
        return "1"
    if unit in (spelling := _spellings()):
        return spelling[unit]
    symbols = {"m": "meter", "kg": "kilogram", "s": "second", "A": "amp", "K": "kelvin", "mol": "mole", "cd": "candela"}
    factors = {symbols[base]: exponent for base, exponent in zip(BASE, unit.exponents, strict=True) if exponent}
    text = product_text(factors)
    return text if unit.scale == 0 else f"10**{unit.scale}*{text}"


@cache
def named_factors(text: str) -> Mapping[str, Fraction]:
    """Return the named units that a unit text multiplies: ``mS/cm2`` is mS to the 1 and cm2 to the -1."""
    found: dict[str, Fraction] = {}

    def gather(expr: Expr, power: Fraction) -> None:
        match expr:
            case Name():
                found[expr.name] = found.get(expr.name, Fraction(0)) + power
            case Binary(op="*" | "/"):
                gather(expr.left, power)
                gather(expr.right, power if expr.op == "*" else -power)
            case Binary(op="**"):
                gather(expr.left, power * (constant_number(expr.right) or 1))
            case Call():
                gather(expr.arguments[0], power / 2)

    gather(parse_expression(text), Fraction(1))
    return MappingProxyType({name: power for name, power in found.items() if power})


def product_text(factors: Mapping[str, Fraction]) -> str:
    """Return a product of named units with exponents: ``mV*Mohm``, ``nS/pF``, ``1/second**0.5``."""
    order = {name: number for number, name in enumerate(unit_table())}
    short = {unit: order[spelled] for spelled, names in _SHORT.items() for unit in names.split()}
    ranked = sorted(factors, key=lambda name: (short.get(name, order.get(name, len(order))), name))
    above = [_power(name, factors[name]) for name in ranked if factors[name] > 0]
    below = [_power(name, -factors[name]) for name in ranked if factors[name] < 0]
    text = "*".join(above) or "1"
    return text + "".join(f"/{factor}" for factor in below)


def _power(name: str, exponent: Fraction) -> str:
    if exponent == 1:
        return f"({name})" if re.search(r"\W", name) else name
    base = f"({name})" if re.search(r"\W", name) else name
    number = str(exponent) if exponent.denominator == 1 else str(float(exponent))
    return f"{base}**{number}"
