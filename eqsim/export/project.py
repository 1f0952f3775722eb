"""A network as an export writes it: the program, all that it works on, and what people may ask of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from numpy.typing import NDArray

from eqsim.checking.checked import Type
from eqsim.lowering.program import Address, Program
from eqsim.targets.target import Storages

RecordKind = Literal["spikes", "events", "states", "rates"]


@dataclass(frozen=True, slots=True)
class Array:
    """An array that the program reads or writes, as it is at export.

    ``file`` is its name in ``state/`` and, if it is written, in ``results/state/``, without ``.npy``. ``view_of`` names
    an array that is the same memory (a spike list's bytes in whole words), and has no file. A ``record`` is a list that
    begins empty and has no file either.
    """

    address: Address
    file: str
    values: NDArray[Any] = field(compare=False, repr=False)
    written: bool
    view_of: Address | None = None
    record: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One array of results: ``results/FILE.npy``.

    What its numbers are made of: ``index`` the entries of a list, as indexes of a group's elements; ``time`` entries
    that count steps, times the step of the record's clock; ``clock`` the times of the clock's steps, without a list;
    ``value`` the entries as numbers of the ``type``; ``rate`` counts, divided by the ``size`` and the ``factor`` of
    the record. ``values`` is the list and ``used`` how many entries it holds.
    """

    name: str
    file: str
    kind: Literal["index", "time", "clock", "value", "rate"]
    unit: str
    type: Type = "real"
    values: Address | None = None
    used: Address | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a monitor records.

    ``period`` counts the network's steps between two records and ``dt`` is their time. ``width`` is how many entries of
    a list belong to one record of states (1 otherwise), ``most`` how many a step adds at most. ``indices`` are the
    recorded elements of states. ``within`` maps indexes of the group to those of the part that is recorded, if one is.
    ``counted`` holds how many events each element of the group had, where they are counted and not kept, and
    ``members`` says for which of them that is told (all by default); the counts go to ``results/COUNTS.npy``. Both
    tables are among the arrays of the project, which no part of the program touches. ``elements`` is how many elements
    the source has, a group or a part of one.
    """

    name: str
    kind: RecordKind
    columns: tuple[Column, ...]
    period: int
    dt: float
    width: int = 1
    most: int = 1
    size: int = 1
    factor: float = 1.0
    indices: NDArray[Any] | None = field(default=None, compare=False)
    within: Address | None = None
    counted: Address | None = None
    members: Address | None = None
    counts: str = ""
    elements: int = 0


@dataclass(frozen=True, slots=True)
class Settable:
    """A value that may be set before a run, by ``path``: ``neurons.tau_m``.

    ``shape`` says whether it is a constant of the program or an array, of whose entries the first ``size`` all get the
    value. A value in SI units is divided by ``10**scale``. ``value`` is the plain one at export, ``None`` where the
    entries of an array differ.
    """

    path: str
    address: Address
    shape: Literal["constant", "array"]
    size: int
    unit: str
    exponents: tuple[Fraction, ...]
    scale: Fraction
    kind: Type
    value: float | None
    about: str  # in words: "a parameter", "the initial value of a state", "a captured value"


@dataclass(frozen=True, slots=True)
class Queue:
    """Spikes under way on a pathway: rings that are made longer together where they may be too short.

    Every ring has a section for each lane. ``most`` entries may be added in a step. ``runs`` have as many entries as
    the rings and hold nothing between steps.
    """

    title: str
    rings: tuple[Address, ...]
    head: Address
    tail: Address
    most: int
    runs: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A network to be exported, without a word on the language in which.

    ``dt`` is the time of a step of the program in ``time_unit`` and ``step`` the step at which it begins. ``streams``
    gives for each object that draws random numbers the constant of its stream and its number under a network's seed:
    ``stream_of(seed, number)``. ``fixed`` says of paths that cannot be set why. ``finite`` are the states that are
    looked at for NaN and infinity; none if that is switched off. ``texts`` holds the models as they were written, by
    object.
    """

    title: str
    program: Program
    storages: Storages
    dt: float
    unitless: bool
    step: int
    arrays: tuple[Array, ...]
    streams: Mapping[Address, int]
    records: tuple[Recorded, ...]
    settables: tuple[Settable, ...]
    fixed: Mapping[str, str]
    queues: tuple[Queue, ...]
    finite: tuple[Address, ...]
    texts: Mapping[str, str]

    @property
    def dtype(self) -> str:
        """The type of real numbers."""
        return self.program.dtype

    @property
    def time_unit(self) -> str:
        """The unit in which times count."""
        return "1" if self.unitless else "ms"

    def array(self, address: Address) -> Array:
        """Return the array at an address."""
        return next(array for array in self.arrays if array.address == address)


class FileNames:
    """Names of files that every system takes and tells apart, whatever objects are called."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, name: str) -> str:
        """Return a name like the given one that no other file has."""
        plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
        found, number = plain, 1
        while found.lower() in self._taken:
            number += 1
            found = f"{plain}-{number}"
        self._taken.add(found.lower())
        return found
