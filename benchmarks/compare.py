"""Run every workload in every simulator in turn, check that they agree, and write one table to ``results/``.

Each run is a process of its own, in the environment of its simulator; those that are compared alternate, so that what
else the machine does falls on all of them alike. The smallest time counts: other work only ever adds.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from targets import TARGETS

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Way:
    """One way to run workloads: a simulator, its mode, the number of threads and the precision."""

    simulator: str
    threads: int = 1
    dtype: str = "float64"
    mode: str = ""

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"{self.simulator} {self.mode}".strip()

    def command(self, module: str) -> list[str]:
        """Return the words that run a workload, without its own arguments."""
        if self.simulator == "c":
            return [str(HERE / "in_c" / "built" / f"{module}_{self.dtype}"), "--threads", str(self.threads)]
        ours = self.simulator == "eqsim"
        python = sys.executable if ours else str(HERE / ".peers" / self.simulator / "bin" / "python")
        words = [python, "-m", f"in_{self.simulator}.{module}", "--threads", str(self.threads), "--dtype", self.dtype]
        return words + (["--mode", self.mode] if self.mode else [])


WAYS = (
    Way("eqsim"),
    Way("brian2", mode="standalone"),
    Way("eqsim", threads=2),
    Way("brian2", threads=2, mode="standalone"),
    Way("brian2", mode="cython"),
    Way("brainpy", threads=2),
    Way("nest"),
    Way("nest", threads=2),
    Way("c"),
    Way("eqsim", dtype="float32"),
    Way("brainpy", threads=2, dtype="float32"),
    Way("eqsim", threads=2, dtype="float32"),
    Way("c", dtype="float32"),
    Way("c", threads=2),
)


@dataclass(frozen=True)
class Workload:
    """What is run: a module of each simulator's folder, and how far the results of two may differ."""

    name: str
    module: str
    duration: float
    tolerance: float
    size: int = 0
    without: tuple[str, ...] = ()
    measure: str = "seconds"
    c_threads: int = 0

    def arguments(self, way: Way, chosen: argparse.Namespace) -> list[str]:
        """Return the arguments of a run."""
        words = ["--duration", f"{self.duration * chosen.shorter:g}", "--repeat", str(chosen.repeat)]
        if self.size:
            words += ["--size", str(self.size)]
        if self.name == "microcircuit":
            words += ["--scale", str(chosen.scale)]
        return [*words, "--once"] if self.measure == "process" and way.simulator != "c" else words

    def ways(self, simulators: list[str]) -> list[Way]:
        """Return the ways in which it is run."""
        return [
            way
            for way in WAYS
            if way.simulator in simulators
            and way.simulator not in self.without
            and (way.simulator != "c" or way.threads <= self.c_threads)
            and (self.measure != "process" or (way.dtype == "float64" and way.threads == 1) or way == WAYS[5])
        ]


WORKLOADS = (
    Workload("coba", "coba", 1000, 0.25, c_threads=1),
    Workload("coba_40000", "coba", 1000, 0.1, size=40_000, without=("nest",), c_threads=1),
    Workload("cuba", "cuba", 1000, 0.15, c_threads=1),
    Workload("cobahh", "cobahh", 1000, 0.25),
    Workload("hh", "hh", 100, 0.02, without=("nest",), c_threads=2),
    Workload("hh_100000", "hh", 100, 0.02, size=100_000, without=("nest",), c_threads=2),
    Workload("brunel", "brunel", 1000, 0.05, c_threads=1),
    Workload("stdp", "stdp", 10_000, 0.35),
    Workload("build", "build", 0.1, 0.01, measure="build_seconds"),
    Workload("delays", "delays", 1000, 0.1, without=("brainpy",)),
    Workload("record", "record", 1000, 0.02),
    Workload("oscillators", "oscillators", 200, 0.1, without=("brainpy", "nest", "c")),
    Workload("start_up", "coba", 1000, 0.25, measure="process"),
    Workload("populations", "populations", 1000, 0.1, without=("brainpy", "nest", "c"), measure="process"),
)
# minutes, and 15 GB in a peer: on request alone
MICROCIRCUIT = Workload("microcircuit", "microcircuit", 1000, 0.3, without=("brian2", "brainpy", "c"))


@dataclass
class Result:
    """What one way took for one workload, and the number on which all must agree."""

    workload: str
    way: Way
    version: str
    seconds: list[float]
    checks: list[Any]
    build_seconds: list[float]
    peak_memory: int = 0

    @property
    def best(self) -> float:
        """The smallest time."""
        return min(self.seconds)


def run(command: list[str], environment: dict[str, str]) -> tuple[dict[str, Any] | None, float]:
    """Return what a run reported, ``None`` where it failed, and the seconds of the whole process."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    spent = time.perf_counter() - begin
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        print(f"failed: {' '.join(command)}\n{done.stderr[-2000:]}", file=sys.stderr)
        return None, spent
    return json.loads(lines[-1]), spent


def measured(workload: Workload, chosen: argparse.Namespace, kept: Path) -> list[Result]:
    """Return the results of one workload, all ways in turn, as many rounds as asked; who fails is left out.

    What is compiled in the first round is kept below the folder ``kept`` for the next.
    """
    results: dict[tuple[str, Way], Result] = {}
    ways = workload.ways(chosen.simulators)
    for turn in range(chosen.rounds):
        for way in list(ways):
            failed = False
            for name, report, spent in runs(workload, way, chosen, kept):
                if report is None:
                    failed = True
                    continue
                result = results.setdefault((name, way), Result(name, way, report["version"], [], [], []))
                times = {"seconds": report["seconds"], "build_seconds": [report["build_seconds"]], "process": [spent]}
                result.seconds += times[workload.measure]
                result.checks.append(report["check"])
                result.build_seconds.append(report["build_seconds"] or 0)
                result.peak_memory = max(result.peak_memory, report["peak_memory"])
                print(f"{name:16} {way.name:18} {way.threads} {way.dtype}  {result.best:.3f} s  (round {turn + 1})")
            if failed:
                ways.remove(way)
    return list(results.values())


def runs(
    workload: Workload, way: Way, chosen: argparse.Namespace, kept: Path
) -> Iterator[tuple[str, dict[str, Any] | None, float]]:
    """Yield name, report and seconds of each process that a turn takes: for start-up, two with one cache."""
    command = way.command(workload.module) + workload.arguments(way, chosen)
    if workload.measure != "process":
        folder = kept / f"{workload.name} {way.name} {way.threads} {way.dtype}".replace(" ", "_")
        folder.mkdir(exist_ok=True)
        yield workload.name, *run(command, {**os.environ, "BENCHMARK_CACHE": str(folder)})
        return
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, "EQSIM_CACHE_DIR": empty, "BENCHMARK_CACHE": empty}
        for state in ("cold", "warm"):
            yield f"{workload.name}_{state}", *run(command, environment)


def differing(results: list[Result], tolerance: float) -> list[str]:
    """Return which results differ from ours by more than the tolerance."""
    ours = next((result for result in results if result.way == WAYS[0]), None)
    if ours is None:
        return []
    wanted = values(ours)
    return [
        f"{result.workload}: {result.way.name} has {', '.join(f'{x:.4g}' for x in values(result))}, "
        f"ours {', '.join(f'{x:.4g}' for x in wanted)}"
        for result in results
        if any(abs(a - b) > tolerance * abs(b) for a, b in zip(values(result), wanted, strict=True))
    ]


def values(result: Result) -> list[float]:
    """Return the numbers on which all must agree, each the median of all rounds."""
    rows = [check if isinstance(check, list) else [check] for check in result.checks]
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def table(results: list[Result]) -> str:
    """Return all results as a table; the ratio is to our best of the same precision, above 1 where we are faster."""
    head = "| workload | simulator | threads | precision | median s | least s | times eqsim | build s | MB | check |"
    lines = [head, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for result in results:
        same = [
            other.best
            for other in results
            if other.workload == result.workload
            and other.way.simulator == "eqsim"
            and other.way.dtype == result.way.dtype
        ]
        ratio = f"{result.best / min(same):.2f}" if same else "-"
        cells = (
            result.workload, result.way.name, result.way.threads, result.way.dtype,
            f"{statistics.median(result.seconds):.3f}", f"{result.best:.3f}", ratio,
            f"{min(result.build_seconds):.2f}", f"{result.peak_memory / 1e6:.0f}",
            ", ".join(f"{value:.4g}" for value in values(result)),
        )  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def against_targets(results: list[Result]) -> str:
    """Return each target beside what was measured, as a table; targets of what was not run are left out."""
    lines = ["| target | wanted | measured | met |", "| --- | --- | --- | --- |"]
    for target in TARGETS:
        ratio = target.ratio([result for result in results if result.workload == target.workload])
        if ratio is not None:
            met = "yes" if ratio >= target.factor else "no"
            lines.append(f"| {target.text} | {target.factor:.2f} | {ratio:.2f} | {met} |")
    return "\n".join(lines)


def main() -> int:
    """Measure and write; the status is 1 where simulators do not agree or a run failed."""
    reader = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    names = [workload.name for workload in WORKLOADS]
    simulators = ["eqsim", "brian2", "brainpy", "nest", "c"]
    reader.add_argument("--only", nargs="+", choices=[*names, "microcircuit"], default=names, help="workloads")
    reader.add_argument("--simulators", nargs="+", choices=simulators, default=simulators)
    reader.add_argument("--rounds", type=int, default=2, help="processes of each, in turn (default 2)")
    reader.add_argument("--repeat", type=int, default=2, help="timed runs of a process (default 2)")
    reader.add_argument("--shorter", type=float, default=1, help="factor of every duration, to try the scripts")
    reader.add_argument("--scale", type=float, default=1, help="of the microcircuit (default 1)")
    reader.add_argument("--name", default="latest", help="of the two files in results/ (default latest)")
    chosen = reader.parse_args()
    results: list[Result] = []
    disagreements: list[str] = []
    with tempfile.TemporaryDirectory() as kept:
        for workload in (*WORKLOADS, MICROCIRCUIT):
            if workload.name in chosen.only:
                found = measured(workload, chosen, Path(kept))
                disagreements += differing(found, workload.tolerance)
                results += found
                write(results, disagreements, chosen.name)
    print(table(results), against_targets(results), *disagreements, sep="\n\n")
    return int(bool(disagreements))


def write(results: list[Result], disagreements: list[str], name: str) -> None:
    """Write the table and the same numbers as JSON."""
    versions = sorted({f"{result.way.simulator} {result.version}" for result in results})
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    agree = (
        "All agree." if not disagreements else "These do not agree:\n\n" + "\n".join(f"- {x}" for x in disagreements)
    )
    pieces = (f"# Benchmarks\n\n{machine}; {', '.join(versions)}.", table(results), against_targets(results), agree)
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text("\n\n".join(pieces) + "\n", encoding="utf-8")
    rows = [{**vars(result), "way": vars(result.way)} for result in results]
    (folder / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
