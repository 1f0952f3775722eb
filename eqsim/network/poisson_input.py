"""Many independent sources of chance onto each neuron of a group, without a spike or a synapse for any of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_table
from eqsim.network.capture import caller
from eqsim.network.drive import Drive
from eqsim.text.errors import ArgumentError
from eqsim.units import magnitude


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
        if isinstance(N, bool) or not isinstance(N, int | np.integer) or N < 0:
            raise ArgumentError(f"N must be a whole number of at least 0, not {N!r}", owner=self._owner)
        self._N = int(N)
        frequency = Unit() if target._variables.system.unitless else unit_table()["Hz"]
        self._rate = self._formula(rate, "rate", frequency, caller())
        self._weight = self._formula(weight, "weight", self._symbol.unit, caller())
        # what is one number for all neurons and steps, for the choice of the fastest draw
        self._plain_rate = None if isinstance(rate, str) else float(magnitude(rate, frequency))
        if self._plain_rate is not None and not 0 <= self._plain_rate < np.inf:
            raise ArgumentError(f"a rate is at least 0 and finite, not {rate}", owner=self._owner)
        self._keep(self._rate, self._weight, arrays={}, seed=seed)

    @property
    def N(self) -> int:
        """The number of sources of each neuron."""
        return self._N
