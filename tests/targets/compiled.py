"""The compiled targets as parameters of tests: Cython is left out, aloud, where the machine has no compiler for it.

``EQSIM_REQUIRE_TARGETS=cython`` makes it fail there instead. Tests compile without much optimisation (the environment
variable ``EQSIM_CFLAGS``, which ``tests/conftest.py`` sets), since that takes most of their time; those that say so
compile as users do.
"""

import os

import pytest

from eqsim.targets.extension import found_compiler
from eqsim.text.errors import TargetError


def lacking():
    """Return why Cython is left out, or nothing."""
    if "cython" in os.environ.get("EQSIM_REQUIRE_TARGETS", ""):
        return ""
    try:
        found_compiler()
    except TargetError as error:
        return str(error)
    return ""


REASON = lacking()
CYTHON = pytest.param("cython", marks=pytest.mark.skipif(bool(REASON), reason=REASON))
COMPILED = ["numba", CYTHON]
TARGETS = ["numpy", *COMPILED]
