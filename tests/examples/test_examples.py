"""Every example runs, and the full ones print the rates that are known for them.

The rates of the three networks were computed by `plain.py` beside this file: the same equations in NumPy, sharing
nothing with eqsim, on eight networks each. They differ from network to network by some per cent.
"""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from statistics import mean, stdev

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
PLAIN = runpy.run_path(str(Path(__file__).parent / "plain.py"))
# mean rate over the first second in Hz, of the networks with the seeds 1 to 8 of plain.py
RATES = {
    "coba": (20.49, 19.19, 17.74, 18.17, 21.45, 18.07, 19.23, 22.13),
    "cuba": (5.75, 5.68, 5.46, 5.48, 6.17, 5.38, 5.67, 5.98),
    "cobahh": (38.69, 36.35, 33.51, 32.67, 38.85, 34.65, 37.32, 41.39),
}


def run(name, folder, *arguments):
    """Run an example as a user would and return what it prints."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def mean_rate(text):
    return float(re.search(r"mean rate ([\d.]+) Hz", text).group(1))


def test_all_examples_are_known():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {*RATES, "hodgkin_huxley", "potjans_diesmann_2014"}


@pytest.mark.parametrize("name", RATES)
def test_networks(name, tmp_path):
    text = run(name, tmp_path)
    assert re.fullmatch(rf"{name.upper()}: \d+ spikes in 1000.0 ms, mean rate [\d.]+ Hz", text.strip())
    known = RATES[name]
    assert abs(mean_rate(text) - mean(known)) < 3 * stdev(known)
    assert (tmp_path / f"{name}.png").stat().st_size > 5000


@pytest.mark.slow
@pytest.mark.parametrize("name", RATES)
def test_recorded_rates(name):
    assert PLAIN["rate"](name, seed=1) == pytest.approx(RATES[name][0], abs=0.01)


def test_matplotlib_is_not_loaded_without_a_figure(tmp_path):
    told = (
        "import runpy, sys; sys.argv = ['coba.py', '--duration', '1', '--no-figure'];"
        f"runpy.run_path({str(EXAMPLES / 'coba.py')!r}, run_name='__main__'); print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "False"
    assert not list(tmp_path.iterdir())


def test_hodgkin_huxley(tmp_path):
    """Rates and the order of the currents: type II, silent below about 6.3 uA/cm2, then at once above 50 Hz.

    Hodgkin & Huxley (1952); Rinzel & Miller (1980) Math Biosci 49:27 for the onset.
    """
    text = run("hodgkin_huxley", tmp_path)
    rates = {int(i): float(r) for i, r in re.findall(r"I = +(\d+) uA/cm2: +([\d.]+) Hz", text)}
    assert list(rates) == [1, 2, 4, 8, 10, 15]
    assert max(rates[1], rates[2], rates[4]) <= 1
    assert 50 < rates[8] < rates[10] < rates[15] < 100
    assert (tmp_path / "hodgkin_huxley.png").stat().st_size > 5000
    for current in (10, 15):
        assert rates[current] == pytest.approx(hodgkin_huxley_rate(current), abs=1)


def hodgkin_huxley_rate(current):
    """Return the rate in Hz of the model under a constant current in uA/cm2, by an adaptive Runge-Kutta scheme."""
    import numpy as np
    from scipy.integrate import solve_ivp

    def rates(V):
        a = (V + 40) / 10 / -np.expm1(-(V + 40) / 10), 0.07 * np.exp(-(V + 65) / 20)
        b = 4 * np.exp(-(V + 65) / 18), 1 / (1 + np.exp(-(V + 35) / 10))
        return (
            *zip(a, b, strict=True),
            (0.1 * (V + 55) / 10 / -np.expm1(-(V + 55) / 10), 0.125 * np.exp(-(V + 65) / 80)),
        )

    def derivative(_, y):
        V, m, h, n = y
        dV = current - 120 * m**3 * h * (V - 50) - 36 * n**4 * (V + 77) - 0.3 * (V + 54.387)
        return [dV, *(a * (1 - x) - b * x for x, (a, b) in zip((m, h, n), rates(V), strict=True))]

    def crossing(_, y):
        return y[0]

    crossing.direction = 1
    start = [-65, *(a / (a + b) for a, b in rates(-65.0))]
    solution = solve_ivp(derivative, (0, 1000), start, events=crossing, rtol=1e-6, atol=1e-6, max_step=1)
    return len(solution.t_events[0])
