"""The channels and ions of the library: called, each makes a part of a ``ConductanceNeuron``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, TypeVar, cast

from eqsim.checking.check import check
from eqsim.checking.checked import CheckedModel, Scope
from eqsim.language.compose import Part
from eqsim.language.parse import parse
from eqsim.network.channels import Channel, Ion
from eqsim.network.display import library_html, model_latex
from eqsim.network.library import Library
from eqsim.network.library_model import LibraryModel

Made = TypeVar("Made", bound=Channel | Ion)
_SEEN = "V : mV\nI : uA/cm2\nC : mM\nE : mV"


@dataclass(frozen=True, repr=False)
class _PartModel(LibraryModel, Generic[Made]):
    """A model of the library that is a part of a neuron."""

    _made: ClassVar[type[Channel | Ion]]

    def __call__(self, **parameters: Any) -> Made:
        """Make a part with this text.

        Parameters
        ----------
        **parameters
            By name, parameters and initial values other than the text's: a quantity, one for each neuron, a text.

        Raises
        ------
        EqsimError
            For a name that the text does not have.

        """
        self.refuse_unknown(parameters)
        return cast("Made", self._made(self, **parameters))

    @property
    def _checked(self) -> CheckedModel:
        """The lines of the text alone, checked among those that the neuron and its ions have for it."""
        model = parse(self.text, self.path)
        own = {line.name for line in model.definitions}
        lines = {line.name: line for line in parse(_SEEN).definitions}
        seen = [lines[name] for name in ("V", "I") if name not in own]
        for ion, whats in Part(model).sees.items():
            seen += [replace(lines[what], name=f"{ion}.{what}") for what in sorted(whats)]
        alone = replace(model, word="model", uses=(), definitions=(*model.definitions, *seen))
        checked = check(alone, Scope("neuron"))
        return replace(checked, definitions=tuple(line for line in checked.definitions if line.name in own))

    def _repr_latex_(self) -> str:
        return model_latex(self)

    def _repr_html_(self) -> str:
        return library_html(self, self._checked)


class ChannelModel(_PartModel[Channel]):
    """A channel of the library."""

    _made = Channel


class IonModel(_PartModel[Ion]):
    """An ion of the library."""

    _made = Ion


channels = Library("channels", ChannelModel)
"""Channels of neurons: ``es.channels.IL(E=-65*mV)`` is a ``Channel``, ``print(es.channels.IL)`` its text."""

ions = Library("ions", IonModel)
"""Ions of neurons: ``es.ions.CalciumDetailed(tau=10*ms)`` is an ``Ion``, ``print(es.ions.Nernst)`` a text."""
