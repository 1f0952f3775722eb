"""A kernel in the words of a target: Jinja2 templates and the spelling of formulas."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eqsim.language.expr import Binary, Call, Conditional, Expr, Logic, Number, Unary, text_of
from eqsim.lowering.kernel import Kernel, touches
from eqsim.targets.cache import PACKAGE, digest

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
    names = ["_step", "dt", "_stream"]
    names += ["_begin", "_end"] if kernel.domain == "each" else []
    names += ["_lane", "_lanes"] if kernel.domain == "synapses" else []
    names += DOMAIN_ARRAYS[kernel.domain]
    names += kernel.arrays
    for name in kernel.lists:
        names += [name, f"{name}_count"]
    return names + [name for name in kernel.scalars if name not in names]


def spelling(dtype: str) -> Callable[..., str]:
    """Return the function that spells a formula for Numba."""

    def spell(expr: Expr, kind: str = "") -> str:
        text = text_of(expr, atom)
        return f"_eq.float32({text})" if dtype == "float32" and kind == "real" else text

    def atom(node: Expr, inner: Callable[[Expr], str]) -> str | None:
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
            case Binary("**", base, Number(value=float() as power)) if power.is_integer() and abs(power) < 64:
                return inner(Binary("**", base, Number(int(power))))
            case Binary("**", base, power) if not _whole(power):
                return f"_eq.pow({inner(base)}, {inner(power)})"
            case Call(function, operands):
                return _call(function.removeprefix("_"), [inner(operand) for operand in operands])
            case _:
                return None

    return spell


def _call(function: str, operands: list[str]) -> str:
    while function in {"min", "max"} and len(operands) > 2:
        operands = [_call(function, operands[:2]), *operands[2:]]
    prefix = "_" if function.startswith("function_") else "_eq."  # a user's function is imported by name
    return f"{prefix}{function}({', '.join(operands)})"


def _at(index: str) -> str:
    """Spell an index that is never negative, so that no code is made that counts from the end."""
    return index if index.isdigit() else f"_eq.at({index})"


def _whole(expr: Expr) -> bool:
    if isinstance(expr, Unary):
        return _whole(expr.operand)
    return isinstance(expr, Number) and isinstance(expr.value, int)


def kernel_source(kernel: Kernel, dtypes: Mapping[str, str], dtype: str, version: str, context: str) -> SourceCode:
    """Render a kernel for Numba.

    ``dtypes`` names the entry type of each array argument, ``dtype`` that of real numbers; ``context`` stands for
    everything else that compiled code depends on (versions, the vector mathematics).
    """
    ordered = arguments(kernel)
    spell = spelling(dtype)
    types = [_numba_type(name, kernel, dtypes, dtype) for name in ordered]
    fields = {
        "kernel": kernel,
        "arguments": ordered,
        "types": types,
        "spell": spell,
        "at": _at,
        "version": version,
        "package": PACKAGE,
    }
    fields["narrow"] = dtype == "float32"
    fields["streamed"] = ["_target", *dict.fromkeys(touch.array for touch in touches(kernel.body) if touch.index == "_k")]
    fields["functions"] = {name: function_source(text, context).module for name, text in kernel.functions.items()}
    return _source("numba/kernel.j2", kernel.name, fields, context)


def function_source(text: str, context: str) -> SourceCode:
    """Render the module of a user's function for Numba."""
    return _source("numba/function.j2", "value", {"text": text}, context)


def driver_source(template: str, fields: Mapping[str, Any], version: str, context: str) -> SourceCode:
    """Render a run loop for Numba."""
    return _source(f"numba/{template}.j2", "drive", {**fields, "version": version}, context)


def _source(template: str, function: str, fields: Mapping[str, Any], context: str) -> SourceCode:
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
