"""Tells which function of a user keeps a program from being compiled, and why, when compiling it has failed."""

from __future__ import annotations

import inspect
import re
from typing import Any

from numba import types

from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Program
from eqsim.targets import cache
from eqsim.targets.render import function_source
from eqsim.text.errors import TargetError

_HINT = (
    "write it with numbers, math and the part of numpy that Numba compiles, and let it return a number; "
    "or take target='numpy', which interprets"
)


def blame(program: Program, context: str, error: Exception) -> None:
    """Raise TargetError, from the error, where a user's function cannot be compiled by itself; else do nothing."""
    for launch in program.launches:
        functions = launch.call.functions if isinstance(launch.call, Kernel) else {}
        for called, function in functions.items():
            reason = _reason(cache.load(function_source(function.python, context).module).value, program.dtype)
            if reason is not None:
                name = called.split("_", 3)[3]  # after _function_ and whose it is
                summary = f"Numba cannot compile this function, which {launch.object!r} calls"
                raise TargetError(summary, owner=f"function {name!r}", found=reason, hint=_HINT) from error


def _reason(function: Any, dtype: str) -> str | None:
    """Return in a line why a function compiles for neither real nor whole numbers, and ``None`` if it does for both."""
    count = len(inspect.signature(function.py_func).parameters)
    for kind in (types.float32 if dtype == "float32" else types.float64, types.int64):
        try:
            function.compile((kind,) * count)
        except Exception as error:  # noqa: BLE001 - Numba raises errors of many kinds for what it does not know
            return _first_line(str(error))
        result = function.overloads[(kind,) * count].signature.return_type
        if not isinstance(result, types.Number | types.Boolean):
            return f"its value is {result}, no number"
    return None


def _first_line(message: str) -> str:
    """Return what a message of Numba says first about the code, without colours, places and headings."""
    lines = [line.strip() for line in re.sub(r"\x1b\[\d*m", "", message).splitlines()]
    told = [line for line in lines if line and not line.startswith("Failed in ")] or ["no reason is given"]
    if told[0].endswith("found for signature:"):
        signature = next((line for line in told if line.startswith(">>>")), told[0])
        return f"there is no {signature.removeprefix('>>>').strip()}"
    return re.sub(r"(, defined at |\. Raised from ).*", "", told[0])
