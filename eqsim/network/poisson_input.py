"""Many independent sources of chance onto each neuron of a group, without a spike or a synapse for any of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_table
from eqsim.language.expr import Expr, Number
from eqsim.network.arguments import check_shared, whole_number
from eqsim.network.capture import caller
from eqsim.network.drive import Drive
from eqsim.network.timed_array import TimedArray
from eqsim.text.errors import ArgumentError, NetworkError
from eqsim.units import magnitude, with_unit


class PoissonInput(Drive):
    """Independent Poisson inputs to each neuron of a group, summed.

    Each neuron has ``N`` sources of its own, each of which spikes in a step with probability ``rate*dt``: what arrives
    in a step is a draw of the binomial law, times ``weight``. Variables marked ``(unless refractory)`` stay as they
    are while a neuron is refractory. It does what ``N`` sources and synapses for every neuron would do.

    Parameters
    ----------
    target
        The group, or part of one, that gets the input.
    variable
        The name of the variable to which arrivals add.
    N
        How many sources each neuron has.
    rate
        How often each of them spikes: ``10*Hz``, or a text, evaluated in each step for each neuron (one rate for all
        is faster).
    weight
        What an arrival adds: a quantity, or a text that may use the variables of the target.
    when, order, seed, name
        The slot in a step and the rank in it (by default with the synapses); the stream of its random numbers; its
        name.

    Raises
    ------
    ArgumentError
        For counts and rates that cannot be; for a rate of more than 1/dt, when the network is built.
    EqsimError
        For a mistake in a text, or a variable that cannot be changed.

    """

    _kind = "PoissonInput"

    def __init__(
        self,
        target: Any,
        variable: str,
        N: int,
        rate: Any,
        weight: Any,
        when: str = "synapses",
        order: int = 0,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(target, variable, when, order, name)
        if self._symbol.shared:
            hint = f"take the flag (shared) from the line of {variable}, or use Input"
            raise ArgumentError(f"{variable!r} has one value for all neurons", owner=self._owner, hint=hint)
        check_shared(self._owner, seed=seed)
        self._N = whole_number(N, "N", self._owner, least=0)
        self._units = {"rate": _frequency(target), "weight": self._symbol.unit}
        self._texts = {"rate": _text(rate), "weight": _text(weight)}
        self._rate = self._formula(rate, "rate", self._units["rate"], caller())
        self._weight = self._formula(weight, "weight", self._units["weight"], caller())
        self._possible(rate)
        self._keep(self._rate, self._weight, arrays={}, seed=seed)

    @property
    def rate(self) -> Any:
        """How often each source spikes: a rate or, where it was given as one, a text; may be changed between runs."""
        return self._given("rate")

    @rate.setter
    def rate(self, value: Any) -> None:
        self._between_runs("rate")
        self._possible(value)
        self._rate = self._other_formula(value, "rate", self._units["rate"], caller(2))
        self._texts = {**self._texts, "rate": _text(value)}

    @property
    def weight(self) -> Any:
        """What an arrival adds: a value or, where it was given as one, a text; may be changed between runs."""
        return self._given("weight")

    @weight.setter
    def weight(self, value: Any) -> None:
        self._between_runs("weight")
        self._weight = self._other_formula(value, "weight", self._units["weight"], caller(2))
        self._texts = {**self._texts, "weight": _text(value)}

    def _given(self, part: str) -> Any:
        text = self._texts[part]
        if text is not None:
            return text
        value = self._variables.namespace.get(f"_{part}", 0.0)
        return value if isinstance(value, TimedArray) else with_unit(self._plain(part), self._units[part])

    def _plain(self, part: str) -> float:
        """Return the rate or the weight as a number, which it must be."""
        return float(magnitude(self._variables.namespace.get(f"_{part}", 0.0), self._units[part], self._owner))

    @property
    def _plain_rate(self) -> float | None:
        """The rate, where it is one number for all neurons and steps, for the choice of the fastest draw."""
        return None if self._texts["rate"] is not None else self._plain("rate")

    def _possible(self, rate: Any) -> None:
        """Raise an error for a rate that no source can have."""
        if isinstance(rate, str):
            return
        plain = np.asarray(magnitude(rate, self._units["rate"], self._owner))
        if plain.ndim == 0 and not 0 <= plain < np.inf:
            hint = "give a rate such as 10*Hz"
            raise ArgumentError("a rate is at least 0 and finite", owner=self._owner, found=str(rate), hint=hint)

    def _between_runs(self, part: str) -> None:
        """Raise NetworkError while the network runs."""
        network = self.__dict__.get("_network")
        if network is not None and network._running:
            hint = "change it between two runs, or write a text of t and of what changes"
            raise NetworkError(f"the {part} cannot change during a run", owner=self._owner, hint=hint)

    def _formulas(self) -> list[tuple[str, Expr]]:
        return [("sources of each neuron", Number(self._N)), ("rate", self._rate.value), ("weight", self._weight.value)]

    @property
    def N(self) -> int:
        """The number of sources of each neuron."""
        return self._N


def _frequency(target: Any) -> Unit:
    return Unit() if target._variables.system.unitless else unit_table()["Hz"]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
