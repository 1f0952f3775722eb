"""Kernels in C99: locals declared where they are bound, functions chosen by the types of their arguments."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from eqsim.checking.checked import Type
from eqsim.language.expr import Binary, Call, Compare, Conditional, Expr, Logic, Name, Number, Unary
from eqsim.lowering.kernel import Draw, Instruction, Kernel, Let, Load, flat, touches
from eqsim.lowering.phases import two_phases
from eqsim.lowering.types import types_of, whole_power
from eqsim.targets.c_functions import called_in_c
from eqsim.targets.invariants import without_invariants
from eqsim.targets.render import Spell, arguments, environment, literal, measured, spelling, vectorises
from eqsim.targets.typed import is_whole, renamed
from eqsim.targets.widen import widened

FOLDER = "export_c"
_BLOCK = 128  # synapses that are dealt with together
_WIDE = 512  # and neurons: their flags, made wide, stay in a core's nearest cache
_ENTRIES: Mapping[str, str] = MappingProxyType({"float64": "double", "float32": "float"})
_LIBRARY: Mapping[str, str] = MappingProxyType(
    {
        "sqrt": "sqrt",
        "floor": "floor",
        "ceil": "ceil",
        "arcsin": "asin",
        "arccos": "acos",
        "arctan": "atan",
        "arctan2": "atan2",
        "erf": "erf",
        "library_pow": "pow",
    }
)
_PLAIN: Mapping[str, str] = MappingProxyType({"inf": "EQ_INFINITY", "nan": "EQ_NAN", "timestep": "eq_timestep"})
_WIDEST = frozenset({"abs", "mod", "clip", "min", "max"})  # of integers where all arguments are
_PRODUCTS: Mapping[float, str] = MappingProxyType({2: "square", 3: "cube", 4: "fourth"})
_SMALL = 1 << 15  # literals below it are an int everywhere
# words of C and names of its headers where a local may stand
RESERVED = frozenset(
    """asm auto bool break case char complex const continue default double else enum errno extern false float for goto
    if imaginary inline int long main memcpy memset register restrict return short signed sizeof static struct switch
    true typedef typeof union unsigned void volatile while int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t
    uint64_t intptr_t uintptr_t size_t NULL NAN INFINITY HUGE_VAL EOF linux unix i386 asin acos atan atan2
    pow""".split()  # noqa: SIM905
)


def entry_type(dtype: str) -> str:
    """Return the C type of an array's entries."""
    return _ENTRIES.get(dtype, f"{dtype}_t")


def kernel_text(kernel: Kernel, dtypes: Mapping[str, str], dtype: str, function: str) -> str:
    """Render a kernel as a function of that name; ``dtypes`` names the entry type of each array argument."""
    kernel = renamed(kernel, {*RESERVED, *(name for name in types_of(kernel) if name.lower().startswith("eq_"))})
    kernel, bound = without_invariants(kernel, types_of(kernel))
    phases, wide = two_phases(kernel), widened(kernel, dtypes)
    types, real = types_of(kernel, bound), entry_type(dtype)
    fields: dict[str, Any] = {
        "kernel": kernel,
        "function": function,
        "parameters": _parameters(kernel, dtypes, real),
        "types": _declared(
            kernel, (*kernel.invariant, *bound), dtypes, real, set(wide.read.values()) if wide else set()
        ),
        "bound": bound,
        "phases": phases,
        "wide": wide,
        "real": real,
        "wide_type": "int32_t" if dtype == "float32" else "int64_t",
        "block": _WIDE if wide else _BLOCK,
        "spell": _speller(kernel, types, dtype, vector=vectorises(kernel, phases)),
        "uses": lambda text, name: re.search(rf"\b{name}\b", text) is not None,
    }
    return str(environment(FOLDER).get_template("kernel.j2").render(fields))


def _parameters(kernel: Kernel, dtypes: Mapping[str, str], real: str) -> str:
    """Spell the parameters of a function, in lines."""
    changed = {touch.array for touch in touches(kernel.body) if not isinstance(touch, Load)}
    changed |= {*kernel.lists, *(f"{name}_count" for name in kernel.lists)}
    scalars = {"real": real, "integer": "int64_t", "boolean": "int"}
    found: list[str] = []
    for name in arguments(kernel):
        if name in kernel.scalars:
            found.append(f"{scalars[kernel.scalars[name]]} {name}")
        elif name in dtypes:
            const = "" if name in changed else "const "
            found.append(f"{const}{entry_type(dtypes[name])} *restrict {name}")
            found += [f"int64_t {name}_size"] if name in measured(kernel) else []
        else:
            found.append("double _dt" if name == "dt" else f"int64_t {name}")
    lines = textwrap.wrap(", ".join(text.replace(" ", "\0") for text in found), 112)
    return "\n    ".join(lines).replace("\0", " ")


def _declared(
    kernel: Kernel, before: tuple[Instruction, ...], dtypes: Mapping[str, str], real: str, copied: set[str]
) -> dict[str, str]:
    """Return the C type of every local; ``copied`` are arrays whose entries come as wide as numbers."""
    kinds = {"real": real, "integer": "int64_t", "boolean": "int"}
    found: dict[str, str] = {}
    for one in (*before, *flat(kernel.body)):
        match one:
            case Let(name, _, kind):
                found[name] = kinds[kind]
            case Load(name, array) if array in copied:
                found[name] = "int32_t" if real == "float" else "int64_t"
            case Load(name, array):
                known = {"float64": "double", "float32": "float", "uint8": "uint8_t"}
                found[name] = known.get(dtypes[array], "int64_t")
            case Draw(name, law):
                found[name] = real if law in {"uniform", "normal"} else "int64_t"
    phases = two_phases(kernel)
    return found | ({name: found.get(name, real) for name in phases.kept} if phases else {})


def _speller(kernel: Kernel, types: Mapping[str, Type], dtype: str, *, vector: bool) -> Callable[..., str]:
    """Return the function that spells a formula."""
    suffix = "f" if dtype == "float32" else ""
    phases = two_phases(kernel)
    known = {**(phases.kept if phases else {}), **types}
    plain = spelling("float64", vector=vector, own=_spelled(known, suffix, called_in_c(kernel)))

    def named(found: re.Match[str]) -> str:
        name = found[1]
        if name in _PLAIN:
            return _PLAIN[name]
        return f"{_LIBRARY[name]}{suffix}" if name in _LIBRARY else f"eq_{name}{suffix}"

    def spell(expr: Expr, kind: str = "") -> str:
        text = re.sub(r"\b_eq\.(\w+)", named, plain(expr))
        if isinstance(expr, Compare | Logic):
            text = text[1:-1]  # the brackets that it needs inside others
        return f"(int64_t)({text})" if kind == "integer" and not is_whole(expr, known) else text

    return spell


def _spelled(types: Mapping[str, Type], suffix: str, called: Mapping[str, str]) -> Spell:
    """Return what spells all that C reads otherwise than Python, or that depends on types.

    ``called`` says what functions of users are called in C.
    """

    def own(node: Expr, inner: Callable[[Expr], str]) -> str | None:
        match node:
            case Number():
                return _number(node.value, suffix)
            case Unary(op, operand):
                return f"(!({inner(operand)}))" if op == "not" else f"({op}{_operand(operand, inner)})"
            case Compare(op, left, right):
                return f"({inner(left)} {op} {inner(right)})"
            case Logic(op, left, right):
                return f"({inner(left)} {'&' if op == 'and' else '|'} {inner(right)})"
            case Conditional(condition, then, otherwise):
                return f"eq_select{of(then, otherwise)}({', '.join(map(inner, (condition, then, otherwise)))})"
            case Binary("//" | "%" as op, left, right):
                function = "floor_quotient" if op == "//" else "mod"
                return f"eq_{function}{of(left, right)}({inner(left)}, {inner(right)})"
            case Binary("/", left, right) if is_whole(left, types) and is_whole(right, types):
                return f"((double)({inner(left)})/({inner(right)}))"
            case Binary("**", base, exponent):
                return power(base, exponent, inner)
            case Call("_held", (Name(table), *rest)):
                return f"eq_held{suffix}({table}, {table}_size, {', '.join(inner(one) for one in rest)})"
            case Call("min" | "max" as function, (first, second, third, *rest)):
                return own(Call(function, (Call(function, (first, second)), third, *rest)), inner)
            case Call(function, given) if function in called:
                return f"{called[function]}({', '.join(map(inner, given))})"
            case Call(function, given) if function in _WIDEST:
                return f"eq_{function}{of(*given)}({', '.join(map(inner, given))})"
            case Call("int", (operand,)):
                return f"eq_whole{of(operand)}({inner(operand)})"
            case _:
                return None

    def of(*operands: Expr) -> str:
        return "l" if all(is_whole(one, types) for one in operands) else suffix

    def power(base: Expr, exponent: Expr, inner: Callable[[Expr], str]) -> str | None:
        value, whole = literal(exponent), is_whole(base, types)
        if whole and whole_power(exponent):
            return f"eq_whole_powerl({inner(base)}, {inner(exponent)})"
        text = f"(double)({inner(base)})" if whole else inner(base)
        if value == 0:
            return _number(1.0, suffix)
        if value == 1:
            return f"({text})"
        return f"eq_{_PRODUCTS[value]}{suffix}({text})" if value is not None and value in _PRODUCTS else None

    return own


def _operand(operand: Expr, inner: Callable[[Expr], str]) -> str:
    """Spell what a sign stands before, which must not begin with a sign."""
    return inner(operand) if isinstance(operand, Name | Call | Number | Unary) else f"({inner(operand)})"


def _number(value: float | int | bool, suffix: str) -> str | None:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        text = str(value) if abs(value) < _SMALL else f"INT64_C({value})"
    elif not math.isfinite(value):
        return None  # infinity, NaN
    else:
        text = repr(value) + suffix
    return f"({text})" if text.startswith("-") else text


def comment(text: str) -> str:
    """Return a text as it may stand in a comment."""
    return text.replace("*/", "* /").replace("/*", "/ *")


def identifier(*parts: str) -> str:
    """Return a name that C takes, made of parts."""
    return re.sub(r"\W", "_", "_".join(parts), flags=re.ASCII)
