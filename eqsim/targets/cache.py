"""Generated sources kept on disk under the digest of their text, and imported from there.

A file's name is its content's digest, so files are only ever added: any number of processes may fill one cache at once.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import platformdirs

PACKAGE = "eqsim_generated"


def folder() -> Path:
    """Return the folder of the cache: ``EQSIM_CACHE_DIR`` or the user's cache folder."""
    chosen = os.environ.get("EQSIM_CACHE_DIR")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("eqsim"))


def digest(*parts: str) -> str:
    """Return a short name for a text: 80 bits of SHA-256."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def keep(name: str, text: str) -> Path:
    """Write a module once; a process that comes second finds it whole and leaves it alone."""
    place = folder() / PACKAGE
    path = place / f"{name}.py"
    if path.exists():
        return path
    place.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=place, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        # a link fails where the file exists, so that its time stamp, which Numba's index compares, never changes
        os.link(temporary, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        Path(temporary).replace(path)
        return path
    Path(temporary).unlink()
    return path


def load(name: str) -> ModuleType:
    """Import a kept module."""
    place = str(folder() / PACKAGE)
    package = sys.modules.get(PACKAGE)
    if package is None or package.__path__ != [place]:
        for stale in [module for module in sys.modules if module.startswith(f"{PACKAGE}.")]:
            del sys.modules[stale]
        package = ModuleType(PACKAGE)
        package.__path__ = [place]
        sys.modules[PACKAGE] = package
    importlib.invalidate_caches()
    return importlib.import_module(f"{PACKAGE}.{name}")


def clear() -> int:
    """Delete everything in the cache; return the number of bytes freed."""
    place = folder() / PACKAGE
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) if place.is_dir() else 0
    shutil.rmtree(place, ignore_errors=True)
    return size
