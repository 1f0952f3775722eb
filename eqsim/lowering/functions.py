"""The functions of the language on plain numbers: what each takes, what type it gives, and what it computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

Result = Literal["real", "integer", "boolean", "widest"]
"""Type of a function's value; ``widest`` is the widest type among its arguments, at least integer."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of plain numbers: its type, how many arguments it takes, and its value on arrays."""

    result: Result
    least: int
    most: int | None  # None: any number
    apply: Callable[..., Any]


def _on_reals(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that gives a real number for an integer too."""
    return lambda x: function(np.true_divide(x, 1))


def _int(x: Any) -> Any:
    return np.trunc(x).astype(np.int64)


def _clip(x: Any, low: Any, high: Any) -> Any:
    return np.minimum(np.maximum(x, low), high)


def _min(*values: Any) -> Any:
    return reduce(np.minimum, values)


def _max(*values: Any) -> Any:
    return reduce(np.maximum, values)


def _exprel(x: Any) -> Any:
    # expm1 keeps every digit of e^x - 1, so that the quotient needs no series; only 0/0 is left
    return np.where(np.equal(x, 0), np.ones_like(np.expm1(x)), np.expm1(x) / np.where(np.equal(x, 0), 1, x))


def _erf(x: Any) -> Any:
    from scipy.special import erf  # noqa: PLC0415 - SciPy is loaded by those who need it

    return erf(x)


def _heaviside(x: Any) -> Any:
    return np.heaviside(x, 1)


def _timestep(t: Any, dt: Any) -> Any:
    return np.floor((t + 1e-3 * dt) / dt).astype(np.int64)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "exp": Function("real", 1, 1, np.exp),
        "expm1": Function("real", 1, 1, np.expm1),
        "exprel": Function("real", 1, 1, _exprel),
        "log": Function("real", 1, 1, np.log),
        "log10": Function("real", 1, 1, np.log10),
        "log1p": Function("real", 1, 1, np.log1p),
        "sqrt": Function("real", 1, 1, np.sqrt),
        "sin": Function("real", 1, 1, np.sin),
        "cos": Function("real", 1, 1, np.cos),
        "tan": Function("real", 1, 1, np.tan),
        "sinh": Function("real", 1, 1, np.sinh),
        "cosh": Function("real", 1, 1, np.cosh),
        "tanh": Function("real", 1, 1, np.tanh),
        "arcsin": Function("real", 1, 1, np.arcsin),
        "arccos": Function("real", 1, 1, np.arccos),
        "arctan": Function("real", 1, 1, np.arctan),
        "arctan2": Function("real", 2, 2, np.arctan2),
        "erf": Function("real", 1, 1, _erf),
        "heaviside": Function("real", 1, 1, _heaviside),
        "floor": Function("real", 1, 1, _on_reals(np.floor)),
        "ceil": Function("real", 1, 1, _on_reals(np.ceil)),
        "sign": Function("real", 1, 1, _on_reals(np.sign)),
        "abs": Function("widest", 1, 1, np.abs),
        "mod": Function("widest", 2, 2, np.remainder),
        "clip": Function("widest", 3, 3, _clip),
        "min": Function("widest", 2, None, _min),
        "max": Function("widest", 2, None, _max),
        "int": Function("integer", 1, 1, _int),
        "timestep": Function("integer", 2, 2, _timestep),
    }
)
"""Functions whose value depends on their arguments alone.

``exprel(x)`` is (e**x - 1)/x, and 1 at 0. ``heaviside(0)`` is 1: the step has been taken where ``x >= 0``.
``mod`` is ``%``, with the sign of the divisor; ``int`` cuts towards zero; ``floor``, ``ceil`` and ``sign`` are real,
so that infinity and NaN pass through them; ``min``, ``max`` and ``clip`` hand on a NaN. ``timestep(t, dt)`` is the
whole number of steps in a time, forgiving a thousandth of a step.
"""

DRAWS: Mapping[str, tuple[str, Result]] = MappingProxyType(
    {
        "rand": ("uniform", "real"),
        "randn": ("normal", "real"),
        "poisson": ("poisson", "integer"),
        "binomial": ("binomial", "integer"),
    }
)
"""Functions that draw: the law, and the type of what is drawn."""

CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": np.pi, "e": np.e, "inf": np.inf, "nan": np.nan})
"""Constants by name; all are real."""
