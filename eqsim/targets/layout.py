"""Which row of a run loop's table of arrays, and which of its constants, each argument of a program is."""

from __future__ import annotations

from eqsim.lowering.program import Address, Launch, Program
from eqsim.targets.target import Storages


class Layout:
    """The arrays and constants of a program in the order in which its run loop first mentions them."""

    def __init__(self, program: Program, storages: Storages) -> None:
        self.storages = storages
        self.arrays: dict[Address, int] = {}
        self.reals: dict[Address, int] = {}
        self.integers: dict[Address, int] = {}
        self.dtype = program.dtype

    def row(self, address: Address) -> int:
        """Return the place of an array in the table."""
        return self.arrays.setdefault(address, len(self.arrays))

    def real_row(self, address: Address) -> int:
        """Return the place of a real constant."""
        return self.reals.setdefault(address, len(self.reals))

    def integer_row(self, address: Address) -> int:
        """Return the place of an integer constant."""
        return self.integers.setdefault(address, len(self.integers))

    def array(self, address: Address) -> str:
        """Return the name of an array in the run loop."""
        return f"a{self.row(address)}"

    def whole(self, address: Address) -> str:
        """Return the name of an array with all its sections."""
        return f"{self.array(address)}_all"

    def real(self, address: Address) -> str:
        """Return a real constant."""
        return f"_reals[{self.real_row(address)}]"

    def integer(self, address: Address) -> str:
        """Return an integer constant."""
        return f"_integers[{self.integer_row(address)}]"

    def dtype_of(self, address: Address) -> str:
        """Return the entry type of an array."""
        return str(self.storages[address.object].arrays[address.variable].dtype)

    def dtypes(self, launch: Launch) -> dict[str, str]:
        """Return the entry type of every array argument of a launch."""
        return {name: self.dtype_of(address) for name, address in launch.arrays.items()}
