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
from eqsim.lowering.kernel import Add, Domain, If, Load, Store
from eqsim.text.source import Source


def arrivals(
    owners: Mapping[Of, Owner],
    target: Symbol,
    weight: CheckedExpression,
    rate: CheckedExpression,
    frequency: Unit,
    domain: Domain,
    title: str,
) -> Lowered:
    """Return the kernel that adds to a variable as many weights as a draw of the binomial law says.

    The chance of each of the ``_tries`` is ``rate*dt``, the rate counted in ``frequency``. Where the input has an array
    ``_arrivals``, how many arrive at each neuron was drawn before.
    """
    binder = Binder(owners)
    if "_arrivals" in owners["own"].arrays:
        count = _drawn_before(binder)
    else:
        rate_value = binder.value(rate.value, rate.symbols, frequency)
        chance = binder.let("_chance", Binary("*", rate_value, Name("dt")), "real")
        count = binder.number("binomial", (binder.scalar("own", "_tries", "integer"), chance))
    binder.carry_out(_statement(target, "+=", Binary("*", weight.value, count), weight.symbols))
    return binder.kernel("arrivals", domain, title)


def _drawn_before(binder: Binder) -> Name:
    index = Symbol("i", Role.BUILTIN, Unit(), "integer", of="post", variable="i")
    place = binder.resolve(Name("i"), {"i": index})
    if not isinstance(place, Name):
        place = binder.let("_place", place, "integer")
    binder.emit(Load("_few", binder.array("own", "_arrivals"), place.name), "integer")
    return binder.let("_drawn", Name("_few"), "integer")  # as long as other integers, whatever the weight


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
