"""Synapses whose responses add up: what decays is kept once for each target, however many synapses reach it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import FrameType
from typing import Any

from eqsim.checking.units import unit_text
from eqsim.network.connecting import Joint
from eqsim.network.linked import linked
from eqsim.network.neurons import NeuronGroup
from eqsim.network.synapse_output import Onto, Shared
from eqsim.network.synapses import Synapses
from eqsim.network.texts import Surroundings
from eqsim.network.variables import Variables


class Receptors(NeuronGroup):
    """What each neuron of a target has of synapses that add up: their conductance, and ``I_syn``, their current."""


class ReceptorCurrents(Synapses):
    """The way of the receptors' currents into the target, one for each neuron."""


class ReceptorSynapses(Synapses):
    """Synapses onto receptors that each neuron of the target has once.

    They are connected as ``Synapses`` of source and target are. ``receptors`` is a group of as many elements as the
    target has neurons; its variables, such as ``g`` and ``tau``, are found here as well, one value for each neuron. A
    network that takes the synapses takes the receptors, too.
    """

    def __init__(
        self,
        source: Any,
        target: Any,
        model: Shared,
        onto: Onto,
        delay: Any = None,
        method: str | None = None,
        namespace: Mapping[str, Any] | None = None,
        dt: Any = None,
        order: int = 0,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        part = target._elements()
        whole = target if part is None else target.group
        beside = {what: None if name is None else f"{name}_{what}" for what in ("receptors", "currents")}
        receptors = Receptors(
            whole.N,
            str(model.receptors),
            method=method,
            namespace=namespace,
            dt=dt,
            order=order,
            name=beside["receptors"],
        )
        if "V" in receptors._variables.linkable:
            receptors.V = linked(whole, onto.voltage)
        super().__init__(
            source,
            receptors if part is None else receptors[part],
            str(model.synapses),
            delay=delay,
            namespace=namespace,
            dt=dt,
            order=order,
            seed=seed,
            name=name,
        )
        summed = f"{onto.variable}_post = I_syn_pre : {unit_text(onto.unit)} (summed)"
        currents = ReceptorCurrents(receptors, whole, summed, namespace={}, dt=dt, order=order, name=beside["currents"])
        currents.connect(j="i")
        self._receptors, self._reached, self._brings = receptors, target, (receptors, currents)
        reached: Variables = target._variables
        # texts see the neurons, and these know of the synapses rather than of what comes with them
        self._variables.links = {**self._variables.links, "post": (reached, self._variables.links["post"][1])}
        reached.dependents.discard(currents)
        reached.dependents.add(self)

    @property
    def receptors(self) -> Receptors:
        """What each neuron of the target has once: the states that decay, and ``I_syn``, the current into it."""
        return self._receptors

    @property
    def method_reason(self) -> str:
        """One sentence: which scheme was chosen for the receptors, and why."""
        return self._receptors.method_reason

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and self._is_of_receptors(name):
            return getattr(self._receptors, name)
        return super().__getattr__(name)

    def _set(self, name: str, value: Any, frame: FrameType) -> None:
        if self._is_of_receptors(name):
            self._receptors._set(name, value, frame)
        else:
            super()._set(name, value, frame)

    def __dir__(self) -> list[str]:
        own = self._receptors._variables.symbols
        return sorted({*super().__dir__(), *(name for name in own if self._receptors._is_variable(name))})

    def _is_of_receptors(self, name: str) -> bool:
        receptors = self.__dict__.get("_receptors")
        stem = name.removesuffix("_")
        return receptors is not None and not self._is_variable(stem) and receptors._is_variable(stem)

    def _joint(self) -> Joint:
        return replace(super()._joint(), target=self._reached)

    def _surroundings(self) -> Surroundings:
        return replace(super()._surroundings(), post=self._reached._variables.symbols)
