"""Every scheme has the order that its header claims, measured on problems with known solutions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from eqsim.analysis.analyse import analyse
from eqsim.checking.check import check
from eqsim.checking.checked import Scope
from eqsim.language.parse import parse
from eqsim.lowering.evaluate import evaluate
from eqsim.lowering.integrate import integrate
from eqsim.lowering.kernel import Draw
from eqsim.schemes.choose import Choice, refused
from eqsim.schemes.read import available

SCHEMES = [pytest.param(scheme, id=name) for name, scheme in available().items()]
NOISY = [pytest.param(scheme, id=name) for name, scheme in available().items() if scheme.strong_order is not None]


def system(text):
    return analyse(check(parse(text), Scope()))


def run(text, scheme, start, dt, steps, increments=None, noise="stratonovich"):
    """Return the states after some steps; ``increments`` are the noises' dW, by number and step."""
    update = integrate(system(text), Choice(scheme, ""), noise)
    values = dict(start)
    for step in range(steps):
        known = {**values, "t": step * dt, "dt": dt}
        for instruction in update.instructions:
            if isinstance(instruction, Draw):
                known[instruction.name] = increments[instruction.number][step] / np.sqrt(dt)
            else:
                known[instruction.name] = evaluate(instruction.value, known)
        values = {**values, **{name: known[local] for name, local in update.results.items()}}
    return values


@dataclass(frozen=True)
class Problem:
    text: str
    start: dict
    solution: dict  # at the time 1


FROZEN = np.exp(-(1 - np.exp(-1.0)))
PROBLEMS = [
    Problem("dx/dt = x*(1 - x)", {"x": 0.2}, {"x": 1 / (1 + 4 * np.exp(-1.0))}),
    Problem("dx/dt = -x*y\ndy/dt = -y", {"x": 1.0, "y": 1.0}, {"x": FROZEN}),
    Problem("dx/dt = -x*g\ng = y\ndy/dt = -y", {"x": 1.0, "y": 1.0}, {"x": FROZEN}),  # through a subexpression
    Problem("dx/dt = -x + sin(3*t)", {"x": 0.4}, {"x": (0.4 + 0.3) * np.exp(-1) + (np.sin(3) - 3 * np.cos(3)) / 10}),
    Problem("dx/dt = (1 + x**2)/2", {"x": 0.0}, {"x": np.tan(0.5)}),
]


def check_order(scheme):
    """Assert that halving the step divides the error by 2**order, on every problem that the scheme takes."""
    taken = [problem for problem in PROBLEMS if refused(scheme, system(problem.text)) is None]
    assert taken or scheme.order == np.inf
    for problem in taken:
        steps = np.array([32, 64, 128])
        errors = []
        for count in steps.tolist():
            end = run(problem.text, scheme, problem.start, 1 / count, count)
            errors.append(abs(end["x"] - problem.solution["x"]))
        slope = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
        scalar = "y" not in problem.start and "t)" not in problem.text
        if scheme.name == "exponential_rosenbrock" and scalar:
            assert slope == pytest.approx(2, abs=0.15)  # as its header says: more for one equation without time
        else:
            assert slope == pytest.approx(scheme.order, abs=0.15), f"{scheme.name} on {problem.text}"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_order_is_as_claimed(scheme):
    if scheme.order < np.inf:
        check_order(scheme)
        return
    text = "dx/dt = (y - x)/a\ndy/dt = 1 - y\na"
    for count in (1, 16):  # no error but rounding, whatever the step
        end = run(text, scheme, {"x": 0.3, "y": 0.1, "a": 1.0}, 1 / count, count)
        assert end["x"] == pytest.approx(1 - np.exp(-1) * (0.7 + 0.9), rel=1e-14)


@pytest.mark.parametrize(
    ("name", "claim"), [("euler", 2), ("rk2", 1), ("rk4", 5), ("heun", 1), ("exponential_euler", 2)]
)
def test_a_false_claim_is_found(name, claim):
    with pytest.raises(AssertionError):
        check_order(replace(available()[name], order=claim))


# paths with noise ----------------------------------------------------------------------------------------------------

PATHS, FINEST = 1500, 2**11


def brownian(noises=1):
    """Return increments of Brownian paths over the time 1 at the finest step."""
    rng = np.random.default_rng(7)
    return rng.standard_normal((noises, FINEST, PATHS)) / np.sqrt(FINEST)


def coarse(fine, steps):
    return fine.reshape(fine.shape[0], steps, -1, PATHS).sum(axis=2)


def strong_slope(scheme, text, start, solution, fine, noise, steps):
    """Return the order of the mean distance between the scheme's paths and the true ones."""
    errors = []
    for count in steps:
        end = run(text, scheme, start, 1 / count, count, coarse(fine, count), noise)
        errors.append(np.mean(np.abs(end["x"] - solution)))
    return -np.polyfit(np.log(steps), np.log(errors), 1)[0]


def geometric(noise, w):
    """Geometric Brownian motion: dx = 0.5 x dt + 0.8 x dW from 1."""
    return np.exp(0.5 + 0.8 * w - (0.32 if noise == "ito" else 0.0))


def crossed(noise, w):
    """x + y and x - y are geometric Brownian motions of the same noise, with opposite signs."""
    shift = -0.32 if noise == "ito" else 0.0
    return (1.5 * np.exp(0.8 * w + shift) + 0.5 * np.exp(-0.8 * w + shift)) / 2


MULTIPLICATIVE = [
    ("dx/dt = 0.5*x + 0.8*x*xi", {"x": np.ones(PATHS)}, geometric),
    ("dx/dt = 0.5*x + g*xi\ng = 0.8*x", {"x": np.ones(PATHS)}, geometric),
    ("dx/dt = 0.8*y*xi_a\ndy/dt = 0.8*x*xi_a", {"x": np.ones(PATHS), "y": 0.5 * np.ones(PATHS)}, crossed),
]


def check_strong_order(scheme, noise):
    fine = brownian()
    for text, start, solution in MULTIPLICATIVE:
        if refused(scheme, system(text)) is None:
            end = solution(noise, fine[0].sum(axis=0))
            slope = strong_slope(scheme, text, start, end, fine, noise, (32, 64, 128, 256))
            assert slope == pytest.approx(scheme.strong_order, abs=0.12), text


@pytest.mark.parametrize("noise", ["stratonovich", "ito"])
@pytest.mark.parametrize("scheme", NOISY)
def test_strong_order_is_as_claimed_in_both_readings(scheme, noise):
    check_strong_order(scheme, noise)


@pytest.mark.parametrize("scheme", NOISY)
def test_strong_order_with_additive_noise(scheme):
    """Against a fine run of the same paths; additive noise is where Euler gains half an order."""
    text = "dx/dt = -x*y + 0.5*xi\ndy/dt = -y*2"
    start = {"x": np.ones(PATHS), "y": np.ones(PATHS)}
    fine = brownian()
    truth = run(text, available()["heun"], start, 1 / FINEST, FINEST, fine)["x"]
    slope = strong_slope(scheme, text, start, truth, fine, "ito", (8, 16, 32, 64))
    assert slope == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(("name", "claim"), [("euler", 1), ("milstein", 0.5), ("heun", 1.5)])
def test_a_false_strong_claim_is_found(name, claim):
    with pytest.raises(AssertionError):
        check_strong_order(replace(available()[name], strong_order=claim), "ito")


@pytest.mark.parametrize("name", ["euler", "milstein", "heun"])
def test_the_reading_belongs_to_the_model(name):
    """The same text read in the two ways differs by exp(s**2/2), whichever scheme is taken."""
    text, start, _ = MULTIPLICATIVE[0]
    fine = coarse(brownian(), 256)
    ends = [run(text, available()[name], start, 1 / 256, 256, fine, noise)["x"] for noise in ("ito", "stratonovich")]
    assert np.mean(ends[1] / ends[0]) == pytest.approx(np.exp(0.32), rel=0.01)


def test_several_noises_in_one_equation_add_up():
    """dx = 0.6 x dW_a + 0.5 x dW_b commutes: exp(0.6 W_a + 0.5 W_b) in Stratonovich's reading."""
    text = "dx/dt = 0.6*x*xi_a + 0.5*x*xi_b"
    fine = brownian(2)
    truth = np.exp(0.6 * fine[0].sum(axis=0) + 0.5 * fine[1].sum(axis=0))
    slope = strong_slope(available()["heun"], text, {"x": np.ones(PATHS)}, truth, fine, "stratonovich", (16, 32, 64))
    assert slope == pytest.approx(1, abs=0.12)
    slope = strong_slope(
        available()["euler"], text, {"x": np.ones(PATHS)}, truth, fine, "stratonovich", (64, 256, 1024)
    )
    assert slope == pytest.approx(0.5, abs=0.12)
