"""The generated modules of exports to CUDA: the launches of a step as a table, and the kernels that they start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from eqsim.export.closure import renamed
from eqsim.export.project import FileNames, Project
from eqsim.export.python_sources import KERNELS, RUNTIME, Modules, heading, without_head
from eqsim.lowering.address import Address
from eqsim.lowering.kernel import Kernel
from eqsim.targets.cache import PACKAGE
from eqsim.targets.cuda_calls import SIMULATOR, Machine
from eqsim.targets.cuda_render import function_source
from eqsim.targets.render import SourceCode
from eqsim.text.errors import TargetError
from eqsim.version import __version__

OWN = "own"  # the folder of arrays that are on the device alone
_HEAD = """\
# The launches of a step, in order: kernel, arguments, blocks, threads. Written by eqsim {version} for CUDA.
{imports}

CALLS = (
{calls})

# the run's own arrays, by the files in own/ with which they begin
OWN = {own}

STRUCTURE = {structure}

WRITTEN = {written}

QUEUES = {queues}

RECORDS = {records}

WATCHED = {watched}

MACHINE = {machine}


def schedule(own):
    return Schedule(CALLS, own, frozenset(STRUCTURE), frozenset(WRITTEN), frozenset(QUEUES), RECORDS, WATCHED, MACHINE)
"""
_IMPORTS = (
    f"from {RUNTIME}.lowering.address import Address",
    f"from {RUNTIME}.targets import cuda_procedures",
    f"from {RUNTIME}.targets.cuda_calls import Call, Machine, Own, Scalar, Schedule",
)


@dataclass(frozen=True)
class CudaSources:
    """The generated modules by their paths, and the run's own arrays by the names of their files."""

    texts: Mapping[str, str]
    own: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class _Function:
    """A function of a module that is yet to be written."""

    source: SourceCode
    name: str


def cuda_sources(project: Project) -> CudaSources:
    """Return what is generated; raise TargetError where numba-cuda, whose functions are called, is not installed."""
    if find_spec("numba_cuda") is None:
        hint = "pip install 'eqsim[cuda]'; that takes no device"
        raise TargetError("an export to CUDA needs the package numba-cuda", owner="Network.export", hint=hint)
    from eqsim.targets import cuda_plan, cuda_procedures  # noqa: PLC0415 - Numba is imported by those who use it
    from eqsim.targets.cuda_grid import SIMULATED  # noqa: PLC0415 - and this

    machine = SIMULATOR if SIMULATED else Machine()
    made = cuda_plan.plan(project.program, project.storages, "", machine, fast=False, load=_Function)
    procedures = {id(value): name for name, value in vars(cuda_procedures).items()}
    modules = _Written(project)
    calls = []
    for call in made.schedule.calls:
        known = procedures.get(id(call.function))
        function = modules.add(call.function, call.launch) if known is None else f"cuda_procedures.{known}"
        given = ", ".join(map(_spelled, call.arguments))
        title = f"  # {call.launch.title}" if call.launch is not None and call.launch.title else ""
        calls.append(f"    Call({function}, ({given},), {call.blocks}, {call.threads}),{title}\n")
    names, schedule = FileNames(), made.schedule
    files = {name: f"{names.free(name)}.npy" for name in schedule.own}
    text = _HEAD.format(
        version=__version__,
        imports="\n".join((*_IMPORTS, *sorted(modules.imports))),
        calls="".join(calls),
        own=files,
        structure=_set(schedule.structure),
        written=_set(schedule.written),
        queues=_set(schedule.queues),
        records="{" + ", ".join(f"{_spelled(a)}: {_spelled(b)}" for a, b in schedule.records.items()) + "}",
        watched=_set(schedule.watched),
        machine=repr(schedule.machine),
    )
    return CudaSources(
        {"network.py": text, **modules.files}, MappingProxyType({files[n]: v for n, v in schedule.own.items()})
    )


class _Written:
    """The modules of kernels, as they are needed."""

    def __init__(self, project: Project) -> None:
        self.project, self._names = project, Modules()
        self.files = {f"{KERNELS}/__init__.py": '"""The kernels of the network, one a module."""\n'}
        self.imports: set[str] = set()

    def add(self, function: _Function, launch: Any) -> str:
        """Write the module of a kernel, and those of the functions that it calls; return how it is called."""
        packages = {"eqsim": RUNTIME}
        functions = launch.call.functions if launch is not None and isinstance(launch.call, Kernel) else {}
        for called, user in functions.items():
            source = function_source(user.python, "")
            module = self._names.of(user.python, called.split("_", 3)[3])
            self.files[f"{KERNELS}/{module}.py"] = renamed(without_head(source.text), packages)
            packages = packages | {f"{PACKAGE}.{source.module}": f"{KERNELS}.{module}"}
        source, owner = function.source, "step" if launch is None else launch.object
        module = self._names.of(source.text, f"{owner}_{source.function}")
        head = "# the end of a step: whether it ends the run, or a list has no room for another\n"
        head = head if launch is None else heading(self.project, launch)
        self.files[f"{KERNELS}/{module}.py"] = head + renamed(without_head(source.text), packages)
        name = f"_{module}" + function.name.removeprefix(source.function)
        self.imports.add(f"from {KERNELS}.{module} import {function.name} as {name}")
        return name


def _spelled(argument: Any) -> str:
    """Return an argument of a launch as Python."""
    if isinstance(argument, Address):
        return f"Address({argument.object!r}, {argument.variable!r})"
    if hasattr(argument, "address"):
        return f"Scalar({_spelled(argument.address)}, {argument.kind!r})"
    return f"Own({argument.name!r})" if hasattr(argument, "name") else repr(argument)


def _set(addresses: Any) -> str:
    return "(" + "".join(f"{_spelled(address)}, " for address in sorted(addresses)).rstrip() + ")"
