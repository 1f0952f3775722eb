"""A state in a file: arrays as NumPy writes them, all else as JSON; reading one runs no code.

The file is an ``.npz`` archive, not compressed, so that it cannot be larger than it looks: ``header`` holds the JSON
text, in which ``{"array": k}`` stands for the member ``array_k``.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.network.snapshot import Part, Snapshot, Unsaved
from eqsim.network.timed_array import TimedArray
from eqsim.text.errors import ArgumentError
from eqsim.units import has_unit, magnitude, unit_of, with_unit
from eqsim.version import __version__

FORMAT = "eqsim state 1"
_KINDS = "biuf"  # of numbers that a file may hold


def write(snapshot: Snapshot, file: str | os.PathLike[str]) -> None:
    """Write a state to a file; one that is there is replaced as a whole, or stays as it is after an error."""
    path = Path(file)
    arrays: list[NDArray[Any]] = []
    header = {
        "format": FORMAT,
        "version": __version__,
        "traits": dict(snapshot.traits),
        "step": snapshot.step,
        "seed": snapshot.seed,
        "parts": {
            name: {"traits": dict(part.traits), "state": _encoded(part.state, arrays)}
            for name, part in snapshot.parts.items()
        },
    }
    text = json.dumps(header).encode()
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        raise ArgumentError(f"cannot write {path}", owner="Network", found=str(error.strerror)) from None
    try:
        with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
            for name, values in (("header", np.frombuffer(text, np.uint8)), *_named(arrays)):
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.ascontiguousarray(values), allow_pickle=False)
        Path(temporary).replace(path)
    except OSError as error:
        raise ArgumentError(f"cannot write {path}", owner="Network", found=str(error.strerror)) from None
    finally:
        Path(temporary).unlink(missing_ok=True)


def read(file: str | os.PathLike[str]) -> Snapshot:
    """Return the state that a file holds.

    Raises ArgumentError for a file that cannot be read, is no state, or is damaged.
    """
    path = Path(file)
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path.stat().st_size)
        header = json.loads(members["header"].tobytes())
        if header["format"] != FORMAT:
            raise _refused(path, f"its format is {header['format']!r}, against {FORMAT!r}")
        parts = {
            str(name): Part(_texts(part["traits"]), _decoded(part["state"], members))
            for name, part in header["parts"].items()
        }
        seed = header["seed"]
        return Snapshot(_texts(header["traits"]), int(header["step"]), None if seed is None else int(seed), parts)
    except OSError as error:
        raise ArgumentError(f"cannot read {path}", owner="Network", found=str(error.strerror)) from None
    except zipfile.BadZipFile as error:
        raise _refused(path, str(error)) from None
    # whatever a file that was not written here may lead to
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _refused(path, f"{type(error).__name__}: {error}") from None
    except (RecursionError, MemoryError, NotImplementedError, RuntimeError, EOFError) as error:
        raise _refused(path, type(error).__name__) from None


def _refused(path: Path, found: str) -> ArgumentError:
    hint = "Network.save writes such files; this one is something else or damaged"
    return ArgumentError(f"{path} holds no state of a network", owner="Network", found=found, hint=hint)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in values.items()}


# the archive ------------------------------------------------------------------------------------------------------


def _named(arrays: list[NDArray[Any]]) -> list[tuple[str, NDArray[Any]]]:
    return [(f"array_{number}", values) for number, values in enumerate(arrays)]


def _members(archive: zipfile.ZipFile, size: int) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive, having made sure that it holds no more than it is long."""
    infos = archive.infolist()
    if any(info.compress_type != zipfile.ZIP_STORED for info in infos) or sum(info.file_size for info in infos) > size:
        raise ValueError("its parts are compressed or overlap")
    return {info.filename.removesuffix(".npy"): _array(archive.read(info)) for info in infos}


def _array(data: bytes) -> NDArray[Any]:
    """Return an array from its bytes in NumPy's format, plain numbers only."""
    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an array is of an unknown version")
    shape, columns_first, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.kind not in _KINDS or columns_first:
        raise ValueError(f"an array holds {dtype}")
    values = np.frombuffer(data, dtype, offset=stream.tell()).reshape(shape)
    return values.astype(dtype.newbyteorder("="), copy=False)


# values -----------------------------------------------------------------------------------------------------------


def _encoded(value: Any, arrays: list[NDArray[Any]]) -> Any:
    """Return a value as JSON can hold it; arrays are put in a list."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.bool_ | np.number) or (isinstance(value, np.ndarray) and not value.ndim and _plain(value)):
        return _encoded(value.item(), arrays)
    if isinstance(value, int | float):
        # as text: JSON has no inf, and readers of JSON in other languages round large integers
        return {"number": repr(value)}
    if isinstance(value, Mapping):
        return {"mapping": {str(key): _encoded(item, arrays) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return [_encoded(item, arrays) for item in value]
    if isinstance(value, Unit):
        return {"unit": [str(exponent) for exponent in value.exponents], "scale": str(value.scale), "name": value.name}
    if isinstance(value, TimedArray):
        held = {"values": value.values, "unit": value.unit, "dt": value.dt_, "dt_unit": value.dt_unit}
        return {"timed": _encoded({**held, "name": value.name}, arrays)}
    if has_unit(value) and not np.ndim(value):
        unit = unit_of(value)
        return {"quantity": _encoded(float(magnitude(value, unit)), arrays), "of": _encoded(unit, arrays)}
    if _plain(value):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    return {"unsaved": type(value).__name__}


def _plain(value: Any) -> bool:
    return isinstance(value, np.ndarray) and not has_unit(value) and value.dtype.kind in _KINDS


def _decoded(value: Any, members: Mapping[str, NDArray[Any]]) -> Any:
    """Return a value from what JSON held."""
    if isinstance(value, list):
        return [_decoded(item, members) for item in value]
    if not isinstance(value, dict):
        return value
    if "number" in value:
        text = value["number"]
        return int(text) if text.lstrip("-").isdigit() else float(text)
    if "mapping" in value:
        return {key: _decoded(item, members) for key, item in value["mapping"].items()}
    if "unit" in value:
        exponents = tuple(Fraction(exponent) for exponent in value["unit"])
        return Unit(exponents, Fraction(value["scale"]), str(value["name"]))
    if "timed" in value:
        held = _decoded(value["timed"], members)
        values, step = with_unit(held["values"], held["unit"]), with_unit(held["dt"], held["dt_unit"])
        return TimedArray(values, step, held["name"])
    if "quantity" in value:
        return with_unit(_decoded(value["quantity"], members), _decoded(value["of"], members))
    if "array" in value:
        return members[f"array_{int(value['array'])}"]
    return Unsaved()
