"""A network as a project: what it holds, what is refused by name, and that nothing is written then."""

import json

import numpy as np
import pytest

import eqsim as es
from eqsim.lowering.program import Address
from eqsim.network.exporting import project
from eqsim.units import Hz, ms, mV


def network(*more, **options):
    neurons = es.NeuronGroup(
        20,
        """
        dV/dt = (E - V)/tau : mV
        E : mV (shared)
        k : 1
        """,
        threshold="V > 10*mV",
        reset="V = 0*mV",
        namespace={"tau": 10 * ms},
        name="neurons",
    )
    neurons.E = 12 * mV
    synapses = es.Synapses(neurons, neurons, "w : mV", on_pre="V += w", delay=1 * ms, name="synapses")
    synapses.connect(p=0.3)
    synapses.w = "rand()*mV"
    spikes = es.SpikeMonitor(neurons[3:10], name="spikes")
    voltages = es.StateMonitor(neurons, "V", record=[1, 4], name="voltages")
    return es.Network(neurons, synapses, spikes, voltages, *(make(neurons) for make in more), dt=0.1 * ms, **options)


def array(made, path):
    return made.array(Address(*path.split(".")))


def test_arrays_are_told_apart():
    net = network()
    made = project(net, "c")
    assert array(made, "neurons.V").written
    assert not array(made, "neurons.E").written
    assert not array(made, "synapses.w").written
    assert array(made, "neurons._spike_words").view_of == Address("neurons", "_spike")
    assert array(made, "spikes._record_i").record
    assert array(made, "spikes._within").values.tolist()[3:10] == list(range(7))
    files = [one.file for one in made.arrays if one.file]
    assert len({file.lower() for file in files}) == len(files)
    assert made.step == 0
    assert made.time_unit == "ms"


def test_what_was_recorded_before_stays_behind():
    net = network()
    net.run(5 * ms)
    made = project(net, "c")
    assert made.step == 50
    assert array(made, "voltages._record_V_count").values.tolist() == [0]
    np.testing.assert_array_equal(array(made, "neurons.V").values, net["neurons"].V_)
    net.run(5 * ms)  # an export takes nothing away
    assert len(net["voltages"].t) == 100


def test_settables_and_what_is_fixed():
    net = network()
    made = project(net, "c")
    told = {one.path: (one.shape, one.size, one.unit, one.value) for one in made.settables}
    assert told == {
        "neurons.V": ("array", 20, "mV", 0.0),
        "neurons.E": ("array", 1, "mV", 12.0),
        "neurons.tau": ("constant", 1, "ms", 10.0),
        "synapses.w": ("array", len(net["synapses"]), "mV", None),
    }
    assert set(made.fixed) == {"neurons.k", "synapses.delay", "synapses.pre.delay"}
    assert "export again" in made.fixed["synapses.delay"]


def test_streams_are_numbered_by_place():
    made = project(network(), "c")
    assert made.streams[Address("neurons", "_stream")] == 0
    assert made.streams[Address("synapses", "_stream")] == 1


def test_texts_are_those_that_were_written():
    text = project(network(), "c").texts["neurons"]
    assert "dV/dt = (E - V)/tau : mV" in text
    assert "threshold: V > 10*mV" in text
    assert "reset: V = 0*mV" in text


def operation(_):
    return es.NetworkOperation(lambda: None, name="breathe")


def called(neurons):
    return es.Input(neurons, "E", lambda t: 1 * mV, name="hand")


@pytest.mark.parametrize("target", ["c", "numba", "cython", "cuda"])
@pytest.mark.parametrize(
    ("make", "words"),
    [(operation, ["NetworkOperation 'breathe'", "operation"]), (called, ["Input 'hand'", "TimedArray"])],
)
def test_python_is_refused_by_name(tmp_path, target, make, words):
    net = network(make)
    with pytest.raises(es.EqsimError) as caught:
        net.export(tmp_path / "out", target)
    assert all(word in str(caught.value) for word in words)
    assert list(tmp_path.iterdir()) == []


def wiggle(x):
    return x * x


def test_functions_of_python_are_refused_by_name(tmp_path):
    wiggling = {"wiggle": es.function(wiggle)}
    group = es.NeuronGroup(2, "dx/dt = -wiggle(x)/(5*ms) : 1", namespace=wiggling)
    net = es.Network(group)
    with pytest.raises(es.EqsimError, match="wiggle") as caught:
        net.export(tmp_path / "out", "c")
    assert "target='numba'" in caught.value.hint
    assert list(tmp_path.iterdir()) == []
    assert project(net, "numba").program.launches


def test_a_target_that_there_is_not(tmp_path):
    with pytest.raises(es.EqsimError, match="did you mean 'cython'"):
        network().export(tmp_path / "out", "cyton")
    assert list(tmp_path.iterdir()) == []


def test_other_folders_stay_as_they_are(tmp_path):
    (tmp_path / "thesis.tex").write_text("all of it")
    with pytest.raises(es.EqsimError, match="something else"):
        network().export(tmp_path, "c")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_an_earlier_export_is_replaced_and_its_results_stay(tmp_path):
    net = network()
    net.export(tmp_path / "out", "c")
    (tmp_path / "out" / "results").mkdir()
    (tmp_path / "out" / "results" / "results.json").write_text("{}")
    (tmp_path / "out" / "stray").write_text("")
    net["neurons"].E = 13 * mV
    net.export(tmp_path / "out", "c")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not (tmp_path / "out" / "stray").exists()
    assert (tmp_path / "out" / "results" / "results.json").exists()
    assert np.load(tmp_path / "out" / "state" / "neurons.E.npy").tolist() == [13.0]
    assert json.loads((tmp_path / "out" / "network.json").read_text())["target"] == "c"
    assert "neurons.E = 13.0 mV" in (tmp_path / "out" / "parameters.txt").read_text()


def test_names_of_files_serve_every_system(tmp_path):
    group = es.NeuronGroup(2, "dv/dt = V/(5*ms) : 1\ndV/dt = -v/(5*ms) : 1", name="a/b c")
    es.Network(group).export(tmp_path / "out", "c")
    names = {path.name for path in (tmp_path / "out" / "state").iterdir()}
    assert {"a_b_c.v.npy", "a_b_c.V-2.npy"} <= names or {"a_b_c.V.npy", "a_b_c.v-2.npy"} <= names


def test_rates_of_inputs_are_fixed():
    drive = project(network(lambda group: es.PoissonInput(group, "V", 10, 5 * Hz, 1 * mV, name="noise")), "c")
    assert "noise.rate" in drive.fixed
    assert "noise.weight" in {one.path for one in drive.settables}


@pytest.mark.parametrize(("given", "written"), [(2 * ms, "refractory: 2.0 ms"), ("V > 5*mV", "refractory: V > 5*mV")])
def test_arguments_stand_in_texts_as_they_were_given(given, written):
    group = es.NeuronGroup(2, "dV/dt = -V/(5*ms) : mV", threshold="V > 10*mV", refractory=given, name="group")
    assert written in project(es.Network(group), "c").texts["group"].splitlines()
