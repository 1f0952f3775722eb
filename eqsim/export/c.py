"""A network as a program in C99: kernels, tables, the sources that every program has, a Makefile and a README."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from eqsim.export.c_kernels import FOLDER
from eqsim.export.c_network import NamedLayout, network_source
from eqsim.export.c_tables import tables_source
from eqsim.export.description import write_description
from eqsim.export.project import Project
from eqsim.export.readme import readme
from eqsim.targets.render import TEMPLATES


def write(project: Project, folder: Path) -> None:
    """Write the program into an empty folder."""
    layout = NamedLayout(project.program, project.storages)
    kernels = network_source(project, layout)
    write_description(project, folder, "c")
    (folder / "README.md").write_text(readme(project, "c"), encoding="utf-8")
    source = folder / "source"
    shutil.copytree(TEMPLATES / "c", source / "eqsim", ignore=_not_headers)
    for path in sorted((TEMPLATES / FOLDER).iterdir()):
        if path.suffix in {".c", ".h"}:
            shutil.copyfile(path, source / path.name)
    shutil.copyfile(TEMPLATES / FOLDER / "Makefile", folder / "Makefile")
    (source / "network.c").write_text(kernels, encoding="utf-8")
    described = tables_source(project, layout, _digest(project, kernels))
    (source / "description.c").write_text(described, encoding="utf-8")


def _not_headers(_: str, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".h")}


def _digest(project: Project, kernels: str) -> str:
    """Return what tells an export from others: its kernels, and the lengths of its arrays."""
    told = [kernels, *(f"{one.address} {one.values.dtype} {len(one.values)}" for one in project.arrays)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:20]
