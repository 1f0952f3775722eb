"""A time that a user gives, as the plain number in which a network counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.checking.vocabulary import time_unit
from eqsim.network.capture import scalar
from eqsim.text.errors import ArgumentError, UnitsError
from eqsim.units import has_unit, magnitude, unit_of


def plain_time(value: Any, what: str, *, unitless: bool) -> float:
    """Return a time as a number of milliseconds or, where the models have no units, as it is.

    Raises ArgumentError, or UnitsError, for what is no time of at least zero; ``what`` it is stands in the message.
    """
    unit = time_unit(unitless)
    if not scalar(value) or isinstance(value, bool):
        found, hint = repr(value), "write for instance 100*ms, or a number where the models have no units"
        raise ArgumentError(f"{what} is one time", owner="Network", found=found, hint=hint)
    if unitless == has_unit(value) and not (not unitless and value == 0):
        hint = "the models have no units: give a number" if unitless else f"write for instance {value}*ms"
        raise ArgumentError(f"{what} must be a {'number' if unitless else 'time'}", owner="Network", hint=hint)
    if has_unit(value) and not unit_of(value).same_dimension(unit):
        raise UnitsError(f"{what} must be a time, not {value}", owner="Network", hint="write for instance 10*ms")
    plain = float(magnitude(value, unit, "Network"))
    if not plain >= 0 or np.isinf(plain):
        hint = "a time goes forward"
        what = f"{what} must be at least zero and finite"
        raise ArgumentError(what, owner="Network", found=str(value), hint=hint)
    return plain
