"""Figures of connections: who is joined to whom."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from eqsim.plot.axes import axes_for, quantity_label
from eqsim.text.errors import ArgumentError
from eqsim.units import magnitude, unit_of

_DOTS = 20_000  # synapses that are drawn as dots; more are counted in fields
_FIELDS = 200  # fields along each side of a matrix


def connectivity(synapses: Any, values: str | None = None, ax: Axes | None = None, **options: Any) -> Axes:
    """Draw which source is joined to which target.

    Few neurons give a matrix with a field for each pair; more give a dot for each synapse; more synapses than can be
    told apart give a matrix whose fields hold many pairs.

    Parameters
    ----------
    synapses
        A ``Synapses`` object.
    values
        A variable whose values give the colours (in a matrix, their means); by default the number of synapses for
        each pair.
    ax
        Where to draw; a new figure by default.
    **options
        For ``Axes.imshow`` (a matrix) or ``Axes.scatter`` (dots).

    Raises
    ------
    ArgumentError
        For something that is no synapses.
    UnknownVariableError
        For a variable that the synapses do not have.

    """
    if not (hasattr(synapses, "source") and hasattr(synapses, "target")):
        found, hint = type(synapses).__name__, "draw the synapses that connect() was called on"
        raise ArgumentError("connectivity draws Synapses", owner="connectivity", found=found, hint=hint)
    i, j, shape = synapses.i, synapses.j, (synapses.source.N, synapses.target.N)
    weights, label = None, "synapses for each pair"
    if values is not None:
        if not isinstance(values, str):
            hint = "write for instance values='w'"
            raise ArgumentError("values name a variable", owner="connectivity", found=repr(values), hint=hint)
        found = getattr(synapses, values)  # tells a misspelt name
        quantity = getattr(found, "values", found)
        unit = unit_of(quantity)
        weights, label = np.asarray(magnitude(quantity, unit)), quantity_label(values, unit)
    ax = axes_for(ax)
    if max(shape) <= _FIELDS or len(i) > _DOTS:
        drawn: Any = _matrix(ax, i, j, weights, shape, options)
        coloured = True
    else:
        chosen = {"c": "black" if weights is None else weights, "s": 6.0, "linewidths": 0.0}
        drawn, coloured = ax.scatter(i, j, **(chosen | options)), weights is not None
    if coloured and ax.figure is not None:
        ax.figure.colorbar(drawn, ax=ax, label=label)
    ax.set(xlabel="source", ylabel="target", xlim=(-0.5, shape[0] - 0.5), ylim=(-0.5, shape[1] - 0.5))
    return ax


def _matrix(
    ax: Axes,
    i: NDArray[Any],
    j: NDArray[Any],
    weights: NDArray[Any] | None,
    shape: tuple[int, int],
    options: dict[str, Any],
) -> Any:
    """Draw the mean over the pairs in each field; empty fields stay blank where values are drawn."""
    edges = [np.linspace(0, size, min(size, _FIELDS) + 1).round() - 0.5 for size in shape]
    counts = np.histogram2d(i, j, edges)[0]
    if weights is None:
        fields = counts / np.outer(np.diff(edges[0]), np.diff(edges[1]))
    else:
        sums = np.histogram2d(i, j, edges, weights=weights)[0]
        fields = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    extent = (-0.5, shape[0] - 0.5, -0.5, shape[1] - 0.5)
    chosen = {"origin": "lower", "extent": extent, "aspect": "auto", "interpolation": "nearest"}
    return ax.imshow(fields.T, **(chosen | options))
