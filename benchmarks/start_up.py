"""Time from an empty interpreter to a finished COBA run, with an empty and with a filled cache; and memory a synapse.

Every figure is of a whole process; the smallest of several is printed, since other processes only ever add.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

COBA = """
import eqsim as es
from eqsim.units import mV, ms, nS, second
es.seed(42)
neurons = es.NeuronGroup(4000, '''
    dV/dt   = (E_L - V + (g_e*(E_e - V) + g_i*(E_i - V))/g_L)/tau_m : mV (unless refractory)
    dg_e/dt = -g_e/tau_e : nS
    dg_i/dt = -g_i/tau_i : nS
    V(0)    = E_L + (5*randn() - 5)*mV
    g_e(0)  = (15*randn() + 40)*nS
    g_i(0)  = (120*randn() + 200)*nS
    ''', threshold='V > -50*mV', reset='V = -60*mV', refractory=5*ms, method='exponential_euler',
    namespace=dict(E_L=-60*mV, E_e=0*mV, E_i=-80*mV, g_L=10*nS, tau_m=20*ms, tau_e=5*ms, tau_i=10*ms))
to_e = es.Synapses(neurons[:3200], neurons, on_pre='g_e += 6*nS'); to_e.connect(p=0.02)
to_i = es.Synapses(neurons[3200:], neurons, on_pre='g_i += 67*nS'); to_i.connect(p=0.02)
spikes = es.SpikeMonitor(neurons)
es.Network(neurons, to_e, to_i, spikes, dt=0.1*ms).run(1*second)
assert spikes.num_spikes > 10_000
"""

MEMORY = """
import sys, tracemalloc
import eqsim as es
from eqsim.units import ms
weighted = {weighted}
def network(size, p):
    neurons = es.NeuronGroup(size, 'dv/dt = -v/(10*ms) : 1', threshold='v > 1', reset='v = 0')
    model, on_pre = ('w : 1', 'v += w') if weighted else ('', 'v += 0.1')
    synapses = es.Synapses(neurons, neurons, model, on_pre=on_pre, delay=1*ms)
    synapses.connect(p=p)
    if weighted:
        synapses.w = 'rand()'
    es.Network(neurons, synapses, dt=0.1*ms).run(1*ms)
    return synapses
network(10, 1)  # the compiler is loaded and everything compiled
tracemalloc.start()
large = network(10_000, 0.1)
print(tracemalloc.get_traced_memory()[0]/len(large))
"""


def seconds(program: str, environment: dict[str, str]) -> float:
    """Return the wall-clock time of a program in a new interpreter."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeats", type=int, default=4)
    repeats = options.parse_args().repeats
    cold, warm, plain, package = [], [], [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "EQSIM_CACHE_DIR": folder}
            cold.append(seconds(COBA, environment))
            warm.append(seconds(COBA, environment))
            plain.append(seconds("import numpy", environment))
            package.append(seconds("import eqsim; from eqsim.units import mV", environment))
    print(f"COBA, empty cache   {min(cold):6.2f} s")
    print(f"COBA, filled cache  {min(warm):6.2f} s")
    print(f"import beyond NumPy {min(package) - min(plain):6.2f} s")
    for weighted in (False, True):
        program = MEMORY.format(weighted=weighted)
        made = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
        what = "an own float64 weight" if weighted else "a shared weight   "
        print(f"bytes a synapse, {what}, one delay: {float(made.stdout):.1f}")


if __name__ == "__main__":
    main()
