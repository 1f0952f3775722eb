"""What exported programs take along of this package: little, and nothing that knows the language."""

import ast
import sys

import pytest

from eqsim.export.closure import closure, imported, renamed

LAYERS = {"lowering/slices.py", "text/nearest.py"}
FOLDERS = {"random", "standalone", "targets", "vector"}
ROOTS = ["eqsim.standalone.simulate", "eqsim.standalone.team", "eqsim.targets.numba_names"]
PROCEDURES = "eqsim.targets.numba_procedures"


def modules(*roots):
    found = closure(roots, "runtime")
    assert found.pop("LICENSE").startswith("BSD 3-Clause License")
    return found


def test_it_is_small_and_knows_no_language():
    found = modules(*ROOTS, PROCEDURES)
    others = {path for path in found if path.split("/")[0] not in FOLDERS and not path.endswith("__init__.py")}
    assert others == LAYERS
    assert sum(len(text.splitlines()) for text in found.values()) < 4000


def test_it_needs_numba_and_numpy_alone():
    outside = set()
    for text in modules(*ROOTS, PROCEDURES).values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                outside |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                outside.add(node.module.split(".")[0])
    assert outside - set(sys.stdlib_module_names) == {"numpy", "numba", "llvmlite", "runtime"}


def test_whatever_a_copy_imports_is_there():
    found = modules(*ROOTS)
    for text in found.values():
        assert "eqsim" not in {name.split(".")[0] for name in names(text)}
        for module in imported(text, "runtime"):
            path = module.removeprefix("eqsim.").replace(".", "/")
            assert f"{path}.py" in found or f"{path}/__init__.py" in found


def names(text):
    return [node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]


def test_copies_say_where_they_are_from():
    text = closure(["eqsim.targets.queue"], "runtime")["targets/queue.py"]
    assert text.startswith("# eqsim/targets/queue.py of eqsim ")
    assert "BSD 3-Clause License" in text.splitlines()[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from eqsim.a import b\n", "from runtime.a import b\n"),
        ("from eqsim import (\n    a,\n    eqsim,\n)\n", "from runtime import (\n    a,\n    eqsim,\n)\n"),
        ("def f():\n    from  eqsim.x import y as eqsim\n", "def f():\n    from  runtime.x import y as eqsim\n"),
        ("from eqsimilar import b\nx = 'from eqsim.a import b'\n",) * 2,
        ("from eqsim_generated.value_1 import value as v\n", "from kernels.wiggle import value as v\n"),
        ("from eqsim_generated.value_12 import value as v\n", "from kernels.value_12 import value as v\n"),
    ],
)
def test_imports_alone_are_renamed(text, expected):
    packages = {"eqsim": "runtime", "eqsim_generated": "kernels", "eqsim_generated.value_1": "kernels.wiggle"}
    assert renamed(text, packages) == expected
