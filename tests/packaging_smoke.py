"""Simulate a little with an installed eqsim; run by test_packaging with the environment's folder as argument."""

import sys
from pathlib import Path

import numpy as np

import eqsim as es
from eqsim.units import ms, mV

assert Path(es.__file__).is_relative_to(Path(sys.argv[1])), es.__file__

for target in ("numpy", "numba"):
    neurons = es.NeuronGroup(
        2,
        """
        dV/dt = (E_L - V + R)/tau : mV (unless refractory)
        E_L = -65*mV : mV (parameter)
        R : mV
        V(0) = E_L
        """,
        threshold="V > -50*mV",
        reset="V = E_L",
        refractory=5 * ms,
        method="exact",
        namespace={"tau": 10 * ms},
    )
    neurons.R = [0, 30] * mV
    spikes = es.SpikeMonitor(neurons)
    net = es.Network(neurons, spikes, dt=0.1 * ms, target=target)
    net.run(100 * ms)
    # closed form: the threshold is reached tau*log(30/15) after each release
    interval = 5 + 10 * np.log(2)
    count = int((100 - 10 * np.log(2)) / interval) + 1
    assert list(np.asarray(spikes.count)) == [0, count], (target, spikes.count, count)

print("smoke test passed")
