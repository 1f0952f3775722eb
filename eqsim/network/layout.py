"""Where synapses lie in memory and when spikes reach them, with what is under way: it all changes together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eqsim.connectivity.delays import narrow_steps
from eqsim.connectivity.ends import Pairs
from eqsim.connectivity.order import rearrange, sources, taken, transpose
from eqsim.connectivity.rows import Rows
from eqsim.lowering.slices import bounds
from eqsim.network.connections import Connections
from eqsim.network.precision import in_single
from eqsim.network.under_way import QUEUE, Reach, spikes_under_way
from eqsim.network.variables import Variables
from eqsim.runtime.run import interruptible

Longs = NDArray[np.int64]


class Layout:
    """Connections and delays of synapses, in order of creation while they change, laid out for delivery once they run.

    Attributes
    ----------
    delays
        By pathway: one time for all synapses, or one for each, in single precision where that loses nothing. Once
        synapses are laid out, those of one for each have in ``steps`` the dt in which the array counts steps, and are
        one time where all are alike.
    dt
        The step for which synapses are laid out; ``None`` after a change.
    lanes
        Among how many threads they are divided, by their targets.
    under_way
        By pathway: what was emitted before the last change and had not arrived then, shape (2, arrivals): the step in
        which it is due and the synapse by creation, in order of emission. What is emitted later is in the queues.

    """

    def __init__(
        self,
        variables: Variables,
        ends: Mapping[str, Variables],
        pathways: Mapping[str, Literal["pre", "post"]],
        *,
        as_created: bool,
    ) -> None:
        self._variables, self._ends, self._pathways = variables, ends, pathways
        self.connections = Connections(ends["pre"].size, as_created=as_created)
        self.delays: dict[str, float | NDArray[Any]] = dict.fromkeys(pathways, 0.0)
        self.steps: dict[str, float] = {}
        self.dt: float | None = None
        self.lanes = 1
        self.under_way: dict[str, Longs] = {}

    # changes ---------------------------------------------------------------------------------------------------------

    def grow(self, pairs: Pairs | Rows) -> None:
        """Add synapses behind those there are, without delay and with variables at zero."""
        self.to_creation_order()
        before = len(self.connections)
        self.connections.grow(pairs)
        self._variables.resize(len(self.connections))
        for pathway, delays in self.delays.items():
            if isinstance(delays, np.ndarray):
                self.delays[pathway] = np.concatenate([delays, np.zeros(len(self.connections) - before)])

    def keep(self, kept: Longs) -> None:
        """Keep these synapses alone, ascending by creation, with all that is theirs; what is under way to others ends.

        A synapse's index is from here on its place among those kept.
        """
        self.to_creation_order()
        now = np.full(len(self.connections), -1)
        now[kept] = np.arange(len(kept))
        self.connections.keep(kept)
        self._variables.retain(kept)
        for pathway, delays in self.delays.items():
            if isinstance(delays, np.ndarray):
                self.delays[pathway] = delays[kept]
        left = {pathway: late[:, now[late[1]] >= 0] for pathway, late in self.under_way.items()}
        self.under_way = {pathway: np.stack([late[0], now[late[1]]]) for pathway, late in left.items() if late.size}

    def delay(self, pathway: str, times: NDArray[np.float64], chosen: Longs | None) -> None:
        """Set the delays of a pathway's chosen synapses; ``None`` means all there are and, given one, will be.

        The array of ``times`` is kept, not copied.
        """
        self.to_creation_order()
        if times.ndim == 0 and chosen is None:
            self.delays[pathway] = float(times)
            return
        if chosen is None or (times.ndim and len(times) == len(self.connections) and bool(np.all(np.diff(chosen) > 0))):
            single = in_single(times)
            self.delays[pathway] = np.asarray(times, np.float64) if single is None else single
            return
        full = np.array(np.broadcast_to(self.delays[pathway], (len(self.connections),)), np.float64)
        full[chosen] = times
        self.delays[pathway] = full

    def to_creation_order(self) -> None:
        """Lay values out in order of creation, so that synapses can be changed; queues give up what is under way."""
        self._take_queues()
        for pathway in self.steps:  # synapses to come are not meant, whatever those of now have in common
            self.delays[pathway] = np.array(np.broadcast_to(self.times(pathway), (len(self.connections),)))
        self.steps, self.dt = {}, None
        for synapses in self._variables.dependents:  # those that come from these synapses know them by their places
            layout = synapses.__dict__.get("_layout")
            if isinstance(layout, Layout) and layout._ends["pre"] is self._variables:
                layout.to_creation_order()
        if not self.connections.sorted:
            return
        place = self.connections.place()
        if place is not None:
            self._variables.take(place)
        self.connections.unsort()
        self._variables.place = None

    def count_steps(self, dt: float) -> None:
        """Let delays that differ count steps: synapses are about to be laid out."""
        if self.steps and not self.connections.sorted and all(known == dt for known in self.steps.values()):
            return  # they do already
        self.to_creation_order()
        for pathway, delays in self.delays.items():
            if isinstance(delays, np.ndarray):
                steps = narrow_steps(delays, dt)
                alike = len(steps) > 0 and steps.min() == steps.max()
                self.delays[pathway] = float(int(steps[0]) * dt) if alike else steps
                self.steps[pathway] = dt

    def for_delivery(self, dt: float, lanes: int) -> None:
        """Lay synapses out by source, thread, delay and target; ``count_steps`` came before."""
        with interruptible():  # what is half laid out would be lost
            first = self._first()
            source = self._ends["pre"]
            self.connections.n_pre = source.size  # synapses as the source may have become more, or less
            edges = np.array(bounds(self._ends["post"].size, lanes)) if lanes > 1 else None
            self.connections.sort(self.delays[first] if first else None, source.place, edges)  # type: ignore[arg-type]
            order = self.connections.permutation
            if order is not None:
                start = self.connections.start
                self._variables.take(order, start)
                for pathway, delays in self.delays.items():
                    if isinstance(delays, np.ndarray) and pathway != first:  # those of the first are in order
                        rearrange(delays, order, start)
            self._variables.place = None if order is None else self.connections.place
            self.dt, self.lanes = dt, lanes

    # what they are ---------------------------------------------------------------------------------------------------

    def times(self, pathway: str) -> float | NDArray[Any]:
        """Return a pathway's delays in order of creation, in the network's unit of time."""
        delays = self.delays[pathway]
        if not isinstance(delays, np.ndarray):
            return delays
        if pathway not in self.steps:
            return np.asarray(delays, np.float64)
        place = self.connections.place()
        return (delays if place is None else taken(delays, place)) * self.steps[pathway]

    def extremes(self, pathway: str) -> NDArray[np.float64]:
        """Return the shortest and the longest of a pathway's delays, in the network's unit of time; 0 of none."""
        delays = np.atleast_1d(self.delays[pathway])
        if not delays.size:
            return np.zeros(2)
        return np.array([delays.min(), delays.max()], np.float64) * (
            self.steps[pathway] if isinstance(self.delays[pathway], np.ndarray) and pathway in self.steps else 1.0
        )

    def reach(self, pathway: str) -> Reach:
        """Return which synapses a pathway's spikes reach, and when; synapses must be laid out."""
        connections, delays = self.connections, self.delays[pathway]
        varied = isinstance(delays, np.ndarray)
        steps: Any = delays if varied else int(in_steps(np.asarray(delays), self.dt or 1.0))
        if self._pathways[pathway] == "post":
            start, order = transpose(connections.target, self._ends["post"].size, steps if varied else None)
            if self._first() is not None and connections.permutation is not None:
                # several synapses of one pair lie by their delays forward; backwards they act as they were created
                keys = [connections.permutation, sources(connections.start), *([steps] if varied else [])]
                order = np.lexsort([*keys, connections.target]).astype(order.dtype)
            return Reach(start, np.ascontiguousarray(steps[order]) if varied else steps, order)
        if pathway == self._first():
            return Reach(connections.lane_start, steps, None, self.lanes)
        if connections.as_created and (varied or self._first() is not None):
            order = connections.order_as_created(steps if varied else None)
        elif varied:
            order = np.lexsort((steps, sources(connections.start))).astype(np.int64)
        else:
            return Reach(connections.lane_start, steps, None, self.lanes)
        return Reach(connections.start, np.ascontiguousarray(steps[order]) if varied else steps, order)

    @property
    def apart(self) -> bool:
        """Whether threads may have synapses of their own: every pathway finds them where the first one laid them."""
        pre = [name for name, of in self._pathways.items() if of == "pre"]
        orders = sum(isinstance(self.delays[name], np.ndarray) for name in pre)
        return not self.connections.as_created and orders <= 1

    @property
    def varied(self) -> bool:
        """Whether delays decide about the order of synapses."""
        return self._first() is not None

    def _first(self) -> str | None:
        """Return the pathway by whose delays synapses of one source lie; ``None`` where no delays of one differ."""
        varied = (name for name, delays in self.delays.items() if isinstance(delays, np.ndarray))
        return next((name for name in varied if self._pathways[name] == "pre"), None)

    def _take_queues(self) -> None:
        """Take what is under way out of the queues: synapses are known by creation from here on."""
        arrays, now = self._variables.storage.arrays, self._variables.next_step()
        left: dict[str, Longs] = {}
        for pathway in self._pathways:
            late = self.under_way.get(pathway, np.empty((2, 0), np.int64))
            parts = [late[:, late[0] >= now]]
            if self.dt is not None and f"_head_{pathway}" in arrays:
                due, places = spikes_under_way(arrays, pathway, self.reach, self.lanes, now)
                order = self.connections.permutation
                parts.append(np.stack([due, places if order is None else order[places]]))
            left[pathway] = np.concatenate(parts, axis=1)
            for part in QUEUE:
                arrays.pop(f"_{part}_{pathway}", None)
        self.under_way = {pathway: late for pathway, late in left.items() if late.size}


def in_steps(time: NDArray[Any], dt: float) -> NDArray[np.int64]:
    """Return delays in steps, halves up; a billionth of a step makes up for rounding in decimal fractions."""
    steps: NDArray[np.int64] = np.floor(time / dt + 0.5 + 1e-9).astype(np.int64)
    return steps
