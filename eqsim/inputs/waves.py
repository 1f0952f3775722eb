"""Inputs that swing: sine waves and square waves."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.checking.dimensions import Unit
from eqsim.inputs.sampling import Reals, amount, columns, sampling, unit_among
from eqsim.network.timed_array import TimedArray
from eqsim.text.errors import ArgumentError


def sinusoidal_input(
    amplitude: Any,
    frequency: Any,
    duration: Any,
    dt: Any = None,
    t_start: Any = 0,
    t_end: Any = None,
    bias: Any = False,
) -> TimedArray:
    """Make a sine wave, which begins at ``t_start`` with a rise from 0.

    Each step holds the value that the wave has at its beginning.

    Parameters
    ----------
    amplitude
        Half of the distance between top and bottom: one value, or one for each column.
    frequency
        How many periods there are in a unit of time (``8*Hz``; a number counts periods in the unit of ``dt``): one
        value, or one for each column.
    duration
        How long the input lasts.
    dt
        The time step: 0.1 ms by default; a number, which must be given, where times have no units.
    t_start, t_end
        When the wave begins and ends; from the start to the end by default. Outside the input is 0.
    bias
        What is added to the wave: a value, one for each column, or ``True`` for the amplitude, so that the wave goes
        from 0 to twice the amplitude.

    Raises
    ------
    EqsimError
        For values that do not fit each other, or periods shorter than two steps.

    """
    wave = np.sin
    return _wave("sinusoidal_input", wave, amplitude, frequency, duration, dt, t_start, t_end, bias)


def square_input(
    amplitude: Any,
    frequency: Any,
    duration: Any,
    dt: Any = None,
    t_start: Any = 0,
    t_end: Any = None,
    bias: Any = False,
) -> TimedArray:
    """Make a square wave: the amplitude for half a period, its negative for the other half, and so on.

    The parameters are those of ``sinusoidal_input``.
    """
    return _wave("square_input", _square, amplitude, frequency, duration, dt, t_start, t_end, bias)


def _square(angle: Reals) -> Reals:
    # the end of a half period that falls on a step belongs to the next one, whatever the rounding
    return np.where(np.floor(angle / np.pi + 1e-9) % 2 == 0, 1.0, -1.0)


def _wave(
    owner: str,
    wave: Any,
    amplitude: Any,
    frequency: Any,
    duration: Any,
    dt: Any,
    t_start: Any,
    t_end: Any,
    bias: Any,
) -> TimedArray:
    steps = sampling(owner, dt, duration, t_start, t_end)
    first, last, total = steps.window(t_start, t_end, duration)
    unit = unit_among(amplitude)
    size = amount(amplitude, unit, "amplitude", owner)
    per_step = amount(frequency, Unit() / steps.unit, "frequency", owner) * steps.dt_
    if not ((per_step > 0) & (per_step <= 0.5)).all():
        hint = "make dt shorter; a frequency without unit counts in that of dt: 10 Hz are 0.01 where times are in ms"
        found = f"{frequency}, with dt={steps.dt}"
        raise ArgumentError("a period lasts for two steps at least", owner=owner, found=found, hint=hint)
    added = amount(bias, unit, "bias", owner) if not isinstance(bias, bool | np.bool_) else size * float(bias)
    row = columns(owner, None, amplitude=size, frequency=per_step, bias=added)
    angle = 2 * np.pi * per_step * np.arange(last - first).reshape(-1, *(1 for _ in row))
    return steps.within(np.broadcast_to(added + size * wave(angle), (last - first, *row)), first, total, unit)
