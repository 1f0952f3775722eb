"""What a user gives as a function's equivalent in C, checked as far as can be told without a compiler."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from eqsim.text.errors import ArgumentError, Mistake
from eqsim.text.source import Source

_ASIDE = re.compile(  # comments, texts, directives
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:\\\n|[^\n])*", re.DOTALL | re.MULTILINE
)
_DEFINED = re.compile(r"(?P<kind>[A-Za-z_][\w\s*]*?[\s*])(?P<name>[A-Za-z_]\w*)\s*\((?P<given>[^()]*)\)\s*\{")
_DOUBLE = re.compile(r"\s*(?:const\s+)?double(?:\s+const)?(?:\s+\w+)?\s*")
_LINKAGE = frozenset({"static", "inline", "extern"})


def checked_c(text: Any, name: str, parameters: Sequence[str], owner: str) -> str:
    """Return a text in C that defines a function of a name, of doubles, as the same function in Python.

    Raises ArgumentError, at its place in the text, for what is no such definition.
    """
    due = f"double {name}({', '.join(f'double {one}' for one in parameters)}) {{ … }}"
    hint = f"write {due}"
    if not name.isidentifier() or not name.isascii():
        hint = "define it with def, under the name that it has in C"
        raise ArgumentError("a function with an equivalent in C needs a name", owner=owner, found=name, hint=hint)
    if not isinstance(text, str):
        what = "the equivalent in C is a text that defines it"
        raise ArgumentError(what, owner=owner, found=type(text).__name__, hint=hint)
    source = Source(text, owner, "c")
    defined = {one["name"]: one for one in _DEFINED.finditer(_outermost(source.text))}
    one = defined.get(name)
    if one is None:
        others = f"it defines {', '.join(defined)}" if defined else "it defines none"
        span = next((source.span(*other.span("name")) for other in defined.values()), None)
        what = f"the text in C defines no function {name!r}"
        raise ArgumentError(Mistake(ArgumentError, what, span, owner, others, hint))
    given = [] if one["given"].strip() in {"", "void"} else one["given"].split(",")
    kind = [word for word in one["kind"].split() if word not in _LINKAGE]
    if len(given) != len(parameters):
        what = f"the function takes {len(parameters)} arguments in Python and {len(given)} in C"
        raise ArgumentError(Mistake(ArgumentError, what, source.span(*one.span("given")), owner, "", hint))
    if kind != ["double"] or not all(_DOUBLE.fullmatch(argument) for argument in given):
        group = "given" if kind == ["double"] else "kind"
        what = "a function in C takes numbers of type double and returns one"
        raise ArgumentError(Mistake(ArgumentError, what, source.span(*one.span(group)), owner, "", hint))
    return source.text


def _outermost(text: str) -> str:
    """Return a text in which comments, strings, directives and what is in braces are blank, everything in its place."""
    plain = _ASIDE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    made, depth = [], 0
    for letter in plain:
        depth -= letter == "}" and depth > 0
        made.append(letter if not depth or letter == "\n" else " ")
        depth += letter == "{"
    return "".join(";" if letter == "}" else letter for letter in made)
