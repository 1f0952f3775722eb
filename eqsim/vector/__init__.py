"""Mathematical functions for compiled loops: arithmetic that LLVM turns into packed instructions, within 2 ulp.

They are Numba intrinsics, called in compiled code only: float32 gives float32, anything else float64. None of them calls a
library or branches, so a loop over array elements stays a vector loop; the caller's ``fastmath`` does not reach into them.
"""

from eqsim.vector.exponential import COSH as cosh
from eqsim.vector.exponential import EXP as exp
from eqsim.vector.exponential import EXPM1 as expm1
from eqsim.vector.exponential import EXPREL as exprel
from eqsim.vector.exponential import SINH as sinh
from eqsim.vector.exponential import TANH as tanh
from eqsim.vector.fingerprint import fingerprint
from eqsim.vector.logarithm import LOG as log
from eqsim.vector.logarithm import LOG1P as log1p
from eqsim.vector.trigonometric import COS as cos
from eqsim.vector.trigonometric import SIN as sin
from eqsim.vector.trigonometric import TAN as tan

__all__ = ["cos", "cosh", "exp", "expm1", "exprel", "fingerprint", "log", "log1p", "sin", "sinh", "tan", "tanh"]
