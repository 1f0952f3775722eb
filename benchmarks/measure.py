"""What every workload does alike: read its options, time its runs, print one line of JSON."""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def options(
    *, size: int, duration: float, threads: int = 1, modes: tuple[str, ...] = ("",), **more: float
) -> argparse.Namespace:
    """Return the options of a workload; ``more`` are numbers of its own, with their defaults."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--size", type=int, default=size, help=f"neurons (default {size})")
    reader.add_argument("--duration", type=float, default=duration, help=f"of a run, in ms (default {duration:g})")
    reader.add_argument("--repeat", type=int, default=4, help="timed runs, after one that compiles (default 4)")
    reader.add_argument("--once", action="store_true", help="run once, compilation included, for the time of start-up")
    reader.add_argument("--threads", type=int, default=threads, help=f"(default {threads})")
    reader.add_argument("--dtype", choices=("float64", "float32"), default="float64", help="(default float64)")
    reader.add_argument("--mode", choices=modes, default=modes[0], help="of the simulator, where it has several")
    reader.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
    for name, value in more.items():
        reader.add_argument(f"--{name}", type=type(value), default=value, help=f"(default {value:g})")
    return reader.parse_args()


def timed(chosen: argparse.Namespace, run: Callable[[], object], fresh: Callable[[], object]) -> list[float]:
    """Return the seconds of each run; ``fresh`` brings the initial state back before it, and is not timed."""
    if not chosen.once:
        run()  # compiles
    seconds = []
    for _ in range(1 if chosen.once else chosen.repeat):
        if seconds or not chosen.once:
            fresh()
        begin = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begin)
    return seconds


def peak_memory() -> int:
    """Return the largest memory that this process, or one that it started and that ended, ever held, in bytes."""
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return most if sys.platform == "darwin" else most * 1024


def report(
    simulator: str,
    version: str,
    chosen: argparse.Namespace,
    seconds: list[float],
    check: float | list[float],
    *,
    build_seconds: float | None = None,
    **more: float,
) -> None:
    """Print what was measured; ``check`` is a number on which simulators must agree: a rate in Hz, mostly."""
    line = {
        "simulator": simulator,
        "version": version,
        "workload": Path(sys.argv[0]).stem,
        "mode": chosen.mode,
        "threads": chosen.threads,
        "dtype": chosen.dtype,
        "size": chosen.size,
        "duration": chosen.duration,
        "seconds": seconds,
        "check": check,
        "build_seconds": build_seconds,
        "peak_memory": peak_memory(),
        **more,
    }
    print(json.dumps(line))
