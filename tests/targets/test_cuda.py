"""The CUDA target where there is no device: what it says, and its tests in a simulator, in a process of their own."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import eqsim as es
from eqsim.targets import find

ROOT = Path(__file__).resolve().parent.parent.parent
installed = pytest.mark.skipif(find_spec("numba_cuda") is None, reason="numba-cuda is not installed")


def test_what_to_install_is_said(monkeypatch):
    monkeypatch.setattr(find, "find_spec", lambda name: None)
    with pytest.raises(es.EqsimError, match="needs the package numba-cuda") as raised:
        es.Network(target="cuda")
    assert "pip install 'eqsim[cuda]'" in str(raised.value)
    assert "target='numba'" in str(raised.value)


@installed
def test_a_missing_device_is_said():
    script = "import eqsim as es\ntry: es.Network(target='cuda')\nexcept es.EqsimError as error: print(error)"
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"}
    surroundings.pop("NUMBA_ENABLE_CUDASIM", None)
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, env=surroundings)
    assert "no NVIDIA device is found" in done.stdout, done.stderr
    assert "target='numba'" in done.stdout


@installed
def test_everything_holds_in_the_simulator():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests/cuda"]
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    surroundings |= {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=surroundings, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
