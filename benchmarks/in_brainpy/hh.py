"""HH: Hodgkin-Huxley neurons without synapses, a constant current each, spread evenly from 0 to 20 uA/cm2."""

import brainpy as bp
import brainpy.math as bm
from in_brainpy.way import begin, finish

chosen = begin(size=10_000, duration=100, dt=0.05)


class Population(bp.DynSysGroup):
    """Neurons of the library, and their currents."""

    def __init__(self) -> None:
        super().__init__()
        start = bp.init.Uniform(-70.0, -60.0)
        self.neurons = bp.dyn.HH(chosen.size, gL=0.3, V_th=0.0, V_initializer=start)
        self.current = bm.arange(chosen.size) * (20 / chosen.size)

    def update(self) -> bm.Array:
        """Advance by one step and return how many neurons fired."""
        self.neurons(self.current)
        return self.neurons.spike.value.sum()


def initial() -> None:
    """Start the gates as the others do, not where the voltage would hold them."""
    for gate, value in ((net.neurons.m, 0.05), (net.neurons.h, 0.6), (net.neurons.n, 0.32)):
        gate.value = bm.full(chosen.size, value, dtype=gate.dtype)


net = Population()
finish(chosen, net, lambda counts: float(counts.sum() / chosen.size / chosen.duration * 1000), initial)
