"""The CUDA target: a step as a row of kernels, queued on the device many steps at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numba
import numpy as np
from numba import cuda, types
from numba.cuda.cudadrv import nvvm
from numba.cuda.np.numpy_support import from_dtype

from eqsim.lowering.kernel import Kernel
from eqsim.lowering.program import Address, Program
from eqsim.targets import cuda_grid, cuda_names, cuda_procedures, cuda_random
from eqsim.targets.cuda_graph import Steps
from eqsim.targets.cuda_grid import SIMULATED
from eqsim.targets.cuda_memory import Memory
from eqsim.targets.cuda_plan import SIMULATOR, Argument, Call, Machine, Own, Plan, Scalar, plan
from eqsim.targets.target import Storages
from eqsim.text.errors import TargetError


@dataclass
class CudaRun:
    """A program whose kernels are compiled, and its arrays on the device."""

    plan: Plan
    memory: Memory
    seconds: Mapping[str, float]
    spent: dict[str, float] = field(default_factory=dict)
    _own: dict[str, Any] = field(default_factory=dict)
    _steps: Steps = field(default_factory=Steps)
    _held: bool = False  # the device's arrays are those that hold

    def __post_init__(self) -> None:
        arguments = [a for call in self.plan.calls for a in call.arguments if isinstance(a, Address)]
        self._arrays = tuple(dict.fromkeys(arguments))
        program = self.plan.program
        # records are written behind what is there, and read by the host alone
        self._records = {
            launch.arrays[name]: launch.arrays[f"{name}_count"]
            for launch in program.launches
            if isinstance(launch.call, Kernel)
            for name in launch.call.lists
        }
        ends = [a for guard in program.guards for a in (guard.used, guard.freed) if a is not None]
        self._watched = tuple(dict.fromkeys((*ends, *self._records.values(), *program.stops)))

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
            self.memory.take(storages, self.plan.queues - set(self._watched))  # which the host may make longer
        return reached

    @contextmanager
    def held(self, storages: Storages) -> Iterator[None]:
        """Keep the arrays on the device while the block lasts: give them before it, take them back after it."""
        if not self._own:
            self._own = {name: cuda.to_device(array) for name, array in self.plan.own.items()}
        self.memory.give_new(storages, self.plan.structure - self.plan.written, trust=False)
        others = set(self._arrays) - self.plan.structure - self._records.keys()
        self.memory.give(storages, others | (self.plan.structure & self.plan.written))
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self.memory.take(storages, self.plan.written - self._records.keys() - set(self._watched))

    def finite(self, addresses: Sequence[Address], storages: Storages) -> bool:
        """Whether arrays hold nothing infinite and no NaN; where they do, the host has them as they are."""
        if not self._held:
            return False  # the host's arrays hold, and it looks for itself
        known = [address for address in addresses if address in self.memory.device and address in self.plan.written]
        found = cuda.to_device(np.zeros(1, np.int64))
        for address in known:
            values = self.memory.device[address]
            self._steps.launch(cuda_procedures.look, (values, found), self.plan.machine.over(values.shape[0]))
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
        return [(call, tuple(self._value(a, storages) for a in call.arguments)) for call in self.plan.calls]

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


@dataclass
class CudaTarget:
    """Compile programs for an NVIDIA device, or for Numba's simulator of one.

    ``fast`` allows sums of real numbers in any order: quicker where many arrivals meet, and not the same twice.
    """

    fast: bool = False
    threads: int = 1  # of the host
    memory: Memory = field(default_factory=Memory)  # of all parts of a network that has Python functions in it

    def __post_init__(self) -> None:
        if not SIMULATED and not nvvm.is_available():
            raise TargetError(
                "the compiler of the CUDA toolkit is not found",
                owner="Network",
                hint="pip install 'eqsim[cuda]', which brings it along; for a driver of CUDA 12 'numba-cuda[cu12]'",
            )
        if not cuda.is_available():
            raise TargetError(
                "no NVIDIA device is found",
                owner="Network",
                found=_reason(),
                hint="run nvidia-smi to see what the driver finds; target='numba' runs on all cores of any machine",
            )

    @property
    def name(self) -> str:
        """The word that users write."""
        return "cuda-fast" if self.fast else "cuda"

    def compile(self, program: Program, storages: Storages) -> CudaRun:
        """Return the program with every kernel compiled, each from the cache if it was ever compiled here."""
        start = perf_counter()
        machine = SIMULATOR if SIMULATED else Machine()
        made = plan(program, storages, context(), machine, fast=self.fast)
        self.memory.forget(made.structure)  # which may have been changed in place
        rendered = perf_counter()
        for call in () if SIMULATED else made.calls:
            compile_call(call, made)
        seconds = {"render": rendered - start, "compile": perf_counter() - rendered}
        return CudaRun(made, self.memory, seconds)


def scalar(argument: Scalar, storages: Storages) -> Any:
    """Return a constant as a number of its type."""
    value = storages[argument.address.object].constants[argument.address.variable]
    if argument.kind == "uint64":
        return np.uint64(int(value) & (1 << 64) - 1)
    return np.dtype(argument.kind).type(value)


def signature(call: Call, made: Plan) -> tuple[Any, ...]:
    """Return the types of a launch's arguments, as Numba names them."""
    found: list[Any] = []
    for argument in call.arguments:
        match argument:
            case Address():
                found.append(_array_type(made.array(argument).dtype))
            case Own(name):
                found.append(_array_type(made.own[name].dtype))
            case Scalar(_, kind):
                found.append(getattr(types, kind))
            case _:
                found.append(types.int64)
    return tuple(found)


def _array_type(dtype: np.dtype[Any]) -> Any:
    return types.Array(from_dtype(dtype), 1, "C")


def compile_call(call: Call, made: Plan) -> None:
    """Compile a launch's kernel; raise TargetError, naming the user's function, where it calls one that cannot be."""
    try:
        call.function.compile(signature(call, made))
    except Exception as error:
        launch = call.launch
        functions = launch.call.functions if launch is not None and isinstance(launch.call, Kernel) else {}
        if launch is None or not functions:
            raise
        called = ", ".join(repr(name.split("_", 3)[3]) for name in functions)
        raise TargetError(
            f"a kernel of {launch.object!r} that calls {called} cannot be compiled for CUDA",
            owner="Network",
            found=str(error).strip().splitlines()[-1],
            hint="write the function with numbers and math; or take target='numba', which knows more of numpy",
        ) from error


def context() -> str:
    """Return what compiled code depends on besides its source: versions, and what it calls."""
    modules = (cuda_grid, cuda_names, cuda_procedures, cuda_random)
    own = hashlib.sha256(b"".join(Path(str(module.__file__)).read_bytes() for module in modules)).hexdigest()
    return f"{numba.__version__}|{version('numba-cuda')}|{np.__version__}|{own}"


def _reason() -> str:
    error = cuda.cuda_error()
    return str(error).strip().splitlines()[0] if error else "a driver without a device"
