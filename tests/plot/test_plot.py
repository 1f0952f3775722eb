"""Figures show what was recorded, where it was recorded, with the units in which it was."""

import re
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest

import eqsim as es
from eqsim.units import Hz, ms, mV, nS, second


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def regular():
    """Three neurons that spike every 2, 3 and 4 ms, run for 60 ms, and all that can be recorded of them."""
    group = es.NeuronGroup(
        3,
        "dV/dt = mV/ms : mV\ng_e = 2*V*nS/mV : nS\nlimit : mV",
        threshold="V >= limit - 1e-9*mV",
        reset="V = 0*mV",
        method="euler",
    )
    group.limit = [2, 3, 4] * mV
    spikes, part = es.SpikeMonitor(group), es.SpikeMonitor(group[1:])
    trace = es.StateMonitor(group, ["V", "g_e"], record=[0, 2], dt=0.5 * ms)
    es.Network(group, spikes, part, trace, dt=0.1 * ms, target="numpy").run(60 * ms)
    return group, spikes, part, trace


@pytest.fixture(scope="module")
def plain():
    group = es.NeuronGroup(2, "x' = 1", threshold="x > 0.95", reset="x = 0")
    spikes, trace = es.SpikeMonitor(group), es.StateMonitor(group, "x")
    es.Network(group, spikes, trace, dt=0.1, target="numpy").run(10)
    return group, spikes, trace


def test_raster(regular):
    _, spikes, *_ = regular
    ax = es.plot.raster(spikes)
    x, y = ax.lines[0].get_data()
    assert np.array_equal(x, spikes.t_)
    assert np.array_equal(y, spikes.i)
    assert np.allclose(np.diff(x[y == 1]), 3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == (r"time ($\mathrm{ms}$)", "neuron")
    assert ax.get_xlim() == pytest.approx((0, 60))
    assert ax.get_ylim() == (-0.5, 2.5)


def test_raster_takes_axes_options_and_offset(regular):
    _, spikes, part, _ = regular
    figure, ax = plt.subplots()
    ax.set_xlim(10, 20)
    assert es.plot.raster(spikes, ax=ax, color="red", ms=7) is ax
    assert es.plot.raster(part, ax=ax, offset=10) is ax
    assert plt.get_fignums() == [figure.number]
    assert ax.lines[0].get_color() == "red"
    assert ax.lines[0].get_markersize() == 7
    assert set(ax.lines[1].get_ydata()) == {10, 11}
    assert ax.get_xlim() == (10, 20)


def test_lines(regular):
    *_, trace = regular
    ax = es.plot.lines(trace)
    assert len(ax.lines) == 4
    assert np.array_equal(ax.lines[1].get_xdata(), trace.t_)
    assert np.array_equal(ax.lines[1].get_ydata(), trace.V_[1])
    assert np.allclose(ax.lines[3].get_ydata(), 2 * trace.V_[1])
    assert ax.get_xlabel() == r"time ($\mathrm{ms}$)"
    assert ax.get_ylabel() == r"$V$ ($\mathrm{mV}$), $g_{e}$ ($\mathrm{nS}$)"
    assert [text.get_text() for text in ax.get_legend().get_texts()][1] == r"$V$ of 2 ($\mathrm{mV}$)"


def test_lines_of_one_variable_and_element(regular):
    *_, trace = regular
    ax = es.plot.lines(trace, "V", record=2, color="black", label="third")
    assert len(ax.lines) == 1
    assert np.array_equal(ax.lines[0].get_ydata(), trace.V_[1])
    assert (ax.lines[0].get_color(), ax.lines[0].get_label()) == ("black", "third")
    assert ax.get_legend() is None
    assert ax.get_ylabel() == r"$V$ ($\mathrm{mV}$)"


def test_rates_of_spikes(regular):
    """Over 12 ms, a common multiple of the periods, each bin holds 6 + 4 + 3 spikes of three neurons."""
    _, spikes, part, _ = regular
    ax = es.plot.rates(spikes, width=12 * ms)
    values, edges, _ = ax.patches[0].get_data()
    assert np.allclose(edges, [0, 12, 24, 36, 48, 60])
    total = np.diff([(spikes.t_ < edge - 1e-6).sum() for edge in edges]) / 3 / 0.012
    assert np.allclose(values, total)
    assert np.allclose(values[1:-1], 13 / 3 / 0.012, atol=1 / 3 / 0.012 + 1e-9)
    assert (ax.get_xlabel(), ax.get_ylabel()) == (r"time ($\mathrm{ms}$)", r"rate ($\mathrm{Hz}$)")
    values, edges, _ = es.plot.rates(part, width=0.025 * second, color="red").patches[0].get_data()
    assert np.allclose(edges, [0, 25, 50, 60])  # the last one is shorter, and counts as that
    assert np.sum(values * np.diff(edges)) / 1000 * 2 == pytest.approx(part.num_spikes)


def test_rates_by_default_and_of_a_part(regular):
    _, spikes, *_ = regular
    values, edges, _ = es.plot.rates(spikes).patches[0].get_data()
    assert np.allclose(np.diff(edges), 0.6)
    assert np.sum(values * np.diff(edges)) / 1000 * 3 == pytest.approx(spikes.num_spikes)


def test_rates_of_a_monitor_of_rates():
    group = es.NeuronGroup(4, "dV/dt = mV/ms : mV", threshold="V > 2.95*mV", reset="V = 0*mV", method="euler")
    rate = es.PopulationRateMonitor(group)
    es.Network(group, rate, dt=0.1 * ms, target="numpy").run(30 * ms)
    ax = es.plot.rates(rate)
    es.plot.rates(rate, width=3 * ms, ax=ax, color="red")
    assert np.array_equal(ax.lines[0].get_xdata(), rate.t_)
    assert np.array_equal(ax.lines[0].get_ydata(), rate.rate.rescale(Hz).magnitude)
    assert np.array_equal(ax.lines[1].get_ydata(), rate.smooth_rate("flat", 3 * ms).rescale(Hz).magnitude)
    assert ax.lines[0].get_ydata().max() == pytest.approx(10_000)
    assert ax.get_ylabel() == r"rate ($\mathrm{Hz}$)"
    assert f"mean rate{rate.rate_.mean():.6g} Hz" in re.sub("<[^>]*>", "", rate._repr_html_())


def test_without_units(plain):
    _, spikes, trace = plain
    assert es.plot.raster(spikes).get_xlabel() == "time"
    ax = es.plot.lines(trace)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time", "$x$")
    ax = es.plot.rates(spikes, width=5)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time", "rate")
    values, edges, _ = ax.patches[0].get_data()
    assert np.sum(values * np.diff(edges)) * 2 == pytest.approx(spikes.num_spikes) == 20


def joined(n, m, **how):
    """Return synapses from n to m neurons with a weight of i + 1 nS."""
    source, target = es.NeuronGroup(n, "x : 1", threshold="x > 1", refractory="x > 1"), es.NeuronGroup(m, "y : 1")
    synapses = es.Synapses(source, target, "w : nS", on_pre="y += 1")
    synapses.connect(**how)
    synapses.w = (synapses.i + 1) * nS
    return synapses


def test_connectivity_of_few_neurons_is_a_matrix():
    synapses = joined(3, 4, i=[0, 0, 2], j=[1, 1, 3])
    expected = np.zeros((4, 3))
    expected[1, 0], expected[3, 2] = 2, 1
    ax = es.plot.connectivity(synapses)
    assert np.array_equal(ax.images[0].get_array(), expected)
    assert ax.images[0].get_extent() == [-0.5, 2.5, -0.5, 3.5]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("source", "target")
    ax = es.plot.connectivity(synapses, "w", cmap="magma")
    assert ax.images[0].get_cmap().name == "magma"
    drawn = np.ma.filled(ax.images[0].get_array(), np.nan)
    assert np.array_equal(drawn, np.where(expected > 0, [1, 2, 3], np.nan), equal_nan=True)
    assert ax.images[0].colorbar.ax.get_ylabel() == r"$w$ ($\mathrm{nS}$)"


def test_connectivity_of_more_neurons_is_dots():
    synapses = joined(300, 300, j="(i*7) % 300")
    ax = es.plot.connectivity(synapses, values="w")
    assert np.array_equal(ax.collections[0].get_offsets(), np.column_stack([synapses.i, synapses.j]))
    assert np.array_equal(ax.collections[0].get_array(), synapses.i + 1)
    assert not ax.images


def test_connectivity_of_many_synapses_is_a_matrix_of_densities():
    """Sources below 300 reach every target and the others none."""
    synapses = joined(600, 500, condition="i < 300")
    ax = es.plot.connectivity(synapses)
    drawn = ax.images[0].get_array()
    assert drawn.shape == (200, 200)
    assert (drawn[:, :100] == 1).all()
    assert (drawn[:, 100:] == 0).all()


@pytest.mark.parametrize("name", ["raster", "rates", "lines", "connectivity"])
def test_other_things_are_refused(name, regular):
    group, spikes, _, trace = regular
    for thing in (group, "text", trace if name in {"raster", "rates"} else spikes):
        with pytest.raises(es.EqsimError, match=name):
            getattr(es.plot, name)(thing)
    assert plt.get_fignums() == [], "a mistake leaves no empty figure"


def test_mistakes_in_arguments(regular):
    _, spikes, _, trace = regular
    for mistake in (
        lambda: es.plot.lines(trace, "W"),
        lambda: es.plot.lines(trace, record=1),
        lambda: es.plot.rates(spikes, width=0 * ms),
        lambda: es.plot.rates(spikes, width=1 * mV),
        lambda: es.plot.connectivity(joined(2, 2), "weight"),
    ):
        with pytest.raises(es.EqsimError):
            mistake()
    assert plt.get_fignums() == []


def test_before_anything_ran():
    group = es.NeuronGroup(2, "dV/dt = -V/ms : mV", threshold="V > 1*mV", reset="V = 0*mV")
    spikes, trace = es.SpikeMonitor(group), es.StateMonitor(group, "V")
    es.Network(group, spikes, trace)
    es.plot.raster(spikes)
    es.plot.lines(trace)
    es.plot.rates(spikes)
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()


def test_figures_are_neither_shown_nor_loaded_early(tmp_path):
    told = (
        "import sys, eqsim as es\n"
        "assert 'matplotlib' not in sys.modules\n"
        "es.plot\n"
        "assert 'matplotlib' in sys.modules\n"
        "from eqsim.plot import raster\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", told], cwd=tmp_path, check=True)


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="module 'eqsim' has no attribute 'plots'"):
        _ = es.plots
