"""Directives of a model text: the lines that begin with ``model``, ``threshold``, ``reset``, ``event`` and so on."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal, NoReturn

from eqsim.language.expression import read_expression
from eqsim.language.lines import Line
from eqsim.language.model import Event, Method, Model, Pathway
from eqsim.language.statements import read_statements
from eqsim.language.tokens import plain_name
from eqsim.text.errors import Mistake, ModelSyntaxError
from eqsim.text.nearest import nearest
from eqsim.text.source import Span

_NAMING = "model|channel|ion|synapse|rate"
# the words with which a directive begins
WORDS = frozenset(f"{_NAMING}|event|method|noise|uses|threshold|refractory|reset|on_pre|on_post|reference".split("|"))
_DIRECTIVE = re.compile(
    rf"(?P<word>{_NAMING}|event|method|noise|uses)[ \t]+(?=[^\W\d])(?P<rest>.*)"
    r"|(?P<formula>threshold|refractory|reset|on_pre|on_post|reference)[ \t]+(?![:=])(?P<text>.*)"
)
SEEN_OF_IONS = ("C", "E")  # concentration and reversal potential
_FLAGS_ONLY = re.compile(r"\(\s*(?:constant|shared|linked|parameter)\b[^()]*\)\s*\Z")


def directive(line: Line) -> tuple[str, Line] | None:
    """Return the word and the rest of a directive, or ``None``: ``rate : Hz`` and ``reset = x`` define variables."""
    match = _DIRECTIVE.match(line.text)
    if match is None:
        return None
    word, group = (match["word"], "rest") if match["word"] else (match["formula"], "text")
    rest = line.part(*match.span(group))
    # a variable may bear the name of a directive, as in 'rate (constant)' and 'noise : 1'
    if _FLAGS_ONLY.match(rest.text) or (word != "event" and rest.text.startswith((":", "="))):
        return None
    return word, rest


def with_directive(model: Model, word: str, line: Line, dotted: frozenset[str]) -> Model:
    """Return the model with what a directive says; raise ModelSyntaxError where it cannot be read."""
    match word:
        case "model" | "channel" | "ion" | "synapse" | "rate":
            if model.name:
                hint = "a text holds one model; put the other into a file of its own"
                _refuse("this text has a name already", line.span(), f"'{line.text}' after '{model.name}'", hint)
            return replace(model, word=word, name=_one_name(line, word))
        case "reference":
            return replace(model, reference="; ".join(part for part in (model.reference, line.text) if part))
        case "threshold" | "refractory":
            _once(getattr(model, word), word, line)
            formula = read_expression(line, dotted)
            return replace(model, threshold=formula) if word == "threshold" else replace(model, refractory=formula)
        case "reset":
            _once(model.reset, word, line)
            return replace(model, reset=read_statements(line))
        case "event":
            return _with_event(model, line, dotted)
        case "on_pre" | "on_post":
            of: Literal["pre", "post"] = "pre" if word == "on_pre" else "post"
            _once(next((path for path in model.pathways if path.name == of), None), word, line)
            return replace(model, pathways=(*model.pathways, Pathway(of, of, read_statements(line))))
        case "method":
            _once(model.method, word, line)
            return replace(model, method=Method(_one_name(line, word), line.span()))
        case "noise":
            _once(model.noise, word, line)
            return replace(model, noise=noise_reading(line.text, line.span()))
        case _:
            return replace(model, uses=(*model.uses, *ions(line)))


def noise_reading(text: str, span: Span) -> Literal["stratonovich", "ito"]:
    """Return the reading of noise that a text names."""
    readings = ("stratonovich", "ito")
    if text not in readings:
        close = nearest(text, readings)
        hint = f"did you mean noise {close}?" if close else "write noise ito, or noise stratonovich"
        _refuse("noise is read in one of two ways", span, f"'{text}'", hint)
    return "ito" if text == "ito" else "stratonovich"


def ions(line: Line) -> tuple[str, ...]:
    """Return what ``uses Ca, K.C`` names: whole ions, or one thing to be seen of an ion."""
    names, start = [], 0
    for piece in line.text.split(","):
        here = line.part(start, start + len(piece))
        ion, dot, what = here.text.partition(".")
        if dot and what not in SEEN_OF_IONS:
            hint = f"write uses {ion}, or what is seen of it: {', '.join(f'{ion}.{one}' for one in SEEN_OF_IONS)}"
            _refuse("this is nothing that an ion has", here.span(), f"'{here.text}'", hint)
        names.append(_one_name(here.part(0, len(ion)), "uses") + dot + what)
        start += len(piece) + 1
    return tuple(names)


def _with_event(model: Model, line: Line, dotted: frozenset[str]) -> Model:
    match = re.match(r"([^\W\d]\w*)\s*:?", line.text)
    if match is None or not line.text[match.end() :].strip():
        _refuse("an event has a name and a condition", line.span(), f"'{line.text}'", "write event NAME condition")
    name = _one_name(line.part(*match.span(1)), "event")
    if any(event.name == name for event in model.events):
        _refuse(f"the event '{name}' is defined twice", line.span(*match.span(1)), hint="give one of them another name")
    return replace(model, events=(*model.events, Event(name, read_expression(line.part(match.end()), dotted))))


def _one_name(line: Line, word: str) -> str:
    name = plain_name(line.text)
    if name is None:
        _refuse(f"one name stands after '{word}'", line.span(), f"'{line.text}'", f"write {word} NAME")
    return name


def _once(there: object, word: str, line: Line) -> None:
    if there is not None:
        _refuse(f"'{word}' stands twice in this text", line.span(), hint="keep one of the two")


def _refuse(summary: str, span: Span, found: str = "", hint: str = "") -> NoReturn:
    raise ModelSyntaxError(Mistake(ModelSyntaxError, summary, span, found=found, hint=hint))
