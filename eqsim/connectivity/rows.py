"""Synapses source by source: where those of each source begin, and the target of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.ends import Index


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Synapses by source: those of source ``s`` have the targets ``target[start[s]:start[s + 1]]``.

    Takes half the memory of pairs, and unpacks into what they are: source and target of each synapse.
    """

    start: npt.NDArray[np.int64]
    target: Index

    def __iter__(self) -> Iterator[Index]:
        """Yield the source of each synapse, then the target of each."""
        n_pre = self.start.size - 1
        kind = np.uint16 if n_pre <= 2**16 else np.int32 if n_pre < 2**31 else np.int64
        yield np.repeat(np.arange(n_pre, dtype=kind), np.diff(self.start))
        yield self.target
