"""Arrays in files that grow while a program runs: .npy files whose headers are right at every moment."""

from __future__ import annotations

from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_HEADER = 128  # bytes, of which the format needs a multiple of 64
_BEFORE = 10  # of them, ahead of the text


class Growing:
    """A .npy file to which entries are added, or rows of ``width`` entries.

    Rows lie one behind the other; as an array they have the shape (width, rows), as in a monitor of several neurons.
    """

    def __init__(self, path: Path, dtype: DTypeLike, width: int | None = None, entries: int | None = None) -> None:
        """Begin a file, or go on with one behind its first so many entries (rows where there is a width)."""
        self.path, self.dtype, self.width = path, np.dtype(dtype), width
        self.entries = entries or 0
        self._stream = FileIO(path, "r+b" if entries is not None else "w+b")
        self._stream.truncate(_HEADER + self.entries * self.dtype.itemsize * (1 if width is None else width))
        self._describe()

    def append(self, values: NDArray[Any]) -> None:
        """Write entries behind those that are there, or whole rows of them one after another."""
        data = np.ascontiguousarray(values, self.dtype)
        self._write(_HEADER + self.entries * self.dtype.itemsize * (1 if self.width is None else self.width), data)
        self.entries += len(data) if self.width is None else len(data) // max(1, self.width)
        self._describe()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _describe(self) -> None:
        """Write the header: what the entries are, and how many."""
        shape = (self.entries,) if self.width is None else (self.width, self.entries)
        told = {"descr": self.dtype.str, "fortran_order": self.width is not None, "shape": shape}
        text = repr(told).ljust(_HEADER - _BEFORE - 1) + "\n"
        start = b"\x93NUMPY\x01\x00" + (_HEADER - _BEFORE).to_bytes(2, "little")
        self._write(0, np.frombuffer(start + text.encode("latin1"), np.uint8))

    def _write(self, offset: int, data: NDArray[Any]) -> None:
        self._stream.seek(offset)
        left = memoryview(data.tobytes())
        while left.nbytes:
            left = left[self._stream.write(left) or 0 :]
