"""COBA: 4000 integrate-and-fire neurons with conductances, 80 synapses onto each; Brette et al. (2007)."""

import brainpy as bp
import brainpy.math as bm
from in_brainpy.way import begin, finish, mean_rate

chosen = begin(size=4000, duration=1000)
n_exc = round(0.8 * chosen.size)


class Coba(bp.DynSysGroup):
    """Conductances count in leak conductances (10 nS)."""

    def __init__(self) -> None:
        super().__init__()
        n = chosen.size
        self.neurons = bp.dyn.LifRef(
            n, V_rest=-60.0, V_th=-50.0, V_reset=-60.0, tau=20.0, tau_ref=5.0, V_initializer=bp.init.Normal(-65.0, 5.0)
        )
        self.exc = bp.dyn.HalfProjAlignPost(
            comm=bp.dnn.EventCSRLinear(bp.conn.FixedProb(80 / n, pre=n_exc, post=n), weight=0.6),
            syn=bp.dyn.Expon(n, tau=5.0),
            out=bp.dyn.COBA(E=0.0),
            post=self.neurons,
        )
        self.inh = bp.dyn.HalfProjAlignPost(
            comm=bp.dnn.EventCSRLinear(bp.conn.FixedProb(80 / n, pre=n - n_exc, post=n), weight=6.7),
            syn=bp.dyn.Expon(n, tau=10.0),
            out=bp.dyn.COBA(E=-80.0),
            post=self.neurons,
        )

    def update(self) -> bm.Array:
        """Advance by one step and return the spikes."""
        self.exc(self.neurons.spike[:n_exc])
        self.inh(self.neurons.spike[n_exc:])
        self.neurons()
        return self.neurons.spike.value


def initial() -> None:
    """Start the conductances as Brette et al. do."""
    net.exc.refs["syn"].g.value = 4 + 1.5 * bm.random.randn(chosen.size)
    net.inh.refs["syn"].g.value = 20 + 12 * bm.random.randn(chosen.size)


net = Coba()
finish(chosen, net, mean_rate, initial)
