"""Kernels in Cython: typed locals, pointers that overlap no other, and C's way with powers and quotients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from types import MappingProxyType

from eqsim.checking.checked import Type
from eqsim.language.expr import Binary, Call, Expr, Name, Number
from eqsim.lowering.kernel import Draw, Kernel, Let, Load, flat
from eqsim.lowering.phases import Phases, two_phases
from eqsim.lowering.types import types_of, whole_power
from eqsim.targets.c_functions import called_in_c
from eqsim.targets.invariants import without_invariants
from eqsim.targets.render import Spell, arguments, environment, literal, measured, spelling, vectorises
from eqsim.targets.typed import is_whole, renamed
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
    kernel = renamed(kernel, RESERVED)
    kernel, bound = without_invariants(kernel, types_of(kernel))
    phases = two_phases(kernel)
    lengths = measured(kernel)
    types = types_of(kernel, bound)
    plain = spelling("float64", vector=vectorises(kernel, phases), own=_spelled(types, called_in_c(kernel)))

    def spell(expr: Expr, kind: str = "") -> str:
        cast = "<int64_t>" if kind == "integer" and not is_whole(expr, types) else ""
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


def _spelled(types: Mapping[str, Type], called: Mapping[str, str]) -> Spell:
    """Return what spells the formulas that C reads otherwise than Python."""

    def own(node: Expr, inner: Callable[[Expr], str]) -> str | None:
        match node:
            case Number(int() as value) if abs(value) >= 1 << 31:
                return f"{value}LL"  # what fits no int would be an object of Python
            case Binary("//", left, right):
                return f"_eq.floor_quotient({inner(left)}, {inner(right)})"
            case Binary("%", left, right):
                return f"_eq.mod({inner(left)}, {inner(right)})"
            case Binary("/", left, right) if is_whole(left, types) and is_whole(right, types):
                return f"(<double>({inner(left)})/({inner(right)}))"
            case Binary("**", base, exponent) if is_whole(base, types) and whole_power(exponent):
                return f"_eq.positive_power({inner(base)}, {inner(exponent)})"
            case Binary("**", base, exponent):
                return _power(literal(exponent), f"<double>({inner(base)})" if is_whole(base, types) else inner(base))
            case Call("_held", (Name(table), *rest)):
                given = ", ".join(inner(one) for one in rest)
                return f"_eq.held({table}, {table}_size, {given})"
            case Call(function, given) if function in called:
                return f"{called[function]}({', '.join(inner(one) for one in given)})"
            case _:
                return None

    return own


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
        "synapses": ("_p", "_i", "_j", "_k") if phases else ("_i", "_j", "_k"),
        "arrivals": ("_q", "_p", "_i", "_j", "_k"),
        "backward": ("_q", "_p", "_i", "_j", "_k"),
    }[kernel.domain]
    found = dict.fromkeys((*integers, *(("_block", "_end") if phases else ())), "int64_t")
    body = kernel.body if phases is None else (*phases.first, *phases.second)
    for one in chain(kernel.invariant, bound, flat(body)):
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
