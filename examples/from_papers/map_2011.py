"""How does a map of directions grow in the cortex? Bars move over whiskers; synapses onto the next layer learn.

Kremer, Leger, Goodman, Brette & Bourdieu (2011) Late emergence of the vibrissa direction selectivity map in the rat
barrel cortex. J Neurosci 31:10689-10700, fig. 9. Each whisker has a barrel. Layer 4 is tuned to directions without
any order in space; layer 2/3 is connected by distance. Voltages count from rest.
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import ms, mV

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--duration", type=float, default=10000, help="of the simulation, in ms (default 10000)")
options.add_argument("--scale", type=float, default=1, help="of a barrel: 1 has 22^2, 25^2 and 12^2 neurons")
options.add_argument("--barrels", type=int, default=5, help="in each direction (default 5)")
options.add_argument("--seed", type=int, default=42, help="of all random numbers (default 42)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides map_2011.png")
chosen = options.parse_args()

es.seed(chosen.seed)
B, (side_4, side_e, side_i) = chosen.barrels, (round(side * np.sqrt(chosen.scale)) for side in (22, 25, 12))
n_4, n_e, n_i = side_4**2, (B * side_e) ** 2, (B * side_i) ** 2
tau, tau_e, tau_i = 10 * ms, 2 * ms, 25 * ms
w_max = 1 * mV * 0.2 ** (10 / (2 - 10)) / chosen.scale  # lifts V by 1 mV at scale 1
w_inh = 1 * mV * 2.5 ** (10 / (25 - 10)) / chosen.scale

whiskers = es.NeuronGroup(
    B**2 * n_4,
    """
    bx = (i // n_4) % B + 0.5 : 1 (parameter); by = i // (B*n_4) + 0.5 : 1 (parameter)
    own = 2*pi*(i % n_4)/n_4                         : 1 (parameter)  # preferred direction
    direction                                        : 1 (shared)     # of the bar
    ahead = (bx - B/2)*cos(direction) + (by - B/2)*sin(direction) - (t % (60*ms))/(5*ms) + 6 : 1
    rate = (100*Hz*max(cos(direction - own), 0) if abs(ahead) < 0.5 else 0*Hz)             : Hz
    """,
    threshold="rand() < rate*dt", reset="",
)  # fmt: skip
whiskers.run_regularly("direction = 2*pi*rand()", dt=60 * ms)  # a bar: one barrel in 5 ms
cortex = es.NeuronGroup(
    n_e + n_i,
    """
    dV/dt = (g_e - g_i - V)/tau : mV; dT/dt = (15*mV - T)/(50*ms) : mV  # T: threshold
    dg_e/dt = -g_e/tau_e : mV;        dg_i/dt = -g_i/tau_i : mV
    x = (i % (B*side_e)/side_e if i < n_e else (i - n_e) % (B*side_i)/side_i)   : 1 (parameter)  # in barrels
    y = (i // (B*side_e)/side_e if i < n_e else (i - n_e) // (B*side_i)/side_i) : 1 (parameter)
    gain = (0.3 if i < n_e else 1) : 1 (parameter)  # of excitation from the same layer
    T(0) = 15*mV
    """,
    threshold="V > T", reset="V = 0*mV; T += 2*mV", refractory=2 * ms,
)  # fmt: skip
exc, inh = cortex[:n_e], cortex[n_e:]
learning = es.Synapses(
    whiskers, exc,
    "w = w_max/2 : mV (parameter); dP/dt = -P/(5*ms) : mV (event-driven); dM/dt = -M/(25*ms) : mV (event-driven)",
    on_pre="g_e_post += w; P += 0.05*w_max; w = clip(w + M, 0*mV, w_max)",
    on_post="M -= 0.04*w_max; w = clip(w + P, 0*mV, w_max)",
)  # fmt: skip
learning.connect(condition="floor(x_post) + 0.5 == bx_pre and floor(y_post) + 0.5 == by_pre", p=0.5)
excite = es.Synapses(exc, cortex, on_pre="g_e_post += gain*w_max")
excite.connect(p="0.15*exp(-0.5*((x_pre - x_post)**2 + (y_pre - y_post)**2)/0.4**2)")
inhibit = es.Synapses(inh, exc, on_pre="g_i_post += w_inh")
inhibit.connect(p="exp(-0.5*((x_pre - x_post)**2 + (y_pre - y_post)**2)/0.2**2)")
spikes = es.SpikeMonitor(cortex)
net = es.Network(whiskers, cortex, learning, excite, inhibit, spikes, dt=0.1 * ms)
net.run(chosen.duration * ms, progress=True)

own = np.asarray(whiskers.own)[learning.i]
east, north = (np.bincount(learning.j, learning.w_ * part(own), n_e) for part in (np.cos, np.sin))
preferred = np.arctan2(north, east).reshape(B * side_e, B * side_e)
near = np.mean(np.cos(preferred[1:] - preferred[:-1]))
place = (np.arange(B * side_e) + 0.5) / side_e % 1 - 0.5
outward = np.mean(np.cos(preferred - np.arctan2(place[:, None], place))[side_e:-side_e, side_e:-side_e])
print(f"mean rate {spikes.num_spikes / (n_e + n_i) / chosen.duration * 1000:.2f} Hz")
print(f"preferred directions (1: like, 0: by chance): neighbours {near:.2f}, place in the barrel {outward:.2f}")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.5, 5.5), layout="constrained")
    image = axes.imshow(np.degrees(preferred) % 360, cmap="hsv", origin="lower", extent=(0, B, 0, B), vmin=0, vmax=360)
    axes.set(xticks=range(B + 1), yticks=range(B + 1), title="preferred direction in layer 2/3, by barrels")
    axes.grid(color="k")
    figure.colorbar(image, label="degrees")
    figure.savefig("map_2011.png", dpi=150)
    if chosen.show:
        plt.show()
