"""Compiled draws against those on NumPy arrays; what importing costs."""

import subprocess
import sys

import numba
import numpy as np
import pytest

from eqsim import random
from eqsim.vector import draws

FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}
STREAM = random.stream_of(5, 5) | 1 << 63
ELEMENTS = 3001  # vector loop and remainder
STEP = 2**33 + 17


def compiled(name, dtype):
    draw = getattr(draws, name)

    @numba.njit(fastmath=FASTMATH, error_model="numpy")
    def of(y, stream, step, *arguments):
        for i in range(y.shape[0]):
            y[i] = draw(stream, 2, 3, step, i, *arguments)

    def call(*arguments):
        y = np.empty(ELEMENTS, dtype)
        of(y, np.uint64(STREAM), STEP, *arguments)
        return y

    return call


def plain(name, *arguments):
    return getattr(random, name)(STREAM, 2, 3, STEP, np.arange(ELEMENTS), *arguments)


def test_uniforms_are_the_same_bits():
    np.testing.assert_array_equal(compiled("uniform", np.float64)(), plain("uniform"))


def test_normals_agree_within_4_ulp():
    expected = plain("normal")
    assert (abs(compiled("normal", np.float64)() - expected) <= 4 * np.spacing(abs(expected))).all()


def test_integers_are_the_same():
    poisson, binomial = (compiled(name, np.int64) for name in ("poisson", "binomial"))
    for lam in (-1.0, 0.0, 0.3, 2.0, 9.5, 10.5, 80.0, 1e4):
        np.testing.assert_array_equal(poisson(lam), plain("poisson", lam))
    for n, p in (
        (5, 0.0),
        (5, 0.3),
        (0, 0.1),
        (4, 0.5),
        (1000, 0.002),
        (10**6, 1e-7),
        (200, 0.02),
        (200, 0.8),
        (10**6, 0.5),
    ):
        np.testing.assert_array_equal(binomial(n, p), plain("binomial", n, p))


@pytest.mark.parametrize("kind", list(random.Kind))
def test_kinds_fit_a_byte_and_are_accepted_by_both(kind):
    assert 0 <= kind < 256

    @numba.njit
    def of(stream, kind):
        return draws.uniform(stream, kind, 0, 0, 1)

    assert of(np.uint64(9), int(kind)) == random.uniform(9, kind, 0, 0, 1)


def test_importing_random_imports_nothing_heavy():
    code = "import sys, eqsim.random; print([m for m in ('numba', 'scipy', 'sympy', 'llvmlite') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
