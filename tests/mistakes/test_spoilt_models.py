"""Whatever is done to a good model, what comes out is a checked model or a mistake inside the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.checking.checked import CheckedModel
from eqsim.text.errors import EqsimError
from tests.checking.models import ADEX, ON_PRE, STDP, UNITLESS, check_adex, check_stdp, check_unitless

GOOD = {
    "adex": (ADEX, check_adex),
    "unitless": (UNITLESS, check_unitless),
    "synapse": (STDP, check_stdp),
    "on_pre": (ON_PRE, lambda text: check_stdp(on_pre=text)),
}
WORDS = """( ) [ : ; = == + - * / ** // % < > , . # ' \\ ^ & é ² 0 1 1e9 007 1j mV ms V t i xi xi_a rand() lambda
if else and not in True None exp exp( where( d dt /dt dV/dt (0) (shared) (constant) (summed) (event-driven) (linked)
boolean integer _x x_pre v_post lastspike threshold reset event channel uses d2 ^0.5"""
PIECES = st.sampled_from([*WORDS.split(), "(unless refractory)", "\x00", "\n", "\t", " "])


@st.composite
def spoilt(draw, text):
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 8))
        insert = draw(st.one_of(st.just(""), PIECES, st.text(max_size=2), st.just(text[start : start + 5])))
        text = text[:start] + insert + text[start + length :]
    return text


@pytest.mark.parametrize("name", sorted(GOOD))
def test_good_models_are_good(name):
    text, run = GOOD[name]
    assert isinstance(run(text), CheckedModel)


@pytest.mark.parametrize("name", sorted(GOOD))
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_only_mistakes_come_out(name, data):
    good, run = GOOD[name]
    text = data.draw(spoilt(good))
    try:
        run(text)
    except EqsimError as error:
        assert error.mistakes
        for mistake in error.mistakes:
            assert mistake.summary
            assert mistake.hint
            if mistake.span is not None:
                whole = mistake.span.source.text
                assert 0 <= mistake.span.start <= mistake.span.stop <= len(whole)
                assert 1 <= mistake.span.line <= whole.count("\n") + 1
                assert 1 <= mistake.span.column <= len(mistake.span.source.line(mistake.span.line)) + 1
            assert str(mistake)
        assert len({(one.summary, one.span and one.span.start) for one in error.mistakes}) == len(error.mistakes)
