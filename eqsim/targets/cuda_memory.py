"""The arrays of a network on a device, and when they are copied there and back.

Between two runs the host's arrays hold: all that a program touches is given to the device before its first step, and
what it writes is taken back after its last. Within a run the device's hold; what the host looks at between two chunks
of steps (lengths of lists, what was recorded since, why the run ended) is copied after each chunk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from eqsim.lowering.address import Address
from eqsim.targets.storage import Storages
from eqsim.text.errors import TargetError

_LEAST = 1 << 16  # bytes: what is smaller is copied without asking whether it is new


@dataclass
class Memory:
    """Device arrays by address, and the host's arrays that they stand for."""

    device: dict[Address, Any] = field(default_factory=dict)
    host: dict[Address, NDArray[Any]] = field(default_factory=dict)

    def is_new(self, address: Address, array: NDArray[Any]) -> bool:
        """Whether the host's array at an address is another one than the device knows."""
        return self.host.get(address) is not array

    def forget(self, addresses: Iterable[Address]) -> None:
        """Take arrays for new when they are given next."""
        for address in addresses:
            self.host.pop(address, None)

    def make(self, address: Address, array: NDArray[Any]) -> None:
        """Have an array of the host's length and type on the device, whatever is in it."""
        held = self.device.get(address)
        if held is None or held.shape[0] != len(array) or held.dtype != array.dtype:
            self.device.pop(address, None)  # freed before the other is made
            self.device[address] = _room(address, array)
        self.host[address] = array

    def give(self, storages: Storages, addresses: Iterable[Address]) -> None:
        """Copy arrays to the device."""
        for address in addresses:
            array = storages[address.object].arrays[address.variable]
            self.make(address, array)
            if len(array):
                self.device[address].copy_to_device(np.ascontiguousarray(array))

    def give_new(self, storages: Storages, addresses: Iterable[Address], *, trust: bool) -> None:
        """Copy those arrays to the device that it does not know; small ones always, unless all are to be trusted."""
        arrays = {address: storages[address.object].arrays[address.variable] for address in addresses}
        least = 0 if trust else _LEAST
        self.give(storages, [a for a, array in arrays.items() if self.is_new(a, array) or array.nbytes < least])

    def take(self, storages: Storages, addresses: Iterable[Address]) -> None:
        """Copy arrays back into those of the host."""
        for address in addresses:
            array = storages[address.object].arrays[address.variable]
            if len(array) and not self.is_new(address, array):
                self.device[address].copy_to_host(array)

    def take_part(self, address: Address, array: NDArray[Any], begin: int, end: int) -> None:
        """Copy some entries back."""
        if end > begin:
            self.device[address][begin:end].copy_to_host(array[begin:end])


def _room(address: Address, array: NDArray[Any]) -> Any:
    try:
        return cuda.device_array(len(array), array.dtype)
    except Exception as error:
        if "MEMORY" not in str(error).upper():
            raise
        raise TargetError(
            "the memory of the device is full",
            owner="Network",
            found=f"{array.nbytes / 1e9:.3g} GB more for {address}",
            hint="take dtype='float32', record less, or target='numba', which has the memory of the host",
        ) from error
