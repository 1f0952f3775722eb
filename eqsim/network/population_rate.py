"""A monitor of how often a population spikes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_table
from eqsim.checking.vocabulary import time_unit
from eqsim.network.display import rate_monitor_html
from eqsim.network.labels import label
from eqsim.network.monitor import Monitor
from eqsim.network.records_export import Columns, dataset, frame_of_series, signals
from eqsim.network.series import Series
from eqsim.network.variables import Variables
from eqsim.targets.target import Storage
from eqsim.text.errors import ArgumentError
from eqsim.units import has_unit, joined, magnitude, with_unit

_REACH = 2  # a Gaussian window ends this many widths from its middle


class PopulationRateMonitor(Monitor):
    """Record the rate of a population: in each step, the spikes of that step by neuron and time.

    Parameters
    ----------
    source
        A group with spikes, or a part of one.
    name
        The name.

    Raises
    ------
    ArgumentError
        For a source that does not spike.

    """

    def __init__(self, source: Any, name: str | None = None) -> None:
        self._owner = label("PopulationRateMonitor", name)
        held = getattr(source, "_variables", None)
        if not isinstance(held, Variables) or "_spike" not in held.entries:
            hint = "give a group with a threshold, or a group of sources"
            raise ArgumentError("the source has no spikes", owner=self._owner, found=type(source).__name__, hint=hint)
        self._source, self._name = source, name
        self._storage = Storage()
        self._series = {"count": Series(self._storage, "_record_count", "int64")}
        self._times: list[NDArray[np.int64]] = []
        self._clock = 1.0
        self._revision = 0
        held.dependents.add(self)

    @property
    def t_(self) -> NDArray[np.float64]:
        """The times as plain numbers, in milliseconds (in the user's unit in a unitless network)."""
        return np.concatenate([np.empty(0, np.int64), *self._times]) * self._clock

    @property
    def rate(self) -> Any:
        """The rate in each step, shape (times,), in Hz (per unit of time in a unitless network)."""
        return self._with_unit(self.rate_)

    @property
    def rate_(self) -> NDArray[np.float64]:
        """The rate as plain numbers."""
        per_step = self._series["count"].values() / self._source.N
        rates: NDArray[np.float64] = per_step / (self._clock * 10.0 ** float(self._time().scale))
        return rates

    def smooth_rate(self, window: str | NDArray[Any] = "gaussian", width: Any = None) -> Any:
        """Return the rate averaged over a window, shape (times,), with unit.

        Beyond the ends of the record the rate counts as 0.

        Parameters
        ----------
        window
            ``'gaussian'``, of standard deviation ``width``, cut off at two widths from the middle; ``'flat'``, over
            ``width``, rounded to an odd number of steps; or an array of an odd number of weights.
        width
            A time; none for an array.

        Raises
        ------
        ArgumentError
            For another window, or a width that is no time.

        """
        weights = self._weights(window, width)
        middle = len(weights) // 2
        full = np.convolve(self.rate_, weights / weights.sum()) if len(self.rate_) else np.empty(0)
        return self._with_unit(full[middle : middle + len(self.rate_)])

    def _note(self, steps: NDArray[np.int64]) -> None:
        """Note the steps of the clock in which values were recorded."""
        self._times.append(steps)

    def _repr_html_(self) -> str:
        return rate_monitor_html(self)

    def to_pandas(self) -> Any:
        """Return the records as a pandas DataFrame: rows are times; units in ``attrs`` (needs pandas)."""
        return frame_of_series(self._columns())

    def to_xarray(self) -> Any:
        """Return the records as an xarray Dataset: dimension time; units as attributes (needs xarray)."""
        return dataset(self._columns(), "time")

    def to_neo(self) -> Any:
        """Return the records as a neo Segment: one signal (needs neo)."""
        return signals(self._columns())

    def _columns(self) -> Columns:
        unit = Unit() if self._unitless() else unit_table()["Hz"]
        about = {"source": label(type(self._source).__name__, self._source.name)}
        name = self._name or "PopulationRateMonitor"
        return Columns(self._owner, name, self.t_, self._time(), {"rate": self.rate_}, {"rate": unit}, about=about)

    def __repr__(self) -> str:
        return f"<{label('PopulationRateMonitor', self._name)}: {len(self.t_)} steps>"

    def _weights(self, window: Any, width: Any) -> NDArray[np.float64]:
        if not isinstance(window, str):
            weights = np.asarray(magnitude(joined(window), Unit(), self._owner))
            if weights.ndim != 1 or len(weights) % 2 == 0 or not 0 < weights.sum() < np.inf or width is not None:
                found = f"shape {weights.shape}" + (", and a width" if width is not None else "")
                hint = "give an odd number of weights with a positive sum, and no width"
                raise ArgumentError("this window cannot be", owner=self._owner, found=found, hint=hint)
            return weights
        if window not in {"gaussian", "flat"}:
            hint = "or give an array of weights"
            raise ArgumentError("window is 'gaussian' or 'flat'", owner=self._owner, found=repr(window), hint=hint)
        steps = self._steps(width)
        if window == "flat":
            return np.ones(2 * int(steps / 2 + 1e-9) + 1)
        reach = np.arange(-round(_REACH * steps), round(_REACH * steps) + 1)
        return np.exp(-0.5 * (reach / steps) ** 2)

    def _steps(self, width: Any) -> float:
        """Return a width in steps."""
        unit = self._time()
        if width is None or has_unit(width) == unit.dimensionless:
            hint = "give a number, as in width=10" if unit.dimensionless else "give a time, as in width=10*ms"
            raise ArgumentError("a window needs its width", owner=self._owner, hint=hint)
        plain = magnitude(width, unit, self._owner)
        if np.ndim(plain) or not 0 < plain < np.inf:
            raise ArgumentError("a width is one positive time", owner=self._owner, found=str(width), hint="as in 10*ms")
        return float(plain) / self._clock

    def _time(self) -> Unit:
        return time_unit(self._unitless())

    def _unitless(self) -> bool:
        unitless: bool = self._source._variables.system.unitless
        return unitless

    def _with_unit(self, rates: NDArray[np.float64]) -> Any:
        return rates if self._unitless() else with_unit(rates, unit_table()["Hz"])
