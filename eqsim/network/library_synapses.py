"""The synapses of the library: called, each makes synapses between two groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, Literal

from eqsim.checking.check import check
from eqsim.checking.checked import CheckedModel, Role, Scope, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import parse_unit, unit_text
from eqsim.language.model import Model
from eqsim.language.names import free_names
from eqsim.language.parse import parse
from eqsim.network.capture import caller, found
from eqsim.network.display import library_html, model_latex
from eqsim.network.layout import Layout
from eqsim.network.library import Library
from eqsim.network.library_model import LibraryModel
from eqsim.network.pathway_rules import ends_are_groups
from eqsim.network.receptors import ReceptorSynapses
from eqsim.network.synapse_output import OUTPUTS, Onto, fitted, shared, with_values
from eqsim.network.synapses import Synapses
from eqsim.network.variables import Variables
from eqsim.text.errors import ArgumentError, UnitsError, UnknownVariableError
from eqsim.text.nearest import nearest


@dataclass(frozen=True, repr=False)
class SynapseModel(LibraryModel):
    """A model of the library that synapses follow."""

    def __call__(
        self,
        source: Any,
        target_group: Any = None,
        /,
        *,
        target: str | None = None,
        output: Literal["COBA", "CUBA", "MgBlock"] | None = None,
        voltage: str = "V",
        delay: Any = None,
        method: str | None = None,
        namespace: Mapping[str, Any] | None = None,
        dt: Any = None,
        order: int = 0,
        seed: int | None = None,
        name: str | None = None,
        **values: Any,
    ) -> Synapses:
        """Make synapses that follow this model, to be connected.

        Where the responses of all synapses onto a neuron add up (``Expon``, ``DualExpon``, ``Alpha``, ``STD``,
        ``STP``), their conductance is kept once for each neuron and not for each synapse: the synapses are a
        ``ReceptorSynapses``.

        Parameters
        ----------
        source, target_group
            Groups or parts of them, as ``Synapses`` takes them; the target is the source by default.
        target
            The variable of the target that they act on. Onto a parameter, ``'I'`` by default (``'input'`` of a
            ``ConductanceNeuron``), currents are summed. To a variable with a derivative, such as a conductance
            ``'g_e'``, ``Delta``, ``STD``, ``STP``, ``STDP`` and ``TripletSTDP`` add what a spike gives, and leave its
            decay to the target.
        output
            What is summed: ``'COBA'``, the current through a conductance towards ``E``; ``'CUBA'``, the response itself
            as a current; ``'MgBlock'``, as ``'COBA'`` with a conductance that magnesium blocks. As the text by default.
        voltage
            The name of the target's potential.
        delay, method, namespace, dt, order, seed, name
            As ``Synapses`` takes them.
        **values
            By name, parameters and initial values: a quantity, or a text. The unit of the weight ``w`` follows from
            ``target``: that of a conductance, or that of the variable itself with ``'CUBA'``.

        Raises
        ------
        EqsimError
            For a name that the model does not have, a variable that the target does not have, units that do not fit,
            and for whatever ``Synapses`` refuses.

        """
        post = source if target_group is None else target_group
        ends_are_groups(source, post, self.path)
        if output is not None and output not in OUTPUTS:
            hint = f"it is one of {', '.join(OUTPUTS)}"
            raise ArgumentError(f"there is no output {output!r}", owner=self.path, hint=hint)
        text = parse(self.text, self.path)
        onto = self._onto(post._variables, target or _variable(text, post._variables), voltage)
        self._sees(text, source._variables, voltage)
        model = fitted(text, onto, output, _unit(post._variables, voltage), self.path)
        for unknown in values:
            if not any(line.name == unknown for line in model.definitions):
                lines = [line for line in model.definitions if line.kind != "subexpression"]
                raise self._unknown(unknown, {line.name: line.unit.text if line.unit else "1" for line in lines})
        model = with_values(model, values, self.path)
        given = _captured(values, model, caller()) if namespace is None else namespace
        settings = {"delay": delay, "dt": dt, "order": order, "seed": seed, "name": name}
        apart = shared(model, onto) if _links(post, voltage) else None
        if apart is not None:
            made: Synapses = ReceptorSynapses(source, post, apart, onto, method=method, namespace=given, **settings)
        else:
            made = Synapses(source, post, str(model), method=method, namespace=given, **settings)
        made._namespace = namespace  # texts that are given later see the variables of their own callers
        return made

    def _onto(self, post: Variables, variable: str, voltage: str) -> Onto:
        symbol = post.symbols.get(variable)
        settable = {name: symbol for name, symbol in post.symbols.items() if _settable(symbol)}
        if post.system.unitless:
            hint = "give units to the lines of the target, or write the synapses' equations without"
            raise UnitsError("the target has no units, as these synapses have", owner=self.path, hint=hint)
        if symbol is None or not _settable(symbol):
            close = nearest(variable, settable)
            known = ", ".join(f"{name} ({unit_text(symbol.unit)})" for name, symbol in settable.items()) or "none"
            hint = f"{f'did you mean {close!r}? ' if close else ''}name one of its variables by target=: {known}"
            summary = f"the target has no variable {variable!r} to act on"
            raise UnknownVariableError(summary, owner=self.path, hint=hint)
        return Onto(variable, symbol.unit, symbol.role is Role.STATE, voltage)

    def _sees(self, text: Model, pre: Variables, voltage: str) -> None:
        """Raise where the source lacks the potential that a gap junction sees."""
        if "V_pre" in free_names(text) and voltage not in pre.symbols:
            hint = "take a group of neurons, or name their potential by voltage="
            raise UnknownVariableError(f"the source has no variable {voltage!r}", owner=self.path, hint=hint)

    @property
    def _checked(self) -> CheckedModel:
        volt, ampere = parse_unit("mV")[0], parse_unit("nA")[0]
        ends = {"V": Symbol("V", Role.STATE, volt), "I": Symbol("I", Role.PARAMETER, ampere)}
        return check(parse(self.text, self.path), Scope("synapse", pre=ends, post=ends))

    def _repr_latex_(self) -> str:
        return model_latex(self)

    def _repr_html_(self) -> str:
        return library_html(self, self._checked)


def _variable(text: Model, post: Variables) -> str:
    """Return the variable that a model acts on unless another one is named."""
    if not any(line.name == "I_post" for line in text.definitions):
        return "V"
    return "input" if "I" not in post.symbols and "input" in post.symbols else "I"


def _settable(symbol: Symbol) -> bool:
    return symbol.role is Role.STATE or (
        symbol.role is Role.PARAMETER and not (symbol.shared or symbol.constant) and symbol.type == "real"
    )


def _unit(variables: Variables, voltage: str) -> Unit | None:
    symbol = variables.symbols.get(voltage)
    return None if symbol is None else symbol.unit


def _links(post: Any, voltage: str) -> bool:
    """Whether receptors can look at the target's potential, if it has one."""
    variables: Variables = post._variables
    stored = voltage not in variables.symbols or voltage in variables.entries.keys() - variables.linkable
    return stored and not isinstance(post.__dict__.get("_layout"), Layout)


def _captured(values: Mapping[str, Any], model: Model, frame: FrameType) -> dict[str, Any]:
    """Return what the caller has for the names of texts that the model has no names of its own for."""
    if not any(isinstance(value, str) for value in values.values()):
        return {}
    own = {line.name for line in model.definitions}
    return found(free_names(model) - own, frame)


synapses = Library("synapses", SynapseModel)
"""Models of synapses: ``es.synapses.AMPA(source, target)`` is a ``Synapses``, ``print(es.synapses.AMPA)`` its text."""
