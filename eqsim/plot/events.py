"""Figures of events: who, when, and how often."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.plot.axes import axes_for, plain_times, with_unit_text
from eqsim.text.errors import ArgumentError
from eqsim.units import magnitude, with_unit

_BINS = 100  # of a whole run, where no width is given


def raster(spikes: Any, ax: Axes | None = None, offset: int = 0, **options: Any) -> Axes:
    """Draw a dot for each spike: its time and its neuron.

    Parameters
    ----------
    spikes
        A ``SpikeMonitor`` or ``EventMonitor`` that keeps events.
    ax
        Where to draw; a new figure by default.
    offset
        What is added to the neurons' indices, so that several monitors can share axes.
    **options
        For ``Axes.plot``.

    Raises
    ------
    ArgumentError
        For something that holds no events.

    """
    index, times, unit = _events(spikes, "raster")
    if isinstance(offset, bool) or not isinstance(offset, int | np.integer):
        hint = "give the number of neurons that lie below, such as offset=800"
        raise ArgumentError("offset is a whole number", owner="raster", found=repr(offset), hint=hint)
    fresh, ax = ax is None, axes_for(ax)
    chosen = {"color": "black", "marker": ".", "markersize": 2.0, "markeredgewidth": 0.0, "linestyle": "none"}
    ax.plot(times, index + offset, **_instead(chosen, options))
    ax.set(xlabel=with_unit_text("time", unit), ylabel="neuron")
    if fresh and hasattr(spikes, "source"):
        end = float(magnitude(spikes.source.t, unit))
        ax.set_xlim(0, end if end > 0 else 1)
        ax.set_ylim(offset - 0.5, offset + spikes.source.N - 0.5)
    return ax


def rates(monitor: Any, width: Any = None, ax: Axes | None = None, **options: Any) -> Axes:
    """Draw how often neurons spike, on average over them, against time.

    Parameters
    ----------
    monitor
        A ``SpikeMonitor`` or ``EventMonitor``, whose events are counted in bins; or a monitor of a population's rate.
    width
        The width of a bin: a time, rounded to whole steps; by default a hundredth of the run. A monitor of a rate is
        smoothed over this time, by default not at all.
    ax
        Where to draw; a new figure by default.
    **options
        For ``Axes.stairs`` (events) or ``Axes.plot`` (a monitor of a rate).

    Raises
    ------
    ArgumentError
        For something that is no such monitor, and for a width that is no positive time.

    """
    if hasattr(monitor, "smooth_rate"):
        times, unit = plain_times(monitor.t)
        rate = monitor.rate if width is None else monitor.smooth_rate("flat", width)
        ax = axes_for(ax)
        ax.plot(times, np.asarray(magnitude(rate, _per(unit))), **options)
    else:
        edges, values, unit = _binned(monitor, width)
        ax = axes_for(ax)
        ax.stairs(values, edges, **({"baseline": None} | options))
        if len(edges) > 1:
            ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(bottom=0)
    ax.set(xlabel=with_unit_text("time", unit), ylabel=with_unit_text("rate", _per(unit)))
    return ax


def _binned(monitor: Any, width: Any) -> tuple[NDArray[np.float64], NDArray[np.float64], Unit]:
    """Return the edges of bins, the mean rate in each, and the unit of time."""
    _, times, unit = _events(monitor, "rates")
    source = monitor.source
    dt = float(magnitude(source.dt, unit))
    steps = round(float(magnitude(source.t, unit)) / dt) if dt > 0 else 0
    if steps == 0:
        return np.zeros(1), np.empty(0), unit
    wide = steps / _BINS if width is None else _plain_width(width, unit) / dt
    # bins of whole steps hold equally many; the last may be shorter
    edges = np.unique(np.append(np.arange(0, steps, max(1, round(wide))), steps))
    counts, _ = np.histogram(np.rint(times / dt), edges - 0.5)
    per_time = counts / (source.N * np.diff(edges) * dt)
    return edges * dt, np.asarray(magnitude(with_unit(per_time, Unit() / unit), _per(unit))), unit


def _plain_width(width: Any, unit: Unit) -> float:
    plain = np.asarray(magnitude(width, unit, "rates"))
    if plain.ndim or not 0 < plain < np.inf:
        hint = f"write for instance width={'10' if unit.dimensionless else '10*ms'}"
        raise ArgumentError("a bin's width is one positive time", owner="rates", found=str(width), hint=hint)
    return float(plain)


def _per(unit: Unit) -> Unit:
    """Return the unit of a rate: hertz, or a number where time is one."""
    return Unit() / unit if unit.dimensionless else Unit((Unit() / unit).exponents, name="Hz")


def _events(thing: Any, function: str) -> tuple[NDArray[np.int64], NDArray[np.float64], Unit]:
    index, times = getattr(thing, "i", None), getattr(thing, "t", None)
    if index is None or times is None or np.ndim(index) != 1 or np.shape(index) != np.shape(times):
        hint = "record spikes with SpikeMonitor(group) and draw the monitor"
        raise ArgumentError(f"{function} draws events, not a {type(thing).__name__}", owner=function, hint=hint)
    return np.asarray(index, dtype=np.int64), *plain_times(times)


def _instead(chosen: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Return our options with the user's in their place, by their short names too."""
    short = {"c": "color", "ms": "markersize", "mew": "markeredgewidth", "ls": "linestyle"}
    return chosen | {short.get(name, name): value for name, value in options.items()}
