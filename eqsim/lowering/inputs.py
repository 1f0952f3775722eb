"""Inputs from outside onto a variable of neurons, as kernels.

The input is the owner ``own``, with what it captured and its random numbers; the group that it acts on is ``post``.
"""

from __future__ import annotations

from collections.abc import Mapping

from eqsim.checking.checked import CheckedCode, CheckedExpression, CheckedStatement, Role, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.language.expr import Binary, Compare, Conditional, Expr, Name, Number
from eqsim.language.model import AssignOp
from eqsim.lowering.binding import Binder, Lowered, Of, Owner, Place
from eqsim.lowering.kernel import Add, Domain, If, Law, Load, Store
from eqsim.text.source import Source


def draw_arrivals(owner: Owner, rate: CheckedExpression, frequency: Unit, draws: int, title: str) -> Lowered:
    """Return the kernel that draws how many arrivals each neuron gets into the array ``_arrivals``.

    A loop over neurons that does this alone vectorises, also where neurons lie apart.
    """
    binder = Binder({"own": owner})
    binder.emit(Store(binder.array("own", "_arrivals"), "_i", _count(binder, rate, frequency, draws)))
    return binder.kernel("draw_arrivals", "each", title)


def arrivals(
    owners: Mapping[Of, Owner],
    target: Symbol,
    weight: CheckedExpression,
    rate: CheckedExpression,
    frequency: Unit,
    draws: int,
    domain: Domain,
    title: str,
) -> Lowered:
    """Return the kernel that adds to a variable as many weights as a draw of the binomial law says.

    The chance of each of the tries is ``rate*dt``, the rate counted in ``frequency``. The tries ``_tries_k`` of the
    parts k < ``draws`` are drawn one by one, each part with a mean of at most 2; 0 draws is one draw of any mean.
    Where the input has an array ``_arrivals``, they are drawn already.
    """
    binder = Binder(owners)
    if "_arrivals" in owners["own"].arrays:
        index = Symbol("i", Role.BUILTIN, Unit(), "integer", of="post", variable="i")
        place = binder.let("_place", binder.resolve(Name("i"), {"i": index}), "integer")
        binder.emit(Load("_drawn", binder.array("own", "_arrivals"), place.name), "integer")
        count: Expr = Name("_drawn")
    else:
        count = _count(binder, rate, frequency, draws)
    binder.carry_out(_statement(target, "+=", Binary("*", weight.value, count), weight.symbols))
    return binder.kernel("arrivals", domain, title)


def _count(binder: Binder, rate: CheckedExpression, frequency: Unit, draws: int) -> Expr:
    chance = binder.let("_chance", Binary("*", binder.value(rate.value, rate.symbols, frequency), Name("dt")), "real")
    law: Law = "binomial_small" if draws else "binomial"
    total: Expr | None = None
    for part in range(draws or 1):
        drawn = binder.number(law, (binder.scalar("own", f"_tries_{part}", "integer"), chance))
        total = drawn if total is None else Binary("+", total, drawn)
    assert total is not None
    return total


def drive(
    owners: Mapping[Of, Owner],
    target: Symbol,
    op: AssignOp,
    value: CheckedExpression,
    domain: Domain,
    title: str,
    *,
    for_step: bool,
) -> Lowered:
    """Return the kernel that applies an operation to a variable; ``for_step`` notes the values before and after it."""
    binder = Binder(owners)
    if for_step:
        binder.assign("own", "_before", binder.variable("post", target.name))
    binder.carry_out(_statement(target, op, value.value, value.symbols))
    if for_step:
        binder.assign("own", "_driven", binder.variable("post", target.name))
    return binder.kernel("drive", domain, title)


def release(owners: Mapping[Of, Owner], target: Symbol, domain: Domain, title: str) -> Lowered:
    """Return the kernel that takes an input away at the end of a step; what else was added to the variable stays."""
    binder = Binder(owners)
    now = binder.variable("post", target.name)
    before, driven = binder.variable("own", "_before"), binder.variable("own", "_driven")
    moved = Binary("+", before, Binary("-", now, driven))
    # the comparison keeps the value to the last bit where nothing else changed it
    binder.assign("post", target.name, Conditional(Compare("==", now, driven), before, moved))
    return binder.kernel("release", domain, title)


def count_spikes(owner: Owner, title: str) -> Lowered:
    """Return the kernel that counts, over a list of spikes, those of the elements whose byte ``_member`` is set."""
    binder = Binder({"own": owner})
    member = binder.variable("own", "_member")
    binder.emit(If(member, (Add(binder.array("own", "_found"), "0", Number(1)),)))
    return binder.kernel("count_spikes", "listed", title)


def record_count(owner: Owner, counted: str, title: str, *, clear: bool) -> Lowered:
    """Return the kernel that appends the first entry of an array to the record, and begins again at 0 if it is ours."""
    binder = Binder({"own": owner})
    array = binder.array("own", counted)
    binder.emit(Load("_now", array, "0"), "integer")
    binder.append("_record_count", "count", Name("_now"), Place("own", "_record_count"))
    if clear:
        binder.emit(Store(array, "0", Number(0)))
    return binder.kernel("record_count", "once", title)


def _statement(target: Symbol, op: AssignOp, value: Expr, symbols: Mapping[str, Symbol]) -> CheckedCode:
    source = Source(f"{target.name} {op} {value}")
    statement = CheckedStatement(target, op, value, source.span())
    return CheckedCode((statement,), {**symbols, target.name: target}, source)
