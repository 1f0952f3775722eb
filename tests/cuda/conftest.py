"""Tests in Numba's simulator of a device, which has to be chosen before Numba is imported.

So `make test-cuda` starts them in a process of their own. The simulator starts a Python thread for each
thread of a block. Most tests do with blocks of one thread, which are carried out at once where they are; those that ask
for ``several_threads`` get true ones.
"""

import os
import sys
import threading

import numpy as np
import pytest

CASES = 8  # examples of a property, each of which starts many threads
SIMULATED = os.environ.get("NUMBA_ENABLE_CUDASIM") == "1"
collect_ignore_glob = [] if SIMULATED else ["test_*.py"]

if SIMULATED:
    from numba.cuda.simulator import kernel
    from numba.cuda.simulator.kernelapi import Dim3

    from eqsim.targets import cuda
    from eqsim.targets.cuda_calls import SIMULATOR, Machine

    class AtOnce(kernel.BlockManager):
        """A block whose one thread needs none of its own."""

        def run(self, grid_point, *arguments):
            if tuple(self._block_dim) != (1, 1, 1):
                super().run(grid_point, *arguments)
                return
            thread = threading.current_thread()
            thread.blockIdx, thread.threadIdx, thread._manager = Dim3(*grid_point), Dim3(0, 0, 0), self
            thread.syncthreads, thread.syncthreads_count = lambda: None, lambda value: int(value != 0)
            with np.errstate(all="ignore"):
                self._f(*arguments)

    @pytest.fixture(autouse=True)
    def one_thread(monkeypatch):
        """Let blocks have one thread, two blocks share what several may."""
        monkeypatch.setattr(kernel, "BlockManager", AtOnce)
        monkeypatch.setattr(cuda, "SIMULATOR", Machine(threads=1, row=1, single=1, blocks=2, tiles=2))

    @pytest.fixture
    def several_threads(one_thread, monkeypatch):
        """Let blocks have several threads, which give way to one another often."""
        monkeypatch.setattr(cuda, "SIMULATOR", SIMULATOR)
        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-4)
        yield
        sys.setswitchinterval(before)
