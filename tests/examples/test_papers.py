"""The published networks give the numbers of their papers, in a short form; at full size where it is marked slow."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAPERS = Path(__file__).resolve().parent.parent.parent / "examples" / "from_papers"
NAMES = {
    "brunel_2000", "diesmann_1999", "gap_junctions", "izhikevich_2003", "map_2011", "mccormick_1992", "song_2000",
    "tsodyks_2000", "vogels_2011", "wang_2002",
}  # fmt: skip


def run(name, folder, *arguments):
    """Run an example as a user would and return what it prints; leave the figure out unless asked for."""
    wanted = [word for word in arguments if word != "--figure"]
    without = [] if "--figure" in arguments else ["--no-figure"]
    command = [sys.executable, "-W", "error", str(PAPERS / f"{name}.py"), *wanted, *without]
    environment = {**os.environ, "MPLBACKEND": "agg"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert not without or not list(folder.iterdir())
    return done.stdout


def numbers(text):
    """Return all numbers of a text, in order."""
    return [float(word) for word in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", text)]


def regimes(text):
    """Return mean rate, variation of intervals and frequency for each regime of Brunel's network."""
    found = re.findall(
        r"^(\w+): mean rate ([\d.]+) Hz, variation of intervals ([\d.]+|nan), peak at (\d+) Hz", text, re.MULTILINE
    )
    return {name: tuple(map(float, values)) for name, *values in found}


def test_all_papers_are_known():
    assert {path.stem for path in PAPERS.glob("*.py")} == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_examples_are_short_and_say_what_they_ask(name):
    text = (PAPERS / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 90
    first = text.split("\n", 1)[0]
    assert first.startswith('"""') and "?" in first
    assert re.search(r"\((19|20)\d\d\)", text.split('"""')[1]), "no citation"


def test_izhikevich(tmp_path):
    """Rates of about 8 Hz (the paper); rhythms of about 10 and 40 Hz hold most of the power."""
    text = run("izhikevich_2003", tmp_path, "--figure")
    exc, inh = numbers(text.splitlines()[0])
    assert 6.5 < exc < 10
    assert 6.5 < inh < 10.5
    assert float(re.search(r"(\d+) %", text).group(1)) > 65  # a flat spectrum: 50 %
    assert (tmp_path / "izhikevich_2003.png").stat().st_size > 5000


def test_gap_junctions(tmp_path):
    """Antiphase is stable at low rates alone: the drive at which it ends, by the theory of weak coupling (1.26)."""
    found, theory, _ = numbers(run("gap_junctions", tmp_path, "--duration", "2000"))
    assert theory == pytest.approx(1.26, abs=0.01)
    assert found == pytest.approx(theory, abs=0.05)


def test_spikes_are_what_synchronises(tmp_path):
    """Where spikes have little effect the current alone leads to antiphase at every rate (Chow & Kopell 2000)."""
    found, theory, *_ = numbers(run("gap_junctions", tmp_path, "--spike", "0.01", "--duration", "2000"))
    assert found > 1.7  # of 1.8
    assert theory > 1.8


def test_tsodyks(tmp_path):
    """Bursts of nearly all neurons, less than once a second or so; between them about 10 Hz (fig. 1)."""
    text = run("tsodyks_2000", tmp_path, "--duration", "20000")
    rate, bursts, share = numbers(text)
    assert 5 < rate < 20
    assert 2 <= bursts <= 25
    assert share > 70


def test_mccormick(tmp_path):
    """Released from inhibition it bursts at 200 Hz and more, by the T-current alone; h makes the sag.

    From a potential near -60 mV the same pulse gives spikes one by one that from near -90 mV gives a burst.
    """
    text = run("mccormick_1992", tmp_path, "--figure")
    released, no_T, no_h, above, below = text.splitlines()
    count, fastest, lowest, last = numbers(released)
    assert 2 <= count <= 12
    assert 200 < fastest < 600
    assert last > lowest + 4
    assert numbers(no_T)[0] == 0
    *_, lowest, last = numbers(no_h)
    assert last < lowest + 0.5
    potential, count, fastest, end = numbers(above)
    assert -65 < potential < -55
    assert fastest < 60
    assert end > 450
    assert count > 10
    potential, _, fastest, end = numbers(below)
    assert potential < -80
    assert fastest > 200
    assert end < 100
    assert (tmp_path / "mccormick_1992.png").stat().st_size > 5000


def test_map(tmp_path):
    """Neighbours prefer like directions, and neurons those that point to their place in the barrel (fig. 9)."""
    text = run("map_2011", tmp_path, "--scale", "0.4", "--barrels", "3", "--duration", "5000")
    near, place = map(float, re.search(r"neighbours ([\d.-]+), place in the barrel ([\d.-]+)", text).groups())
    assert near > 0.08
    assert place > 0.35


def test_diesmann(tmp_path):
    """Packets of about 50 spikes or more survive, and end near 100 spikes with a spread below 1 ms (figs 2, 3)."""
    text = run("diesmann_1999", tmp_path, "--scale", "0.5")
    first, second = text.splitlines()
    survive, of, least = numbers(first)
    assert of == 15
    assert 8 <= survive <= 12
    assert 35 <= least <= 65
    size, spread = numbers(second)
    assert 90 < size < 110
    assert spread < 0.7


def test_brunel(tmp_path):
    """Rates and frequencies of the simulations in table 1 (SIfast 60.7 and 180, AI 37.7, SIslow 5.5 and 22 Hz).

    The table has no variation of intervals; that of AI was computed by a simulation in plain NumPy (0.46).
    """
    found = regimes(run("brunel_2000", tmp_path, "--scale", "0.2", "--duration", "400"))
    rate, variation, frequency = found["SIfast"]
    assert rate == pytest.approx(60.7, rel=0.1)
    assert variation > 0.6
    assert frequency == pytest.approx(180, rel=0.2)
    rate, variation, _ = found["AI"]
    assert rate == pytest.approx(37.7, rel=0.1)
    assert variation == pytest.approx(0.46, abs=0.1)
    rate, variation, _ = found["SR"]
    assert rate > 150  # close to one spike in a delay and a refractory period
    assert variation < 0.15
    assert found["SIslow"][0] == pytest.approx(5.5, rel=0.35)
    assert 8 <= found["SIslow"][2] <= 28  # the smaller network is slower and less regular


def test_song(tmp_path):
    """Weights go to both ends, the rate falls and the intervals become irregular (figs 2, 3); learned fast."""
    first, second, third = run("song_2000", tmp_path, "--speed", "4", "--duration", "60000").splitlines()
    early, late = numbers(first)
    assert 10 < late < early / 2
    early, late = numbers(second)
    assert late > early
    low, high = numbers(third)[1::2]
    assert low > 0.3
    assert high > 0.12
    assert low + high > 0.5  # even weights: 0.4


def test_vogels(tmp_path):
    """From far too many regular spikes to a few irregular ones near the target (fig. 4)."""
    before, after = run("vogels_2011", tmp_path, "--scale", "0.2", "--duration", "6000").splitlines()
    assert numbers(before)[0] > 50
    assert numbers(before)[1] < 0.2
    assert 3 < numbers(after)[0] < 15
    assert numbers(after)[1] > 0.7


def test_wang(tmp_path):
    """Strong evidence decides for its side; the winner fires at 15 to 40 Hz, the other at a few Hz (fig. 2)."""
    text = run("wang_2002", tmp_path, "--coherence", "51.2", "-51.2", "--trials", "1")
    *shares, last = text.splitlines()
    assert [numbers(line)[1] for line in shares] == [100, 0]
    winner, loser = numbers(last)
    assert 12 < winner < 45
    assert loser < 5


@pytest.mark.slow
def test_brunel_at_full_size(tmp_path):
    found = regimes(run("brunel_2000", tmp_path, "--figure"))
    assert found["SIfast"][0] == pytest.approx(60.7, rel=0.05)
    assert found["SIfast"][2] == pytest.approx(180, rel=0.1)
    assert found["AI"][0] == pytest.approx(37.7, rel=0.05)
    assert found["SIslow"][0] == pytest.approx(5.5, rel=0.2)
    assert found["SIslow"][2] == pytest.approx(22, rel=0.2)


@pytest.mark.slow
def test_song_at_full_size(tmp_path):
    text = run("song_2000", tmp_path, "--figure")
    low, high = numbers(text.splitlines()[2])[1::2]
    assert low > 0.4
    assert high > 0.18
    assert low + high > 0.65


@pytest.mark.slow
def test_vogels_at_full_size(tmp_path):
    _, after = run("vogels_2011", tmp_path, "--figure").splitlines()
    assert 3 < numbers(after)[0] < 6
    assert numbers(after)[1] > 0.7


@pytest.mark.slow
def test_choices_follow_the_evidence(tmp_path):
    """The share of choices grows with coherence: about even at 0, always right at 51.2 % (fig. 3)."""
    lines = run("wang_2002", tmp_path, "--trials", "12", "--figure").splitlines()[:-1]
    share = {numbers(line)[0]: numbers(line)[1] for line in lines}
    assert 20 <= share[0] <= 80
    assert share[51.2] == share[25.6] == 100
    assert share[12.8] >= 75
    assert (share[3.2] + share[6.4]) / 2 > 50


@pytest.mark.slow
@pytest.mark.parametrize("name", ["map_2011", "diesmann_1999", "tsodyks_2000", "gap_junctions"])
def test_figures(name, tmp_path):
    run(name, tmp_path, "--figure")
    assert (tmp_path / f"{name}.png").stat().st_size > 5000
