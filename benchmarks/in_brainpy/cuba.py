"""CUBA: 4000 linear integrate-and-fire neurons with synaptic currents; Brette et al. (2007), benchmark 2."""

import brainpy as bp
import brainpy.math as bm
from in_brainpy.way import begin, finish, mean_rate

chosen = begin(size=4000, duration=1000)
n_exc = round(0.8 * chosen.size)


class Cuba(bp.DynSysGroup):
    """Currents count in the voltages to which they lead."""

    def __init__(self) -> None:
        super().__init__()
        n = chosen.size
        start = bp.init.Uniform(-60.0, -50.0)
        self.neurons = bp.dyn.LifRef(
            n, V_rest=-49.0, V_th=-50.0, V_reset=-60.0, tau=20.0, tau_ref=5.0, V_initializer=start
        )
        self.exc = bp.dyn.HalfProjAlignPost(
            comm=bp.dnn.EventCSRLinear(bp.conn.FixedProb(80 / n, pre=n_exc, post=n), weight=1.62),
            syn=bp.dyn.Expon(n, tau=5.0),
            out=bp.dyn.CUBA(),
            post=self.neurons,
        )
        self.inh = bp.dyn.HalfProjAlignPost(
            comm=bp.dnn.EventCSRLinear(bp.conn.FixedProb(80 / n, pre=n - n_exc, post=n), weight=-9.0),
            syn=bp.dyn.Expon(n, tau=10.0),
            out=bp.dyn.CUBA(),
            post=self.neurons,
        )

    def update(self) -> bm.Array:
        """Advance by one step and return the spikes."""
        self.exc(self.neurons.spike[:n_exc])
        self.inh(self.neurons.spike[n_exc:])
        self.neurons()
        return self.neurons.spike.value


finish(chosen, Cuba(), mean_rate)
