"""Neurons with channels and ions: their texts in one model, compiled into one kernel."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal

from eqsim.analysis.linearity import Obstacle, linear_form
from eqsim.analysis.system import System
from eqsim.checking.units import read_unit, unit_text
from eqsim.checking.vocabulary import reserved
from eqsim.language.compose import compose
from eqsim.language.expr import Binary, Expr, Number, substitute
from eqsim.language.model import Model, UnitText
from eqsim.language.parse import parse
from eqsim.language.tokens import plain_name
from eqsim.network.arguments import check_shared
from eqsim.network.capture import caller, usable
from eqsim.network.channels import Channel, Ion
from eqsim.network.equations import Equations, model_text
from eqsim.network.labels import label
from eqsim.network.neurons import NeuronGroup, defined_names, offered, size_of, written_model
from eqsim.random import next_stream
from eqsim.text.errors import ArgumentError
from eqsim.text.source import Source
from eqsim.units import joined, unit_of

_EQUATION = "dV/dt = (input - I_channels)/C_m : mV\nV(0) = -65*mV\n"
# by what the capacitance is of: its unit, and that of currents
_OF: Mapping[str, str] = MappingProxyType({"uF/cm2": "uA/cm2", "pF": "pA"})


class ConductanceNeuron(NeuronGroup):
    """Neurons whose current flows through channels.

    Texts of the neuron, its channels and its ions become one model. Variables of parts have paths: ``hh.INa.m``,
    ``hh.Ca.C``, ``'INa.m'`` for a monitor. States without an initial value begin where they rest at ``V(0)``; ``V``
    begins at -65 mV. ``input`` is an external current, a density where ``C`` is one.

    Parameters
    ----------
    N
        How many neurons: an integer, or a tuple whose product it is.
    C
        The membrane's capacitance, ``C_m`` of the text: of an area (``1*uF/cm2``) or of a whole neuron (``100*pF``), as
        the channels' currents are; one for all, or one for each neuron.
    channels, ions
        ``Channel`` and ``Ion`` objects by name.
    model
        The neuron's own text, which sees ``I_channels``, the sum of the channels' currents (outward ones positive),
        ``input`` and ``C_m``; by default ``dV/dt = (input - I_channels)/C_m : mV``.
    threshold, reset, refractory, events, method, noise, namespace, dt, order, seed, name
        As for a ``NeuronGroup``. Without ``refractory`` a neuron is refractory as long as ``threshold`` holds, so that
        one action potential is one spike.

    Raises
    ------
    EqsimError
        For any mistake in a text, and for parts that do not fit together, before anything is built.

    """

    def __init__(
        self,
        N: int | tuple[int, ...] | list[int],
        C: Any = None,
        channels: Mapping[str, Channel] = MappingProxyType({}),
        ions: Mapping[str, Ion] = MappingProxyType({}),
        model: str | Equations | os.PathLike[str] = "",
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
    ) -> None:
        owner = label("ConductanceNeuron", name)
        size, shape = size_of(N, owner)
        check_shared(owner, dt=dt, order=order, namespace=namespace, seed=seed)
        _check_parts(channels, Channel, "channels", owner)
        _check_parts(ions, Ion, "ions", owner)
        text, given = model_text(model, owner)
        frame, names = caller(), frozenset([*channels, *ions])
        whole = text or _EQUATION
        neuron, extra = written_model(whole, owner, threshold, reset, refractory, events, method, noise, names)
        if refractory is None and neuron.refractory is None:  # so that one action potential is one spike
            neuron = replace(neuron, refractory=neuron.threshold)
        capacitance, current = _unit_of_capacitance(C, neuron, owner)
        neuron = _completed(neuron, capacitance, current)
        written = compose(
            neuron,
            {key: part._part() for key, part in channels.items()},
            {key: part._part() for key, part in ions.items()},
            current,
        )
        values = {
            **usable({**offered(written, namespace, frame), **given}, defined_names(written), strict=True),
            **extra,
        }
        parts = {**channels, **ions}
        for key, part in parts.items():
            values |= {f"{key}.{inner}": value for inner, value in part._namespace.items()}
        self._follow(owner, size, shape, written, values, namespace, frame)
        self._name, self._dt, self._order, self._seed = name, dt, order, seed
        self._channels, self._ions, self._written = dict(channels), dict(ions), written
        variables = self._variables
        variables.stream = next_stream(seed)
        resting = _at_rest(self._system, frozenset(variables.waiting), ions)
        variables.waiting, variables.at_rest = {**variables.waiting, **resting}, MappingProxyType(resting)
        if C is not None:
            self._set("C_m", C, frame)
        for key, part in parts.items():
            for inner, value in part._values.items():
                self._set(f"{key}.{inner}", value, frame)

    @property
    def channels(self) -> Mapping[str, Channel]:
        """The channels by name."""
        return MappingProxyType(self._channels)

    @property
    def ions(self) -> Mapping[str, Ion]:
        """The ions by name."""
        return MappingProxyType(self._ions)

    @property
    def model(self) -> str:
        """The text of the whole, composed of those of its parts."""
        return str(self._written)

    def __repr__(self) -> str:
        parts = ", ".join([*self._channels, *self._ions]) or "no channels"
        return f"<{label('ConductanceNeuron', self._name)}: {self.N} neurons, {self.method}, {parts}>"


def _check_parts(parts: Any, kind: type[Channel | Ion], what: str, owner: str) -> None:
    one = kind.__name__
    if not isinstance(parts, Mapping):
        hint = f"write {what}={{'NAME': es.{one}(...)}}"
        raise ArgumentError(f"{what} are given by name", owner=owner, found=type(parts).__name__, hint=hint)
    for name, part in parts.items():
        readable = isinstance(name, str) and plain_name(name) is not None
        reason = reserved(name, "neuron") if readable else "a name holds letters, digits and underscores"
        if reason:
            hint = f"{reason}; choose another"
            raise ArgumentError(f"{name!r} cannot be the name of one of the {what}", owner=owner, hint=hint)
        if not isinstance(part, kind):
            hint = f"write {what}={{{name!r}: es.{one}(text)}}"
            found = type(part).__name__
            raise ArgumentError(f"{name!r} in {what} is no {one}", owner=owner, found=found, hint=hint)


def _unit_of_capacitance(C: Any, neuron: Model, owner: str) -> tuple[str, str]:
    """Return the unit of the capacitance and that of currents: of an area, or of a whole neuron."""
    written = next((line.unit for line in neuron.definitions if line.name == "C_m" and line.unit), None)
    if C is None and written is None:
        hint = "write C=1*uF/cm2 where currents are densities, C=100*pF where they are currents"
        raise ArgumentError("the capacitance C is missing", owner=owner, hint=hint)
    unit = read_unit(written)[0] if written is not None else unit_of(joined(C))
    for capacitance, current in _OF.items():
        if unit.same_dimension(read_unit(UnitText(capacitance, Source(capacitance).span()))[0]):
            return capacitance, current
    hint = "write for instance 1*uF/cm2, or 100*pF"
    raise ArgumentError("C is no capacitance", owner=owner, found=unit_text(unit), hint=hint)


def _completed(neuron: Model, capacitance: str, current: str) -> Model:
    """Return the neuron's model with lines for ``C_m``, ``input`` and ``V`` where it has none."""
    own = {line.name for line in neuron.definitions}
    lines = {"C_m": f"C_m : {capacitance}", "input": f"input : {current}"}
    lines |= {} if "V" in own else {"V": _EQUATION}
    added = parse("\n".join(line for name, line in lines.items() if name not in own), neuron.source.owner)
    definitions = (*neuron.definitions, *added.definitions)
    return replace(neuron, definitions=definitions, initials=(*neuron.initials, *added.initials))


def _at_rest(system: System, known: frozenset[str], ions: Collection[str]) -> dict[str, Expr]:
    """Return where states of parts rest that have no initial value, in plain numbers; ions as without a current.

    A state that is not linear in itself has none, and begins at 0.
    """
    still: dict[str, Expr] = {f"{ion}.I": Number(0.0) for ion in ions}
    resting: dict[str, Expr] = {}
    for state in system.states:
        if "." in state.name and state.name not in known:
            form = linear_form(substitute(state.drift, still), frozenset({state.name}), system.formulas)
            if not isinstance(form, Obstacle) and state.name in form:
                constant = form.get("", Number(0.0))
                resting[state.name] = Binary("/", Binary("*", Number(-1.0), constant), form[state.name])
    return resting
