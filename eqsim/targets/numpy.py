"""The NumPy target: every kernel through the reference interpreter, every procedure as plain Python; for debugging."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter
from typing import Any

import numpy as np

from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Guard, Launch, Program
from eqsim.targets.interpreter import interpret
from eqsim.targets.procedures import PROCEDURES, parameters
from eqsim.targets.target import Storages


@dataclass
class NumpyRun:
    """A program that is interpreted."""

    program: Program
    seconds: Mapping[str, float] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)

    def advance(self, first: int, last: int, storages: Storages) -> int:
        """Carry out the steps from ``first`` until ``last``; return the step reached, less when a list needs room."""
        for now in range(first, last):
            if any(_full(guard, storages) for guard in self.program.guards):
                return now
            for launch in self.program.launches:
                if now % launch.when.period == 0:
                    begin = perf_counter()
                    _carry_out(launch, now // launch.when.period, storages)
                    self.spent[launch.object] = self.spent.get(launch.object, 0.0) + perf_counter() - begin
            if any(storages[stop.object].arrays[stop.variable][0] > 0 for stop in self.program.stops):
                return now + 1
        return last


@dataclass(frozen=True, slots=True)
class NumpyTarget:
    """Interpret programs with NumPy."""

    name: str = "numpy"
    threads: int = 1

    def compile(self, program: Program, storages: Storages) -> NumpyRun:  # noqa: ARG002 - the contract of a target
        """Return the program as it is."""
        return NumpyRun(program)


def _carry_out(launch: Launch, step: int, storages: Storages) -> None:
    arrays = {name: storages[a.object].arrays[a.variable] for name, a in launch.arrays.items()}
    scalars = {name: storages[a.object].constants[a.variable] for name, a in launch.scalars.items()}
    given = {**arrays, **scalars}
    if isinstance(launch.call, Kernel):
        dt = float(storages[launch.clock.object].constants[launch.clock.variable])
        stream = launch.stream
        number = int(storages[stream.object].constants[stream.variable]) if stream is not None else 0
        functions = {name: _vectorised(one.python) for name, one in launch.call.functions.items()}
        interpret(launch.call, given, step, dt, number & (1 << 64) - 1, functions=functions)
        return
    given |= {"step": step, "lane": 0, "lanes": 1, "begin": 0, "end": given.get("n", 0)}  # one thread, the whole of it
    PROCEDURES[launch.call](*(given[name] for name in parameters(launch.call)))


@cache
def _vectorised(text: str) -> Callable[..., Any]:
    """Return a user's function from the text of its module, for arrays."""
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102 - the user's own function
    return np.vectorize(names["value"], otypes=[np.float64])


def _full(guard: Guard, storages: Storages) -> bool:
    used = int(storages[guard.used.object].arrays[guard.used.variable][0])
    if guard.freed is not None:
        used -= int(storages[guard.freed.object].arrays[guard.freed.variable][0])
    most = int(storages[guard.most.object].constants[guard.most.variable])
    return used + most > len(storages[guard.values.object].arrays[guard.values.variable])
