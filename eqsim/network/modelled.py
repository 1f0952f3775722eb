"""What groups of neurons and synapses have in common: a name, equations and a scheme for them, captured values."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from eqsim.checking.checked import CheckedModel
from eqsim.network.access import Access
from eqsim.network.display import model_latex
from eqsim.schemes.choose import Choice


class Modelled(Access):
    """An object whose variables follow equations."""

    _name: str | None
    _checked: CheckedModel
    _choice: Choice | None
    _unchosen: ClassVar[str] = "there is nothing to integrate"

    @property
    def name(self) -> str | None:
        """The name, given or from the network."""
        return self._name

    @property
    def method_reason(self) -> str:
        """One sentence: which scheme was chosen for the equations, and why."""
        return self._choice.reason if self._choice else self._unchosen

    @property
    def namespace(self) -> dict[str, Any]:
        """The captured values that the texts use; may be changed between runs."""
        return self._variables.namespace

    def __len__(self) -> int:
        return self._variables.size

    def _repr_latex_(self) -> str:
        return model_latex(self)

    def _elements(self) -> NDArray[np.int64] | None:
        return None
