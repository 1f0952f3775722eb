"""What holds for every model: it parses, units agree, it tells its paper, and it runs for a second without NaN."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import eqsim as es
from eqsim.checking.check import check
from eqsim.checking.checked import Scope
from eqsim.language.parse import parse
from eqsim.units import second
from tests.models.simulate import DRIVES, prepared

FILES = sorted((Path(es.__file__).parent / "models").rglob("*.eqs"))
WORDS = {"channels": "channel", "ions": "ion", "neurons": "model", "rates": "rate"}
GROUPS = [file for file in FILES if file.parent.name in {"neurons", "rates"}]
ARGUMENTS = set(inspect.signature(type(es.neurons.LIF).__call__).parameters) - {"values"}
SPONTANEOUS = {"rates.Kuramoto", "neurons.PinskyRinzel"}


def path(file):
    return f"{file.parent.name}.{file.stem}"


def library_model(file):
    return getattr(getattr(es, file.parent.name), file.stem)


def test_there_are_models():
    assert len(FILES) >= 57
    assert {path(file) for file in GROUPS} == set(DRIVES)


@pytest.mark.parametrize("file", FILES, ids=path)
def test_text(file):
    text = file.read_text(encoding="utf-8")
    model = library_model(file)
    parsed = parse(text, file.stem)
    assert str(model) == model.text == text
    assert parsed.name == model.name == file.stem
    assert parsed.word == WORDS[file.parent.name]
    assert all(len(line) <= 120 for line in text.splitlines())
    assert text.endswith("\n")
    assert "\t" not in text
    assert parse(str(model)) == parse(text)


@pytest.mark.parametrize("file", FILES, ids=path)
def test_it_tells_what_it_is_and_its_paper(file):
    model = library_model(file)
    assert re.fullmatch(r"[A-Z].{20,}\.", model.about)
    for reference in model.reference.split("; "):
        assert re.match(r"\S.* \((1[89]|20)\d\d\) \S|erratum", reference)
    first = model.reference.split("; ")[0]
    assert re.search(r"\d+:\d+|, eqs? \d|Press", first), first
    assert file not in GROUPS or re.search(r"^# Drive|^# Synapses couple", model.text, flags=re.MULTILINE)


@pytest.mark.parametrize("file", FILES, ids=path)
def test_names_and_units_agree(file):
    """Nothing is taken from outside, and every line has a unit."""
    model = library_model(file)
    checked = check(parse(model.text, model.path), Scope("neuron")) if file in GROUPS else model._checked
    assert not checked.externals
    assert not checked.unitless
    assert set(DRIVES.get(path(file), ())) <= set(model.settable)
    assert set(model.settable) & ARGUMENTS == set()


@pytest.mark.parametrize("file", GROUPS, ids=path)
def test_a_second_without_nan(file):
    """One neuron as the file gives it, one driven; a run stops by itself when a state is not finite."""
    run = prepared(path(file), 2)
    for name, value in DRIVES[path(file)].items():
        getattr(run.group, name)[1] = value
    start = {name: values.copy() for name, values in run.group.get_states(units=False).items()}
    run.network.run(1 * second)
    states = run.group.get_states(units=False)
    assert all(np.all(np.isfinite(values)) for values in states.values())
    changed = [name for name, values in states.items() if values[1] != start[name][1]]
    assert changed
    if run.spikes is not None and path(file) not in SPONTANEOUS:
        assert list(np.asarray(run.spikes.count) > 0) == [False, True]
