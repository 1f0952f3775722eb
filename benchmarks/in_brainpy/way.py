"""How BrainPy runs a workload: one compiled loop over all steps on the processor's cores, as many as XLA takes.

``EQSIM_BENCHMARK_PLATFORM=gpu`` takes a device instead.
"""

import argparse
import os
import time
from collections.abc import Callable

import brainpy as bp
import brainpy.math as bm
import jax
import numpy as np
from measure import options, report, timed


def begin(*, size: int, duration: float, dt: float = 0.1, **more: float) -> argparse.Namespace:
    """Read the options and set BrainPy up as they say; ``dt`` in ms."""
    chosen = options(size=size, duration=duration, threads=2, **more)
    bm.set_platform(os.environ.get("EQSIM_BENCHMARK_PLATFORM", "cpu"))
    if chosen.dtype == "float64":
        bm.enable_x64()
    bm.set_dt(dt)
    bm.random.seed(chosen.seed)
    chosen.began = time.perf_counter()
    return chosen


def finish(
    chosen: argparse.Namespace,
    net: bp.DynamicalSystem,
    check: Callable[[np.ndarray], float],
    initial: Callable[[], object] = lambda: None,
) -> None:
    """Run and report; ``check`` gets what the steps returned, ``initial`` sets values that a reset does not know."""
    built = time.perf_counter() - chosen.began
    steps = bm.arange(round(chosen.duration / bm.get_dt()))
    loop = bm.jit(lambda: bm.for_loop(net.step_run, steps))
    returned = []

    def fresh() -> None:
        bp.reset_state(net)
        initial()
        jax.block_until_ready([variable.value for variable in net.vars().values()])

    def run() -> None:
        returned[:] = [jax.block_until_ready(loop())]

    fresh()
    seconds = timed(chosen, run, fresh)
    del chosen.began
    report("brainpy", bp.__version__, chosen, seconds, check(np.asarray(returned[0])), build_seconds=built)


def mean_rate(spikes: np.ndarray) -> float:
    """Return the mean rate in Hz of spikes of shape (times, neurons)."""
    return float(spikes.mean() / bm.get_dt() * 1000)
