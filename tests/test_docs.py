"""What the pages say is what happens: their programs run, their models are read, their messages are given."""

import re
import runpy
from pathlib import Path

import pytest

import eqsim as es
from eqsim import units

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def blocks(page, language):
    """Return the code of a page that is fenced as a language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def run(code, **names):
    """Run a program of a page in a module of its own and return its names."""
    scope = {"es": es, **{name: getattr(units, name) for name in ("mV", "ms", "nS", "second")}, **names}
    exec(compile(code, "page", "exec"), scope)
    return scope


def test_program_of_the_readme(monkeypatch):
    import matplotlib.pyplot as plt

    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.gca().lines[0].get_xdata()))
    (program,) = blocks("README.md", "python")
    assert len(program.splitlines()) <= 26
    scope = run(program)
    assert 10 * 4000 < scope["spikes"].num_spikes < 30 * 4000
    assert len(shown[0]) == scope["spikes"].num_spikes
    plt.close("all")


def test_program_of_the_first_page():
    (program,) = blocks("docs/index.md", "python")
    group = run(program)["neurons"]
    assert group.N == 4000
    assert group.method_reason


def test_models_of_the_language_page():
    first, *_, file = [text for text in blocks("docs/reference/language.md", "text") if "d" in text and " : " in text]
    I_ext = es.TimedArray([0, 1] * units.nA, dt=1 * units.ms)
    names = {"E_L": -70 * units.mV, "sigma": 2 * units.mV, "I_ext": I_ext, "a": 4 * units.nS, "tau_w": 100 * units.ms}
    assert es.NeuronGroup(1, first, namespace=names).V.rescale("mV").magnitude == -70
    group = es.NeuronGroup(1, file)
    assert group.method == "rk4"
    assert group.V.rescale("mV").magnitude == pytest.approx(-70.6)


def test_programs_of_the_language_page():
    defaults, plasticity = blocks("docs/reference/language.md", "python")
    group = run(defaults)["neurons"]
    assert group.V[10].rescale("mV").magnitude == pytest.approx(-69)
    post = es.NeuronGroup(2, "dV/dt = g/nS*mV/ms : mV\ndg/dt = -g/(5*ms) : nS", threshold="V > 1*mV", reset="V = 0*mV")
    stdp = run(plasticity, inputs=es.SpikeGeneratorGroup(1, [0], [1] * units.ms), neurons=post)["stdp"]
    stdp.connect()
    assert len(stdp) == 2


def test_model_without_units():
    scope = run(blocks("docs/reference/units.md", "python")[1])
    assert scope["net"].t_ == pytest.approx(1000)


def test_message_of_the_error_page():
    message = blocks("docs/how-to/read-an-error.md", "text")[0]
    model = "dV/dt = (E_L - V)/tau_m : mV\ndw/dt = (a*(V - E_L) - w)/tau_w : nA\na : Mohm"
    names = {"E_L": -70 * units.mV, "tau_m": 10 * units.ms, "tau_w": 100 * units.ms}
    with pytest.raises(es.EqsimError) as caught:
        es.NeuronGroup(1, model, namespace=names, name="exc")
    assert f"{type(caught.value).__name__}: {caught.value}\n" == message


def test_all_classes_of_mistakes_are_told():
    from eqsim.text import errors

    page = (DOCS / "how-to" / "read-an-error.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    known = {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}
    assert told == known - {"EqsimError", "EqsimWarning"}


def test_all_public_names_are_in_the_reference():
    page = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^::: eqsim\.(\w+)$", page, flags=re.MULTILINE)) == {
        name for name in es.__all__ if name[0] != "_"
    }


def test_all_units_are_in_the_reference():
    page = (DOCS / "reference" / "units.md").read_text(encoding="utf-8")
    told = {
        word for code in re.findall(r"`([^`\n]+)`", page.partition("## What is checked")[0]) for word in code.split()
    }
    short = {
        name for name in units.__all__ if (name[-1].islower() and len(name) <= 3) or name[:-1] in {"cm", "um", "mm"}
    }
    assert short - {"amp", "ohm", "kohm"} <= told
    unknown = {word for word in told if word.isidentifier() and not hasattr(units, word)}
    assert unknown <= set("fpnumckMGVmhngCFSsAK") | {"integer", "boolean"}


def test_all_schemes_are_in_the_reference():
    page = (DOCS / "reference" / "schemes.md").read_text(encoding="utf-8")
    table = page.partition("*Linear in own variable*")[0]
    files = {path.stem for path in (ROOT / "eqsim" / "schemes").glob("*.scheme")}
    assert files
    assert {name for name in files if f"`{name}`" not in table} == set()


def test_all_library_models_are_in_the_reference():
    galleries = runpy.run_path(str(DOCS / "galleries.py"))
    page = galleries["on_page_markdown"]((DOCS / "reference" / "models.md").read_text(encoding="utf-8"))
    assert "<!--" not in page
    for library in (es.neurons, es.rates, es.channels, es.ions):
        for name in library:
            model = getattr(library, name)
            assert f"| {model.about} | {model.reference} |" in page
            assert f"### {model.path}\n\n```text\n{model.text}```" in page
            assert f"(#{model.path.replace('.', '').lower()})" in page


def test_galleries_are_filled():
    galleries = runpy.run_path(str(DOCS / "galleries.py"))
    page = galleries["on_page_markdown"]((DOCS / "mistakes.md").read_text(encoding="utf-8"))
    for path in (ROOT / "tests" / "mistakes").glob("*.txt"):
        assert path.read_text(encoding="utf-8").rstrip() in page
    assert page.count("Error: ") >= len(list((ROOT / "tests" / "mistakes").glob("*.txt"))) > 0
    assert "<!--" not in page
    assert "phi1" in galleries["on_page_markdown"]((DOCS / "reference" / "schemes.md").read_text(encoding="utf-8"))
