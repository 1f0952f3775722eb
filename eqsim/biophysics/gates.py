"""Gates fitted to conductances that a voltage clamp measured: steady states, time constants and exponents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.biophysics.potentials import magnitude_free
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import parse_unit
from eqsim.text.errors import ArgumentError
from eqsim.units import joined, magnitude, unit_of, with_unit

_OWNER = "fit_gate"
_MOST_EXPONENT = 12.0
Plain = NDArray[np.float64]


@dataclass(frozen=True)
class GateFit:
    """Gates as they were fitted, one value for each trace, each with its standard error.

    Attributes
    ----------
    V
        The command potentials, as given.
    p, p_error
        The exponent of activation, one for all traces; its error is 0 where it was given.
    m_inf, m_inf_error, m_0, tau, tau_error
        Activation: where each trace leads and begins, and its time constant in ms.
    h_inf, h_inf_error, tau_h, tau_h_error
        Inactivation: where it leads, against its value at the start, and its time constant; ``None`` without.
    g_max
        The conductance of all gates open.
    fitted
        The fitted traces, of the shape of those given.
    residual
        The root of the mean square of what is left, in the unit of the traces.

    """

    V: Any
    p: float
    p_error: float
    m_inf: Plain
    m_inf_error: Plain
    m_0: Plain
    tau: Any
    tau_error: Any
    h_inf: Plain | None
    h_inf_error: Plain | None
    tau_h: Any
    tau_h_error: Any
    g_max: Any
    fitted: Any
    residual: Any

    def __repr__(self) -> str:
        count = len(self.m_inf)
        return f"<GateFit: {count} trace{'' if count == 1 else 's'}, p = {self.p:.4g} ± {self.p_error:.2g}>"


def fit_gate(t: Any, g: Any, V: Any = None, p: float | None = None, q: float = 0, g_max: Any = None) -> GateFit:
    """Fit g_max*m**p, or g_max*m**p*h**q, to conductances after steps of the potential.

    Each gate relaxes exponentially: m(t) = m_inf - (m_inf - m_0)*exp(-t/tau), with m_inf and tau for each trace and one
    exponent for all of them, by least squares over all traces at once.

    Parameters
    ----------
    t
        The times of the samples, shape (times,); the step of the potential is at 0.
    g
        The conductances, shape (times,) or (times, n): n traces, in any unit or none.
    V
        The potentials of the traces, kept beside the result.
    p
        The exponent; found by the fit by default.
    q
        The exponent of inactivation, 0 where there is none. With it, m begins at 0, and h is counted against its value
        at the start.
    g_max
        The conductance of all gates open; by default m is counted against the largest m_inf of all traces.

    Raises
    ------
    EqsimError
        For shapes or units that do not fit, values that are not finite, too few samples, traces that are nowhere above
        0, and a fit that does not converge.

    """
    times, traces, unit = _samples(t, g)
    potentials = _potentials(V, traces.shape[1])
    for what, value in (("p", p), ("q", q)):
        if value is not None and not (np.ndim(value) == 0 and 0 <= float(value) <= _MOST_EXPONENT):
            hint = f"give a number from 0 to {_MOST_EXPONENT:g}"
            raise ArgumentError(f"{what} is no exponent", owner=_OWNER, found=str(value), hint=hint)
    if p == 0:
        raise ArgumentError("p is no exponent", owner=_OWNER, found="0", hint="leave p out to have it found")
    scale = float(traces.max())
    most = None if g_max is None else float(magnitude(g_max, unit, f"{_OWNER}, g_max")) / scale
    if most is not None and not most > 0:
        raise ArgumentError("g_max is not above 0", owner=_OWNER, found=str(g_max), hint="give a conductance above 0")
    law = _Law(times, traces / scale, p, float(q))
    values, covariance = law.fit()
    result, error = _derived(lambda x: law.quantities(x, most), values, covariance)
    exponent, m_inf, m_0, tau, h_inf, tau_h = result
    p_error, m_error, _, tau_error, h_error, tau_h_error = error
    inactivates = q > 0
    highest = most if most is not None else law.highest(values)
    ms = parse_unit("ms")[0]
    model = law.model(values)
    left = float(np.sqrt(np.mean((model - law.traces) ** 2)))
    return GateFit(
        potentials,
        float(exponent[0]),
        float(p_error[0]) if p is None else 0.0,
        m_inf,
        m_error,
        m_0,
        with_unit(tau, ms),
        with_unit(tau_error, ms),
        h_inf if inactivates else None,
        h_error if inactivates else None,
        with_unit(tau_h, ms) if inactivates else None,
        with_unit(tau_h_error, ms) if inactivates else None,
        with_unit(highest * scale, unit),
        with_unit(np.reshape(model * scale, np.shape(magnitude_free(joined(g)))), unit),
        with_unit(left * scale, unit),
    )


@dataclass(frozen=True)
class _Law:
    """The law of the traces: for each its amplitude, its other end against that, and its time constants.

    A trace that rises has its end as amplitude, one that falls its beginning, so that the other end lies between 0 and
    1 of it and all numbers stay of order one. Unknowns lie as rows of one number a trace, then the exponent.
    """

    times: Plain
    traces: Plain  # (times, n), the largest value 1
    p: float | None
    q: float

    @property
    def rises(self) -> NDArray[np.bool_]:
        """Which traces end above where they begin; with inactivation all begin at 0."""
        few = max(len(self.times) // 20, 1)
        ends = self.traces[-few:].mean(axis=0) >= self.traces[0]
        return np.ones_like(ends) if self.q else ends

    def taken_apart(self, values: Plain) -> tuple[Plain, float]:
        """Return the unknowns by row, and the exponent."""
        exponent = float(values[-1]) if self.p is None else float(self.p)
        rows = values[:-1] if self.p is None else values
        return rows.reshape(-1, self.traces.shape[1]), exponent

    def model(self, values: Plain) -> Plain:
        """Return the traces that the unknowns give, shape (times, n)."""
        rows, exponent = self.taken_apart(values)
        amplitude, other, tau = rows[0], rows[1], np.exp(rows[2])
        decay = np.exp(-self.times[:, None] / tau)
        gate = np.where(self.rises, 1 - (1 - other) * decay, other + (1 - other) * decay)
        traces = amplitude * np.maximum(gate, 0) ** exponent
        if self.q:
            left = rows[3] + (1 - rows[3]) * np.exp(-self.times[:, None] / np.exp(rows[4]))
            traces = traces * np.maximum(left, 0) ** self.q
        result: Plain = traces
        return result

    def fit(self) -> tuple[Plain, Plain]:
        """Return the unknowns of least squares, and their covariance."""
        from scipy.optimize import least_squares  # noqa: PLC0415 - SciPy is loaded when it is needed

        best = None
        for exponent in (1.0, 3.0) if self.p is None else (float(self.p),):
            start, low, high = self.guess(exponent)
            found = least_squares(
                lambda x: (self.model(x) - self.traces).ravel(),
                start,
                self.slopes,
                bounds=(low, high),
                x_scale="jac",
                xtol=1e-13,
                ftol=1e-13,
                gtol=1e-13,
                max_nfev=400,
            )
            best = found if best is None or found.cost < best.cost else best
        assert best is not None
        if best.status < 0 or not np.all(np.isfinite(best.x)):
            hint = "give p, or leave out traces that hardly change"
            raise ArgumentError("the fit did not converge", owner=_OWNER, found=str(best.message), hint=hint)
        free = max(self.traces.size - len(best.x), 1)
        covariance: Plain = np.linalg.pinv(best.jac.T @ best.jac) * (2 * best.cost / free)
        return best.x, covariance

    def slopes(self, values: Plain) -> Plain:
        """Return the derivatives of all samples by the unknowns; those of one row belong to one trace each."""
        count, total = self.traces.shape[1], len(values)
        found = np.zeros((*self.traces.shape, total))
        steps = 1e-6 * np.maximum(np.abs(values), 1e-3)
        rows = [np.arange(first, first + count) for first in range(0, total - (self.p is None), count)]
        for own in [*rows, np.array([total - 1])] if self.p is None else rows:
            move = np.zeros(total)
            move[own] = steps[own]
            difference = (self.model(values + move) - self.model(values - move)) / (2 * steps[own])
            # an exponent belongs to all traces
            found[:, np.arange(count), own] = difference
        result: Plain = found.reshape(-1, len(values))
        return result

    def guess(self, exponent: float) -> tuple[Plain, Plain, Plain]:
        """Return where the search begins, and its bounds."""
        count, span = self.traces.shape[1], self.times[-1] - self.times[0]
        few = max(len(self.times) // 20, 1)
        first, last = self.traces[0], self.traces[-few:].mean(axis=0)
        amplitude = np.maximum(np.where(self.rises, last, first), 1e-6)
        other = np.clip(np.where(self.rises, first, last) / amplitude, 1e-6, 0.98) ** (1 / exponent)
        area = np.trapezoid(np.abs(self.traces - last), self.times, axis=0) / np.maximum(np.abs(last - first), 1e-9)
        shortest, longest = np.log(span / len(self.times) / 10), np.log(span * 100)
        tau = np.clip(
            np.log(np.maximum(area / np.sqrt(exponent), span / len(self.times))), shortest + 0.1, longest - 0.1
        )
        rows = [amplitude, other, tau]
        low, high = [np.zeros(count), np.zeros(count), np.full(count, shortest)], [
            np.full(count, 1e3), np.ones(count), np.full(count, longest),
        ]  # fmt: skip
        if self.q:
            peak = self.traces.max(axis=0)
            at = np.maximum(self.times[self.traces.argmax(axis=0)] - self.times[0], span / len(self.times))
            rows = [1.5 * np.maximum(peak, 1e-6), np.zeros(count) + 1e-9, np.log(at / 2)]
            high[1] = np.full(count, 2e-9)  # m begins at 0
            after = np.array(
                [
                    np.trapezoid(trace[k:] - trace[-1], self.times[k:])
                    for trace, k in zip(self.traces.T, self.traces.argmax(axis=0), strict=True)
                ]
            )
            fall = np.maximum(after / np.maximum(peak - last, 1e-9), at)
            rows += [np.clip((last / np.maximum(peak, 1e-9)), 1e-3, 0.9) ** (1 / self.q), np.log(fall)]
            low += [np.zeros(count), np.full(count, shortest)]
            high += [np.ones(count), np.full(count, longest)]
        ends = ([], []) if self.p is not None else ([0.2], [_MOST_EXPONENT])
        start = np.concatenate([*rows, [exponent] if self.p is None else []])
        low_all, high_all = np.concatenate([*low, ends[0]]), np.concatenate([*high, ends[1]])
        inside = np.clip(start, low_all + 1e-10 * (high_all - low_all), high_all - 1e-10 * (high_all - low_all))
        return inside, low_all, high_all

    def highest(self, values: Plain) -> float:
        """Return the largest steady conductance of activation, of all traces."""
        rows, exponent = self.taken_apart(values)
        ends = np.where(self.rises, 1.0, rows[1] ** exponent)
        return float((rows[0] * ends).max())

    def quantities(self, values: Plain, most: float | None) -> tuple[Plain, ...]:
        """Return exponent, m_inf, m_0, tau, h_inf and tau_h of unknowns."""
        rows, exponent = self.taken_apart(values)
        whole = (rows[0] / (self.highest(values) if most is None else most)) ** (1 / exponent)
        end, begin = np.where(self.rises, 1.0, rows[1]), np.where(self.rises, rows[1], 1.0)
        h_inf, tau_h = (rows[3], np.exp(rows[4])) if self.q else (np.zeros(0), np.zeros(0))
        return np.array([exponent]), whole * end, whole * begin, np.exp(rows[2]), h_inf, tau_h


def _derived(
    quantities: Callable[[Plain], tuple[Plain, ...]], values: Plain, covariance: Plain
) -> tuple[tuple[Plain, ...], tuple[Plain, ...]]:
    """Return quantities of the unknowns, and their standard errors to first order."""
    result = quantities(values)
    flat = np.concatenate(result)
    slopes = np.zeros((len(flat), len(values)))
    for place, value in enumerate(values):
        step = 1e-6 * max(abs(value), 1e-3)
        ahead, behind = values.copy(), values.copy()
        ahead[place], behind[place] = value + step, max(value - step, 0.0) if value >= 0 else value - step
        difference = np.concatenate(quantities(ahead)) - np.concatenate(quantities(behind))
        slopes[:, place] = difference / (ahead[place] - behind[place])
    errors = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", slopes, covariance, slopes), 0))
    cuts = np.cumsum([len(part) for part in result])[:-1]
    return result, tuple(np.split(errors, cuts))


def _samples(t: Any, g: Any) -> tuple[Plain, Plain, Unit]:
    """Return times in ms, traces of shape (times, n), and the unit of the traces."""
    times = np.asarray(magnitude(joined(t), parse_unit("ms")[0], f"{_OWNER}, t"), dtype=float)
    unit = unit_of(joined(g))
    traces = np.asarray(magnitude(joined(g), unit, f"{_OWNER}, g"), dtype=float)
    if times.ndim != 1 or traces.ndim not in {1, 2} or len(traces) != len(times):
        found, hint = f"t of shape {times.shape}, g of shape {traces.shape}", "give (times,) and (times,) or (times, n)"
        raise ArgumentError("times and traces do not fit", owner=_OWNER, found=found, hint=hint)
    if len(times) < 6 or np.any(np.diff(times) <= 0) or times[0] < 0:
        hint = "give six times at least, rising, from the step at 0 on"
        raise ArgumentError("these are no times of a trace", owner=_OWNER, found=f"{len(times)} times", hint=hint)
    if not (np.all(np.isfinite(traces)) and np.all(np.isfinite(times)) and traces.max() > 0):
        hint = "leave out what was not measured, and give conductances, of which some are above 0"
        raise ArgumentError("these are no conductances", owner=_OWNER, found=str(traces.max()), hint=hint)
    return times, traces.reshape(len(times), -1), unit


def _potentials(V: Any, count: int) -> Any:
    if V is None:
        return None
    magnitude(joined(V), parse_unit("mV")[0], f"{_OWNER}, V")
    if np.size(magnitude_free(joined(V))) != count:
        found = f"{np.size(magnitude_free(joined(V)))} potentials for {count} traces"
        raise ArgumentError(
            "potentials and traces do not fit", owner=_OWNER, found=found, hint="give one for each trace"
        )
    return joined(V)
