"""The Cython target: a network's kernels and run loop as one extension module, compiled by the machine's C compiler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from types import ModuleType

from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Launch, Program
from eqsim.targets import cache, extension
from eqsim.targets.compiled import CompiledRun, compiled_run
from eqsim.targets.compiler import Compiler
from eqsim.targets.cython_source import kernel_text
from eqsim.targets.digest import digest
from eqsim.targets.layout import Layout
from eqsim.targets.loop import InPython, loop
from eqsim.targets.render import SourceCode, environment
from eqsim.targets.target import Storages
from eqsim.targets.team import processors, with_addresses
from eqsim.text.errors import TargetError
from eqsim.version import __version__


@dataclass(frozen=True, slots=True)
class CythonTarget:
    """Compile programs with Cython and a C compiler."""

    name: str = "cython"

    @property
    def threads(self) -> int:
        """How many threads may share a run: one for each processor that this process may use."""
        return processors()

    def compile(self, program: Program, storages: Storages) -> CompiledRun:
        """Return a compiled program, taken from the cache if it was ever compiled here.

        Raises TargetError where the machine has no compiler, and for functions of Python that have no equivalent in C.
        """
        start = perf_counter()
        _refuse_functions(program)
        used = extension.found_compiler(("-DEQ_SINGLE",) if program.dtype == "float32" else ())
        layout = Layout(program, storages)
        source = module_source(program, layout, used.identity)
        rendered = perf_counter()
        module = _load(source, used)
        seconds = {"render": rendered - start, "compile": perf_counter() - rendered}
        return compiled_run(with_addresses(module.drive), program, layout, seconds)


def module_source(
    program: Program, layout: Layout, context: str, remark: Callable[[Launch], str] = lambda _: ""
) -> SourceCode:
    """Render a program; ``context`` stands for all that compiled code depends on besides its source.

    ``remark`` returns what stands over the kernel of a launch.
    """
    kernels: dict[str, str] = {}  # functions by their text, so that none stands twice
    remarks: dict[str, str] = {}
    functions: list[str] = []
    for launch in program.launches:
        if not isinstance(launch.call, Kernel):
            functions.append(f"_eq.{launch.call}")
            continue
        mark = "kernel_to_be_named"
        text = kernel_text(launch.call, layout.dtypes(launch), program.dtype, mark)
        function = kernels.setdefault(text, f"_{launch.call.name}_{len(kernels)}")
        remarks.setdefault(function, remark(launch))
        functions.append(function)
    texts = [remarks[name] + text.replace("kernel_to_be_named", name, 1) for text, name in kernels.items()]
    template, fields = loop(program, layout, functions, _Words())
    given = {**fields, "template": f"{template}.j2", "kernels": texts, "version": __version__}
    made = environment("cython").get_template("module.j2")
    name = digest(made.render(digest="", **given), context)
    return SourceCode(made.render(digest=name, **given), f"network_{name}", "drive")


def _load(source: SourceCode, used: Compiler) -> ModuleType:
    """Import a module, compiled if need be; anew where what is in the cache is damaged."""
    path = extension.build(source.module, source.text, used)
    try:
        return cache.load(source.module)
    except ImportError:
        path.unlink(missing_ok=True)
        extension.build(source.module, source.text, used)
        return cache.load(source.module)


def _refuse_functions(program: Program) -> None:
    """Raise TargetError for the first function of Python that a kernel calls."""
    for launch in program.launches:
        functions = launch.call.functions if isinstance(launch.call, Kernel) else {}
        for called in functions:
            name = called.split("_", 3)[3]  # after _function_ and whose it is
            raise TargetError(
                f"the target 'cython' compiles no function of Python, and {launch.object!r} calls this one",
                owner=f"function {name!r}",
                hint="write it as a subexpression of the model, or take target='numba', which compiles it",
            )


@dataclass(frozen=True, slots=True)
class _Words(InPython):
    """What C's arrays are called: an address and a length."""

    def first(self, array: str) -> str:
        return f"{array}.at[0]"

    def length(self, array: str) -> str:
        return f"{array}.size"

    def passed(self, array: str, *, measured: bool) -> str:
        return f"{array}.at, {array}.size" if measured else f"{array}.at"

    def single(self, real: str) -> str:
        return real

    def slice(self, number: str, size: str) -> list[str]:
        return [
            f"_begin{number} = _eq.edge({size}, _lane, _lanes)",
            f"_end{number} = _eq.edge({size}, _lane + 1, _lanes)",
        ]
