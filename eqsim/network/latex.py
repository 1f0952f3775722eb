"""Formulas, names and units as LaTeX, written from the expression tree as the author wrote it.

What is written is understood by MathJax, KaTeX and Matplotlib's mathtext alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from eqsim.checking.checked import Role, Symbol
from eqsim.checking.vocabulary import FUNCTIONS
from eqsim.language.expr import (
    Binary,
    Call,
    Compare,
    Conditional,
    Expr,
    Logic,
    Name,
    Number,
    Unary,
    names,
    walk,
)
from eqsim.language.expression import parse_expression

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _FRACTION, _POWER, _ATOM = range(1, 11)
_GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|psi|"
    "omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega"
)
_NAMED = re.compile("sin|cos|tan|sinh|cosh|tanh|arcsin|arccos|arctan|min|max|exp")
_OTHERWISE = MappingProxyType({"log": r"\ln", "log10": r"\log_{10}", "sign": r"\mathrm{sgn}"})
_FENCES = MappingProxyType({"abs": ("|", "|"), "floor": (r"\lfloor", r"\rfloor"), "ceil": (r"\lceil", r"\rceil")})
_COMPARED = MappingProxyType({"<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq", "==": "=", "!=": r"\neq"})
_SPELLED = MappingProxyType(
    {
        "volt": "V",
        "amp": "A",
        "siemens": "S",
        "farad": "F",
        "ohm": r"\Omega",
        "meter": "m",
        "metre": "m",
        "second": "s",
        "kilogram": "kg",
        "gram": "g",
        "hertz": "Hz",
        "kelvin": "K",
        "molar": "M",
        "mole": "mol",
        "coulomb": "C",
        "newton": "N",
        "joule": "J",
        "watt": "W",
        "radian": "rad",
        "pascal": "Pa",
        "henry": "H",
        "weber": "Wb",
        "tesla": "T",
    }
)
_Writer = Callable[[Expr, int], str]
_UNIT = re.compile(rf"(?P<prefix>[fpnumckMG]?)(?P<stem>{'|'.join(_SPELLED)})(?P<power>[23]?)")
_SHORT = re.compile(r"(?P<prefix>u?|[kM](?=ohm))(?P<stem>[A-Za-z]+)(?P<power>[23]?)")


def formula(expr: Expr, units: Collection[str] = ()) -> str:
    """Return a formula as LaTeX; ``units`` are the names in it that are units, which stand upright."""
    return _write(expr, 0, units)


def unit_names(symbols: Mapping[str, Symbol]) -> frozenset[str]:
    """Return those of a text's names that mean units."""
    return frozenset(name for name, symbol in symbols.items() if symbol.role is Role.UNIT)


def unit(text: str) -> str:
    """Return a unit's text, such as ``mS/cm2``, as LaTeX; nothing for the number 1."""
    if text in {"", "1"}:
        return ""
    expr = parse_expression(text)
    return _write(expr, 0, names(expr))


def derivative(name: str) -> str:
    """Return the left side of a differential equation as LaTeX."""
    return rf"\frac{{\mathrm{{d}}{variable(name)}}}{{\mathrm{{d}}t}}"


def variable(name: str) -> str:
    """Return a name as LaTeX: ``tau_m`` with its Greek letter and its subscript, ``Ca.C`` as a path."""
    if "." in name:
        return ".".join(variable(part) for part in name.split("."))
    second_order = re.fullmatch(r"d(\w+)_dt", name)
    if second_order:
        return rf"\dot{{{variable(second_order[1])}}}"
    head, *below = [part for part in name.split("_") if part] or [name]
    numbered = re.fullmatch(r"([^\W\d]+?)(\d+)", head)
    if numbered and (len(numbered[1]) == 1 or _GREEK.fullmatch(numbered[1])):
        head, below = numbered[1], [numbered[2], *below]
    stem = r"\infty" if head == "inf" else _letters(head, "mathit")
    return f"{stem}_{{{','.join(_letters(part, 'mathrm') for part in below)}}}" if below else stem


def _letters(part: str, face: str) -> str:
    if _GREEK.fullmatch(part):
        return f"\\{part}"
    if part == "inf":
        return r"\infty"
    return part if len(part) == 1 or part.isdigit() else rf"\{face}{{{part}}}"


def _unit_name(name: str) -> str:
    found = _UNIT.fullmatch(name) or _SHORT.fullmatch(name)
    if found is None:
        return rf"\mathrm{{{name}}}"
    prefix, stem = found["prefix"], _SPELLED.get(found["stem"], found["stem"])
    greek = r"\mu " if prefix == "u" else ""
    letters = ("" if greek else prefix) + ("" if stem.startswith("\\") else stem)
    upright = rf"\mathrm{{{letters}}}" if letters else ""
    symbol = stem if stem.startswith("\\") else ""
    power = f"^{{{found['power']}}}" if found["power"] else ""
    return f"{greek}{upright}{symbol}{power}"


def _is_unit(expr: Expr, units: Collection[str]) -> bool:
    match expr:
        case Name():
            return expr.name in units
        case Binary(op="*" | "/"):
            return _is_unit(expr.left, units) and _is_unit(expr.right, units)
        case Binary(op="**"):
            return _is_unit(expr.left, units)
        case _:
            return False


def _brackets(text: str) -> str:
    return rf"\left({text}\right)" if text else "()"


def _write(expr: Expr, outer: int, units: Collection[str], *, small: bool = False) -> str:
    """Return LaTeX, in brackets where it binds less than ``outer``; ``small`` in an exponent, where fractions lie."""
    text, level = _node(expr, units, small)
    return _brackets(text) if level < outer else text


def _node(expr: Expr, units: Collection[str], small: bool) -> tuple[str, int]:
    """Return a node's LaTeX and how strongly it binds."""

    def write(part: Expr, outer: int) -> str:
        return _write(part, outer, units, small=small)

    match expr:
        case Number():
            return _number(expr.value)
        case Name():
            return (_unit_name(expr.name) if expr.name in units else variable(expr.name)), _ATOM
        case Unary(op="not"):
            return rf"\mathrm{{not}}\;{write(expr.operand, _NOT)}", _NOT
        case Unary():
            return f"{expr.op}{_after_sign(expr.operand, write)}", _SIGN
        case Binary(op="**"):
            power = _write(expr.right, 0, units, small=True)
            return f"{write(expr.left, _ATOM)}^{{{power}}}", _POWER
        case Binary(op="+" | "-"):
            return f"{write(expr.left, _SUM)} {expr.op} {_unsigned(write(expr.right, _PRODUCT))}", _SUM
        case Binary(op="*"):
            return _product(write(expr.left, _PRODUCT), _unsigned(write(expr.right, _SIGN))), _PRODUCT
        case Binary(op="/"):
            return _quotient(expr, units, small)
        case Binary(op="//"):
            return rf"\left\lfloor {write(expr.left, _PRODUCT)} / {write(expr.right, _SIGN)} \right\rfloor", _ATOM
        case Binary():
            return rf"{write(expr.left, _PRODUCT)} \;\mathrm{{mod}}\; {write(expr.right, _SIGN)}", _PRODUCT
        case Compare():
            sides = write(expr.left, _SUM), write(expr.right, _SUM)
            return f"{sides[0]} {_COMPARED[expr.op]} {sides[1]}", _COMPARE
        case Logic():
            level = _OR if expr.op == "or" else _AND
            return rf"{write(expr.left, level)} \;\mathrm{{{expr.op}}}\; {write(expr.right, level + 1)}", level
        case Conditional():
            then, condition, other = write(expr.then, _OR), write(expr.condition, _OR), write(expr.otherwise, 0)
            return rf"{then} \;\mathrm{{if}}\; {condition} \;\mathrm{{else}}\; {other}", 0
        case Call():
            return _call(expr, units, small)


def _number(value: float | int | bool) -> tuple[str, int]:
    if isinstance(value, bool):
        return rf"\mathrm{{{str(value).lower()}}}", _ATOM
    digits, _, power = f"{value!r}".partition("e")
    level = _SIGN if digits.startswith("-") else _ATOM
    if not power:
        return digits.removesuffix(".0"), level
    ten = f"10^{{{int(power)}}}"
    return (ten, _POWER) if digits in {"1", "1.0"} else (rf"{digits} \cdot {ten}", _PRODUCT)


def _after_sign(operand: Expr, write: _Writer) -> str:
    return _unsigned(write(operand, _PRODUCT))


def _unsigned(text: str) -> str:
    """Return what may follow an operator: a leading sign gets brackets."""
    return _brackets(text) if text.startswith(("-", "+")) else text


def _product(left: str, right: str) -> str:
    between = r" \cdot " if right[0].isdigit() else r"\,"
    return f"{left}{between}{right}"


def _quotient(expr: Binary, units: Collection[str], small: bool) -> tuple[str, int]:
    left, right = expr.left, expr.right
    if isinstance(left, Unary) and left.op == "-":
        text, _ = _quotient(Binary("/", left.operand, right), units, small)
        return f"-{text}", _SIGN
    # a rate or a density reads better on one line: 1/ms, 120 mS/cm2
    if small or (_is_unit(right, units) and not (isinstance(left, Binary) and left.op in {"+", "-"})):
        sides = _write(left, _PRODUCT, units, small=small), _write(right, _FRACTION, units, small=small)
        return f"{sides[0]}/{sides[1]}", _PRODUCT
    return rf"\frac{{{_write(left, 0, units)}}}{{{_write(right, 0, units)}}}", _FRACTION


def _call(expr: Call, units: Collection[str], small: bool) -> tuple[str, int]:
    arguments = ", ".join(_write(argument, 0, units, small=small) for argument in expr.arguments)
    match expr.function:
        case "sqrt":
            return rf"\sqrt{{{arguments}}}", _ATOM
        case "exp" if not small and not any(isinstance(n, Binary) and n.op == "/" for n in walk(expr)):
            return f"e^{{{_write(expr.arguments[0], 0, units, small=True)}}}", _POWER
        case "abs" | "floor" | "ceil":
            left, right = _FENCES[expr.function]
            return rf"\left{left} {arguments} \right{right}", _ATOM
    return f"{_function(expr.function)}{_brackets(arguments)}", _POWER


def _function(name: str) -> str:
    if _NAMED.fullmatch(name):
        return rf"\{name}"
    return _OTHERWISE.get(name) or (rf"\mathrm{{{name}}}" if name in FUNCTIONS else variable(name))
