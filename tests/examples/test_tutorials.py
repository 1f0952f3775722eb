"""The pages that teach run from top to bottom, print what they say, and keep the figures that they draw."""

import re
import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURES = runpy.run_path(str(ROOT / "docs" / "figures.py"))
PAGES = FIGURES["PAGES"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plt.close("all")
    done = 0
    for step in FIGURES["steps"](page):
        done += 1
        if step.expected is not None:
            assert step.printed == step.expected
        assert len(step.figures) == (step.image is not None), step.code
        if step.image is not None:
            assert step.image.is_file(), "keep it: python docs/figures.py"
            step.figures[0].canvas.draw()
            assert drawn(step.figures[0]), step.code
    text = page.read_text(encoding="utf-8")
    assert done == len(re.findall(r"^```python$", text, flags=re.MULTILINE)) > 0
    assert not list(tmp_path.iterdir()), "a page leaves no files"


def drawn(figure):
    """Whether all axes of a figure hold something, and say what."""
    main = [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]
    return main and all(
        (ax.lines or ax.patches or ax.images or ax.collections) and ax.get_xlabel() and ax.get_ylabel() for ax in main
    )


def test_pages_are_known():
    elsewhere = {"read-an-error", "save-and-resume", "cuda", "export"}  # tests of their own
    for folder in ("tutorials", "how-to"):
        for page in (ROOT / "docs" / folder).glob("*.md"):
            assert page in PAGES or page.stem in elsewhere, f"{page} is carried out by no test"


def test_kept_figures_are_used():
    used = {path.name for page in PAGES for path in images(page)}
    kept = {path.name for path in (ROOT / "docs" / "images").glob("*.png")}
    prefixes = tuple(f"{page.stem}" for page in PAGES)
    assert {name for name in kept if name.startswith(prefixes)} == used


def images(page):
    text = page.read_text(encoding="utf-8")
    return [(page.parent / name).resolve() for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)]
