"""Lists of the neurons that spike, made by compiled code from 64 flags at a time."""

from __future__ import annotations

from typing import Any

from numba import njit, uint64

from eqsim.targets.intrinsics import bits_at, lowest_bit, wide


@njit(cache=True, nogil=True, error_model="numpy")
def compress(flags: Any, words: Any, begin: Any, end: Any, events: Any, count: Any) -> None:
    """Write to ``events`` the indexes of non-zero bytes from ``begin`` until ``end``, ascending, and count them.

    Does what `eqsim.targets.queue.compress` does.
    """
    wide()
    found = 0
    whole = begin + (end - begin) // 64 * 64
    for block in range(begin, whole, 64):
        bits = bits_at(flags, block)
        while bits != uint64(0):
            events[found] = block + lowest_bit(bits)
            found += 1
            bits &= bits - uint64(1)
    for word in range(whole // 8, (end + 7) // 8):
        if words[word] != 0:
            for index in range(max(whole, 8 * word), min(8 * word + 8, end)):
                if flags[index] != 0:
                    events[found] = index
                    found += 1
    count[0] = found
