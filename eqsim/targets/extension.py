"""Extension modules in the cache, and what is said where the machine lacks something for them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from eqsim.lowering.kernel import UserFunction
from eqsim.targets import cache, compiler
from eqsim.targets.c_functions import compiler_error
from eqsim.targets.compiler import Compiler, LackingError
from eqsim.targets.digest import digest
from eqsim.targets.render import TEMPLATES
from eqsim.text.errors import TargetError

_OTHERWISE = "or stay with target='numba', which needs neither"


def found_compiler(defines: tuple[str, ...] = ()) -> Compiler:
    """Return the compiler of this machine, whose code depends on the runtime's headers, too.

    Raises TargetError where there is none, or where Cython or the headers of Python are missing.
    """
    try:
        used = compiler.compiler(defines)
    except LackingError as error:
        hint = error.hint.replace("pip install cython", "pip install 'eqsim[cython]'")
        what = f"the target 'cython' needs {error.what}"
        raise TargetError(what, owner="Network", found=error.found, hint=f"{hint}; {_OTHERWISE}") from error
    return replace(used, identity=digest(used.identity, _runtime()))


def build(name: str, text: str, used: Compiler, functions: Sequence[UserFunction] = ()) -> Path:
    """Compile a module from its text unless it is there; any number of processes may do so at once."""
    source = cache.keep(name, text, ".pyx")
    path = source.with_name(name + compiler.extension_suffix())
    if not path.exists():
        try:
            compiler.build(source, f"{cache.PACKAGE}.{name}", path, used, [TEMPLATES / "cython"], TEMPLATES / "c")
        except LackingError as error:
            what, hint = "the C compiler does not take what was generated", f"{error.hint}; {_OTHERWISE}"
            told = compiler_error(error.said, functions)
            raise told or TargetError(what, owner="Network", found=error.found, hint=hint) from error
    return path


def _runtime() -> str:
    """Return a hash of the headers and declarations that modules are compiled with."""
    paths = sorted((*(TEMPLATES / "c").glob("*.h"), *(TEMPLATES / "cython").glob("*.pxd")))
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
