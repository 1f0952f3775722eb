"""The examples of the tutorials, each in its short form and with its figure, give the numbers that are known."""

import contextlib
import contextvars
import io
import re
import runpy
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples" / "seeds"
NAMES = {path.stem for path in EXAMPLES.glob("*.py")}


def run(name, folder, *arguments):
    """Carry out an example with its figure, in this process, which has loaded the compiler; return what it prints."""
    path, printed = EXAMPLES / f"{name}.py", io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.chdir(folder)
        patch.setattr(sys, "argv", [str(path), *arguments])
        # a context of its own, since examples set the seed
        contextvars.copy_context().run(runpy.run_path, str(path), run_name="__main__")
    plt.close("all")
    assert [file.name for file in folder.iterdir()] == [f"{name}.png"]
    assert (folder / f"{name}.png").stat().st_size > 5000
    return printed.getvalue()


def numbers(text):
    """Return all numbers of a text, in order."""
    return [float(word) for word in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]\d+)?", text)]


def test_every_example_is_tested():
    source = Path(__file__).read_text(encoding="utf-8")
    assert {name for name in NAMES if f'run("{name}", tmp_path' not in source} == set()


def test_every_example_is_listed():
    page = (EXAMPLES.parent.parent / "docs" / "examples.md").read_text(encoding="utf-8")
    assert {name for name in NAMES if f"`{name}.py`" not in page} == set()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_examples_are_short_and_say_what_they_ask(name):
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 90
    first = text.split("\n", 1)[0]
    assert first.startswith('"""')
    assert "?" in first
    assert '"--no-figure"' in text


def test_hh_built_in(tmp_path):
    """Charge alone decides for a pulse this short: 8 nC/cm2 are enough, 4 are not, and a spike is all or none."""
    lines = run("hh_built_in", tmp_path).splitlines()
    assert [numbers(line)[2] for line in lines] == [0, 0, 1, 1, 1, 1]
    peaks = [numbers(line)[3] for line in lines]
    assert max(peaks[:2]) < -60
    assert all(30 < peak < 45 for peak in peaks[2:])


def test_hh_population(tmp_path):
    """The rate of the model under 10 uA/cm2, computed by an adaptive scheme in test_examples.py, is 68 Hz."""
    spikes, _, rate, _ = numbers(run("hh_population", tmp_path, "--duration", "100"))
    assert rate == pytest.approx(68, abs=1)
    assert 4000 < spikes < 8000


def test_hh_from_scratch(tmp_path):
    """The same as the library's neuron; where gates are 3 times faster, a spike is 3 times shorter."""
    *lines, widths = run("hh_from_scratch", tmp_path).splitlines()
    assert [numbers(line)[2] for line in lines] == [0, 0, 1, 1, 1, 1]
    cold, _, warm, _ = numbers(widths)[::2]
    assert cold / warm == pytest.approx(3, rel=0.05)


def test_hh_customised(tmp_path):
    """Rhythms need 6.3 uA/cm2 (Rinzel & Miller 1980 Math Biosci 49:27)."""
    few, last = run("hh_customised", tmp_path).splitlines()
    assert numbers(few) == [2] * 10
    assert 15 < numbers(last)[0] <= numbers(last)[1] < 25
    many, last = run("hh_customised", tmp_path, "--current", "7").splitlines()
    assert min(numbers(many)) >= 10
    assert numbers(last)[0] > 180


def test_hh_from_custom_channels(tmp_path):
    """Rhythms need 6.3 uA/cm2, and a rest remains besides (Rinzel & Miller 1980 Math Biosci 49:27)."""
    least, share = numbers(run("hh_from_custom_channels", tmp_path))
    assert 6.2 < least <= 6.35
    assert 40 < share < 100


def test_calcium_and_sodium_channels(tmp_path):
    spikes, sodium = run("calcium_and_sodium_channels", tmp_path).splitlines()
    without, with_it = numbers(spikes)
    assert without == 1
    assert 5 <= with_it <= 10
    change, by_current = numbers(sodium.replace("+", ""))
    assert change == pytest.approx(by_current, abs=0.002)
    assert change > 0.5


def test_lif_customised(tmp_path):
    _, rate, formula, _, difference = numbers(run("lif_customised", tmp_path))
    assert formula == pytest.approx(1000 / (5 + 10 * np.log(27 / 2)), abs=0.01)
    assert rate == pytest.approx(formula, rel=0.005)
    assert difference < 1


def test_integrate_and_fire_models(tmp_path):
    leaky, adaptive = run("integrate_and_fire_models", tmp_path, "--models", "LIF", "AdExIF").splitlines()
    assert numbers(leaky)[1:] == pytest.approx([10 * np.log(6)] * 2, abs=0.1)  # from -5 to 20 mV, towards 25 mV
    _, first, last = numbers(adaptive)
    assert last > 2 * first


def test_resonate_and_fire(tmp_path):
    """A second pulse of 0.8 finds what is left of the first: 0.8*exp(-0.1*T), to be seen on V a quarter turn later."""
    pairs, distance = run("resonate_and_fire", tmp_path).splitlines()
    gaps = numbers(pairs)
    later = [gap for gap in gaps if gap > 3]
    assert min(later) < 2 * np.pi < max(later) < 7
    assert numbers(distance)[0] < 1e-12


def test_hindmarsh_rose_slow_variable(tmp_path):
    """As many spikes as an adaptive scheme finds."""
    from scipy.integrate import solve_ivp

    def derivative(_, state):
        x, y, z = state
        return y - x**3 + 3 * x**2 - z + 2, 1 - 5 * x**2 - y, 0.001 * (4 * (x + 1.6) - z)

    def crossing(_, state):
        return state[0] - 1

    crossing.direction = 1
    known = solve_ivp(derivative, (0, 1000), (-1.6, -11.8, 1.9), events=crossing, rtol=1e-8, atol=1e-8).t_events[0]
    bursts, rises = run("hindmarsh_rose_slow_variable", tmp_path, "--duration", "1000").splitlines()
    count, *spikes = numbers(bursts)
    assert count == len(spikes) == 1 + np.count_nonzero(np.diff(known) > 60) >= 2
    assert sum(spikes) == len(known)
    assert rises.endswith("True")


def test_fhn_as_neurons(tmp_path):
    """The rhythm begins and ends where the linearised system says, but for a small part before the upper end."""
    seen, theory = run("fhn_as_neurons", tmp_path).splitlines()
    assert numbers(theory) == [0.331, 1.419]
    assert numbers(seen) == pytest.approx([0.331, 1.419], abs=0.03)


def test_fhn_by_integrate(tmp_path):
    from scipy.integrate import solve_ivp

    def derivative(_, state):
        V, w = state
        return V - V**3 / 3 - w + 0.8, (V + 0.7 - 0.8 * w) / 12.5

    def crossing(_, state):
        return state[0]

    crossing.direction = 1
    known = solve_ivp(derivative, (0, 200), (0, 0), events=crossing, rtol=1e-8, atol=1e-8).t_events[0]
    period, difference = numbers(run("fhn_by_integrate", tmp_path))
    assert period == pytest.approx(known[-1] - known[-2], abs=0.03)
    assert 0 < difference < 0.1


def test_fhn_with_noise(tmp_path):
    """As many spikes as the scheme of Euler and Maruyama gives in NumPy."""
    _, line = run("fhn_with_noise", tmp_path, "--schemes", "heun", "--number", "300", "--duration", "400").splitlines()
    random, sigma = np.random.default_rng(1), np.repeat([0.05, 0.1, 0.15, 0.2], 300)
    V, w, count, up = np.full(1200, -1.01), np.full(1200, -0.39), np.zeros(1200), np.zeros(1200, dtype=bool)
    for _ in range(8000):
        noise = sigma * np.sqrt(0.05) * random.standard_normal(1200)
        V, w = V + 0.05 * (V - V**3 / 3 - w + 0.28) + noise, w + 0.05 * (V + 0.7 - 0.8 * w) / 12.5
        fired = (V > 1) & ~up
        up = (up | fired) & (V > 0)
        count += fired
    known = count.reshape(4, 300).mean(axis=1) / 400 * 1000
    assert numbers(line) == pytest.approx(known, rel=0.1)


def test_izhikevich_by_rk2(tmp_path):
    """As many spikes as the midpoint rule gives in NumPy."""
    a, b, c, d = np.array(
        [(0.02, 0.2, -65, 8), (0.02, 0.2, -55, 4), (0.02, 0.2, -50, 2), (0.1, 0.2, -65, 2), (0.02, 0.25, -65, 2)]
    ).T
    V, count = np.full(5, -65.0), np.zeros(5)
    u = b * V
    for step in range(3000):
        drive = 140 + 10 * (step >= 200)
        half_V, half_u = V + 0.05 * (0.04 * V**2 + 5 * V + drive - u), u + 0.05 * a * (b * V - u)
        V, u = V + 0.1 * (0.04 * half_V**2 + 5 * half_V + drive - half_u), u + 0.1 * a * (b * half_V - half_u)
        fired = V >= 30
        V, u, count = np.where(fired, c, V), u + d * fired, count + fired
    lines = run("izhikevich_by_rk2", tmp_path).splitlines()
    assert [numbers(line)[0] for line in lines] == count.tolist()


def test_integrators_of_ode(tmp_path):
    refusal, *lines, exact = run("integrators_of_ode", tmp_path).splitlines()
    assert refusal.startswith("exponential_euler: hint: exponential_rosenbrock")
    names = [line.partition(":")[0] for line in lines]
    assert names == ["euler", "exponential_rosenbrock", "rk2", "heun", "rk4"]
    assert [numbers(line.partition("order")[2])[0] for line in lines] == pytest.approx([1, 1, 2, 2, 4], abs=0.1)
    assert numbers(exact)[0] < 1e-12


def test_integrators_of_sde(tmp_path):
    lines = run("integrators_of_sde", tmp_path, "--schemes", "milstein", "--number", "20000").splitlines()
    for line, mean, drift in zip(lines, (np.exp(0.3), np.exp(0.48)), (0.12, 0.3), strict=True):
        found, theory, log, its_theory, spread, _ = numbers(line)
        assert (theory, its_theory) == pytest.approx((mean, drift), abs=1e-3)
        assert found == pytest.approx(mean, abs=0.03)  # four standard errors
        assert log == pytest.approx(drift, abs=0.017)
        assert spread == pytest.approx(0.6, abs=0.012)


def test_sections_of_current(tmp_path):
    """Type II: below about 6.3 uA/cm2 one spike at most, above it at once more than 50 Hz."""
    one, *ten = run("sections_of_current", tmp_path).splitlines()
    assert numbers(one)[2] == 1
    rates = {level: rate for level, _, _, rate in map(numbers, ten)}
    assert list(rates) == list(range(2, 21, 2))
    assert max(rates[level] for level in (2, 4, 6)) <= 5
    above = [rates[level] for level in range(8, 21, 2)]
    assert 50 < above[0] < above[-1] < 100
    assert above == sorted(above)


def test_input_operations(tmp_path):
    add, put = run("input_operations", tmp_path, "--operations", "+", "=").splitlines()
    assert numbers(add.partition(":")[2]) == [0, *[2] * 8]
    last = round(4 + np.sin(99.5 / 8), 2)
    assert numbers(put.partition(":")[2]) == [0, 4, 4, last, last, 4, last, 3, 3]


@pytest.mark.slow
def test_all_input_operations(tmp_path):
    lines = run("input_operations", tmp_path).splitlines()
    assert [numbers(line.partition(":")[2])[0] for line in lines] == [0] * 5


def test_inputs_of_every_kind(tmp_path):
    found = {
        line.partition(":")[0]: numbers(line.partition(":")[2])
        for line in run("inputs_of_every_kind", tmp_path).splitlines()
    }
    means = {"sections": 16.8, "constant": 19.2, "ramp": 16, "pulses": 4.5, "sine": 20, "square": 0}
    assert {name: found[name][0] for name in means} == pytest.approx(means, abs=0.06)
    assert found["constant"][1] == 1 + (160 - 10 * np.log(24 / 4)) // (5 + 10 * np.log(29 / 4))
    assert found["Ornstein-Uhlenbeck process"][0] == pytest.approx(20, abs=4 * 4 * 10 / np.sqrt(200))


def test_monitors(tmp_path):
    lines = run("monitors", tmp_path, "--scale", "0.25", "--duration", "100").splitlines()
    assert lines[3:6] == ["E.V: V of shape (800, 1000)", "some I: V of shape (2, 100)", "a function: 100 values"]
    assert lines[6].endswith("True")
    assert 10 < numbers(lines[7])[0] < 40


def test_ei_balanced_network(tmp_path):
    """Irregular like a Poisson process; alone, a neuron takes tau*log(2) to half of the way to R*I = 20 mV."""
    before, after, answer = run("ei_balanced_network", tmp_path).splitlines()
    assert 10 < numbers(before)[2] < numbers(after)[2] < 60
    assert 0.7 < numbers(before)[3] < 1.2
    network, alone = numbers(answer)
    assert network <= 3
    assert alone == pytest.approx(20 * np.log(2), abs=0.15)


@pytest.mark.slow
def test_decision_network(tmp_path):
    """Strong evidence decides for its side; the winner fires at more than 12 Hz, the other one at a few Hz."""
    _, a, b = numbers(run("decision_network", tmp_path, "--coherence=-51.2"))
    assert a < 5
    assert b > 12


def test_voltage_clamp(tmp_path):
    distance, *lines = run("voltage_clamp", tmp_path).splitlines()
    assert numbers(distance)[0] < 1e-12
    for line in lines:
        V, tau, measured = numbers(line)
        alpha = 0.1 * (V + 55) / 10 / -np.expm1(-(V + 55) / 10) if V != -55 else 0.1
        assert tau == pytest.approx(1 / (alpha + 0.125 * np.exp(-(V + 65) / 80)), abs=6e-4)
        assert measured == pytest.approx(tau, abs=2e-3)


def test_equivalent_circuit(tmp_path):
    batteries, *lines, distance = run("equivalent_circuit", tmp_path).splitlines()
    mV = 8.314463 * 279.45 / 96485.33 * 1000
    E = mV * np.log(20 / 400), mV * np.log(440 / 50), -mV * np.log(560 / 52)
    assert numbers(batteries) == pytest.approx(E, abs=0.06)
    all_three = (0.36 * E[0] + 0.015 * E[1] + 0.3 * E[2]) / 0.675
    rests = [numbers(line)[-2] for line in lines]
    assert rests == pytest.approx([E[0], all_three, all_three + 10 / 0.675], abs=2e-3)
    assert numbers(distance)[0] < 1e-9


def test_passive_cable(tmp_path):
    """Half of the potential at the end after 0.2275 of the time constant, where erf of its root is 0.5."""
    constants, difference, half = run("passive_cable", tmp_path).splitlines()
    assert numbers(constants) == pytest.approx([1000, 1000 * 100 / (np.pi * 1e-8) * 1e-4 * 1e-11 * 1e3], rel=1e-2)
    assert numbers(difference)[1] < 0.5
    at_end, farther = numbers(half)[:2]
    assert 0.2275 * 20 < at_end <= 0.2275 * 20 + 2
    assert farther > 20


def test_firing_rate_units(tmp_path):
    rates, distance, rest, cycle = run("firing_rate_units", tmp_path).splitlines()
    assert numbers(rates)[1:] == pytest.approx(0.066 * np.array([100, 300, 500]) * -np.expm1(-7.5), abs=0.006)
    assert numbers(distance)[0] < 1e-9
    assert numbers(rest)[1] == numbers(rest)[2] < 0.05
    assert numbers(cycle)[2] > 2 * numbers(cycle)[1]


def test_functions_and_loops(tmp_path):
    units, approximation, branches, loop = run("functions_and_loops", tmp_path).splitlines()
    assert numbers(units)[0] < 1e-11
    assert 1e-5 < numbers(approximation)[0] < 1e-3
    assert branches.endswith("True")
    assert numbers(loop) == [10, sum(range(1, 11)), 10]


def test_hh_from_library_channels(tmp_path):
    """Leak alone goes to E + I/g; sodium cannot come back; all three are the neuron that stands in one text."""
    leak, sodium, all_three, difference = run("hh_from_library_channels", tmp_path).splitlines()
    assert numbers(leak) == pytest.approx([0, -54.387 + 10 / 0.3], abs=0.01)
    assert numbers(sodium)[0] == 1
    assert numbers(all_three)[0] >= 6
    assert numbers(difference)[0] < 1e-6
