"""What a network records: lists that the run loop fills, and the files to which they go when they are full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.standalone.growing import Growing
from eqsim.standalone.network import Network

_ENTRIES = 1 << 16  # that a list takes at least
_TYPES = {"index": "int32", "time": "float64", "clock": "float64", "rate": "float64"}.items()  # of columns in files


class Records:
    """The files of a run; ``entries`` says how many each holds already, where the run goes on."""

    def __init__(self, network: Network, folder: Path, begin: int, entries: Mapping[str, int] | None = None) -> None:
        self.network, self.folder, self._noted = network, folder, begin
        self.told: Sequence[Mapping[str, Any]] = network.program["records"]
        self._files: dict[str, Growing] = {}
        for record in self.told:
            for column in record["columns"]:
                held = None if entries is None else entries[column["file"]]
                width = record["width"] if "indices" in record and column["kind"] == "value" else None
                dtype = dict(_TYPES).get(column["kind"]) or self._type(column)
                self._files[column["file"]] = Growing(folder / column["file"], dtype, width, held)
                if column["values"] is not None:
                    self._open(column, record)

    @property
    def entries(self) -> dict[str, int]:
        """How many entries each file holds."""
        return {name: file.entries for name, file in self._files.items()}

    def make_room(self) -> None:
        """Write what lists hold that may be too short for the next two steps."""
        arrays = self.network.arrays
        for record in self.told:
            lists = [column for column in record["columns"] if column["values"] is not None]
            if any(arrays[c["used"]][0] + 2 * record["most"] > len(arrays[c["values"]]) for c in lists):
                self._write(record)

    def write(self, now: int) -> None:
        """Write all that was recorded before a step."""
        for record in self.told:
            self._write(record)
            for column in record["columns"]:
                if column["kind"] == "clock":
                    steps = np.arange(-(-self._noted // record["period"]), -(-now // record["period"]))
                    self._files[column["file"]].append(steps * record["dt"])
            if record["counted"] is not None:
                counts = self.network.arrays[record["counted"]]
                members = record["members"]
                np.save(
                    self.folder / record["counts"], counts if members is None else counts[self.network.arrays[members]]
                )
        self._noted = now

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def _open(self, column: Mapping[str, Any], record: Mapping[str, Any]) -> None:
        arrays, width = self.network.arrays, record["width"]
        room = max(4 * record["most"], _ENTRIES // max(1, width) * width)
        arrays[column["values"]] = np.empty(room, arrays[column["values"]].dtype)
        arrays[column["used"]][0] = 0

    def _type(self, column: Mapping[str, Any]) -> np.dtype[Any]:
        """Return the type of a variable in its file: booleans and integers are recorded as real numbers."""
        kinds = {"boolean": np.dtype(bool), "integer": np.dtype(np.int64)}
        return kinds.get(column["type"]) or self.network.arrays[column["values"]].dtype

    def _write(self, record: Mapping[str, Any]) -> None:
        """Write the lists of a record, and leave them empty."""
        arrays = self.network.arrays
        for column in record["columns"]:
            if column["values"] is not None:
                used = arrays[column["used"]]
                values = arrays[column["values"]][: int(used[0])]
                self._files[column["file"]].append(self._converted(values, column, record))
                used[0] = 0

    def _converted(self, values: NDArray[Any], column: Mapping[str, Any], record: Mapping[str, Any]) -> NDArray[Any]:
        """Return entries of a list as the numbers that its file holds."""
        converted: NDArray[Any] = values
        match column["kind"]:
            case "index" if record["within"] is not None:
                converted = self.network.arrays[record["within"]][values]
            case "time":
                converted = values * record["dt"]
            case "rate":
                converted = values / record["size"] / record["factor"]
            case "value" if column["type"] == "boolean":
                converted = values != 0
        return converted
