"""What a sweep varies: keys read as variables, delays, arguments or captured values of objects, and their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.network.access import Access
from eqsim.network.capture import caller, scalar
from eqsim.network.members import Members
from eqsim.network.poisson_input import PoissonInput
from eqsim.network.synapses import Synapses
from eqsim.network.variables import Variables
from eqsim.text.errors import ArgumentError, UnitsError, UnknownVariableError
from eqsim.text.nearest import nearest
from eqsim.units import has_unit, joined, magnitude, unit_of, with_unit

OWNER = "Network.sweep"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a value is given to: a variable, a captured value or a pathway's delay of an object."""

    object: str
    kind: Literal["variable", "captured", "delay"]
    name: str


@dataclass(frozen=True, slots=True)
class Axis:
    """One key of a sweep: its plain values in a unit, and all that gets each of them."""

    key: str
    plain: NDArray[Any]
    unit: Unit
    settings: tuple[Setting, ...]

    @property
    def values(self) -> list[Any]:
        """The values with their unit."""
        return [with_unit(value, self.unit) for value in self.plain]


def read_axes(params: Any, members: Members) -> tuple[Axis, ...]:
    """Return what is to be varied, found in a network and checked without changing anything.

    Raises EqsimError for a key that names nothing, and for values that cannot be given to what it names.
    """
    if not isinstance(params, Mapping) or not params:
        hint = "write for instance params={'neurons.tau_m': [10, 20]*ms}"
        raise ArgumentError("params give lists of values by name", owner=OWNER, found=_kind(params), hint=hint)
    axes = tuple(_axis(key, values, members) for key, values in params.items())
    taken: dict[Setting, str] = {}
    for axis in axes:
        for setting in axis.settings:
            if setting in taken:
                what = f"{taken[setting]!r} and {axis.key!r} mean the same value of {setting.object!r}"
                raise ArgumentError(what, owner=OWNER, hint="vary it under one of the two names")
            taken[setting] = axis.key
    return axes


def put(setting: Setting, members: Members, value: Any) -> None:
    """Give a value to what a sweep varies."""
    thing = members[setting.object]
    match setting.kind:
        case "variable":
            thing._assign(setting.name, value, None, caller())
        case "delay":
            thing._set_delay(setting.name, value, None, caller())
        case "captured":
            thing._variables.namespace[setting.name] = value
            if isinstance(thing, PoissonInput) and setting.name == "_rate":
                thing._revision += 1  # the draw is chosen for its rate


def _axis(key: Any, values: Any, members: Members) -> Axis:
    if not isinstance(key, str) or key == "repeat":
        hint = "write for instance 'neurons.tau_m'"
        raise ArgumentError("this is no key of a parameter", owner=OWNER, found=repr(key), hint=hint)
    plain, unit = _numbers(key, values)
    axis = Axis(key, plain, unit, tuple(_settings(key, members)))
    for setting in axis.settings:
        for value in axis.values:
            _check(key, setting, members[setting.object], value)
    return axis


def _numbers(key: str, values: Any) -> tuple[NDArray[Any], Unit]:
    """Return a list of values as plain numbers, and their unit."""
    listed = isinstance(values, list | tuple | range | np.ndarray) and np.ndim(joined(values)) == 1
    if not listed or not len(values):
        found = "an empty list" if listed else _kind(values)
        hint = f"write for instance params={{{key!r}: [1, 2, 3]}}, with a unit where it has one"
        raise ArgumentError(f"{key!r} needs a list of values", owner=OWNER, found=found, hint=hint)
    values = joined(list(values) if isinstance(values, range) else values)
    unit = unit_of(values)
    plain = np.asarray(magnitude(values, unit, OWNER)) if has_unit(values) else np.asarray(values)
    if plain.dtype.kind not in "biuf":
        hint = "give numbers, or quantities such as [10, 20]*ms"
        raise ArgumentError(f"the values of {key!r} are no numbers", owner=OWNER, found=repr(values[0]), hint=hint)
    return plain, unit


def _settings(key: str, members: Members) -> Iterator[Setting]:
    """Yield what a key means: ``object.name``, or a bare name for all objects that captured a value under it."""
    for place in (place for place, letter in enumerate(key) if letter == "."):
        if key[:place] in members:
            yield _named(key, key[:place], members[key[:place]], key[place + 1 :])
            return
    captured = [name for name, thing in members.items() if key in _captured(thing)]
    yield from (Setting(name, "captured", key) for name in captured)
    if not captured:
        known = [
            *(f"{name}." for name in members),
            *sorted({n for thing in members.values() for n in _captured(thing)}),
        ]
        name, dot, _ = key.partition(".")
        near = nearest(name + dot, known)
        hint = f"objects are {', '.join(repr(name) for name in members)}"
        if near:
            hint = f"did you mean {near.rstrip('.')!r}? {hint}"
        what = f"there is no object {name!r} in the network" if dot else f"no object captured a value named {name!r}"
        raise UnknownVariableError(what, owner=OWNER, found=repr(key), hint=hint)


def _named(key: str, name: str, thing: Any, rest: str) -> Setting:
    """Return what an object has under a name."""
    captured = _captured(thing)
    if isinstance(thing, Access) and thing._is_variable(rest):
        return Setting(name, "variable", rest)
    if rest in captured or f"_{rest}" in captured:  # the second: a value given as an argument
        return Setting(name, "captured", rest if rest in captured else f"_{rest}")
    delays = {}
    if isinstance(thing, Synapses):
        delays = {f"{pathway}.delay": pathway for pathway in thing._layout.delays}
        delays |= {"delay": "pre"} if "pre" in thing._layout.delays else {}
    if rest in delays:
        return Setting(name, "delay", delays[rest])
    variables = [n for n in thing._variables.symbols if thing._is_variable(n)] if isinstance(thing, Access) else []
    known = [*variables, *(n.removeprefix("_") for n in captured), *delays]
    near = nearest(rest, known)
    hint = f"did you mean {near!r}?" if near else f"it has {', '.join(known) or 'none'}"
    raise UnknownVariableError(f"{name!r} has no value {rest!r} to vary", owner=OWNER, found=repr(key), hint=hint)


def _captured(thing: Any) -> dict[str, Unit]:
    """Return the captured values of an object that are numbers, each with its unit."""
    held = thing.__dict__.get("_variables")
    if not isinstance(held, Variables):
        return {}
    return {n: held.captured[n].unit for n, value in held.namespace.items() if n in held.captured and scalar(value)}


def _check(key: str, setting: Setting, thing: Any, value: Any) -> None:
    """Raise EqsimError for a value that cannot be given to what is to be varied."""
    if setting.kind == "variable":
        thing._prepared(setting.name, value, None, caller())
        return
    unit = thing._time_unit() if setting.kind == "delay" else _captured(thing)[setting.name]
    zero = not has_unit(value) and value == 0
    if not zero and not unit_of(value).same_dimension(unit):
        what, due = f"the values of {key!r} have another unit", "a plain number"
        found = f"{unit_text(unit_of(value))}, against {unit_text(unit)}"
        hint = f"give {due}" if unit.dimensionless else f"write for instance [1, 2]*{unit_text(unit)}"
        raise UnitsError(what, owner=thing._owner, found=found, hint=hint)
    plain = float(np.asarray(magnitude(value, unit, thing._owner)))
    least = setting.kind == "delay" or (isinstance(thing, PoissonInput) and setting.name == "_rate")
    if least and not 0 <= plain < np.inf:
        hint = "give values of at least 0"
        raise ArgumentError(f"{key!r} is at least 0 and finite", owner=thing._owner, found=str(value), hint=hint)


def _kind(value: Any) -> str:
    return repr(value) if value is None or isinstance(value, str | bool | int | float | dict) else type(value).__name__
