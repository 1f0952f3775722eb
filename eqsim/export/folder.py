"""The folder of an export: written wholly or not at all, and never in the place of something else."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eqsim.text.errors import ArgumentError

MARK = "network.json"  # every export has this file, and begins it with these words
WORDS = '"eqsim_export"'
RESULTS = "results"
_OWNER = "Network.export"


@contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write to, which takes the place of ``folder`` if the block ends well.

    An earlier export in that place goes; its results stay. Raises ArgumentError for a place that holds anything else,
    or that cannot be written.
    """
    folder = folder.absolute()
    _check(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        new = beside / "new"
        new.mkdir()
        yield new
        if folder.exists():
            if (folder / RESULTS).exists():
                (folder / RESULTS).rename(new / RESULTS)
            folder.rename(beside / "old")
        new.rename(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _check(folder: Path) -> None:
    if not os.path.lexists(folder) or (folder.is_dir() and not any(folder.iterdir())):
        return
    mark = folder / MARK
    if not (mark.is_file() and WORDS in mark.read_text(encoding="utf-8", errors="replace")[:99]):
        hint = "give a new folder, an empty one, or that of an earlier export"
        raise ArgumentError("there is something else in this place", owner=_OWNER, found=str(folder), hint=hint)


def _unwritable(folder: Path, error: OSError) -> ArgumentError:
    what, hint = f"the folder {folder} cannot be written", "give a place where you may write"
    return ArgumentError(what, owner=_OWNER, found=error.strerror or str(error), hint=hint)
