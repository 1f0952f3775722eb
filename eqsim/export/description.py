"""What every export says of itself, whatever its language: network.json, parameters.txt and the arrays in state/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from eqsim.export.folder import MARK
from eqsim.export.project import Array, Project, Recorded, Settable
from eqsim.version import __version__

_PARAMETERS = """\
# The parameters that have one value, with their units. A value that is changed here holds for every run; --set does it
# for one: simulate --set 'NAME = VALUE'. A value is a number with a unit of the same kind: 10 ms, -0.07*volt, 2 uA/cm2.
# Lines that begin with # say nothing to the program; those of parameters that each element has for itself give them all
# one value when the # is taken away. What differs between elements is in state/.
"""


def write_description(project: Project, folder: Path, target: str) -> None:
    """Write the files that exports in all languages have."""
    (folder / MARK).write_text(json.dumps(described(project, target), indent=1) + "\n", encoding="utf-8")
    (folder / "parameters.txt").write_text(parameters(project), encoding="utf-8")
    state = folder / "state"
    state.mkdir()
    for array in project.arrays:
        if array.file:
            np.save(state / f"{array.file}.npy", np.ascontiguousarray(array.values), allow_pickle=False)


def described(project: Project, target: str) -> dict[str, Any]:
    """Return a project as what JSON holds; addresses are written as ``object.variable``."""
    return {
        "eqsim_export": 1,
        "version": __version__,
        "target": target,
        "title": project.title,
        "dt": project.dt,
        "time_unit": project.time_unit,
        "dtype": project.dtype,
        "step": project.step,
        "lanes": project.program.lanes.count,
        "arrays": [_array(array) for array in project.arrays],
        "records": recorded(project),
        "settables": [_settable(one) for one in project.settables],
        "fixed": dict(project.fixed),
        "streams": {str(address): number for address, number in project.streams.items()},
        "queues": [
            {
                "title": queue.title,
                "rings": [str(ring) for ring in queue.rings],
                "head": str(queue.head),
                "tail": str(queue.tail),
                "most": queue.most,
                "runs": [str(run) for run in queue.runs],
            }
            for queue in project.queues
        ],
        "finite": [str(address) for address in project.finite],
    }


def recorded(project: Project) -> list[dict[str, Any]]:
    """Return what is recorded, as results describe it."""
    return [_record(record) for record in project.records]


def parameters(project: Project) -> str:
    """Return the text of parameters.txt."""
    lines = [_PARAMETERS]
    before = ""
    for one in project.settables:
        if one.address.object != before:
            before = one.address.object
            lines.append(f"\n# {before}\n")
        unit = "" if one.unit == "1" else f" {one.unit}"
        if one.value is None:
            lines.append(f"# {one.path}: {one.about}, which differs between elements\n")
        elif one.shape == "constant" or one.size == 1:
            lines.append(f"{one.path} = {_number(one)}{unit}    # {one.about}\n")
        else:
            lines.append(f"# {one.path} = {_number(one)}{unit}    # {one.about}, of {one.size} elements\n")
    return "".join(lines)


def _number(one: Settable) -> str:
    assert one.value is not None
    if one.kind == "boolean":
        return "true" if one.value else "false"
    return str(int(one.value)) if one.kind == "integer" else repr(one.value)


def _array(array: Array) -> dict[str, Any]:
    told: dict[str, Any] = {"name": str(array.address), "dtype": str(array.values.dtype), "written": array.written}
    if array.view_of is not None:
        return told | {"view_of": str(array.view_of)}
    if array.record:
        return told | {"record": True}
    return told | {"file": f"state/{array.file}.npy", "length": len(array.values)}


def _record(record: Recorded) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": record.name,
        "kind": record.kind,
        "period": record.period,
        "dt": record.dt,
        "size": record.size,
        "elements": record.elements,
        "columns": [
            {"name": c.name, "file": f"{c.file}.npy", "kind": c.kind, "unit": c.unit, "type": c.type}
            for c in record.columns
        ],
    }
    if record.indices is not None:
        told |= {"width": record.width, "indices": record.indices.tolist()}
    if record.counts:
        told |= {"counts": f"{record.counts}.npy"}
    return told


def _settable(one: Settable) -> dict[str, Any]:
    return {
        "path": one.path,
        "name": str(one.address),
        "shape": one.shape,
        "size": one.size,
        "unit": one.unit,
        "exponents": [str(exponent) for exponent in one.exponents],
        "scale": str(one.scale),
        "kind": one.kind,
        "value": one.value,
        "about": one.about,
    }
