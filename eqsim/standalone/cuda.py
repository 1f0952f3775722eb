"""The launches of a network on an NVIDIA device, as the driver calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from numba import cuda

from eqsim.lowering.address import Address
from eqsim.standalone.network import Network
from eqsim.standalone.refused import Refused
from eqsim.targets.cuda_calls import Scalar, Schedule
from eqsim.targets.cuda_memory import Memory
from eqsim.targets.cuda_run import CudaRun
from eqsim.targets.storage import Storage


class CudaLoop:
    """A run on the device, with the arrays of a network on the host."""

    def __init__(self, schedule: Callable[[Mapping[str, Any]], Schedule], own: Mapping[str, Path]) -> None:
        """Take what makes the launches of a step from the run's own arrays, and the files with which those begin."""
        if not cuda.is_available():
            raise Refused("no NVIDIA device is found", "run nvidia-smi to see what the driver finds")
        made = schedule({name: np.load(path, allow_pickle=False) for name, path in own.items()})
        given = [argument for call in made.calls for argument in call.arguments]
        self._arrays = tuple({a: None for a in given if isinstance(a, Address)})
        self._constants = tuple({a.address: None for a in given if isinstance(a, Scalar)})
        self._storages = {address.object: Storage() for address in (*self._arrays, *self._constants)}
        self._run = CudaRun(made, Memory(), {})

    def held(self, network: Network) -> AbstractContextManager[None]:
        """Keep the arrays on the device for as long as the block lasts; the host's hold before it and after it."""
        self._look(network)
        return self._run.held(self._storages)

    def advance(self, first: int, last: int, network: Network) -> int:
        """Carry out the steps from ``first`` until ``last``; return the step reached, less when a list needs room."""
        self._look(network)
        return self._run.advance(first, last, self._storages)

    def finite(self, network: Network) -> bool:
        """Whether the states are known to hold neither NaN nor infinity; if not, the host has them as they are."""
        wanted = set(network.told["finite"])
        return self._run.finite([address for address in self._arrays if str(address) in wanted], self._storages)

    def _look(self, network: Network) -> None:
        """Take note of the arrays that the network has now, some of which may have been made longer."""
        for address in self._arrays:
            self._storages[address.object].arrays[address.variable] = network.arrays[str(address)]
        for address in self._constants:
            self._storages[address.object].constants[address.variable] = network.constants[str(address)]
