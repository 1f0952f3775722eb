"""Potentials from concentrations, permeabilities and conductances: Nernst, Goldman-Hodgkin-Katz, equivalent circuit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import kind_of, parse_unit, unit_text, usual_unit
from eqsim.text.errors import ArgumentError, UnitsError
from eqsim.units import joined, magnitude, unit_of, with_unit

GAS_CONSTANT, FARADAY = 8.31446261815324, 96485.33212331  # J/(mol K), C/mol; exact since 2019
BODY = 310.15  # 37 degrees Celsius in kelvin
Plain = NDArray[np.float64]


class SteadyState(NamedTuple):
    """Where an equivalent circuit rests: its potential, and its conductance in sum."""

    V: Any
    g: Any


def nernst(C_in: Any, C_out: Any, z: Any = 1, T: Any = None) -> Any:
    """Return the equilibrium potential of an ion, RT/(zF)*log(C_out/C_in), in mV.

    Parameters
    ----------
    C_in, C_out
        Concentrations inside and outside, in mM or another unit of concentration; arrays are broadcast.
    z
        Valence: 1 for potassium, 2 for calcium, -1 for chloride.
    T
        Temperature in kelvin: 310.15*kelvin, which is 37 degrees Celsius, by default.

    Raises
    ------
    EqsimError
        For other units, concentrations that are not above 0, a valence of 0, and shapes that do not fit.

    """
    owner = "nernst"
    inside, outside = (_positive(value, "mM", what, owner) for what, value in (("C_in", C_in), ("C_out", C_out)))
    valence = _valence(z, owner)
    inside, outside, valence = _together(owner, C_in=inside, C_out=outside, z=valence)
    return _millivolts(_thermal(T, owner) / valence * np.log(outside / inside))


def ghk(P: Any, C_in: Any, C_out: Any, z: Any = 1, T: Any = None) -> Any:
    """Return the potential at which currents of monovalent ions through a membrane cancel, in mV.

    Parameters
    ----------
    P, C_in, C_out, z
        By ion, as mappings with the same names or as lists in the same order: permeabilities (numbers or quantities, of
        which the ratios count), concentrations inside and outside, and valences, 1 or -1 (one for all, or by ion).
    T
        Temperature in kelvin: 310.15*kelvin, which is 37 degrees Celsius, by default.

    Raises
    ------
    EqsimError
        For ions that differ between the arguments, other units, valences other than 1 and -1, values below 0.

    Notes
    -----
    Goldman (1943) J Gen Physiol 27:37; Hodgkin & Katz (1949) J Physiol 108:37.

    """
    owner = "ghk"
    ions = _ions(owner, P=P, C_in=C_in, C_out=C_out, z=z)
    permeability = _alike(ions["P"], "P", owner)
    inside, outside = (_plain(ions[what], "mM", what, owner) for what in ("C_in", "C_out"))
    valence = np.broadcast_to(_valence(ions["z"], owner), permeability.shape)
    if np.any(np.abs(valence) != 1):
        hint = "sum the currents of ghk_current where ions of other valences flow"
        raise ArgumentError("valences are 1 or -1 here", owner=owner, found=str(ions["z"]), hint=hint)
    for what, values in (("P", permeability), ("C_in", inside), ("C_out", outside)):
        if np.any(~(values >= 0)):
            raise ArgumentError(f"{what} is below 0", owner=owner, found=str(values), hint="give values of 0 or more")
    cations = valence > 0
    above = np.sum(permeability * np.where(cations, outside, inside))
    below = np.sum(permeability * np.where(cations, inside, outside))
    if not (above > 0 and below > 0):
        hint = "give some ion a permeability and concentrations above 0 on both sides"
        raise ArgumentError("no potential holds such ions", owner=owner, hint=hint)
    return _millivolts(_thermal(T, owner) * np.log(above / below))


def ghk_current(V: Any, P: Any, C_in: Any, C_out: Any, z: Any = 1, T: Any = None) -> Any:
    """Return the current density of an ion through a membrane of constant field, outward positive, in uA/cm2.

    Parameters
    ----------
    V
        Potential inside against outside.
    P
        Permeability, such as 1e-6*cm/second.
    C_in, C_out, z, T
        As for ``nernst``; all are broadcast.

    Raises
    ------
    EqsimError
        For other units, values below 0, a valence of 0, and shapes that do not fit.

    """
    owner = "ghk_current"
    potential, permeability = _plain(V, "volt", "V", owner), _plain(P, "meter/second", "P", owner)
    inside, outside = _plain(C_in, "mM", "C_in", owner), _plain(C_out, "mM", "C_out", owner)
    for what, values in (("P", permeability), ("C_in", inside), ("C_out", outside)):
        if np.any(~(values >= 0)):
            raise ArgumentError(f"{what} is below 0", owner=owner, found=str(values), hint="give values of 0 or more")
    shaped = _together(owner, V=potential, P=permeability, C_in=inside, C_out=outside, z=_valence(z, owner))
    potential, permeability, inside, outside, valence = shaped
    x = valence * potential / _thermal(T, owner)
    # x/(1 - exp(-x)) is 1 in the limit of no potential
    still = np.abs(x) < 1e-9
    slope = np.where(still, 1.0 + x / 2, np.where(still, 1.0, x) / -np.expm1(np.where(still, -1.0, -x)))
    density = permeability * valence * FARADAY * slope * (inside - outside * np.exp(-x))  # mM is mol/m3, so A/m2
    return with_unit(100 * density, parse_unit("uA/cm2")[0])


def steady_state(g: Any, E: Any, I: Any = 0) -> SteadyState:  # noqa: E741 - the field's letter for a current
    """Return the potential at which an equivalent circuit rests, and its conductance.

    Parameters
    ----------
    g, E
        Conductances and reversal potentials of its branches, as mappings with the same names or as lists in the same
        order; conductances of a whole cell (nS) or of an area (mS/cm2).
    I
        A constant current into it, in the unit of g*E.

    Returns
    -------
    SteadyState
        ``V`` is (sum of g*E + I)/(sum of g) in mV, ``g`` the sum of conductances.

    Raises
    ------
    EqsimError
        For branches that differ, other units, conductances below 0 or none above.

    """
    owner = "steady_state"
    branches = _ions(owner, g=g, E=E)
    unit = usual_unit(unit_of(joined(branches["g"])))
    if kind_of(unit) not in {"a conductance", "a conductance density"}:
        found, hint = unit_text(unit), "write for instance 10*nS, or 0.3*mS/cm2"
        raise UnitsError("g is no conductance", owner=owner, found=found, hint=hint)
    conductance = np.asarray(magnitude(branches["g"], unit, owner))
    if np.any(~(conductance >= 0)) or not conductance.sum() > 0:
        hint = "conductances are not below 0, and one at least is above"
        raise ArgumentError("these conductances give no rest", owner=owner, found=str(conductance), hint=hint)
    potential = np.asarray(magnitude(branches["E"], parse_unit("mV")[0], f"{owner}, E"))
    injected = magnitude(I, unit * parse_unit("mV")[0], f"{owner}, I")
    total = conductance.sum()
    return SteadyState(_millivolts((conductance @ potential + injected) / total / 1000), with_unit(total, unit))


def _ions(owner: str, **given: Any) -> dict[str, Any]:
    """Return values by ion as lists in one order; those that are one for all are repeated."""
    named = {what: value for what, value in given.items() if isinstance(value, Mapping)}
    names = list(next(iter(named.values()))) if named else []
    lists: dict[str, Any] = {}
    for what, value in given.items():
        if what in named and set(value) != set(names):
            first = next(iter(named))
            found, hint = f"{first}: {', '.join(names)}; {what}: {', '.join(value)}", "use the same names in each"
            raise ArgumentError("these are not of the same names", owner=owner, found=found, hint=hint)
        lists[what] = [value[name] for name in names] if what in named else joined(value)
    sizes = {what: np.size(magnitude_free(value)) for what, value in lists.items() if np.ndim(magnitude_free(value))}
    count = max(sizes.values(), default=1)
    if named and any(what not in named and what != "z" for what in given):
        hint = "give mappings for all of them, or lists"
        raise ArgumentError("some are by name and some are not", owner=owner, hint=hint)
    if len(set(sizes.values())) > 1 or any(what not in sizes and what != "z" for what in given if sizes):
        found = ", ".join(f"{size} of {what}" for what, size in sizes.items())
        raise ArgumentError("their numbers differ", owner=owner, found=found, hint="give one value of each for each")
    plain = {what: joined(value) if np.ndim(magnitude_free(value)) else value for what, value in lists.items()}
    return {what: value if what in sizes else _repeated(value, count) for what, value in plain.items()}


def magnitude_free(value: Any) -> Any:
    """Return what tells the shape of a value, whatever its unit."""
    return [0] * len(value) if isinstance(value, list | tuple) else getattr(value, "magnitude", value)


def _repeated(value: Any, count: int) -> Any:
    return [value] * count


def _alike(values: Any, what: str, owner: str) -> Plain:
    """Return values of any one unit as plain numbers."""
    unit = unit_of(joined(values))
    return np.asarray(magnitude(values, unit, f"{owner}, {what}"))


def _plain(value: Any, unit: str, what: str, owner: str) -> Plain:
    return np.asarray(magnitude(joined(value), parse_unit(unit)[0], f"{owner}, {what}"), dtype=float)


def _positive(value: Any, unit: str, what: str, owner: str) -> Plain:
    plain = _plain(value, unit, what, owner)
    if np.any(~(plain > 0)):
        raise ArgumentError(f"{what} is not above 0", owner=owner, found=str(value), hint="give values above 0")
    return plain


def _valence(z: Any, owner: str) -> Plain:
    plain = np.asarray(magnitude(joined(z), Unit(name="1"), f"{owner}, z"), dtype=float)
    if np.any((plain == 0) | (plain != np.round(plain))):
        hint = "write for instance 1 for potassium, 2 for calcium, -1 for chloride"
        raise ArgumentError("a valence is a whole number other than 0", owner=owner, found=str(z), hint=hint)
    return plain


def _thermal(T: Any, owner: str) -> float:
    """Return RT/F in volts."""
    kelvin = BODY if T is None else float(_positive(T, "kelvin", "T", owner))
    return GAS_CONSTANT * kelvin / FARADAY


def _together(owner: str, **values: Plain) -> tuple[Plain, ...]:
    try:
        return tuple(np.broadcast_arrays(*values.values()))
    except ValueError:
        found = ", ".join(f"{what} of shape {value.shape}" for what, value in values.items() if value.ndim)
        hint = "give one value, or as many as of the others"
        raise ArgumentError("these shapes do not fit", owner=owner, found=found, hint=hint) from None


def _millivolts(volts: Any) -> Any:
    return with_unit(1000 * volts, parse_unit("mV")[0])
