"""The cache of compiled code: shared by processes, and not asked for anything new by other values, sizes or names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eqsim.targets import cache

ROOT = Path(__file__).resolve().parent.parent.parent

TINY = """
import eqsim as es
from eqsim.units import ms
G = es.NeuronGroup(3, "dx/dt = -x/tau : 1", namespace={"tau": 5*ms})
G.x = "1 + i"
es.Network(G, target="numba").run(1*ms)
print(*[float(x).hex() for x in G.x_])
"""

LARGER = """
import sys
from pathlib import Path
import numpy as np
import eqsim as es
from eqsim.targets.cache import folder
from eqsim.units import ms
for N, tau, limit, name, delay, duration in eval(sys.argv[1]):
    gen = es.SpikeGeneratorGroup(N, np.arange(N), np.zeros(N)*ms, name=name)
    G = es.NeuronGroup(N, "dx/dt = (a - x)/tau : 1\\na = 2 : 1 (parameter)", threshold="x > limit", reset="x = 0",
                       refractory=tau/5*ms, namespace={"tau": tau*ms, "limit": limit}, name=name and name + "_cells")
    S = es.Synapses(gen, G, "w : 1", on_pre="x += w", delay=delay*ms, name=name and name + "_feed")
    S.connect(j="i")
    S.w = limit
    M, P = es.StateMonitor(G, "x"), es.SpikeMonitor(G)
    es.Network(gen, G, S, M, P, target="numba").run(duration*ms)
    G.namespace["tau"] = tau/2*ms
    G._network.run(duration*ms)
    print(len(M.t), P.num_spikes, sum(path.is_file() for path in Path(folder()).rglob("*")))
"""

POPULATIONS = """
import sys
import eqsim as es
from eqsim.units import ms
for count in map(int, sys.argv[1:]):
    cells = [es.NeuronGroup(5, "dx/dt = (1.2 - x)/(4*ms) : 1", threshold="x > 1", reset="x = 0") for _ in range(count)]
    feeds = [es.Synapses(one, two, on_pre="x += 0.1") for one, two in zip(cells, cells[1:] + cells[:1])]
    for feed in feeds:
        feed.connect(j="i")
    monitors = [es.SpikeMonitor(group) for group in cells]
    es.Network(*cells, *feeds, *monitors, target="numba", threads=1).run(20*ms)
    print(sum(monitor.num_spikes for monitor in monitors)//count)
"""
USUAL = (5, 10.0, 1.0, None, 0.0, 5)


def start(script, folder, *arguments):
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "EQSIM_CACHE_DIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings, cwd=ROOT,
    )  # fmt: skip


def finish(process):
    output, errors = process.communicate(timeout=500)
    assert process.returncode == 0, errors
    assert errors == ""
    return output


def files(folder):
    """Return everything that is kept: sources and what was compiled of them, with sizes and times of change."""
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in Path(folder).rglob("*") if path.is_file()}


@pytest.mark.parametrize("count", [3, pytest.param(16, marks=pytest.mark.slow)])
def test_processes_started_at_once_share_an_empty_cache(tmp_path, count):
    outputs = {finish(process) for process in [start(TINY, tmp_path) for _ in range(count)]}
    assert len(outputs) == 1
    assert float.fromhex(outputs.pop().split()[0]) == pytest.approx(2.718281828459045**-0.2, rel=1e-14)
    kept = files(tmp_path)
    assert not [path for path in kept if path.suffix == ".tmp"]
    assert sum(path.suffix == ".py" for path in kept) == 2  # the update and the run loop
    finish(start(TINY, tmp_path))
    assert files(tmp_path) == kept


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    finish(start(LARGER, folder, [USUAL]))
    return folder


def test_nothing_is_compiled_for_other_values_sizes_names_or_durations(filled):
    others = {
        "the same again": USUAL,
        "a changed value": (5, 7.0, 1.5, None, 0.0, 5),
        "a few more": (50, 10.0, 1.0, None, 0.0, 5),
        "another size": (1000, 10.0, 1.0, None, 0.0, 5),
        "another name": (5, 10.0, 1.0, "other", 0.0, 5),
        "another duration": (5, 10.0, 1.0, None, 0.0, 50),
        "whole numbers": (5, 10, 1, None, 0, 5),
    }
    before = files(filled)
    assert len(before) > 10
    lines = finish(start(LARGER, filled, list(others.values()))).splitlines()
    for what, line in zip(others, lines, strict=True):
        assert int(line.split()[-1]) == len(before), what
    assert files(filled) == before


def test_another_delay_needs_no_new_kernels(filled):
    def kernels():
        return {path for path in files(filled) if path.suffix == ".py" and not path.name.startswith("entry")}

    before = kernels()
    finish(start(LARGER, filled, [(5, 10.0, 1.0, None, 0.3, 5)]))
    assert kernels() == before


def test_more_populations_of_one_model_compile_nothing(tmp_path):
    finish(start(POPULATIONS, tmp_path, 2))
    kept = files(tmp_path)
    few, many = map(int, finish(start(POPULATIONS, tmp_path, 3, 12)).split())
    assert few == many > 5
    assert files(tmp_path) == kept


def test_a_network_goes_on_when_the_cache_has_moved(tmp_path):
    script = """
import gc, os, sys
import eqsim as es
from eqsim.units import ms
nets = []
for number in range(3):
    os.environ["EQSIM_CACHE_DIR"] = sys.argv[1] + str(number)
    G = es.NeuronGroup(3, f"dx/dt = -{number + 1}*x/(5*ms) : 1")
    G.x = 1
    nets.append(es.Network(G, target="numba", threads=1))
    for net in nets:
        net.run(1*ms)
    gc.collect()
print(*[round(float(net["neurongroup"].x_[2]), 6) for net in nets])
"""
    found = [float(word) for word in finish(start(script, tmp_path / "0", tmp_path / "cache")).split()]
    assert found == pytest.approx([2.718281828459045 ** -(0.2 * (3 - n) * (n + 1)) for n in range(3)], rel=1e-5)


def test_an_unwritable_cache_is_told_or_done_without(tmp_path):
    if os.geteuid() == 0:
        blocked = tmp_path / "file"
        blocked.write_text("no folder", encoding="utf-8")
    else:
        blocked = tmp_path / "closed"
        blocked.mkdir(mode=0o500)
    process = start(TINY, blocked)
    output, errors = process.communicate(timeout=200)
    if process.returncode:
        assert "EQSIM_CACHE_DIR" in errors
        assert "eqsim" in errors.splitlines()[-1] or "hint" in errors
    else:
        assert output


def test_damaged_machine_code_is_compiled_anew(tmp_path):
    expected = finish(start(TINY, tmp_path))
    for suffix, content in ((".nbi", b""), (".nbc", b"no machine code")):
        damaged = [path for path in files(tmp_path) if path.suffix == suffix]
        assert damaged
        for path in damaged:
            path.write_bytes(content)
        assert finish(start(TINY, tmp_path)) == expected
        assert all(path.stat().st_size > len(content) for path in damaged)


def test_others_may_read_what_the_umask_lets_them(tmp_path, monkeypatch):
    monkeypatch.setenv("EQSIM_CACHE_DIR", str(tmp_path))
    before = os.umask(0o022)
    try:
        path = cache.keep("module", "x = 1")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644
