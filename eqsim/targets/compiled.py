"""A compiled program as it runs: its run loop, called with the addresses of the network's arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from eqsim.lowering.program import Address, Program
from eqsim.targets.layout import Layout
from eqsim.targets.target import Storages
from eqsim.targets.team import Drive, Given, Team, in_a_table


@dataclass
class CompiledRun:
    """A compiled network: the run loop and the order of what it reads."""

    team: Team
    arrays: tuple[Address, ...]
    reals: tuple[Address, ...]
    integers: tuple[Address, ...]
    objects: tuple[str, ...]  # whose each launch is
    seconds: Mapping[str, float] = field(default_factory=dict)  # spent on rendering and compiling

    @property
    def spent(self) -> dict[str, float]:
        """The seconds in the run loop by object: the whole, shared out as the steps that were timed say."""
        ticks = dict.fromkeys(self.objects, 0)
        for name, number in zip(self.objects, self.team.ticks.tolist(), strict=True):
            ticks[name] += number
        total = sum(ticks.values())
        return {name: self.team.seconds * number / total for name, number in ticks.items()} if total else {}

    def advance(self, first: int, last: int, storages: Storages) -> int:
        """Carry out the steps from ``first`` until ``last``; return the step reached, less when a list needs room."""
        arrays = [storages[a.object].arrays[a.variable] for a in self.arrays]
        reals = np.array([storages[a.object].constants[a.variable] for a in self.reals], np.float64)
        integers = np.array([storages[a.object].constants[a.variable] for a in self.integers], np.int64)
        return self.team.advance(first, last, arrays, reals, integers)


def compiled_run(
    drive: Drive, program: Program, layout: Layout, seconds: Mapping[str, float], given: Given = in_a_table
) -> CompiledRun:
    """Return what carries out a program by its run loop, which was made with a layout."""
    addresses = tuple(layout.arrays), tuple(layout.reals), tuple(layout.integers)
    objects = tuple(launch.object for launch in program.launches)
    team = Team(drive, np.zeros(len(objects), np.int64), program.lanes.count, given)
    return CompiledRun(team, *addresses, objects, seconds)
