"""Every kernel of the networks of all features is compiled for devices of two generations, without one being there.

That takes the compiler of the CUDA toolkit, 800 MB: `make test-ptx` installs it into an environment of its own.
"""

from importlib.util import find_spec

import pytest

import eqsim as es
from eqsim.units import ms
from tests.runtime.everything import Everything
from tests.targets.test_conformance import CASES, EVERY, unitless

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("numba_cuda") is None, reason="numba-cuda[cu13] is not installed: make test-ptx"),
]


@pytest.fixture
def device(monkeypatch):
    """Return the compiler, and let functions be compiled for a device that is not there."""
    from numba import cuda
    from numba.cuda import dispatcher
    from numba.cuda.cudadrv import nvvm

    if find_spec("nvidia") is None or not nvvm.is_available():
        pytest.skip("the compiler of the CUDA toolkit is not installed: make test-ptx")
    monkeypatch.setattr(dispatcher, "get_current_device", lambda: type("Ampere", (), {"compute_capability": (8, 0)}))
    return cuda


def made_ptx(device, function, types, capability):
    ptx, _ = device.compile(function.py_func, types, cc=capability, output="ptx", device=False, abi="numba")
    assert ".visible .entry" in ptx  # a kernel, not a function that one calls
    return ptx


def network(name, dtype):
    es.seed(3)
    if name == EVERY:
        return Everything("numpy", dtype).net
    objects = unitless() if name == "unitless" else CASES[name]()
    return es.Network(*objects, dt=0.1 if name == "unitless" else 0.1 * ms, target="numpy", dtype=dtype)


@pytest.mark.parametrize(
    ("name", "dtype", "fast"),
    [
        *[(name, "float64", False) for name in [*CASES, "unitless", EVERY]],
        ("plastic", "float64", True), ("plastic", "float32", False), ("hodgkin_huxley", "float32", False),
    ],
)  # fmt: skip
def test_every_kernel_is_compiled(device, name, dtype, fast):
    from eqsim.targets.cuda import context, signature
    from eqsim.targets.cuda_calls import Machine
    from eqsim.targets.cuda_plan import plan

    _, program, storages, _ = network(name, dtype)._build()
    made = plan(program, storages, context(), Machine(), fast=fast)
    compiled = set()
    for call in made.calls:
        types = signature(call, made)
        if (call.function, types) not in compiled:
            compiled.add((call.function, types))
            for capability in ((8, 0), (9, 0)):
                ptx = made_ptx(device, call.function, types, capability)
                assert f".target sm_{capability[0]}{capability[1]}" in ptx
                if name == "hodgkin_huxley" and call.function.__name__ == "update" and dtype == "float32":
                    assert ptx.count(".f64") < 6  # the time of a step, and nothing of each neuron
    assert len(compiled) > 3


def test_the_look_for_infinity_is_compiled(device):
    from eqsim.targets.cuda_procedures import look

    for real in (device.types.float32, device.types.float64):
        types = (device.types.Array(real, 1, "C"), device.types.Array(device.types.int64, 1, "C"))
        assert made_ptx(device, look, types, (9, 0))
