"""Names with a point as attributes of attributes: ``hh.INa.m``."""

from __future__ import annotations

import sys
from typing import Any


class Path:
    """What belongs to a channel or an ion, of a group, a part of one, or a monitor."""

    def __init__(self, whole: Any, name: str) -> None:
        object.__setattr__(self, "_whole", whole)
        object.__setattr__(self, "_path", name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._whole, f"{self._path}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        self._whole._set(f"{self._path}.{name}", value, sys._getframe(1))

    def __dir__(self) -> list[str]:
        path = f"{self._path}."
        return sorted(name.removeprefix(path) for name in dir(self._whole) if name.startswith(path))

    def __repr__(self) -> str:
        return f"<{self._path} of {self._whole._owner}: {', '.join(dir(self))}>"
