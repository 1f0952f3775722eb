"""Exported programs in processes of their own, in which eqsim cannot be imported."""

import json
import subprocess
import sys

import numpy as np

# keeps away all that is not of the standard library, of this program, or among the packages that it may use
APART = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from importlib.abc import MetaPathFinder
from pathlib import Path

class Kept(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"eqsim", "sympy", "jinja2", "scipy", "quantities", "matplotlib", "platformdirs"}:
            raise ModuleNotFoundError(f"this is no place for {name}", name=name)

sys.meta_path.insert(0, Kept())
folder, commands = Path(sys.argv[1]), json.loads(sys.argv[2])
scope = {"__name__": "simulate", "__file__": str(folder / "simulate.py")}
exec(compile((folder / "simulate.py").read_text(), "simulate.py", "exec"), scope)
answers = []
for command in commands:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            status = scope["main"](folder, scope["loop"], command)
        except SystemExit as end:
            status = end.code
    answers.append([status, out.getvalue(), err.getvalue()])
print(json.dumps(answers))
"""


def carry_out(folder, *commands, surroundings=None):
    """Carry out a program with each of several command lines; return exit status, output and messages of each."""
    given = [sys.executable, "-I", "-c", APART, str(folder), json.dumps([list(map(str, c)) for c in commands])]
    done = subprocess.run(given, capture_output=True, text=True, cwd=folder, check=False, env=surroundings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def result(folder, name):
    """Return an array of results."""
    return np.load(folder / f"{name}.npy", allow_pickle=False)


def files(folder):
    """Return all arrays in a folder of results, those of the state too."""
    return {str(path.relative_to(folder)): np.load(path) for path in sorted(folder.rglob("*.npy"))}
