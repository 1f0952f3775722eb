"""Mathematical functions for compiled loops: arithmetic that LLVM turns into packed instructions.

They are Numba intrinsics, called in compiled code only: float32 gives float32, anything else float64. None of them
calls a library or branches, so a loop over array elements stays a vector loop; the caller's ``fastmath`` does not
reach into them.

Errors in units in the last place are below 1 for exp, log, log10, log1p, pow and whole_power (next to subnormal
results below 2), below 2 for the others, but 3 for sinh and 4 for tan. Results underflow gradually, overflow to
infinity and are NaN for NaN. Sine, cosine and tangent are NaN from 2^48 on (float32: 2^20), and may lose bits near
multiples of pi/2 beyond 1e5.
"""

from eqsim.vector.exponential import cosh, exp, expm1, exprel, exprel_reciprocal, sinh, tanh
from eqsim.vector.fingerprint import fingerprint
from eqsim.vector.logarithm import log, log1p, log10
from eqsim.vector.power import half_power, pow, whole_power  # noqa: A004 - its name everywhere
from eqsim.vector.rounding import ceil, floor
from eqsim.vector.trigonometric import cos, sin, tan

__all__ = [
    "ceil",
    "cos",
    "cosh",
    "exp",
    "expm1",
    "exprel",
    "exprel_reciprocal",
    "fingerprint",
    "floor",
    "half_power",
    "log",
    "log1p",
    "log10",
    "pow",
    "sin",
    "sinh",
    "tan",
    "tanh",
    "whole_power",
]
