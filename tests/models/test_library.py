"""The library as an object: its names, its models as values, and the groups that they make."""

import copy
import dataclasses
import pickle
import subprocess
import sys

import numpy as np
import pytest

import eqsim as es
from eqsim.text.errors import ReadOnlyError, UnitsError, UnknownModelError, UnknownNameError
from eqsim.units import Mohm, ms, mV, nA


def plain(value, unit):
    return np.asarray(value.rescale(unit).magnitude)


def test_names():
    wanted = """LIF LIFRef QuaIF AdQuaIF ExpIF AdExIF Gif Izhikevich HindmarshRose FHN MorrisLecar HH WangBuzsakiHH
        PinskyRinzel ResonateAndFire Theta ALIF QuaIFRef AdQuaIFRef ExpIFRef AdExIFRef"""
    assert set(wanted.split()) <= set(es.neurons)
    wanted = "ThresholdLinear WilsonCowan FHN StuartLandau Kuramoto JansenRit VanDerPol QIF"
    assert set(wanted.split()) <= set(es.rates)


@pytest.mark.parametrize("library", [es.neurons, es.rates, es.channels, es.ions], ids=lambda library: library.name)
def test_a_library_knows_its_models(library):
    names = list(library)
    assert len(names) == len(library) == len(set(names))
    assert set(names) <= set(dir(library))
    assert all(name in library and hasattr(library, name) for name in names)
    lines = repr(library).splitlines()
    assert lines[0] == f"es.{library.name}: {len(names)} models"
    for line, name in zip(lines[1:], names, strict=True):
        assert line.startswith(f"{name} ")
        assert getattr(library, name).about in line


def test_the_table_names_papers():
    assert "  Brette & Gerstner (2005)" in repr(es.neurons)
    assert "  Bellec et al. (2020)" in repr(es.neurons)


def test_an_unknown_model_is_an_attribute_error():
    assert not hasattr(es.neurons, "LIFF")
    assert "LIFF" not in es.neurons
    with pytest.raises(AttributeError) as caught:
        _ = es.neurons.Izikevich
    assert isinstance(caught.value, UnknownModelError)
    assert caught.value.hint == "did you mean 'Izhikevich'?"
    assert caught.value.object == "es.neurons"
    with pytest.raises(UnknownModelError, match=r"there are .*LIF, .*Theta"):
        _ = es.neurons.xyzzy
    assert not hasattr(es.neurons, "__array__")


def test_case_matters_whatever_the_file_system():
    with pytest.raises(UnknownModelError, match="did you mean 'LIF'"):
        _ = es.neurons.lif


def test_a_model_is_a_value():
    model = es.neurons.LIF
    assert model == es.neurons.LIF
    assert model != es.neurons.LIFRef
    assert pickle.loads(pickle.dumps(model)) == copy.deepcopy(model) == model
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.text = ""
    assert repr(model).startswith("<es.neurons.LIF: Leaky integrate-and-fire neuron. Lapicque (1907)")


def test_printed_it_is_its_text_and_paper():
    shown = str(es.neurons.AdExIF)
    assert shown == es.neurons.AdExIF.text
    assert "reference Brette & Gerstner (2005) J Neurophysiol 94:3637" in shown
    assert "dw/dt = (a*(V - E_L) - w)/tau_w" in shown


def test_shown_in_a_notebook():
    html, latex = es.neurons.LIF._repr_html_(), es.neurons.LIF._repr_latex_()
    assert "es.neurons.LIF" in html
    assert "Lapicque (1907)" in html
    assert r"\frac{\mathrm{d}V}{\mathrm{d}t}" in html
    assert r"\frac{\mathrm{d}V}{\mathrm{d}t}" in latex


def test_settable_has_units():
    units = es.neurons.LIF.settable
    assert dict(units) == {
        "I": "nA", "V_rest": "mV", "V_reset": "mV", "V_th": "mV", "R": "Mohm", "tau": "ms", "V": "mV",
    }  # fmt: skip


def test_a_call_makes_a_group_with_the_text_s_defaults():
    group = es.neurons.LIF(3)
    assert isinstance(group, es.NeuronGroup)
    assert group.N == 3
    assert plain(group.tau, "ms").tolist() == [10, 10, 10]
    assert plain(group.V, "mV").tolist() == [0, 0, 0]
    assert group.method == "exact"
    assert es.neurons.LIF((2, 3)).shape == (2, 3)


def test_a_call_sets_parameters_and_initial_values():
    group = es.neurons.LIF(3, tau=[10, 20, 30] * ms, V_rest=-60 * mV, V="V_rest + 2*i*mV", R=2 * Mohm, name="cells")
    assert plain(group.tau, "ms").tolist() == [10, 20, 30]
    assert plain(group.V, "mV").tolist() == [-60, -58, -56]
    assert plain(group.R, "Mohm").tolist() == [2, 2, 2]
    assert group.name == "cells"


def test_defaults_follow_what_the_call_sets():
    group = es.neurons.AdExIF(1, V_T=-55 * mV, delta_T=1 * mV)
    assert plain(group.V_th, "mV") == pytest.approx(-50)


def test_texts_see_the_caller_s_variables():
    spread, tau = 5 * mV, 3 * ms  # tau is a name of the model as well: here its own is meant, without a warning
    group = es.neurons.LIF(4, V="i*spread", threshold="V > V_th + spread", tau=2 * tau)
    assert plain(group.V, "mV").tolist() == [0, 5, 10, 15]
    assert set(group.namespace) == {"spread"}
    shift = 1 * mV
    group.V = "V + shift"
    assert plain(group.V, "mV").tolist() == [1, 6, 11, 16]
    given = es.neurons.LIF(1, threshold="V > V_th + x", namespace={"x": 1 * mV})
    assert set(given.namespace) == {"x"}


def test_seeds_reach_texts():
    first, second, other = (es.neurons.LIF(5, V="rand()*mV", seed=seed) for seed in (1, 1, 2))
    assert first.V_.tolist() == second.V_.tolist() != other.V_.tolist()


def count(group):
    spikes = es.SpikeMonitor(group)
    es.Network(group, spikes, dt=1 * ms, target="numpy").run(100 * ms)
    return np.asarray(spikes.count).tolist()


def test_threshold_reset_and_refractoriness_can_be_given():
    # dV/dt = -V/tau + 4 mV/ms: the closed form of the exact scheme decides each count
    assert count(es.neurons.LIF(1, I=40 * nA, refractory=50 * ms)) == [2]
    assert count(es.neurons.LIF(1, I=40 * nA, threshold="V > 50*mV")) == [0]
    assert count(es.neurons.LIF(1, I=40 * nA, reset="V = -1000*mV")) == [3]
    assert count(es.neurons.LIF(1, I=40 * nA, refractory=0 * ms)) == count(es.neurons.LIF(1, I=40 * nA))
    assert count(es.neurons.LIFRef(1, I=40 * nA)) == count(es.neurons.LIF(1, I=40 * nA, refractory=5 * ms))


def test_the_scheme_can_be_given():
    assert es.neurons.ExpIF(1).method == "exponential_rosenbrock"
    assert es.neurons.ExpIF(1, method="rk4").method == "rk4"


def test_unknown_names_are_told_with_the_nearest_and_units():
    with pytest.raises(UnknownNameError) as caught:
        es.neurons.LIF(1, taus=10 * ms)
    assert caught.value.object == "es.neurons.LIF"
    assert caught.value.hint.startswith("did you mean 'tau'? it has I (nA), V_rest (mV)")


def test_values_that_do_not_fit_are_told():
    with pytest.raises(UnitsError):
        es.neurons.LIF(1, tau=10 * mV)
    with pytest.raises(es.EqsimError, match="2 values"):
        es.neurons.LIF(3, tau=[1, 2] * ms)
    with pytest.raises(ReadOnlyError, match="'EEG' is a subexpression"):
        es.rates.JansenRit(1, EEG=1 * mV)
    with pytest.raises(es.EqsimError, match="a name is a text"):
        es.neurons.LIF(1, name=1)


def test_other_calls_take_a_model():
    group = es.NeuronGroup(2, es.neurons.LIF)
    assert group.model == es.neurons.LIF.text
    longer = es.Equations(es.neurons.LIF, I="I_in") + "I_in = I_syn + 1*nA : nA\nI_syn : nA"
    assert "R*I_in" in str(longer)
    with pytest.raises(es.EqsimError, match="I_in"):  # the file's own line of I was renamed as well
        es.NeuronGroup(1, longer)
    noisy = es.Equations(es.neurons.LIF) + "dI_syn/dt = -I_syn/(5*ms) : nA"
    assert es.NeuronGroup(1, noisy).method == "exact"


def test_a_model_may_follow_a_summed_variable_and_an_input():
    group = es.neurons.LIF(2, tau=10 * ms)
    synapses = es.Synapses(group, group, "I_post = 5*nA : nA (summed)")
    synapses.connect(i=[0, 1], j=[1, 1])
    es.Network(group, synapses, dt=1 * ms, target="numpy").run(200 * ms)
    assert pytest.approx([0, 10], rel=1e-6) == group.V_


def test_nothing_is_read_by_the_import():
    code = """
import pathlib, eqsim
from eqsim.network.library import _read
assert _read.cache_info().currsize == 0
eqsim.neurons.LIF
assert _read.cache_info().currsize == 1
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_adding_a_model_is_one_file(tmp_path, monkeypatch):
    from eqsim.network import library

    (tmp_path / "neurons").mkdir()
    text = "model Decay\n# Decay to nothing.\nreference Nobody (1900) Nowhere 1:1\n"
    text += "dx/dt = -x/tau : 1\ntau = 1*ms : ms (parameter)\n"
    (tmp_path / "neurons" / "Decay.eqs").write_text(text, encoding="utf-8")
    monkeypatch.setattr(library, "_FOLDER", tmp_path)
    assert list(es.neurons) == ["Decay"]
    assert es.neurons.Decay.reference == "Nobody (1900) Nowhere 1:1"
    assert es.neurons.Decay(1, tau=5 * ms).tau_.tolist() == [5]
