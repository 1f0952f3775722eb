"""What a run loop that is data calls by address: functions that hand a kernel, or a procedure, its arguments."""

from __future__ import annotations

from eqsim.lowering.program import Launch
from eqsim.targets.cache import PACKAGE
from eqsim.targets.layout import Layout
from eqsim.targets.render import SourceCode, source_code
from eqsim.targets.script import Parameter, signature
from eqsim.version import __version__

_PROCEDURES = "eqsim.targets.numba_procedures"


def entry_source(launch: Launch, kernel: SourceCode | None, layout: Layout, context: str) -> SourceCode:
    """Render what calls a launch's kernel, or the procedure that it names, for Numba."""
    module, callee = (f"{PACKAGE}.{kernel.module}", kernel.function) if kernel else (_PROCEDURES, str(launch.call))
    texts, place = [], 0
    for parameter in signature(launch, layout):
        texts.append(_spelt(parameter, place))
        place += parameter.words
    fields = {"module": module, "callee": callee, "arguments": texts, "version": __version__}
    return source_code("numba/entry.j2", "entry", fields, context)


def _spelt(parameter: Parameter, place: int) -> str:
    """Spell an argument whose words begin at a place."""
    match parameter.form:
        case "step":
            return "_step"
        case "parity":
            return "_step & 1"
        case "array":
            return f"_eq.given_array(_given, {place}, _eq.{parameter.dtype})"
        case "real":
            number = f"_eq.given_real(_given, {place})"
            return f"_eq.float32({number})" if parameter.dtype == "float32" else number
        case _:
            return f"_given[{place}]"
