"""The variables of one object: stored arrays, defaults waiting to be evaluated, and texts evaluated on them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from eqsim.analysis.plain import plain_in
from eqsim.analysis.system import System
from eqsim.checking.checked import CheckedCode, CheckedExpression, Role, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.connectivity.order import rearrange
from eqsim.language.expr import Expr, Name, names, substitute
from eqsim.lowering.evaluate import evaluate
from eqsim.lowering.kernel import Entry
from eqsim.network.capture import externals
from eqsim.network.captured import callables, same_value
from eqsim.network.precision import in_single
from eqsim.random import Kind, binomial, normal, poisson, uniform
from eqsim.random.pieces import cut, many, shared_out
from eqsim.targets.target import Storage
from eqsim.text.errors import ArgumentError, DefinitionError, UnitsError
from eqsim.units import magnitude

DTYPES: Mapping[Entry, str] = MappingProxyType(
    {"real": "float64", "integer": "int64", "count": "int64", "flag": "uint8"}
)
Indices = NDArray[np.int64]
_LINK = "assign es.linked(group, 'variable') to it"
NEVER = -(1 << 62)  # lastspike in steps, as long as the length of a step is not known
BEFORE_EVER = 1e7  # milliseconds: lastspike of a neuron that never spiked is -10^4 s
_BLOCK = 1 << 18  # elements for which a text is evaluated at a time
_LAWS: Mapping[str, Callable[..., Any]] = MappingProxyType({"uniform": uniform, "normal": normal})


class Variables:
    """Stored values of an object's variables, each in its declared unit, and what waits to become one.

    ``links`` maps ``pre`` and ``post`` to the variables of a synapse's ends, with the function that gives, for
    synapses, the element of that end.
    """

    def __init__(self, owner: str, system: System, arrays: Mapping[str, Entry], size: int, stream: int) -> None:
        self.owner = owner
        self.system = system
        self.symbols: Mapping[str, Symbol] = system.symbols
        self.entries = dict(arrays)
        self.size = size
        self.stream = stream
        self.storage = Storage()
        self.namespace: dict[str, Any] = {}
        self.captured = {n: symbol for n, symbol in system.symbols.items() if symbol.role is Role.EXTERNAL}
        self.time: Callable[[], tuple[int, float]] = lambda: (0, 0.0)
        self.next_step: Callable[[], int] = lambda: 0  # of the object's own clock
        self.links: dict[str, tuple[Variables, Callable[[Indices], Indices]]] = {}
        self.ordinal: Callable[[Indices], Indices] = lambda index: index
        self.builtins: dict[str, Callable[[Indices], Any]] = {}
        self._held = {alias.name: alias.value for alias in system.aliases if alias.constant_over_dt}
        self.defaults: Mapping[str, Expr] = MappingProxyType({})  # all of them, also those evaluated already
        self.linkable: frozenset[str] = frozenset()  # parameters marked (linked)
        self.linked: dict[str, tuple[Any, Variables, str, Indices | None]] = {}  # what they refer to, once they do
        self._waiting: dict[str, Expr] = {}
        self.at_rest: Mapping[str, Expr] = MappingProxyType({})  # formulas in plain numbers, for states without a value
        self._place: Indices | Callable[[], Indices | None] | None = None
        self._under_way: list[str] = []
        self._assignments = 0
        self._occasion = 0
        self.dependents: WeakSet[Any] = WeakSet()  # the monitors and synapses that were made on this object
        self._loose: set[str] = (
            set()
        )  # those whose array nobody else has: it may be exchanged, and be float32 meanwhile
        self.part: Indices | None = None  # the elements of the part of the group for which a text is evaluated
        for name, entry in self.entries.items():
            self.storage.arrays[name] = self._zeros(name, entry)

    @property
    def waiting(self) -> dict[str, Expr]:
        """Checked formulas of defaults and initial values that were not evaluated yet."""
        return self._waiting

    @waiting.setter
    def waiting(self, formulas: dict[str, Expr]) -> None:
        self._waiting, self.defaults = formulas, MappingProxyType(dict(formulas))

    @property
    def place(self) -> Indices | None:
        """Where each element is stored, if not at its index; given as a function, it is found when first needed."""
        if callable(self._place):
            self._place = self._place()
        return self._place

    @place.setter
    def place(self, place: Indices | Callable[[], Indices | None] | None) -> None:
        self._place = place

    def _zeros(self, name: str, entry: Entry) -> NDArray[Any]:
        length = 1 if self.is_shared(name) else self.size
        if entry == "flag":  # in whole words of eight, as spike lists are read
            return np.zeros((length + 7) // 8 * 8, np.uint8)
        if name == "lastspike":
            return np.full(length, NEVER)
        if name in self._held and entry == "real":  # as long as no step has computed it
            return np.full(length, np.nan)
        return np.zeros(length, DTYPES[entry])

    def is_shared(self, name: str) -> bool:
        """Whether a variable has one value for all elements."""
        return name in self.symbols and self.symbols[name].shared

    def unit(self, name: str) -> Unit:
        """Return the unit in which a variable counts."""
        return self.symbols[name].unit

    def resize(self, size: int) -> None:
        """Make room for more elements; what is new is zero, or the default where one is given."""
        self.size = size
        for name, entry in self.entries.items():
            old, new = self.storage.arrays[name], self._zeros(name, entry)
            new = new.astype(old.dtype, copy=False)
            new[: min(len(old), len(new))] = old[: len(new)]
            self.storage.arrays[name] = new
            if entry == "real" and not self.is_shared(name) and new.dtype == np.float64:
                self._loose.add(name)

    def own(self, name: str) -> NDArray[Any]:
        """Return a variable's array, which from here on stays the same one, in double precision or the network's."""
        array = self._wide(name)
        self._loose.discard(name)
        return array

    def own_all(self, dtype: str | None = None) -> None:
        """Let all arrays stay the same ones; real numbers become those of a type if one is given."""
        for name, entry in self.entries.items():
            if dtype is None:
                self.own(name)
            elif entry == "real" and self.storage.arrays[name].dtype != dtype:
                self.storage.arrays[name] = self.storage.arrays[name].astype(dtype)
        self._loose.clear()

    def _wide(self, name: str) -> NDArray[Any]:
        """Return a variable's array as numbers of any precision are written to it."""
        array = self.storage.arrays[name]
        if name in self._loose and array.dtype == np.float32:
            self.storage.arrays[name] = array = array.astype(np.float64)
        return array

    def take(self, order: Indices, start: Indices | None = None) -> None:
        """Lay values out anew: at each position that of the element that ``order`` names, by its position so far.

        ``start`` says where rows begin that mostly keep their members, so that little memory is needed besides.
        """
        rows = np.array([0, len(order)]) if start is None else start
        for name in self.entries:
            if not self.is_shared(name):
                rearrange(self.storage.arrays[name], order, rows)

    def retain(self, kept: Indices) -> None:
        """Keep these elements alone, ascending; values must lie at their indexes."""
        old = dict(self.storage.arrays)
        self.resize(len(kept))
        for name in self.entries:
            if not self.is_shared(name):
                self.storage.arrays[name][: self.size] = old[name][kept]

    # plain values ----------------------------------------------------------------------------------------------------

    def read(self, name: str, index: Indices | None = None) -> NDArray[Any]:
        """Return plain values of a stored variable or a subexpression, one for each index (all by default)."""
        if name in self.waiting:
            self.settle(name)
        if name in self.linked:
            _, other, variable, seen = self.linked[name]
            every = np.arange(self.size) if index is None else index
            if other.is_shared(variable) or (seen is None and other.size == 1):
                return np.broadcast_to(other.read(variable)[:1], every.shape)
            return other.read(variable, every if seen is None else seen[every])
        if name in self.linkable:
            raise ArgumentError(f"{name!r} is linked to nothing yet", owner=self.owner, hint=_LINK)
        if name in self._held and np.isnan(self.storage.arrays[name]).all():
            every = np.arange(1 if self.is_shared(name) else self.size) if index is None else index
            return np.broadcast_to(self.compute(self._held[name], self.symbols, every), every.shape)
        if name in self.entries:
            if self.is_shared(name):
                return self.storage.arrays[name][:1]
            if self.place is not None:
                index = self.place if index is None else self.place[index]
            values = self.own(name)[: self.size] if index is None else self.storage.arrays[name][index]
            if name in self._loose:
                values = values.astype(np.float64, copy=False)
            values = values != 0 if self.entries[name] == "flag" else values
            if values.base is None:
                values.flags.writeable = False  # a copy: what is written to it would be lost
            return values
        every = np.arange(self.size) if index is None else index
        return np.broadcast_to(self.compute(Name(name), self.symbols, every), every.shape)

    def write(self, name: str, values: Any, index: Indices | None = None) -> None:
        """Store plain values, given for each index (all by default) or one for all."""
        if name in self.waiting:
            if index is None:
                del self.waiting[name]
            else:
                self.settle(name)
        array = self.storage.arrays[name]
        single = in_single(np.asarray(values)) if index is None and name in self._loose else None
        if self.is_shared(name):
            array[0] = np.ravel(values)[0]
        elif single is not None and self.place is None:
            self.storage.arrays[name] = single
        else:
            array = self._wide(name)
            if self.place is not None:
                index = self.place if index is None else self.place[index]
            array[slice(0, self.size) if index is None else index] = values

    def link(self, name: str, group: Any, other: Variables, variable: str, seen: Indices | None) -> None:
        """Let a ``(linked)`` parameter refer to a variable of another object."""
        if not self.unit(name).same_dimension(other.unit(variable)) or self.unit(name) != other.unit(variable):
            raise UnitsError(
                f"{name!r} and {variable!r} count in different units",
                owner=self.owner,
                found=f"{unit_text(other.unit(variable))}, against {unit_text(self.unit(name))} of {name}",
                hint=f"declare {name} in {unit_text(other.unit(variable))}",
            )
        if seen is not None and len(seen) != self.size:
            hint = "give one index for each element"
            raise ArgumentError(f"{len(seen)} indices for {self.size} elements", owner=self.owner, hint=hint)
        if seen is None and not other.is_shared(variable) and other.size not in {1, self.size}:
            hint = "index= says which element each one sees"
            raise ArgumentError(f"{other.size} elements for {self.size}", owner=self.owner, hint=hint)
        self.linked[name] = (group, other, variable, seen)

    def settle(self, name: str) -> None:
        """Evaluate a default or an initial value that waits, in order of dependence; a circle is an error."""
        if name in self._under_way:
            circle = " -> ".join([*self._under_way[self._under_way.index(name) :], name])
            raise DefinitionError(f"defaults and initial values depend on each other: {circle}", owner=self.owner)
        self._under_way.append(name)
        try:
            index = range(1 if self.is_shared(name) else self.size)
            if name in self.at_rest:
                values = np.asarray(self.compute(self.at_rest[name], self.symbols, np.asarray(index)))
            else:
                values = self.draw_values(self.waiting[name], self.symbols, self.unit(name), index, _occasion(name))
        finally:
            self._under_way.pop()
        if name in self.waiting:
            self.write(name, values)

    def settle_all(self) -> None:
        """Evaluate all defaults and initial values that still wait."""
        for name in list(self.waiting):
            if name in self.waiting:
                self.settle(name)

    # formulas --------------------------------------------------------------------------------------------------------

    def draw_values(
        self, expr: Expr, symbols: Mapping[str, Symbol], unit: Unit, index: Indices | range, occasion: int | None = None
    ) -> NDArray[Any]:
        """Return a checked formula's values for elements, counted in a unit; a range counts them all from 0 on.

        Every call draws new random numbers, but those for the same ``occasion`` are the same.
        """
        if occasion is None:
            self._assignments += 1
        self._occasion = self._assignments if occasion is None else occasion
        plain = plain_in(expr, symbols, unit, externals(self.namespace))
        laws = _compiled_laws() if many(len(index)) else _LAWS
        if len(index) <= _BLOCK:
            return np.asarray(self.compute(plain, symbols, np.asarray(index, np.int64), laws))
        first = np.asarray(self.compute(plain, symbols, np.asarray(index[:_BLOCK]), laws))
        values = np.empty(len(index), first.dtype)
        values[:_BLOCK] = first

        def fill(begin: int, end: int) -> None:
            block = slice(_BLOCK + begin, _BLOCK + end)
            some = np.arange(block.start, block.stop) if isinstance(index, range) else index[block]
            values[block] = self.compute(plain, symbols, some, laws)

        blocks = cut(len(index) - _BLOCK, _BLOCK)
        if many(len(index)) and not callables(self.namespace):  # what users wrote is called by one thread at a time
            shared_out(fill, blocks)
        else:
            for block in blocks:
                fill(*block)
        return values

    def evaluate(
        self,
        checked: CheckedExpression,
        unit: Unit,
        index: Indices | range,
        values: Mapping[str, Any],
        part: Indices | None = None,
    ) -> NDArray[Any]:
        """Return a checked expression's values for elements, counted in a unit.

        ``values`` are those that it captured; ``i`` and ``N`` count within a ``part`` of the elements, or all.
        """
        saved = dict(self.namespace)
        self.namespace.update(values)
        self.part = part
        try:
            return self.draw_values(checked.value, checked.symbols, unit, index)
        finally:
            self.part = None
            self.namespace.clear()
            self.namespace.update(saved)

    def compute(
        self, plain: Expr, symbols: Mapping[str, Symbol], index: Indices, laws: Mapping[str, Callable[..., Any]] = _LAWS
    ) -> Any:
        """Return a plain formula's values for elements; ``laws`` draw uniform and normal numbers."""
        values = {name: self._value(name, symbols, index) for name in names(plain)}
        number = iter(range(1 << 20))

        def draw(law: str, arguments: tuple[Any, ...]) -> Any:
            place = (self.stream, Kind.INITIAL, next(number), self._occasion, index)
            match law:
                case "rand" | "uniform":
                    return laws["uniform"](*place)
                case "randn" | "normal":
                    return laws["normal"](*place)
                case "poisson":
                    return poisson(*place, *arguments)
                case _:
                    return binomial(*place, *arguments)

        return evaluate(plain, values, callables(self.namespace), draw)

    def _value(self, name: str, symbols: Mapping[str, Symbol], index: Indices) -> Any:
        symbol = symbols[name]
        if symbol.of != "own":
            end, element = self.links[symbol.of]
            return end._value_own(symbol.variable or name, element(index))
        return self._value_of(symbol, symbol.variable or name, index)

    def _value_own(self, name: str, index: Indices) -> Any:
        if name in self.entries:
            return self.read(name, index)
        return self._value_of(self.symbols[name], name, index)

    def _value_of(self, symbol: Symbol, name: str, index: Indices) -> Any:
        match symbol.role:
            case Role.STATE | Role.PARAMETER:
                return self.read(name, index)
            case Role.SUBEXPRESSION:
                if name in self.entries and name not in self.waiting:
                    return self.read(name, index)
                alias = next(alias for alias in self.system.aliases if alias.name == name)
                return self.compute(alias.value, self.symbols, index)
            case Role.EXTERNAL:
                return self.constant(name, symbol)
            case Role.CONSTANT:
                return {"pi": np.pi, "e": np.e, "inf": np.inf, "nan": np.nan}[name]
            case _:
                return self._builtin(name, index)

    def capture(self, code: CheckedCode, values: Mapping[str, Any]) -> CheckedCode:
        """Keep the values that statements use; return the statements with the names under which they are kept."""
        symbols, formulas = self._kept(code.symbols, values)
        statements = tuple(replace(s, value=substitute(s.value, formulas)) for s in code.statements)
        return CheckedCode(statements, symbols, code.source) if formulas else code

    def keep(self, checked: CheckedExpression, values: Mapping[str, Any]) -> CheckedExpression:
        """Keep the values that a formula uses; return it with the names under which they are kept."""
        symbols, formulas = self._kept(checked.symbols, values)
        return replace(checked, value=substitute(checked.value, formulas), symbols=symbols)

    def _kept(
        self, symbols: Mapping[str, Symbol], values: Mapping[str, Any]
    ) -> tuple[Mapping[str, Symbol], dict[str, Expr]]:
        """Keep captured values; a name that means something else already gets a number."""
        names: dict[str, str] = {}
        for name, value in values.items():
            kept, number = name, 1
            while kept in self.namespace and not same_value(self.namespace[kept], value):
                number += 1
                kept = f"{name}_{number}"
            names[name], self.namespace[kept] = kept, value
            if name in symbols:
                self.captured[kept] = replace(symbols[name], name=kept, variable=kept)
        changed = {name: kept for name, kept in names.items() if name != kept}
        known = {changed.get(name, name): symbol for name, symbol in symbols.items()}
        known |= {kept: self.captured[kept] for kept in changed.values() if kept in self.captured}
        return known, {name: Name(kept) for name, kept in changed.items()}

    def _within(self, index: Indices) -> Indices:
        """Return indexes of the group as those of the part for which a text is evaluated."""
        if self.part is None:
            return index
        table = np.zeros(self.size, np.int64)
        table[self.part] = np.arange(len(self.part))
        within: Indices = table[index]
        return within

    def constant(self, name: str, symbol: Symbol) -> float:
        """Return a captured constant, counted in the unit in which kernels take it."""
        if name not in self.namespace:
            raise ArgumentError(f"the namespace no longer holds {name!r}", owner=self.owner)
        value = self.namespace[name]
        if np.ndim(value) or isinstance(value, str) or value is None:
            hint = "a captured value is a scalar, with or without unit"
            raise ArgumentError(f"{name!r} in the namespace is now {value!r}", owner=self.owner, hint=hint)
        try:
            return float(magnitude(value, symbol.unit, f"{name!r} in the namespace of {self.owner}"))
        except UnitsError as error:
            found, hint = error.mistakes[0].found, error.mistakes[0].hint
            summary = f"{name!r} in the namespace now has another unit"
            raise UnitsError(summary, owner=self.owner, found=found, hint=hint) from None

    def _builtin(self, name: str, index: Indices) -> Any:
        if name in self.builtins:
            return self.builtins[name](index)
        step, dt = self.time()
        match name:
            case "t":
                return step * dt
            case "dt":
                return dt
            case "t_in_timesteps":
                return step
            case "i":
                return self._within(self.ordinal(index))
            case "N":
                return self.size if self.part is None else len(self.part)
            case "lastspike" | "lastupdate":
                steps = self.storage.arrays[name][index if self.place is None else self.place[index]]
                return np.where(steps == NEVER, -BEFORE_EVER, steps * dt)
            case "not_refractory":
                if "not_refractory" in self.entries:
                    return self.storage.arrays["not_refractory"][index] != 0
                if "_release" in self.entries:
                    return self.storage.arrays["_release"][index] <= step
                return np.ones(len(index), bool)
            case _:
                raise ArgumentError(f"{name!r} has no value here", owner=self.owner)


def _occasion(name: str) -> int:
    """Return what tells the draws of a default from all others, whenever it is evaluated."""
    return 1 << 44 | zlib.crc32(name.encode())


def _compiled_laws() -> Mapping[str, Callable[..., Any]]:
    """Return the laws for many elements: the same numbers, sooner."""
    from eqsim.random import compiled  # noqa: PLC0415 - Numba is loaded for many elements

    return {"uniform": compiled.uniform, "normal": compiled.normal}
