"""Rings of spikes under way, made longer where they may be too short: for the host, between steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.targets.queue import power_of_two, relaid

Ring = NDArray[Any]


def longer(
    rings: Sequence[Ring], head: NDArray[np.int64], tail: NDArray[np.int64], most: int, lanes: int
) -> list[Ring] | None:
    """Return the rings of a pathway with room for the next two steps and the same entries; ``None`` if they have it.

    Rings, ``head`` and ``tail`` hold a section for each lane, all rings of one length; a step adds at most ``most``.
    """
    parts = [ring.reshape(lanes, -1) for ring in rings]
    heads, tails = (ends.reshape(lanes, -1)[:, :1] for ends in (head, tail))
    used = int((tails - heads).max())
    if used + 2 * most <= parts[0].shape[1]:
        return None
    length = power_of_two(used + 4 * most)
    return [
        np.concatenate([relaid(part[lane], heads[lane], tails[lane], length) for lane in range(lanes)])
        for part in parts
    ]
