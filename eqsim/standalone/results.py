"""The folder of results: what is in it, told by results.json, and how a run that was stopped is found again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from eqsim.standalone.network import Network
from eqsim.standalone.refused import Refused

_RESULTS, _STATE, _RUN = "results.json", "state", "run.json"


@dataclass
class Course:
    """The course of a run: the steps where it began, has come to and ends, and what was asked for."""

    export: str  # what tells the program from others
    begun: int
    reached: int
    last: int
    duration: float
    seed: int | None = None
    set: dict[str, float] = field(default_factory=dict)  # plain values, by path
    entries: dict[str, int] = field(default_factory=dict)  # how many each file of records holds


def begin(folder: Path) -> None:
    """Make a folder ready for the results of a new run; other files in it stay."""
    if (folder / "network.json").exists():
        raise Refused(f"--out: {folder} holds a program", "name a folder for its results")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _RESULTS).unlink(missing_ok=True)
        if (folder / _STATE / _RUN).exists():
            shutil.rmtree(folder / _STATE)
    except OSError as error:
        raise Refused(f"--out: {folder} cannot be written: {error.strerror}") from None


def state_of(folder: Path) -> Path:
    """Return where the state is in which a run ended."""
    return folder / _STATE


def earlier(folder: Path, export: str) -> Course:
    """Return the course of the run that is to go on."""
    try:
        course = Course(**json.loads((folder / _STATE / _RUN).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise Refused(f"there is no run to resume in {folder}", "run it without --resume first") from None
    if course.export != export:
        raise Refused(f"the results in {folder} are those of another export", "run it anew, without --resume")
    return course


def keep(folder: Path, course: Course, network: Network) -> None:
    """Write the state and the course of a run, so that at every moment a whole one is there."""
    state, new, old = (folder / name for name in (_STATE, ".state.new", ".state.old"))
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    network.save(new)
    (new / _RUN).write_text(json.dumps(asdict(course), indent=1) + "\n", encoding="utf-8")
    if state.exists():
        state.rename(old)
    new.rename(state)
    shutil.rmtree(old, ignore_errors=True)
    _tell(folder, course, network.told)


def _tell(folder: Path, course: Course, told: Mapping[str, Any]) -> None:
    """Write what the results are, in one go."""
    dt = told["dt"]
    results = {
        "eqsim_results": 1,
        **{name: told[name] for name in ("version", "target", "title", "time_unit", "dt")},
        "begun": course.begun * dt,
        "duration": course.duration,
        "reached": course.reached * dt,
        "finished": course.reached == course.last,
        "seed": course.seed,
        "records": told["records"],
    }
    beside = folder / f".{_RESULTS}"
    beside.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    beside.replace(folder / _RESULTS)
