"""What `import eqsim` offers, and what it does not load."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import eqsim as es

PACKAGE = Path(es.__file__).parent


def test_names_are_sorted_complete_and_there():
    assert list(es.__all__) == sorted(set(es.__all__))
    assert [name for name in es.__all__ if not hasattr(es, name)] == []
    bound = set()
    for node in ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8")).body:
        for imported in node.body if isinstance(node, ast.If) else [node]:  # what is imported late stands below an if
            if isinstance(imported, ast.ImportFrom) and imported.module != "__future__":
                bound |= {alias.asname or alias.name for alias in imported.names}
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
    assert {name for name in bound if not name.startswith("_")} | {"__version__"} == set(es.__all__)


PROMISED = (
    "Channel",
    "ConductanceNeuron",
    "EqsimError",
    "EventMonitor",
    "Input",
    "Ion",
    "Network",
    "NeuronGroup",
    "PoissonGroup",
    "PoissonInput",
    "PopulationRateMonitor",
    "SpikeGeneratorGroup",
    "SpikeMonitor",
    "StateMonitor",
    "Synapses",
    "TimedArray",
    "biophysics",
    "channels",
    "inputs",
    "integrate",
    "ions",
    "load_results",
    "neurons",
    "plot",
    "rates",
    "rules",
    "seed",
    "synapses",
)


@pytest.mark.parametrize("name", PROMISED)
def test_promised_names(name):
    assert hasattr(es, name)
    assert name in es.__all__


@pytest.mark.parametrize("name", sorted(es.__all__))
def test_public_things_say_what_they_are(name):
    thing = getattr(es, name)
    if inspect.ismodule(thing) or callable(thing):
        assert re.match(r"[A-Z`].*[.:]$", (inspect.getdoc(thing) or "").splitlines()[0])


def test_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+([.a-z]+\d+)*", es.__version__)
    citation = (PACKAGE.parent / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {es.__version__}\n" in citation


def test_errors_have_one_root():
    errors = [
        thing for name in es.__all__ if inspect.isclass(thing := getattr(es, name)) and issubclass(thing, Exception)
    ]
    assert es.EqsimError in errors
    assert all(issubclass(error, es.EqsimError) or issubclass(error, Warning) for error in errors)


LATE = {"Cython", "IPython", "llvmlite", "matplotlib", "numba", "scipy", "sympy", "tqdm"}


def loaded(code):
    """Return the top-level packages that a fresh interpreter has loaded after some code."""
    told = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    output = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    return set(output.split("\n")[-2].split())


def test_import_is_light():
    found = loaded("import eqsim")
    assert {"eqsim", "numpy"} <= found
    assert found & LATE == set()


def test_units_are_light():
    assert loaded("from eqsim.units import mV; 3*mV") & LATE == set()


def test_the_measure_of_lightness_works():
    assert "sympy" in loaded("import sympy")
