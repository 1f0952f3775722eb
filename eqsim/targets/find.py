"""Targets by name."""

from __future__ import annotations

from eqsim.targets.cython import CythonTarget
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
    if name == "cython":
        return CythonTarget()
    if name == "cuda":
        raise TargetError(f"the target {name!r} is not there yet", owner="Network", hint="'numba' is the fastest here")
    raise TargetError(f"there is no target {name!r}", owner="Network", hint="targets are 'numba', 'cython' and 'numpy'")
