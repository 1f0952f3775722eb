"""How far does a potential reach without action potentials? A passive cable of compartments, joined to its neighbours.

Under a current I_0 at one end of a long cable the potential falls as lambda*rho/(pi*a**2)*I_0*exp(-x/lambda), where
lambda is the square root of a*r_m/(2*rho).
"""

import argparse

import numpy as np

import eqsim as es
from eqsim.units import cm, cm2, ms, mV, nA, nS, ohm, pF, uF, um

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--compartments", type=int, default=60, help="in 6 lambda (default 60)")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides passive_cable.png")
chosen = options.parse_args()

a, rho, r_m, c_m = 1 * um, 100 * ohm * cm, 20000 * ohm * cm2, 1 * uF / cm2
length = ((a * r_m / (2 * rho)) ** 0.5).rescale(um)  # lambda
piece = 6 * length / chosen.compartments
area, cross = 2 * np.pi * a * piece, np.pi * a**2
C, g_m, g_axial = (c_m * area).rescale(pF), (area / r_m).rescale(nS), (cross / (rho * piece)).rescale(nS)

cable = es.NeuronGroup(
    chosen.compartments,
    """
    dV/dt = (I + I_axial - g_m*V)/C : mV  # from rest
    I_axial                         : nA
    I                               : nA
    x = (i + 0.5)*piece             : um
    """,
)
cable.I[0] = 0.01 * nA
axial = es.Synapses(cable, cable, "I_axial_post = g_axial*(V_pre - V_post) : nA (summed)")
axial.connect(condition="abs(i - j) == 1")
trace = es.StateMonitor(cable, "V", record=True, dt=1 * ms)

net = es.Network(cable, axial, trace, dt=0.02 * ms)
net.run(200 * ms)

x, V = np.array(cable.x_), np.array(cable.V_)
end = (length * rho / cross * 0.01 * nA).rescale(mV)
law = float(end) * np.exp(-x / float(length))
near = x < 3 * float(length)
print(f"lambda = {float(length):.0f} um, V at the end {float(end):.2f} mV")
print(f"largest difference from the exponential within 3 lambda: {100 * abs(V / law - 1)[near].max():.2f} %")
half = [np.argmax(row > row[-1] / 2) for row in trace.V_[[0, chosen.compartments // 3]]]
print(f"half of the potential is reached after {half[0]} ms at the end, {half[1]} ms at 2 lambda")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for when in (2, 5, 10, 20, 50):
        axes[0].plot(x, trace.V_[:, when], color=plt.get_cmap("viridis")(np.log(when) / 5), label=f"{when} ms")
    axes[0].plot(x, V, "k", label="200 ms")
    axes[0].plot(x[::3], law[::3], "o", color="tab:red", markersize=4, label="exponential")
    axes[0].set(xlabel="distance (um)", ylabel="V (mV)", title=f"lambda = {float(length):.0f} um")
    axes[0].legend()
    for k in range(0, chosen.compartments // 2, chosen.compartments // 12):
        axes[1].plot(trace.t_, trace.V_[k] / trace.V_[k, -1], label=f"{x[k] / float(length):.2f} lambda")
    axes[1].set(xlabel="time (ms)", ylabel="V/V at the end (1)", xlim=(0, 100), title="farther away it is later")
    axes[1].legend()
    figure.savefig("passive_cable.png", dpi=100)
    if chosen.show:
        plt.show()
