"""Monitors: what they keep, as kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eqsim.language.expr import Expr, Name, Number
from eqsim.lowering.binding import Binder, Lowered, Of, Owner, Place
from eqsim.lowering.kernel import Add, Append, If, Instruction, identifier


def record_states(owners: Mapping[Of, Owner], variables: Sequence[str], title: str) -> Lowered:
    """Return the kernel that appends variables of the recorded elements, in the order of the list of elements."""
    binder = Binder(owners)
    system = owners["own"].system
    for variable in variables:
        value = binder.resolve(Name(variable), system.symbols)
        binder.append(identifier(f"_record_{variable}"), "real", value, Place("own", f"_record_{variable}"))
    return binder.kernel("record", "listed", title)


def record_events(
    owner: Owner, variables: Sequence[str], title: str, *, member: bool = False, keep: bool = True
) -> Lowered:
    """Return the kernel that appends index and step of each event, and variables at that moment.

    ``member`` restricts to elements whose byte in the array ``_member`` is set; without ``keep`` events are only
    counted, in the array ``_counted``.
    """
    binder = Binder({"own": owner})
    condition = binder.variable("own", "_member") if member else None
    body: list[Instruction] = []
    if keep:
        values: list[tuple[str, Expr]] = [("i", Name("_i")), ("step", Name("_step"))]
        values += [(name, binder.resolve(Name(name), owner.system.symbols)) for name in variables]
        for name, value in values:
            target, kept = identifier(f"_record_{name}"), f"_record_{name}"
            binder.lists[target] = "count" if name == "step" else "integer" if name == "i" else "real"
            binder.places[target] = Place("own", kept)
            binder.places[f"{target}_count"] = Place("own", f"{kept}_count")
            body.append(Append(target, value))
    else:
        body.append(Add(binder.array("own", "_counted"), "_i", Number(1)))
    for instruction in [If(condition, tuple(body))] if condition is not None else body:
        binder.emit(instruction)
    return binder.kernel("record", "listed", title)
