"""The cortical microcircuit: its numbers of neurons and synapses are those published, its rates plausible."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "potjans_diesmann_2014.py"
PUBLISHED = (0.9, 2.9, 4.3, 5.8, 7.3, 8.6, 1.0, 7.7)  # Hz, at full scale


def simulated(folder, *arguments):
    """Run the example and return its numbers of neurons and synapses, and the eight rates."""
    command = [sys.executable, "-W", "error", str(EXAMPLE), "--no-figure", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    neurons, synapses = map(int, re.search(r"(\d+) neurons, (\d+) synapses", done.stdout).groups())
    return neurons, synapses, tuple(map(float, re.findall(r"([\d.]+) Hz \(published", done.stdout)))


def table(name):
    """Return one of the example's tables as it stands in its text."""
    return eval(re.search(rf"^{name} = (np\.array\(.*?\))$", EXAMPLE.read_text(), re.MULTILINE | re.DOTALL).group(1))


def synapses_at(scale):
    """Return the total of the published formula, pair of populations by pair of populations."""
    total, sizes, probabilities = 0, table("SIZES"), table("PROBABILITIES")
    for target, row in zip(sizes, probabilities, strict=True):
        for source, p in zip(sizes, row, strict=True):
            pairs = float(target) * float(source)
            total += round(round(np.log(1 - p) / np.log((pairs - 1) / pairs)) * scale**2)
    return total


def test_full_size():
    assert sum(table("SIZES")) == 77_169
    assert synapses_at(1) == 298_880_968


def test_small(tmp_path):
    """Fewer neurons are correlated more strongly: the rates of the full circuit are reached nearly, not quite."""
    neurons, synapses, rates = simulated(tmp_path, "--scale", "0.05", "--duration", "500")
    assert neurons == sum(np.round(table("SIZES") * 0.05))
    assert synapses == synapses_at(0.05)
    assert all(0.3 * known < rate < 1.3 * known for rate, known in zip(rates, PUBLISHED, strict=True))


def test_seeds(tmp_path):
    first, again, other = (
        simulated(tmp_path, "--scale", "0.02", "--duration", "200", "--seed", seed) for seed in ("1", "1", "2")
    )
    assert first == again
    assert first[2] != other[2]


@pytest.mark.slow
def test_rates_at_a_fifth(tmp_path):
    _, synapses, rates = simulated(tmp_path, "--scale", "0.2", "--duration", "2000")
    assert synapses == synapses_at(0.2)
    assert rates == pytest.approx(PUBLISHED, rel=0.2, abs=0.4)
