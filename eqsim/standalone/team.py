"""The run loop of a network that threads share, as the driver calls it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np

from eqsim.standalone.network import Network
from eqsim.targets.team import Drive, Team


class TeamLoop:
    """A compiled run loop, with the arrays and constants in the order in which it takes them."""

    def __init__(self, drive: Drive, network: Network, threads: int) -> None:
        program = network.program
        self._arrays, self._reals, self._integers = (program[name] for name in ("arrays", "reals", "integers"))
        self._team = Team(drive, np.zeros(program["launches"], np.int64), network.told["lanes"], most=threads)

    def held(self, _: Network) -> AbstractContextManager[None]:
        """Keep the arrays where they are."""
        return nullcontext()

    def finite(self, _: Network) -> bool:
        """Whether the states are known to be finite, which they are not: the host looks for itself."""
        return False

    def advance(self, first: int, last: int, network: Network) -> int:
        """Carry out the steps from ``first`` until ``last``; return the step reached, less when a list needs room."""
        arrays = [network.arrays[name] for name in self._arrays]
        reals = np.array([network.constants[name] for name in self._reals], np.float64)
        integers = np.array([network.constants[name] for name in self._integers], np.int64)
        return self._team.advance(first, last, arrays, reals, integers)
