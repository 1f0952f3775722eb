"""Simulate networks of neurons from equations.

A text becomes a run in stages, each a function from one frozen value to the next::

    text -> language.parse -> Model -> checking.check -> CheckedModel -> analysis.analyse -> System
         -> schemes.choose -> Choice -> lowering -> Kernel -> targets (render, compile) -> Run -> runtime.run
"""

from eqsim.connectivity import rules
from eqsim.network.event_monitor import EventMonitor, SpikeMonitor
from eqsim.network.equations import Equations
from eqsim.network.inputs import SpikeGeneratorGroup
from eqsim.network.network import Network
from eqsim.network.neurons import NeuronGroup
from eqsim.network.operations import NetworkOperation, network_operation
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.timed_array import TimedArray
from eqsim.random import seed
from eqsim.text.errors import EqsimError, EqsimWarning
from eqsim.version import __version__

__all__ = [
    "EqsimError",
    "EqsimWarning",
    "Equations",
    "EventMonitor",
    "Network",
    "NetworkOperation",
    "NeuronGroup",
    "SpikeGeneratorGroup",
    "SpikeMonitor",
    "StateMonitor",
    "Synapses",
    "TimedArray",
    "__version__",
    "network_operation",
    "rules",
    "seed",
]
