"""From Cython to an extension module in the cache: what the machine has for it, and what is said where it lacks it."""

from __future__ import annotations

import hashlib
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

from eqsim.lowering.kernel import UserFunction
from eqsim.targets import cache
from eqsim.targets.c_functions import compiler_error
from eqsim.targets.render import TEMPLATES
from eqsim.text.errors import TargetError

_OTHERWISE = "or stay with target='numba', which needs neither"
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


@dataclass(frozen=True, slots=True)
class Compiler:
    """The C compiler of this machine: how it is called, and what its code depends on."""

    command: tuple[str, ...]
    flags: tuple[str, ...]
    identity: str  # of its version, its flags and the processor


def compiler(defines: tuple[str, ...] = ()) -> Compiler:
    """Return the compiler that ``CC`` or the build of Python names, with flags for the processor of this machine.

    Raises TargetError where there is none, or where Cython or the headers of Python are missing.
    """
    command, flags, told = _working(defines)
    version = _cython_version()
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        raise TargetError(
            "the target 'cython' needs the C headers of Python",
            owner="Network",
            found=f"no Python.h in {sysconfig.get_path('include')}",
            hint=f"install them ({_HEADERS}); {_OTHERWISE}",
        )
    parts = (shlex.join((*command, *flags)), told, version, sys.version, _runtime())
    return Compiler(command, flags, cache.digest(*parts))


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
    raise TargetError(
        "the target 'cython' needs a C compiler, GCC or Clang",
        owner="Network",
        found=errors[0],
        hint=f"install one ({_COMPILERS}), or name yours in the environment variable CC; {_OTHERWISE}",
    )


def build(name: str, text: str, used: Compiler, functions: Sequence[UserFunction] = ()) -> Path:
    """Compile a module from its text unless it is there; any number of processes may do so at once."""
    source = cache.keep(name, text, ".pyx")
    path = source.with_name(name + str(sysconfig.get_config_var("EXT_SUFFIX")))
    if path.exists():
        return path
    with tempfile.TemporaryDirectory(prefix=f"{name}.", dir=source.parent) as folder:
        program, made = Path(folder, f"{name}.c"), Path(folder, path.name)
        _to_c(name, text, program)
        shared = ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared",)
        include = (f"-I{TEMPLATES / 'c'}", f"-I{sysconfig.get_path('include')}")
        command = [*used.command, *used.flags, *_OWN, *include, *shared, str(program), "-o", str(made), "-lm"]
        english = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=english)  # noqa: S603 - the compiler
        if done.returncode:
            raise compiler_error(done.stderr, functions) or TargetError(
                "the C compiler does not take what was generated",
                owner="Network",
                found=next((line for line in done.stderr.splitlines() if "error" in line), f"exit {done.returncode}"),
                hint=f"the command was {shlex.join(command)}; {_OTHERWISE}",
            )
        made.replace(path)
    return path


def _to_c(name: str, text: str, program: Path) -> None:
    """Translate a module to C."""
    from Cython.Compiler.Main import CompilationOptions, compile  # noqa: A004, PLC0415 - who compiles needs it

    source, told = program.with_suffix(".pyx"), program.with_suffix(".lis")
    source.write_text(text, encoding="utf-8")
    include, own = [str(TEMPLATES / "cython")], {"errors_to_stderr": False, "use_listing_file": True}
    options = CompilationOptions(include_path=include, output_file=str(program), **own)
    result = compile(str(source), options, full_module_name=f"{cache.PACKAGE}.{name}")
    if result.num_errors:
        raise RuntimeError(f"Cython does not take what was generated: {told.read_text(encoding='utf-8')}")


def _cython_version() -> str:
    try:
        import Cython  # noqa: PLC0415 - who compiles needs it
    except ImportError as error:
        raise TargetError(
            "the target 'cython' needs Cython, which is not installed",
            owner="Network",
            hint=f"pip install 'eqsim[cython]'; {_OTHERWISE}",
        ) from error
    return str(Cython.__version__)


def _runtime() -> str:
    """Return a hash of the headers and declarations that modules are compiled with."""
    paths = sorted((*(TEMPLATES / "c").glob("*.h"), *(TEMPLATES / "cython").glob("*.pxd")))
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
