"""Inputs that are random: a Wiener process and an Ornstein-Uhlenbeck process."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.inputs.sampling import Reals, amount, columns, sampling, unit_among
from eqsim.network.timed_array import TimedArray
from eqsim.random import Kind, next_stream, normal
from eqsim.random.pieces import cut
from eqsim.text.errors import ArgumentError

_BLOCK = 2**16  # numbers drawn at a time


def wiener_process(
    duration: Any, dt: Any = None, n: int = 1, t_start: Any = 0, t_end: Any = None, seed: int | None = None
) -> TimedArray:
    """Make the increments of a Wiener process: independent normal numbers of mean 0 and variance ``dt``.

    The value in a step is what the process gains over this step, so its unit is the square root of time: white noise
    of strength ``sigma`` is ``sigma*W(t)/dt`` in a text, and ``numpy.cumsum(W.values)`` is the process itself.

    Parameters
    ----------
    duration
        How long the input lasts.
    dt
        The time step: 0.1 ms by default; a number, which must be given, where times have no units. A network that
        takes another step reads the same numbers, which then are no increments of its steps.
    n
        How many independent columns: the values are of shape (times,), or (times, n) where n is above 1.
    t_start, t_end
        When the noise begins and ends; from the start to the end by default. Outside the input is 0.
    seed
        The seed of these numbers alone; by default they follow from ``es.seed``.

    Raises
    ------
    EqsimError
        For times that are not in order, or an n that is no whole number above 0.

    """
    owner = "wiener_process"
    steps = sampling(owner, dt, duration, t_start, t_end)
    first, last, total = steps.window(t_start, t_end, duration)
    noise = _normal(next_stream(seed), first, last, columns(owner, n))
    return steps.within(noise * np.sqrt(steps.dt_), first, total, _root(steps.unit))


def ou_process(
    mean: Any,
    sigma: Any,
    tau: Any,
    duration: Any,
    dt: Any = None,
    n: int = 1,
    t_start: Any = 0,
    t_end: Any = None,
    seed: int | None = None,
) -> TimedArray:
    """Make an Ornstein-Uhlenbeck process: ``dX = (mean - X)/tau*dt + sigma*dW``.

    It begins with ``mean`` and goes on with the exact law of X one step later, so its law does not depend on ``dt``
    (Gillespie, Physical Review E 54:2084, 1996). Long after its start it is normal around ``mean`` with the standard
    deviation ``sigma*sqrt(tau/2)``, and its autocorrelation is ``exp(-|lag|/tau)``.

    Parameters
    ----------
    mean, sigma, tau
        The mean; the strength of the noise, in the unit of the mean divided by the square root of time
        (``0.5*nA/ms**0.5``); and the time constant: one value each, or one for each column.
    duration
        How long the input lasts.
    dt
        The time step: 0.1 ms by default; a number, which must be given, where times have no units.
    n
        How many independent columns: the values are of shape (times,), or (times, n) where n is above 1 or one of the
        values is an array.
    t_start, t_end
        When the process begins and ends; from the start to the end by default. Outside the input is 0.
    seed
        The seed of these numbers alone; by default they follow from ``es.seed``.

    Raises
    ------
    EqsimError
        For values that do not fit each other, times that are not in order, or a tau that is not above 0.

    """
    owner = "ou_process"
    steps = sampling(owner, dt, duration, t_start, t_end)
    first, last, total = steps.window(t_start, t_end, duration)
    unit = unit_among(mean)
    middle = amount(mean, unit, "mean", owner)
    strength = amount(sigma, unit / _root(steps.unit), "sigma", owner)
    constant = amount(tau, steps.unit, "tau", owner)
    if not (constant > 0).all():
        raise ArgumentError("tau is above 0", owner=owner, found=str(tau), hint="write for instance tau=10*ms")
    row = columns(owner, n, mean=middle, sigma=strength, tau=constant)
    decay = np.exp(-steps.dt_ / constant)
    spread = strength * np.sqrt(-np.expm1(-2 * steps.dt_ / constant) * constant / 2)
    away = _normal(next_stream(seed), first, last, row) * spread  # from the mean
    away[:1] = 0
    rows = away.reshape(last - first, -1)
    for k in range(1, last - first):
        rows[k] += decay * rows[k - 1]
    return steps.within(middle + away, first, total, unit)


def _normal(stream: int, first: int, last: int, row: tuple[int, ...]) -> Reals:
    """Return normal numbers for the steps from ``first`` until ``last``, each a function of step and column alone."""
    width = row[0] if row else 1
    result = np.empty((last - first, width))
    for begin, end in cut(last - first, max(1, _BLOCK // width)):
        times = np.arange(first + begin, first + end).reshape(-1, 1)
        result[begin:end] = normal(stream, Kind.RUN, 0, times, np.arange(width))
    return result.reshape(last - first, *row)


def _root(unit: Unit) -> Unit:
    """Return the square root of a unit of time."""
    root = unit ** Fraction(1, 2)
    return root if unit.dimensionless else replace(root, name=f"sqrt({unit_text(unit)})")
