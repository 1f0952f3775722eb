"""A run on a device: rows of steps, and the arrays that go there and come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import cuda

from eqsim.lowering.address import Address
from eqsim.targets import cuda_procedures
from eqsim.targets.cuda_calls import Argument, Call, Own, Scalar, Schedule
from eqsim.targets.cuda_graph import Steps
from eqsim.targets.cuda_memory import Memory
from eqsim.targets.storage import Storages


@dataclass
class CudaRun:
    """A program whose kernels are compiled, and its arrays on the device."""

    schedule: Schedule
    memory: Memory
    seconds: Mapping[str, float]
    spent: dict[str, float] = field(default_factory=dict)
    _own: dict[str, Any] = field(default_factory=dict)
    _steps: Steps = field(default_factory=Steps)
    _held: bool = False  # the device's arrays are those that hold

    def __post_init__(self) -> None:
        arguments = [a for call in self.schedule.calls for a in call.arguments if isinstance(a, Address)]
        self._arrays = tuple(dict.fromkeys(arguments))
        self._records, self._watched = self.schedule.records, self.schedule.watched

    def advance(self, first: int, last: int, storages: Storages) -> int:
        """Carry out the steps from ``first`` until ``last``; return the step reached, less when a list needs room."""
        if not self._held:
            with self.held(storages):
                return self.advance(first, last, storages)
        self._make_known(storages)
        before = {a: int(storages[a.object].arrays[a.variable][0]) for a in self._records.values()}
        self.memory.give(storages, self._watched)
        self._own["now"].copy_to_device(np.array([first]))
        self._own["halt"].copy_to_device(np.zeros(1, np.int64))
        self._steps.carry_out(self._bound(storages), last - first)
        self.memory.take(storages, self._watched)
        for address, used in self._records.items():
            array, count = (storages[a.object].arrays[a.variable] for a in (address, used))
            self.memory.take_part(address, array, before[used], int(count[0]))
        reached = int(self._own["now"].copy_to_host()[0])
        if reached < last:
            self.memory.take(storages, self.schedule.queues - set(self._watched))  # which the host may make longer
        return reached

    @contextmanager
    def held(self, storages: Storages) -> Iterator[None]:
        """Keep the arrays on the device while the block lasts: give them before it, take them back after it."""
        if not self._own:
            self._own = {name: cuda.to_device(array) for name, array in self.schedule.own.items()}
        self.memory.give_new(storages, self.schedule.structure - self.schedule.written, trust=False)
        others = set(self._arrays) - self.schedule.structure - self._records.keys()
        self.memory.give(storages, others | (self.schedule.structure & self.schedule.written))
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self.memory.take(storages, self.schedule.written - self._records.keys() - set(self._watched))

    def finite(self, addresses: Sequence[Address], storages: Storages) -> bool:
        """Whether arrays hold nothing infinite and no NaN; where they do, the host has them as they are."""
        if not self._held:
            return False  # the host's arrays hold, and it looks for itself
        known = [address for address in addresses if address in self.memory.device and address in self.schedule.written]
        found = cuda.to_device(np.zeros(1, np.int64))
        for address in known:
            values = self.memory.device[address]
            self._steps.launch(cuda_procedures.look, (values, found), self.schedule.machine.over(values.shape[0]))
        if not int(found.copy_to_host()[0]):
            return True
        self.memory.take(storages, known)
        return False

    def _make_known(self, storages: Storages) -> None:
        """Let the device know of arrays that the host has replaced: records empty, others with what is in them."""
        for address in self._records:
            array = storages[address.object].arrays[address.variable]
            if self.memory.is_new(address, array):
                self.memory.make(address, array)
        self.memory.give_new(storages, set(self._arrays) - self._records.keys(), trust=True)

    def _bound(self, storages: Storages) -> list[tuple[Call, tuple[Any, ...]]]:
        return [(call, tuple(self._value(a, storages) for a in call.arguments)) for call in self.schedule.calls]

    def _value(self, argument: Argument, storages: Storages) -> Any:
        match argument:
            case Address():
                return self.memory.device[argument]
            case Own(name):
                return self._own[name]
            case Scalar():
                return scalar(argument, storages)
            case _:
                return np.int64(argument)


def scalar(argument: Scalar, storages: Storages) -> Any:
    """Return a constant as a number of its type."""
    value = storages[argument.address.object].constants[argument.address.variable]
    if argument.kind == "uint64":
        return np.uint64(int(value) & (1 << 64) - 1)
    return np.dtype(argument.kind).type(value)
