"""How NEST runs a workload: a kernel that is reset and built anew for each run."""

import argparse
import os
import time
from collections.abc import Callable

import numpy as np
from measure import options, report

os.environ["PYNEST_QUIET"] = "1"  # it greets otherwise
import nest


def begin(*, size: int, duration: float, **more: float) -> argparse.Namespace:
    """Read the options."""
    return options(size=size, duration=duration, **more)


def finish(
    chosen: argparse.Namespace, build: Callable[[], object], check: Callable[[object], float], *, dt: float = 0.1
) -> None:
    """Build and run as often as asked, and report; ``check`` gets what ``build`` made."""
    seconds, built, made = [], [], None
    for _ in range(1 if chosen.once else chosen.repeat):
        nest.ResetKernel()
        nest.verbosity = nest.VerbosityLevel.ERROR
        nest.local_num_threads = chosen.threads
        nest.resolution, nest.rng_seed = dt, chosen.seed
        begin = time.perf_counter()
        made = build()
        nest.Prepare()
        built.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        nest.Run(chosen.duration)
        seconds.append(time.perf_counter() - begin)
        nest.Cleanup()
    report("nest", nest.__version__, chosen, seconds, check(made), build_seconds=float(np.min(built)))


def rate(chosen: argparse.Namespace, recorder: object) -> float:
    """Return the mean rate in Hz."""
    return recorder.n_events / chosen.size / chosen.duration * 1000
