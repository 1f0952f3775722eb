"""Sources of spikes that are not neurons."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.analysis.system import System, Traits
from eqsim.checking.checked import Role, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.network.access import Access
from eqsim.network.labels import label
from eqsim.network.texts import Surroundings, elements
from eqsim.network.variables import Variables
from eqsim.random import next_stream
from eqsim.text.errors import ArgumentError
from eqsim.units import has_unit, unit_of

_INDEX = Symbol("i", Role.BUILTIN, Unit(), "integer")
NOTHING = System("", (), (), MappingProxyType({"i": _INDEX}), Traits(True, True, False, "none"))


class SpikeGeneratorGroup(Access):
    """Sources that spike at given times.

    Parameters
    ----------
    N
        How many sources.
    indices, times
        Which source spikes, and when: arrays of one length. Times are quantities, or numbers in a unitless network.
    period
        The time after which the spikes begin again; by default they do not.
    order, name
        The rank among others in a slot; the name.

    Raises
    ------
    ArgumentError
        For indices outside the group, negative times, and two spikes of one source in one step (when a run begins).

    """

    def __init__(
        self,
        N: int,
        indices: Any,
        times: Any,
        period: Any = None,
        dt: Any = None,
        order: int = 0,
        name: str | None = None,
    ) -> None:
        owner = label("SpikeGeneratorGroup", name)
        if isinstance(N, bool) or not isinstance(N, int | np.integer) or N <= 0:
            raise ArgumentError(f"N must be a positive whole number, not {N!r}", owner=owner)
        self._owner, self._name, self._order, self._dt = owner, name, order, dt
        self._revision = 0
        self._variables = Variables(owner, NOTHING, {"lastspike": "count", "_spike": "flag"}, int(N), next_stream(None))
        self.set_spikes(indices, times, period)

    def set_spikes(self, indices: Any, times: Any, period: Any = None) -> None:
        """Replace the spikes; those of earlier steps are not repeated."""
        which = np.atleast_1d(np.asarray(indices))
        when = np.atleast_1d(np.asarray(times.magnitude if has_unit(times) else times, dtype=np.float64))
        if which.shape != when.shape or which.ndim != 1:
            raise ArgumentError(f"{which.shape} indices for {when.shape} times", owner=self._owner)
        if which.size and (which.dtype.kind not in "iu" or which.min() < 0 or which.max() >= self.N):
            raise ArgumentError(f"indices must be whole numbers from 0 to {self.N - 1}", owner=self._owner)
        if not np.all(when >= 0):
            raise ArgumentError("times must be at least zero", owner=self._owner)
        self._indices = which.astype(np.int32)
        self._times, self._times_unit = when, unit_of(times)
        self._period = period
        self._revision += 1

    @property
    def N(self) -> int:
        """The number of sources."""
        return self._variables.size

    @property
    def name(self) -> str | None:
        """The name, given or from the network."""
        return self._name

    @property
    def namespace(self) -> Mapping[str, Any]:
        """Nothing: there are no texts."""
        return MappingProxyType({})

    def __len__(self) -> int:
        return self.N

    def __getitem__(self, index: Any) -> SourcePart:
        """Return a part of the sources: a slice, a mask, indices."""
        return SourcePart(self, elements(index, self.N, self._owner))

    def __repr__(self) -> str:
        return f"<{label('SpikeGeneratorGroup', self._name)}: {self.N} sources, {len(self._times)} spikes>"

    def _surroundings(self) -> Surroundings:
        return Surroundings(self._owner, "neuron", NOTHING.symbols, {})

    def _elements(self) -> NDArray[np.int64] | None:
        return None


class SourcePart(Access):
    """A part of a group of sources."""

    def __init__(self, group: SpikeGeneratorGroup, index: NDArray[np.int64]) -> None:
        self._group, self._index = group, index
        self._variables, self._owner = group._variables, f"a part of {group._owner}"

    @property
    def N(self) -> int:
        """The number of sources."""
        return len(self._index)

    @property
    def group(self) -> SpikeGeneratorGroup:
        """The group that this is a part of."""
        return self._group

    def _surroundings(self) -> Surroundings:
        return self._group._surroundings()

    def _elements(self) -> NDArray[np.int64] | None:
        return self._index
