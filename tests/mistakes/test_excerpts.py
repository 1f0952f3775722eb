"""Messages quote the line and put carets below exactly the characters that are meant, whatever the line holds."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqsim.language.parse import parse, parse_expression, parse_generator, parse_statements, with_arguments
from eqsim.text.errors import ArgumentError, EqsimError, Mistake, ModelSyntaxError
from eqsim.text.source import Source
from tests.mistakes.cases import read_case, run
from tests.mistakes.test_mistakes import CASES

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), min_size=1, max_size=60)


def excerpt(text, start, stop):
    """Return the quoted line and the line of carets of a mistake at some characters of a text."""
    shown = str(Mistake(ModelSyntaxError, "wrong", Source(text, "a text").span(start, stop), hint="help")).split("\n")
    assert shown[4] == "  hint: help"
    return shown[2].partition(" | ")[2], shown[3].partition(" | ")[2]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_carets_stand_below_what_is_meant(path):
    with pytest.raises(EqsimError) as raised:
        run(read_case(path))
    for mistake in raised.value.mistakes:
        text = mistake.span.text.split("\n")[0]
        quoted, carets = (line[7:] for line in str(mistake).split("\n")[2:4])
        assert carets.strip() == "^" * len(carets.strip()) != ""
        if quoted.isascii() and text:
            start = len(carets) - len(carets.lstrip())
            assert quoted[start : len(carets)] == text


@given(st.lists(WORDS, min_size=3, max_size=3), st.integers(0, 5))
def test_carets_are_as_wide_as_the_characters(words, above):
    before, meant, after = words
    text = "x\n" * above + f"{before} {meant} {after}"
    start = 2 * above + len(before) + 1
    quoted, carets = excerpt(text, start, start + len(meant))
    assert quoted == f"{before} {meant} {after}"
    wide = sum(map(width, meant))
    assert carets == " " * (sum(map(width, before)) + 1) + "^" * wide


def width(letter):
    """Return how many columns a letter takes, as the standard on East Asian width has it."""
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def test_long_lines_are_cut_around_the_mistake():
    text = "x = " + " + ".join(f"a{number}" for number in range(300))
    for number in (0, 150, 299):
        start = text.index(f"a{number}")
        quoted, carets = excerpt(text, start, start + len(f"a{number}"))
        assert len(quoted) <= 162
        assert quoted[len(carets) - len(carets.lstrip()) : len(carets)] == f"a{number}"
        assert (quoted[0] == "…", quoted[-1] == "…") == (number > 0, number < 299)
    error = ModelSyntaxError(Mistake(ModelSyntaxError, "wrong", Source(text).span(0, 1)))
    assert error.excerpt == text


def test_tabs_stay_in_front_of_the_carets():
    assert excerpt("\tx =\ty", 5, 6) == ("\tx =\ty", "\t   \t^")


def test_hidden_characters_are_shown_as_something():
    quoted, carets = excerpt("a\x1b[31mb", 1, 2)
    assert quoted == "a\N{REPLACEMENT CHARACTER}[31mb"
    assert carets == " ^"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_count_as_an_editor_counts_them(end):
    with pytest.raises(EqsimError) as raised:
        parse(f"{end}dv/dt = -v/ms : 1{end}{end}\tx = ) : 1{end}")
    assert (raised.value.line, raised.value.column, raised.value.excerpt) == (4, 6, "\tx = ) : 1")


def test_a_byte_order_mark_and_wide_blanks_are_blanks():
    assert parse("\ufeffdv/dt\u00a0=\u2009-v/ms : 1") == parse("dv/dt = -v/ms : 1")


@pytest.mark.parametrize("wrong", [None, 5, 1.5, True, b"v : 1", ["v : 1"], ("v : 1",), {"v": 1}, object], ids=repr)
def test_what_is_no_text_is_refused(wrong):
    model = parse("v : 1")
    calls = {
        "the model": lambda: parse(wrong, "NeuronGroup"),
        "value": lambda: parse_expression(wrong, "NeuronGroup", "value"),
        "run_regularly": lambda: parse_statements(wrong, "NeuronGroup", "run_regularly"),
        "connect, j": lambda: parse_generator(wrong, "NeuronGroup", "connect, j"),
        "events['a']": lambda: with_arguments(model, "NeuronGroup", events={"a": wrong}),
        "on_pre['a']": lambda: with_arguments(model, "NeuronGroup", on_pre={"a": wrong}),
    }
    if wrong is not None:
        for name in ("threshold", "reset", "refractory", "method", "noise"):
            calls[name] = lambda name=name: with_arguments(model, "NeuronGroup", **{name: wrong})
        if not isinstance(wrong, dict):
            calls["on_post"] = lambda: with_arguments(model, "NeuronGroup", on_post=wrong)
            calls["events"] = lambda: with_arguments(model, "NeuronGroup", events=wrong)
    for part, call in calls.items():
        with pytest.raises(ArgumentError, match="must be a") as raised:
            call()
        assert str(raised.value).startswith(part)
        assert raised.value.object == "NeuronGroup"
        assert raised.value.hint


@pytest.mark.parametrize("name", [5, None, ("a",)])
def test_names_of_events_and_pathways_are_texts(name):
    for argument in ("events", "on_pre"):
        with pytest.raises(ArgumentError, match=f"a name in {argument} must be a text"):
            with_arguments(parse("v : 1"), "NeuronGroup", **{argument: {name: "v = 1"}})
