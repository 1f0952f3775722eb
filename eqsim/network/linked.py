"""A variable of another group seen under a name of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.checked import Role
from eqsim.network.indexes import elements
from eqsim.network.variables import Variables
from eqsim.text.errors import ArgumentError, UnknownVariableError
from eqsim.text.nearest import nearest


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """What a ``(linked)`` parameter refers to; made by ``linked``."""

    group: Any
    variables: Variables
    name: str
    index: NDArray[np.int64] | None


def linked(group: Any, variable: str, index: Any = None) -> Linked:
    """Return what to assign to a ``(linked)`` parameter: a variable of another group, seen as it is at every moment.

    Parameters
    ----------
    group
        The group, or part of one, that has the variable.
    variable
        Its name.
    index
        For each element of the group that looks, the element that it sees; by default element ``i`` sees ``i``, and all
        see the same where the other group has one element or the variable is shared.

    Raises
    ------
    ArgumentError
        For what has no variables, for synapses, for a subexpression, and for indices out of range.

    """
    held = getattr(group, "_variables", None)
    if not isinstance(held, Variables):
        found, hint = type(group).__name__, "give a group first"
        raise ArgumentError("there are no variables to link", owner="linked", found=found, hint=hint)
    if "_layout" in group.__dict__:  # it lies elsewhere whenever connections change
        hint = "gather their values with a (summed) variable, or read them through synapses onto these synapses"
        raise ArgumentError("variables of synapses cannot be linked", owner=held.owner, hint=hint)
    if not isinstance(variable, str):
        hint = "name the variable, as in es.linked(group, 'V')"
        raise ArgumentError("a variable is named by a text", owner=held.owner, found=repr(variable), hint=hint)
    if variable in held.linkable:
        hint = "link to the group that has the variable"
        raise ArgumentError(f"{variable!r} is itself linked: it has no values", owner=held.owner, hint=hint)
    symbol = held.symbols.get(variable)
    if symbol is None or symbol.of != "own" or variable not in held.entries:
        near = nearest(variable, held.entries)
        if symbol is not None and symbol.role is Role.SUBEXPRESSION:
            hint = f"mark {variable} as (constant over dt), so that it is stored, or link what it is made of"
            raise ArgumentError(f"{variable!r} is a subexpression: it is not stored", owner=held.owner, hint=hint)
        hint = f"did you mean {near!r}?" if near else f"its variables are {', '.join(held.entries)}"
        raise UnknownVariableError(f"there is no variable {variable!r} to link", owner=held.owner, hint=hint)
    part = group._elements()
    chosen = None if index is None else elements(index, group.N, held.owner)
    if part is not None:
        chosen = part if chosen is None else part[chosen]
    whole = group.group if part is not None else group
    return Linked(whole, held, variable, chosen)
