"""Run the programs of pages and keep the figures that they draw: ``python docs/figures.py``.

The Python blocks of a page are one program. An image that follows a block is what the block draws; a block fenced as
``text`` that follows one is what it prints.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
PAGES = (
    *sorted((DOCS / "tutorials").glob("*.md")),
    *(
        DOCS / "how-to" / f"{name}.md"
        for name in (
            "inputs",
            "integrate",
            "library-models",
            "biophysics",
            "record",
            "targets",
            "sweep",
            "coming-from-brian2",
            "coming-from-brainpy",
        )
    ),
)
_BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<printed>.*?)^```\n)?(?:\n!\[[^\]]*\]\((?P<image>[^)]+)\))?",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Step:
    """One block: its code, what the page says that it prints and draws, and what it did."""

    code: str
    expected: str | None
    image: Path | None
    printed: str = ""
    figures: list[Any] = field(default_factory=list)


def steps(page: Path) -> Iterator[Step]:
    """Carry out the blocks of a page, one after the other in one module; yield each when it is done."""
    import matplotlib.pyplot as plt  # noqa: PLC0415 - MkDocs needs no Matplotlib

    scope: dict[str, Any] = {"__name__": page.stem}
    text = page.read_text(encoding="utf-8")
    for block in _BLOCK.finditer(text):
        line = text[: block.start("code")].count("\n")
        image = (page.parent / block["image"]).resolve() if block["image"] else None
        step, output = Step(block["code"], block["printed"], image), io.StringIO()
        with contextlib.redirect_stdout(output):
            # the empty lines make a traceback name the line of the page
            exec(compile("\n" * line + step.code, str(page), "exec"), scope)  # noqa: S102 - our own pages
        step.printed, step.figures = output.getvalue(), [plt.figure(n) for n in plt.get_fignums()]
        yield step
        plt.close("all")


def main() -> None:
    """Keep the figures of all pages."""
    for page in PAGES:
        for step in steps(page):
            if step.image is not None:
                (figure,) = step.figures
                figure.savefig(step.image, dpi=100)


if __name__ == "__main__":
    main()
