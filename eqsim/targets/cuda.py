"""The CUDA target: a step as a row of kernels, queued on the device many steps at a time."""

from __future__ import annotations

import hashlib
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
from eqsim.targets.cuda_calls import SIMULATOR, Call, Machine, Own, Scalar
from eqsim.targets.cuda_grid import SIMULATED
from eqsim.targets.cuda_memory import Memory
from eqsim.targets.cuda_plan import Plan, plan
from eqsim.targets.cuda_run import CudaRun
from eqsim.targets.storage import Storages
from eqsim.text.errors import TargetError


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
        return CudaRun(made.schedule, self.memory, seconds)


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
