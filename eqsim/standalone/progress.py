"""How far a run has come, told to people who watch it."""

from __future__ import annotations

import sys
from time import perf_counter

_EVERY = 0.2  # seconds between two looks of people


class Progress:
    """A line on the terminal that is written anew; nothing where nobody looks at one."""

    def __init__(self, begin: int, end: int, *, quiet: bool) -> None:
        self._begin, self._end, self._since = begin, end, perf_counter()
        self._shown = 0.0
        self._watched = not quiet and sys.stderr.isatty()

    def reached(self, step: int, time: str) -> None:
        """Show the time reached, now and then."""
        now = perf_counter()
        if self._watched and now - self._shown > _EVERY and step > self._begin:
            self._shown = now
            left = (now - self._since) * (self._end - step) / (step - self._begin)
            share = (step - self._begin) / (self._end - self._begin)
            sys.stderr.write(f"\r\033[K{share:4.0%}  {time}, {_duration(left)} to go")
            sys.stderr.flush()

    def end(self, text: str = "") -> None:
        """Say how it ended, where somebody may want to know."""
        if self._watched:
            sys.stderr.write("\r\033[K")
        if self._watched and text:
            sys.stderr.write(f"{text}, after {_duration(perf_counter() - self._since)}\n")


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
