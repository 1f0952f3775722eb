"""Functions of users in C: what each is called in a program, the text that defines it, and who errors are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from eqsim.lowering.kernel import Kernel, UserFunction
from eqsim.targets.digest import digest
from eqsim.text.errors import Mistake, TargetError
from eqsim.text.source import Source

_ERROR = re.compile(r"^function of a user (\w+):(\d+):(?:(\d+):)? (?:fatal )?error: (.*)$", re.MULTILINE)


def called_in_c(kernel: Kernel) -> Mapping[str, str]:
    """Return what each function of users that a kernel calls is called in C: no two texts define one name."""
    return {called: c_name(one) for called, one in kernel.functions.items()}


def c_name(function: UserFunction) -> str:
    """Return what a function is called in C, whatever its text calls it."""
    return f"eq_user_{function.name}_{digest(function.c)[:10]}"


def c_definition(function: UserFunction) -> str:
    """Return the text of a function under its name in C; compilers tell its lines as those of the text."""
    name = c_name(function)
    lines = (f"#define {function.name} {name}", f'#line 1 "function of a user {name}"', function.c)
    return "\n".join((*lines, f"#undef {function.name}", '#line 1 "generated"', ""))


def compiler_error(stderr: str, functions: Iterable[UserFunction]) -> TargetError | None:
    """Return the error for what a compiler says about the text of a user, if it does so."""
    found = _ERROR.search(stderr)
    function = next((one for one in functions if found and c_name(one) == found[1]), None)
    if found is None or function is None:
        return None
    source = Source(function.c, f"function {function.name!r}", "c")
    line = int(found[2])
    start = sum(len(text) + 1 for text in source.text.split("\n")[: line - 1])
    start += int(found[3]) - 1 if found[3] else 0
    summary = "the C compiler does not take the function's equivalent in C"
    hint = "the text is C99; <math.h> is included already"
    said = re.sub(rf"\b{found[1]}\b", function.name, found[4])
    return TargetError(Mistake(TargetError, summary, source.span(start, start + 1), found=said, hint=hint))
