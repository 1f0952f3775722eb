"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "eqsim"
MODULES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.j2"))
FROZEN_CALLS = {"frozenset", "tuple", "MappingProxyType", "TypeVar", "ParamSpec", "NewType", "ContextVar", "compile"}
MUTABLE_CALLS = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "OrderedDict", "Counter", "zeros", "empty"}


def name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def ids(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_every_module_opens_with_a_sentence(path):
    first = (ast.get_docstring(tree(path)) or "").split("\n\n")[0].replace("\n", " ")
    assert re.fullmatch(r"[A-Z`\"].{10,}[.:]+", first), f"{ids(path)} opens with {first!r}"


def mutable(node):
    """Whether an expression makes an object that can be changed."""
    match node:
        case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp():
            return True
        case ast.Call(ast.Name(called) | ast.Attribute(attr=called)):
            return called in MUTABLE_CALLS
        case ast.Tuple(items):
            return any(mutable(item) for item in items)
        case ast.IfExp():
            return mutable(node.body) or mutable(node.orelse)
        case ast.BinOp():
            return mutable(node.left)  # a frozenset joined with a set is one
    return False


def mutable_names(module):
    """Yield the names that a module binds to mutable objects at its top level; ``__all__`` must be a list of names."""
    for node in module.body:
        match node:
            case ast.Assign(targets, value) if mutable(value):
                yield from (ast.unparse(target) for target in targets if ast.unparse(target) != "__all__")
            case ast.AnnAssign(target, _, value) if value is not None and mutable(value):
                yield ast.unparse(target)
            case ast.If() | ast.Try() | ast.With():
                yield from mutable_names(
                    ast.Module([child for child in ast.walk(node) if isinstance(child, ast.Assign | ast.AnnAssign)], [])
                )


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_no_mutable_object_at_module_level(path):
    assert list(mutable_names(tree(path))) == []
    assert not [node for node in ast.walk(tree(path)) if isinstance(node, ast.Global)], "a module's names do not change"


def test_mutable_objects_are_recognised():
    first = "a = [1]\nb: dict = {}\nc = (1, {2})\nd = frozenset({1})\ne = MappingProxyType({'x': 1})\n"
    text = first + "if a:\n    f = dict(x=1)\ng = (1, 2)"
    assert list(mutable_names(ast.parse(text))) == ["a", "b", "c", "f"]


def imports(path):
    """Yield the modules of the package that a module imports, at any depth of its text."""
    known = {name(other) for other in MODULES}
    package = name(path) if path.name == "__init__.py" else name(path).rpartition(".")[0]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            base = ".".join(part for part in (above, node.module) if part)
            for alias in node.names:
                yield from (module for module in (f"{base}.{alias.name}", base) if module in known)


def cycle(graph):
    """Return a circle of a directed graph, or an empty list."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        path.append(node)
        found = next((circle for child in graph.get(node, ()) if (circle := visit(child))), [])
        path.pop()
        done.add(node)
        return found

    return next((circle for node in graph if (circle := visit(node))), [])


def test_no_import_cycle():
    graph = {name(path): {module for module in imports(path) if module != name(path)} for path in MODULES}
    assert sum(map(len, graph.values())) > len(MODULES) / 2, "the imports are not seen"
    assert cycle(graph) == []


def test_a_cycle_is_found():
    assert cycle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]
    assert cycle({"a": ["b", "c"], "b": ["c"], "c": []}) == []


HEAVY = {"jinja2", "tqdm", "numba", "cuda", "llvmlite", "sympy", "scipy", "matplotlib", "IPython", "Cython"}


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_imports_inside_functions_are_of_heavy_packages(path):
    for function in (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                named = (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                )
                late = {module.split(".")[0] for module in named}
                assert late <= HEAVY or (late <= {"eqsim"} and leads_to_heavy(node)), (
                    f"line {node.lineno}: {ast.unparse(node)}"
                )


def leads_to_heavy(node):
    """Whether what is imported late is a module of ours that imports a heavy package itself, at once."""
    seen, waiting = set(), [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    by_name = {name(path): path for path in MODULES}
    while waiting:
        module = waiting.pop()
        if module in seen or module not in by_name:
            continue
        seen.add(module)
        for statement in tree(by_name[module]).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                named = (
                    [statement.module or ""]
                    if isinstance(statement, ast.ImportFrom)
                    else [a.name for a in statement.names]
                )
                if {part.split(".")[0] for part in named} & HEAVY:
                    return True
                waiting += named
    return False


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_templates_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60


def tracked():
    """Return the files of the project: those that git knows or would add; all of them where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.split("\n")  # fmt: skip
        return [ROOT / line for line in listed if line and (ROOT / line).is_file()]
    except (OSError, subprocess.CalledProcessError):
        skipped = {".venv", ".git", "site", "build", "dist", "__pycache__"}
        return [path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.relative_to(ROOT).parts)]


def test_files_are_named_for_what_they_hold():
    empty = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common", "base"}
    assert [ids(path) for path in tracked() if path.stem.lower() in empty] == []


TEXTS = {".py", ".md", ".toml", ".yml", ".cff", ".j2", ".scheme", ".eqs", ".txt", ".json", ".cfg", ".ini", ""}
# written in pieces, so that this file does not hold them itself
PLACES = [f"/{folder}/" for folder in ("work", "home", "tmp", "root", "Users")]
NOTES = [rf"\b{word}\b" for word in ("TO" + "DO", "FIX" + "ME", "X" * 3)]
STRAY = re.compile("|".join(PLACES + NOTES))


def test_no_stray_paths_and_notes():
    found = []
    for path in tracked():
        if path.suffix in TEXTS:
            text = path.read_text(encoding="utf-8")
            found += [f"{ids(path)}: {match.group()}" for match in STRAY.finditer(text)]
    assert found == []


def test_the_project_is_seen():
    assert len(tracked()) > 50
    assert MODULES
    assert TEMPLATES
