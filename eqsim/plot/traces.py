"""Figures of variables over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from eqsim.network.arguments import names_of
from eqsim.plot.axes import axes_for, plain_times, quantity_label, with_unit_text
from eqsim.text.errors import ArgumentError
from eqsim.units import magnitude, unit_of

_MOST = 10  # lines that a legend names


def lines(
    monitor: Any,
    variables: str | Sequence[str] | None = None,
    record: Any = None,
    ax: Axes | None = None,
    **options: Any,
) -> Axes:
    """Draw recorded variables against time, one line for each variable and element.

    Parameters
    ----------
    monitor
        A ``StateMonitor``.
    variables
        Which of its variables: a name or several; all by default.
    record
        Which of the recorded elements, by their index in the source; all by default.
    ax
        Where to draw; a new figure by default.
    **options
        For ``Axes.plot``.

    Raises
    ------
    ArgumentError
        For something that is no monitor of variables, and for elements that were not recorded.
    UnknownVariableError
        For a variable that was not recorded.

    """
    if not hasattr(monitor, "record_variables"):
        hint = "record variables with StateMonitor(group, 'V', record=True) and draw the monitor"
        raise ArgumentError(f"lines draws recorded variables, not a {type(monitor).__name__}", owner="lines", hint=hint)
    chosen = monitor.record_variables if variables is None else names_of(variables, "variables", "lines")
    elements = np.atleast_1d(monitor.record if record is None else np.asarray(record))
    times, unit = plain_times(monitor.t)
    traces = [(name, getattr(monitor[elements], name)) for name in chosen]
    ax = axes_for(ax)
    shown: list[str] = []
    for name, values in traces:
        quantity = unit_of(values)
        shown.append(quantity_label(name, quantity))
        for element, row in zip(elements, np.asarray(magnitude(values, quantity)), strict=True):
            which = f" of {element}" if len(elements) > 1 else ""
            ax.plot(times, row, **({"label": quantity_label(name, quantity, which)} | options))
    ax.set(xlabel=with_unit_text("time", unit), ylabel=", ".join(shown))
    if 1 < len(chosen) * len(elements) <= _MOST:
        ax.legend()
    return ax
