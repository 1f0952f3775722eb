"""The known word that is nearest to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the known word that was probably meant, or ``None``; a difference in case alone counts as nearest.

    ``likeness``, from 0 to 1, is how much of the words must agree.
    """
    candidates = sorted(set(known) - {word})
    same = [name for name in candidates if name.lower() == word.lower()]
    same.sort(key=lambda name: -sum(a == b for a, b in zip(name, word, strict=True)))
    close = same or get_close_matches(word[:80], candidates, 1, likeness)
    return close[0] if close else None
