"""Names of a text looked up where the text was handed over: the caller's locals and globals, or a namespace."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from eqsim.checking.checked import External
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_named
from eqsim.lowering.functions import FUNCTIONS
from eqsim.network.functions import Function
from eqsim.network.timed_array import TimedArray
from eqsim.units import has_unit, unit_of

_CONSTANTS = frozenset({"pi", "e", "inf", "nan"})


@dataclass(frozen=True, slots=True)
class Unusable:
    """A value that no text can use; ``what`` says in words what it is."""

    what: str


def caller(depth: int = 1) -> FrameType:
    """Return the frame that called the function which calls this one; ``depth`` goes further out."""
    return sys._getframe(depth + 1)


def found(names: Collection[str], frame: FrameType) -> dict[str, Any]:
    """Return those of the names that the frame knows, as locals (closures among them) or globals."""
    inner, outer = frame.f_locals, frame.f_globals
    return {name: inner[name] if name in inner else outer[name] for name in names if name in inner or name in outer}


def nearby(namespace: Mapping[str, Any] | None, frame: FrameType | None) -> frozenset[str]:
    """Return the names of all values that a text could use, which a misspelt name may have meant."""
    if namespace is None:
        namespace = {**frame.f_globals, **frame.f_locals} if frame is not None else {}
    return frozenset(
        name for name, value in namespace.items() if isinstance(value, TimedArray | Function) or scalar(value)
    )


def usable(values: Mapping[str, Any], known: Collection[str], *, strict: bool) -> dict[str, Any]:
    """Return the values that a text may use: scalars, with or without unit, TimedArrays and functions.

    A name that the language knows (a unit, a function, a constant) and that stands for the same thing outside is left
    to the language. With ``strict`` any other kind of value is kept as ``Unusable``, so that checking points at the
    name where a text uses it; names that the model defines (``known``) are left out.
    """
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if name in known or _same_as_language(name, value):
            continue
        if isinstance(value, TimedArray | Function) or scalar(value):
            kept[name] = value
        elif strict and not (name in FUNCTIONS or name in _CONSTANTS or unit_named(name)):
            kept[name] = Unusable(_article(value))
    return kept


def externals(values: Mapping[str, Any]) -> dict[str, External]:
    """Return what checking needs to know of captured values."""
    return {name: _external(value) for name, value in values.items()}


def _external(value: Any) -> External:
    if isinstance(value, Unusable):
        return External("other", what=value.what)
    if isinstance(value, TimedArray):
        return External("timed_array", value.unit, arguments=(Unit(),) * value.values.ndim)
    if isinstance(value, Function):
        return External("function", value.result, "real", value.units)
    if isinstance(value, bool | np.bool_):
        return External("scalar", unit_of(1.0), "boolean")
    return External("scalar", unit_of(value))


def _same_as_language(name: str, value: Any) -> bool:
    if name in FUNCTIONS:
        return callable(value)
    unit = unit_named(name)
    if unit is not None and has_unit(value) and np.ndim(value) == 0:
        return unit_of(value) == unit and float(value.magnitude) == 1.0
    if name in {"pi", "e"} and isinstance(value, float):
        return value == {"pi": np.pi, "e": np.e}[name]
    return name in {"inf", "nan"} and isinstance(value, float)


def scalar(value: Any) -> bool:
    """Whether a value is one number, with or without unit."""
    if isinstance(value, bool | int | float | np.number | np.bool_):
        return True
    return isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "biuf"


def _article(value: Any) -> str:
    kind = "an array" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
    shape = f" of shape {np.shape(value)}" if isinstance(value, np.ndarray) else ""
    return kind + shape
