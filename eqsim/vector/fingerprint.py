"""The fingerprint of the code that compiled loops contain without their text showing it."""

from __future__ import annotations

import hashlib
from pathlib import Path


def fingerprint() -> str:
    """Return a hash of the source files of ``eqsim.vector`` and ``eqsim.random``.

    Numba's cache looks at a function's own text alone: compiled code that is kept must be kept under this hash too.
    """
    packages = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for name in ("random", "vector") for path in (packages / name).glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
