"""What all objects ask of the arguments that they share: a name, a time step, a rank, a namespace, lists of names."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.checking.vocabulary import time_unit
from eqsim.random.seed import checked
from eqsim.text.errors import ArgumentError, ReadOnlyError, UnitsError
from eqsim.text.nearest import nearest
from eqsim.units import has_unit, magnitude, unit_of

MOST = 2**31 - 1  # elements of a group: spikes are lists of 32-bit indexes


class _Owned(Protocol):
    _owner: str


class Sealed:
    """An object whose public attributes are those that it has: setting another is an error, not a new attribute."""

    def __setattr__(self: _Owned, name: str, value: Any) -> None:
        attribute = getattr(type(self), name, None)
        if name.startswith("_") or getattr(attribute, "fset", None) is not None:
            object.__setattr__(self, name, value)
            return
        if attribute is not None:
            hint = "it is fixed when the object is made, or follows from the run"
            raise ReadOnlyError(f"{name!r} is read-only", owner=self._owner, hint=hint)
        known = [word for word in dir(type(self)) if not word.startswith("_")]
        near = nearest(name, known)
        hint = f"did you mean {near!r}?" if near else f"it has {', '.join(known)}"
        raise ReadOnlyError(f"there is no attribute {name!r} to set", owner=self._owner, hint=hint)


def check_shared(owner: str, *, dt: Any = None, order: Any = 0, namespace: Any = None, seed: Any = None) -> None:
    """Raise EqsimError for a time step, a rank, a namespace or a seed that cannot be."""
    if seed is not None:
        checked(seed, owner)
    if dt is not None:
        positive_time(dt, "dt", owner)
    check_order(order, owner)
    if namespace is not None and not isinstance(namespace, Mapping):
        hint = "give a dictionary, as in namespace={'tau': 10*ms}"
        raise ArgumentError("a namespace gives values by name", owner=owner, found=_kind(namespace), hint=hint)


def check_order(order: Any, owner: str) -> None:
    """Raise ArgumentError for what is no rank in a slot."""
    if isinstance(order, bool) or not isinstance(order, int | np.integer):
        hint = "of two objects in one slot, that of lower order comes first"
        raise ArgumentError("order is a whole number", owner=owner, found=repr(order), hint=hint)


def check_flag(value: Any, what: str, owner: str) -> None:
    """Raise ArgumentError for what is neither true nor false."""
    if not isinstance(value, bool | np.bool_):
        raise ArgumentError(f"{what} is True or False", owner=owner, found=_kind(value), hint=f"write {what}=True")


def positive_time(value: Any, what: str, owner: str) -> tuple[float, Unit]:
    """Return a time as a plain number and the unit in which it counts, which is 1 in models without units.

    Raises UnitsError for a value of another unit, ArgumentError for what is not one number above 0.
    """
    unit = unit_of(value)
    hint = f"write for instance {what}=1*ms, or a number in a network without units"
    if has_unit(value) and not unit.same_dimension(time_unit(unitless=False)):
        raise UnitsError(f"{what} must be a time", owner=owner, found=unit_text(unit), hint=hint)
    number = isinstance(value, int | float | np.number | np.ndarray) and not isinstance(value, bool)
    plain = np.asarray(magnitude(value, unit, owner)) if number else np.zeros(())
    if plain.ndim or not 0 < plain < np.inf:
        raise ArgumentError(f"{what} is one positive time", owner=owner, found=_kind(value), hint=hint)
    return float(plain), unit


def whole_number(value: Any, what: str, owner: str, least: int = 1) -> int:
    """Return a count; raise ArgumentError for what is not a whole number from ``least`` on."""
    fits = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not fits or not least <= value <= MOST:
        summary = f"{what} is a whole number from {least} to {MOST}"
        raise ArgumentError(summary, owner=owner, found=_kind(value), hint=f"write for instance {what}=100")
    return int(value)


def names_of(given: Any, what: str, owner: str) -> list[str]:
    """Return names given as one text or as several; raise ArgumentError for anything else."""
    several = isinstance(given, Sequence | np.ndarray) and np.ndim(given) == 1
    names = [given] if isinstance(given, str) else list(given) if several else [None]
    if not all(isinstance(name, str) for name in names):
        hint = "write one as 'V', several as ['V', 'w']"
        raise ArgumentError(f"{what} are names", owner=owner, found=_kind(given), hint=hint)
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise ArgumentError(f"{twice!r} stands twice among the {what}", owner=owner, hint="name each of them once")
    return [str(name) for name in names]


def check_path(file: Any, what: str, owner: str) -> None:
    """Raise ArgumentError for what is no path of a file."""
    if not isinstance(file, str | os.PathLike) or not os.fspath(file):
        hint = f"write for instance {what}='records.h5'"
        raise ArgumentError(f"{what} is the path of a file", owner=owner, found=_kind(file), hint=hint)


def _kind(value: Any) -> str:
    """Return a value as messages show it: small ones as they are, others by their type."""
    if value is None or isinstance(value, str | bytes | bool | int | float | complex | np.number):
        return repr(value)
    if has_unit(value):
        return f"{value.magnitude} {unit_text(unit_of(value))}" if np.ndim(value) == 0 else f"{np.size(value)} values"
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
