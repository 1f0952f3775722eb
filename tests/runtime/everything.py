"""A network in which everything that a run remembers is in use, to be compared with itself."""

import numpy as np

import eqsim as es
from eqsim.units import ms


class Everything:
    """A network in which everything that a run remembers is in use: delays, refractoriness, noise, held values."""

    def __init__(self, target="numpy", dtype="float64", size=6, threads=0):
        random = np.random.default_rng(4)
        model = """
        dV/dt = (J(t) + r - V)/(8*ms) + 0.3*xi/ms**0.5 : 1 (unless refractory)
        dg/dt = -g/(5*ms) : 1
        r = rand() + g : 1 (constant over dt)
        """
        J = es.TimedArray([1.4, 1.9, 0.5, 2.2], dt=13 * ms)
        self.gen = es.SpikeGeneratorGroup(5, np.repeat(np.arange(5), 8), random.permutation(40) * 1.5 * ms)
        self.cells = es.NeuronGroup(
            size,
            model,
            "V > 1",
            "V = 0",
            3 * ms,
            method="euler",
            events={"high": "g > 1.5"},
            seed=1,
            namespace={"J": J, "ms": ms},
        )
        self.cells.V = "rand()"
        self.cells.run_regularly("g += 0.1*rand()", dt=7 * ms)
        self.cells.run_on_event("high", "g *= 0.5")
        stdp = "w : 1\ndA/dt = -A/(9*ms) : 1 (event-driven)\ndB/dt = -B/(6*ms) : 1"
        self.feed = es.Synapses(
            self.gen,
            self.cells,
            stdp,
            "g_post += w; A += 1; w += 0.1*B",
            "B += 1; w += 0.05*A*rand()",
            method="exact",
            seed=2,
        )
        self.feed.connect(i=random.integers(0, 5, 20 * size // 6), j=random.integers(0, size, 20 * size // 6))
        self.feed.w, self.feed.delay = "0.3*rand()", "rand()*6*ms"
        self.loop = es.Synapses(self.cells, on_pre="V_post += 0.2", delay=4 * ms, seed=3)
        self.loop.connect("i != j", p=min(0.6, 4 / size) if size > 6 else 0.6)
        self.monitors = [
            es.StateMonitor(self.cells, ["V", "g", "r"]),
            es.StateMonitor(self.feed, ["w", "B"], dt=2 * ms),
            es.SpikeMonitor(self.cells, ["V", "g"]),
            es.EventMonitor(self.cells, "high"),
        ]
        self.net = es.Network(
            self.gen,
            self.cells,
            self.feed,
            self.loop,
            *self.monitors,
            dt=0.5 * ms,
            target=target,
            dtype=dtype,
            threads=threads,
        )

    def results(self):
        states, weights, spikes, high = self.monitors
        final = {f"cells.{k}": v for k, v in self.cells.get_states(units=False).items()}
        final |= {f"feed.{k}": v for k, v in self.feed.get_states(units=False).items()}
        return final | {
            "t": states.t_, "V": states.V_, "g": states.g_, "r": states.r_, "w": weights.w,
            "B": weights.B, "wt": weights.t_,
            "i": spikes.i, "st": spikes.t_, "sV": spikes.V_, "hi": high.i, "ht": high.t_, "now": np.array(self.net.t_),
        }  # fmt: skip
