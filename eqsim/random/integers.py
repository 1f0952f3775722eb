"""Poisson, binomial and geometric draws for NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from eqsim.random.draws import pair, uniform
from eqsim.random.laws import binomial_trial, geometric_inverse, poisson_trial


def poisson(stream: Any, kind: Any, number: Any, step: Any, element: Any, lam: Any) -> Any:
    """Return int64 draws of the Poisson law with mean `lam` (0 where that is not above 0); arguments broadcast."""
    return drawn(poisson_trial, (stream, kind, number, step, element), (lam,))


def binomial(stream: Any, kind: Any, number: Any, step: Any, element: Any, n: Any, p: Any) -> Any:
    """Return int64 draws of the binomial law of `n` tries with chance `p`; arguments broadcast."""
    return drawn(binomial_trial, (stream, kind, number, step, element), (n, p))


def geometric(stream: Any, kind: Any, number: Any, step: Any, element: Any, p: Any) -> Any:
    """Return int64 draws of how many tries with chance `p` fail before one succeeds; arguments broadcast."""
    u, chance = np.broadcast_arrays(uniform(stream, kind, number, step, element), p)
    rows = zip(u.ravel().tolist(), chance.ravel().tolist(), strict=True)
    result = np.array([geometric_inverse(*row) for row in rows], np.int64)
    return result.reshape(u.shape) if u.ndim else int(result[0])


def drawn(trial: Callable[..., int], place: tuple[Any, ...], arguments: tuple[Any, ...]) -> Any:
    """Return the first accepted trial of every element: an array, or an integer where nothing is an array."""
    together = np.broadcast_arrays(*place, *arguments)
    keys, parameters = [a.ravel() for a in together[: len(place)]], [a.ravel() for a in together[len(place) :]]
    result = np.empty(together[0].size, np.int64)
    pending = np.arange(result.size)
    attempt = 0
    while pending.size:
        u, v = pair(*[key[pending] for key in keys], attempt)  # type: ignore[call-arg]
        values = zip(u.tolist(), v.tolist(), *(parameter[pending].tolist() for parameter in parameters), strict=True)
        counts = np.array([trial(*row) for row in values], np.int64)
        result[pending] = counts
        pending = pending[counts < 0]
        attempt += 1
    return result.reshape(together[0].shape) if together[0].ndim else int(result[0])
