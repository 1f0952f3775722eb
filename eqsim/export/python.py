"""Exports that are Python programs: the generated modules, and what they and the driver need of this package."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.units import unit_table
from eqsim.export.closure import closure, imported
from eqsim.export.cuda_sources import OWN, cuda_sources
from eqsim.export.description import write_description
from eqsim.export.project import Column, Project, Recorded
from eqsim.export.python_sources import RUNTIME, cython_sources, numba_sources
from eqsim.export.readme import readme
from eqsim.targets.digest import digest
from eqsim.targets.layout import Layout
from eqsim.targets.render import TEMPLATES, environment

_DRIVER = "eqsim.standalone.simulate"
# what carries out the steps
_LOOPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "numba": ("eqsim.standalone.team",),
        "cython": ("eqsim.standalone.team", "eqsim.standalone.extension"),
        "cuda": ("eqsim.standalone.cuda",),
    }
)
_SHORT = MappingProxyType({"s": "second"})  # what people write on a command line


def write(project: Project, folder: Path, target: str) -> None:
    """Write the program into an empty folder; it needs NumPy and the package that the target is named after.

    Raises TargetError for CUDA where numba-cuda is not installed.
    """
    layout = Layout(project.program, project.storages)
    arrays: Mapping[str, NDArray[Any]] = {}
    if target == "cuda":
        made = cuda_sources(project)
        sources, arrays = made.texts, made.own
    else:
        sources = {"numba": numba_sources, "cython": cython_sources}[target](project, layout)
    write_description(project, folder, target)
    (folder / "README.md").write_text(readme(project, target), encoding="utf-8")
    _write(folder, sources)
    _write(folder, {"simulate.py": environment("export").get_template(f"simulate_{target}.j2").render()})
    for name, values in arrays.items():
        (folder / OWN).mkdir(exist_ok=True)
        np.save(folder / OWN / name, values, allow_pickle=False)
    _write_program(project, folder, layout, sources)
    _write_runtime(folder, [text for name, text in sources.items() if name.endswith(".py")], _LOOPS[target])
    if target == "cython":
        for path in sorted((*(TEMPLATES / "c").glob("*.h"), *(TEMPLATES / "cython").glob("*.pxd"))):
            _write(folder, {f"{RUNTIME}/c/{path.name}": path.read_text(encoding="utf-8")})


def _write_program(project: Project, folder: Path, layout: Layout, sources: Mapping[str, str]) -> None:
    """Write program.json: what the driver needs to know beyond what network.json tells everybody."""
    addresses = {address for launch in project.program.launches for address in launch.scalars.values()}
    addresses |= {launch.clock for launch in project.program.launches}
    addresses |= {guard.most for guard in project.program.guards}
    addresses |= {*layout.reals, *layout.integers, *project.streams}
    units = {**unit_table(), **{short: unit_table()[name] for short, name in _SHORT.items()}}
    told = {
        "digest": _digest(project, sources),
        "launches": len(project.program.launches),
        "arrays": [str(address) for address in layout.arrays],
        "reals": [str(address) for address in layout.reals],
        "integers": [str(address) for address in layout.integers],
        "constants": {str(a): _number(project.storages[a.object].constants[a.variable]) for a in sorted(addresses)},
        "records": [_record(record) for record in project.records],
        "units": {name: [int(unit.scale), [int(power) for power in unit.exponents]] for name, unit in units.items()},
    }
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in told.items())
    (folder / "program.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def _digest(project: Project, sources: Mapping[str, str]) -> str:
    """Return what tells an export from others: its kernels, and the lengths of its arrays."""
    told = [*sources.values(), *(f"{one.address} {one.values.dtype} {len(one.values)}" for one in project.arrays)]
    return digest(*told)


def _number(value: Any) -> float | int:
    number: float | int = value.item() if hasattr(value, "item") else value
    return number


def _record(record: Recorded) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": record.name,
        "columns": [_column(column) for column in record.columns],
        "counts": f"{record.counts}.npy",
        **{name: getattr(record, name) for name in ("period", "dt", "width", "most", "size", "factor")},
    }
    told |= {"indices": True} if record.indices is not None else {}
    places = {"within": record.within, "counted": record.counted, "members": record.members}
    return told | {name: None if address is None else str(address) for name, address in places.items()}


def _column(column: Column) -> dict[str, Any]:
    places = {"values": column.values, "used": column.used}
    told = {"file": f"{column.file}.npy", "kind": column.kind, "type": column.type}
    return told | {name: None if address is None else str(address) for name, address in places.items()}


def _write_runtime(folder: Path, sources: Iterable[str], roots: Iterable[str]) -> None:
    """Write what the sources call, and what drives them."""
    called = [module for text in sources for module in imported(text, RUNTIME)]
    _write(folder / RUNTIME, closure([_DRIVER, *roots, *called], RUNTIME))


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
