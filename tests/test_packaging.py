"""The wheel holds all that is needed, and works where nothing else of the project is.

The quick test installs the wheel into an empty environment and borrows the packages that it depends on from the
environment of the tests, by a path entry: that does not run that environment's own .pth files, so that the checkout
stays out of sight. That the declared dependencies suffice is tested twice: every package that the code imports must
be declared, and the slow test installs the wheel with nothing but what the index gives for its declaration.
"""

import ast
import email
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SMOKE = Path(__file__).parent / "packaging_smoke.py"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (path,) = out.glob("*.whl")
    return path


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))


def files(folder, pattern):
    return {path for path in (ROOT / folder).rglob(pattern) if path.is_file() and "__pycache__" not in path.parts}


def test_wheel_holds_everything(wheel):
    held = set(contents(wheel))
    wanted = {str(path.relative_to(ROOT)) for path in files("eqsim", "*")}
    wanted |= {f"eqsim/{path.relative_to(ROOT)}" for path in files("templates", "*")}
    assert any(name.endswith(".scheme") for name in wanted)
    assert any(name.endswith(".j2") for name in wanted)
    assert wanted - held == set()


def test_wheel_holds_nothing_else(wheel):
    strangers = [name for name in contents(wheel) if not re.match(r"eqsim/|eqsim-[\d.a-z]+\.dist-info/", name)]
    assert strangers == []
    assert [name for name in contents(wheel) if "__pycache__" in name or name.endswith(".pyc")] == []


def test_typing_information_is_shipped(wheel):
    assert "eqsim/py.typed" in contents(wheel)


def test_metadata(wheel):
    told = metadata(wheel)
    assert told["License-Expression"] == "BSD-3-Clause"
    assert told["Requires-Python"] == ">=3.11"
    assert told["Description-Content-Type"] == "text/markdown"
    assert [name for name in contents(wheel) if name.endswith("licenses/LICENSE")]


def test_every_import_is_declared(wheel):
    """What the code imports is a dependency, or an extra where the import is allowed to fail."""
    declared = {re.match(r"[\w-]+", line).group().lower() for line in metadata(wheel).get_all("Requires-Dist")}
    required = {line for line in metadata(wheel).get_all("Requires-Dist") if "extra ==" not in line}
    assert len(required) >= 10
    found = set()
    for path in files("eqsim", "*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.split(".")[0])
    provided_by = {"llvmlite": "numba", "IPython": "ipykernel", "cuda": "numba-cuda"}
    outside = {provided_by.get(name, name).lower() for name in found - set(sys.stdlib_module_names) - {"eqsim"}}
    assert "numpy" in outside
    assert outside - declared == set()


def install(folder, *arguments):
    """Make an environment without pip and let the one of the tests install into it; return its interpreter."""
    venv.EnvBuilder(with_pip=False).create(folder)
    python = folder / "bin" / "python"
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    subprocess.run([*command, *map(str, arguments)], check=True, capture_output=True, text=True)
    return python


def smoke(python, elsewhere):
    """Run the smoke test from a folder that holds nothing, without the environment's Python settings."""
    command = [str(python), "-I", str(SMOKE), str(python.parent.parent)]
    done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "smoke test passed" in done.stdout
    command_line = python.parent / "eqsim"
    assert (
        "demo"
        in subprocess.run([command_line, "--help"], cwd=elsewhere, capture_output=True, text=True, check=True).stdout
    )


def test_wheel_works_elsewhere(wheel, tmp_path):
    python = install(tmp_path / "empty", "--no-deps", wheel)
    (site,) = (tmp_path / "empty").glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    smoke(python, tmp_path / "elsewhere")


@pytest.mark.slow
def test_wheel_works_with_its_declared_dependencies(wheel, tmp_path):
    python = install(tmp_path / "empty", wheel)
    (tmp_path / "elsewhere").mkdir()
    smoke(python, tmp_path / "elsewhere")
