"""Every mistake gets exactly its message: what is wrong, where, what was found, and a hint."""

from pathlib import Path

import pytest

from eqsim.text.errors import EqsimError
from tests.mistakes.cases import FOLDER, read_case, run

CASES = sorted(FOLDER.glob("*.eqs"))


def message(path: Path) -> str:
    with pytest.raises(EqsimError) as raised:
        run(read_case(path))
    return f"{type(raised.value).__name__}: {raised.value}"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_message(path):
    assert message(path) == path.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_mistake_has_a_place_and_a_hint(path):
    with pytest.raises(EqsimError) as raised:
        run(read_case(path))
    error = raised.value
    assert error.object == read_case(path).owner
    for mistake in error.mistakes:
        assert mistake.hint
        assert mistake.span is not None
        assert mistake.span.source.text[mistake.span.start : mistake.span.stop] or mistake.span.start == 0
    assert len({(one.span.start, one.span.source) for one in error.mistakes}) == len(error.mistakes)
    assert error.excerpt == error.mistakes[0].span.source.line(error.line)


def test_there_is_a_message_for_every_case_and_none_to_spare():
    assert {path.stem for path in CASES} == {path.stem for path in FOLDER.glob("*.txt")}
    assert len(CASES) >= 60
