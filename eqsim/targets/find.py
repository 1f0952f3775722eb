"""Targets by name."""

from __future__ import annotations

from importlib.util import find_spec

from eqsim.targets.numpy import NumpyTarget
from eqsim.targets.target import Target
from eqsim.text.errors import TargetError


def target_named(name: str) -> Target:
    """Return the target that a word means; what it needs is imported only when something is compiled."""
    if name == "numba":
        from eqsim.targets.numba import NumbaTarget  # noqa: PLC0415 - Numba is imported by those who use it

        return NumbaTarget()
    if name == "numpy":
        return NumpyTarget()
    if name in {"cuda", "cuda-fast"}:
        return _cuda_target(name)
    if name == "cython":
        raise TargetError(f"the target {name!r} is not there yet", owner="Network", hint="'numba' is the fastest here")
    raise TargetError(f"there is no target {name!r}", owner="Network", hint="targets are 'numba', 'numpy' and 'cuda'")


def _cuda_target(name: str) -> Target:
    if find_spec("numba_cuda") is None:
        raise TargetError(
            f"the target {name!r} needs the package numba-cuda",
            owner="Network",
            hint="pip install 'eqsim[cuda]'; target='numba' is the fastest without an NVIDIA device",
        )
    from eqsim.targets.cuda import CudaTarget  # noqa: PLC0415 - Numba is imported by those who use it

    return CudaTarget(fast=name == "cuda-fast")
