"""Oscillators: 500 phases, each pulled by all others, a sum of 250,000 sines in every step; after Kuramoto (1975)."""

from time import perf_counter

import numpy as np
from measure import options, report, timed

import eqsim as es
from eqsim.units import Hz, ms

chosen = options(size=500, duration=200)
begin = perf_counter()
es.seed(chosen.seed)
K = 50 * Hz
phases = es.NeuronGroup(
    chosen.size,
    """
    dtheta/dt = omega + K*pull/N : 1
    omega                        : Hz
    pull                         : 1
    """,
    method="euler",
)
phases.theta = "2*pi*rand()"
phases.omega = "(10 + 2*randn())*Hz"
synapses = es.Synapses(phases, phases, "pull_post = sin(theta_pre - theta_post) : 1 (summed)")
synapses.connect()
net = es.Network(phases, synapses, dt=0.1 * ms, dtype=chosen.dtype, threads=chosen.threads)
built = perf_counter() - begin
net.run(0 * ms)  # lays synapses out, and compiles: what is stored is ready to run
net.store()
seconds = timed(chosen, lambda: net.run(chosen.duration * ms), net.restore)
order = float(abs(np.exp(1j * np.asarray(phases.theta_)).mean()))
report("eqsim", es.__version__, chosen, seconds, order, build_seconds=built)
