"""Random graphs of the literature, as pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from eqsim.connectivity.distinct import among_others, distinct
from eqsim.connectivity.ends import Ends, Number, Pairs


def small_world(ends: Ends, k: int, p: float) -> Pairs:
    """Return a ring in which each neuron reaches its ``k`` nearest ones, each target rewired with probability ``p``.

    A rewired synapse gets any neuron that its source does not reach yet, itself excluded, every one as likely: the
    rule of Watts & Strogatz (1998), Nature 393:440, applied to each directed synapse, so that all send out ``k``.
    """
    n = ends.n_pre
    near = np.concatenate([np.arange(-(k // 2), 0), np.arange(1, k // 2 + 1)])
    source = np.repeat(np.arange(n), k)
    target = (source + np.tile(near, n)) % n
    stays = ends.uniform(Number.STAYS, np.arange(n * k)) >= p
    kept = np.sort(source[stays] * n + target[stays])
    moved = k - np.bincount(source[stays], minlength=n)
    # neither itself nor a target that it keeps
    excluded = np.sort(np.concatenate([kept, np.arange(n) * (n + 1)]))
    drawn = [kept]
    for row, rank in distinct(ends, n - 1 - (k - moved), moved):
        drawn.append(row * n + among_others(row, rank, excluded // n, excluded % n))
    i, j = np.divmod(np.sort(np.concatenate(drawn)), max(n, 1))
    return i.astype(ends.dtype), j.astype(ends.dtype)


def scale_free(ends: Ends, m: int) -> Pairs:
    """Return a graph grown by attaching each neuron to ``m`` earlier ones, each as likely as it has links.

    It begins with ``m + 1`` neurons that are all linked (Barabási & Albert (1999), Science 286:509).
    A link is a synapse in either direction.
    """
    n = ends.n_pre
    first, second = np.triu_indices(m + 1, 1)
    links = [(first, second)]
    # each link's ends, one after the other: a place drawn from it is a neuron drawn by its number of links
    ends_of_links = np.stack([first, second], axis=1).ravel().tolist()
    draws = _draws(ends, m)
    old: list[int] = []
    for new in range(m + 1, n):
        chosen: list[int] = []
        places = len(ends_of_links)
        while len(chosen) < m:
            neuron = ends_of_links[min(int(next(draws) * places), places - 1)]
            if neuron not in chosen:
                chosen.append(neuron)
        for neuron in chosen:
            ends_of_links += (neuron, new)
        old += chosen
    links.append((np.array(old, np.int64), np.repeat(np.arange(m + 1, n), m)))
    low, high = (np.concatenate([link[side] for link in links]) for side in (0, 1))
    i, j = np.divmod(np.sort(np.concatenate([low * n + high, high * n + low])), n)
    return i.astype(ends.dtype), j.astype(ends.dtype)


def _draws(ends: Ends, m: int) -> Iterator[float]:
    """Yield uniform numbers without end, drawn some at a time."""
    size, first = 1024 * m, 0
    while True:
        yield from ends.uniform(Number.CHOSEN, np.arange(first, first + size)).tolist()
        first += size


def distances(ends: Ends, i: npt.NDArray[np.int64], j: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return how far apart neurons are: by their variables ``x``, ``y``, ``z``, or around a ring without any.

    On the ring source ``i`` stands at ``i/n_pre`` of the way around and target ``j`` at ``j/n_post``; the distance
    counts target neurons.
    """
    axes = [axis for axis in "xyz" if f"{axis}_pre" in ends.pre and f"{axis}_post" in ends.post]
    if axes:
        squares = [(ends.pre[f"{axis}_pre"][i] - ends.post[f"{axis}_post"][j]) ** 2 for axis in axes]
        return np.asarray(np.sqrt(sum(squares)), np.float64)
    way = np.abs(i * (ends.n_post / ends.n_pre) - j)
    return np.asarray(np.minimum(way, ends.n_post - way), np.float64)
