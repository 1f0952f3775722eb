"""COBA and COBAHH of growing size on a GPU, in eqsim and in BrainPy, each run in a process of its own.

What it needs: an NVIDIA device; ``pip install 'eqsim[cuda]'`` here; BrainPy for the device in an environment of its
own, whose interpreter is given: ``python -m venv .peers/brainpy_gpu``, ``.peers/brainpy_gpu/bin/pip install
'brainpy[cuda12]'``, ``python on_gpu.py --brainpy .peers/brainpy_gpu/bin/python``. Without that option eqsim is measured
alone.

Does everything run, without a device? ``NUMBA_ENABLE_CUDASIM=1 python on_gpu.py --sizes 100 --duration 0.5 --repeat 1
--name trial``.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SIZES = (4_000, 40_000, 400_000, 4_000_000)
STEADY = 40_000  # neurons: larger networks run for a tenth of the time
Ways = list[tuple[str, list[str], dict[str, str]]]


def options() -> argparse.Namespace:
    """Return what the user asks for."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="neurons")
    reader.add_argument(
        "--duration", type=float, default=1000.0, help="of a run in ms, for networks that are not large"
    )
    reader.add_argument("--repeat", type=int, default=3, help="timed runs, after one that compiles")
    reader.add_argument("--brainpy", default="", help="the interpreter of an environment with BrainPy for the device")
    reader.add_argument("--targets", nargs="+", default=["cuda", "cuda-fast"], help="of eqsim; numba to compare with")
    reader.add_argument("--name", default="on_gpu", help="of the files in results/")
    return reader.parse_args()


def ways(chosen: argparse.Namespace) -> Ways:
    """Return the simulators to compare: a name, how to start a workload's module, the surroundings."""
    ours: Ways = [
        (f"eqsim {target}", [sys.executable, "-m", "in_eqsim."], {"EQSIM_TARGET": target}) for target in chosen.targets
    ]
    peer: Ways = [("brainpy", [chosen.brainpy, "-m", "in_brainpy."], {"EQSIM_BENCHMARK_PLATFORM": "gpu"})]
    return ours + (peer if chosen.brainpy else [])


def measured(command: list[str], surroundings: dict[str, str], more: list[str]) -> dict[str, Any]:
    """Run a workload; return its report, or under ``error`` the last line of what it says."""
    path = os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    everything = {**os.environ, "PYTHONPATH": path, **surroundings}
    done = subprocess.run([*command, *more], check=False, capture_output=True, text=True, cwd=HERE, env=everything)
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or ["nothing was said"]
    found: dict[str, Any] = json.loads(lines[-1]) if done.returncode == 0 else {"error": lines[-1]}
    return found


def row(name: str, report: dict[str, Any]) -> str:
    """Return a line of the table."""
    at = f"| {report['workload']} | {report['size']} | {report['dtype']} | {name} "
    if "error" in report:
        return f"{at}| {report['error'][:60]} | | |"
    least = min(report["seconds"])
    return f"{at}| {least:.3f} | {least / report['duration'] * 1000:.3f} | {report['check']:.1f} |"


def main() -> None:
    """Measure everything, printing each line of the table as soon as it is known."""
    chosen = options()
    head = [
        "| workload | neurons | dtype | simulator | s | s per second | Hz |",
        "| --- | ---: | --- | --- | ---: | ---: | ---: |",
    ]
    print(*head, sep="\n", flush=True)
    reports, table = [], head
    for workload in ("coba", "cobahh"):
        for size in chosen.sizes:
            duration = chosen.duration if size <= STEADY else chosen.duration / 10
            for dtype in ("float32", "float64"):
                more = [
                    "--size",
                    str(size),
                    "--duration",
                    str(duration),
                    "--repeat",
                    str(chosen.repeat),
                    "--dtype",
                    dtype,
                ]
                for name, (*start, module), surroundings in ways(chosen):
                    report = measured([*start, f"{module}{workload}"], surroundings, more)
                    report |= {"way": name, "workload": workload, "size": size, "dtype": dtype}
                    reports.append(report)
                    table.append(row(name, report))
                    print(table[-1], flush=True)
    place = HERE / "results"
    place.mkdir(exist_ok=True)
    (place / f"{chosen.name}.json").write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")
    (place / f"{chosen.name}.md").write_text("\n".join(table) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
