"""From a text to a kernel, one stage a line: the whole compiler at a glance, and what each stage makes of a model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eqsim.analysis.analyse import analyse
from eqsim.checking.check import check
from eqsim.checking.checked import Scope
from eqsim.language.parse import parse
from eqsim.lowering.binding import Owner
from eqsim.lowering.kernel import Kernel
from eqsim.lowering.neurons import storage, update
from eqsim.lowering.tidy import tidy
from eqsim.schemes.choose import choose
from eqsim.targets.render import kernel_source
from eqsim.version import __version__

STAGES = ("parse", "check", "analyse", "choose", "lower", "tidy", "render")
_ENTRIES: Mapping[str, str] = MappingProxyType(
    {"real": "float64", "integer": "int64", "count": "int64", "flag": "uint8"}
)


def build(text: str, name: str = "", scheme: str | None = None) -> Mapping[str, object]:
    """Return what every stage makes of a model's text, by the stage's name; ``str`` of each is for reading.

    Raises EqsimError for a mistake in the text, and for external names, which a text alone cannot have.
    """
    model = parse(text, name)
    checked = check(model, Scope("neuron"))
    system = analyse(checked)
    chosen = choose(system, scheme or checked.method, checked.noise) if system.states else None
    arrays = storage(checked)
    shared = frozenset(name for name in arrays if name in checked.symbols and checked.symbols[name].shared)
    owner = Owner(system, arrays, shared=shared, refractory=checked.refractory_kind)
    title = f"{name}, {chosen.scheme.name if chosen else 'nothing to integrate'}"
    lowered = update(owner, checked, chosen, title, threshold=checked.threshold is not None)
    kernel = lowered.kernel if lowered else Kernel("update", "each", {}, (), {}, {})
    tidied = tidy(kernel)
    dtypes = {array: _ENTRIES[entry] for array, entry in tidied.arrays.items()}
    source = kernel_source(tidied, dtypes, "float64", __version__, "").text
    made = (model, checked, system, chosen.reason if chosen else "", kernel, tidied, source)
    return dict(zip(STAGES, made, strict=True))
