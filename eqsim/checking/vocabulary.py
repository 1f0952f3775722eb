"""The names that are always there, and the functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Literal

from eqsim.checking.checked import Role, Symbol, Type
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import NUMBER, unit_table

CONSTANTS = frozenset({"pi", "e", "inf", "nan"})
# what a group has once it has a threshold
WITH_THRESHOLD = frozenset({"lastspike", "not_refractory"})
_TIMES = ("t", "dt")
_COUNTS = ("t_in_timesteps", "i", "N")
_SYNAPSE_TIMES = ("lastupdate", "delay")
_SYNAPSE_COUNTS = ("j", "N_pre", "N_post", "N_incoming", "N_outgoing")
_SHARED = frozenset({"t", "dt", "t_in_timesteps", "N", "N_pre", "N_post"})

Scopes = Literal["neuron", "synapse"]


@dataclass(frozen=True, slots=True)
class Function:
    """What a built-in function takes and gives.

    ==============  ===========================================================
    ``number``      numbers without unit, and gives one
    ``alike``       arguments of one unit, and gives that unit
    ``any``         arguments of one unit, and gives a number
    ``root``        any unit, and gives its square root
    ``time``        two times, and gives a count
    ``truth``       a condition or a number without unit, and gives a count
    ==============  ===========================================================
    """

    law: Literal["number", "alike", "any", "root", "time", "truth"]
    count: int = 1
    result: Type | None = "real"  # None: an integer if all arguments are
    stateful: bool = False


_OF_NUMBERS = "exp log log10 sin cos tan sinh cosh tanh arcsin arccos arctan exprel expm1 log1p erf"
FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **{name: Function("number") for name in _OF_NUMBERS.split()},
        "floor": Function("number", result="integer"),
        "ceil": Function("number", result="integer"),
        "sqrt": Function("root"),
        "abs": Function("alike", result=None),
        "sign": Function("any"),
        "heaviside": Function("any"),
        "arctan2": Function("any", 2),
        "mod": Function("alike", 2, None),
        "min": Function("alike", 2, None),
        "max": Function("alike", 2, None),
        "clip": Function("alike", 3, None),
        "int": Function("truth", result="integer"),
        "timestep": Function("time", 2, "integer"),
        "rand": Function("number", 0, stateful=True),
        "randn": Function("number", 0, stateful=True),
        "poisson": Function("number", 1, "integer", stateful=True),
        "binomial": Function("number", 2, "integer", stateful=True),
    }
)


def reserved(name: str, kind: Scopes) -> str | None:
    """Return why a name cannot be defined, or ``None``."""
    if name.startswith("_"):
        return "names that begin with '_' are kept for the machinery"
    always = {*_TIMES, *_COUNTS, *WITH_THRESHOLD, *CONSTANTS, "xi"}
    if kind == "synapse":
        always |= {*_SYNAPSE_TIMES, *_SYNAPSE_COUNTS}
    if name in always or is_noise(name):
        return f"'{name}' is always there and has a meaning of its own"
    return None


def is_noise(name: str) -> bool:
    """Whether a name stands for white noise."""
    return name == "xi" or name.startswith("xi_")


@cache
def time_unit(unitless: bool) -> Unit:
    """Return the unit in which time is kept."""
    return Unit() if unitless else unit_table()["ms"]


@cache
def noise_unit(unitless: bool) -> Unit:
    """Return the unit of white noise: per square root of the time unit, so that its increments need no factor."""
    if unitless:
        return Unit()
    root = unit_table()["ms"] ** Fraction(-1, 2)
    return Unit(root.exponents, root.scale, "ms**-0.5")


@cache
def always_there(kind: Scopes, unitless: bool) -> Mapping[str, Symbol]:
    """Return the symbols of the names that every text of a group sees, ``lastspike`` and its like among them."""
    number, time = (Unit() if unitless else NUMBER), time_unit(unitless)
    synapse = kind == "synapse"
    times = (*_TIMES, *(_SYNAPSE_TIMES if synapse else ("lastspike",)))
    counts = (*_COUNTS, *(_SYNAPSE_COUNTS if synapse else ()))
    symbols = [Symbol(name, Role.BUILTIN, time, variable=name, shared=name in _SHARED) for name in times]
    symbols += [Symbol(name, Role.BUILTIN, number, "integer", variable=name, shared=name in _SHARED) for name in counts]
    if kind == "neuron":
        symbols.append(Symbol("not_refractory", Role.BUILTIN, number, "boolean", variable="not_refractory"))
    symbols += [Symbol(name, Role.CONSTANT, number, shared=True, constant=True) for name in sorted(CONSTANTS)]
    return MappingProxyType({symbol.name: symbol for symbol in symbols})
