"""The contract of a target: a program in, something that advances it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from eqsim.lowering.program import Address, Program
from eqsim.targets.storage import Storage, Storages

__all__ = ["Run", "RunElsewhere", "Storage", "Storages", "Target", "zeros"]


class Run(Protocol):
    """A compiled program; ``seconds`` says what its compilation took, ``spent`` what its objects did since then."""

    seconds: Mapping[str, float]

    @property
    def spent(self) -> Mapping[str, float]:
        """The seconds of running, by the key of the object."""
        ...

    def advance(self, first: int, last: int, storages: Storages) -> int:
        """Carry out the steps from ``first`` until ``last``; return the step reached, less when a list needs room."""
        ...


@runtime_checkable
class RunElsewhere(Protocol):
    """A run whose arrays are on another device, and in those of the host only when asked for.

    An ``advance`` by itself begins and ends with the host's arrays as they should be. Several of them within ``held``
    spare the copies in between: lengths of lists, records and queues that need room are then what the host may look at.
    """

    def held(self, storages: Storages) -> AbstractContextManager[None]:
        """Keep the arrays on the device for as long as the block lasts; the host's hold before it and after it."""
        ...

    def finite(self, addresses: Sequence[Address], storages: Storages) -> bool:
        """Whether arrays are known to hold neither NaN nor infinity; if not, the host has them as they are."""
        ...


class Target(Protocol):
    """Something that can compile programs."""

    @property
    def name(self) -> str:
        """The word that users write."""
        ...

    @property
    def threads(self) -> int:
        """How many threads may share a run, all of the machine's."""
        ...

    def compile(self, program: Program, storages: Storages) -> Run:
        """Return the program, compiled for arrays of these types."""
        ...


def zeros(shape: int, dtype: str) -> NDArray[Any]:
    """Return an array of zeros."""
    return np.zeros(shape, dtype)
