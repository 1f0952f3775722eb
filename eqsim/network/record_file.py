"""Records in an HDF5 file that a process may leave at any moment, even killed, as a file that opens.

HDF5 changes many places of a file when a dataset grows; a process that dies between two of them leaves a file that no
one can read. So the library only lays files out: datasets of a given capacity, all their space set aside (file
systems store what was never written as a hole) and their length set to 0. Rows are then written to their places as
plain bytes, and after them the length, eight bytes of the dataset's description, in one write. Whatever the moment of
death, the description is whole, and the rows that it counts were written. A file that is full is copied into one of
twice the capacity, which takes its place under the same name.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.network.libraries import optional
from eqsim.text.errors import ArgumentError
from eqsim.version import __version__

FORMAT = "eqsim records 1"
_LEAST = 1 << 14  # rows for which there is room at first
_CHUNK = 1 << 20  # bytes of a chunk, at least
_CHUNKS = 1 << 10  # chunks of a dataset, at most
_UNLIMITED = (1 << 64) - 1
_HEADER = 4096  # bytes that hold the description of a dataset's shape
Convert = Callable[[NDArray[Any]], NDArray[Any]]


def _as_is(values: NDArray[Any]) -> NDArray[Any]:
    return values


@dataclass(slots=True)
class Place:
    """Where a dataset lies in its file: its chunks, in order, and its length."""

    rows: int  # in a chunk
    chunks: list[int]
    length: int
    dtype: np.dtype[Any]
    size: int  # of a row, in bytes

    @property
    def capacity(self) -> int:
        """How many rows there is room for."""
        return self.rows * len(self.chunks)

    def pieces(self, first: int, count: int) -> Iterator[tuple[int, slice]]:
        """Yield where in the file each run of rows side by side begins, and which of the ``count`` rows it holds."""
        done = 0
        while done < count:
            chunk, within = divmod(first + done, self.rows)
            taken = min(count - done, self.rows - within)
            yield self.chunks[chunk] + within * self.size, slice(done, done + taken)
            done += taken


@dataclass(slots=True)
class Column:
    """One dataset, of shape (rows,) or (rows, width); ``to_file`` and ``from_file`` turn values into what it holds."""

    file: RecordFile
    name: str
    unit: str
    width: int | None = None
    to_file: Convert = _as_is
    from_file: Convert = _as_is
    dtype: Callable[[], Any] = lambda: np.float64
    rows: int = 0
    place: Place | None = None

    @property
    def kind(self) -> np.dtype[Any]:
        """The type of its values."""
        return self.place.dtype if self.place is not None else np.dtype(self.dtype())

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one row."""
        return () if self.width is None else (self.width,)

    def append(self, values: NDArray[Any]) -> None:
        """Write values behind those written before; a reader of the file sees them after ``publish``."""
        if len(values):
            plain = np.ascontiguousarray(self.to_file(values), self.kind)
            self.file.write(self, plain.reshape(-1, *self.shape))

    def read(self) -> NDArray[Any]:
        """Return all values, flat."""
        return self.from_file(self.file.read(self).ravel())


@dataclass(slots=True)
class RecordFile:
    """A file of columns of equal length."""

    path: Path
    owner: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)
    _stream: FileIO | None = None

    @property
    def rows(self) -> int:
        """How many rows are complete."""
        return min(column.rows for column in self.columns.values())

    def add(self, name: str, unit: str, width: int | None = None, **more: Any) -> Column:
        """Add a column."""
        self.columns[name] = Column(self, name, unit, width, **more)
        return self.columns[name]

    # writing ---------------------------------------------------------------------------------------------------------

    def reserve(self, rows: int) -> None:
        """Make room for so many further rows."""
        if any(column.place is None or column.place.capacity < column.rows + rows for column in self.columns.values()):
            most = max(column.rows for column in self.columns.values())
            try:
                self._grow(max(most + rows, 2 * most, _LEAST))
            except OSError as error:
                raise self._failed("write", error) from None

    def write(self, column: Column, values: NDArray[Any]) -> None:
        """Write rows behind those of a column."""
        if column.place is None or column.place.capacity < column.rows + len(values):
            self.reserve(len(values))
        assert self._stream is not None
        assert column.place is not None
        try:
            for offset, piece in column.place.pieces(column.rows, len(values)):
                _write(self._stream, offset, values[piece].data)
        except OSError as error:
            raise self._failed("write", error) from None
        column.rows += len(values)

    def publish(self) -> None:
        """Show readers of the file all complete rows."""
        if self._stream is not None:
            try:
                places = [column.place for column in self.columns.values() if column.place is not None]
                _set_lengths(self._stream, places, self.rows)
            except OSError as error:
                raise self._failed("write", error) from None

    def read(self, column: Column) -> NDArray[Any]:
        """Return the rows of a column."""
        values = np.empty((column.rows, *column.shape), column.kind)
        if self._stream is not None and column.place is not None:
            for offset, piece in column.place.pieces(0, column.rows):
                _read(self._stream, offset, values[piece].data)
        return values

    # going back and on -----------------------------------------------------------------------------------------------

    def going_back(self, rows: int) -> Callable[[], None]:
        """Return what drops all rows but the first so many, having made sure that it can.

        A file of an earlier process is gone on with; where there are no rows to keep, a new one is begun later.
        """
        places, held = None, self.rows
        if self._stream is None and rows:
            try:
                with FileIO(self.path, "r+b"):
                    places, held = self._places(self.path), self._length()
            except (OSError, KeyError, ValueError) as error:
                raise self._refused(str(error)) from None
        if held < rows:
            raise self._refused(f"it holds {held} records, and the state was taken after {rows}")

        def go_back() -> None:
            self._stream = self._stream if places is None else FileIO(self.path, "r+b")
            for column in self.columns.values():
                column.rows = rows
                column.place = places[column.name] if places is not None else column.place
            self.publish()

        return go_back

    def _refused(self, found: str) -> ArgumentError:
        hint = "keep the file as it was when the state was saved"
        return ArgumentError(f"cannot go on with the records in {self.path}", owner=self.owner, found=found, hint=hint)

    def _failed(self, verb: str, error: OSError) -> ArgumentError:
        return ArgumentError(f"cannot {verb} {self.path}", owner=self.owner, found=error.strerror or str(error))

    # layout ----------------------------------------------------------------------------------------------------------

    def _grow(self, capacity: int) -> None:
        """Lay out a larger file, copy the rows, and put it in the place of the old one."""
        if self._stream is None:
            self._refuse_others()
        larger = self.path.with_name(f".{self.path.name}.growing")
        self._lay_out(larger, capacity)
        places = self._places(larger)
        with FileIO(larger, "r+b") as stream:
            for column in self.columns.values():
                if column.place is not None and self._stream is not None:
                    _copy(self._stream, column.place, stream, places[column.name], column.rows)
            _set_lengths(stream, places.values(), self.rows)
        if self._stream is not None:
            self._stream.close()  # what is open cannot be replaced everywhere
        try:
            larger.replace(self.path)
        finally:
            self._stream = FileIO(self.path, "r+b") if self._stream is not None or not larger.exists() else None
        for column in self.columns.values():
            column.place = places[column.name]

    def _refuse_others(self) -> None:
        """Raise an error where a file of another kind has the name; records of an earlier run are replaced."""
        if self.path.exists():
            h5py = _h5py(self.owner)
            try:
                with h5py.File(self.path, "r") as file:
                    ours = str(file.attrs.get("format", "")).startswith("eqsim records")
            except OSError:
                ours = False
            if not ours:
                hint = "choose another name, or remove the file"
                raise ArgumentError(f"{self.path} is a file of something else", owner=self.owner, hint=hint)

    def _lay_out(self, path: Path, capacity: int) -> None:
        h5py = _h5py(self.owner)
        # the oldest layout: it marks no file as open, and has no checksums over what publish() writes
        with h5py.File(path, "w", libver="earliest") as file:
            file.attrs.update({"format": FORMAT, "eqsim": __version__, **self.attributes})
            for column in self.columns.values():
                size = column.kind.itemsize * int(np.prod(column.shape))
                rows = max(1, min(capacity, max(_CHUNK // size, -(-capacity // _CHUNKS))))
                full = -(-capacity // rows) * rows
                properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                properties.set_chunk((rows, *column.shape))
                properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
                properties.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
                space = h5py.h5s.create_simple((full, *column.shape), (h5py.h5s.UNLIMITED, *column.shape))
                kind = h5py.h5t.py_create(column.kind)
                made = h5py.Dataset(h5py.h5d.create(file.id, column.name.encode(), kind, space, properties))
                made.attrs["unit"] = column.unit
                made.attrs["dimensions"] = "record, element" if column.shape else "record"

    def _places(self, path: Path) -> dict[str, Place]:
        h5py = _h5py(self.owner)
        places = {}
        with h5py.File(path, "r") as file, FileIO(path) as plain:
            if file.attrs.get("format") != FORMAT:
                raise ValueError("it holds no records that can be gone on with")
            for column in self.columns.values():
                dataset = file[column.name]
                if dataset.chunks is None or dataset.shape[1:] != column.shape or dataset.dtype.kind not in "if":
                    raise ValueError(f"its dataset {column.name} is of another form")
                infos = [dataset.id.get_chunk_info(k) for k in range(dataset.id.get_num_chunks())]
                infos.sort(key=lambda info: int(info.chunk_offset[0]))
                header = int(h5py.h5o.get_info(dataset.id).addr)
                length = header + _length_within(_bytes(plain, header), dataset.shape)
                chunks, dtype = [int(info.byte_offset) for info in infos], np.dtype(dataset.dtype)
                size = dtype.itemsize * int(np.prod(column.shape))
                places[column.name] = Place(dataset.chunks[0], chunks, length, dtype, size)
        return places

    def _length(self) -> int:
        with _h5py(self.owner).File(self.path, "r") as file:
            return min(len(file[name]) for name in self.columns)

    def __del__(self) -> None:
        """Close the file; nothing is left to write."""
        if self._stream is not None:
            self._stream.close()


def _h5py(owner: str) -> Any:
    return optional("h5py", "file=", owner)


def _length_within(header: bytes, shape: tuple[int, ...]) -> int:
    """Return where in a dataset's description its length stands.

    Source: HDF5 File Format Specification 3.0, IV.A.2.b "The Dataspace Message", version 1.
    """
    most = (_UNLIMITED, *shape[1:])
    form = struct.pack("<BBB5x", 1, len(shape), 1)
    place = header.find(form + struct.pack(f"<{2 * len(shape)}Q", *shape, *most))
    if place < 0:
        raise ValueError("this version of HDF5 describes datasets in an unknown way")
    return place + len(form)


def _set_lengths(stream: FileIO, places: Iterable[Place], rows: int) -> None:
    for place in places:
        _write(stream, place.length, memoryview(struct.pack("<Q", rows)))


def _copy(source: FileIO, old: Place, target: FileIO, new: Place, rows: int) -> None:
    block = max(1, _CHUNK // old.size)
    for first in range(0, rows, block):
        values = np.empty((min(block, rows - first), old.size), np.uint8)
        for offset, piece in old.pieces(first, len(values)):
            _read(source, offset, values[piece].data)
        for offset, piece in new.pieces(first, len(values)):
            _write(target, offset, values[piece].data)


def _write(stream: FileIO, offset: int, data: memoryview) -> None:
    stream.seek(offset)
    left = data.cast("B") if data.nbytes else data
    while left.nbytes:
        left = left[stream.write(left) or 0 :]


def _read(stream: FileIO, offset: int, data: memoryview) -> None:
    stream.seek(offset)
    left = data.cast("B") if data.nbytes else data
    while left.nbytes:
        taken = stream.readinto(left)
        if not taken:
            raise OSError("the file ends early")
        left = left[taken:]


def _bytes(stream: FileIO, offset: int) -> bytes:
    stream.seek(offset)
    return stream.read(_HEADER) or b""
