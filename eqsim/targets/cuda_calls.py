"""The launches of a step on a device, as a run carries them out: which kernel, with what, on how many threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from eqsim.lowering.address import Address


@dataclass(frozen=True, slots=True)
class Own:
    """An array of the run's own, on the device alone; ``name`` finds it."""

    name: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """A constant of an object, as it is when steps are carried out."""

    address: Address
    kind: Literal["float64", "float32", "int64", "uint64"]


Argument = Address | Own | Scalar | int


@dataclass(frozen=True, slots=True)
class Call:
    """One launch: a kernel, its arguments, the grid."""

    function: Any
    arguments: tuple[Argument, ...]
    blocks: int
    threads: int
    launch: Any = None  # what it carries out, a launch of a program


@dataclass(frozen=True, slots=True)
class Machine:
    """How many threads a grid is given: of blocks that share work, of blocks that walk along rows, and of one block."""

    threads: int = 256
    row: int = 128
    single: int = 512
    blocks: int = 1 << 16  # at most, of a grid whose size is known
    tiles: int = 256  # at most, where it is not, or where blocks count for one another

    def over(self, size: int) -> tuple[int, int]:
        """Return the grid for so many elements."""
        return max(1, min(self.blocks, -(-size // self.threads))), self.threads

    def over_some(self, most: int) -> tuple[int, int]:
        """Return the grid for as yet unknown elements, of which there are at most so many."""
        return max(1, min(self.tiles, -(-most // self.threads))), self.threads

    def over_rows(self, most: int) -> tuple[int, int]:
        """Return the grid for at most so many rows."""
        return max(1, min(8 * self.tiles, most)), self.row


SIMULATOR = Machine(threads=2, row=2, single=3, blocks=2, tiles=2)


@dataclass(frozen=True)
class Schedule:
    """The launches of a step in order, and what a run must know of the arrays that they work on.

    ``own`` is what the run's own arrays begin with. Arrays of the ``structure`` change when connections do, ``written``
    ones while steps are carried out. ``records`` are lists, and where their lengths are; they are written behind what
    is there, and read by the host alone. The host looks at ``watched`` ones, of one entry, after each row of steps, and
    may make ``queues`` longer.
    """

    calls: Sequence[Call]
    own: Mapping[str, NDArray[Any]]
    structure: frozenset[Address]
    written: frozenset[Address]
    queues: frozenset[Address]
    records: Mapping[Address, Address]
    watched: Sequence[Address]
    machine: Machine
