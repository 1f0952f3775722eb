"""Channels and ions: texts that become part of a neuron's model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from eqsim.language.compose import Part
from eqsim.language.model import Model
from eqsim.language.names import free_names
from eqsim.language.parse import parse
from eqsim.network.arguments import Sealed
from eqsim.network.capture import caller, found, usable
from eqsim.network.equations import Equations, model_text
from eqsim.network.library_model import LibraryModel
from eqsim.text.errors import ArgumentError, DefinitionError, Mistake
from eqsim.text.nearest import nearest
from eqsim.units import coulomb, joule, kelvin, mole

# constants of nature that the texts of channels and ions may use under their usual names
_CONSTANTS: Mapping[str, Any] = MappingProxyType(
    {"F": 96485.33212331 * coulomb / mole, "R": 8.31446261815324 * joule / mole / kelvin}
)


class _PartOfNeuron(Sealed):
    """A text, the values of names that it does not define, and those of parameters that it does."""

    _word: ClassVar[Literal["channel", "ion"]]

    def __init__(self, text: str | Equations | LibraryModel | os.PathLike[str], **parameters: Any) -> None:
        frame = caller()
        kind = self._word.capitalize()
        written, given = model_text(text, kind)
        model = parse(written, kind)
        self._owner = f"{kind} '{model.name}'" if model.name else kind
        model = parse(written, self._owner)
        if model.word not in {"model", self._word}:
            hint = (
                f"hand it to {model.word.capitalize()}"
                if model.word in {"channel", "ion"}
                else f"write {self._word} NAME"
            )
            raise ArgumentError(
                f"this is the text of a {model.word}, not of {self._article}", owner=self._owner, hint=hint
            )
        _refuse_what_neurons_have(model, self._article)
        defined = {one.name: one.kind for one in model.definitions}
        free = free_names(model)
        self._values = {
            name: value for name, value in parameters.items() if defined.get(name) in {"parameter", "derivative"}
        }
        named = {name: value for name, value in parameters.items() if name not in defined and name in free}
        for name in parameters:
            if name not in self._values and name not in named:
                raise self._unknown(name, sorted({*(n for n, k in defined.items() if k == "parameter"), *free}))
        offered = {**{n: v for n, v in _CONSTANTS.items() if n in free}, **found(free, frame), **given, **named}
        self._namespace = usable(offered, defined, strict=False)
        self._model = model

    @property
    def text(self) -> str:
        """The lines as written."""
        return self._model.source.text

    @property
    def name(self) -> str:
        """The name that the text gives, or nothing."""
        return self._model.name

    @property
    def reference(self) -> str:
        """The paper that the text names."""
        return self._model.reference

    @property
    def _article(self) -> str:
        return {"channel": "a channel", "ion": "an ion"}[self._word]

    def _unknown(self, name: str, known: list[str]) -> ArgumentError:
        near = nearest(name, known)
        hint = f"did you mean {near!r}?" if near else f"it has {', '.join(known) or 'no parameters'}"
        return ArgumentError(f"there is no parameter {name!r} in this text", owner=self._owner, hint=hint)

    def _part(self) -> Part:
        return Part(self._model, frozenset(self._namespace))

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in self._values.items())
        return f"<{self._owner}{': ' + values if values else ''}>"


class Channel(_PartOfNeuron):
    """A channel of a ``ConductanceNeuron``.

    Its text sees ``V`` of its neuron and defines ``I``: a current density or a current, ``(outward)`` by default;
    ``I = g_max*n**4*(E - V) : uA/cm2 (inward)`` counts the other way. After ``uses Ca`` it sees the ion's ``Ca.C`` and
    ``Ca.E``, and its current is part of the ion's; ``uses Ca.C`` only looks at the concentration, for gating.

    Parameters
    ----------
    text
        The lines: a text, ``Equations``, a model of the library, or the path of a ``.eqs`` file.
    **parameters
        Values of the text's parameters (a quantity, one for each neuron, a text), and of names that it does not define.

    Raises
    ------
    EqsimError
        For a text that cannot be read, and for parameters that it does not have.

    """

    _word = "channel"


class Ion(_PartOfNeuron):
    """An ion of a ``ConductanceNeuron``: its concentration, its reversal potential.

    Its text defines ``C``, ``E`` or both, and sees ``V`` and ``I``, the sum of the currents of its channels (outward
    ones positive). Without a line for ``E`` that is Nernst's potential, for which the text declares ``C_out``; the
    charge ``z`` and the temperature ``T`` have defaults.

    Parameters
    ----------
    text
        The lines: a text, ``Equations``, a model of the library, or the path of a ``.eqs`` file.
    **parameters
        Values of the text's parameters, and of names that it does not define.

    Raises
    ------
    EqsimError
        For a text that cannot be read, and for parameters that it does not have.

    """

    _word = "ion"


def _refuse_what_neurons_have(model: Model, what: str) -> None:
    for name in ("threshold", "reset", "refractory", "method", "noise"):
        if getattr(model, name) is not None:
            at = model.source.text.find(name)
            hint = "it belongs to the neuron"
            span = model.source.span(at, at + len(name))
            raise DefinitionError(Mistake(DefinitionError, f"{what} has no {name}", span, hint=hint))
    for event in model.events:
        hint = "define it in the neuron's text"
        raise DefinitionError(Mistake(DefinitionError, f"{what} has no events", event.condition.span, hint=hint))
