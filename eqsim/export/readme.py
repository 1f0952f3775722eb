"""The README of an export: how to run it, what each file is, and what units results have."""

from __future__ import annotations

from eqsim.export.c_kernels import FOLDER
from eqsim.export.project import Project
from eqsim.targets.render import environment
from eqsim.version import __version__


def readme(project: Project, target: str) -> str:
    """Return the text of README.md for a target."""
    folder = FOLDER if target == "c" else "export"
    fields = {
        "project": project,
        "target": target,
        "version": __version__,
        "example": next((one.path for one in project.settables if one.value is not None), ""),
        "units": {one.path: one.unit for one in project.settables},
    }
    return str(environment(folder).get_template("readme.j2").render(fields))
