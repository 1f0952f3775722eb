"""The run loop that carries out a script, by one thread or several: each compiled by Numba once, for all networks."""

from __future__ import annotations

from typing import Any

from numba import int64, njit, types

from eqsim.targets.intrinsics import flush_subnormals, invoke, restore_control, ticks, word_at
from eqsim.targets.meeting import meet
from eqsim.targets.numba_names import lap, timed
from eqsim.targets.team import FULL, STOPPED

_LONGS = types.Array(int64, 1, "C")
_TABLE = types.Array(int64, 2, "C")
_SETS = types.Array(int64, 3, "C")
SIGNATURE = int64(
    int64, int64, _LONGS, _TABLE, _TABLE, _TABLE, _LONGS, _SETS, int64, int64, int64, _LONGS, _LONGS
)  # fmt: skip


@njit(error_model="numpy")
def _lacks(given: Any, place: Any, steps: Any) -> Any:
    """Whether a list has too little room for so many steps: what is used of it, what of that is free, most, length."""
    freed = word_at(given[place + 2]) if given[place + 2] else 0
    return word_at(given[place]) - freed + steps * given[place + 4] > given[place + 6]


@njit(error_model="numpy")
def _short(given: Any, guards: Any) -> Any:
    """Whether a list has too little room for a step."""
    for guard in range(len(guards)):  # noqa: SIM110 - what Numba compiles
        if _lacks(given, guards[guard, 0], 1):
            return True
    return False


@njit(error_model="numpy")
def _look(words: Any, guards: Any, begin: Any, end: Any, member: Any, sync: Any, now: Any) -> None:
    """Tell all threads where a list has too little room for the step after this one."""
    for guard in range(len(guards)):
        own = guards[guard, 1]
        for lane in range(begin if own else 0, end if own else int64(member == 0)):
            if _lacks(words[0, lane], guards[guard, 0], 2):
                sync[8 + 8 * (now & 1)] = now + 1


@njit(error_model="numpy")
def _told(given: Any, stops: Any) -> Any:
    """Whether a count that ends a run is above zero."""
    for stop in range(len(stops)):  # noqa: SIM110
        if word_at(given[stops[stop]]) > 0:
            return True
    return False


@njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)
def alone(
    first: Any, last: Any, entries: Any, calls: Any, stretches: Any, guards: Any, stops: Any, words: Any,
    member: Any, members: Any, lanes: Any, sync: Any, spent: Any,
) -> Any:  # fmt: skip
    """Carry out the steps from ``first`` until ``last`` as one thread; return the step reached.

    ``entries`` are the addresses of what the calls call, ``words`` (2, lanes, n) their arguments.
    """
    before = flush_subnormals()
    given = words[0, 0]
    reached = last
    for now in range(first, last):
        if _short(given, guards):
            reached = now
            break
        clocked = timed(now)
        since = ticks() if clocked else 0
        for place in range(len(entries)):
            period = calls[place, 1]
            if period == 1:
                invoke(entries[place], now, given, calls[place, 0])
            elif now % period == 0:
                invoke(entries[place], now // period, given, calls[place, 0])
            if clocked:
                since = lap(spent, place, since)
        if _told(given, stops):
            reached = now + 1
            break
    restore_control(before)
    return reached


@njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)
def together(
    first: Any, last: Any, entries: Any, calls: Any, stretches: Any, guards: Any, stops: Any, words: Any,
    member: Any, members: Any, lanes: Any, sync: Any, spent: Any,
) -> Any:  # fmt: skip
    """Carry out a member's lanes of the steps from ``first`` until ``last``; return the step reached."""
    before = flush_subnormals()
    reached = last
    begin, end = lanes * member // members, lanes * (member + 1) // members
    met = 0
    for now in range(first, last):
        clocked = member == 0 and timed(now)
        since = ticks() if clocked else 0
        looked = full = False
        for stretch in range(len(stretches)):
            late = stretches[stretch, 4]
            if late and now < last - late:
                continue
            if stretches[stretch, 2]:
                look = not looked and late == 0 and len(guards) > 0
                if look:
                    _look(words, guards, begin, end, member, sync, now)
                met += 1
                meet(sync, met * members)
                if look:  # a thread may be a step ahead: there is one word for even and one for odd steps
                    looked, full = True, sync[8 + 8 * (now & 1)] == now + 1
            low = begin if stretches[stretch, 3] else 0
            high = end if stretches[stretch, 3] else int64(member == 0)
            for lane in range(low, high):
                for place in range(stretches[stretch, 0], stretches[stretch, 1]):
                    period = calls[place, 1]
                    if now % period == 0:
                        given = words[(now // calls[place, 2]) & 1, lane]
                        invoke(entries[place], now // period, given, calls[place, 0])
                    if clocked:
                        since = lap(spent, place, since)
        if full:
            reached, sync[FULL] = now + 1, 1
            break
        if _told(words[0, begin], stops):
            reached, sync[STOPPED] = now + 1, 1
            break
    restore_control(before)
    return reached
