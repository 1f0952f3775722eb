"""The modules of this package that an exported program needs, under another name: their texts with imports renamed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from eqsim.version import __version__

_OWN = "eqsim"
_PACKAGE = Path(__file__).parents[1]
# an editable install has the licence beside the package, a wheel inside it
_LICENCE = next(path for path in (_PACKAGE / "LICENSE", _PACKAGE.parent / "LICENSE") if path.is_file())
_ORIGIN = "# {path} of eqsim {version}, BSD 3-Clause License, Copyright (c) 2026, The eqsim developers; see LICENSE\n"


def closure(roots: Iterable[str], package: str) -> dict[str, str]:
    """Return the texts of modules, and of all that they import of eqsim, by their paths in a package of another name.

    ``roots`` are names such as ``eqsim.targets.queue``. Packages whose own names nobody imports begin empty. The
    licence is among them.
    """
    found: dict[str, str] = {}
    waiting = list(roots)
    while waiting:
        module = waiting.pop()
        path = _path(module)
        if path not in found:
            text = (_PACKAGE / path).read_text(encoding="utf-8")
            origin = _ORIGIN.format(path=f"{_OWN}/{path}", version=__version__)
            found[path] = origin + renamed(text, {_OWN: package})
            waiting += imported(text)
    for folder in {folder for path in found for folder in PurePosixPath(path).parents}:
        whole = ".".join((_OWN, *folder.parts))
        found.setdefault(str(folder / "__init__.py"), f'"""What this program needs of {whole}."""\n')
    return {**dict(sorted(found.items())), "LICENSE": _LICENCE.read_text(encoding="utf-8")}


def imported(text: str, package: str = _OWN) -> Iterator[str]:
    """Yield the modules of eqsim that a text imports, at any depth of it, from eqsim or a copy of another name."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
            module = f"{_OWN}.{node.module}".replace(f".{package}", "", 1)
            inner = [f"{module}.{alias.name}" for alias in node.names]
            modules = [name for name in inner if (_PACKAGE / _path(name)).is_file()]
            yield from modules
            if len(modules) < len(inner):
                yield module


def renamed(text: str, packages: Mapping[str, str]) -> str:
    """Return a text that imports packages under other names; nothing but its imports changes.

    A name of several parts goes before a shorter one. Modules are imported by ``from``.
    """
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ImportFrom) or node.module is None or node.level:
            continue
        known = [name for name in packages if f"{node.module}.".startswith(f"{name}.")]
        if known:
            name = max(known, key=len)
            line, begin = lines[node.lineno - 1], node.col_offset
            # offsets count bytes, but nothing other than blanks stands before an import
            head = re.sub(rf"^from(\s+){re.escape(name)}\b", rf"from\1{packages[name]}", line[begin:])
            lines[node.lineno - 1] = line[:begin] + head
    return "".join(lines)


def _path(module: str) -> str:
    """Return where a module lies in the package."""
    parts = PurePosixPath(*module.split(".")[1:])
    return str(parts / "__init__.py" if (_PACKAGE / parts).is_dir() else parts.with_suffix(".py"))
