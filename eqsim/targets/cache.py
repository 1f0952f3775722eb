"""Generated sources kept on disk under the digest of their text, and imported from there.

A file's name is its content's digest, so files are only ever added: any number of processes may fill one cache at once.
"""

from __future__ import annotations

import importlib
import os
import pickle
import shutil
import sys
import uuid
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import platformdirs

from eqsim.text.errors import TargetError

PACKAGE = "eqsim_generated"
# what reading a pickle that was cut off or overwritten may raise
_DAMAGE = (EOFError, pickle.UnpicklingError, ValueError, IndexError, KeyError, AttributeError, TypeError, ImportError)


def folder() -> Path:
    """Return the folder of the cache: ``EQSIM_CACHE_DIR`` or the user's cache folder."""
    chosen = os.environ.get("EQSIM_CACHE_DIR")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("eqsim"))


def keep(name: str, text: str, suffix: str = ".py") -> Path:
    """Write a source once; a process that comes second finds it whole and leaves it alone."""
    place = folder() / PACKAGE
    path = place / f"{name}{suffix}"
    if path.exists():
        return path
    temporary = place / f"{name}.{uuid.uuid4().hex}.tmp"
    try:
        place.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TargetError(
            f"the cache of compiled code cannot be written in {folder()}",
            found=str(error),
            hint="set the environment variable EQSIM_CACHE_DIR to a folder that can be written",
        ) from error
    try:
        # a link fails where the file exists, so that its time stamp, which Numba's index compares, never changes
        os.link(temporary, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        temporary.replace(path)
        return path
    temporary.unlink()
    return path


def load(name: str, parts: Iterable[str] = ()) -> ModuleType:
    """Import a kept module; where the compiled code of it or its parts is damaged, compile anew."""
    place = str(folder() / PACKAGE)
    package = sys.modules.get(PACKAGE)
    if package is None or package.__path__ != [place]:
        for stale in [module for module in sys.modules if module.startswith(f"{PACKAGE}.")]:
            del sys.modules[stale]
        package = ModuleType(PACKAGE)
        package.__path__ = [place]
        sys.modules[PACKAGE] = package
    importlib.invalidate_caches()
    try:
        return importlib.import_module(f"{PACKAGE}.{name}")
    except _DAMAGE:
        for module in {name, *parts}:
            sys.modules.pop(f"{PACKAGE}.{module}", None)
            for path in Path(place, "__pycache__").glob(f"{module}.*.nb[ic]"):
                path.unlink(missing_ok=True)
        return importlib.import_module(f"{PACKAGE}.{name}")


def clear() -> int:
    """Delete everything in the cache; return the number of bytes freed."""
    place = folder() / PACKAGE
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) if place.is_dir() else 0
    shutil.rmtree(place, ignore_errors=True)
    return size
