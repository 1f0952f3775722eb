"""Text to Model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Literal, TypeVar

from eqsim.language.definitions import read_definition
from eqsim.language.directives import directive, ions, noise_reading, with_directive
from eqsim.language.expression import parse_expression
from eqsim.language.generator import parse_generator
from eqsim.language.lines import Line, in_order, split_lines, text_source
from eqsim.language.model import Code, Definition, Event, Initial, Method, Model, Pathway
from eqsim.language.statements import parse_statements
from eqsim.language.tokens import plain_name
from eqsim.text.errors import ArgumentError, EqsimError, Mistake, ModelSyntaxError, raise_mistakes
from eqsim.text.source import Source

__all__ = ["parse", "parse_expression", "parse_generator", "parse_statements", "with_arguments"]

_T = TypeVar("_T")


def parse(text: str, owner: str = "", part: str = "", parts: frozenset[str] = frozenset()) -> Model:
    """Read the text of a model; ``parts`` names the channels and ions whose ``INa.m`` is a name.

    ``owner`` reads like ``NeuronGroup 'exc'`` and ``part`` like ``threshold``; both name the text in messages.
    Every line that cannot be read is one mistake of the ModelSyntaxError raised.
    """
    source = text_source(text, owner, part)
    written, mistakes = split_lines(source, model=True)
    lines = [(directive(line), line) for line in written]
    dotted = parts | (_attempt(mistakes, lambda: _dotted(lines)) or frozenset())
    model = Model(source)
    definitions: list[Definition] = []
    initials: list[Initial] = []
    for found, line in lines:
        try:
            if found:
                model = with_directive(model, *found, dotted)
                continue
            for one in read_definition(line, dotted):
                (initials if isinstance(one, Initial) else definitions).append(one)  # type: ignore[arg-type]
        except EqsimError as error:
            mistakes += error.mistakes
    raise_mistakes(sorted(mistakes, key=in_order))
    return replace(model, definitions=tuple(definitions), initials=tuple(initials))


def with_arguments(
    model: Model,
    owner: str,
    *,
    threshold: str | None = None,
    reset: str | None = None,
    refractory: str | None = None,
    events: Mapping[str, str] | None = None,
    on_pre: str | Mapping[str, str] | None = None,
    on_post: str | Mapping[str, str] | None = None,
    method: str | None = None,
    noise: str | None = None,
    parts: frozenset[str] = frozenset(),
) -> Model:
    """Return the model with the texts of keyword arguments, which win over its directives.

    A pathway without a name is called ``pre`` or ``post``. Raises ModelSyntaxError with every mistake of all texts,
    ArgumentError for what is no text.
    """
    mistakes: list[Mistake] = []
    changes: dict[str, object] = {}
    if threshold is not None:
        changes["threshold"] = _attempt(mistakes, lambda: parse_expression(threshold, owner, "threshold", parts))
    if refractory is not None:
        changes["refractory"] = _attempt(mistakes, lambda: parse_expression(refractory, owner, "refractory", parts))
    if reset is not None:
        changes["reset"] = _attempt(mistakes, lambda: parse_statements(reset, owner, "reset", parts))
    if events is not None:
        changes["events"] = _events(model, events, owner, mistakes, parts)
    if on_pre is not None or on_post is not None:
        changes["pathways"] = _pathways(model, on_pre, on_post, owner, mistakes, parts)
    if method is not None:
        changes["method"] = Method(method, text_source(method, owner, "method").span())
    if noise is not None:
        place = text_source(noise, owner, "noise").span()
        changes["noise"] = _attempt(mistakes, lambda: noise_reading(noise, place))
    raise_mistakes(mistakes)
    return replace(model, **changes)  # type: ignore[arg-type]


def _attempt(mistakes: list[Mistake], read: Callable[[], _T]) -> _T | None:
    """Return what is read; on an error keep its mistakes and return ``None``."""
    try:
        return read()
    except EqsimError as error:
        mistakes += error.mistakes
        return None


def _dotted(lines: list[tuple[tuple[str, Line] | None, Line]]) -> frozenset[str]:
    return frozenset(name for found, _ in lines if found and found[0] == "uses" for name in _whole(found[1]))


def _whole(line: Line) -> list[str]:
    return [name.partition(".")[0] for name in ions(line)]


def _named(texts: object, owner: str, part: str, form: str) -> Mapping[str, str]:
    """Return a mapping from names to texts; raise ArgumentError for anything else."""
    if not isinstance(texts, Mapping):
        found = f"{texts!s:.60}, a {type(texts).__name__}"
        raise ArgumentError(f"{part} must be a mapping from names to texts", owner=owner, found=found, hint=form)
    for name, text in texts.items():
        text_source(name, owner, f"a name in {part}")
        text_source(text, owner, f"{part}[{name!r}]")
    return texts


def _name_mistakes(name: str, owner: str, part: str, what: str) -> list[Mistake]:
    if plain_name(name) is not None:
        return []
    hint = "a name begins with a letter and holds letters, digits and underscores"
    span = Source(name, owner, part).span()
    return [Mistake(ModelSyntaxError, f"this cannot be the name of {what}", span, found=f"'{name}'", hint=hint)]


def _events(
    model: Model, events: Mapping[str, str], owner: str, mistakes: list[Mistake], parts: frozenset[str]
) -> tuple[Event, ...]:
    kept = {event.name: event for event in model.events}
    for name, text in _named(events, owner, "events", "write events={'name': 'V > -20*mV'}").items():
        mistakes += _name_mistakes(name, owner, "events", "an event")
        part = f"event {name}"
        condition = _attempt(mistakes, partial(parse_expression, text, owner, part, parts))
        if condition is not None:
            kept[name] = Event(name, condition)
    return tuple(kept.values())


def _pathways(
    model: Model,
    on_pre: str | Mapping[str, str] | None,
    on_post: str | Mapping[str, str] | None,
    owner: str,
    mistakes: list[Mistake],
    parts: frozenset[str],
) -> tuple[Pathway, ...]:
    """Return the pathways of the arguments; those of an argument that is not given stay as the text has them."""
    pathways: list[Pathway] = []
    ends: tuple[tuple[Literal["pre", "post"], str | Mapping[str, str] | None], ...] = (
        ("pre", on_pre),
        ("post", on_post),
    )
    for of, given in ends:
        whole = f"on_{of}"
        if given is None:
            pathways += [pathway for pathway in model.pathways if pathway.of == of]
            continue
        if not isinstance(given, Mapping):
            text_source(given, owner, whole)
        texts = {of: given} if isinstance(given, str) else _named(given, owner, whole, "write one text, or a mapping")
        for name, text in texts.items():
            part = whole if isinstance(given, str) else f"{whole} {name}"
            read = partial(parse_statements, text, owner, part, parts)
            code: Code | None = _attempt(mistakes, read)
            mistakes += _name_mistakes(name, owner, whole, "a pathway")
            if any(pathway.name == name for pathway in pathways):
                span = Source(name, owner, whole).span()
                mistakes.append(
                    Mistake(
                        ModelSyntaxError,
                        "two pathways have one name",
                        span,
                        found=f"'{name}'",
                        hint="rename one of them",
                    )
                )
            if code is not None:
                pathways.append(Pathway(name, of, code))
    return tuple(pathways)
