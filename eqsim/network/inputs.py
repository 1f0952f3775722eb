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
from eqsim.checking.units import unit_text
from eqsim.checking.vocabulary import time_unit
from eqsim.network.access import Access
from eqsim.network.arguments import check_shared, positive_time, whole_number
from eqsim.network.capture import scalar
from eqsim.network.display import sources_html
from eqsim.network.indexes import part_of
from eqsim.network.labels import label
from eqsim.network.texts import Surroundings
from eqsim.network.variables import Variables
from eqsim.random import next_stream
from eqsim.text.errors import ArgumentError, UnitsError
from eqsim.units import has_unit, joined, magnitude, unit_of, with_unit

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
        size = whole_number(N, "N", owner)
        check_shared(owner, dt=dt, order=order)
        self._owner, self._name, self._order, self._dt = owner, name, order, dt
        self._revision = 0
        self._variables = Variables(owner, NOTHING, {"lastspike": "count", "_spike": "flag"}, size, next_stream(None))
        self.set_spikes(indices, times, period)

    def set_spikes(self, indices: Any, times: Any, period: Any = None) -> None:
        """Replace the spikes; those of earlier steps are not repeated."""
        owner, times = self._owner, joined(times)
        unit = unit_of(times)
        hint = "give times such as [1, 5]*ms, or numbers in a network without units"
        if has_unit(times) and not unit.same_dimension(time_unit(unitless=False)):
            raise UnitsError("spikes come at times", owner=owner, found=unit_text(unit), hint=hint)
        which, when = np.atleast_1d(np.asarray(indices)), np.atleast_1d(np.asarray(magnitude(times, unit, owner)))
        if which.ndim != 1 or which.shape != when.shape:
            what = f"indices of shape {which.shape} for times of shape {when.shape}"
            raise ArgumentError(what, owner=owner, hint="give one index for each time")
        wrong = which.size and (which.dtype.kind not in "iu" or has_unit(indices))
        if wrong or np.any((which < 0) | (which >= self.N)):
            what = f"indices are whole numbers from 0 to {self.N - 1}"
            found = f"an array of type {which.dtype}" if wrong else str(which[(which < 0) | (which >= self.N)][0])
            raise ArgumentError(what, owner=owner, found=found, hint="an index says which source spikes")
        if not np.all((when >= 0) & np.isfinite(when)):
            found = f"{when[~((when >= 0) & np.isfinite(when))][0]:g}"
            raise ArgumentError("times are finite and at least zero", owner=owner, found=found, hint=hint)
        if period is not None and not (scalar(period) and period == 0):
            self._check_period(period, when, unit)
        self._indices = which.astype(np.int32)
        self._times, self._times_unit = when, unit
        self._period = period
        self._revision += 1

    def _check_period(self, period: Any, when: NDArray[np.float64], unit: Unit) -> None:
        length, counted = positive_time(period, "period", self._owner)
        if counted.dimensionless != unit.dimensionless:
            hint = "give both as times, or both as numbers"
            raise UnitsError("times and period differ in unit", owner=self._owner, found=str(period), hint=hint)
        last = float(magnitude(with_unit(when.max(initial=0.0), unit), counted))
        if last >= length:
            found, hint = f"a spike at {last:g}, a period of {length:g}", "give a longer period"
            raise ArgumentError("all spikes come within the period", owner=self._owner, found=found, hint=hint)

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
        return SourcePart(self, part_of(index, self.N, self._owner))

    def _repr_html_(self) -> str:
        return sources_html(self)

    def __repr__(self) -> str:
        return f"<{label('SpikeGeneratorGroup', self._name)}: {self.N} sources, {len(self._times)} spikes>"

    def _surroundings(self) -> Surroundings:
        return Surroundings(self._owner, "neuron", NOTHING.symbols, {})

    def _elements(self) -> NDArray[np.int64] | None:
        return None


class SourcePart(Access):
    """A part of a group of sources."""

    def __init__(self, group: SpikeGeneratorGroup, index: NDArray[np.int64]) -> None:
        if len(np.unique(index)) != len(index):
            hint = "name each source once"
            raise ArgumentError("a source stands twice in this part", owner=group._owner, hint=hint)
        self._group, self._index = group, index
        self._variables, self._owner = group._variables, f"a part of {group._owner}"

    @property
    def N(self) -> int:
        """The number of sources."""
        return len(self._index)

    @property
    def name(self) -> str | None:
        """The name of the group that this is a part of."""
        return self._group.name

    @property
    def group(self) -> SpikeGeneratorGroup:
        """The group that this is a part of."""
        return self._group

    def __len__(self) -> int:
        return self.N

    def __getitem__(self, index: Any) -> SourcePart:
        """Return a part of this part."""
        return SourcePart(self._group, self._index[part_of(index, self.N, self._owner)])

    def __repr__(self) -> str:
        return f"<{self.N} sources of {self._group!r}>"

    def _surroundings(self) -> Surroundings:
        return self._group._surroundings()

    def _elements(self) -> NDArray[np.int64] | None:
        return self._index
