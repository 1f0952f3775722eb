"""The page on saving and resuming does what it says."""

import contextlib
import io
import re
from pathlib import Path

import pytest

pytest.importorskip("h5py", reason="pip install 'eqsim[io]'")
pytest.importorskip("neo", reason="pip install 'eqsim[io]'")
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "save-and-resume.md"


def test_the_page_runs_and_prints_what_it_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scope, printed = {}, None
    for language, code in re.findall(
        r"^```(\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        if language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(code, "page", "exec"), scope)
        else:
            assert printed.getvalue() == code
    assert "records on their way to the file" in printed.getvalue()
