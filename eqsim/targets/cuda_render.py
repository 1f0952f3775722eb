"""Kernels in the words of Numba's CUDA compiler."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from eqsim.language.expr import Expr
from eqsim.lowering.kernel import Kernel
from eqsim.targets.cache import PACKAGE
from eqsim.targets.digest import digest
from eqsim.targets.render import SourceCode, environment, spelling
from eqsim.targets.spread import Spread
from eqsim.version import __version__

_DOMAIN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "once": (),
        "each": ("_n",),
        "listed": ("_events", "_count"),
        "synapses": ("_start", "_target"),
        "arrivals": ("_run_source", "_run_begin", "_run_end", "_runs", "_target"),
        "backward": ("_run_source", "_run_begin", "_run_end", "_runs", "_source"),
    }
)


def arguments(spread: Spread, *, permuted: bool) -> list[str]:
    """Return the names of a kernel's arguments, in order."""
    kernel = spread.kernel
    names = ["_now", "_halt", "_period", "_dt", "_stream", *_DOMAIN[kernel.domain]]
    if permuted:
        names.append("_permutation")
    if spread.way == "owned" and kernel.domain == "synapses":
        names += ["_onto", "_order", "_source"] if spread.owner == "_j" else []
    elif spread.way == "owned":
        names += ["_heads", "_following", "_run_of"]
    names += [name for name in kernel.arrays if name not in names]
    for name in kernel.lists:
        names += [name, f"{name}_count"]
    return names + [name for name in kernel.scalars if name not in names]


def kernel_source(spread: Spread, dtype: str, context: str, *, permuted: bool) -> SourceCode:
    """Render a kernel, and behind it the one that lengthens the lists to which it appends."""
    kernel = spread.kernel
    fields = {
        "kernel": kernel,
        "spread": spread,
        "permuted": permuted,
        "arguments": arguments(spread, permuted=permuted),
        "spell": _spelling(dtype),
        "at": str,
        "narrow": dtype == "float32",
        "package": PACKAGE,
        "functions": {name: function_source(one.python, context).module for name, one in kernel.functions.items()},
    }
    return _source("kernel", kernel.name, fields, context)


def end_arguments(kernel: Kernel, lists: Sequence[str]) -> list[str]:
    """Return the names of the arguments of the kernel that lengthens lists."""
    ends = "_n" if kernel.domain == "each" else "_count"
    return ["_now", "_halt", "_period", ends, *(f"{name}_count" for name in lists)]


def function_source(text: str, context: str) -> SourceCode:
    """Render the module of a user's function."""
    return _source("function", "value", {"text": text}, context)


def turn_source(fields: Mapping[str, Any], context: str) -> SourceCode:
    """Render the end of a step."""
    return _source("turn", "turn", fields, context)


def _spelling(dtype: str) -> Callable[..., str]:
    spell = spelling(dtype)

    def spelled(expr: Expr, kind: str = "") -> str:
        text = spell(expr, kind)
        return f"_eq.int64({text})" if kind == "integer" else text

    return spelled


def _source(template: str, function: str, fields: Mapping[str, Any], context: str) -> SourceCode:
    made = environment("cuda").get_template(f"{template}.j2")
    name = digest(made.render(digest="", version=__version__, **fields), context)
    return SourceCode(made.render(digest=name, version=__version__, **fields), f"cuda_{function}_{name}", function)
