"""Short names for texts."""

from __future__ import annotations

import hashlib


def digest(*parts: str) -> str:
    """Return a short name for a text: 80 bits of SHA-256."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
