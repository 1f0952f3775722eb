"""The generated modules of exports that are Python programs: the run loop, and the kernels that it calls."""

from __future__ import annotations

import re

from eqsim.export.closure import renamed
from eqsim.export.project import Project
from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Launch
from eqsim.targets.cache import PACKAGE
from eqsim.targets.cython import module_source
from eqsim.targets.layout import Layout
from eqsim.targets.numba import run_loop
from eqsim.targets.render import function_source, kernel_source
from eqsim.version import __version__

RUNTIME, KERNELS = "runtime", "kernels"


def numba_sources(project: Project, layout: Layout) -> dict[str, str]:
    """Return the generated modules by their paths: the run loop, and a module for each kernel and function."""
    names = Modules()
    files: dict[str, str] = {f"{KERNELS}/__init__.py": '"""The kernels of the network, one a module."""\n'}
    functions: list[str] = []
    imports: set[str] = set()
    for launch in project.program.launches:
        if not isinstance(launch.call, Kernel):
            functions.append(f"_{launch.call}")
            imports.add(f"from {RUNTIME}.targets.numba_procedures import {launch.call} as _{launch.call}")
            continue
        packages = {"eqsim": RUNTIME}
        for called, user in launch.call.functions.items():
            module, function = names.of(user.python, called.split("_", 3)[3]), function_source(user.python, "")
            files[f"{KERNELS}/{module}.py"] = without_head(function.text)
            packages[f"{PACKAGE}.{function.module}"] = f"{KERNELS}.{module}"
        source = kernel_source(launch.call, layout.dtypes(launch), project.dtype, __version__, "")
        module = names.of(source.text, f"{launch.object}_{source.function}")
        files[f"{KERNELS}/{module}.py"] = heading(project, launch) + renamed(without_head(source.text), packages)
        functions.append(f"_{module}")
        imports.add(f"from {KERNELS}.{module} import {source.function} as _{module}")
    loop = run_loop(project.program, layout, functions, imports).text
    title = f"# The run loop of a step: every kernel, in order. Written by eqsim {__version__} for Numba.\n"
    return {"network.py": title + renamed(_named(without_head(loop), layout), {"eqsim": RUNTIME}), **files}


def _named(loop: str, layout: Layout) -> str:
    """Return a run loop whose remarks on arrays say of which object they are."""
    for address in layout.arrays:
        row = f"(_table, {layout.arrays[address]}, "
        loop = re.sub(rf"({re.escape(row)}\S+  # ).*", lambda found, a=address: f"{found[1]}{a}", loop)  # type: ignore[misc]
    return loop


class Modules:
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


def heading(project: Project, launch: Launch) -> str:
    """Return what stands over a kernel: what it does, and the model of which it is a part, as it was written."""
    lines = [f"{launch.title or launch.call}; written by eqsim {__version__}"]
    text = project.texts.get(launch.object)
    lines += ["", f"the model of {launch.object}:", "", *text.splitlines()] if text else []
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def without_head(text: str) -> str:
    """Return a module without the lines of comment with which it begins."""
    return re.sub(r"\A(#.*\n)+", "", text)


def cython_sources(project: Project, layout: Layout) -> dict[str, str]:
    """Return the one generated module by its path."""
    text = module_source(project.program, layout, "", lambda launch: heading(project, launch)).text
    directives, _, rest = text.partition("\n")  # the compiler reads them where they stand first
    title = f"# The kernels of the network, and its run loop. Written by eqsim {__version__} for Cython.\n"
    return {"network.pyx": f"{directives}\n{title}{without_head(rest)}"}
