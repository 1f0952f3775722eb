"""Networks exported as Python programs: without eqsim they do, bit for bit, what they do in process."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import eqsim as es
from eqsim.units import Hz, ms, mV
from tests.export.programs import carry_out, files, result
from tests.targets.compiled import COMPILED

DURATION = "200 ms"
SET = ["--set", "cells.V = 2.5*mV", "--set", "noise.weight=1e-3 volt"]


def lively(target, seed=11, threads=2):
    """Return a small network with noise, refractoriness, delays of all kinds, plasticity, inputs and monitors."""
    es.seed(3)
    cells = es.NeuronGroup(
        90,
        """dV/dt = (E + g - V)/tau + 0.3*mV*xi/ms**0.5 : mV (unless refractory)
           dg/dt = -g/(4*ms) : mV
           E : mV""",
        "V > 15*mV",
        "V = 0*mV",
        2 * ms,
        method="euler",
        namespace={"tau": 9 * ms},
        name="cells",
    )
    cells.V, cells.E = "rand()*15*mV", 13 * mV
    stdp = "w : mV\ndA/dt = -A/(9*ms) : mV (event-driven)\ndB/dt = -B/(6*ms) : mV (event-driven)"
    sources = es.PoissonGroup(40, 60 * Hz, name="sources")
    late = es.Synapses(
        sources, cells, stdp, "g_post += w; A += 0.1*mV; w += B", "B += 0.1*mV; w += A", method="exact", name="late"
    )
    late.connect(p=0.2)
    late.w, late.delay = 2 * mV, "1*ms + rand()*3*ms"
    loop = es.Synapses(cells, on_pre="V_post -= 1*mV", delay=1.5 * ms, name="loop")
    loop.connect("i != j", p=0.1)
    noise = es.PoissonInput(cells, "g", 8, 30 * Hz, 0.5 * mV, name="noise")
    monitors = [
        es.SpikeMonitor(cells, "V", name="spikes"),
        es.SpikeMonitor(cells[20:50], name="part"),
        es.SpikeMonitor(cells[1:], record=False, name="counted"),
        es.StateMonitor(cells, ["V", "g"], record=[0, 7, 31], dt=1 * ms, name="trace"),
        es.PopulationRateMonitor(cells, name="rates"),
    ]
    return es.Network(
        cells, sources, late, loop, noise, *monitors, dt=0.5 * ms, target=target, threads=threads, seed=seed
    )


def expected(net):
    """Return what monitors of a network hold, by the names of the files in which a program puts it."""
    found = {}
    for thing in net:
        name = thing.name
        if isinstance(thing, es.EventMonitor) and not thing._keep:
            found[f"{name}.count"] = thing.count
        elif isinstance(thing, es.EventMonitor):
            found |= {f"{name}.i": thing.i, f"{name}.t": thing.t_}
            found |= {f"{name}.{v}": thing._recorded(v) for v in thing._variables}
        elif isinstance(thing, es.StateMonitor):
            found[f"{name}.t"] = thing.t_
            found |= {f"{name}.{v}": thing._recorded(v) for v in thing.record_variables}
        elif isinstance(thing, es.PopulationRateMonitor):
            found |= {f"{name}.t": thing.t_, f"{name}.rate": thing.rate_}
    return found


def same(folder, net):
    told = expected(net)
    assert told
    for name, values in told.items():
        np.testing.assert_array_equal(result(folder, name), values, err_msg=name)
    return sum(len(values) for name, values in told.items() if name.endswith(".i"))


@pytest.fixture(scope="module", params=COMPILED)
def target(request):
    return request.param


@pytest.fixture(scope="module")
def program(tmp_path_factory, target):
    """A program of a lively network with two threads, and the runs that the tests look at."""
    folder = tmp_path_factory.mktemp("export") / "program"
    lively(target).export(folder, target)
    answers = carry_out(
        folder,
        ["--duration", DURATION],
        ["--duration", DURATION, "--out", "alone", "--threads", "1"],
        ["--duration", "70 ms", "--out", "pieces"],
        ["--duration", "130 ms", "--out", "pieces", "--resume"],
        ["--duration", DURATION, "--out", "seeded", "--seed", "5"],
        [
            "--duration",
            "90 ms",
            "--out",
            "again",
            "--seed",
            "5",
            "--set",
            "cells.V = 2.5 mV",
            "--set",
            "noise.weight=1 mV",
        ],
        ["--duration", "110 ms", "--out", "again", "--resume"],
        ["--duration", DURATION, "--out", "set", "--seed", "5", *SET],
        ["--list"],
    )
    return folder, answers


def test_all_of_it_was_carried_out(program):
    _, answers = program
    assert [tuple(answer) for answer in answers[:-1]] == [(0, "", "")] * 8, answers


def test_the_same_as_in_process(program, target):
    net = lively(target)
    net.run(200 * ms)
    assert same(program[0] / "results", net) > 100


def test_threads_change_nothing(program):
    assert_same(program[0] / "results", program[0] / "alone")


def assert_same(one, other):
    left, right = files(one), files(other)
    assert left.keys() == right.keys()
    for name, values in left.items():
        if not name.startswith(("state/late._ring", "state/loop._ring")):  # places that were used
            np.testing.assert_array_equal(values, right[name], err_msg=name)


def test_stop_and_resume_is_one_run(program):
    assert_same(program[0] / "results", program[0] / "pieces")
    told = [json.loads((program[0] / name / "results.json").read_text()) for name in ("results", "pieces")]
    assert told[0] == told[1]
    assert told[0]["finished"]


def test_a_seed_is_that_of_the_network(program, target):
    net = lively(target, seed=5)
    net.run(200 * ms)
    assert same(program[0] / "seeded", net) > 100


def test_settings_are_values_of_the_objects(program, target):
    net = lively(target, seed=5)
    net["cells"].V, net["noise"].weight = 2.5 * mV, 1 * mV
    net.run(200 * ms)
    assert same(program[0] / "set", net) > 100
    assert_same(program[0] / "set", program[0] / "again")


def test_the_list_says_what_may_be_set(program):
    status, out, _ = program[1][-1]
    assert status == 0
    lines = out.splitlines()
    assert any(line.startswith("noise.weight") and "an argument" in line for line in lines)
    assert any(line.startswith("late.delay") and "export again" in line for line in lines)


def test_every_kernel_has_its_model_over_it(program, target):
    name = "kernels/cells_update.py" if target == "numba" else "network.pyx"
    text = (program[0] / name).read_text()
    assert "# dV/dt = (E + g - V)/tau + 0.3*mV*xi/ms**0.5 : mV (unless refractory)" in text
    assert "eqsim_generated" not in "".join(path.read_text() for path in program[0].rglob("*.py"))


def test_mistakes_on_the_command_line(program):
    folder, _ = program
    duration = ["--duration", "10 ms", "--out", "wrong"]
    cases = {
        (): "--duration is missing\n  hint: as in --duration 1s",
        ("--duration", "10 mV"): "another unit than ms",
        ("--duration", "-1 ms"): "cannot be run",
        (*duration, "--set", "cells.v=1"): "did you mean cells.V?",
        (*duration, "--set", "late.delay=1ms"): "export again",
        (*duration, "--set", "cells.V=1"): "another unit than mV",
        (*duration, "--set", "cells.V"): "NAME=VALUE",
        (*duration, "--seed", "-1"): "no such number",
        (*duration, "--seed", "1", "--resume"): "cannot change in a run",
        ("--resume", "--out", "nothing"): "no run to resume in nothing",
        ("--resume",): "has come to its end",
        ("--duration", "1 ms", "--out", "."): "holds a program",
        ("--durations", "1 ms"): "did you mean --duration?",
    }
    for (command, words), (status, out, err) in zip(cases.items(), carry_out(folder, *cases), strict=True):
        assert (status, out) == (2, ""), command
        assert words in err, command
        assert "Traceback" not in err
    assert not (folder / "wrong").exists()


def test_parameters_txt_is_read(program):
    folder, _ = program
    path = folder / "parameters.txt"
    before = path.read_text()
    try:
        path.write_text(before.replace("noise.weight = 0.5 mV", "noise.weight = 1 mV") + "\ncells.V = 2.5*mV\n")
        one, wrong = ["--duration", DURATION, "--seed", "5", "--out", "filed"], "\nnoise.weigth = 3\n"
        ((status, _, _),) = carry_out(folder, one)
        path.write_text(before + wrong)
        ((refused, _, err),) = carry_out(folder, one)
    finally:
        path.write_text(before)
    assert (status, refused) == (0, 2)
    assert f"parameters.txt, line {len(before.splitlines()) + 2}" in err
    assert "did you mean noise.weight?" in err
    assert_same(folder / "filed", folder / "set")


def test_numbers_that_are_none_stop_it(tmp_path):
    cells = es.NeuronGroup(5, "dv/dt = v**2/(10*ms) : 1", method="euler", name="cells")
    cells.v = [1, 1, 3, 1, 1]
    trace = es.StateMonitor(cells, "v", record=[0], name="trace")
    es.Network(cells, trace, dt=0.1 * ms).export(tmp_path / "out", target="numba")
    ((status, _, err),) = carry_out(tmp_path / "out", ["--duration", "1 second"])
    assert status == 1
    assert "cells.v of element 2 became inf between" in err
    told = json.loads((tmp_path / "out" / "results" / "results.json").read_text())
    assert 0 < told["reached"] < told["duration"] == 1000
    assert not told["finished"]
    assert result(tmp_path / "out" / "results", "trace.v").shape == (1, round(told["reached"] / 0.1))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_between_two_steps(program, number):
    folder, _ = program
    out = folder / f"stopped{int(number)}"
    command = [sys.executable, "-I", "simulate.py", "--duration", "1e9 ms", "--out", out.name]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as running:
        while not out.exists() and running.poll() is None:
            time.sleep(0.05)
        time.sleep(0.3)
        running.send_signal(number)
        err = running.stderr.read()
    assert running.returncode == 130, err
    assert "--resume" in err
    reached = json.loads((out / "results.json").read_text())["reached"]
    assert reached > 0
    whole = ["--duration", f"{reached + 20} ms", "--out", "whole"]
    answers = carry_out(folder, ["--duration", "20 ms", "--resume", "--out", out.name], whole)
    assert [status for status, *_ in answers] == [0, 0], answers
    assert_same(out, folder / "whole")
