"""A program in C99: its kernels with the models that they are of, and its run loop, as one file."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from eqsim.export.c_kernels import FOLDER, comment, identifier, kernel_text
from eqsim.export.project import Project
from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Address, Launch
from eqsim.targets.c_functions import c_definition, c_name
from eqsim.targets.layout import Layout
from eqsim.targets.loop import AddressAndLength, loop
from eqsim.targets.render import environment
from eqsim.version import __version__

_MARK = "kernel_to_be_named"
_BY_ENTRY = (("push_varied", "delay"), ("due_varied", "delay"), ("single", "permutation"), ("emit", "spike_index"))


class NamedLayout(Layout):
    """A layout whose arrays are called after what they are of."""

    def array(self, address: Address) -> str:
        """Return the name of an array in the run loop: with a number, for names alone may coincide."""
        number = self.arrays.setdefault(address, len(self.arrays))
        return f"{identifier(*address)}_{number}"


def network_source(project: Project, layout: NamedLayout) -> str:
    """Render the kernels and the run loop; the layout then knows the order of what they read."""
    parts = _users_functions(project)
    functions: list[str] = []
    known: dict[str, str] = {}  # functions by their text, so that none stands twice
    told: set[str] = set()
    for launch in project.program.launches:
        if not isinstance(launch.call, Kernel):
            functions.append(_procedure(launch, layout))
            continue
        text = kernel_text(launch.call, layout.dtypes(launch), project.dtype, _MARK)
        if text not in known:
            known[text] = identifier(launch.call.name, launch.object, str(len(known)))
            parts += [_model(launch.object, project)] if launch.object not in told else []
            told.add(launch.object)
            parts.append(f"/* {comment(launch.call.title or launch.call.name)} */\n" + text)
            parts[-1] = parts[-1].replace(_MARK, known[text], 1)
        functions.append(known[text])
    template, fields = loop(project.program, layout, functions, _Words())
    made = environment(FOLDER).get_template("network.j2")
    told_of = {"title": comment(project.title), "single": project.dtype == "float32", "version": __version__}
    return str(made.render(parts=[p for p in parts if p], template=f"{template}.j2", **told_of, **fields))


def _users_functions(project: Project) -> list[str]:
    """Return the definitions of functions that users gave in C, none twice."""
    kernels = [launch.call for launch in project.program.launches if isinstance(launch.call, Kernel)]
    used = {c_name(one): one for kernel in kernels for one in kernel.functions.values()}
    return [c_definition(one) for one in used.values()]


def _model(name: str, project: Project) -> str:
    """Return the comment that holds an object's model as it was written."""
    text = project.texts.get(name, "")
    lines = "".join(f" * {line}".rstrip() + "\n" for line in comment(text).splitlines())
    return f"/* {'-' * 100}\n * {comment(name)}\n *\n{lines} */\n" if text else ""


def _procedure(launch: Launch, layout: Layout) -> str:
    """Return the function of the runtime that a procedure is, by the type of an array where there are several."""
    name = str(launch.call)
    for known, argument in _BY_ENTRY:
        if name == known:
            return f"eq_{name}_{layout.dtype_of(launch.arrays[argument])}"
    single = name == "draw_spikes" and layout.dtype_of(launch.arrays["rates"]) == "float32"
    return f"eq_{name}{'f' if single else ''}"


@dataclass(frozen=True, slots=True)
class _Words(AddressAndLength):
    """The words of a run loop in C."""

    def single(self, real: str) -> str:
        return f"(float){real}"

    def slice(self, number: str, size: str) -> list[str]:
        ends = (("_begin", "_lane"), ("_end", "_lane + 1"))
        return [f"const int64_t {name}{number} = eq_edge({size}, {lane}, _lanes);" for name, lane in ends]

    def step(self, period: int) -> str:
        return "_now" if period == 1 else f"_now / {period}"

    def section(self, whole: str, dtype: str, number: str, count: str) -> str:
        return f"eq_{dtype}_section({whole}, {number}, {count})"

    def bound(self, array: str, dtype: str, section: str) -> str:
        return f"const eq_{dtype}_array {array} = {section};"

    def look(self, sections: list[str], test: str, path: str, word: str, *, own: bool) -> list[str]:
        first, last = ("_from", "_to") if own else ("0", "(_member == 0)")
        head = f"for (int64_t _lane = {first}; _lane < {last}; _lane++) {{ /* room in {comment(path)} */"
        return [head, *(f"    {line}" for line in sections), f"    if ({test}) {word} = _now + 1;", "}"]

    def meeting(self, word: str) -> list[str]:
        lines = ["eq_meet(_sync, ++_met * _members);"]
        return [*lines, f"_full = {word} == _now + 1;"] if word else lines

    def meeting_if(self, condition: str) -> list[str]:
        return [f"if ({condition}) eq_meet(_sync, ++_met * _members);"]

    def each_lane(self, *, shared: bool, condition: str) -> str:
        first, last = ("_from", "_to") if shared else ("0", "(_member == 0)")
        last = f"(({condition}) ? {last} : {first})" if condition else last
        return f"for (int64_t _lane = {first}; _lane < {last}; _lane++) {{"


def plain_real(value: float) -> str:
    """Return a real number as C reads it back, to the last bit."""
    if not math.isfinite(value):
        return "NAN" if math.isnan(value) else "INFINITY" if value > 0 else "-INFINITY"
    return repr(float(value))


def plain_integer(value: int) -> str:
    """Return a 64-bit integer as C reads it."""
    return f"(int64_t)UINT64_C({value % (1 << 64)})" if abs(value) >= 1 << 62 else f"INT64_C({value})"


def quoted(text: str) -> str:
    """Return a text as a string of C."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")  # ??/ means something in C99
    return '"' + re.sub(r"[^ -~]", lambda found: "".join(f"\\{byte:03o}" for byte in found[0].encode()), plain) + '"'
