"""How many threads a network is divided among, where the user leaves it to eqsim."""

from __future__ import annotations

from typing import Any

from eqsim.language.expr import Call, walk
from eqsim.lowering.functions import DRAWS
from eqsim.network.members import Members
from eqsim.network.neurons import NeuronGroup
from eqsim.network.poisson_input import PoissonInput
from eqsim.network.synapses import Synapses

# nanoseconds, roughly: a guess that is wrong by a factor of two costs little on either side
_OPERATION, _FUNCTION, _DRAW, _COUNT, _EVENT = 0.2, 3.0, 8.0, 2.0, 1.5
_RATE = 0.01  # spikes a millisecond that a neuron is taken to emit
_WORTH = 20_000.0  # nanoseconds of work in a step for each thread, against the tenths of one that a meeting takes


def threads_for(members: Members, most: int, step: float) -> int:
    """Return how many threads a run is worth: one for small networks.

    ``most`` is what the target can use, ``step`` the time step in milliseconds. How many of them take part at a time is
    found by trying as the network runs, so processors that are busy otherwise need not be counted here.
    """
    return max(1, min(most, int(sum(_work(thing, step) for thing in members.values()) / _WORTH)))


def _work(thing: Any, step: float) -> float:
    """Return the nanoseconds that an object takes in a step."""
    match thing:
        case NeuronGroup():
            system = thing._system
            formulas = [state.drift for state in system.stepped] + [alias.value for alias in system.aliases]
            nodes = [node for formula in formulas for node in walk(formula)]
            functions = [node.function for node in nodes if isinstance(node, Call)]
            noise = sum(len(state.diffusion) for state in system.stepped)
            draws = noise + sum(name in DRAWS for name in functions)
            return thing.N * (len(nodes) * _OPERATION + len(functions) * _FUNCTION + draws * _DRAW)
        case Synapses():
            return len(thing) * _RATE * step * _EVENT
        case PoissonInput():
            return float(thing.target.N) * (_DRAW if thing._plain_rate is None else _COUNT)
        case _:
            return 0.0
