"""Rounding to integers, which stay real numbers of their format: also those beyond all integer types, and NaN."""

from __future__ import annotations

from eqsim.vector.emission import Real, inlined


@inlined
def floor(x: Real) -> Real:
    """Return the largest integer that is not above a number."""
    return x.emitter.call("llvm.floor", x)


@inlined
def ceil(x: Real) -> Real:
    """Return the smallest integer that is not below a number."""
    return x.emitter.call("llvm.ceil", x)
