"""A kernel in the words of a target: Jinja2 templates and the spelling of formulas."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eqsim.analysis.formula import number_of
from eqsim.language.expr import Binary, Call, Conditional, Expr, Logic, Number, Unary, names, text_of
from eqsim.lowering.kernel import Kernel, touches
from eqsim.lowering.phases import Phases, two_phases
from eqsim.lowering.tidy import expressions
from eqsim.targets.cache import PACKAGE
from eqsim.targets.digest import digest

_PACKAGE = Path(__file__).parent.parent
# an editable install has the templates beside the package, a wheel inside it
TEMPLATES = next(p for p in (_PACKAGE / "templates", _PACKAGE.parent / "templates") if p.is_dir())
DOMAIN_ARRAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "once": (),
        "each": (),
        "listed": ("_events", "_count"),
        "synapses": ("_start", "_target"),
        "arrivals": ("_run_source", "_run_begin", "_run_end", "_runs", "_target"),
        "backward": ("_run_source", "_run_begin", "_run_end", "_runs", "_permutation", "_source"),
    }
)

# loops over events write here and there, one element after another: there the library's power takes half the time
_SCATTERED = frozenset({"listed", "arrivals", "backward"})
_PRODUCTS = range(5)  # exponents whose powers as Numba makes them are within two units in the last place


Spell = Callable[[Expr, Callable[[Expr], str]], str | None]
"""Takes a node and what spells its operands; returns its text, or ``None``."""


@dataclass(frozen=True, slots=True)
class SourceCode:
    """A module's text, the name that its digest gives it, and the function in it."""

    text: str
    module: str
    function: str


@cache
def environment(folder: str) -> Any:
    """Return the templates of a target; the environment itself is never changed."""
    import jinja2  # noqa: PLC0415 - only those who compile need it

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, TEMPLATES / folder]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python source, not HTML
    )


def arguments(kernel: Kernel) -> list[str]:
    """Return the names of a kernel's arguments, in the order in which every target passes them."""
    found = ["_step", "dt", "_stream"]
    found += ["_begin", "_end"] if kernel.domain == "each" else []
    found += ["_lane", "_lanes"] if kernel.domain == "synapses" else []
    found += DOMAIN_ARRAYS[kernel.domain]
    found += kernel.arrays
    for name in kernel.lists:
        found += [name, f"{name}_count"]
    return found + [name for name in kernel.scalars if name not in found]


def measured(kernel: Kernel) -> frozenset[str]:
    """Return the array arguments whose lengths a kernel reads: tables that it looks values up in, and ``_start``."""
    touched = {touch.array for touch in touches(kernel.body)}
    used = {name for expr in expressions(kernel.body) for name in names(expr)}
    used |= {name for let in kernel.invariant for name in names(let.value)}
    return frozenset(name for name in kernel.arrays if name in used and name not in touched) | {"_start"}


def spelling(dtype: str, *, vector: bool = True, own: Spell | None = None) -> Callable[..., str]:
    """Return the function that spells a formula, in a loop that becomes one over vectors or does not.

    It spells for Numba; ``own`` returns the text of what another target spells otherwise, and ``None`` of the rest.
    """

    def spell(expr: Expr, kind: str = "") -> str:
        text = text_of(expr, atom)
        return f"_eq.float32({text})" if dtype == "float32" and kind == "real" else text

    def atom(node: Expr, inner: Callable[[Expr], str]) -> str | None:
        text = own(node, inner) if own is not None else None
        if text is not None:
            return text
        match node:
            case Number(value=bool()):
                return None
            case Number(value=float() as value):
                if not math.isfinite(value):
                    name = "_eq.nan" if math.isnan(value) else "_eq.inf"
                    return name if value != -math.inf else f"(-{name})"
                return f"_eq.float32({value!r})" if dtype == "float32" else None
            case Logic(op, left, right):
                return f"(({inner(left)}) {'&' if op == 'and' else '|'} ({inner(right)}))"
            case Conditional(condition, then, otherwise):
                return f"_eq.select({inner(condition)}, {inner(then)}, {inner(otherwise)})"
            case Binary("/", above, Call("exprel", (z,))):  # z/(e**z - 1), a rate of many channels, in one division
                factor = "" if above == Number(1) else f"({inner(above)})*"
                return f"({factor}_eq.exprel_reciprocal({inner(z)}))"
            case Binary("**", base, exponent):
                return _power(base, exponent, inner, "_eq.pow" if vector else "_eq.library_pow")
            case Call(function, operands):
                return _call(function.removeprefix("_"), [inner(operand) for operand in operands])
            case _:
                return None

    return spell


def _power(base: Expr, exponent: Expr, inner: Callable[[Expr], str], general: str) -> str | None:
    """Spell a power: by products and roots where the exponent is a literal multiple of 1/2, or 1/4."""
    value = literal(exponent)
    if value is None:
        return f"{general}({inner(base)}, {inner(exponent)})"
    if value in _PRODUCTS:
        plain = isinstance(exponent, Number) and isinstance(exponent.value, int)
        return None if plain else inner(Binary("**", base, Number(int(value))))
    if value % 1 == 0 and abs(value) < 64:
        return f"_eq.whole_power({inner(base)}, {int(value)})"
    if value % 1 == 0.5 and -1 < value < 64:
        return f"_eq.half_power({inner(base)}, {int(2 * value)})"
    if value == 0.25:
        return f"_eq.half_power(_eq.half_power({inner(base)}, 1), 1)"
    return f"{general}({inner(base)}, {inner(Number(value))})"


def literal(expr: Expr) -> float | int | None:
    """Return the value of a literal or of a quotient of two, as in ``x**(1/3)``, with a sign or without."""
    match expr:
        case Unary("-", operand):
            value = literal(operand)
            return None if value is None else -value
        case Binary("/", left, right):
            above, below = number_of(left), number_of(right)
            return above / below if above is not None and below else None
        case _:
            return number_of(expr)


def _call(function: str, operands: list[str]) -> str:
    while function in {"min", "max"} and len(operands) > 2:
        operands = [_call(function, operands[:2]), *operands[2:]]
    prefix = "_" if function.startswith("function_") else "_eq."  # a user's function is imported by name
    return f"{prefix}{function}({', '.join(operands)})"


def _at(index: str) -> str:
    """Spell an index that is never negative, so that no code is made that counts from the end."""
    return index if index.isdigit() else f"_eq.at({index})"


def vectorises(kernel: Kernel, phases: Phases | None) -> bool:
    """Whether a kernel's loop, in these phases if in any, is one that becomes one over vectors."""
    return phases is not None or kernel.domain not in _SCATTERED


def kernel_source(kernel: Kernel, dtypes: Mapping[str, str], dtype: str, version: str, context: str) -> SourceCode:
    """Render a kernel for Numba.

    ``dtypes`` names the entry type of each array argument, ``dtype`` that of real numbers; ``context`` stands for
    everything else that compiled code depends on (versions, the vector mathematics).
    """
    ordered, phases = arguments(kernel), two_phases(kernel)
    spell = spelling(dtype, vector=vectorises(kernel, phases))
    types = [_numba_type(name, kernel, dtypes, dtype) for name in ordered]
    fields: dict[str, Any] = {
        "kernel": kernel,
        "phases": phases,
        "arguments": ordered,
        "types": types,
        "spell": spell,
        "at": _at,
        "range": "_eq.range",
        "block": "_eq.BLOCK",
        "size": "{}.shape[0]".format,
        "version": version,
        "package": PACKAGE,
    }
    fields["narrow"] = dtype == "float32"
    fields["kinds"] = {"real": dtype, "integer": "int64", "boolean": "uint8"}
    fields["functions"] = {name: function_source(one.python, context).module for name, one in kernel.functions.items()}
    return source_code("numba/kernel.j2", kernel.name, fields, context)


def function_source(text: str, context: str) -> SourceCode:
    """Render the module of a user's function for Numba."""
    return source_code("numba/function.j2", "value", {"text": text}, context)


def source_code(template: str, function: str, fields: Mapping[str, Any], context: str) -> SourceCode:
    """Render a module with one function; its name is that of the function and the digest of all that it depends on."""
    made = environment(template.split("/", maxsplit=1)[0]).get_template(template)
    name = digest(made.render(digest="", **fields), context)
    return SourceCode(made.render(digest=name, **fields), f"{function}_{name}", function)


def _numba_type(name: str, kernel: Kernel, dtypes: Mapping[str, str], dtype: str) -> str:
    if name in {"_step", "_stream", "_begin", "_end", "_lane", "_lanes"}:
        return "_eq.int64"
    if name == "dt":
        return "_eq.float64"
    if name in kernel.scalars:
        return f"_eq.{dtype}" if kernel.scalars[name] == "real" else "_eq.int64"
    return f"_eq.{dtypes[name]}[::1]"
