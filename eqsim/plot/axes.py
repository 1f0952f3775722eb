"""Axes to draw into, their labels, and times in the unit in which they are drawn."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.checking.vocabulary import time_unit
from eqsim.network import latex
from eqsim.text.errors import ArgumentError
from eqsim.units import has_unit, magnitude


def axes_for(ax: Axes | None) -> Axes:
    """Return the given axes, or those of a new figure."""
    if ax is not None and not isinstance(ax, Axes):
        found, hint = type(ax).__name__, "give what plt.subplots() returns, one of them"
        raise ArgumentError("ax is where to draw: Axes of Matplotlib", owner="plot", found=found, hint=hint)
    return plt.subplots(layout="constrained")[1] if ax is None else ax


def plain_times(times: Any) -> tuple[NDArray[np.float64], Unit]:
    """Return times as plain numbers, and what they count: milliseconds, or nothing in a unitless model."""
    unit = time_unit(unitless=not has_unit(times))
    return np.asarray(magnitude(times, unit), dtype=np.float64), unit


def with_unit_text(name: str, unit: Unit) -> str:
    """Return the label of a quantity: its name and, in brackets, its unit."""
    text = latex.unit(unit_text(unit))
    return f"{name} (${text}$)" if text else name


def quantity_label(variable: str, unit: Unit, which: str = "") -> str:
    """Return the label of a variable, typeset as in its equation, and of which element it is."""
    return with_unit_text(f"${latex.variable(variable)}${which}", unit)
