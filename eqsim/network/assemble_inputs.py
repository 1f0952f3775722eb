"""Inputs from outside, in a program."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.checking.vocabulary import time_unit
from eqsim.lowering import inputs as lower_inputs
from eqsim.lowering.binding import Lowered, Of, Owner
from eqsim.lowering.kernel import Domain
from eqsim.lowering.program import CALL_RANK, Address, When
from eqsim.lowering.slices import bounds
from eqsim.lowering.threads import COUNT
from eqsim.network.assemble import Assembly, neuron_owner, prepare
from eqsim.network.drive import Drive
from eqsim.network.driven_input import Input
from eqsim.network.pathways import counted
from eqsim.network.poisson_input import PoissonInput
from eqsim.random.tables import binomial_table
from eqsim.text.errors import ArgumentError, NetworkError

_MOST_MEAN = 256.0  # of counts by a table, whose length and time grow with its square root


class DriveParts:
    """What the kernels of one input have in common: the owners, the neurons that they go through, their arguments."""

    def __init__(self, assembly: Assembly, drive: Drive) -> None:
        self.assembly, self.drive = assembly, drive
        self.key, self.group = assembly.key(drive._variables), assembly.key(drive._target._variables)
        self.dt, self.period = assembly.steps[self.key], assembly.periods[self.key]
        storage = prepare(drive._variables, assembly.dtype, self.dt)
        assembly.storages[self.key] = storage
        target = counted(drive._target, "post", neuron_owner(drive._target), storage)
        self.owners: dict[Of, Owner] = {"own": neuron_owner(drive), "post": target}
        self.keys: dict[Of, str] = {"own": self.key, "post": self.group}
        part = drive._target._elements()
        self.arrays: dict[str, Address] = {}
        self.scalars: dict[str, Address] = {}
        self.domain: Domain
        if drive._symbol.shared:
            self.domain = "once"
        elif part is None:
            self.domain, self.scalars = "each", {"_n": Address(self.group, "_N")}
        else:
            self.domain = "listed"
            self.arrays = self._members(np.sort(part).astype(np.int32), drive._target._variables.size)

    def _members(self, part: NDArray[np.int32], size: int) -> dict[str, Address]:
        """Give the input a list of the neurons that get it, each thread its own of them."""
        assembly, arrays = self.assembly, {}
        for argument, name, width in (("_events", "_part", max(1, len(part))), ("_count", "_part_size", COUNT)):
            assembly.sections(self.key, name, width, np.int32 if name == "_part" else np.int64)
            arrays[argument] = Address(self.key, name)
        lists = assembly.storages[self.key].arrays
        ends = np.searchsorted(part, bounds(size, assembly.lanes))
        for lane in range(assembly.lanes):
            own = part[ends[lane] : ends[lane + 1]]
            lists["_part"].reshape(assembly.lanes, -1)[lane, : len(own)] = own
            lists["_part_size"].reshape(assembly.lanes, -1)[lane, 0] = len(own)
        assembly.follows[arrays["_events"]] = self.group
        return arrays

    def launch(self, lowered: Lowered, slot: str, order: int, rank: int) -> None:
        """Add a kernel."""
        when = When(slot, order, rank, self.period)
        self.assembly.launch(lowered, self.key, when, self.keys, self.arrays, self.scalars)


def add_poisson_input(assembly: Assembly, drive: PoissonInput) -> None:
    """Add the arrivals of a Poisson input."""
    parts = DriveParts(assembly, drive)
    frequency = Unit() / time_unit(drive._target._variables.system.unitless)
    title = f"arrivals of {parts.key} at {parts.group}"
    drive._variables.storage.constants["_tries"] = drive.N
    if drive._plain_rate is not None:
        chance = drive._plain_rate * parts.dt * 10.0 ** float(-frequency.scale)
        if chance > 1:
            raise ArgumentError(
                "a source spikes at most once in a step: rate*dt is at most 1",
                owner=drive._owner,
                found=f"rate*dt = {chance:g}",
                hint="take a smaller dt, or more sources of a lower rate",
            )
        if chance <= 0.5 and drive.N * chance <= _MOST_MEAN:
            _draw_from_table(parts, drive, chance, f"draw {title}")
    lowered = lower_inputs.arrivals(
        parts.owners, drive._symbol, drive._weight, drive._rate, frequency, parts.domain, title
    )
    parts.launch(lowered, drive._when, drive._order, 0)


def _draw_from_table(parts: DriveParts, drive: PoissonInput, chance: float, title: str) -> None:
    """Add the drawing of how many arrivals each neuron gets, one rate for all, and tell the kernel that they are."""
    table, storage = binomial_table(drive.N, chance), drive._variables.storage
    storage.arrays |= {
        "_marks": table.marks,
        "_bounds": table.bounds,
        "_arrivals": np.zeros(drive._target.N, np.uint16),
    }
    storage.constants["_least"] = table.start
    names = {"marks": "_marks", "bounds": "_bounds", "drawn": "_arrivals"}
    # threads own slices of the group or, of its parts, slices that have nothing to do with those
    size = parts.scalars.get("_n", Address(parts.key, "_post_N"))
    scalars = {"n": size, "stream": Address(parts.key, "_stream"), "start": Address(parts.key, "_least")}
    when = When(drive._when, drive._order, 0, parts.period)
    arrays = {argument: Address(parts.key, name) for argument, name in names.items()}
    parts.assembly.procedure("draw_counts", parts.key, when, arrays, scalars, title)
    own = parts.owners["own"]
    parts.owners["own"] = replace(own, arrays={**own.arrays, "_arrivals": "count"})


def add_input(assembly: Assembly, drive: Input) -> None:
    """Add the operation of an input at the start of a step, and its end."""
    key = assembly.key(drive._variables)
    drive._hold_rows(assembly.steps[key])
    parts = DriveParts(assembly, drive)
    variable = drive._symbol
    if Address(parts.group, variable.name) in assembly.cleared:
        raise NetworkError(
            f"{variable.name!r} of {parts.group} is a sum over synapses, which would replace the input in each step",
            owner=drive._owner,
            hint="give the input a parameter of its own, and add both in the equation",
        )
    formula, title = drive._formula_of_value, f"{parts.key} onto {variable.name} of {parts.group}"
    lowered = lower_inputs.drive(
        parts.owners, variable, drive._assigns(), formula, parts.domain, title, for_step=drive._for_step
    )
    parts.launch(lowered, "start", drive._order, CALL_RANK)
    if drive._for_step:
        lowered = lower_inputs.release(parts.owners, variable, parts.domain, f"end of {title}")
        # what came last goes first, so that each finds the value that it left
        parts.launch(lowered, "after_end", -drive._order, -len(assembly.launches))
