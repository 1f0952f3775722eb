"""The machine code of loops over the functions and draws: packed instructions, no calls."""

import re

import numba
import numpy as np
import pytest
from llvmlite import binding

from eqsim import vector
from eqsim.vector import draws

FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}
NAMES = [name for name in vector.__all__ if name != "fingerprint"]
FEATURES = binding.get_host_cpu_features()
needs_avx2 = pytest.mark.skipif(
    not (FEATURES.get("avx2") and FEATURES.get("fma")), reason="packed arithmetic is looked for in AVX2 code with fma"
)
LIBRARY = re.compile(r"\$?\b_*(?:exp|expm1|log|log1p|sin|cos|tan|tanh|sinh|cosh|pow|fma|ldexp|frexp)f?\b")


def assembly(function, *arguments):
    function(*arguments)
    (text,) = function.inspect_asm().values()
    return text


def assert_vector_loop(text):
    packed = [line for line in text.splitlines() if re.match(r"\s+vf(?:n?m)(?:add|sub)\w+p[sd]\b|\s+vmulp[sd]\b", line)]
    assert any("ymm" in line or "zmm" in line for line in packed), "no packed arithmetic"
    constants = set(re.findall(r"movabsq\s+\$(\w+)", text)) | set(re.findall(r"callq?\s+(\S+)", text))
    assert not [name for name in constants if LIBRARY.fullmatch(name)], constants


@needs_avx2
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", NAMES)
def test_loop_is_vectorised(name, dtype):
    function = getattr(vector, name)

    @numba.njit(fastmath=FASTMATH, error_model="numpy")
    def over(x, y):
        for i in range(x.shape[0]):
            y[i] = function(x[i])

    assert_vector_loop(assembly(over, np.ones(3, dtype), np.ones(3, dtype)))


def test_the_check_finds_a_library_call():
    import math

    @numba.njit
    def over(x, y):
        for i in range(x.shape[0]):
            y[i] = math.exp(x[i])

    with pytest.raises(AssertionError):
        assert_vector_loop(assembly(over, np.ones(3), np.ones(3)))


@needs_avx2
@pytest.mark.parametrize("name", ["uniform", "normal"])
def test_loop_of_draws_is_vectorised(name):
    draw = getattr(draws, name)

    @numba.njit(fastmath=FASTMATH, error_model="numpy")
    def over(y, stream, step):
        for i in range(y.shape[0]):
            y[i] = draw(stream, 0, 1, step, i)

    text = assembly(over, np.ones(3), np.uint64(5), 7)
    assert_vector_loop(text)
    assert re.search(r"vpmuludq.*[yz]mm", text)


def test_fingerprint_is_a_hash_that_stays():
    assert re.fullmatch("[0-9a-f]{64}", vector.fingerprint())
    assert vector.fingerprint() == vector.fingerprint()
