"""The seed in force, and the stream that each object gets from it."""

from __future__ import annotations

import itertools
import operator
import secrets
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field

from eqsim.random.streams import stream_of
from eqsim.text.errors import ArgumentError

# the number of an object that has a seed of its own: none in a scope has it
ALONE = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Scope:
    """A seed, and the count of the objects made under it."""

    seed: int
    numbers: Iterator[int] = field(default_factory=itertools.count)


# contexts copied from one another (tasks, notebook cells) share the count, so that no two objects get one stream
SCOPE: ContextVar[Scope] = ContextVar("SCOPE", default=Scope(secrets.randbits(63)))  # noqa: B039 (see above)


def seed(value: int | None = None) -> int:
    """Open a seed scope in this context, or return the seed in force when called without one.

    Objects made after it get their random streams from the seed and their number in the scope. Without a scope the
    seed is one of fresh entropy.
    """
    if value is not None:
        SCOPE.set(Scope(checked(value)))
    return SCOPE.get().seed


def next_stream(seed: int | None = None) -> int:
    """Return the 64-bit stream of a new object: from the scope in force, or from a seed of its own."""
    if seed is not None:
        return stream_of(checked(seed), ALONE)
    scope = SCOPE.get()
    return stream_of(scope.seed, next(scope.numbers))


def checked(value: int, owner: str = "seed") -> int:
    """Return a seed as an int, or raise an error that says what seeds are; ``owner`` is whose seed it is."""
    try:
        number = -1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = -1
    if not 0 <= number < 2**64:
        found, hint = repr(value), "write for instance seed=42"
        raise ArgumentError("a seed is an integer from 0 to 2**64 - 1", owner=owner, found=found, hint=hint)
    return number
