"""Where each synapse begins and ends: in order of creation while it grows, sorted for delivery once it runs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.connectivity.ends import Pairs
from eqsim.connectivity.order import ascending, begins, inverse, lay_out, sources, taken
from eqsim.connectivity.rows import Rows
from eqsim.random.pieces import many

Index = NDArray[Any]


class Connections:
    """Sources and targets of synapses, as indexes of the whole groups.

    After ``sort``, synapses lie by source, delay and target (or order of creation): ``start`` says where each source's
    begin, ``permutation`` which synapse (by creation) lies at a position; it is ``None`` where both orders are one.
    Where the sources are synapses, they are counted as those lie in storage, and ``source_order`` says which is where.
    ``as_created`` says that those of one source which act at once must act in order of creation. Where synapses are
    divided among threads, ``lane_start`` says where those of each source and thread begin.
    """

    def __init__(self, n_pre: int, *, as_created: bool = False) -> None:
        self.n_pre, self.as_created = n_pre, as_created
        # while synapses grow: source and target of each; no sources where they ascend and ``start`` says the same
        self._grown: tuple[Index | None, Index] | None = (np.empty(0, np.int32), np.empty(0, np.int32))
        self.start: NDArray[np.int64] = np.zeros(n_pre + 1, np.int64)
        self.target: Index = np.empty(0, np.uint8)
        self.permutation: Index | None = None
        self.source_order: Index | None = None
        self.lane_start = self.start
        self._place: Index | None = None

    @property
    def sorted(self) -> bool:
        """Whether synapses lie in storage order."""
        return self._grown is None

    @property
    def by_source(self) -> bool:
        """Whether synapses that do not lie in storage order were created source by source."""
        return self._grown is not None and (self._grown[0] is None or ascending([self._grown[0]]))

    def __len__(self) -> int:
        return len(self.target if self._grown is None else self._grown[1])

    def grow(self, pairs: Pairs | Rows) -> None:
        """Add synapses behind those there are."""
        if isinstance(pairs, Rows) and len(self) == 0:
            self._keep_rows(pairs.start, pairs.target)
            return
        i, j = pairs
        if len(self) > 0:
            i, j = np.concatenate([self.sources(), i]), np.concatenate([self.targets(), j])
        self._keep(i, j)

    def unsort(self) -> None:
        """Go back to the order of creation."""
        if self._in_rows:
            self._keep_rows(self.start, self.targets())
            return
        self._keep(self.sources(), self.targets())

    def keep(self, kept: NDArray[np.int64]) -> None:
        """Keep these synapses alone, ascending by creation."""
        self._keep(self.sources()[kept], self.targets()[kept])

    def renumber(self, sources: NDArray[np.int64] | None, targets: NDArray[np.int64] | None) -> None:
        """Give the elements at the ends other indexes: those that these tables hold for them."""
        i, j = self.sources(), self.targets()
        self._keep(i if sources is None else sources[i], j if targets is None else targets[j])

    def sort(
        self, delay: Index | None, source_place: Index | None = None, bounds: NDArray[np.int64] | None = None
    ) -> None:
        """Bring synapses into storage order, and ``delay``, which holds the steps of each, or ``None`` for one delay.

        ``source_place`` says where each source lies, if not at its index; ``bounds`` where each thread's targets begin.
        """
        start = None
        if source_place is not None:
            grown = [source_place[self.sources()], self.targets()]
            self.source_order = inverse(source_place)
        elif self._in_rows:
            grown = [self.targets()]
            more = max(0, self.n_pre + 1 - self.start.size)  # sources that came after the synapses
            start = np.concatenate([self.start, np.full(more, self.start[-1])])
        else:
            grown = [self.sources(), self.targets()]
        self._place = None
        self._grown = None  # the synapses are in ``grown`` alone, which is emptied as soon as it can be
        stored = lay_out(grown, delay, self.n_pre, as_created=self.as_created, bounds=bounds, start=start)
        self.start, self.target, self.permutation, self.lane_start = stored

    def sources(self) -> Index:
        """Return the source of each synapse, in order of creation."""
        if self._grown is not None and self._grown[0] is not None:
            return self._grown[0]
        stored = sources(self.start)
        return self._created(stored if self.source_order is None else self.source_order[stored])

    def targets(self) -> Index:
        """Return the target of each synapse, in order of creation."""
        return self._grown[1] if self._grown is not None else self._created(self.target)

    def source_of(self, index: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the sources of some synapses, given by creation."""
        if self._grown is not None and self._grown[0] is not None:
            return self._grown[0][index].astype(np.int64)
        place = self.place()
        stored = np.searchsorted(self.start, index if place is None else place[index], "right") - 1
        return stored if self.source_order is None else self.source_order[stored].astype(np.int64)

    def target_of(self, index: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the targets of some synapses, given by creation."""
        if self._grown is not None:
            return self._grown[1][index].astype(np.int64)
        place = self.place()
        return self.target[index if place is None else place[index]].astype(np.int64)

    def place(self) -> Index | None:
        """Return the position of each synapse by creation; ``None`` where it is its index."""
        if self.permutation is not None and self._place is None:
            self._place = inverse(self.permutation)
        return self._place

    def _keep(self, i: Index, j: Index) -> None:
        """Take these as the synapses in order of creation."""
        start = begins(i, self.n_pre) if many(len(i)) else None
        if start is not None:
            self._keep_rows(start, j)
            return
        self._grown = (i, j)
        self.permutation = self.source_order = self._place = None

    def _keep_rows(self, start: NDArray[np.int64], j: Index) -> None:
        """Take these as the synapses, created source by source."""
        self.start, self._grown = start, (None, j)
        self.permutation = self.source_order = self._place = None

    @property
    def _in_rows(self) -> bool:
        """Whether synapses were created source by source, and ``start`` says where those of each begin."""
        if self._grown is not None:
            return self._grown[0] is None
        return self.permutation is None and self.source_order is None

    def order_as_created(self, delay: Index | None) -> NDArray[np.int64]:
        """Return storage positions by source, another pathway's delays (by position) and order of creation."""
        created = np.arange(len(self)) if self.permutation is None else self.permutation
        keys = [created] + ([] if delay is None else [delay]) + [sources(self.start)]
        return np.lexsort(keys).astype(np.int64)

    def _created(self, stored: Index) -> Index:
        if self.permutation is None:
            return stored
        return taken(stored, inverse(self.permutation) if self._place is None else self._place)
