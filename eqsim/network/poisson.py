"""Sources of spikes that come by chance, each independent of all others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eqsim.analysis.analyse import analyse
from eqsim.checking.check import check
from eqsim.checking.checked import CheckedModel, Scope
from eqsim.language.expr import Expr
from eqsim.language.model import Definition, Model, UnitText
from eqsim.language.names import free_names
from eqsim.language.parse import parse_expression
from eqsim.lowering.kernel import Entry
from eqsim.network.arguments import check_shared
from eqsim.network.capture import caller, externals, found, usable
from eqsim.network.labels import label
from eqsim.network.neurons import NeuronGroup, size_of
from eqsim.network.timed_array import TimedArray
from eqsim.random import next_stream
from eqsim.random.laws import FAR
from eqsim.text.errors import ArgumentError, UnitsError
from eqsim.text.source import Source
from eqsim.units import has_unit, joined, magnitude, unit_of

# where rates are values: the step of each source's next spike, and the rate for which it was drawn
_KEPT: Mapping[str, Entry] = MappingProxyType({"_next": "count", "_rate": "real"})


class PoissonGroup(NeuronGroup):
    """Sources that spike by chance: in each step with probability ``rates*dt``, independently of all else.

    What a group of neurons can do, it can: parts (``P[:10]``), monitors, ``run_regularly``. A rate above 1/dt gives a
    spike in every step. Where rates are values and spikes are rare, a source draws when it spikes next, and again when
    its rate was changed; that takes less time than a draw in every step and follows the same law.

    Parameters
    ----------
    N
        How many sources.
    rates
        How often each spikes: one rate (``10*Hz``) or one for each source, which ``P.rates`` reads and changes; or a
        text that is evaluated in each step (``'(1 + sin(2*pi*t*5*Hz))*10*Hz'``, ``'stimulus(t, i)'``). In a network
        without units numbers count per unit of time.
    dt, order, namespace, seed, name
        As for a ``NeuronGroup``.

    Raises
    ------
    ArgumentError
        For rates that are negative, or not as many as sources.
    EqsimError
        For a mistake in a text.

    """

    def __init__(
        self,
        N: int,
        rates: Any,
        dt: Any = None,
        order: int = 0,
        namespace: Mapping[str, Any] | None = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        owner = label("PoissonGroup", name)
        size, shape = size_of(N, owner)
        check_shared(owner, dt=dt, order=order, namespace=namespace, seed=seed)
        rates = joined(rates)
        values: dict[str, Any] = {}
        if isinstance(rates, str):
            formula = parse_expression(rates, owner, "rates")
            wanted = free_names(formula)
            frame = caller()
            offered = found(wanted, frame) if namespace is None else {n: namespace[n] for n in wanted if n in namespace}
            values = usable(offered, {"rates"}, strict=True)
            checked = _varying(formula, owner, values)
        else:
            checked = check(_model(None, owner, unitless=not has_unit(rates)), Scope("neuron"))
        by_intervals = not isinstance(rates, str)
        self._setup(owner, size, shape, checked, analyse(checked), None, _KEPT if by_intervals else {})
        self._forget_intervals()
        self._name, self._dt, self._order, self._seed, self._namespace = name, dt, order, seed, namespace
        self._variables.stream = next_stream(seed)
        self._variables.namespace.update({key: values[key] for key in checked.externals if key in values})
        if by_intervals:
            _refuse_mistakes(rates, size, owner)
            self._assign("rates", rates, None, caller())

    def _forget_intervals(self) -> None:
        """Let no spike be planned: what was planned counts the steps of another network."""
        arrays = self._variables.storage.arrays
        if "_next" in arrays:
            arrays["_next"][:], arrays["_rate"][:] = FAR, 0  # at a rate of 0 there is none

    def _put(self, name: str, plain: NDArray[Any], chosen: Any) -> None:
        if name == "rates":
            _refuse_impossible(np.asarray(plain), self._owner)
        super()._put(name, plain, chosen)

    def __repr__(self) -> str:
        return f"<{label('PoissonGroup', self._name)}: {self.N} sources>"


def _model(rates: Expr | None, owner: str, *, unitless: bool) -> Model:
    """Return the model of such sources, with ``rates`` as a parameter or, following a text, as a subexpression."""
    source = Source("rates", owner, "rates")
    span = source.span()
    definition = Definition(
        "rates",
        "parameter" if rates is None else "subexpression",
        rates,
        None if unitless else UnitText("Hz", span),
        (),
        span if rates is None else rates.span or span,
    )
    return Model(source, definitions=(definition,), threshold=parse_expression("rand() < rates*dt", owner, "threshold"))


def _varying(rates: Expr, owner: str, values: Mapping[str, Any]) -> CheckedModel:
    """Return the checked model of rates that follow a text: with units or, where that fails, without."""
    scope = Scope("neuron", externals(values))
    try:
        return check(_model(rates, owner, unitless=False), scope)
    except UnitsError as mistake:
        try:
            return check(_model(rates, owner, unitless=True), scope)
        except UnitsError:
            raise mistake from None


def _refuse_mistakes(rates: Any, size: int, owner: str) -> None:
    """Raise an error for rates that no source can have."""
    if isinstance(rates, TimedArray) or callable(rates):
        hint = "write a text: rates='stimulus(t)', or 'stimulus(t, i)' with one column for each source"
        raise ArgumentError("a TimedArray is used in a text", owner=owner, found=type(rates).__name__, hint=hint)
    plain = np.asarray(magnitude(rates, unit_of(rates), owner))
    if plain.ndim and plain.shape != (size,):
        hint = "give one rate for all, or one for each source"
        raise ArgumentError(f"rates of shape {plain.shape} for {size} sources", owner=owner, hint=hint)
    _refuse_impossible(plain, owner)


def _refuse_impossible(rates: NDArray[Any], owner: str) -> None:
    wrong = ~((rates >= 0) & np.isfinite(rates))
    if wrong.any():
        hint = "give rates such as 10*Hz"
        raise ArgumentError(
            "a rate is at least 0 and finite", owner=owner, found=f"{rates[wrong].flat[0]:g}", hint=hint
        )
