"""The C compiler of a machine, with which Cython's texts become extension modules."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eqsim.targets.digest import digest

_COMPILERS = "Debian: apt install gcc; Fedora: dnf install gcc; macOS: xcode-select --install; conda: c-compiler"
_HEADERS = "Debian: apt install python3-dev; Fedora: dnf install python3-devel"
# what vector mathematics allows; never -ffast-math, for range reductions need the order of arithmetic
_ARITHMETIC = ("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast")
# kernels stay functions of their own, whose arguments do not overlap; choices of a number stay choices, which vectors
# make at once, and become no jumps; long formulas are put in an order that keeps the processor busy
_OF_GCC = (
    "-fno-inline-functions-called-once", "-fno-thread-jumps", "-fno-tree-pre", "-fschedule-insns", "-fsched-pressure",
)  # fmt: skip
_OWN = ("-w", "-fPIC")  # what warns is Cython's own code


class LackingError(Exception):
    """What a machine lacks for extension modules: what that is, what was found instead, and how to get it.

    ``said`` is all that a compiler said which does not take a text.
    """

    def __init__(self, what: str, found: str, hint: str, said: str = "") -> None:
        super().__init__(what)
        self.what, self.found, self.hint, self.said = what, found, hint, said


@dataclass(frozen=True, slots=True)
class Compiler:
    """The C compiler of this machine: how it is called, and what its code depends on."""

    command: tuple[str, ...]
    flags: tuple[str, ...]
    identity: str  # of its version, its flags and the processor


def compiler(defines: tuple[str, ...] = ()) -> Compiler:
    """Return the compiler that ``CC`` or the build of Python names, with flags for the processor of this machine.

    Raises LackingError where there is none, or where Cython or the headers of Python are missing.
    """
    command, flags, told = _working(defines)
    version = _cython_version()
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        found = f"no Python.h in {sysconfig.get_path('include')}"
        raise LackingError("the C headers of Python", found, f"install them ({_HEADERS})")
    return Compiler(command, flags, digest(shlex.join((*command, *flags)), told, version, sys.version))


def _working(defines: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return a compiler's command, the flags that it takes, and all that it predefines: its version, the processor."""
    chosen = os.environ.get("CC")
    commands = [chosen] if chosen else [sysconfig.get_config_var("CC") or "cc", "cc", "gcc", "clang"]
    wide = ("-mprefer-vector-width=512",) if platform.machine() in {"x86_64", "AMD64"} else ()
    errors: list[str] = []
    for text in commands:
        command = tuple(shlex.split(text))
        for native in ("-march=native", "-mcpu=native"):
            flags = ("-O3", native, *wide, *_ARITHMETIC, *defines, *shlex.split(os.environ.get("EQSIM_CFLAGS", "")))
            asked = [*command, *flags, "-dM", "-E", "-x", "c", os.devnull]
            try:
                done = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603 - the compiler
            except (OSError, subprocess.CalledProcessError) as error:
                told = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
                errors.append(f"{text}: {told[0] if told else error}")
                continue
            own = () if "__clang__" in done.stdout else _OF_GCC
            return command, (*own, *flags), done.stdout
    hint = f"install one ({_COMPILERS}), or name yours in the environment variable CC"
    raise LackingError("a C compiler, GCC or Clang", errors[0], hint)


def extension_suffix() -> str:
    """Return how the names of extension modules end."""
    return str(sysconfig.get_config_var("EXT_SUFFIX"))


def build(source: Path, module: str, path: Path, used: Compiler, declared: Sequence[Path], headers: Path) -> None:
    """Compile a text of Cython to the extension ``module`` at a path, which appears there whole.

    ``declared`` are folders of Cython's declarations, ``headers`` that of the C headers.
    """
    with tempfile.TemporaryDirectory(prefix=f"{path.stem}.", dir=path.parent) as folder:
        program, made = Path(folder, f"{source.stem}.c"), Path(folder, path.name)
        _to_c(source, module, program, declared)
        shared = ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared",)
        include = (f"-I{headers}", f"-I{sysconfig.get_path('include')}")
        command = [*used.command, *used.flags, *_OWN, *include, *shared, str(program), "-o", str(made), "-lm"]
        english = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=english)  # noqa: S603 - the compiler
        if done.returncode:
            found = next((line for line in done.stderr.splitlines() if "error" in line), f"exit {done.returncode}")
            raise LackingError("", found, f"the command was {shlex.join(command)}", done.stderr)
        made.replace(path)


def _to_c(source: Path, module: str, program: Path, declared: Sequence[Path]) -> None:
    """Translate a module to C."""
    from Cython.Compiler.Main import CompilationOptions, compile  # noqa: A004, PLC0415 - who compiles needs it

    copy, told = program.with_suffix(".pyx"), program.with_suffix(".lis")
    copy.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    include, own = [str(folder) for folder in declared], {"errors_to_stderr": False, "use_listing_file": True}
    options = CompilationOptions(include_path=include, output_file=str(program), **own)
    result = compile(str(copy), options, full_module_name=module)
    if result.num_errors:
        raise RuntimeError(f"Cython does not take what was generated: {told.read_text(encoding='utf-8')}")


def _cython_version() -> str:
    try:
        import Cython  # noqa: PLC0415 - who compiles needs it
    except ImportError as error:
        raise LackingError("Cython, which is not installed", "", "pip install cython") from error
    return str(Cython.__version__)
