"""The cortical microcircuit of Potjans & Diesmann (2014): the example of that name, timed."""

import runpy
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
from measure import options, report

import eqsim as es

chosen = options(size=77_169, duration=1000, scale=1.0)
name = sys.argv[0]
example = Path(__file__).resolve().parents[2] / "examples" / "potjans_diesmann_2014.py"
given = {"scale": chosen.scale, "duration": chosen.duration, "dtype": chosen.dtype, "threads": chosen.threads}
sys.argv = [str(example), "--no-figure", *(word for key, value in given.items() for word in (f"--{key}", str(value)))]
begin = perf_counter()
made = runpy.run_path(str(example))
total = perf_counter() - begin
sys.argv = [name]
spent = made["net"].profile
build = total - spent["run"] - spent.get("compile", 0)
rates = [float(rate) for rate in made["found"]]
synapses = float(np.sum([len(pathway) for pathway in made["projections"]]))
report("eqsim", es.__version__, chosen, [spent["run"]], rates, build_seconds=build, synapses=synapses)
