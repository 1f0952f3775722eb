"""COBAHH: 4000 Hodgkin-Huxley neurons with conductances; Brette et al. (2007), benchmark 3."""

import brainpy as bp
import brainpy.math as bm
from in_brainpy.way import begin, finish, mean_rate

chosen = begin(size=4000, duration=1000)
n_exc = round(0.8 * chosen.size)
V_T = -63.0


class Neurons(bp.dyn.HH):
    """Neurons with the rates of Traub & Miles (1991); conductances in nS, the capacitance in pF."""

    def __init__(self) -> None:
        leak = {"gL": 10.0, "EL": -60.0}
        channels = {"gNa": 20_000.0, "ENa": 50.0, "gK": 6000.0, "EK": -90.0}
        start = bp.init.Normal(-65.0, 5.0)
        super().__init__(chosen.size, C=200.0, V_th=-20.0, V_initializer=start, **leak, **channels)

    def m_alpha(self, V: bm.Array) -> bm.Array:
        """Return how fast sodium channels open."""
        return 1.28 / bm.exprel((13 - V + V_T) / 4)

    def m_beta(self, V: bm.Array) -> bm.Array:
        """Return how fast sodium channels close."""
        return 1.4 / bm.exprel((V - V_T - 40) / 5)

    def h_alpha(self, V: bm.Array) -> bm.Array:
        """Return how fast sodium channels recover."""
        return 0.128 * bm.exp((17 - V + V_T) / 18)

    def h_beta(self, V: bm.Array) -> bm.Array:
        """Return how fast sodium channels inactivate."""
        return 4 / (1 + bm.exp((40 - V + V_T) / 5))

    def n_alpha(self, V: bm.Array) -> bm.Array:
        """Return how fast potassium channels open."""
        return 0.16 / bm.exprel((15 - V + V_T) / 5)

    def n_beta(self, V: bm.Array) -> bm.Array:
        """Return how fast potassium channels close."""
        return 0.5 * bm.exp((10 - V + V_T) / 40)


class Cobahh(bp.DynSysGroup):
    """The neurons and what connects them."""

    def __init__(self) -> None:
        super().__init__()
        n = chosen.size
        self.neurons = Neurons()
        self.exc = bp.dyn.HalfProjAlignPost(
            comm=bp.dnn.EventCSRLinear(bp.conn.FixedProb(80 / n, pre=n_exc, post=n), weight=6.0),
            syn=bp.dyn.Expon(n, tau=5.0),
            out=bp.dyn.COBA(E=0.0),
            post=self.neurons,
        )
        self.inh = bp.dyn.HalfProjAlignPost(
            comm=bp.dnn.EventCSRLinear(bp.conn.FixedProb(80 / n, pre=n - n_exc, post=n), weight=67.0),
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
    net.exc.refs["syn"].g.value = 40 + 15 * bm.random.randn(chosen.size)
    net.inh.refs["syn"].g.value = 200 + 120 * bm.random.randn(chosen.size)


net = Cobahh()
finish(chosen, net, mean_rate, initial)
