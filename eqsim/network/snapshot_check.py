"""Whether a state fits an object: one that was read from a file may hold anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.network.record_file import RecordFile
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.variables import DTYPES, Variables
from eqsim.text.errors import NetworkError

State = Mapping[str, Any]
Array = NDArray[Any]


def check_state(thing: Any, state: State, sizes: Mapping[int, int], owner: str) -> None:
    """Raise NetworkError for a state that would break a run; ``sizes`` are those of all objects in it, by identity."""

    def due(holds: bool, what: str) -> None:
        if not holds:
            raise NetworkError(f"the state is damaged: {what}", owner=owner)

    arrays: Mapping[str, Array] = state["arrays"]
    held = thing.__dict__.get("_variables")
    if isinstance(held, Variables):
        size = state["variables"]["size"]
        due(isinstance(thing, Synapses) or size == held.size, "the number of elements")
        due(set(held.entries) <= set(arrays), "a variable is missing")
        due(set(state["variables"]["waiting"]) <= set(held.defaults), "a default is unknown")
        for name, entry in held.entries.items():
            length = 1 if held.is_shared(name) else size
            wanted = (length + 7) // 8 * 8 if entry == "flag" else length
            kinds = {"float32", "float64"} if entry == "real" else {DTYPES[entry]}
            due(arrays[name].shape == (wanted,) and str(arrays[name].dtype) in kinds, f"the values of {name}")
        for name in (name for name in arrays if name.endswith("_events") and f"{name[:-6]}count" in arrays):
            due(_indexes(arrays[name], size) and len(arrays[name]) == size, f"the list {name}")
            due(0 <= int(arrays[f"{name[:-6]}count"][0]) <= size, f"the length of the list {name}")
    if isinstance(thing, Synapses):
        _check_connections(thing, state, sizes, due)
    if isinstance(thing, StateMonitor):
        source = thing.source._variables
        most = sizes.get(id(source), source.size) if isinstance(thing.source, Synapses) else thing.source.N
        due(_indexes(state["attributes"]["_rows"], most), "the recorded elements")
    records: Mapping[str, Array] = state["records"]
    file: RecordFile | None = thing.__dict__.get("_file")
    due((state["rows"] is None) == (file is None), "where the records are")
    due(set(records) == set(thing.__dict__.get("_series", {}) if file is None else ()), "the recorded variables")


def _check_connections(
    thing: Synapses, state: State, sizes: Mapping[int, int], due: Callable[[bool, str], None]
) -> None:
    made, size = state["connections"], state["variables"]["size"]
    n_pre, n_post = (sizes.get(id(end._variables), end._variables.size) for end in (thing.source, thing.target))
    due(made["n_pre"] == n_pre or isinstance(thing.source, Synapses), "the number of sources")
    start, target, permutation = made["start"], made["target"], made["permutation"]
    if made["grown"] is not None:
        i, j = made["grown"]
        due(len(i) == len(j) == size and _indexes(i, n_pre) and _indexes(j, n_post), "the ends of synapses")
    else:
        due(len(target) == size and _indexes(target, n_post), "the targets of synapses")
        spans = len(start) == made["n_pre"] + 1 and start[0] == 0 and start[-1] == size
        due(spans and bool((np.diff(start) >= 0).all()), "the sources of synapses")
    for order, count, what in (
        (permutation, size, "the order of synapses"),
        (state["variables"]["place"], size, "the place of synapses"),
        (made["source_order"], n_pre, "the order of sources"),
    ):
        due(order is None or _is_permutation(order, count), what)
    for pathway, delays in state["layout"]["delays"].items():
        due(pathway in thing._layout.delays, "the pathways")
        fits = not isinstance(delays, np.ndarray) or (delays.shape == (size,) and bool((delays >= 0).all()))
        due(fits, f"the delays of {pathway}")
        of = next(known.of for known in thing._checked.pathways if known.name == pathway)
        _check_queue(pathway, n_pre if of == "pre" else n_post, state, due)
    for pathway, late in state["layout"]["under_way"].items():
        what = f"the spikes under way on {pathway}"
        due(pathway in thing._layout.delays and late.ndim == 2 and len(late) == 2, what)
        due(late.size > 0 and _indexes(late[1], size) and _indexes(late[0], 1 << 62), what)


def _check_queue(pathway: str, ends: int, state: State, due: Callable[[bool, str], None]) -> None:
    arrays: Mapping[str, Array] = state["arrays"]
    if f"_head_{pathway}" not in arrays or f"_tail_{pathway}" not in arrays:
        return
    head, tail = int(arrays[f"_head_{pathway}"][0]), int(arrays[f"_tail_{pathway}"][0])
    size, what = state["variables"]["size"], f"the spikes under way on {pathway}"
    for part, most in (("ring", ends), ("ring_source", ends), ("ring_cursor", size + 1)):
        ring = arrays.get(f"_{part}_{pathway}")
        if ring is not None:
            whole = len(ring) > 0 and len(ring) & (len(ring) - 1) == 0
            due(whole and _indexes(ring, most) and 0 <= head <= tail <= head + len(ring), what)
    counts = arrays.get(f"_ring_count_{pathway}")
    due(counts is None or (bool((counts >= 0).all()) and int(counts.max(initial=0)) <= ends), what)


def _indexes(values: Array, most: int) -> bool:
    return values.dtype.kind in "iu" and (not values.size or (int(values.min()) >= 0 and int(values.max()) < most))


def _is_permutation(order: Array, size: int) -> bool:
    return len(order) == size and _indexes(order, size) and bool((np.bincount(order, minlength=size) == 1).all())
