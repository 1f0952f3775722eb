"""The outcomes of a sweep as an xarray Dataset: a dimension for each parameter, units as attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eqsim.network.libraries import optional
from eqsim.network.records_export import text_of
from eqsim.network.sweep_axes import OWNER, Axis
from eqsim.network.sweep_point import Outcome
from eqsim.text.errors import UnitsError
from eqsim.units import magnitude, with_unit


def dataset(
    axes: Sequence[Axis], repeats: int, measures: Sequence[str], outcomes: Sequence[Outcome], about: Mapping[str, Any]
) -> Any:
    """Return a Dataset of outcomes in order of their numbers, the last axis fastest, of which repeats are one.

    A point whose measures do not have the shape and dimension of the first that succeeded becomes one that failed.
    """
    xarray = optional("xarray", "sweep()", OWNER)
    dims = [axis.key for axis in axes] + (["repeat"] if repeats > 1 else [])
    shape = tuple(len(axis.plain) for axis in axes) + ((repeats,) if repeats > 1 else ())
    outcomes = _alike(outcomes)
    variables: dict[str, Any] = {}
    for name in measures:
        good = [outcome for outcome in outcomes if not outcome.error]
        first, unit = good[0].measured[name] if good else (np.zeros(()), None)
        values = np.full((len(outcomes), *first.shape), np.nan)
        for outcome in good:
            values[outcome.number] = outcome.measured[name][0]
        own = [f"{name}_dim_{number}" for number in range(first.ndim)]
        attributes = {} if unit is None else {"units": text_of(unit)}
        variables[name] = ([*dims, *own], values.reshape(*shape, *first.shape), attributes)
    errors = np.array([outcome.error for outcome in outcomes]).reshape(shape)
    variables["error"] = (dims, errors, {"long_name": "why a run failed; empty where it did not"})
    coordinates: dict[str, Any] = {axis.key: (axis.key, axis.plain, {"units": text_of(axis.unit)}) for axis in axes}
    if repeats > 1:
        coordinates["repeat"] = np.arange(repeats)
    return xarray.Dataset(variables, coordinates, attrs=dict(about))


def _alike(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return outcomes by number, with measures in the units of the first that succeeded."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.number)
    first = next((outcome for outcome in ordered if not outcome.error), None)
    return ordered if first is None else [o if o.error else _like(o, first) for o in ordered]


def _like(outcome: Outcome, first: Outcome) -> Outcome:
    measured = {}
    for name, (values, unit) in outcome.measured.items():
        model, due = first.measured[name]
        if values.shape != model.shape:
            text = f"measure {name!r} has shape {values.shape}, that of the first point has {model.shape}"
            return Outcome(outcome.number, error=text)
        try:
            measured[name] = np.asarray(magnitude(with_unit(values, unit), due, f"measure {name!r}")), due
        except UnitsError as error:
            return Outcome(outcome.number, error=f"UnitsError: {error}")
    return Outcome(outcome.number, measured)
