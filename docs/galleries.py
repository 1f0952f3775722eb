"""Fill the pages that are made of files: the gallery of mistakes, the table of schemes, the models."""

from __future__ import annotations

import re
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
    """Return each text with a mistake and, below it, the message that it gets; by kind of mistake."""
    kinds: dict[str, list[str]] = {}
    for path in sorted((root / "tests" / "mistakes").glob("*.txt")):
        message = path.read_text(encoding="utf-8")
        model, _, beside = path.with_suffix(".eqs").read_text(encoding="utf-8").partition("\n---\n")
        parts = [f"### {path.stem.replace('_', ' ').capitalize()}", _fenced(model)]
        if beside:
            parts += ["with", _fenced(beside)]
        kinds.setdefault(message.partition(":")[0], []).append("\n\n".join([*parts, "gets", _fenced(message)]))
    return "\n\n".join(part for kind in sorted(kinds) for part in (f"## {kind}", *kinds[kind]))


def schemes(root: Path) -> str:
    """Return the text of every scheme, under its name."""
    files = sorted((root / "eqsim" / "schemes").glob("*.scheme"))
    return "\n\n".join(f"### {file.stem}\n\n{_fenced(file.read_text(encoding='utf-8'))}" for file in files)


def models(root: Path) -> str:
    """Return a table of the models of each library, then their texts."""
    parts = []
    for folder in sorted(path for path in (root / "eqsim" / "models").iterdir() if path.is_dir()):
        files = sorted(folder.glob("*.eqs"), key=lambda file: file.stem.lower())
        texts = {file.stem: file.read_text(encoding="utf-8").rstrip() for file in files}
        parts += [f"## es.{folder.name}", "| model | what it is | reference |\n| --- | --- | --- |"]
        for name, text in texts.items():
            about = re.search(r"^# (.*)$", text, flags=re.MULTILINE)
            papers = re.findall(r"^reference (.*)$", text, flags=re.MULTILINE)
            link = f"[`{name}`](#es{folder.name}{name.lower()})"
            parts[-1] += f"\n| {link} | {about[1] if about else ''} | {'; '.join(papers)} |"
        parts += [f"### es.{folder.name}.{name}\n\n{_fenced(text)}" for name, text in texts.items()]
    return "\n\n".join(parts)


def _fenced(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"


GALLERIES: tuple[tuple[str, Callable[[Path], str]], ...] = (
    ("<!-- gallery of mistakes -->", mistakes),
    ("<!-- texts of the schemes -->", schemes),
    ("<!-- models of the library -->", models),
)
