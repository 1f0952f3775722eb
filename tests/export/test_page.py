"""The page about exports: its blocks are carried out."""

import runpy
from pathlib import Path

from tests.export.c_programs import needs_compiler
from tests.targets.compiled import REASON

ROOT = Path(__file__).resolve().parent.parent.parent


@needs_compiler
def test_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CFLAGS", "-O1")
    if not REASON:
        monkeypatch.setenv("EQSIM_TARGET", "cython")
    steps = runpy.run_path(str(ROOT / "docs" / "figures.py"))["steps"]
    assert len(list(steps(ROOT / "docs" / "how-to" / "export.md"))) == 5
    for name in ("chatter", "chatter_numba", "chatter_cython"):
        assert (tmp_path / name / "README.md").exists()
