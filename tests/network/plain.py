"""What tests of networks have in common: plain numbers out of quantities, and networks that need no compiling."""

import numpy as np

import eqsim as es
from eqsim.units import ms


def plain(value, unit=None):
    """Return a quantity as plain numbers in a unit; a variable as its values."""
    value = getattr(value, "values", value) if not callable(getattr(value, "values", None)) else value
    return np.asarray(value if unit is None else value.rescale(unit).magnitude)


def network(*objects, dt=1 * ms, target="numpy", **more):
    """Return a network on the target that interprets, with a step of 1 ms unless another is given."""
    return es.Network(*objects, dt=dt, target=target, **more)


def steps(times, dt=1):
    """Return times as whole steps of ``dt`` milliseconds (or of a plain time), which they must be."""
    numbers = plain(times, "ms") if hasattr(times, "rescale") else np.asarray(times)
    whole = np.rint(numbers / dt)
    np.testing.assert_allclose(numbers, whole * dt, rtol=0, atol=1e-9)
    return whole.astype(int).tolist()


def spikes_of(monitor, dt=1):
    """Return the events of a monitor as a list of (step, neuron), as they were recorded."""
    return list(zip(steps(monitor.t, dt), np.asarray(monitor.i).tolist(), strict=True))


def source(*spikes, n=None, dt=1):
    """Return a generator that emits spikes given as (step, index)."""
    size = n or max((index for _, index in spikes), default=0) + 1
    return es.SpikeGeneratorGroup(size, [i for _, i in spikes], np.array([k for k, _ in spikes]) * dt * ms)
