"""Synapses taken away, with what hangs on them: synapses onto or from them go too, those that stay count anew."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.network.labels import label
from eqsim.network.layout import Layout
from eqsim.network.state_monitor import StateMonitor
from eqsim.text.errors import ConnectError

Mask = NDArray[np.bool_]


def remove(synapses: Any, chosen: NDArray[np.int64]) -> None:
    """Take synapses away, given by their indexes; all of them or, after an error, none.

    Raises ConnectError where a monitor records one of them.
    """
    mask = np.zeros(len(synapses), bool)
    mask[chosen] = True
    gone = _with_those_on_them(synapses, mask)
    for one, lost in gone.items():
        for monitor in _monitors(one):
            _refuse_recorded(monitor, lost)
    tables = {one: np.cumsum(~lost) - 1 for one, lost in gone.items()}  # the index of each that stays
    for one, lost in gone.items():
        one._layout.keep(np.flatnonzero(~lost))
        one._revision += 1
    for one in gone:
        one._layout.connections.renumber(tables.get(one.source), tables.get(one.target))
        for monitor in _monitors(one):
            monitor._renumber(tables[one])


def _with_those_on_them(synapses: Any, mask: Mask) -> dict[Any, Mask]:
    """Return which synapses go, by object: those of the mask, and all that begin or end at one that goes."""
    gone, todo = {synapses: mask}, [synapses]
    while todo:
        one = todo.pop()
        for other in one._variables.dependents:
            if isinstance(other.__dict__.get("_layout"), Layout):
                lost = gone.get(other, np.zeros(len(other), bool))
                connections = other._layout.connections
                if other.source is one:
                    lost = lost | gone[one][connections.sources()]
                if other.target is one:
                    lost = lost | gone[one][connections.targets()]
                gone[other] = lost
                todo.append(other)
    return gone


def _monitors(synapses: Any) -> list[StateMonitor]:
    return [thing for thing in synapses._variables.dependents if isinstance(thing, StateMonitor)]


def _refuse_recorded(monitor: StateMonitor, lost: Mask) -> None:
    recorded = monitor._fixed_record()
    if recorded is not None and lost[recorded].any():
        raise ConnectError(
            f"synapse {int(recorded[lost[recorded]][0])} is recorded by {label('StateMonitor', monitor.name)}",
            owner=monitor.source._owner,
            hint="keep the synapses that are recorded, for instance with a condition on them",
        )
