"""How Brian2 runs a workload: compiled by Cython at run time, or as a C++ program of its own (standalone)."""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from brian2 import Network, __version__, defaultclock, get_device, ms, prefs, seed, set_device
from measure import options, report, timed

CLOCK = "struct timespec {0}; clock_gettime(CLOCK_MONOTONIC, &{0});"
BUILT = (
    'std::ofstream _built(brian::results_dir + "build_seconds.txt");'
    "_built << (_b.tv_sec - _a.tv_sec) + 1e-9*(_b.tv_nsec - _a.tv_nsec) << std::endl; _built.close();"
)


def begin(*, size: int, duration: float, dt: float = 0.1, **more: float) -> argparse.Namespace:
    """Read the options and set Brian2 up as they say; ``dt`` in ms."""
    chosen = options(size=size, duration=duration, modes=("standalone", "cython"), **more)
    prefs.core.default_float_dtype = np.dtype(chosen.dtype).type
    # where compiled code is kept: a folder of the caller's, for the time of start-up with an empty and a filled cache
    kept = os.environ.get("BENCHMARK_CACHE")
    if chosen.mode == "cython":
        prefs.codegen.target = "cython"
        if kept:
            prefs.codegen.runtime.cython.cache_dir = kept
    else:
        set_device("cpp_standalone", build_on_run=False)
        prefs.devices.cpp_standalone.openmp_threads = chosen.threads if chosen.threads > 1 else 0
        get_device().insert_code("after_start", CLOCK.format("_a"))
        get_device().insert_code("before_network_run", f"{CLOCK.format('_b')} {BUILT}")
    defaultclock.dt = dt * ms
    seed(chosen.seed)
    chosen.began = time.perf_counter()
    return chosen


def finish(
    chosen: argparse.Namespace,
    net: Network,
    names: dict[str, Any],
    check: Callable[[], float],
    more: Callable[[], dict[str, float]] = dict,
) -> None:
    """Run with the constants among ``names`` and report.

    A standalone program measures the seconds of its loop itself.
    """
    if chosen.mode == "cython":
        built = time.perf_counter() - chosen.began
        net.store()
        seconds = timed(chosen, lambda: net.run(chosen.duration * ms, namespace=names), net.restore)
    else:
        device = get_device()
        net.run(chosen.duration * ms, namespace=names)
        device.build(run=False, directory=os.environ.get("BENCHMARK_CACHE") or tempfile.mkdtemp())
        seconds = []
        for _ in range(1 if chosen.once else chosen.repeat):
            device.run(with_output=False)
            seconds.append(device._last_run_time)  # noqa: SLF001 - there is no other way to it
        built = float(Path(device.results_dir, "build_seconds.txt").read_text(encoding="utf-8"))
    del chosen.began
    report("brian2", __version__, chosen, seconds, check(), build_seconds=built, **more())
