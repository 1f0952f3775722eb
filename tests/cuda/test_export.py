"""Networks exported to CUDA, on a simulated device: without eqsim they do what they do in process."""

import os

import numpy as np
import pytest

import eqsim as es
from eqsim.targets import cuda
from eqsim.targets.cuda_calls import Machine
from eqsim.units import Hz, ms
from tests.export.programs import carry_out, files, result
from tests.export.test_export_python import assert_same, expected


@pytest.fixture(autouse=True)
def small(one_thread, monkeypatch):
    """Let the program, which the simulator gives true threads, start few of them."""
    monkeypatch.setattr("eqsim.export.cuda_sources.SIMULATOR", Machine(threads=1, row=1, single=1, blocks=2, tiles=2))


def build():
    es.seed(2)
    cells = es.NeuronGroup(
        7,
        "dV/dt = (2 + g - V)/(8*ms) + 0.3*xi/ms**0.5 : 1 (unless refractory)\ndg/dt = -g/(4*ms) : 1",
        "V > 1",
        "V = 0",
        2 * ms,
        method="euler",
        name="cells",
    )
    cells.V = "rand()"
    sources = es.PoissonGroup(6, 200 * Hz, name="sources")
    late = es.Synapses(sources, cells, "w : 1", "g_post += w; w += 0.01", "w -= 0.01", name="late")
    late.connect(p=0.5)
    late.w, late.delay = "0.1 + 0.1*rand()", "rand()*4*ms"
    loop = es.Synapses(cells, on_pre="V_post -= 0.1", delay=1 * ms, name="loop")
    loop.connect("i != j", p=0.3)
    monitors = [
        es.SpikeMonitor(cells, "g", name="spikes"),
        es.SpikeMonitor(cells[3:6], record=False, name="counted"),
        es.StateMonitor(cells, "V", record=[0, 5], dt=1 * ms, name="trace"),
        es.PopulationRateMonitor(sources, name="rates"),
    ]
    return es.Network(cells, sources, late, loop, *monitors, dt=0.5 * ms, target="cuda", seed=4)


def test_the_same_as_in_process_and_in_pieces(tmp_path):
    build().export(tmp_path / "out", "cuda")
    commands = [
        ["--duration", "12 ms"],
        ["--duration", "5 ms", "--out", "pieces"],
        ["--duration", "7 ms", "--out", "pieces", "--resume"],
        ["--duration", "2 ms", "--out", "seeded", "--seed", "9", "--set", "cells.V=0.5"],
    ]
    answers = carry_out(tmp_path / "out", *commands, surroundings=os.environ)
    assert [tuple(answer) for answer in answers] == [(0, "", "")] * 4
    net = build()
    net.run(12 * ms)
    assert len(net["spikes"].i) > 5
    for name, values in expected(net).items():
        np.testing.assert_allclose(result(tmp_path / "out" / "results", name), values, rtol=1e-12, err_msg=name)
    assert_same(tmp_path / "out" / "results", tmp_path / "out" / "pieces")
    assert files(tmp_path / "out" / "seeded")["trace.V.npy"][:, 0].tolist() == [0.5, 0.5]
    results = es.load_results(tmp_path / "out")
    np.testing.assert_array_equal(results.spikes["spikes"].i, net["spikes"].i)


def test_numbers_that_are_none_stop_it(tmp_path):
    cells = es.NeuronGroup(3, "dv/dt = v**2/(10*ms) : 1", method="euler", name="cells")
    cells.v = [1, 3, 1]
    es.Network(cells, dt=0.1 * ms, target="cuda").export(tmp_path / "out", "cuda")
    ((status, _, err),) = carry_out(tmp_path / "out", ["--duration", "1s"], surroundings=os.environ)
    assert status == 1
    assert "simulate: cells.v of element" in err
    assert "became inf between" in err


def test_threads_of_the_host_are_refused(tmp_path):
    cells = es.NeuronGroup(300, "dv/dt = -v/(10*ms) : 1", name="cells")
    with pytest.raises(es.EqsimError, match="laid out for one device or for several threads"):
        es.Network(cells, threads=2).export(tmp_path / "out", "cuda")
    assert list(tmp_path.iterdir()) == []
    assert cuda.SIMULATED
