"""One cache of compiled code for all tests of a run, apart from the user's own; no display; no deadlines."""

import os
import shutil
import tempfile

import hypothesis

hypothesis.settings.register_profile("eqsim", deadline=None)  # a first example may compile
hypothesis.settings.load_profile("eqsim")


def pytest_configure(config):
    """Set the surroundings before anything is imported; workers of a parallel run inherit them."""
    os.environ["MPLBACKEND"] = "Agg"
    os.environ.pop("EQSIM_TARGET", None)
    os.environ.setdefault("EQSIM_CFLAGS", "-O1")  # most of a short network's time is that of its compiler
    if "EQSIM_CACHE_DIR" not in os.environ:  # a developer may keep one between runs
        config.eqsim_cache = os.environ["EQSIM_CACHE_DIR"] = tempfile.mkdtemp(prefix="eqsim-tests-")


def pytest_unconfigure(config):
    """Remove the cache, where it was made."""
    if hasattr(config, "eqsim_cache"):
        os.environ.pop("EQSIM_CACHE_DIR", None)
        shutil.rmtree(config.eqsim_cache, ignore_errors=True)


def pytest_make_parametrize_id(config, val, argname):
    """Name what has an address in its text by its type: processes that share the tests must name them alike."""
    text = repr(val)
    return text.split(" at 0x")[0].strip("<") if " at 0x" in text else None
