"""The stream of random numbers that an object gets from a seed."""

from __future__ import annotations

import numpy as np

from eqsim.random.philox import philox

# any fixed key apart from those that objects get; these are the digits of pi that Philox's own test vectors use
KEY = (0xA4093822, 0x299F31D0)


def stream_of(seed: int, number: int) -> int:
    """Return the stream of object `number` under a seed: a hash of both, so that neighbours are unrelated."""
    words = (seed & 0xFFFFFFFF, seed >> 32, number & 0xFFFFFFFF, number >> 32, *KEY)
    w0, w1, _, _ = philox(*(np.uint64(word) for word in words))
    return int(w0) | int(w1) << 32
