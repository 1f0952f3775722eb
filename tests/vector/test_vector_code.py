"""The machine code of loops over the functions and draws: packed instructions, no calls."""

import math
import re

import numba
import numpy as np
import pytest
from llvmlite import binding

from eqsim import vector
from eqsim.vector import draws

FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}
OF_TWO = {"half_power", "pow", "whole_power"}
ROUNDING = {"ceil", "floor"}  # one instruction
NAMES = sorted({*vector.__all__} - OF_TWO - ROUNDING - {"fingerprint"})
FEATURES = binding.get_host_cpu_features()
needs_avx2 = pytest.mark.skipif(
    not (FEATURES.get("avx2") and FEATURES.get("fma")), reason="packed arithmetic is looked for in AVX2 code with fma"
)
LIBRARY = re.compile(
    r"\$?\b_*(?:exp|expm1|log|log10|log1p|trunc|sqrt|sin|cos|tan|tanh|sinh|cosh|pow|fma|ldexp|frexp)f?\b"
)


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


@needs_avx2
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_loop_of_powers_is_vectorised(dtype):
    @numba.njit(fastmath=FASTMATH, error_model="numpy")
    def over(x, y):
        for i in range(x.shape[0]):
            y[i] = vector.pow(x[i], y[i])

    assert_vector_loop(assembly(over, np.ones(3, dtype), np.ones(3, dtype)))


@needs_avx2
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("name", "n"), [("whole_power", 7), ("whole_power", -3), ("half_power", 5)])
def test_loop_of_literal_powers_is_vectorised(name, n, dtype):
    function = getattr(vector, name)

    @numba.njit(fastmath=FASTMATH, error_model="numpy")
    def over(x, y):
        for i in range(x.shape[0]):
            y[i] = function(x[i], n)

    assert_vector_loop(assembly(over, np.ones(3, dtype), np.ones(3, dtype)))


@needs_avx2
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", sorted(ROUNDING))
def test_loop_of_rounding_is_vectorised(name, dtype):
    function = getattr(vector, name)

    @numba.njit(fastmath=FASTMATH, error_model="numpy")
    def over(x, y):
        for i in range(x.shape[0]):
            y[i] = function(x[i])

    assert re.search(r"v(?:round|rndscale)p[sd].*[yz]mm", assembly(over, np.ones(3, dtype), np.ones(3, dtype)))
    x = np.array([-1.5, -0.0, 0.3, 2.0, 1e30, -np.inf, np.nan], dtype)
    y = np.empty_like(x)
    over(x, y)
    np.testing.assert_array_equal(y, getattr(np, name)(x))


@pytest.mark.parametrize("called", [math.exp, lambda x: x**x])
def test_the_check_finds_a_library_call(called):
    called = numba.njit(called) if called is not math.exp else called

    @numba.njit
    def over(x, y):
        for i in range(x.shape[0]):
            y[i] = called(x[i])

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
