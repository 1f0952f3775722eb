"""How many threads share a run, where the user leaves it to eqsim."""

from __future__ import annotations

import os
from pathlib import Path
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
_BEARABLE = 0.01  # the share of time that a host may take: one thread that waits is all of them waiting
_WORTH = 20_000.0  # nanoseconds of work in a step for each thread, against the tenths of one that a meeting takes


def threads_for(members: Members, most: int, step: float) -> int:
    """Return how many threads a run is worth: one for small networks, never more than processors that are free.

    ``most`` is what the target can use, ``step`` the time step in milliseconds. Processors at which other processes
    work do not count: threads that wait for one another would wait for those. Nor does any but one where the host of a
    virtual machine takes processors away.
    """
    work = sum(_work(thing, step) for thing in members.values())
    wanted = min(most, int(work / _WORTH))
    if wanted <= 1 or _taken_by_host() > _BEARABLE:
        return 1
    return max(1, min(wanted, most - _others_at_work()))


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


def _taken_by_host(statistics: Path = Path("/proc/stat")) -> float:
    """Return the share of a virtual machine's working time that its host gave to others, since it was started."""
    try:
        fields = statistics.read_text(encoding="ascii").split("\n", maxsplit=1)[0].split()
    except OSError:
        return 0.0  # no Linux
    user, nice, system, _, _, irq, softirq, steal = (int(field) for field in fields[1:9])
    return steal / max(1, user + nice + system + irq + softirq + steal)


def _others_at_work() -> int:
    """Return how many processors other processes keep busy, by the load of the last minute."""
    if not hasattr(os, "getloadavg"):
        return 0
    return max(0, round(os.getloadavg()[0] - 1))  # one of them may be this process
