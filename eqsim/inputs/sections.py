"""Inputs made of pieces: sections of constant value, a ramp, short pulses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqsim.inputs.sampling import amount, columns, sampling, table, unit_among
from eqsim.network.timed_array import TimedArray
from eqsim.text.errors import ArgumentError


def section_input(values: Any, durations: Any, dt: Any = None) -> TimedArray:
    """Make an input of sections, over each of which it has one value.

    Parameters
    ----------
    values
        A value for each section, with or without unit. A value may be an array, with one for each neuron; single
        values beside arrays hold for all columns: ``[0, [1, 2, 4, 8], 0]*uA/cm2``.
    durations
        How long each section lasts. The time of each change is rounded to whole steps.
    dt
        The time step: 0.1 ms by default; a number, which must be given, where times have no units.

    Returns
    -------
    TimedArray
        Of shape (times,), or (times, n) where a value is an array.

    Raises
    ------
    EqsimError
        For values and durations that do not fit each other, or durations below 0.

    """
    return _sections("section_input", values, durations, dt)


def constant_input(I_and_duration: Sequence[tuple[Any, Any]], dt: Any = None) -> TimedArray:
    """Make an input of sections, each given as a pair of value and duration: ``[(0*nA, 10*ms), (2*nA, 50*ms)]``.

    ``section_input`` says more; it takes the same values and durations as two lists.
    """
    owner = "constant_input"
    pairs = list(I_and_duration) if np.iterable(I_and_duration) else []
    if not pairs or not all(isinstance(pair, Sequence) and len(pair) == 2 for pair in pairs):
        hint = "write for instance [(0*nA, 10*ms), (2*nA, 50*ms)]"
        raise ArgumentError("sections are pairs of value and duration", owner=owner, hint=hint)
    return _sections(owner, [value for value, _ in pairs], [duration for _, duration in pairs], dt)


def ramp_input(
    c_start: Any, c_end: Any, duration: Any, t_start: Any = 0, t_end: Any = None, dt: Any = None
) -> TimedArray:
    """Make an input that goes evenly from one value to another.

    Parameters
    ----------
    c_start, c_end
        The value in the first and in the last step of the ramp: one each, or one for each column.
    duration
        How long the input lasts.
    t_start, t_end
        When the ramp begins and ends; from the start to the end by default. Outside the input is 0.
    dt
        The time step: 0.1 ms by default; a number, which must be given, where times have no units.

    Raises
    ------
    EqsimError
        For values of different units or sizes, or times that are not in order.

    """
    owner = "ramp_input"
    steps = sampling(owner, dt, duration, t_start, t_end)
    first, last, total = steps.window(t_start, t_end, duration)
    unit = unit_among(c_start, c_end)
    begin, end = amount(c_start, unit, "c_start", owner), amount(c_end, unit, "c_end", owner)
    row = columns(owner, None, c_start=begin, c_end=end)
    ramp = np.linspace(np.broadcast_to(begin, row), np.broadcast_to(end, row), last - first)
    return steps.within(ramp, first, total, unit)


def spike_input(sp_times: Any, sp_lens: Any, sp_sizes: Any, duration: Any, dt: Any = None) -> TimedArray:
    """Make an input of short pulses, 0 between them.

    Parameters
    ----------
    sp_times
        When each pulse begins.
    sp_lens
        How long it lasts: one length for all, or one for each pulse. What lies beyond the end is cut off.
    sp_sizes
        Its value: one for all, or one for each pulse, which may be an array with one for each column. Pulses that
        overlap add up.
    duration
        How long the input lasts.
    dt
        The time step: 0.1 ms by default; a number, which must be given, where times have no units.

    Raises
    ------
    EqsimError
        For a pulse that begins after the end or is shorter than half a step; for numbers of times, lengths and sizes
        that differ.

    """
    owner = "spike_input"
    steps = sampling(owner, dt, duration, sp_times, sp_lens)
    total, unit = steps.length(duration), unit_among(sp_sizes)
    begins, lengths = np.atleast_1d(steps.times(sp_times, "sp_times")), steps.times(sp_lens, "sp_lens")
    if lengths.ndim and len(lengths) != len(begins):
        hint, found = "give one length, or one for each pulse", f"{len(lengths)} for {len(begins)} times"
        raise ArgumentError("these sp_lens do not fit", owner=owner, found=found, hint=hint)
    several = isinstance(sp_sizes, list | tuple) or np.ndim(sp_sizes)
    sizes = table(sp_sizes if several else [sp_sizes] * len(begins), unit, "sp_sizes", owner, len(begins))
    values = np.zeros((total, *sizes.shape[1:]))
    for begin, length, size in zip(begins, np.broadcast_to(lengths, begins.shape), sizes, strict=True):
        first, last = steps.whole(begin), steps.whole(begin + length)
        if first >= total or last == first:
            found = f"a pulse of {length:g} at {begin:g}, with dt={steps.dt} and duration={duration}"
            hint = "a pulse begins before the end, and lasts for a step at least"
            raise ArgumentError("there is no place for this pulse", owner=owner, found=found, hint=hint)
        values[first:last] += size
    return steps.made(values, unit)


def _sections(owner: str, values: Any, durations: Any, dt: Any) -> TimedArray:
    steps = sampling(owner, dt, durations)
    ends = np.cumsum(np.atleast_1d(steps.times(durations, "durations")))
    changes = [steps.whole(end) for end in ends]
    steps.at_least_one(changes[-1] if changes else 0, durations)
    unit = unit_among(values)
    plain = table(values, unit, "values", owner, len(changes))
    return steps.made(np.repeat(plain, np.diff(changes, prepend=0), axis=0), unit)
