"""Carry out a kernel in NumPy: the reference that says what the IR means, against which every target is tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from eqsim.checking.checked import Type
from eqsim.language.expr import Expr
from eqsim.lowering.evaluate import evaluate
from eqsim.lowering.kernel import Add, Append, Draw, If, Instruction, Kernel, Let, Load, Store
from eqsim.random import Kind, binomial, normal, poisson, uniform
from eqsim.targets.independence import Needs, needs

Indexes = npt.NDArray[np.int64]
_NONE: Mapping[str, Callable[..., Any]] = MappingProxyType({})
_LAWS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"uniform": uniform, "normal": normal, "poisson": poisson, "binomial": binomial}
)
_DTYPE: Mapping[Type, type[np.generic]] = MappingProxyType({"integer": np.int64, "boolean": np.bool})
_PYTHON: Mapping[Type, Callable[[Any], Any]] = MappingProxyType({"real": float, "integer": int, "boolean": bool})


@dataclass(frozen=True, slots=True)
class _Elements:
    """Some elements of a domain: their index locals, and where runs begin (from 0, the end included)."""

    indexes: Mapping[str, Indexes]
    count: int
    bounds: Indexes

    def part(self, start: int, stop: int) -> _Elements:
        """Return consecutive elements as one run."""
        return _run({name: values[start:stop] for name, values in self.indexes.items()}, stop - start)


@dataclass(frozen=True, slots=True)
class _Call:
    """What stays the same during one call of a kernel."""

    arguments: Mapping[str, Any]
    values: Mapping[str, Any]  # names of formulas that are not locals: scalars, the clock, invariants, whole arrays
    functions: Mapping[str, Callable[..., Any]]
    flags: frozenset[str]
    real: npt.DTypeLike
    step: int
    stream: int


def interpret(
    kernel: Kernel,
    arguments: Mapping[str, Any],
    step: int,
    dt: float,
    stream: int,
    *,
    functions: Mapping[str, Callable[..., Any]] = _NONE,
) -> None:
    """Carry out a kernel for every element of its domain, in order, changing the arrays in place.

    ``arguments`` holds arrays and scalars by name, lists as ``x`` and ``x_count``, and under the reserved names of
    the IR what the domain iterates over. The time is ``t = step*dt``. The meaning is that of a plain loop, element
    after element; elements are taken together where they cannot meet in memory. Locals are kept in the dtype of the
    real arrays. ``functions`` are those that the language does not have.
    """
    values = {name: _plain(arguments[name]) for name in kernel.scalars}
    values |= {name: arguments[name] for name in kernel.arrays}
    values |= {"t": step * dt, "dt": dt, "_step": step}
    real = next((arguments[name].dtype for name, entry in kernel.arrays.items() if entry == "real"), np.dtype(float))
    flags = frozenset(name for name, entry in kernel.arrays.items() if entry == "flag")
    call = _Call(arguments, values, {"_held": _held, **functions}, flags, real, step, stream)
    for let in kernel.invariant:
        values[let.name] = _of_type(evaluate(let.value, values, call.functions, real=real), let.type, real)
    for part in _apart(_elements(kernel, arguments), needs(kernel, arguments)):
        _carry_out(kernel.body, dict(part.indexes), part.count, call)


# domains -----------------------------------------------------------------------------------------------------------


def _elements(kernel: Kernel, arguments: Mapping[str, Any]) -> _Elements:
    match kernel.domain:
        case "each":
            count = int(arguments["_n"])
            return _run({"_i": np.arange(count)}, count)
        case "listed":
            count = int(arguments["_count"][0])
            return _run({"_i": arguments["_events"][:count].astype(np.int64)}, count)
        case "synapses":
            start = arguments["_start"].astype(np.int64)
            elements = _flat(np.arange(start.size - 1), start[:-1], start[1:], "_i", "_k")
        case "arrivals" | "backward":
            runs = int(arguments["_runs"][0])
            source, begin, end = (
                arguments[f"_run_{name}"][:runs].astype(np.int64) for name in ("source", "begin", "end")
            )
            if kernel.domain == "backward":
                elements = _flat(source, begin, end, "_j", "_k")
                k = arguments["_permutation"][elements.indexes["_k"]].astype(np.int64)
                i = arguments["_source"][k].astype(np.int64)
                return replace(elements, indexes={"_i": i, "_j": elements.indexes["_j"], "_k": k})
            elements = _flat(source, begin, end, "_i", "_k")
        case "once":
            return _run({}, 1)
    j = arguments["_target"][elements.indexes["_k"]].astype(np.int64)
    return replace(elements, indexes={**elements.indexes, "_j": j})


def _run(indexes: Mapping[str, Indexes], count: int) -> _Elements:
    return _Elements(indexes, count, np.array([0, count]))


def _flat(owner: Indexes, begin: Indexes, end: Indexes, outer: str, inner: str) -> _Elements:
    """Return the elements of runs one after another: ``outer`` is the run's owner, ``inner`` goes from begin to end."""
    length = end - begin
    bounds = np.concatenate([[0], np.cumsum(length)])
    position = np.arange(bounds[-1]) + np.repeat(begin - bounds[:-1], length)
    return _Elements({outer: np.repeat(owner, length), inner: position}, int(bounds[-1]), bounds)


def _apart(elements: _Elements, need: Needs) -> Iterator[_Elements]:
    """Yield the elements in order, as many at a time as cannot meet."""
    if elements.count == 0:
        return
    if need.together(elements.indexes):
        yield elements
        return
    for start, stop in zip(elements.bounds[:-1].tolist(), elements.bounds[1:].tolist(), strict=True):
        run = elements.part(start, stop)
        if start < stop and elements.bounds.size > 2 and need.together(run.indexes):
            yield run
        else:
            yield from (run.part(one, one + 1) for one in range(run.count))


# instructions ------------------------------------------------------------------------------------------------------


def _carry_out(body: tuple[Instruction, ...], known: dict[str, Any], count: int, call: _Call) -> None:
    """Carry out instructions for ``count`` elements; ``known`` are their locals."""
    for instruction in body:
        match instruction:
            case Load(name, array, index):
                known[name] = call.arguments[array][_index(index, known, count)]
            case Let(name, value, kind):
                known[name] = _of_type(_value(value, known, call), kind, call.real)
            case Store(array, index, value):
                call.arguments[array][_index(index, known, count)] = _entries(array, value, known, call)
            case Add(array, index, value):
                np.add.at(call.arguments[array], _index(index, known, count), _entries(array, value, known, call))
            case Append(target, value):
                length = call.arguments[f"{target}_count"]
                call.arguments[target][length[0] : length[0] + count] = _value(value, known, call)
                length[0] += count
            case If(condition, inner):
                where = np.flatnonzero(np.broadcast_to(_value(condition, known, call), count))
                if where.size:
                    _carry_out(inner, {name: _taken(local, where) for name, local in known.items()}, where.size, call)
            case Draw(name, law, number, element, arguments):
                given = tuple(_value(argument, known, call) for argument in arguments)
                element_index = _index(element, known, count)
                drawn = _LAWS[law](call.stream, Kind.RUN, number, call.step, element_index, *given)
                known[name] = drawn.astype(call.real) if drawn.dtype.kind == "f" else drawn


def _value(expr: Expr, known: Mapping[str, Any], call: _Call) -> Any:
    return evaluate(expr, {**call.values, **known}, call.functions, real=call.real)


def _entries(array: str, expr: Expr, known: Mapping[str, Any], call: _Call) -> Any:
    """Return a formula's value as entries of an array; a byte says whether a condition holds."""
    value = _value(expr, known, call)
    value = np.not_equal(value, 0) if array in call.flags else value
    return np.asarray(value).astype(call.arguments[array].dtype)


def _index(index: str, known: Mapping[str, Any], count: int) -> Indexes:
    return np.broadcast_to(np.int64(index) if index.isdigit() else known[index], count)


def _taken(local: Any, where: Indexes) -> Any:
    return local[where] if isinstance(local, np.ndarray) and local.ndim else local


def _of_type(value: Any, kind: Type, real: npt.DTypeLike) -> Any:
    """Return a local's value in its type; a number that no array was concerned in stays a Python number."""
    if isinstance(value, np.ndarray):
        return value.astype(_DTYPE.get(kind, real), copy=False)
    return _PYTHON[kind](value)


def _plain(scalar: Any) -> Any:
    return scalar.item() if isinstance(scalar, np.generic | np.ndarray) else scalar


def _held(table: npt.NDArray[Any], columns: int, step: float, t: Any, column: Any) -> Any:
    """Return the entry of a table that holds at ``t``; before it the first, after it the last, of columns too."""
    rows = table.size // columns
    # a thousandth of a step lets times that are whole steps but for rounding count as whole
    row = np.clip(np.floor(np.asarray(t / step + 1e-3)), 0, rows - 1).astype(np.int64)
    return table.reshape(-1)[row * columns + np.clip(np.asarray(column).astype(np.int64), 0, columns - 1)]
