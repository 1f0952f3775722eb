"""The Cython target: a network's kernels and run loop as one extension module, compiled by the machine's C compiler."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from types import ModuleType

from eqsim.lowering.kernel import Kernel, UserFunction
from eqsim.lowering.program import Launch, Program
from eqsim.targets import cache, extension
from eqsim.targets.c_functions import c_definition, c_name
from eqsim.targets.compiled import CompiledRun, compiled_run
from eqsim.targets.compiler import Compiler
from eqsim.targets.cython_source import kernel_text
from eqsim.targets.digest import digest
from eqsim.targets.layout import Layout
from eqsim.targets.loop import AddressAndLength, InPython, loop
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

        Raises TargetError where the machine has no compiler, and for functions of users without an equivalent in C.
        """
        start = perf_counter()
        _refuse_functions(program)
        used = extension.found_compiler(("-DEQ_SINGLE",) if program.dtype == "float32" else ())
        layout = Layout(program, storages)
        source = module_source(program, layout, used.identity)
        rendered = perf_counter()
        module = _load(source, used, _functions(program))
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
    given_in_c = _functions(program)
    own = {
        "functions": {c_name(one): one.arguments for one in given_in_c},
        "definitions": repr("".join(c_definition(one) for one in given_in_c)),
    }
    given = {**fields, **own, "template": f"{template}.j2", "kernels": texts, "version": __version__}
    made = environment("cython").get_template("module.j2")
    name = digest(made.render(digest="", **given), context)
    return SourceCode(made.render(digest=name, **given), f"network_{name}", "drive")


def _load(source: SourceCode, used: Compiler, functions: Sequence[UserFunction]) -> ModuleType:
    """Import a module, compiled if need be; anew where what is in the cache is damaged."""
    path = extension.build(source.module, source.text, used, functions)
    try:
        return cache.load(source.module)
    except ImportError:
        path.unlink(missing_ok=True)
        extension.build(source.module, source.text, used, functions)
    try:
        return cache.load(source.module)
    except ImportError as error:
        if not functions:
            raise
        names = ", ".join(repr(one.name) for one in functions)
        raise TargetError(
            f"the equivalents in C of functions ({names}) use what is not there",
            owner="Network",
            found=str(error).rsplit("/", 1)[-1],
            hint="define all that they call in the same text",
        ) from error


def _functions(program: Program) -> list[UserFunction]:
    """Return the functions of users that a program calls, each once."""
    kernels = [launch.call for launch in program.launches if isinstance(launch.call, Kernel)]
    return sorted({c_name(one): one for kernel in kernels for one in kernel.functions.values()}.values(), key=c_name)


def _refuse_functions(program: Program) -> None:
    """Raise TargetError for the first function that a kernel calls and that has no equivalent in C."""
    for launch in program.launches:
        functions = launch.call.functions if isinstance(launch.call, Kernel) else {}
        for called in (called for called, function in functions.items() if not function.c):
            name = called.split("_", 3)[3]  # after _function_ and whose it is
            given = ", ".join(f"double x{number}" for number in range(functions[called].arguments))
            raise TargetError(
                f"the target 'cython' needs this function in C, and {launch.object!r} calls it",
                owner=f"function {name!r}",
                hint=f"give es.function its equivalent, c='double {functions[called].name}({given}) {{ … }}'; or take "
                "target='numba', which compiles Python",
            )


@dataclass(frozen=True, slots=True)
class _Words(AddressAndLength, InPython):
    """What is called as in C."""

    def single(self, real: str) -> str:
        return real

    def slice(self, number: str, size: str) -> list[str]:
        return [
            f"_begin{number} = _eq.edge({size}, _lane, _lanes)",
            f"_end{number} = _eq.edge({size}, _lane + 1, _lanes)",
        ]
