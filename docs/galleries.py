"""Fill the pages that are made of files: the gallery of mistakes, the table of schemes, the models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the markers of a page; MkDocs calls this for every page."""
    for marker, make in GALLERIES:
        if marker in markdown:
            markdown = markdown.replace(marker, make(ROOT))
    return markdown


def mistakes(root: Path) -> str:
    """Return each text with a mistake and, below it, the message that it gets."""
    pages = []
    for message in sorted((root / "tests" / "mistakes").glob("*.txt")):
        title = message.stem.replace("_", " ").capitalize()
        model = message.with_suffix(".eqs")
        text = [_fenced(model.read_text(encoding="utf-8"))] if model.is_file() else []
        pages.append("\n\n".join([f"## {title}", *text, _fenced(message.read_text(encoding="utf-8"))]))
    return "\n\n".join(pages)


def schemes(root: Path) -> str:
    """Return the text of every scheme, under its name."""
    files = sorted((root / "eqsim" / "schemes").glob("*.scheme"))
    return "\n\n".join(f"### {file.stem}\n\n{_fenced(file.read_text(encoding='utf-8'))}" for file in files)


def _fenced(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"


GALLERIES: tuple[tuple[str, Callable[[Path], str]], ...] = (
    ("<!-- gallery of mistakes -->", mistakes),
    ("<!-- texts of the schemes -->", schemes),
)
