"""Ctrl-C, progress and errors in the middle of a run."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV, second
from tests.network.plain import network, plain
from tests.targets.compiled import TARGETS

ROOT = Path(__file__).resolve().parent.parent.parent

SCRIPT = """
import os, signal, threading, time
import numpy as np
import eqsim as es
from eqsim.units import ms, second

def build():
    cells = es.NeuronGroup(3, "dx/dt = (1.2 - x)/(10*ms) + 0.1*xi/ms**0.5 : 1", threshold="x > 1", reset="x = 0",
                           method="euler", seed=5)
    trace, spikes = es.StateMonitor(cells, "x", dt=10*ms), es.SpikeMonitor(cells)
    return es.Network(cells, trace, spikes, dt=0.1*ms, target=TARGET), trace, spikes

net, trace, spikes = build()
net.run(1*ms)
print("ready", flush=True)

def press():
    while net.t_ < 5:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)

if PRESS:
    threading.Thread(target=press).start()
try:
    net.run(100000*second, progress=PROGRESS)
except KeyboardInterrupt:
    reached = round(float(net.t.rescale("ms").magnitude)*10)
    assert len(trace.t) == -(-reached // 100), (len(trace.t), reached)
    assert trace.x.shape == (3, len(trace.t))
    assert spikes.num_spikes == len(spikes.t) and (spikes.t_ <= net.t_).all()
    net.run(100*ms)
    other, trace2, spikes2 = build()
    other.run((reached + 1000)/10*ms)
    np.testing.assert_array_equal(trace.x, trace2.x)
    np.testing.assert_array_equal(trace.t_, trace2.t_)
    np.testing.assert_array_equal(spikes.i, spikes2.i)
    np.testing.assert_array_equal(spikes.t_, spikes2.t_)
    print("went on from", reached, flush=True)
else:
    print("was not interrupted", flush=True)
"""


def started(target, progress=False, press=True):
    script = textwrap.dedent(SCRIPT).replace("TARGET", repr(target)).replace("PROGRESS", repr(progress))
    script = script.replace("PRESS", repr(press))
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", script], **pipes, env=surroundings, cwd=ROOT)
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize("target", TARGETS)
def test_ctrl_c_loses_nothing_and_the_run_goes_on(target):
    process = started(target)
    output, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors
    assert output.startswith("went on from")
    assert int(output.split()[-1]) > 10
    assert errors == ""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_many_ctrl_c_leave_nothing_hanging():
    process = started("numpy", press=False)
    for _ in range(20):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
        if process.poll() is not None:
            break
    try:
        process.communicate(timeout=100)
    finally:
        process.kill()
    assert process.returncode is not None


def test_progress_is_shown(capfd):
    cell = es.NeuronGroup(1, "dx/dt = 1/ms : 1")
    net = network(cell)
    net.run(50 * ms, progress=True)
    shown = capfd.readouterr()
    assert "100%" in shown.err
    assert "50" in shown.err
    assert shown.out == ""
    net.run(50 * ms)
    assert capfd.readouterr() == ("", "")
    assert np.asarray(cell.x).tolist() == [100]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_progress_of_an_interrupted_run_ends_its_line():
    process = started("numpy", progress=True)
    output, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    assert output.startswith("went on from")
    assert errors.endswith("\n")
    assert "%" in errors


# NaN ----------------------------------------


@pytest.mark.parametrize("target", TARGETS)
def test_nan_names_group_variable_neuron_and_time(target):
    cells = es.NeuronGroup(5, "dV/dt = 1*mV/ms/(t/ms - 3 - i) : mV\ndu/dt = 0/ms : 1", method="euler", name="exc")
    net = network(cells, target=target)
    with pytest.raises(es.EqsimError) as raised:
        net.run(20 * ms)
    told = str(raised.value)
    assert "'exc'" in told
    assert "V" in told
    assert "neuron 0" in told or "element 0" in told
    assert "inf" in told
    # 1/0 in the step that begins at 3 ms; numbers are looked at every so many steps
    reached = float(plain(net.t, "ms"))
    assert f"between 0.0 ms and {reached} ms" in told
    assert 4 <= reached <= 20
    assert raised.value.hint
    assert raised.value.object == "NeuronGroup 'exc'"


def test_nan_is_found_long_before_the_end():
    cells = es.NeuronGroup(5, "dV/dt = V**2/(mV*ms) : mV", method="euler")
    cells.V = 10 * mV
    net = network(cells)
    with pytest.raises(es.EqsimError):
        net.run(1e6 * second)
    assert plain(net.t, "ms") < 10_000


def test_nan_in_synapses_is_told_by_synapse():
    group = es.NeuronGroup(2, "x : 1")
    S = es.Synapses(group, model="dw/dt = -w/ms/off : 1\noff : 1", method="euler", name="feed")
    S.connect(i=[1, 0, 1], j=[1, 1, 0])
    S.w, S.off = 1, [1, 1, 0]
    with pytest.raises(es.EqsimError, match="'feed'") as raised:
        network(group, S).run(5 * ms)
    assert "w of" in str(raised.value)
    assert " 2 " in str(raised.value)  # by its order of creation


def test_nan_that_a_user_set_is_told_too():
    cells = es.NeuronGroup(2, "dV/dt = -V/ms : mV", name="exc")
    cells.V[1] = np.nan * mV
    with pytest.raises(es.EqsimError, match="1"):
        network(cells).run(5 * ms)


def test_infinite_parameters_are_no_mistake():
    cells = es.NeuronGroup(2, "dV/dt = -V/tau : mV\ntau : ms\nlimit : mV")
    cells.V, cells.tau, cells.limit = 1 * mV, np.inf * ms, np.inf * mV
    network(cells).run(5 * ms)
    np.testing.assert_allclose(cells.V_, [1, 1])


def test_what_was_recorded_before_a_nan_stays():
    cells = es.NeuronGroup(1, "dV/dt = 1*mV/ms/(t/ms - 3) : mV", method="euler")
    M = es.StateMonitor(cells, "V")
    net = network(cells, M)
    with pytest.raises(es.EqsimError):
        net.run(20 * ms)
    np.testing.assert_allclose(M.V_[0, :3], [0, -1 / 3, -1 / 3 - 1 / 2])
    assert len(M.t) == M.V.shape[1] == round(float(plain(net.t, "ms")))
    cells.V = 0 * mV
    net.run(2 * ms)  # and the run goes on once the cause is removed
    assert len(M.t) == M.V.shape[1] == round(float(plain(net.t, "ms")))
