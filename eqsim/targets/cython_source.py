"""Kernels in Cython: typed locals, pointers that overlap no other, and C's way with powers and quotients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain
from types import MappingProxyType

from eqsim.checking.checked import Type
from eqsim.language.expr import Binary, Call, Expr, Name, substitute
from eqsim.lowering.kernel import Add, Append, Draw, If, Instruction, Kernel, Let, Load, Store
from eqsim.lowering.phases import Phases, two_phases
from eqsim.lowering.types import type_of, whole_power
from eqsim.targets.c_functions import called_in_c
from eqsim.targets.invariants import without_invariants
from eqsim.targets.render import Spell, arguments, environment, literal, measured, spelling, vectorises
from eqsim.targets.widen import widened

_BLOCK = 128  # synapses that are dealt with together
_WIDE = 512  # and neurons: their flags, made wide, stay in a core's nearest cache
_C: Mapping[str, str] = MappingProxyType({"real": "_eq.real", "integer": "int64_t", "boolean": "bint"})
_PRODUCTS: Mapping[float, str] = MappingProxyType({2: "square", 3: "cube", 4: "fourth"})
# names that mean something to Cython where a local may stand
RESERVED = frozenset(
    """api bint bool bytes by char complex const cdef cimport cpdef ctypedef double DEF ELIF ELSE enum extern float
    fused gil IF include inline int int32_t int64_t list long namespace new noexcept nogil NULL object packed public
    range readonly register restrict short signed size_t sizeof str struct template typename typeid uint8_t uintptr_t
    union unsigned void volatile""".split()  # noqa: SIM905 - as text they are easier to read
)


def kernel_text(kernel: Kernel, dtypes: Mapping[str, str], dtype: str, function: str) -> str:
    """Render a kernel as a function of that name; ``dtypes`` names the entry type of each array argument."""
    kernel = _renamed(kernel)
    kernel, bound = without_invariants(kernel, _types(kernel))
    phases = two_phases(kernel)
    lengths = measured(kernel)
    types = _types(kernel, bound)
    plain = spelling("float64", vector=vectorises(kernel, phases), own=_spelled(types, called_in_c(kernel)))

    def spell(expr: Expr, kind: str = "") -> str:
        cast = "<int64_t>" if kind == "integer" and not _whole(expr, types) else ""
        return f"{cast}({plain(expr)})" if cast else plain(expr)

    wide = widened(kernel, dtypes)
    kind = "int32_t" if dtype == "float32" else "int64_t"
    local = _locals(kernel, bound, phases, dtypes)
    copies = set(wide.read.values()) if wide else set()
    local |= {one.name: kind for one in kernel.body if isinstance(one, Load) and one.array in copies}
    rows = list(local.items())
    rows += [(f"_kept{name}[{_BLOCK}]", local[name]) for name in (phases.kept if phases else ())]
    if wide:
        rows += [("_block", "int64_t"), ("_last", "int64_t")]
        rows += [(f"{name}[{_WIDE}]", kind) for name in sorted({*wide.read, *wide.written})]
    grouped: dict[str, list[str]] = {}
    for name, kind in rows:
        grouped.setdefault(kind, []).append(name)
    fields = {
        "kernel": kernel,
        "phases": phases,
        "bound": bound,
        "function": function,
        "parameters": [text for name in arguments(kernel) for text in _parameter(name, kernel, dtypes, lengths)],
        "locals": grouped,
        "wide": wide,
        "spell": spell,
        "at": str,
        "range": "range",
        "block": str(_WIDE if wide else _BLOCK),
        "size": "{}_size".format,
    }
    return str(environment("cython").get_template("kernel.j2").render(fields))


def _renamed(kernel: Kernel) -> Kernel:
    """Return the kernel with locals and arguments of other names where theirs are words of Cython."""
    bound = {one.name for one in chain(_flat(kernel.body), kernel.invariant) if isinstance(one, Let | Load | Draw)}
    names = {name: f"_named_{name}" for name in (bound | kernel.scalars.keys()) & RESERVED}
    if not names:
        return kernel
    values: dict[str, Expr] = {name: Name(other) for name, other in names.items()}
    return replace(
        kernel,
        scalars={names.get(name, name): kind for name, kind in kernel.scalars.items()},
        invariant=tuple(Let(names.get(x.name, x.name), substitute(x.value, values), x.type) for x in kernel.invariant),
        body=tuple(_with_names(one, names, values) for one in kernel.body),
    )


def _with_names(one: Instruction, names: Mapping[str, str], values: Mapping[str, Expr]) -> Instruction:
    match one:
        case Load(name):
            return replace(one, name=names.get(name, name))
        case Let(name, value):
            return replace(one, name=names.get(name, name), value=substitute(value, values))
        case Draw(name, arguments=given):
            given = tuple(substitute(argument, values) for argument in given)
            return replace(one, name=names.get(name, name), arguments=given)
        case Store(_, _, value) | Add(_, _, value) | Append(_, value):
            return replace(one, value=substitute(value, values))
        case If(condition, body):
            return If(substitute(condition, values), tuple(_with_names(inner, names, values) for inner in body))


def _flat(body: tuple[Instruction, ...]) -> list[Instruction]:
    return [x for one in body for x in ((one, *_flat(one.body)) if isinstance(one, If) else (one,))]


def _types(kernel: Kernel, bound: tuple[Load | Let, ...] = ()) -> dict[str, Type]:
    """Return the type of every name that may stand in a formula."""
    types: dict[str, Type] = {**dict.fromkeys(("_i", "_j", "_k", "_step"), "integer"), "t": "real", "dt": "real"}
    types |= kernel.scalars
    types |= {name: "real" if entry == "real" else "integer" for name, entry in kernel.arrays.items()}
    for one in chain(kernel.invariant, bound, _flat(kernel.body)):
        match one:
            case Let(name, _, kind):
                types[name] = kind
            case Load(name, array):
                types[name] = "real" if kernel.arrays[array] == "real" else "integer"
            case Draw(name, law):
                types[name] = "real" if law in {"uniform", "normal"} else "integer"
    return types


def _spelled(types: Mapping[str, Type], called: Mapping[str, str]) -> Spell:
    """Return what spells the formulas that C reads otherwise than Python."""

    def own(node: Expr, inner: Callable[[Expr], str]) -> str | None:
        match node:
            case Binary("//", left, right):
                return f"_eq.floor_quotient({inner(left)}, {inner(right)})"
            case Binary("%", left, right):
                return f"_eq.mod({inner(left)}, {inner(right)})"
            case Binary("/", left, right) if _whole(left, types) and _whole(right, types):
                return f"(<double>({inner(left)})/({inner(right)}))"
            case Binary("**", base, exponent) if _whole(base, types) and whole_power(exponent):
                return f"_eq.positive_power({inner(base)}, {inner(exponent)})"
            case Binary("**", base, exponent):
                return _power(literal(exponent), f"<double>({inner(base)})" if _whole(base, types) else inner(base))
            case Call("_held", (Name(table), *rest)):
                given = ", ".join(inner(one) for one in rest)
                return f"_eq.held({table}, {table}_size, {given})"
            case Call(function, given) if function in called:
                return f"{called[function]}({', '.join(inner(one) for one in given)})"
            case _:
                return None

    return own


def _whole(expr: Expr, types: Mapping[str, Type]) -> bool:
    return type_of(expr, types) != "real"


def _power(exponent: float | int | None, base: str) -> str | None:
    """Spell the powers that Python spells with ``**``, and leave others alone."""
    if exponent == 0:
        return "1.0"
    if exponent == 1:
        return f"({base})"
    return f"_eq.{_PRODUCTS[exponent]}({base})" if exponent is not None and exponent in _PRODUCTS else None


def _locals(
    kernel: Kernel, bound: tuple[Load | Let, ...], phases: Phases | None, dtypes: Mapping[str, str]
) -> dict[str, str]:
    """Return the C type of every local."""
    integers = {
        "once": (),
        "each": ("_i",),
        "listed": ("_q", "_i"),
        "synapses": ("_i", "_j", "_k"),
        "arrivals": ("_q", "_p", "_i", "_j", "_k"),
        "backward": ("_q", "_p", "_i", "_j", "_k"),
    }[kernel.domain]
    found = dict.fromkeys((*integers, *(("_block", "_end") if phases else ())), "int64_t")
    body = kernel.body if phases is None else (*phases.first, *phases.second)
    for one in chain(kernel.invariant, bound, _flat(body)):
        match one:
            case Let(name, _, kind):
                found[name] = _C[kind]
            case Load(name, array):
                found[name] = {"float64": "double", "float32": "float", "uint8": "uint8_t"}.get(
                    dtypes[array], "int64_t"
                )
            case Draw(name, law):
                found[name] = _C["real" if law in {"uniform", "normal"} else "integer"]
    return found


def _parameter(name: str, kernel: Kernel, dtypes: Mapping[str, str], lengths: frozenset[str]) -> list[str]:
    if name in kernel.scalars:
        return [f"{_C[kernel.scalars[name]]} {name}"]
    if name == "dt":
        return ["double _dt"]
    if name in dtypes:
        return [f"_eq.{dtypes[name]}_p {name}", *([f"int64_t {name}_size"] if name in lengths else [])]
    return [f"int64_t {name}"]
