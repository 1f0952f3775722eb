"""Which scheme is how exact? FitzHugh and Nagumo's equations by every scheme, with ever smaller steps.

The error of a scheme of order p falls with dt to the power of p. The tutorials' exp_auto is exponential_euler where
equations are linear in their own variables, else exponential_rosenbrock; exact takes linear ones and makes no error.
"""

import argparse

import numpy as np

import eqsim as es

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides integrators_of_ode.png")
chosen = options.parse_args()

model = """
V' = V - V**3/3 - w + 0.8
w' = (V + 0.7 - 0.8*w)/12.5
V(0) = -1
"""
orders = {"euler": 1, "exponential_euler": 1, "exponential_rosenbrock": 1, "rk2": 2, "heun": 2, "rk4": 4}
steps = 0.4 / 2 ** np.arange(6)
reference = es.integrate(model, 20, dt=0.4 / 2**9, method="rk4").V[-1]
errors = {}
for scheme in orders:
    try:
        errors[scheme] = [abs(es.integrate(model, 20, dt=dt, method=scheme).V[-1] - reference) for dt in steps]
    except es.EqsimError as refusal:  # V**3 is not linear in V
        print(f"{scheme}: {str(refusal).splitlines()[-1].strip()}")
slopes = {scheme: np.log2(error[-2] / error[-1]) for scheme, error in errors.items()}
for scheme, slope in slopes.items():
    print(f"{scheme}: order {slope:.2f}, error {errors[scheme][-1]:.1e} at dt = {steps[-1]:g}")

linear = es.integrate("x' = -x + y\ny' = -x - y\nx(0) = 1", 5, dt=0.5, method="exact")
error = abs(linear.x - np.exp(-linear.t) * np.cos(linear.t)).max()
print(f"exact: error {error:.1e} at dt = 0.5")

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(6, 5), layout="constrained")
    for (scheme, error), marker in zip(errors.items(), "osD^v*", strict=False):
        axis.loglog(steps, error, marker + "-", label=f"{scheme}, order {orders[scheme]}")
    axis.set(xlabel="dt (1)", ylabel="error of V at t = 20 (1)", title="Schemes for equations without noise")
    axis.set_xticks(steps, [f"{dt:g}" for dt in steps])
    axis.minorticks_off()
    axis.legend()
    figure.savefig("integrators_of_ode.png", dpi=100)
    if chosen.show:
        plt.show()
