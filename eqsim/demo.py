"""The demonstration: the COBA network of Brette et al. (2007), run for a second, its rates, and its raster as a PNG."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import eqsim as es
from eqsim.units import Hz, ms, mV, nS, second

_NEURONS = """
    dV/dt   = (E_L - V + (g_e*(E_e - V) + g_i*(E_i - V))/g_L)/tau_m : mV (unless refractory)
    dg_e/dt = -g_e/tau_e : nS
    dg_i/dt = -g_i/tau_i : nS
    V(0)    = E_L + (5*randn() - 5)*mV
    g_e(0)  = (15*randn() + 40)*nS
    g_i(0)  = (120*randn() + 200)*nS
"""


def demonstrate(picture: Path, *, timing: bool = False, progress: bool = True) -> None:
    """Run COBA for one second, print rates and times, and write the raster to a file."""
    begin = perf_counter()
    es.seed(42)
    values = {"E_L": -60 * mV, "E_e": 0 * mV, "E_i": -80 * mV, "g_L": 10 * nS}
    values |= {"tau_m": 20 * ms, "tau_e": 5 * ms, "tau_i": 10 * ms}
    neurons = es.NeuronGroup(
        4000,
        _NEURONS,
        threshold="V > -50*mV",
        reset="V = -60*mV",
        refractory=5 * ms,
        method="exponential_euler",
        namespace=values,
    )
    to_e = es.Synapses(neurons[:3200], neurons, on_pre="g_e += 6*nS")
    to_i = es.Synapses(neurons[3200:], neurons, on_pre="g_i += 67*nS")
    to_e.connect(p=0.02)
    to_i.connect(p=0.02)
    spikes = es.SpikeMonitor(neurons)
    network = es.Network(neurons, to_e, to_i, spikes)
    network.run(1 * second, progress=progress)
    total = perf_counter() - begin
    exc, inh = ((float(((spikes.i < 3200) == first).sum()) / size) * Hz for first, size in ((True, 3200), (False, 800)))
    print(f"COBA: 4000 neurons, {len(to_e) + len(to_i)} synapses, 1 s: {spikes.num_spikes} spikes")
    print(f"rates: excitatory {float(exc):.1f} Hz, inhibitory {float(inh):.1f} Hz")
    print(f"time: {network.profile['run']:.2f} s for the run, {total:.1f} s with everything before it")
    if timing:
        for phase, seconds in network.profile.items():
            print(f"  {phase:8s} {seconds:6.2f} s")
    _draw(spikes, picture)
    print(f"raster: {picture}")


def _draw(spikes: es.SpikeMonitor, picture: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - Matplotlib is late for start-up's sake
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(8, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot(spikes.t_, spikes.i, "k.", markersize=1.5, markeredgewidth=0)
    axes.set(xlabel="time (ms)", ylabel="neuron", title="COBA (Brette et al. 2007)", xlim=(0, 1000), ylim=(0, 4000))
    figure.savefig(picture, dpi=150)
