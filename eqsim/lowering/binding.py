"""Names of a checked text bound to arrays, scalars and locals of a kernel.

A ``Binder`` collects the instructions of one kernel: each variable is loaded when first needed, each subexpression
bound when first needed and again after something it depends on was written, each draw numbered. Writes are kept in
locals and stored at the end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from eqsim.analysis.plain import plain_in
from eqsim.analysis.rewrite import rewrite
from eqsim.analysis.system import System
from eqsim.checking.checked import CheckedCode, External, Role, Symbol, Type
from eqsim.checking.dimensions import Unit
from eqsim.language.expr import Binary, Call, Compare, Conditional, Expr, Name, Number, children, names, rebuild
from eqsim.lowering.kernel import (
    Add,
    Append,
    Domain,
    Draw,
    Entry,
    Instruction,
    Kernel,
    Law,
    Let,
    Load,
    Store,
    UserFunction,
    identifier,
)
from eqsim.lowering.types import type_of

Of = Literal["own", "pre", "post"]
LAWS: Mapping[str, Law] = MappingProxyType(
    {"rand": "uniform", "randn": "normal", "poisson": "poisson", "binomial": "binomial"}
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose variables a kernel sees, and through which index.

    ``arrays`` holds every variable that has storage with what its entries are; ``shared`` those with one value for all.
    ``alias_of`` is the owner under whose name the arrays go: where source and target are one group, so are the arrays.
    ``ordinal`` is how ``i`` (or ``j``) reads: the index itself, the index less an offset, or an entry of ``_index``.
    """

    system: System
    arrays: Mapping[str, Entry]
    index: str = "_i"
    shared: frozenset[str] = frozenset()
    refractory: Literal["none", "time", "condition"] = "none"
    alias_of: Of | None = None
    ordinal: Literal["index", "offset", "table"] = "index"
    externals: Mapping[str, External] = field(default_factory=dict)  # captured names, TimedArrays among them
    functions: Mapping[str, UserFunction] = field(default_factory=dict)  # of users
    indirect: frozenset[str] = frozenset()  # linked variables that each element sees through an index of its own


@dataclass(frozen=True, slots=True)
class Place:
    """Where an argument of a kernel comes from: a variable, or a captured constant, of an owner."""

    of: Of
    variable: str


@dataclass(frozen=True, slots=True)
class Lowered:
    """A kernel and the places that its arguments come from."""

    kernel: Kernel
    places: Mapping[str, Place]


@dataclass
class Binder:
    """The instructions of a kernel under construction."""

    owners: Mapping[Of, Owner]
    places: dict[str, Place] = field(default_factory=dict)
    arrays: dict[str, Entry] = field(default_factory=dict)
    scalars: dict[str, Type] = field(default_factory=dict)
    lists: dict[str, Entry] = field(default_factory=dict)
    instructions: list[Instruction] = field(default_factory=list)
    functions: dict[str, UserFunction] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=lambda: {"t": "real", "dt": "real", "_step": "integer"})
    _current: dict[tuple[Of, str], Name] = field(default_factory=dict)
    _depends: dict[tuple[Of, str], frozenset[tuple[Of, str]]] = field(default_factory=dict)
    _written: dict[tuple[Of, str], Name] = field(default_factory=dict)
    _fresh: int = 0
    _draws: int = 0

    # reading -------------------------------------------------------------------------------------------------------

    def value(self, expr: Expr, symbols: Mapping[str, Symbol], unit: Unit, of: Of = "own") -> Expr:
        """Return a checked formula of an owner's text as a formula on this kernel's locals, counted in ``unit``."""
        return self.resolve(rewrite(plain_in(expr, symbols, unit, self.owners[of].externals)), symbols, of)

    def resolve(self, expr: Expr, symbols: Mapping[str, Symbol], of: Of = "own") -> Expr:
        """Return a plain formula with every name replaced by a local, binding what is not bound yet."""
        if isinstance(expr, Name):
            return self._name(expr, symbols, of)
        if isinstance(expr, Call):
            if expr.function in LAWS:
                return self._draw(expr, symbols, of)
            external = self.owners[of].externals.get(expr.function)
            if external is not None and external.kind == "timed_array":
                return self._table(expr, symbols, of)
            if external is not None and external.kind == "function":
                return self._function(expr, symbols, of)
        return rebuild(expr, tuple(self.resolve(child, symbols, of) for child in children(expr)))

    def variable(self, of: Of, name: str) -> Name:
        """Return the local that holds a stored variable's value, loading it when first needed."""
        key = (of, name)
        if key not in self._current:
            owner = self.owners[of]
            entry = owner.arrays[name]
            local = self._local(of, name)
            if entry == "flag":
                raw = f"_byte_{local}"
                self.emit(Load(raw, self.array(of, name), self._index(of, name)), "integer")
                self.let(local, Compare("!=", Name(raw), Number(0)), "boolean")
            else:
                kind: Type = "real" if entry == "real" else "integer"
                self.emit(Load(local, self.array(of, name), self._index(of, name)), kind)
            self._current[key] = Name(local)
        return self._current[key]

    def not_refractory(self, of: Of) -> Expr:
        """Return the condition that an owner's neuron is not refractory at this step."""
        kind = self.owners[of].refractory
        if kind == "time":
            key = (of, "not_refractory")
            if key not in self._current:
                release = self.variable(of, "_release")
                local = self._local(of, "not_refractory")
                self.let(local, Compare(">=", Name("_step"), release), "boolean")
                self._current[key] = Name(local)
            return self._current[key]
        if kind == "condition":
            return self.variable(of, "not_refractory")
        return Number(value=True)

    def scalar(self, of: Of, name: str, kind: Type = "real") -> Name:
        """Return the scalar argument that holds a constant of an owner."""
        plain = identifier(name)
        argument = plain if of == "own" and not plain.startswith("_") else f"_{of}_{plain}"
        self.scalars[argument] = kind
        self.types[argument] = kind
        self.places[argument] = Place(of, name)
        return Name(argument)

    def array(self, of: Of, name: str) -> str:
        """Return the array argument that holds a variable of an owner."""
        owner = self.owners[of]
        of = owner.alias_of or of
        argument = f"_{of}_{identifier(name)}"
        self.arrays[argument] = owner.arrays[name]
        self.places[argument] = Place(of, name)
        return argument

    # writing -------------------------------------------------------------------------------------------------------

    def assign(self, of: Of, name: str, value: Expr) -> None:
        """Give a stored variable a new value; it is stored when the kernel is finished."""
        key = (of, name)
        self._fresh += 1
        local = f"_{self._local(of, name)}_{self._fresh}"
        entry = self.owners[of].arrays[name]
        self.let(local, value, {"real": "real", "flag": "boolean"}.get(entry, "integer"))  # type: ignore[arg-type]
        self._current[key] = self._written[key] = Name(local)
        self._forget(key)
        self._reach(of, name)

    def add(self, of: Of, name: str, value: Expr) -> None:
        """Add to a stored variable that this kernel does not read otherwise."""
        self.emit(Add(self.array(of, name), self._index(of, name), value))
        self._reach(of, name)

    def flush(self) -> None:
        """Store what was assigned so far."""
        for (of, name), local in self._written.items():
            self.emit(Store(self.array(of, name), self._index(of, name), local))
        self._written.clear()

    def bind(self, of: Of, name: str, local: Name) -> None:
        """Take a local as a variable's new value, to be stored at the end."""
        self._current[of, name] = self._written[of, name] = local
        self._forget((of, name))

    def append(self, target: str, entry: Entry, value: Expr, place: Place) -> None:
        """Append a value to a list."""
        self.lists[target] = entry
        self.places[target] = place
        self.places[f"{target}_count"] = Place(place.of, f"{place.variable}_count")
        self.emit(Append(target, value))

    def emit(self, instruction: Instruction, kind: Type | None = None) -> None:
        """Add an instruction; ``kind`` is the type of the local that it binds."""
        self.instructions.append(instruction)
        if kind is not None and isinstance(instruction, Load | Let | Draw):
            self.types[instruction.name] = kind

    def let(self, name: str, value: Expr, kind: Type) -> Name:
        """Bind a local."""
        self.emit(Let(name, value, kind), kind)
        return Name(name)

    def fresh(self, stem: str) -> str:
        """Return a local's name that nothing has."""
        self._fresh += 1
        return f"_{stem}_{self._fresh}"

    def number(self, law: Law, arguments: tuple[Expr, ...], *, shared: bool = False) -> Name:
        """Draw a random number for this element, or one that is the same for all."""
        name = self.fresh(law)
        kind: Type = "real" if law in {"uniform", "normal"} else "integer"
        element = "0" if shared else self.owners["own"].index
        self.emit(Draw(name, law, self._draws, element, arguments), kind)
        self._draws += 1
        return Name(name)

    def kernel(self, name: str, domain: Domain, title: str = "") -> Lowered:
        """Return the finished kernel, everything assigned stored."""
        self.flush()
        kernel = Kernel(
            name,
            domain,
            dict(self.arrays),
            tuple(self.instructions),
            dict(self.scalars),
            dict(self.lists),
            (),
            dict(self.functions),
            title,
        )
        return Lowered(kernel, dict(self.places))

    # within --------------------------------------------------------------------------------------------------------

    def _local(self, of: Of, name: str) -> str:
        return identifier(name) if of == "own" else f"{identifier(name)}_{of}"

    def _index(self, of: Of, name: str) -> str:
        owner = self.owners[of]
        if name in owner.indirect:
            return self.variable(of, f"_index_{name}").name
        return "0" if name in owner.shared else owner.index

    def _forget(self, key: tuple[Of, str]) -> None:
        for alias in [alias for alias, needs in self._depends.items() if key in needs]:
            self._current.pop(alias, None)
            del self._depends[alias]

    def _name(self, expr: Name, symbols: Mapping[str, Symbol], of: Of) -> Expr:
        symbol = symbols.get(expr.name)
        if symbol is None:
            return expr  # a local of the machinery
        whose: Of = symbol.of if of == "own" else of
        name = symbol.variable or symbol.name
        match symbol.role:
            case Role.STATE | Role.PARAMETER:
                return self.variable(whose, name)
            case Role.SUBEXPRESSION:
                if name in self.owners[whose].arrays:
                    return self.variable(whose, name)
                return self._alias(whose, name)
            case Role.EXTERNAL:
                constant = self.scalar(of, name)
                return Compare("!=", constant, Number(0)) if symbol.type == "boolean" else constant
            case Role.CONSTANT:
                return _CONSTANTS[name]
            case Role.BUILTIN:
                return self._builtin(whose, name)
            case Role.LOCAL:
                return self._current.get(("own", f"={name}"), Name(name))
            case _:
                return expr

    def _builtin(self, of: Of, name: str) -> Expr:
        match name:
            case "t" | "dt":
                return Name(name)
            case "t_in_timesteps":
                return Name("_step")
            case "i" | "j":
                return self._ordinal("pre" if name == "i" and "pre" in self.owners else "post" if name == "j" else of)
            case "N" | "N_pre" | "N_post":
                ends: dict[str, Of] = {"N": of, "N_pre": "pre", "N_post": "post"}
                return self.scalar(ends[name], "_N", "integer")
            case "lastspike" | "lastupdate" | "delay":
                return Binary("*", self.variable(of, name), Name("dt"))
            case "not_refractory":
                return self.not_refractory(of)
            case _:
                return self.variable(of, name)

    def _ordinal(self, of: Of) -> Expr:
        owner = self.owners[of]
        if owner.ordinal == "offset":
            return Binary("-", Name(owner.index), self.scalar(of, "_offset", "integer"))
        if owner.ordinal == "table":
            return self.variable(of, "_index")
        return Name(owner.index)

    def _alias(self, of: Of, name: str) -> Name:
        key = (of, name)
        if key not in self._current:
            system = self.owners[of].system
            alias = next(alias for alias in system.aliases if alias.name == name)
            value = self.resolve(alias.value, system.symbols, of)
            local = self._local(of, name)
            if local in self.types:
                local = self.fresh(local)
            self._current[key] = self.let(local, value, alias.type)
            self._depends[key] = self._needs(of, name)
        return self._current[key]

    def _needs(self, of: Of, name: str) -> frozenset[tuple[Of, str]]:
        """Return every variable on which a subexpression depends, through other subexpressions too."""
        system = self.owners[of].system
        values = {alias.name: alias.value for alias in system.aliases}
        found: set[tuple[Of, str]] = set()
        todo = [name]
        while todo:
            for other in names(values[todo.pop()]):
                symbol = system.symbols.get(other)
                whose: Of = symbol.of if symbol and of == "own" else of
                key = (whose, (symbol.variable or other) if symbol else other)
                if key not in found:
                    found.add(key)
                    if other in values:
                        todo.append(other)
        return frozenset(found)

    def _reach(self, of: Of, name: str) -> None:
        """Forget what was read of a written variable through the other index, where both reach the same memory."""
        if not any(owner.alias_of for owner in self.owners.values()) or of == "own":
            return
        for other in [key for key in self._current if key[1] == name and key[0] not in {of, "own"}]:
            self.flush()
            del self._current[other]
            self._forget(other)

    def _draw(self, expr: Call, symbols: Mapping[str, Symbol], of: Of) -> Name:
        arguments = tuple(self.resolve(argument, symbols, of) for argument in expr.arguments)
        return self.number(LAWS[expr.function], arguments)

    def _table(self, expr: Call, symbols: Mapping[str, Symbol], of: Of) -> Call:
        arguments = tuple(self.resolve(argument, symbols, of) for argument in expr.arguments)
        table = f"_{of}_{identifier(expr.function)}"
        self.arrays[table] = "real"
        self.places[table] = Place(of, expr.function)
        width = self.scalar(of, f"_columns_{expr.function}", "integer")
        step = self.scalar(of, f"_dt_{expr.function}")
        column = arguments[1] if len(arguments) > 1 else Number(0)
        return Call("_held", (Name(table), width, step, arguments[0], column))

    def _function(self, expr: Call, symbols: Mapping[str, Symbol], of: Of) -> Call:
        arguments = tuple(self.resolve(argument, symbols, of) for argument in expr.arguments)
        called = f"_function_{of}_{identifier(expr.function)}"
        self.functions[called] = self.owners[of].functions[expr.function]
        return Call(called, arguments)

    # statements ----------------------------------------------------------------------------------------------------

    def carry_out(self, code: CheckedCode, of: Of = "own", *, hold: bool = True) -> None:
        """Carry out statements in order; with ``hold``, held variables of refractory neurons keep their values."""
        touched = _touched(code)
        for statement in code.statements:
            target = statement.target
            # what multiplies, divides or raises is a number, whatever its target counts in
            unit = Unit() if statement.op in {"*=", "/=", "**="} else target.unit
            value = self.value(statement.value, code.symbols, unit, of)
            if target.role is Role.LOCAL:
                old = self._current.get(("own", f"={target.name}"))
                self._fresh += 1
                local = f"_{target.name}_{self._fresh}"
                new = value if statement.op == "=" or old is None else _apply(statement.op, old, value)
                self.let(local, new, type_of(new, self.types))
                self._current["own", f"={target.name}"] = Name(local)
                continue
            whose: Of = target.of if of == "own" else of
            name = target.variable or target.name
            held = hold and target.held
            if statement.op in {"+=", "-="} and touched[whose, name] == 1 and not self._seen(whose, name):
                self.add(whose, name, self._kept(whose, _signed(statement.op, value), Number(0.0), held=held))
                continue
            old_value: Expr = value if statement.op == "=" and not held else self.variable(whose, name)
            new = value if statement.op == "=" else _apply(statement.op, old_value, value)
            self.assign(whose, name, self._kept(whose, new, old_value, held=held))

    def _seen(self, of: Of, name: str) -> bool:
        return (of, name) in self._current or self.owners[of].arrays[name] != "real"

    def _kept(self, of: Of, new: Expr, old: Expr, *, held: bool) -> Expr:
        if not held or self.owners[of].refractory == "none":
            return new
        return Conditional(self.not_refractory(of), new, old)


def _touched(code: CheckedCode) -> Mapping[tuple[Of, str], int]:
    """Count how often each variable is read or written by statements, subexpressions counted as reading everything."""
    count: dict[tuple[Of, str], int] = {}
    indirect = False
    for statement in code.statements:
        for name in names(statement.value) | {statement.target.name}:
            symbol = code.symbols.get(name)
            if symbol is None:
                continue
            indirect |= symbol.role is Role.SUBEXPRESSION
            key = (symbol.of, symbol.variable or symbol.name)
            count[key] = count.get(key, 0) + 1
        target = statement.target
        if target.name in names(statement.value):
            count[target.of, target.variable or target.name] += 1
    return {key: number + indirect for key, number in count.items()}


def _apply(op: str, old: Expr, value: Expr) -> Expr:
    return Binary(op[:-1], old, value)  # type: ignore[arg-type]


def _signed(op: str, value: Expr) -> Expr:
    if op == "+=":
        return value
    return Number(-value.value) if isinstance(value, Number) else Binary("*", Number(-1.0), value)


_CONSTANTS: Mapping[str, Expr] = MappingProxyType(
    {"pi": Number(math.pi), "e": Number(math.e), "inf": Number(math.inf), "nan": Number(math.nan)}
)
