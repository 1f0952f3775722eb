"""Records handed to pandas, xarray and neo: the same numbers, with their units."""

import sys

import numpy as np
import pytest

import eqsim as es
from eqsim.units import Hz, ms, mV

pandas = pytest.importorskip("pandas", reason="pip install 'eqsim[io]'")
xarray = pytest.importorskip("xarray", reason="pip install 'eqsim[io]'")
neo = pytest.importorskip("neo", reason="pip install 'eqsim[io]'")


@pytest.fixture(scope="module")
def net():
    group = es.NeuronGroup(
        5, "dV/dt = (1 + i)*mV/ms : mV\nk : integer\non = V > 2*mV : boolean", threshold="V > 9*mV", reset="V = 0*mV"
    )
    trace = es.StateMonitor(group, ["V", "k", "on"], record=[0, 3], dt=2 * ms, name="trace")
    spikes = es.SpikeMonitor(group, "V", name="spikes")
    part = es.SpikeMonitor(group[3:], name="part")
    rate = es.PopulationRateMonitor(group, name="rate")
    silent = es.SpikeMonitor(group[:1], name="silent")
    net = es.Network(group, trace, spikes, part, rate, silent, dt=1 * ms, target="numpy")
    net.run(8 * ms)
    return net


def test_pandas(net):
    frame = net["trace"].to_pandas()
    assert frame.index.name == "t"
    np.testing.assert_array_equal(frame.index, [0, 2, 4, 6])
    np.testing.assert_array_equal(frame["V"].to_numpy().T, net["trace"].V_)
    np.testing.assert_array_equal(frame["V", 3], net["trace"][3].V_)
    assert frame.attrs["units"] == {"t": "ms", "V": "mV", "k": "1", "on": "1"}
    events = net["spikes"].to_pandas()
    assert list(events.columns) == ["i", "t", "V"]
    np.testing.assert_array_equal(events["i"], net["spikes"].i)
    np.testing.assert_array_equal(events["t"], net["spikes"].t_)
    np.testing.assert_array_equal(events["V"], net["spikes"].V_)
    assert events.groupby("i").size().to_dict() == {
        k: int(n) for k, n in enumerate(net["spikes"].count) if n
    }  # fmt: skip
    rate = net["rate"].to_pandas()
    np.testing.assert_array_equal(rate["rate"], net["rate"].rate_)
    assert rate.attrs["units"] == {"t": "ms", "rate": "Hz"}


def test_xarray(net):
    data = net["trace"].to_xarray()
    assert dict(data.sizes) == {"time": 4, "element": 2}
    assert data.V.attrs["units"] == "mV"
    assert data.time.attrs["units"] == "ms"
    np.testing.assert_array_equal(data.V.sel(element=3, time=4.0), net["trace"][3].V_[2])
    assert data.on.dtype == bool
    events = net["spikes"].to_xarray()
    assert dict(events.sizes) == {"event": net["spikes"].num_spikes}
    np.testing.assert_array_equal(events.t[events.i == 4], net["spikes"].spike_trains()[4].magnitude)
    assert events.t.attrs["units"] == "ms"
    assert net["rate"].to_xarray().rate.attrs["units"] == "Hz"


def test_neo(net):
    segment = net["trace"].to_neo()
    signal = next(signal for signal in segment.analogsignals if signal.name == "V")
    assert signal.shape == (4, 2)
    assert signal.sampling_period == 2 * ms
    assert signal.units == 1 * mV
    np.testing.assert_array_equal(signal.times.rescale("ms").magnitude, [0, 2, 4, 6])
    np.testing.assert_array_equal(signal.magnitude.T, net["trace"].V_)
    np.testing.assert_array_equal(signal.array_annotations["element"], [0, 3])
    segment = net["spikes"].to_neo()
    assert len(segment.spiketrains) == 5
    for k, train in enumerate(segment.spiketrains):
        np.testing.assert_array_equal(train.magnitude, net["spikes"].spike_trains()[k].magnitude)
        assert train.t_stop == 8 * ms
        assert train.annotations["neuron"] == k
        np.testing.assert_array_equal(
            train.array_annotations["V"].magnitude if len(train) else [], net["spikes"].values("V")[k].magnitude
        )
    assert [len(train) for train in net["part"].to_neo().spiketrains] == net["part"].count.tolist()
    assert [len(train) for train in net["silent"].to_neo().spiketrains] == [0]
    (rate,) = net["rate"].to_neo().analogsignals
    assert rate.units == 1 * Hz


def test_neo_of_times_with_a_gap():
    group = es.NeuronGroup(2, "dV/dt = 1*mV/ms : mV")
    trace = es.StateMonitor(group, "V", record=True)
    net = es.Network(group, trace, dt=1 * ms, target="numpy")
    net.run(3 * ms)
    net.remove(trace)
    net.run(2 * ms)
    net.add(trace)
    net.run(2 * ms)
    (signal,) = trace.to_neo().irregularlysampledsignals
    np.testing.assert_array_equal(signal.times.rescale("ms").magnitude, [0, 1, 2, 5, 6])
    np.testing.assert_array_equal(signal.magnitude.T, trace.V_)


def test_nothing_recorded_yet():
    group = es.NeuronGroup(2, "V : mV", threshold="V > 1*mV", reset="V = 0*mV")
    for monitor in (es.StateMonitor(group, "V"), es.SpikeMonitor(group), es.PopulationRateMonitor(group)):
        assert len(monitor.to_pandas()) == 0
        assert sum(monitor.to_xarray().sizes.get(name, 0) for name in ("time", "event")) == 0
        assert monitor.to_neo().name == type(monitor).__name__


def test_without_units():
    group = es.NeuronGroup(2, "dx/dt = 1", threshold="x > 3", reset="x = 0")
    monitor = es.SpikeMonitor(group)
    es.Network(group, monitor, dt=1.0, target="numpy").run(5)
    assert monitor.to_pandas().attrs["units"]["t"] == "1"
    assert monitor.to_xarray().t.attrs["units"] == "1"
    with pytest.raises(es.EqsimError, match="neo needs times with a unit"):
        monitor.to_neo()


@pytest.mark.parametrize(("library", "call"), [("pandas", "to_pandas"), ("xarray", "to_xarray"), ("neo", "to_neo")])
def test_a_missing_library_is_named_with_its_command(net, library, call, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    for name in ("trace", "spikes", "rate"):
        with pytest.raises(es.EqsimError, match=rf"{call}\(\) needs the library {library}\n.*'{name}'\n.*eqsim\[io\]"):
            getattr(net[name], call)()


def test_libraries_are_loaded_late():
    import subprocess

    code = "import sys, eqsim; print({'h5py', 'pandas', 'xarray', 'neo'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
