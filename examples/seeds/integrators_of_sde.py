"""Which noise does an equation mean? Growth with noise on the growth, by every scheme and in both readings.

dx/dt = mu*x + sigma*x*xi grows as exp(mu*t) on average in Ito's reading, as exp((mu + sigma**2/2)*t) in Stratonovich's,
whatever the scheme. The tutorials' sdeint reads noise as Ito does unless it is told otherwise.
"""

import argparse

import numpy as np

import eqsim as es

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--number", type=int, default=100000, help="of repetitions (default 100000)")
options.add_argument("--schemes", nargs="+", default=["euler", "heun", "milstein"], help="default: all three")
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides integrators_of_sde.png")
chosen = options.parse_args()

model = """
    x' = mu*x + sigma*x*xi
    mu = 0.3     (parameter)
    sigma = 0.6  (parameter)
    x(0) = 1
    """
runs = {
    (reading, scheme): es.integrate(model, 1, dt=0.01, method=scheme, noise=reading, n=chosen.number, seed=number)
    for number, (reading, scheme) in enumerate(
        (reading, scheme) for reading in ("ito", "stratonovich") for scheme in chosen.schemes
    )
}
law = {"ito": 0.3 - 0.18, "stratonovich": 0.3}  # log x is normal: mean law*t, variance sigma**2*t
for (reading, scheme), r in runs.items():
    mean, expected = r.x[-1].mean(), np.exp(law[reading] + 0.18)
    logs = np.log(r.x[-1])
    print(
        f"{reading}, {scheme}: mean {mean:.3f} (theory {expected:.3f}), "
        f"log x {logs.mean():.3f} (theory {law[reading]:.3f}) +- {logs.std():.3f} (theory 0.600)"
    )

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    single = runs["ito", chosen.schemes[-1]]
    axes[0].plot(single.t, single.x[:, :30], color="0.7", linewidth=0.5)
    for (reading, scheme), r in runs.items():
        color, style = {"ito": "tab:blue", "stratonovich": "tab:red"}[reading], {"euler": ":", "heun": "--"}
        axes[0].plot(r.t, r.x.mean(axis=1), color=color, linestyle=style.get(scheme, "-"), label=f"{reading}, {scheme}")
    axes[0].set(xlabel="time (1)", ylabel="x (1)", ylim=(0, 4), title="means, and 30 single runs")
    axes[0].legend(fontsize="small")
    grid = np.linspace(-3, 3.2, 200)
    for reading, color in (("ito", "tab:blue"), ("stratonovich", "tab:red")):
        axes[1].hist(
            np.log(runs[reading, chosen.schemes[-1]].x[-1]), 60, density=True, color=color, alpha=0.4, label=reading
        )
        axes[1].plot(grid, np.exp(-((grid - law[reading]) ** 2) / 0.72) / np.sqrt(0.72 * np.pi), color=color)
    axes[1].set(
        xlabel="log x at t = 1 (1)", ylabel="density (1)", title=f"distribution by {chosen.schemes[-1]}, and theory"
    )
    axes[1].legend()
    figure.savefig("integrators_of_sde.png", dpi=100)
    if chosen.show:
        plt.show()
