"""Which slice of a group each of several threads owns."""

from __future__ import annotations

_LINE = 64  # neurons: whole cache lines of any array, so that two threads seldom write to one


def part(size: int, lane: int, lanes: int) -> tuple[int, int]:
    """Return where a thread's slice of a group begins and ends; the text serves Python and, compiled, the run loop."""
    width = (size + lanes * _LINE - 1) // (lanes * _LINE) * _LINE
    return min(size, lane * width), min(size, (lane + 1) * width)


def bounds(size: int, lanes: int) -> list[int]:
    """Return where each thread's slice of a group begins, and the last one's end."""
    return [part(size, lane, lanes)[0] for lane in range(lanes)] + [size]
