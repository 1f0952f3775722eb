"""A bar that shows how far a run, or a sweep of them, has come."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress_bar(steps: int, progress: bool, unit: str = "step") -> Iterator[Callable[[int], Any]]:
    """Yield what is called with each number of steps that were done; without ``progress`` it does nothing.

    ``unit`` is what a step is called.
    """
    if not progress:
        yield lambda _: None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without widgets a notebook shows the bar as text
        from tqdm.auto import tqdm  # noqa: PLC0415 - only those who watch pay for it

        bar = type("Bar", (tqdm,), {"monitor_interval": 0})  # no thread, which would keep a sweep from forking
        bar = bar(total=steps, unit=unit, unit_scale=unit == "step", leave=True, miniters=1)
    try:
        yield bar.update
    finally:
        bar.close()
