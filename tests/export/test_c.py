"""Networks as programs in C: what they compute is what the network computes in process."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV
from tests.export import features
from tests.export.c_programs import compiled, files, needs_compiler, simulate
from tests.network import lively
from tests.targets.compiled import REASON
from tests.test_reference import CASES, Run, plain

pytestmark = needs_compiler


def same(results, net, tolerance=1e-9):
    """Assert that all that monitors recorded is the same: events to the last one, values within a tolerance."""
    for name, thing in of_kind(net, es.EventMonitor):
        read = {**results.spikes, **results.events}[name]
        if not thing._keep:
            np.testing.assert_array_equal(read.count, thing.count)
            continue
        np.testing.assert_array_equal(read.i, thing.i)
        np.testing.assert_array_equal(read.t_, thing.t_)
        for variable in thing._variables:
            close(getattr(read, f"{variable}_"), getattr(thing, f"{variable}_"), tolerance)
    for name, thing in of_kind(net, es.StateMonitor):
        np.testing.assert_array_equal(results.states[name].t_, thing.t_)
        np.testing.assert_array_equal(results.states[name].record, thing.record)
        for variable in thing._variables:
            close(getattr(results.states[name], f"{variable}_"), getattr(thing, f"{variable}_"), tolerance)
    for name, thing in of_kind(net, es.PopulationRateMonitor):
        np.testing.assert_array_equal(results.rates[name].t_, thing.t_)
        np.testing.assert_allclose(results.rates[name].rate_, thing.rate_, rtol=1e-12)


def of_kind(net, kind):
    return [(thing.name, thing) for thing in net if isinstance(thing, kind)]


def close(found, expected, tolerance):
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    if found.dtype.kind == "f":
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    else:
        np.testing.assert_array_equal(found, expected)


REFERENCE = {"coba_400", "cobahh_200", "stdp_pairs", "hetero_delays"}
SLOW = pytest.mark.slow
QUICK = "numba" if REASON else "cython"  # compiles in a fifth of the time


@pytest.mark.parametrize("case", [case for case in CASES if case.name in REFERENCE], ids=str)
def test_reference_networks(tmp_path, case):
    run = Run(case, "numba", start=False)
    compiled(run.network, tmp_path / "out")
    duration = case.exact or float(plain(run.value(run.model["duration"]), "ms"))
    simulate(tmp_path / "out", "--duration", f"{duration} ms")
    run.network.run(duration * ms)
    results = es.load_results(tmp_path / "out")
    same(results, run.network, case.tolerance)
    assert run.spikes is None or len(run.spikes.i) > 0
    assert results.t == run.network.t
    assert results.finished


@pytest.mark.parametrize(
    ("lanes", "dtype", "target"),
    [
        (2, "float64", QUICK),
        (1, "float32", QUICK),
        *(pytest.param(*options, "numba", marks=SLOW) for options in [(1, "float64"), (2, "float64"), (1, "float32")]),
    ],
)
def test_every_kind_of_state(tmp_path, lanes, dtype, target):
    net = lively.build(target, threads=lanes, dtype=dtype)
    out = compiled(net, tmp_path / "out", entries=64)
    for members in (1, lanes):
        simulate(out, "--duration", "150ms", "--threads", members, "--out", tmp_path / str(members))
    net.run(150 * ms)
    assert len(net["spikes"].i) > 300
    same(es.load_results(tmp_path / "1"), net, 1e-9 if dtype == "float64" else 3e-4)
    assert files(tmp_path / "1") == files(tmp_path / str(lanes))


@pytest.mark.parametrize(("lanes", "target"), [(2, QUICK), pytest.param(1, "numba", marks=SLOW)])
def test_every_kind_of_text(tmp_path, lanes, target):
    net = features.build(target, threads=lanes)
    out = compiled(net, tmp_path / "out", entries=16)
    simulate(out, "--duration", "100ms")
    net.run(100 * ms)
    assert len(net["low"].i) > 100
    assert len(net["spikes"].i) > 10
    same(es.load_results(out), net)


def crowded(lanes=1, target=QUICK):
    """A network whose queues must grow: spikes in most steps, and delays of many."""
    neurons = es.NeuronGroup(150, "dx/dt = -x/(50*ms) : 1\ny : 1", name="neurons")
    times = np.arange(0.3, 60, 0.3)
    source = es.SpikeGeneratorGroup(1, np.zeros(len(times), int), times * ms, name="source")
    late = es.Synapses(source, neurons, on_pre="x += 1", delay=31 * ms, name="late")
    late.connect()
    varied = es.Synapses(source, neurons, on_pre="y += i + 1", name="varied")
    varied.connect()
    varied.pre.delay = "(1 + j*0.3)*ms"
    trace = es.StateMonitor(neurons, ["x", "y"], record=[0, 80, 149], name="trace")
    return es.Network(neurons, source, late, varied, trace, dt=0.1 * ms, threads=lanes, target=target)


@pytest.mark.parametrize("lanes", [1, 2])
def test_queues_grow(tmp_path, lanes):
    net = crowded(lanes)
    out = compiled(net, tmp_path / "out")
    simulate(out, "--duration", "40ms")
    simulate(out, "--resume", "--duration", "40ms")
    net.run(80 * ms)
    same(es.load_results(out), net)
    rings = [np.load(out / folder / "late._ring_pre.npy") for folder in ("state", "results/state")]
    assert len(rings[1]) > len(rings[0])


def test_spikes_under_way_when_connections_change(tmp_path):
    cells = es.NeuronGroup(70, "dx/dt = (1.5 - x)/(5*ms) : 1", threshold="x > 1", reset="x = 0", name="cells")
    cells.x = "i/70"
    delays = {"pre": 4 * ms, "post": 2 * ms}
    synapses = es.Synapses(cells, cells, "q : 1", on_pre="x += 0.1*q", on_post="q += 0.01", name="s", delay=delays)
    synapses.connect(p=0.3)
    synapses.q = "rand()*0.1"
    net = es.Network(cells, synapses, es.SpikeMonitor(cells, name="spikes"), dt=0.1 * ms, target=QUICK)
    net.run(20 * ms)
    synapses.connect(i=0, j=1)
    before = len(net["spikes"].i)
    out = compiled(net, tmp_path / "out")
    simulate(out, "--duration", "30ms")
    net.run(30 * ms)
    spikes = es.load_results(out).spikes["spikes"]
    np.testing.assert_array_equal(spikes.i, net["spikes"].i[before:])
    np.testing.assert_array_equal(spikes.t_, net["spikes"].t_[before:])
    assert len(spikes.i) > 300


def test_arithmetic_and_names_that_mean_something_to_c(tmp_path):
    cells = es.NeuronGroup(
        3,
        """k : integer
           b : boolean
           r : 1
           linux : 1
           EOF : 1
           asin : 1
           y = arcsin(EOF/10)*asin + linux : 1""",
        name='a/b "c" \\',
    )
    cells.asin = 2
    cells.run_regularly(
        "k = (k*7 + 3) % 11 - 5 + k//3 + int(b); b = not b or k > 3 and k != 4;"
        "r = k/4 + 2**k*1e-3 + k**2 + min(k, 2, 0.5) + max(k, 1) + clip(k, -1, 3) + abs(k) + (1 if b else k) + (-k)**2;"
        "r = r - -r/3 + sign(r) + ceil(r/3) - floor(-r/7) + mod(r, 3.5) + (r % -2) + r//1.5 + heaviside(r - 1)"
        "+ timestep(t, dt) + tanh(r) + log(abs(r) + 1) + abs(r)**0.5 + abs(r)**1.3 + 3000000000*k*1e-9"
    )
    net = es.Network(cells, es.StateMonitor(cells, ["k", "b", "r", "y"], name="m m"), dt=1 * ms, target=QUICK)
    out = compiled(net, tmp_path / "out")
    simulate(out, "--duration", "50ms", "--set", 'a/b "c" \\.EOF = 3')
    cells.EOF = 3
    net.run(50 * ms)
    same(es.load_results(out), net)


# one program, many questions ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The lively network as a program."""
    return compiled(lively.build(QUICK), tmp_path_factory.mktemp("lively") / "out", entries=64)


def ran(**options):
    net = lively.build(QUICK, **options)
    net.run(30 * ms)
    return net


def test_a_seed_is_that_of_a_network(program, tmp_path):
    simulate(program, "--duration", "30ms", "--seed", "7", "--out", tmp_path)
    results = es.load_results(tmp_path)
    same(results, ran(of_network=7))
    assert results.seed == 7
    simulate(program, "--duration", "30ms", "--out", tmp_path)
    with pytest.raises(AssertionError):
        same(es.load_results(tmp_path), ran(of_network=7))


def test_a_captured_value_is_set(program, tmp_path):
    simulate(program, "--duration", "30ms", "--set", "neurons.tau=8ms", "--out", tmp_path)
    same(es.load_results(tmp_path), ran(tau=8 * ms))


def test_variables_are_set(program, tmp_path):
    words = ["--set", "own.w = 1500*uV", "--set=neurons.V=-0.5e-3 volt", "--set", "neurons.jumps=2"]
    simulate(program, "--duration", "30ms", *words, "--out", tmp_path)
    net = lively.build(QUICK)
    net["own"].w, net["neurons"].V, net["neurons"].jumps = 1.5 * mV, -0.5 * mV, 2
    net.run(30 * ms)
    same(es.load_results(tmp_path), net)


def test_parameters_are_read_from_their_file(program, tmp_path):
    file = program / "parameters.txt"
    before = file.read_text()
    assert "neurons.tau = 10.0 ms" in before
    try:
        file.write_text(before.replace("neurons.tau = 10.0 ms", "neurons.tau = 0.008 second  # shorter"))
        simulate(program, "--duration", "30ms", "--out", tmp_path)
    finally:
        file.write_text(before)
    same(es.load_results(tmp_path), ran(tau=8 * ms))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_and_resumed_is_as_run_at_once(program, tmp_path, number):
    words = ["--duration", "10 second", "--seed", "3", "--set", "neurons.tau=9ms", "--out", tmp_path / "parts"]
    running = subprocess.Popen([program / "simulate", *words], stderr=subprocess.PIPE, text=True)
    time.sleep(0.25)
    running.send_signal(number)
    _, told = running.communicate(timeout=10)
    assert running.returncode == 130, told
    assert "--resume" in told
    results = es.load_results(tmp_path / "parts")
    assert 0 * ms < results.t < 10000 * ms
    assert not results.finished
    assert len(results.states["trace"].t) == len(results.states["trace"].V[0]) > 0
    simulate(program, "--resume", "--out", tmp_path / "parts")
    simulate(program, *words[:-1], tmp_path / "whole")
    assert files(tmp_path / "parts") == files(tmp_path / "whole")
    assert es.load_results(tmp_path / "parts").finished
    assert "its end" in simulate(program, "--resume", "--out", tmp_path / "parts", status=2)


def test_a_run_is_prolonged(program, tmp_path):
    simulate(program, "--duration", "13ms", "--out", tmp_path / "parts")
    simulate(program, "--resume", "--duration", "17ms", "--out", tmp_path / "parts")
    simulate(program, "--duration", "30ms", "--out", tmp_path / "whole")
    assert files(tmp_path / "parts") == files(tmp_path / "whole")
    state = files(tmp_path / "parts" / "state")
    for name, values in files(tmp_path / "whole" / "state").items():
        assert "_run_" in name or state[name] == values, name


MISTAKES = [
    ([], ["--duration is missing"]),
    (["--durration", "1s"], ["no option '--durration'", "did you mean --duration?"]),
    (["--duration"], ["--duration needs a value"]),
    (["--duration", "1 mV"], ["has another unit", "ms"]),
    (["--duration", "10"], ["has another unit", "10 ms"]),
    (["--duration", "-1 ms"], ["at least 0"]),
    (["--duration", "1 secnd"], ["'secnd' is no unit", "did you mean second?"]),
    (["--duration", "1 S"], ["'S' is no unit", "did you mean siemens?"]),
    (["--duration", "long"], ["no number"]),
    (["--duration", "1ms", "--seed", "-3"], ["--seed", "whole number"]),
    (["--duration", "1ms", "--set", "neurons.tua=1ms"], ["no value 'neurons.tua'", "did you mean neurons.tau?"]),
    (["--duration", "1ms", "--set", "neurons.tau"], ["NAME=VALUE"]),
    (["--duration", "1ms", "--set", "neurons.tau=5mV"], ["'5mV' has another unit than neurons.tau", "in ms"]),
    (["--duration", "1ms", "--set", "neurons.jumps=5mV"], ["plain number"]),
    (["--duration", "1ms", "--set", "own.delay=5ms"], ["cannot be set", "export again"]),
    (["--duration", "1ms", "--set", "background.rate=5Hz"], ["cannot be set", "export again"]),
    (["--resume", "--out", "OUT/none"], ["no run to resume"]),
]


@pytest.mark.parametrize(("words", "told"), MISTAKES, ids=[" ".join(words) for words, _ in MISTAKES])
def test_mistakes_are_told_before_anything_runs(program, tmp_path, words, told):
    words = [word.replace("OUT", str(tmp_path)) for word in words]
    out = [] if "--out" in words else ["--out", tmp_path / "results"]
    text = simulate(program, *words, *out, status=2)
    assert text.startswith("simulate: ")
    assert all(part in text for part in told), text
    assert list(tmp_path.iterdir()) == []


def test_mistakes_in_parameters_are_told_with_their_line(program, tmp_path):
    file = program / "parameters.txt"
    before = file.read_text()
    try:
        file.write_text("# nothing\n\nneurons.tau = 5 mV\n")
        text = simulate(program, "--duration", "1ms", "--out", tmp_path / "results", status=2)
    finally:
        file.write_text(before)
    assert "parameters.txt, line 3" in text


def test_list_and_help(program):
    listed = simulate(program, "--list")
    assert "neurons.tau" in listed
    assert "own.delay" in listed
    assert "--resume" in simulate(program, "--help")


def test_no_word_of_python_is_needed(program, tmp_path):
    simulate(program, "--duration", "5ms", "--out", tmp_path, env={})
    assert not [path for path in program.rglob("*") if path.suffix in {".py", ".pyc", ".so"}]
    linked = subprocess.run(["strings", "-a", program / "simulate"], capture_output=True, text=True, check=False).stdout
    assert "libpython" not in linked
    assert sys.prefix not in linked


def test_results_of_another_export_are_not_resumed(program, tmp_path):
    other = compiled(crowded(), tmp_path / "other")
    simulate(other, "--duration", "1ms", "--out", tmp_path / "results")
    assert "another export" in simulate(program, "--resume", "--out", tmp_path / "results", status=2)


def test_numbers_that_are_none_end_a_run(tmp_path):
    group = es.NeuronGroup(3, "dx/dt = x**3/(1*ms) : 1", method="euler", name="group")
    group.x = [0, 0.5, 0]
    trace = es.StateMonitor(group, "x", name="trace")
    out = compiled(es.Network(group, trace, dt=0.1 * ms), tmp_path / "out")
    text = simulate(out, "--duration", "100ms", status=1)
    assert "group.x of element 1 became" in text
    results = es.load_results(out)
    assert not results.finished
    assert 0 * ms < results.t < 100 * ms
    assert len(results.states["trace"].t) == results.states["trace"].x.shape[1] > 10


def test_networks_without_units(tmp_path):
    group = es.NeuronGroup(4, "dx/dt = (a - x)/tau\na", name="group", namespace={"tau": 3})
    group.a = [1, 2, 3, 4]
    net = es.Network(group, es.StateMonitor(group, "x", name="trace"), dt=0.5, target=QUICK)
    out = compiled(net, tmp_path / "out")
    assert "another unit" in simulate(out, "--duration", "5 ms", status=2)
    simulate(out, "--duration", "20", "--set", "group.tau=4")
    group._variables.namespace["tau"] = 4
    net.run(20)
    same(es.load_results(out), net)
    assert es.load_results(out).t == 20


def test_a_network_that_has_run_goes_on(tmp_path):
    net, whole = lively.build(QUICK), lively.build(QUICK)
    whole.run(20 * ms)
    net.run(10 * ms)
    out = compiled(net, tmp_path / "out")
    simulate(out, "--duration", "10ms")
    results, late = es.load_results(out), whole["spikes"].t_ >= 10 - 1e-9
    np.testing.assert_array_equal(results.spikes["spikes"].i, whole["spikes"].i[late])
    np.testing.assert_array_equal(results.spikes["spikes"].t_, whole["spikes"].t_[late])
    assert results.t == 20 * ms
