"""Oscillators: 500 phases, each pulled by all others, a sum of 250,000 sines in every step; after Kuramoto (1975)."""

import numpy as np
from brian2 import Hz, Network, NeuronGroup, Synapses
from in_brian2.way import begin, finish

chosen = begin(size=500, duration=200)
K = 50 * Hz
phases = NeuronGroup(
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
synapses = Synapses(phases, phases, "pull_post = sin(theta_pre - theta_post) : 1 (summed)")
synapses.connect()
finish(
    chosen,
    Network(phases, synapses),
    globals(),
    lambda: float(abs(np.exp(1j * phases.theta[:]).mean())),
)
