"""Exports that are Python programs: the generated modules, and what they and the driver need of this package."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eqsim.checking.units import unit_table
from eqsim.export.closure import closure, imported, renamed
from eqsim.export.description import write_description
from eqsim.export.project import Column, Project, Recorded
from eqsim.export.readme import readme
from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Launch
from eqsim.targets.cache import PACKAGE, digest
from eqsim.targets.layout import Layout
from eqsim.targets.numba import run_loop
from eqsim.targets.render import environment, function_source, kernel_source
from eqsim.version import __version__

RUNTIME, KERNELS = "runtime", "kernels"
_DRIVER = "eqsim.standalone.simulate"
_SHORT = MappingProxyType({"s": "second"})  # what people write on a command line


def write(project: Project, folder: Path, target: str) -> None:
    """Write the program into an empty folder; it needs NumPy and the package that the target is named after."""
    layout = Layout(project.program, project.storages)
    sources = numba_sources(project, layout)
    write_description(project, folder, target)
    (folder / "README.md").write_text(readme(project, target), encoding="utf-8")
    _write(folder, sources)
    _write(folder, {"simulate.py": environment("export").get_template(f"simulate_{target}.j2").render()})
    _write_program(project, folder, layout, sources)
    _write_runtime(folder, sources.values(), "eqsim.standalone.team")


def numba_sources(project: Project, layout: Layout) -> dict[str, str]:
    """Return the generated modules by their paths: the run loop, and a module for each kernel and function."""
    names = _Modules()
    files: dict[str, str] = {f"{KERNELS}/__init__.py": '"""The kernels of the network, one a module."""\n'}
    functions: list[str] = []
    imports: set[str] = set()
    for launch in project.program.launches:
        if not isinstance(launch.call, Kernel):
            functions.append(f"_{launch.call}")
            imports.add(f"from {RUNTIME}.targets.numba_procedures import {launch.call} as _{launch.call}")
            continue
        packages = {"eqsim": RUNTIME}
        for called, text in launch.call.functions.items():
            module = names.of(text, called.split("_", 3)[3])
            files[f"{KERNELS}/{module}.py"] = _without_head(function_source(text, "").text)
            packages[f"{PACKAGE}.{function_source(text, '').module}"] = f"{KERNELS}.{module}"
        source = kernel_source(launch.call, layout.dtypes(launch), project.dtype, __version__, "")
        module = names.of(source.text, f"{launch.object}_{source.function}")
        files[f"{KERNELS}/{module}.py"] = _head(project, launch) + renamed(_without_head(source.text), packages)
        functions.append(f"_{module}")
        imports.add(f"from {KERNELS}.{module} import {source.function} as _{module}")
    loop = run_loop(project.program, layout, functions, imports, "").text
    title = f"# The run loop of a step: every kernel, in order. Written by eqsim {__version__} for Numba.\n"
    return {"network.py": title + renamed(_named(_without_head(loop), layout), {"eqsim": RUNTIME}), **files}


def _named(loop: str, layout: Layout) -> str:
    """Return a run loop whose remarks on arrays say of which object they are."""
    for address in layout.arrays:
        row = f"(_table, {layout.arrays[address]}, "
        loop = re.sub(rf"({re.escape(row)}\S+  # ).*", lambda found, a=address: f"{found[1]}{a}", loop)  # type: ignore[misc]
    return loop


class _Modules:
    """Names of modules, one for each text."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, text: str, name: str) -> str:
        """Return the name of the module with a text, like the given one."""
        if text not in self._names:
            plain = re.sub(r"\W", "_", name, flags=re.ASCII)
            found, number = plain, 1
            while found.lower() in self._taken:
                number += 1
                found = f"{plain}_{number}"
            self._taken.add(found.lower())
            self._names[text] = found
        return self._names[text]


def _head(project: Project, launch: Launch) -> str:
    """Return what stands over a kernel: what it does, and the model of which it is a part, as it was written."""
    lines = [f"{launch.title or launch.call}; written by eqsim {__version__}"]
    text = project.texts.get(launch.object)
    lines += ["", f"the model of {launch.object}:", "", *text.splitlines()] if text else []
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _without_head(text: str) -> str:
    """Return a module without the lines of comment with which it begins."""
    return re.sub(r"\A(#.*\n)+", "", text)


def _write_program(project: Project, folder: Path, layout: Layout, sources: Mapping[str, str]) -> None:
    """Write program.json: what the driver needs to know beyond what network.json tells everybody."""
    addresses = {address for launch in project.program.launches for address in launch.scalars.values()}
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


def _write_runtime(folder: Path, sources: Iterable[str], *roots: str) -> None:
    """Write what the sources call, and what drives them."""
    called = [module for text in sources for module in imported(text, RUNTIME)]
    _write(folder / RUNTIME, closure([_DRIVER, *roots, *called], RUNTIME))


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
