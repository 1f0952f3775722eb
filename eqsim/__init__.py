"""Simulate networks of neurons from equations.

A text becomes a run in stages, each a function from one frozen value to the next::

    text -> language.parse -> Model -> checking.check -> CheckedModel -> analysis.analyse -> System
         -> schemes.choose -> Choice -> lowering -> Kernel -> targets (render, compile) -> Run -> runtime.run
"""

import importlib
import typing

from eqsim import inputs
from eqsim.connectivity import rules
from eqsim.export.results import load_results
from eqsim.network.channels import Channel, Ion
from eqsim.network.conductance import ConductanceNeuron
from eqsim.network.driven_input import Input
from eqsim.network.equations import Equations
from eqsim.network.event_monitor import EventMonitor, SpikeMonitor
from eqsim.network.functions import Function, function
from eqsim.network.inputs import SpikeGeneratorGroup
from eqsim.network.integrate import integrate
from eqsim.network.library_channels import channels, ions
from eqsim.network.library_neurons import neurons, rates
from eqsim.network.library_synapses import synapses
from eqsim.network.linked import Linked, linked
from eqsim.network.network import Network
from eqsim.network.neurons import NeuronGroup
from eqsim.network.operations import NetworkOperation, network_operation
from eqsim.network.poisson import PoissonGroup
from eqsim.network.poisson_input import PoissonInput
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.solution import Solution
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.timed_array import TimedArray
from eqsim.random import seed
from eqsim.text.errors import EqsimError, EqsimWarning
from eqsim.version import __version__

if typing.TYPE_CHECKING:
    from eqsim import biophysics, plot

__all__ = [
    "Channel",
    "ConductanceNeuron",
    "EqsimError",
    "EqsimWarning",
    "Equations",
    "EventMonitor",
    "Function",
    "Input",
    "Ion",
    "Linked",
    "Network",
    "NetworkOperation",
    "NeuronGroup",
    "PoissonGroup",
    "PoissonInput",
    "PopulationRateMonitor",
    "Solution",
    "SpikeGeneratorGroup",
    "SpikeMonitor",
    "StateMonitor",
    "Synapses",
    "TimedArray",
    "__version__",
    "biophysics",
    "channels",
    "function",
    "inputs",
    "integrate",
    "ions",
    "linked",
    "load_results",
    "network_operation",
    "neurons",
    "plot",
    "rates",
    "rules",
    "seed",
    "synapses",
]


def __getattr__(name: str) -> typing.Any:
    """Return a module that not every program needs, such as that of figures, when it is first asked for."""
    if name in {"biophysics", "plot"}:
        return importlib.import_module(f"eqsim.{name}")
    raise AttributeError(f"module 'eqsim' has no attribute {name!r}")
