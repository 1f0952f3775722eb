"""Time as a whole number of steps, and several time steps on one grid."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd

from eqsim.text.errors import ArgumentError

# finer than any time step that is meant, coarser than the rounding of decimal fractions
_FINEST = 10**9


def grid(steps: Mapping[str, float]) -> tuple[float, dict[str, int]]:
    """Return the longest step of which all given ones are multiples, and how many of it each is.

    Raises ArgumentError for steps that are not positive.
    """
    exact: dict[str, Fraction] = {}
    for key, step in steps.items():
        if not step > 0:
            raise ArgumentError(f"a time step must be positive, not {step}", owner=key)
        exact[key] = Fraction(step).limit_denominator(_FINEST)
        if exact[key] == 0:
            raise ArgumentError(f"a time step of {step} is too short", owner=key)
    below = 1
    for fraction in exact.values():
        below = below * fraction.denominator // gcd(below, fraction.denominator)
    whole = {key: int(fraction * below) for key, fraction in exact.items()}
    base = 0
    for number in whole.values():
        base = gcd(base, number)
    periods = {key: number // base for key, number in whole.items()}
    shortest = next((key for key, period in periods.items() if period == 1), None)
    return (steps[shortest] if shortest is not None else float(Fraction(base, below))), periods


def whole_steps(duration: float, dt: float) -> int:
    """Return how many steps a duration is, to the nearest."""
    return round(duration / dt)
