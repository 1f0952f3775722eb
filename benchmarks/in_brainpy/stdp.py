"""STDP: 1000 Poisson inputs of 15 Hz onto 100 neurons, every synapse plastic; after Song, Miller & Abbott (2000)."""

import brainpy as bp
import brainpy.math as bm
from in_brainpy.way import begin, finish, mean_rate

chosen = begin(size=100, duration=10_000)


class Plastic(bp.DynSysGroup):
    """Inputs, neurons and the plastic synapses of the library."""

    def __init__(self) -> None:
        super().__init__()
        start = bp.init.Constant(-60.0)
        self.inputs = bp.dyn.PoissonGroup(1000, freqs=15.0)
        self.neurons = bp.dyn.Lif(chosen.size, V_rest=-74.0, V_th=-54.0, V_reset=-60.0, tau=10.0, V_initializer=start)
        weight = bm.Variable(bm.random.uniform(0.0, 0.01, (1000, chosen.size)))
        self.initial = weight.value
        self.synapses = bp.dyn.STDP_Song2000(
            pre=self.inputs,
            delay=None,
            comm=bp.dnn.AllToAll(1000, chosen.size, weight=weight),
            syn=bp.dyn.Expon.desc(chosen.size, tau=5.0),
            out=bp.dyn.COBA.desc(E=0.0),
            post=self.neurons,
            tau_s=20.0,
            tau_t=20.0,
            A1=0.01 * 0.01,
            A2=0.01 * 0.01 * 1.05,
            W_min=0.0,
            W_max=0.01,
        )

    def update(self) -> bm.Array:
        """Advance by one step and return the spikes."""
        self.synapses()
        self.inputs()
        self.neurons()
        return self.neurons.spike.value


def initial() -> None:
    """Start the weights anew."""
    net.synapses.comm.weight.value = net.initial


net = Plastic()
finish(chosen, net, mean_rate, initial)
