"""Recording: the voltage of each of 1000 neurons in each step of a second, ten million values."""

import brainpy as bp
import brainpy.math as bm
from in_brainpy.way import begin, finish

chosen = begin(size=1000, duration=1000)


class Recorded(bp.DynSysGroup):
    """Neurons that only integrate what comes from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.neurons = bp.dyn.Integrator(chosen.size, tau=10.0, x_initializer=bp.init.Uniform(0.0, 1.0))
        self.outside = bp.dyn.PoissonInput(self.neurons.x, 100, 10.0, weight=0.1)

    def update(self) -> bm.Array:
        """Advance by one step and return the values."""
        self.outside()
        self.neurons()
        return self.neurons.x.value


finish(chosen, Recorded(), lambda values: float(values.mean()))
