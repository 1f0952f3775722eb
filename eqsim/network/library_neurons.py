"""The neurons and the rate models of the library: called, each makes a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, Literal

from eqsim.checking.check import check
from eqsim.checking.checked import CheckedModel, Scope
from eqsim.language.parse import parse
from eqsim.network.capture import caller
from eqsim.network.display import library_html, model_latex
from eqsim.network.library import Library
from eqsim.network.library_model import LibraryModel
from eqsim.network.neurons import NeuronGroup


@dataclass(frozen=True, repr=False)
class NeuronModel(LibraryModel):
    """A model of the library that a group of neurons follows."""

    def __call__(
        self,
        N: int | tuple[int, ...] | list[int],
        *,
        threshold: str | None = None,
        reset: str | None = None,
        refractory: Any = None,
        events: Mapping[str, str] | None = None,
        method: str | None = None,
        noise: Literal["stratonovich", "ito"] | None = None,
        namespace: Mapping[str, Any] | None = None,
        dt: Any = None,
        order: int = 0,
        seed: int | None = None,
        name: str | None = None,
        **values: Any,
    ) -> NeuronGroup:
        """Make a group of neurons that follow this model.

        Parameters
        ----------
        N
            How many neurons.
        threshold, reset, refractory, events, method, noise, namespace, dt, order, seed, name
            As ``NeuronGroup`` takes them; those given win over what the model's text says.
        **values
            By name, parameters and initial values: a quantity, an array of shape (N,), a text.

        Raises
        ------
        EqsimError
            For a name that the model does not have, and for whatever ``NeuronGroup`` refuses.

        """
        own = {definition.name for definition in parse(self.text, self.path).definitions}
        self.refuse_unknown(values)
        frame = caller()
        group = NeuronGroup(
            N,
            self,
            threshold,
            reset,
            refractory,
            events,
            method,
            noise=noise,
            namespace=_around(frame, own) if namespace is None else namespace,
            dt=dt,
            order=order,
            seed=seed,
            name=name,
        )
        group._namespace = namespace  # texts that are given to the group later see the variables of their own callers
        order_of = {known: place for place, known in enumerate(self.settable)}
        # texts come after the values that they may use, those of variables after those of parameters
        for key in sorted(values, key=lambda key: (isinstance(values[key], str), order_of.get(key, 0))):
            group._assign(key, values[key], None, frame)
        return group

    @property
    def _checked(self) -> CheckedModel:
        return check(parse(self.text, self.path), Scope("neuron"))

    def _repr_latex_(self) -> str:
        return model_latex(self)

    def _repr_html_(self) -> str:
        return library_html(self, self._checked)


def _around(frame: FrameType, own: set[str]) -> dict[str, Any]:
    """Return the values that a caller's texts may mean, less those that the model has names of its own for."""
    return {name: value for name, value in {**frame.f_globals, **frame.f_locals}.items() if name not in own}


neurons = Library("neurons", NeuronModel)
"""Models of neurons: ``es.neurons.LIF(100, tau=10*ms)`` is a ``NeuronGroup``, ``print(es.neurons.LIF)`` its text."""

rates = Library("rates", NeuronModel)
"""Models of populations by their rates, and oscillators: ``es.rates.WilsonCowan(10)`` is a ``NeuronGroup``."""
