"""Brunel (2000), asynchronous irregular: 12,500 neurons with 1250 synapses each, and chance from outside."""

import brainpy as bp
import brainpy.math as bm
from in_brainpy.way import begin, finish, mean_rate

chosen = begin(size=12_500, duration=1000)
n_exc = round(0.8 * chosen.size)


class Brunel(bp.DynSysGroup):
    """The neurons, what connects them, and what comes from outside."""

    def __init__(self) -> None:
        super().__init__()
        n = chosen.size
        self.neurons = bp.dyn.LifRef(n, V_rest=0.0, V_th=20.0, V_reset=10.0, tau=20.0, tau_ref=2.0)
        # 1000 sources of 20 Hz are 2 arrivals a step
        self.neurons.add_inp_fun(
            "outside", lambda *_, **__: 0.1 * bm.random.poisson(20 * bm.get_dt(), n), category="delta"
        )
        self.delay = bp.VarDelay(self.neurons.spike, entries={"all": 1.5})
        exc = bp.conn.FixedProb(1000 / n_exc, pre=n_exc, post=n)
        inh = bp.conn.FixedProb(250 / (n - n_exc), pre=n - n_exc, post=n)
        self.exc = bp.dyn.HalfProjDelta(comm=bp.dnn.EventCSRLinear(exc, weight=0.1), post=self.neurons)
        self.inh = bp.dyn.HalfProjDelta(comm=bp.dnn.EventCSRLinear(inh, weight=-0.5), post=self.neurons)

    def update(self) -> bm.Array:
        """Advance by one step and return the spikes."""
        spikes = self.delay.at("all")
        self.exc(spikes[:n_exc])
        self.inh(spikes[n_exc:])
        self.delay(self.neurons())
        return self.neurons.spike.value


finish(chosen, Brunel(), mean_rate)
