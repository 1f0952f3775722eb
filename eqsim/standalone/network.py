"""A network as it lies in the folder of an exported program: what it is made of, its arrays and its constants."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.random.streams import stream_of
from eqsim.standalone.refused import Refused
from eqsim.targets.rings import longer


@dataclass
class Network:
    """What a program computes with; arrays and constants are called ``object.variable``."""

    told: Mapping[str, Any]  # network.json: what it is, for all programs of eqsim
    program: Mapping[str, Any]  # program.json: the order of what the run loop takes, constants, lists of records
    arrays: dict[str, NDArray[Any]]
    constants: dict[str, float | int]

    @property
    def dt(self) -> float:
        """The time of a step, in the unit of time."""
        return float(self.told["dt"])

    def time(self, step: int) -> str:
        """Return the time of a step in words."""
        unit = self.told["time_unit"]
        return f"{step * self.dt:g}" + ("" if unit == "1" else f" {unit}")

    def load(self, folder: Path, state: Path | None = None) -> None:
        """Read the arrays as they were at export or, where a run has left its ``state``, as it left them."""
        arrays = self.arrays
        for array in self.told["arrays"]:
            name = array["name"]
            if "view_of" in array:
                arrays[name] = arrays[array["view_of"]].view(array["dtype"])
            elif "file" in array:
                ran = state is not None and array["written"]
                path = state / Path(array["file"]).name if ran and state else folder / array["file"]
                arrays[name] = _array(path, array)
            else:
                arrays[name] = np.empty(0, array["dtype"])  # a list of records

    def seed(self, seed: int) -> None:
        """Let the random numbers of the run depend on a seed, as in a network that has it."""
        for name, number in self.told["streams"].items():
            stream = stream_of(seed, number)
            self.constants[name] = stream - (1 << 64) if stream >= 1 << 63 else stream

    def lengthen_queues(self) -> None:
        """Make the queues of spikes longer that may be too short for the next two steps."""
        for queue in self.told["queues"]:
            head, tail = self.arrays[queue["head"]], self.arrays[queue["tail"]]
            lanes = self.told["lanes"] if len(head) > 1 else 1  # a pathway may be one thread's
            rings = longer([self.arrays[ring] for ring in queue["rings"]], head, tail, queue["most"], lanes)
            if rings is None:
                continue
            self.arrays |= zip(queue["rings"], rings, strict=True)
            for name in queue["runs"]:  # as many runs as entries
                self.arrays[name] = np.zeros(len(rings[0]), self.arrays[name].dtype)

    def check_numbers(self, before: int, now: int) -> None:
        """Refuse to go on when a state is NaN or infinite, which it became between two steps."""
        for name in self.told["finite"]:
            values = self.arrays[name]
            with np.errstate(over="ignore", invalid="ignore"):
                if np.isfinite(np.sum(values)) or np.isfinite(values).all():
                    continue
            wrong = int(np.flatnonzero(~np.isfinite(values))[0])
            raise Refused(
                f"{name} of element {wrong} became {values[wrong]} between {self.time(before)} and {self.time(now)}",
                "a smaller dt or another method may help; look for divisions by zero",
            )

    def save(self, folder: Path) -> None:
        """Write what the program changes into a folder that is new."""
        folder.mkdir()
        for array in self.told["arrays"]:
            if array["written"] and "file" in array:
                np.save(folder / Path(array["file"]).name, self.arrays[array["name"]], allow_pickle=False)


def read_network(folder: Path) -> Network:
    """Read what a network is; its arrays are loaded when a run begins."""
    told, program = _json(folder / "network.json"), _json(folder / "program.json")
    return Network(told, program, {}, dict(program["constants"]))


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read: {error}") from None


def _array(path: Path, told: Mapping[str, Any]) -> NDArray[Any]:
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise Refused(f"{path} cannot be read: {error}") from None
    if values.dtype != told["dtype"] or values.ndim != 1 or (len(values) != told["length"] and not told["written"]):
        found = f"{values.dtype} of shape {values.shape}"
        raise Refused(f"{path} holds {found}, and {told['length']} entries of type {told['dtype']} are due")
    return np.ascontiguousarray(values)
