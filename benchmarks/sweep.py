"""64 runs of COBA with 400 neurons as a sweep: seconds with one worker and with two, in turn, and their ratio.

What is timed is the call of ``sweep``, the start of its workers included, after one that compiles. The results must be
the same. Figures mean something on a machine that does nothing else and has two processors or more.
"""

import argparse
from time import perf_counter

import numpy as np

import eqsim as es
from eqsim.units import ms, mV, nS

SIZE = 400
VALUES = {"tau_m": 20 * ms, "tau_e": 5 * ms, "tau_i": 10 * ms, "g_L": 10 * nS} | {
    "E_L": -60 * mV,
    "E_e": 0 * mV,
    "E_i": -80 * mV,
}


def coba() -> es.Network:
    """Return the network; its weights are captured, so that they can be varied."""
    es.seed(1)
    neurons = es.NeuronGroup(
        SIZE,
        """
        dV/dt   = (E_L - V + (g_e*(E_e - V) + g_i*(E_i - V))/g_L)/tau_m : mV (unless refractory)
        dg_e/dt = -g_e/tau_e                                            : nS
        dg_i/dt = -g_i/tau_i                                            : nS
        V(0)    = E_L + (5*randn() - 5)*mV
        g_e(0)  = (15*randn() + 40)*nS
        g_i(0)  = (120*randn() + 200)*nS
        """,
        threshold="V > -50*mV",
        reset="V = -60*mV",
        refractory=5 * ms,
        method="exponential_euler",
        namespace=VALUES,
        name="neurons",
    )
    w_e, w_i = 6 * nS, 67 * nS
    to_e = es.Synapses(neurons[: SIZE * 4 // 5], neurons, on_pre="g_e += w_e", namespace={"w_e": w_e})
    to_i = es.Synapses(neurons[SIZE * 4 // 5 :], neurons, on_pre="g_i += w_i", namespace={"w_i": w_i})
    to_e.connect(p=80 / SIZE)
    to_i.connect(p=80 / SIZE)
    return es.Network(neurons, to_e, to_i, es.SpikeMonitor(neurons, name="spikes"), dt=0.1 * ms)


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--duration", type=float, default=10_000, help="of each run, in ms")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    net = coba()
    params = {"w_e": np.linspace(5, 7, 8) * nS, "w_i": np.linspace(60, 75, 8) * nS}
    net.sweep(params, 1 * ms, workers=1)
    seconds: dict[int, list[float]] = {1: [], chosen.workers: []}
    results = {}
    for _ in range(chosen.repeat):
        for workers, taken in seconds.items():
            begin = perf_counter()
            results[workers] = net.sweep(params, chosen.duration * ms, workers=workers)
            taken.append(perf_counter() - begin)
    assert results[1].identical(results[chosen.workers])
    for workers, taken in seconds.items():
        print(f"{workers} worker{'s' * (workers > 1)}: {min(taken):.2f} s  ({', '.join(f'{s:.2f}' for s in taken)})")
    ratios = sorted(one / more for one, more in zip(*seconds.values(), strict=True))
    print(f"ratio: {min(seconds[1]) / min(seconds[chosen.workers]):.2f}  ({', '.join(f'{r:.2f}' for r in ratios)})")


if __name__ == "__main__":
    main()
