"""The schedule of a network as data: which kernel runs when, on what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eqsim.lowering.address import Address
from eqsim.lowering.kernel import Kernel
from eqsim.text.errors import ArgumentError

__all__ = [
    "CALL_RANK",
    "SLOTS",
    "Address",
    "Guard",
    "Lanes",
    "Launch",
    "Program",
    "When",
    "before",
    "check_slot",
    "in_order",
]

SLOTS = tuple(
    f"{prefix}{slot}"
    for slot in ("start", "groups", "thresholds", "synapses", "resets", "end")
    for prefix in ("before_", "", "after_")
)


CALL_RANK = 1  # Python functions come after regular statements and before monitors


@dataclass(frozen=True, slots=True)
class When:
    """Where in a time step something happens, and in which steps: every ``period`` steps of the network's clock."""

    slot: str
    order: int = 0
    rank: int = 0
    period: int = 1


@dataclass(frozen=True, slots=True)
class Launch:
    """One call of a step: a kernel, or a procedure of the runtime (spike lists, queues), and its arguments.

    ``arrays`` and ``scalars`` say for each argument, by its name, where its value comes from; ``object`` is the key of
    that whose doing it is.
    """

    call: Kernel | str
    when: When
    arrays: Mapping[str, Address]
    scalars: Mapping[str, Address]
    clock: Address
    stream: Address | None = None
    title: str = ""
    object: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """A list that must have room before a step begins: ``used[0] - freed[0] + most <= length of values``."""

    values: Address
    used: Address
    most: Address
    freed: Address | None = None
    period: int = 1


@dataclass(frozen=True, slots=True)
class Lanes:
    """How several threads share what a program works on.

    ``private`` arrays hold one section for each thread, ``alternating`` ones one for even and one for odd steps.
    ``divided`` arrays say of each source where the synapses onto each thread's targets begin. ``parts`` says of an
    event list, and of its count, which alternating arrays hold what each thread found, and ``follows`` of a list by
    sections whose slices it follows.
    """

    count: int = 1
    private: frozenset[Address] = frozenset()
    alternating: frozenset[Address] = frozenset()
    divided: frozenset[Address] = frozenset()
    parts: Mapping[Address, Address] = field(default_factory=dict)
    follows: Mapping[Address, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Program:
    """All that a network does in a step, in order."""

    launches: tuple[Launch, ...]
    guards: tuple[Guard, ...] = ()
    stops: tuple[Address, ...] = ()  # counts (one entry): a run ends after a step that leaves one above zero
    dtype: str = "float64"
    titles: Mapping[str, str] = field(default_factory=dict)  # what people call the objects, by key
    lanes: Lanes = field(default_factory=Lanes)

    def __str__(self) -> str:
        """Return the order of a step as a table."""
        rows = [
            (
                launch.when.slot,
                str(launch.when.order),
                launch.title,
                "" if launch.when.period == 1 else f"every {launch.when.period} steps",
            )
            for launch in self.launches
        ]
        width = [max([len(row[column]) for row in rows], default=0) for column in range(4)]
        return "\n".join("  ".join(cell.ljust(width[c]) for c, cell in enumerate(row)).rstrip() for row in rows)


def check_slot(when: object, owner: str) -> None:
    """Raise ArgumentError for what is no slot of a time step."""
    if not isinstance(when, str) or when not in SLOTS:
        raise ArgumentError(f"there is no slot {when!r}", owner=owner, hint=f"slots are {', '.join(SLOTS)}")


def before(when: When) -> tuple[int, int, int]:
    """Return what orders the happenings of a step: slot, order, rank."""
    return SLOTS.index(when.slot), when.order, when.rank


def in_order(launches: list[Launch]) -> tuple[Launch, ...]:
    """Return launches as a step carries them out; equal ones in the order given."""
    return tuple(sorted(launches, key=lambda launch: before(launch.when)))
