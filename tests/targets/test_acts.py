"""What users do with a network besides one run: every target has the interpreter's events, and its values to 1e-9."""

import functools

import numpy as np
import pytest

from tests.runtime.acts import ACTS
from tests.targets.compiled import CYTHON
from tests.targets.test_conformance import assert_near

pytest.importorskip("h5py", reason="pip install 'eqsim[io]'")
pytest.importorskip("xarray", reason="pip install 'eqsim[io]'")


@pytest.fixture(scope="module")
def interpreted(tmp_path_factory):
    """Return what comes of an act on the NumPy target."""
    return functools.cache(lambda name: ACTS[name]("numpy", tmp_path_factory.mktemp("numpy")))


# Numba compiles for a minute, and most of this has tests of its own on it
@pytest.mark.parametrize("target", [pytest.param("numba", marks=pytest.mark.slow), CYTHON])
@pytest.mark.parametrize("name", ACTS)
def test_targets_agree_on_what_users_do(name, target, interpreted, tmp_path):
    expected = interpreted(name)
    assert min(len(expected[f"{events}.i"]) for events in ("spikes", "high", "inputs")) > 3
    assert_near(ACTS[name](target, tmp_path), expected, 1e-9)


def test_files_hold_what_memory_does(tmp_path):
    acts = ACTS["to_files"]
    in_files, in_memory = acts("numpy", tmp_path), acts("numpy", None)
    for name, values in in_memory.items():
        np.testing.assert_array_equal(in_files[name], values, err_msg=name)
