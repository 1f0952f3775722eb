"""The results of an exported program, read back with their units."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.units import parse_unit
from eqsim.export.folder import MARK, RESULTS
from eqsim.text.errors import ArgumentError, EqsimError, UnknownVariableError
from eqsim.text.nearest import nearest
from eqsim.units import with_unit

_OWNER = "load_results"
_KINDS = ("spikes", "events", "states", "rates")


class Record:
    """What one monitor recorded: its columns as attributes, with units, or plain with an underscore behind the name.

    ``record["V"]`` is ``record.V``. Records of states have ``record.record``, the recorded elements; those of events
    ``count``, how many each element had.
    """

    def __init__(self, folder: Path, told: Mapping[str, Any]) -> None:
        self._folder, self._told = folder, told
        self._columns = {column["name"]: column for column in told["columns"]}
        self._lengths = {name: _length(folder / column["file"]) for name, column in self._columns.items()}
        if len(set(self._lengths.values())) > 1:
            raise _damaged(folder, f"the columns of {told['name']!r} differ in length")

    @property
    def name(self) -> str:
        """The name of the monitor."""
        return str(self._told["name"])

    @property
    def record(self) -> NDArray[np.int64]:
        """The recorded elements, shape (n,)."""
        if "indices" not in self._told:
            raise self._unknown("record")
        return np.array(self._told["indices"], np.int64)

    @property
    def count(self) -> NDArray[np.int64]:
        """How many events each element of the source had, shape (n,)."""
        if "counts" in self._told:
            return _array(self._folder / self._told["counts"]).astype(np.int64)
        if "i" not in self._columns:
            raise self._unknown("count")
        return np.bincount(self._plain("i"), minlength=int(self._told["elements"]))

    def __getitem__(self, name: str) -> Any:
        """Return a column with its unit."""
        return with_unit(self._plain(name), parse_unit(self._column(name)["unit"])[0])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._columns and name.endswith("_") and name[:-1] in self._columns:
            return self._plain(name[:-1])
        if any(column.startswith(f"{name}.") for column in self._columns):
            return Part(self, name)
        return self[name]

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *self._columns})

    def __repr__(self) -> str:
        length = next(iter(self._lengths.values()), 0)
        return f"<{self._told['kind']} of {self.name!r}: {', '.join(self._columns) or 'counts'}, {length} entries>"

    def _column(self, name: str) -> Mapping[str, Any]:
        if name not in self._columns:
            raise self._unknown(name)
        column: Mapping[str, Any] = self._columns[name]
        return column

    def _plain(self, name: str) -> NDArray[Any]:
        values = _array(self._folder / self._column(name)["file"])
        if name == "i":
            return values.astype(np.int64)
        if values.ndim == 1 and "indices" in self._told and name != "t":
            return values.reshape(0, self._lengths["t"])  # of no elements
        return values

    def _unknown(self, name: str) -> UnknownVariableError:
        near = nearest(name, self._columns)
        hint = f"did you mean {near!r}?" if near else f"it has {', '.join(self._columns) or 'count alone'}"
        return UnknownVariableError(f"{name!r} was not recorded", owner=f"results of {self.name!r}", hint=hint)


class Part:
    """The columns of a part of a neuron, such as a channel: ``record.INa.m`` is the column ``INa.m``."""

    def __init__(self, record: Record, path: str) -> None:
        self._record, self._path = record, path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._record, f"{self._path}.{name}")


class Records(Mapping[str, Record]):
    """The records of one kind, by the names of monitors."""

    def __init__(self, kind: str, found: Mapping[str, Record]) -> None:
        self._kind, self._found = kind, found

    def __getitem__(self, name: str) -> Record:
        """Return the record of a monitor."""
        if name in self._found:
            return self._found[name]
        near = nearest(name, self._found) if isinstance(name, str) else None
        hint = f"did you mean {near!r}?" if near else f"there are {', '.join(map(repr, self._found)) or 'none'}"
        raise UnknownVariableError(f"no {self._kind} were recorded by {name!r}", owner="results", hint=hint)

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return f"<{self._kind} of {', '.join(map(repr, self._found)) or 'nothing'}>"


class Results:
    """What an exported program wrote: ``results.spikes["name"].i``.

    ``spikes``, ``events``, ``states`` and ``rates`` map the names of monitors to records.
    """

    def __init__(self, folder: Path, told: Mapping[str, Any]) -> None:
        self.folder = folder
        self._told = told
        made = {kind: {one["name"]: one for one in told["records"] if one["kind"] == kind} for kind in _KINDS}
        records = {
            kind: Records(kind, {name: Record(folder, one) for name, one in ones.items()})
            for kind, ones in made.items()
        }
        self.spikes, self.events = records["spikes"], records["events"]
        self.states, self.rates = records["states"], records["rates"]

    @property
    def t(self) -> Any:
        """The time reached."""
        return with_unit(float(self._told["reached"]), parse_unit(self._told["time_unit"])[0])

    @property
    def seed(self) -> int | None:
        """The seed that was given, or ``None`` for the streams of the export."""
        return None if self._told["seed"] is None else int(self._told["seed"])

    @property
    def finished(self) -> bool:
        """Whether the run came to its end."""
        return bool(self._told["finished"])

    def __repr__(self) -> str:
        found = [repr(one)[1:-1] for one in (self.spikes, self.events, self.states, self.rates) if one]
        return f"<Results until {self.t}: {'; '.join(found) or 'no records'}>"


def load_results(folder: str | os.PathLike[str]) -> Results:
    """Read what an exported program wrote.

    Parameters
    ----------
    folder
        The folder of results, or that of the export, whose ``results`` are read.

    Raises
    ------
    ArgumentError
        Where there are no results, or they are damaged.

    """
    if not isinstance(folder, str | os.PathLike):
        hint = "give the path of a folder, as in load_results('out/results')"
        raise ArgumentError("a folder is a path", owner=_OWNER, found=type(folder).__name__, hint=hint)
    place = Path(folder)
    if not (place / "results.json").exists() and (place / RESULTS / "results.json").exists():
        place = place / RESULTS
    try:
        told = json.loads((place / "results.json").read_text(encoding="utf-8"))
    except OSError:
        exported = (place / MARK).exists()
        hint = "run its program first: README.md says how" if exported else "give the folder that a program wrote to"
        raise ArgumentError("there are no results here", owner=_OWNER, found=str(place), hint=hint) from None
    except ValueError as error:
        raise _damaged(place, str(error)) from None
    try:
        return Results(place, told)
    except EqsimError:
        raise
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(place, f"results.json lacks {error}") from None


def _length(path: Path) -> int:
    """Return the last of a file's dimensions, without reading its numbers."""
    return int(_array(path, mmap_mode="r").shape[-1])


def _array(path: Path, **how: Any) -> NDArray[Any]:
    try:
        values: NDArray[Any] = np.load(path, allow_pickle=False, **how)
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path.parent, f"{path.name}: {error}") from None
    return values


def _damaged(folder: Path, what: str) -> ArgumentError:
    hint = "run the program again"
    return ArgumentError(f"the results in {folder} are damaged", owner=_OWNER, found=what, hint=hint)
